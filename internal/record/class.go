package record

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// LeastClass gives the least class of correction that a change may bear: it
// looks at what differs between the two contents and at the cause that the
// editor stated. An editor may choose a graver one, never a lesser.
func LeastClass(before, after Content, cause string) string {
	grave := func(byError string) string {
		if cause == "new-facts" {
			return "update"
		}
		return byError
	}
	switch {
	case rating(before) != rating(after):
		return grave("rating-change")
	case !sameFacts(before, after):
		return grave("correction")
	}
	least := "typo"
	if !slices.Equal(before.Relations, after.Relations) || !reflect.DeepEqual(captures(before), captures(after)) {
		least = "clarification" // another claim was published or related, a copy was made; no fact of this one changed
	}
	for _, pair := range prose(before, after) {
		switch proseChange(pair[0], pair[1]) {
		case changesFacts:
			return grave("correction")
		case changesWords:
			least = "clarification"
		}
	}
	return least
}

func rating(c Content) string { return c.Ruling.RatingKey() }

// sameFacts compares everything but salt, correction, filing, family, copies and
// prose.
func sameFacts(a, b Content) bool {
	x, errA := Canonical(facts(a))
	y, errB := Canonical(facts(b))
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

func facts(c Content) Content {
	c.Salt, c.Correction = "", nil
	c.Claim.Topics, c.Relations = nil, nil
	c.Ruling.Summary, c.Ruling.Reasoning, c.Ruling.WouldChange, c.Ruling.Renderer = "", "", "", ""
	evidence := make([]Evidence, len(c.Evidence))
	for i, e := range c.Evidence {
		e.Comment = ""
		evidence[i] = e
	}
	c.Evidence = evidence
	c.Sources = withoutCaptures(c.Sources)
	return c
}

func withoutCaptures(sources []Source) []Source {
	sources = slices.Clone(sources)
	for i := range sources {
		sources[i].Capture = nil
	}
	return sources
}

func captures(c Content) []*Snapshot {
	var list []*Snapshot
	for _, s := range c.Sources {
		list = append(list, s.Capture)
	}
	return list
}

// prose pairs the free texts of two contents with equal facts.
func prose(a, b Content) [][2]string {
	pairs := [][2]string{
		{a.Ruling.Summary, b.Ruling.Summary},
		{a.Ruling.Reasoning, b.Ruling.Reasoning},
		{a.Ruling.WouldChange, b.Ruling.WouldChange},
	}
	for i := range a.Evidence {
		pairs = append(pairs, [2]string{a.Evidence[i].Comment, b.Evidence[i].Comment})
	}
	return pairs
}

const (
	changesForm = iota
	changesWords
	changesFacts
)

// proseChange judges the words that differ: a figure, a name, a citation, a
// unit or a negation is never form; two words that differ by a slip of the pen
// are, and so is punctuation.
func proseChange(a, b string) int {
	worst := changesForm
	for _, change := range changedWords(a, b) {
		worst = max(worst, wordChange(change[0], change[1]))
	}
	return worst
}

func wordChange(removed, added []string) int {
	if !slices.Equal(facets(removed), facets(added)) {
		return changesFacts
	}
	if fold(removed) == fold(added) {
		return changesForm
	}
	if len(removed) != len(added) {
		return changesWords
	}
	for i := range removed {
		if fold(removed[i:i+1]) != fold(added[i:i+1]) && !slip(removed[i], added[i]) {
			return changesWords
		}
	}
	return changesForm
}

// facets gives the words that carry facts: figures with their units, signs and
// number words, names, citations, negations.
func facets(words []string) []string {
	var list []string
	for _, w := range words {
		w = strings.TrimFunc(w, func(r rune) bool { return strings.ContainsRune(".,;:!?\"'“”‘’()«»…", r) })
		if factual(w) {
			list = append(list, w)
		}
	}
	return list
}

var (
	negation = regexp.MustCompile(`(?i)^(no|not|non|none|never|nothing|nobody|neither|nor|without|cannot|\w+n['’]t)$`)
	number   = regexp.MustCompile(`(?i)^(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|(twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|thirds?|quarters?|percent|per|[mck]?m|[mk]?g|km|tonnes?|miles?|metres?|litres?)$`)
	ordinary = regexp.MustCompile(`^(The|A|An|In|On|At|It|He|She|They|We|This|That|These|But|And|Its|His|Her|Their|As|By|For|From|If|Of|Or|So|To|When|With)$`)
	latin    = regexp.MustCompile(`^\p{Latin}+$`)
)

func factual(word string) bool {
	if negation.MatchString(word) || number.MatchString(word) || strings.ContainsAny(word, "%‰@$€£¥°/[") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(word)
	return strings.ContainsFunc(word, unicode.IsNumber) || (unicode.IsUpper(first) && !ordinary.MatchString(word))
}

// slip reports whether two words are one but for a slip of the pen: Latin
// letters, five at least, the same initial, and one letter wrong, missing, too
// many, or two in each other's place. A prefix such as "im-" is no slip.
func slip(a, b string) bool {
	if !latin.MatchString(a) || !latin.MatchString(b) || min(len(a), len(b)) < 5 || a[0] != b[0] {
		return false
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = 0
	distance := d.DiffLevenshtein(d.DiffMain(a, b, false))
	return distance == 1 || (distance == 2 && sorted(a) == sorted(b))
}

func sorted(word string) string {
	letters := []rune(word)
	slices.Sort(letters)
	return string(letters)
}

// fold drops what is only typography.
func fold(words []string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, strings.Join(words, ""))
}

// changedWords aligns two texts word by word and gives the runs that differ, as
// pairs of removed and added words.
func changedWords(a, b string) [][2][]string {
	d := diffmatchpatch.New()
	d.DiffTimeout = 0
	x, y, words := d.DiffLinesToRunes(oneWordALine(a), oneWordALine(b))
	var changes [][2][]string
	var current [2][]string
	flush := func() {
		if current[0] != nil || current[1] != nil {
			changes = append(changes, current)
		}
		current = [2][]string{}
	}
	for _, diff := range d.DiffCharsToLines(d.DiffMainRunes(x, y, false), words) {
		switch diff.Type {
		case diffmatchpatch.DiffEqual:
			flush()
		case diffmatchpatch.DiffDelete:
			current[0] = append(current[0], strings.Fields(diff.Text)...)
		case diffmatchpatch.DiffInsert:
			current[1] = append(current[1], strings.Fields(diff.Text)...)
		}
	}
	flush()
	return changes
}

func oneWordALine(s string) string { return strings.Join(strings.Fields(s), "\n") + "\n" }
