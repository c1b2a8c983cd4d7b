package record

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// textChange judges two texts by the words in which they differ. Both orders
// are compared as one, so that a change weighs as much as its undoing.
func textChange(a, b string) int {
	if a == b {
		return changesForm
	}
	worst := changesForm
	for _, run := range runs(lex(min(a, b)), lex(max(a, b))) {
		worst = max(worst, runChange(run[0], run[1]))
	}
	return worst
}

// runChange judges words that stand for others: a figure, a name, a citation, a
// unit or a negation is never form; a slip of the pen is.
func runChange(removed, added []token) int {
	removed, added = withoutSlips(removed, added)
	switch {
	case !slices.Equal(stated(removed), stated(added)) || opposed(removed, added) || rival(removed, added):
		return changesFacts
	case len(removed)+len(added) > 0:
		return changesWords
	}
	return changesForm
}

func withoutSlips(removed, added []token) (x, y []token) {
	if len(removed) != len(added) {
		return removed, added
	}
	for i := range removed {
		if !slip(removed[i].text, added[i].text) {
			x, y = append(x, removed[i]), append(y, added[i])
		}
	}
	return x, y
}

// stated gives what the words state by themselves.
func stated(words []token) []string {
	var list []string
	for _, w := range words {
		if w.fact != "" {
			list = append(list, w.fact)
		}
	}
	return list
}

// opposed reports whether a word and its negation by a prefix or suffix stand on
// either side: possible and impossible, harm and harmless.
func opposed(removed, added []token) bool {
	return negates(removed, added) || negates(added, removed)
}

func negates(words, others []token) bool {
	stems := map[string]bool{}
	for _, w := range words {
		stems[strings.ToLower(w.text)] = len(w.text) >= 4
	}
	for _, w := range others {
		word := strings.ToLower(w.text)
		for _, prefix := range negatingPrefixes {
			if stem, cut := strings.CutPrefix(word, prefix); cut && stems[stem] {
				return true
			}
		}
		stem, cut := strings.CutSuffix(word, "less")
		if cut && (stems[stem] || stems[stem+"ful"]) {
			return true
		}
	}
	return false
}

// rival reports whether both sides speak of one thing and say different things
// of it: all and some, must and may, rose and fell.
func rival(removed, added []token) bool {
	x, y := sides(removed), sides(added)
	for matter, said := range x {
		if other, both := y[matter]; both && said != other {
			return true
		}
	}
	return false
}

// sides gives, for each matter that the words speak of, the set of what they say.
func sides(words []token) map[int]uint {
	m := map[int]uint{}
	for _, w := range words {
		for _, s := range rivals[strings.ToLower(w.text)] {
			m[s.matter] |= 1 << s.side
		}
	}
	return m
}

// slip reports whether two words are surely one but for a slip of the pen: a
// known misspelling, neighbours in each other's place, or a consonant written
// once for twice. Another wrong letter is as likely to make another word.
func slip(a, b string) bool {
	if misspelt(a, b) || misspelt(b, a) {
		return true
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	return plain.MatchString(a) && plain.MatchString(b) && (!twins[a] || !twins[b]) && (swapped(a, b) || doubled(a, b))
}

func misspelt(wrong, right string) bool {
	if misspellings[wrong] == right || strings.HasSuffix(right, "n't") && strings.ReplaceAll(right, "'", "") == wrong {
		return true
	}
	if wrong[0] != right[0] {
		return false
	}
	wrong, right = strings.ToLower(wrong), strings.ToLower(right)
	for fragment, known := range misspeltFragments {
		if before, after, found := strings.Cut(wrong, fragment); found && before+known+after == right {
			return true
		}
	}
	return false
}

// swapped reports whether two neighbouring letters changed places, the first
// letter of the word not among them.
func swapped(a, b string) bool {
	if len(a) != len(b) || len(a) < 6 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	return i > 0 && i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// doubled reports whether a doubled consonant of the long word is single in the
// short one. What ends a word belongs to its grammar.
func doubled(long, short string) bool {
	if len(long) != len(short)+1 || len(short) < 7 {
		return false
	}
	for i := 1; i+1 < len(long); i++ {
		if long[i] == long[i-1] && !strings.ContainsRune("aeiou", rune(long[i])) && long[:i]+long[i+1:] == short {
			return true
		}
	}
	return false
}

// runs aligns two texts token by token and gives what differs, as pairs of
// removed and added tokens.
func runs(a, b []token) [][2][]token {
	d := diffmatchpatch.New()
	d.DiffTimeout = 0
	number := map[token]rune{}
	var list [][2][]token
	var run [2][]token
	flush := func() {
		if run[0] != nil || run[1] != nil {
			list = append(list, run)
		}
		run = [2][]token{}
	}
	for _, diff := range d.DiffMainRunes(numbered(a, number), numbered(b, number), false) {
		n := utf8.RuneCountInString(diff.Text)
		switch diff.Type {
		case diffmatchpatch.DiffEqual:
			flush()
			a, b = a[n:], b[n:]
		case diffmatchpatch.DiffDelete:
			run[0], a = append(run[0], a[:n]...), a[n:]
		case diffmatchpatch.DiffInsert:
			run[1], b = append(run[1], b[:n]...), b[n:]
		}
	}
	flush()
	return list
}

// numbered gives every token a rune of its own, from the private use area on:
// the numbers before it would run into the surrogates.
func numbered(tokens []token, number map[token]rune) []rune {
	runes := make([]rune, len(tokens))
	for i, t := range tokens {
		if _, seen := number[t]; !seen {
			number[t] = '\uE000' + rune(len(number))
		}
		runes[i] = number[t]
	}
	return runes
}
