package record

import (
	"bytes"
	"reflect"
	"slices"
)

// LeastClass gives the least class of correction that a change may bear: it
// looks at what differs between the two contents and at the cause that the
// editor stated. An editor may choose a graver one, never a lesser; so what
// cannot be told from a change of meaning counts as one.
func LeastClass(before, after Content, cause string) string {
	grave := func(byError string) string {
		if cause == "new-facts" {
			return "update"
		}
		return byError
	}
	if verdict(before) != verdict(after) {
		if withdrawn(after) {
			return "retraction"
		}
		return grave("rating-change")
	}
	if !sameFacts(before, after) {
		return grave("correction")
	}
	switch max(proseChange(before, after), settingChange(before, after)) {
	case changesFacts:
		return grave("correction")
	case changesWords:
		return "clarification"
	}
	return "typo"
}

// The three ways in which two texts differ, the least first.
const (
	changesForm = iota
	changesWords
	changesFacts
)

// withdrawn reports whether a content takes back what was published.
func withdrawn(c Content) bool {
	return c.Ruling.Outcome == "retracted" || c.Ruling.Outcome == "merged" ||
		c.Correction != nil && c.Correction.Class == "retraction"
}

// judgement is the outcome in a form that can be compared. A rating is more than
// its key: the same word on another scale, or at another place, is another one.
type judgement struct {
	outcome, scale, key string
	ordinal, of         int
}

func verdict(c Content) judgement {
	r := c.Ruling
	switch {
	case r.Rating != nil && !withdrawn(c):
		return judgement{r.Outcome, r.Rating.Scale, r.Rating.Key, r.Rating.Ordinal, r.Rating.Of}
	case withdrawn(c) && r.Outcome != "merged":
		return judgement{outcome: "retracted"}
	}
	return judgement{outcome: r.Outcome}
}

// sameFacts compares everything but salt, correction, filing, family, copies,
// the dress of the rating, and prose.
func sameFacts(a, b Content) bool {
	x, errA := Canonical(facts(a))
	y, errB := Canonical(facts(b))
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

func facts(c Content) Content {
	c = apart(c)
	c.Salt, c.Correction = "", nil
	c.Claim.Topics, c.Relations = nil, nil
	c.Ruling.Renderer = ""
	for i := range c.Sources {
		c.Sources[i].Capture = nil
	}
	if r := c.Ruling.Rating; r != nil {
		r.ScaleNumber, r.Tone, r.Shape = 0, "", ""
	}
	for _, text := range prose(&c) {
		*text = ""
	}
	return c
}

// apart gives a copy whose prose, captures and rating can be overwritten.
func apart(c Content) Content {
	c.Appearances = slices.Clone(c.Appearances)
	for i := range c.Appearances {
		c.Appearances[i].Attestations = slices.Clone(c.Appearances[i].Attestations)
	}
	c.Evidence, c.Sources, c.Derivations = slices.Clone(c.Evidence), slices.Clone(c.Sources), slices.Clone(c.Derivations)
	if c.Ruling.Rating != nil {
		rating := *c.Ruling.Rating
		c.Ruling.Rating = &rating
	}
	return c
}

// prose lists the texts in which we explain ourselves, where a slip of the pen
// is possible without a fact being wrong. Whatever is not listed is a fact.
func prose(c *Content) []*string {
	list := []*string{&c.Claim.Reason, &c.Ruling.OutcomeReason, &c.Ruling.Summary, &c.Ruling.Reasoning, &c.Ruling.WouldChange}
	for i := range c.Appearances {
		for k := range c.Appearances[i].Attestations {
			list = append(list, &c.Appearances[i].Attestations[k].Note)
		}
	}
	for i := range c.Evidence {
		list = append(list, &c.Evidence[i].Comment)
	}
	for i := range c.Derivations {
		list = append(list, &c.Derivations[i].Note)
	}
	return list
}

// proseChange judges the prose of two contents with equal facts, and so with
// equally many texts.
func proseChange(a, b Content) int {
	x, y := prose(&a), prose(&b)
	worst := changesForm
	for i := range x {
		worst = max(worst, textChange(*x[i], *y[i]))
	}
	return worst
}

// settingChange judges what stands around the claim. Another claim published or
// related, a copy made or a rating in another dress changes no fact of this one.
func settingChange(a, b Content) int {
	worst := changesForm
	if !slices.EqualFunc(a.Relations, b.Relations, func(r, s Relation) bool { return bare(r) == bare(s) }) ||
		!reflect.DeepEqual(captures(a), captures(b)) || dressOf(a) != dressOf(b) {
		worst = changesWords
	}
	x, y := rationales(a), rationales(b)
	for relation, rationale := range x {
		if other, both := y[relation]; both {
			worst = max(worst, textChange(rationale, other))
		}
	}
	return worst
}

func bare(r Relation) Relation {
	r.Rationale = ""
	return r
}

func rationales(c Content) map[Relation]string {
	m := map[Relation]string{}
	for _, r := range c.Relations {
		m[bare(r)] = r.Rationale
	}
	return m
}

func captures(c Content) []*Snapshot {
	var list []*Snapshot
	for _, s := range c.Sources {
		list = append(list, s.Capture)
	}
	return list
}

// dress is how a rating is shown, and by which version of its scale.
type dress struct {
	version     int
	tone, shape string
}

func dressOf(c Content) dress {
	if r := c.Ruling.Rating; r != nil {
		return dress{r.ScaleNumber, r.Tone, r.Shape}
	}
	return dress{}
}
