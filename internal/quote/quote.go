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
	fold  *folded
	marks []int // byte offset of every markEvery-th code point of raw, when one was asked for
	size  int   // of raw in code points, when it was counted
}

// New prepares a text.
func New(text string) *Text { return &Text{raw: text} }

func (t *Text) folded() *folded {
	if t.fold == nil {
		f := fold(t.raw)
		t.fold = &f
	}
	return t.fold
}

// Len is the length in code points.
func (t *Text) Len() int {
	t.count()
	return t.size
}

// Slice gives the words of a span. Out of range is cut to what there is.
func (t *Text) Slice(start, end int) string {
	t.count()
	start = min(max(start, 0), t.size)
	end = min(max(end, start), t.size)
	return t.raw[t.offset(start):t.offset(end)]
}

func (t *Text) count() {
	if t.marks != nil || t.raw == "" {
		return
	}
	for i := range t.raw {
		if t.size%markEvery == 0 {
			t.marks = append(t.marks, i)
		}
		t.size++
	}
}

// offset gives the byte offset of a code point, or of the end.
func (t *Text) offset(point int) int {
	if point >= t.size {
		return len(t.raw)
	}
	at := t.marks[point/markEvery]
	for range point % markEvery {
		_, w := utf8.DecodeRuneInString(t.raw[at:])
		at += w
	}
	return at
}

// MostParts is into how many pieces a quotation may fall. More is no quotation,
// and would take long.
const MostParts = 40

// How many places of a part are looked at. More have only texts that were made
// for it; where they matter, the quotation stays ambiguous.
const (
	mostPlaces      = 200_000
	mostPartsPlaces = 50_000 // of each of several parts
)

// Find looks a quotation up: its literal words, then its words whatever the
// typography, then the same for the pieces between its ellipses.
func (t *Text) Find(q Query) Result {
	r := Result{State: kb.NotInCopy, Matches: []Place{}, Segments: []Segment{}, Warnings: []string{}, Near: []Proposal{}}
	if !utf8.ValidString(q.Exact) {
		return r
	}
	parts := []string{q.Exact}
	if t.found(&r, parts, q) {
		return r
	}
	if split := Split(q.Exact); len(split) > 0 && len(split) <= MostParts && (len(split) > 1 || split[0] != q.Exact) {
		parts = split
		if t.found(&r, parts, q) {
			r.Warnings = t.warnings(r.Segments)
			return r
		}
	}
	r.Near = t.near(parts, q.Near)
	return r
}

// found looks for the parts letter by letter, then whatever their typography.
// Surroundings that stand around none of the literal places may stand around
// one that is spelled another way.
func (t *Text) found(r *Result, parts []string, q Query) bool {
	most := mostPlaces
	if len(parts) > 1 {
		most = mostPartsPlaces
	}
	literal := eachPart(parts, func(part string) []Place { return occurrences(t.raw, part, most) })
	surrounded := q.Prefix != "" || q.Suffix != ""
	if literal != nil && (!surrounded || t.tellsApart(literal, q)) {
		return t.settle(r, kb.Exact, literal, q)
	}
	spelled := eachPart(parts, func(part string) []Place { return t.inAnySpelling(part, most) })
	if spelled != nil && (literal == nil || t.tellsApart(spelled, q)) {
		return t.settle(r, kb.Normalised, spelled, q)
	}
	return literal != nil && t.settle(r, kb.Exact, literal, q)
}

// eachPart gives the places of every part, in order, or nothing when one of them
// stands nowhere. Equal parts share their places.
func eachPart(parts []string, find func(string) []Place) [][]Place {
	known := map[string][]Place{}
	lists := make([][]Place, len(parts))
	for i, part := range parts {
		places, seen := known[part]
		if !seen {
			places = find(part)
			known[part] = places
		}
		if len(places) == 0 {
			return nil
		}
		lists[i] = places
	}
	return lists
}

// inAnySpelling finds the places of a part whatever its typography.
func (t *Text) inAnySpelling(part string, most int) []Place {
	f, words := t.folded(), fold(part)
	var places []Place
	for _, p := range occurrences(f.text, strings.TrimSpace(words.text), most) {
		places = append(places, f.place(p.Start, p.End))
	}
	return slices.Compact(places)
}

// tellsApart reports whether the surroundings stand around any of the places.
func (t *Text) tellsApart(lists [][]Place, q Query) bool {
	s := t.surroundings(q)
	return slices.ContainsFunc(lists[0], s.prefixed) || slices.ContainsFunc(lists[len(lists)-1], s.suffixed)
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
	last := len(lists) - 1
	lists = slices.Clone(lists)
	lists[0] = nearest(lists[0], q.Near)
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

// MostReadings is how many places of an ambiguous quotation are listed at most.
const MostReadings = 10_000

// nearest begins a very long list of places around the one that is expected.
func nearest(places []Place, expected int) []Place {
	if expected < 0 || len(places) <= MostReadings {
		return places
	}
	at, _ := slices.BinarySearchFunc(places, expected, func(p Place, start int) int { return cmp.Compare(p.Start, start) })
	return places[max(0, min(at-MostReadings/2, len(places)-MostReadings)):]
}

// reading is one way to read a quotation: a place for each of its parts.
type reading []Place

// inOrder reads on from each place of the first part: every further part at the
// next place where it stands.
func inOrder(lists [][]Place) []reading {
	var found []reading
	next := make([]int, len(lists)) // where each list is read on; it only ever moves on
	for _, first := range lists[0] {
		if len(found) == MostReadings {
			return found
		}
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
	*folded

	prefix, suffix string
}

func (t *Text) surroundings(q Query) surroundings {
	return surroundings{t.folded(), strings.TrimSpace(fold(q.Prefix).text), strings.TrimSpace(fold(q.Suffix).text)}
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

// occurrences finds the places of part in text, overlapping ones too, at most
// so many.
func occurrences(text, part string, most int) []Place {
	if part == "" {
		return nil
	}
	var places []Place
	size := utf8.RuneCountInString(part)
	runes, from := 0, 0
	for {
		if len(places) == most {
			return places
		}
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
