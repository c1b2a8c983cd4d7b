package quote

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Proposal is a passage that a quotation may have meant. It is never accepted
// without a person. Errors counts the characters to insert, delete or replace.
type Proposal struct {
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Errors int    `json:"errors"`
	Text   string `json:"text"`
	Part   string `json:"part"` // the part of the quotation that it may be
}

const (
	mostErrors    = 256 // of the longest quotation
	errorShare    = 3   // in ten characters of the quotation, at most
	leastForNear  = 4   // shorter ones are like anything
	proposals     = 3   // at most, for each part
	scannedWhole  = 64  // longer parts are looked for around their likely places only
	longestSearch = 4000
	mostSearched  = 4 // parts
)

// near proposes passages for the parts that stand nowhere, the first few.
func (t *Text) near(parts []string, expected int) []Proposal {
	found := []Proposal{}
	f := t.folded()
	searched := map[string]bool{}
	for _, part := range parts {
		words := fold(part)
		pattern := []rune(strings.TrimSpace(words.text))
		if len(pattern) < leastForNear || len(pattern) > longestSearch || searched[string(pattern)] || strings.Contains(f.text, string(pattern)) {
			continue
		}
		if searched[string(pattern)] = true; len(searched) > mostSearched {
			break
		}
		for _, m := range approximate(f, pattern, min(mostErrors, len(pattern)*errorShare/10)) {
			p := f.place(m.start, m.end)
			found = append(found, Proposal{p.Start, p.End, m.errors, t.Slice(p.Start, p.End), part})
		}
	}
	slices.SortStableFunc(found, func(a, b Proposal) int {
		if c := cmp.Compare(a.Errors, b.Errors); c != 0 || expected < 0 {
			return c
		}
		return cmp.Compare(distance(a.Start, expected), distance(b.Start, expected))
	})
	return found
}

// inexact is a span of runes that a pattern becomes with some errors.
type inexact struct{ start, end, errors int }

// approximate finds the best spans with at most k errors, the best first.
func approximate(f *folded, pattern []rune, k int) []inexact {
	windows := []Place{{0, f.size}}
	if len(pattern) > scannedWhole {
		windows = likely(f, pattern, k)
	}
	var found []inexact
	forward, backward := newMatcher(pattern), newMatcher(reversed(pattern))
	for _, w := range windows {
		text := f.text[f.offset(w.Start):f.offset(w.End)]
		for _, end := range forward.ends(text, k) {
			from := max(0, w.Start+end.end-len(pattern)-k)
			behind := []rune(f.text[f.offset(from):f.offset(w.Start+end.end)])
			end = backward.stretch(behind, end)
			found = append(found, inexact{from + end.start, from + len(behind), end.errors})
		}
	}
	slices.SortStableFunc(found, func(a, b inexact) int { return cmp.Compare(a.errors, b.errors) })
	var best []inexact
	for _, m := range found {
		overlaps := slices.ContainsFunc(best, func(b inexact) bool { return m.start < b.end && b.start < m.end })
		if !overlaps && m.end > m.start && len(best) < proposals {
			best = append(best, m)
		}
	}
	return best
}

// likely gives the stretches of the text that share most short runs of
// characters with a long pattern, each wide enough to hold it.
func likely(f *folded, pattern []rune, k int) []Place {
	const length, bucket = 8, 256
	known := map[uint64]int32{}
	var filter [1 << 16]bool
	rolling(string(pattern), length, func(at int, h uint64) {
		known[h], filter[h&0xffff] = int32(at), true
	})
	votes := make([]int32, (f.size+len(pattern))/bucket+2)
	rolling(f.text, length, func(at int, h uint64) {
		if filter[h&0xffff] {
			if in, ok := known[h]; ok {
				votes[(at-int(in)+len(pattern))/bucket]++ // where the pattern would begin
			}
		}
	})
	var windows []Place
	for range proposals {
		best := 0
		for i := range votes {
			if votes[i] > votes[best] {
				best = i
			}
		}
		if votes[best] == 0 {
			break
		}
		start := best*bucket - len(pattern)
		windows = append(windows, Place{max(0, start-k), min(f.size, start+bucket+len(pattern)+k)})
		votes[best] = 0
		for _, beside := range []int{best - 1, best + 1} {
			if beside >= 0 && beside < len(votes) {
				votes[beside] /= 2
			}
		}
	}
	return windows
}

// rolling hashes every run of n runes (Karp and Rabin 1987), n a power of two.
func rolling(text string, n int, each func(at int, hash uint64)) {
	const base = 0x9E3779B97F4A7C15
	power := uint64(1)
	for range n - 1 {
		power *= base
	}
	last := make([]rune, n)
	var h uint64
	i := 0
	for _, r := range text {
		slot := i & (n - 1)
		h = (h-uint64(last[slot])*power)*base + uint64(r)
		last[slot] = r
		if i >= n-1 {
			each(i-n+1, h^h>>29)
		}
		i++
	}
}

func reversed(r []rune) []rune {
	r = slices.Clone(r)
	slices.Reverse(r)
	return r
}

// matcher finds a pattern with errors by Myers' bit-parallel algorithm (Myers
// 1999) in Hyyrö's blocks of 64 rows (Hyyrö 2003).
type matcher struct {
	size   int
	symbol map[rune]int
	low    [1 << 12]int32 // symbol of the runes that most texts are made of
	equal  [][]uint64     // symbol -> block -> rows where it stands
	last   uint64         // bit of the last row in the last block
	plus   []uint64
	minus  []uint64
}

func newMatcher(pattern []rune) *matcher {
	blocks := (len(pattern) + 63) / 64
	m := &matcher{size: len(pattern), symbol: map[rune]int{}, plus: make([]uint64, blocks), minus: make([]uint64, blocks)}
	m.equal = [][]uint64{make([]uint64, blocks)} // symbol 0: stands nowhere
	m.last = 1 << ((len(pattern) - 1) % 64)
	for i, r := range pattern {
		if m.symbol[r] == 0 {
			m.symbol[r] = len(m.equal)
			m.equal = append(m.equal, make([]uint64, blocks))
			if r < rune(len(m.low)) {
				m.low[r] = int32(m.symbol[r])
			}
		}
		m.equal[m.symbol[r]][i/64] |= 1 << (i % 64)
	}
	return m
}

func (m *matcher) reset() {
	for i := range m.plus {
		m.plus[i], m.minus[i] = ^uint64(0), 0
	}
}

func (m *matcher) rows(r rune) []uint64 {
	if r < rune(len(m.low)) {
		return m.equal[m.low[r]]
	}
	return m.equal[m.symbol[r]]
}

// step reads one more rune and gives the change of the last row. Above is the
// change of the row before the first: 0 when a match may begin anywhere, 1 when
// it must begin at the beginning.
func (m *matcher) step(r rune, above int) int {
	rows := m.rows(r)
	change := above
	for b := range m.plus {
		high := uint64(1) << 63
		if b == len(m.plus)-1 {
			high = m.last
		}
		change = m.block(b, rows[b], change, high)
	}
	return change
}

func (m *matcher) block(b int, equal uint64, in int, high uint64) int {
	pv, mv := m.plus[b], m.minus[b]
	if in < 0 {
		equal |= 1
	}
	xv := equal | mv
	xh := (((equal & pv) + pv) ^ pv) | equal
	ph, mh := mv|^(xh|pv), pv&xh
	out := 0
	if ph&high != 0 {
		out = 1
	} else if mh&high != 0 {
		out = -1
	}
	ph, mh = ph<<1, mh<<1
	if in > 0 {
		ph |= 1
	} else if in < 0 {
		mh |= 1
	}
	m.plus[b], m.minus[b] = mh|^(xv|ph), ph&xv
	return out
}

// ends gives where matches with at most k errors end, in runes: the best of each
// cluster.
func (m *matcher) ends(text string, k int) []inexact {
	m.reset()
	score, at := m.size, 0
	var ends []inexact
	for _, r := range text {
		at++
		if score += m.step(r, 0); score > k {
			continue
		}
		last := len(ends) - 1
		switch {
		case last < 0 || at-ends[last].end > m.size/2+1:
			ends = append(ends, inexact{end: at, errors: score})
		case score < ends[last].errors:
			ends[last] = inexact{end: at, errors: score}
		}
	}
	return ends
}

// stretch finds where a match begins that ends with the text, by matching
// backwards from there. Of equally good beginnings the longest wins.
func (m *matcher) stretch(text []rune, end inexact) inexact {
	m.reset()
	score, best := m.size, m.size+1
	for i := len(text) - 1; i >= 0; i-- {
		score += m.step(text[i], 1)
		if score <= best {
			best, end.start = score, i
		}
	}
	end.errors = min(end.errors, best)
	return end
}

// runeCount is the length of a text in code points.
func runeCount(s string) int { return utf8.RuneCountInString(s) }
