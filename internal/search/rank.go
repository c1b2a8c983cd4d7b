package search

import (
	"cmp"
	"container/heap"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
)

// sought is one word of a query: the documents that have it in any way it is read,
// and what each grade is worth.
type sought struct {
	list  *list
	worth [grades]uint32
}

// precision is one unit of inverse document frequency in a score. It is coarse on
// purpose: scores stay the same while a few documents come, so that pages follow on
// each other. Impacts are told finer, so that each grade of a word has a score of its
// own.
const (
	precision = 64
	fineness  = 32
)

func (x *Index) sought(terms []uint32) sought {
	s := sought{list: x.unitedOf(terms)}
	idf := max(1, math.Round(precision*inverseFrequency(x.Len(), s.list.size())))
	for g := range s.worth {
		s.worth[g] = uint32(math.Round(fineness * idf * impactOf(g)))
	}
	return s
}

// inverseFrequency is the idf of BM25, never negative.
func inverseFrequency(all, having int) float64 {
	return math.Log(1 + (float64(all)-float64(having)+0.5)/(float64(having)+0.5))
}

// byGrade gives the documents that have a word, the best first.
func (w sought) byGrade() iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		var having [grades]int
		for _, entry := range w.list.few {
			having[entry%grades]++
		}
		for grade := range slices.Backward(w.worth[:]) {
			if w.list.many == nil && having[grade] == 0 {
				continue
			}
			for doc := range w.list.newest(grade) {
				if !yield(Hit{doc, w.worth[grade]}) {
					return
				}
			}
		}
	}
}

// byGrades gives documents that have one or two common words, the best first: the sets
// of the best grades are met one after the other, and none after the page is full.
// within restricts the documents, nil for all.
func (req *request) byGrades(within *roaring.Bitmap) iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		meetings := req.meetings()
		for len(meetings) > 0 {
			score := meetings[0].score
			var docs *roaring.Bitmap
			for len(meetings) > 0 && meetings[0].score == score {
				docs = joined(docs, meetings[0].docs(within))
				meetings = meetings[1:]
			}
			for hit := range newestFirst(docs, score) {
				if !yield(hit) {
					return
				}
			}
		}
	}
}

func joined(a, b *roaring.Bitmap) *roaring.Bitmap {
	if a == nil {
		return b
	}
	return roaring.Or(a, b)
}

// meeting is one combination of grades, of each word one.
type meeting struct {
	score uint32
	sets  [2]*roaring.Bitmap // the second is nil where there is one word
}

func (m meeting) docs(within *roaring.Bitmap) *roaring.Bitmap {
	docs := m.sets[0]
	if m.sets[1] != nil {
		docs = roaring.And(docs, m.sets[1])
	}
	if within != nil {
		docs = roaring.And(docs, within)
	}
	return docs
}

// meetings gives the combinations of grades that occur, the highest score first.
func (req *request) meetings() []meeting {
	list := []meeting{{}}
	for i, w := range req.words {
		longer := make([]meeting, 0, grades*len(list))
		for grade := range grades {
			set := w.list.of(grade)
			if set.IsEmpty() {
				continue
			}
			for _, m := range list {
				m.score += w.worth[grade]
				m.sets[i] = set
				longer = append(longer, m)
			}
		}
		list = longer
	}
	slices.SortFunc(list, func(a, b meeting) int { return cmp.Compare(b.score, a.score) })
	return list
}

// byScores gives documents by the sum of what their words are worth, which it works
// out for every one.
func (req *request) byScores(docs *roaring.Bitmap) iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		scores := req.x.board()
		defer wiped(scores, docs)
		for _, w := range req.words {
			w.score(scores.of, docs)
		}
		ranking := make(ranking, 0, docs.GetCardinality())
		for it := docs.Iterator(); it.HasNext(); {
			doc := it.Next()
			ranking = append(ranking, Hit{doc, scores.of[doc]})
		}
		heap.Init(&ranking)
		for len(ranking) > 0 && yield(heap.Pop(&ranking).(Hit)) {
		}
	}
}

// score adds what a word is worth to each of the documents.
func (w sought) score(scores []uint32, docs *roaring.Bitmap) {
	if w.list.many == nil {
		for doc, grade := range w.list.entries() {
			if docs.Contains(doc) {
				scores[doc] += w.worth[grade]
			}
		}
		return
	}
	for grade, set := range w.list.many.of {
		if set == nil {
			continue
		}
		for it := roaring.And(set, docs).Iterator(); it.HasNext(); {
			scores[it.Next()] += w.worth[grade]
		}
	}
}

// board holds a score for every document, all zero when nobody has it.
type board struct{ of []uint32 }

var boards sync.Pool

func (x *Index) board() *board {
	b, ok := boards.Get().(*board)
	if !ok || len(b.of) < len(x.textAt) {
		b = &board{make([]uint32, len(x.textAt)+len(x.textAt)/8+1024)}
	}
	return b
}

func wiped(b *board, docs *roaring.Bitmap) {
	for it := docs.Iterator(); it.HasNext(); {
		b.of[it.Next()] = 0
	}
	boards.Put(b)
}

// ranking is a heap with the best hit on top, the newer of two equal ones.
type ranking []Hit

func (r ranking) Len() int { return len(r) }
func (r ranking) Less(i, j int) bool {
	return r[i].Score > r[j].Score || r[i].Score == r[j].Score && r[i].Doc > r[j].Doc
}
func (r ranking) Swap(i, j int) { r[i], r[j] = r[j], r[i] }

// Push is for container/heap.
func (r *ranking) Push(h any) { *r = append(*r, h.(Hit)) }

// Pop is for container/heap.
func (r *ranking) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// count counts the values of every field, exactly.
func (x *Index) count(r *Result, matching, chosen *roaring.Bitmap, filters []Value) {
	lifted := map[Field]bool{}
	for _, v := range filters {
		lifted[v.Field] = true
	}
	x.tally(r, chosen, func(f Field) bool { return !lifted[f] })
	for field := range lifted {
		x.tally(r, x.filtered(matching, filters, field), func(f Field) bool { return f == field })
	}
}

// mostCounted is how many values of a field are told.
const mostCounted = 100

func (x *Index) tally(r *Result, docs *roaring.Bitmap, wanted func(Field) bool) {
	var found [fields][]counted
	var floor [fields]uint32 // fewer are not among the foremost
	for id, n := range x.tallies(docs) {
		f := x.valueOf[id].Field
		if n == 0 || n < floor[f] || !wanted(f) {
			continue
		}
		if found[f] = append(found[f], counted{uint32(id), n}); len(found[f]) == 4*mostCounted {
			found[f] = x.foremost(found[f])
			floor[f] = found[f][mostCounted-1].n
		}
	}
	for f := range found {
		for _, c := range x.foremost(found[f]) {
			r.Counts[f] = append(r.Counts[f], Count{x.valueOf[c.value].Key, int(c.n)})
		}
	}
}

type counted struct{ value, n uint32 }

func (x *Index) foremost(list []counted) []counted {
	slices.SortFunc(list, func(a, b counted) int {
		if a.n != b.n {
			return cmp.Compare(b.n, a.n)
		}
		return strings.Compare(x.valueOf[a.value].Key, x.valueOf[b.value].Key)
	})
	return list[:min(mostCounted, len(list))]
}

// tallies counts each value within the documents; where these are all, by the lengths
// of the lists.
func (x *Index) tallies(docs *roaring.Bitmap) []uint32 {
	counts := make([]uint32, len(x.valueOf))
	if docs == x.live {
		for id := range x.having {
			counts[id] = uint32(x.having[id].size())
		}
		return counts
	}
	var buffer [1024]uint32
	it := docs.ManyIterator()
	for n := it.NextMany(buffer[:]); n > 0; n = it.NextMany(buffer[:]) {
		for _, doc := range buffer[:n] {
			for _, v := range x.valuesOf(doc) {
				counts[v]++
			}
		}
	}
	return counts
}
