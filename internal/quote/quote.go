// Package quote anchors quotations in texts: it finds where a quotation stands,
// says how well it matches, tells places apart by what stands around them, and
// proposes the nearest passage when there is none. It never accepts an inexact
// match by itself. All positions are code points, ends exclusive, as in the
// W3C's Web Annotation Data Model. It is pure.
package quote

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// Query is a quotation to find. An ellipsis in Exact may belong to the source
// or stand for words left out: the literal text is tried first.
type Query struct {
	Exact  string
	Prefix string // what stands before it, to tell like places apart
	Suffix string // what stands after it
	Near   int    // code point near which it is expected; Anywhere when unknown
}

// Anywhere says that no position is expected.
const Anywhere = -1

// Place is a span of the text.
type Place struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Segment is one unbroken piece of a quotation, and how many code points were
// left out before it.
type Segment struct {
	Start int `json:"start"`
	End   int `json:"end"`
	Gap   int `json:"gap"`
}

// Result says how a quotation stands to a text. State is one of kb's check
// states. Matches lists every place that is left, one for an exact or normalised
// match; segments are the pieces of the first. Near are passages that the
// quotation may have meant, for a person to judge.
type Result struct {
	State    string     `json:"state"`
	Matches  []Place    `json:"matches"`
	Segments []Segment  `json:"segments"`
	Warnings []string   `json:"warnings"`
	Near     []Proposal `json:"near"`
}

// Warnings about what an ellipsis leaves out.
const (
	NegationInGap = "negation-in-gap"
	LongGap       = "long-gap"
)

// longGap is how many code points may be left out without a warning: two or
// three sentences.
const longGap = 300

// Text is a text in which quotations are looked up.
type Text struct {
	raw   string
	fold  folded
	runes []rune // of raw, when positions were asked for
}

// New prepares a text.
func New(text string) *Text { return &Text{raw: text} }

func (t *Text) folded() folded {
	if t.fold.start == nil {
		t.fold = fold(t.raw)
	}
	return t.fold
}

// Len is the length in code points.
func (t *Text) Len() int { return utf8.RuneCountInString(t.raw) }

// Slice gives the words of a span. Out of range is cut to what there is.
func (t *Text) Slice(start, end int) string {
	if t.runes == nil {
		t.runes = []rune(t.raw)
	}
	start = min(max(start, 0), len(t.runes))
	return string(t.runes[start:min(max(end, start), len(t.runes))])
}

// Find looks a quotation up: its literal words, then its words whatever the
// typography, then the same for the pieces between its ellipses.
func (t *Text) Find(q Query) Result {
	r := Result{State: kb.NotInCopy, Matches: []Place{}, Segments: []Segment{}, Warnings: []string{}, Near: []Proposal{}}
	pieces := [][]string{{q.Exact}}
	if parts := Split(q.Exact); len(parts) > 0 && (len(parts) > 1 || parts[0] != q.Exact) {
		pieces = append(pieces, parts)
	}
	for _, parts := range pieces {
		if t.literally(&r, parts, q) || t.inAnySpelling(&r, parts, q) {
			r.Warnings = t.warnings(r.Segments)
			return r
		}
	}
	r.Near = t.near(pieces[len(pieces)-1], q.Near)
	return r
}

// literally finds the parts letter by letter.
func (t *Text) literally(r *Result, parts []string, q Query) bool {
	lists := make([][]Place, len(parts))
	for i, part := range parts {
		lists[i] = occurrences(t.raw, part)
	}
	return t.settle(r, kb.Exact, lists, q)
}

// inAnySpelling finds the parts whatever their typography.
func (t *Text) inAnySpelling(r *Result, parts []string, q Query) bool {
	f := t.folded()
	lists := make([][]Place, len(parts))
	for i, part := range parts {
		folded := strings.TrimSpace(fold(part).text)
		for _, p := range occurrences(f.text, folded) {
			lists[i] = append(lists[i], Place{int(f.start[p.Start]), int(f.end[p.End-1])})
		}
	}
	return t.settle(r, kb.Normalised, lists, q)
}

// settle tells the readings apart by what stands around them, and fills the
// result if there is any. One place left is a match, more are ambiguous.
func (t *Text) settle(r *Result, state string, lists [][]Place, q Query) bool {
	found := t.readings(lists, q)
	if len(found) == 0 {
		return false
	}
	if q.Near >= 0 {
		slices.SortStableFunc(found, func(a, b reading) int {
			return cmp.Compare(distance(a[0].Start, q.Near), distance(b[0].Start, q.Near))
		})
	}
	r.State = state
	if len(found) > 1 {
		r.State = kb.Ambiguous
	}
	for _, c := range found {
		r.Matches = append(r.Matches, Place{c[0].Start, c[len(c)-1].End})
	}
	for i, p := range found[0] {
		gap := 0
		if i > 0 {
			gap = p.Start - found[0][i-1].End
		}
		r.Segments = append(r.Segments, Segment{p.Start, p.End, gap})
	}
	return true
}

func distance(a, b int) int { return max(a-b, b-a) }

// readings gives the ways in which the parts, each with the places where it
// stands, can be read in order. Of the first part's places those remain that
// have the prefix before them, of the last part's those with the suffix after
// them; surroundings that stand nowhere tell nothing apart.
func (t *Text) readings(lists [][]Place, q Query) []reading {
	if slices.ContainsFunc(lists, func(l []Place) bool { return len(l) == 0 }) {
		return nil
	}
	last := len(lists) - 1
	if q.Prefix == "" && q.Suffix == "" || (last == 0 && len(lists[0]) == 1) {
		return inOrder(lists)
	}
	s := t.surroundings(q)
	if last == 0 {
		return inOrder([][]Place{s.best(lists[0])})
	}
	narrowed := slices.Clone(lists)
	narrowed[0], narrowed[last] = kept(lists[0], s.prefixed), kept(lists[last], s.suffixed)
	if found := inOrder(narrowed); found != nil {
		return found
	}
	return inOrder(lists)
}

// reading is one way to read a quotation: a place for each of its parts.
type reading []Place

// inOrder reads on from each place of the first part: every further part at the
// next place where it stands.
func inOrder(lists [][]Place) []reading {
	var found []reading
	next := make([]int, len(lists)) // where each list is read on; it only ever moves on
	for _, first := range lists[0] {
		c := reading{first}
		for i := 1; i < len(lists); i++ {
			for next[i] < len(lists[i]) && lists[i][next[i]].Start < c[i-1].End {
				next[i]++
			}
			if next[i] == len(lists[i]) {
				return found
			}
			c = append(c, lists[i][next[i]])
		}
		found = append(found, c)
	}
	return found
}

// surroundings tells whether a query's prefix and suffix stand around a place,
// whatever their typography.
type surroundings struct {
	cursor

	prefix, suffix string
}

func (t *Text) surroundings(q Query) surroundings {
	return surroundings{
		newCursor(t.folded()), strings.TrimSpace(fold(q.Prefix).text), strings.TrimSpace(fold(q.Suffix).text),
	}
}

func (s surroundings) prefixed(p Place) bool {
	return s.prefix != "" && strings.HasSuffix(strings.TrimSpace(s.before(p.Start)), s.prefix)
}

func (s surroundings) suffixed(p Place) bool {
	return s.suffix != "" && strings.HasPrefix(strings.TrimSpace(s.after(p.End)), s.suffix)
}

// best keeps the places that have both sides, or failing that one of them.
func (s surroundings) best(places []Place) []Place {
	both := func(p Place) bool { return s.prefixed(p) && s.suffixed(p) }
	if some := slices.ContainsFunc(places, both); some {
		return kept(places, both)
	}
	return kept(places, func(p Place) bool { return s.prefixed(p) || s.suffixed(p) })
}

// kept gives the places that a condition holds for, or all if it holds for none.
func kept(places []Place, holds func(Place) bool) []Place {
	var some []Place
	for _, p := range places {
		if holds(p) {
			some = append(some, p)
		}
	}
	if some == nil {
		return places
	}
	return some
}

// occurrences finds every place of part in text, overlapping ones too.
func occurrences(text, part string) []Place {
	if part == "" {
		return nil
	}
	var places []Place
	size := utf8.RuneCountInString(part)
	runes, from := 0, 0
	for {
		i := strings.Index(text[from:], part)
		if i < 0 {
			return places
		}
		runes += utf8.RuneCountInString(text[from : from+i])
		places = append(places, Place{runes, runes + size})
		_, w := utf8.DecodeRuneInString(text[from+i:])
		from, runes = from+i+w, runes+1
	}
}

// cursor finds the folded text around places of the text as given.
type cursor struct {
	folded

	offset []int32 // byte offset of each folded rune, and of the end
}

func newCursor(f folded) cursor {
	c := cursor{f, make([]int32, 0, len(f.start)+1)}
	for i := range f.text {
		c.offset = append(c.offset, int32(i))
	}
	c.offset = append(c.offset, int32(len(f.text)))
	return c
}

// before gives the folded text before a code point of the text as given.
func (c cursor) before(start int) string {
	i, _ := slices.BinarySearch(c.end, int32(start)+1)
	return c.text[:c.offset[i]]
}

// after gives the folded text from a code point of the text as given on.
func (c cursor) after(end int) string {
	i, _ := slices.BinarySearch(c.start, int32(end))
	return c.text[c.offset[i]:]
}
