package search

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// vocabulary is every word that was read. Words that came since it was last asked
// for are sorted in then.
type vocabulary struct {
	mu     sync.Mutex
	fresh  []entry
	sorted []entry
}

type entry struct {
	form string
	term uint32
}

func (v *vocabulary) add(word string, term uint32) {
	v.fresh = append(v.fresh, entry{word, term})
}

func (v *vocabulary) all() []entry {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.fresh) == 0 {
		return v.sorted
	}
	slices.SortFunc(v.fresh, inOrder)
	merged := make([]entry, 0, len(v.sorted)+len(v.fresh))
	old := v.sorted
	for _, e := range v.fresh {
		at, _ := slices.BinarySearchFunc(old, e, inOrder)
		merged = append(append(merged, old[:at]...), e)
		old = old[at:]
	}
	v.sorted, v.fresh = append(merged, old...), nil
	return v.sorted
}

func inOrder(a, b entry) int {
	return cmp.Or(strings.Compare(a.form, b.form), cmp.Compare(a.term, b.term))
}

// characters tells which occur in a word, by their last six bits.
func characters(word string) uint64 {
	var set uint64
	for _, r := range word {
		set |= 1 << (r & 63)
	}
	return set
}

// mostContinued bounds how many words a beginning stands for.
const mostContinued = 64

// continued gives the words that begin so, the most frequent first.
func (x *Index) continued(beginning string) []entry {
	sorted := x.vocabulary.all()
	from, _ := slices.BinarySearchFunc(sorted, beginning, func(e entry, b string) int { return strings.Compare(e.form, b) })
	var found []entry
	for _, e := range sorted[from:] {
		if !strings.HasPrefix(e.form, beginning) {
			break
		}
		if x.lists[e.term].size() > 0 {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b entry) int { return cmp.Compare(x.lists[b.term].size(), x.lists[a.term].size()) })
	return found[:min(len(found), mostContinued)]
}

// corrected gives the word of the vocabulary that was most likely meant by one that
// is in no document: one slip away, or two in a long word; of equally near ones the
// most frequent. A slip is a character too many, missing, wrong, or changed with its
// neighbour (Damerau 1964). The first character is taken to be right, or missing, or
// changed with the second.
func (x *Index) corrected(word string) (entry, bool) {
	letters := []rune(word)
	slips := 1
	switch {
	case len(letters) < 4:
		return entry{}, false
	case len(letters) >= 8:
		slips = 2
	}
	set := characters(word)
	var best entry
	bestSlips, bestSize := slips+1, 0
	for _, e := range x.alike(letters) {
		if d := utf8.RuneCountInString(e.form) - len(letters); d > slips || -d > slips || differ(characters(e.form), set) > 2*slips {
			continue
		}
		size := x.lists[e.term].size()
		if size == 0 {
			continue
		}
		if n := slipsBetween([]rune(e.form), letters, slips); n < bestSlips || n == bestSlips && n <= slips && size > bestSize {
			best, bestSlips, bestSize = e, n, size
		}
	}
	return best, bestSlips <= slips
}

// alike gives the words that begin with the first or the second character.
func (x *Index) alike(letters []rune) []entry {
	list := x.beginning(letters[0])
	if letters[1] != letters[0] {
		list = append(slices.Clip(list), x.beginning(letters[1])...)
	}
	return list
}

func (x *Index) beginning(r rune) []entry {
	sorted := x.vocabulary.all()
	byForm := func(e entry, form string) int { return strings.Compare(e.form, form) }
	from, _ := slices.BinarySearchFunc(sorted, string(r), byForm)
	to, _ := slices.BinarySearchFunc(sorted, string(r+1), byForm)
	return sorted[from:max(from, to)]
}

func differ(a, b uint64) int {
	return bits.OnesCount64(a ^ b)
}

// slipsBetween counts the slips between two words (optimal string alignment), most+1
// for more than most.
func slipsBetween(a, b []rune, most int) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i, r := range a {
		row[0] = i + 1
		least := row[0]
		for j, s := range b {
			n := last[j]
			if r != s {
				n = 1 + min(n, last[j+1], row[j])
			}
			if i > 0 && j > 0 && r == b[j-1] && a[i-1] == s {
				n = min(n, before[j-1]+1)
			}
			row[j+1] = n
			least = min(least, n)
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], most+1)
}
