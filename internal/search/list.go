package search

import (
	"iter"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// grades is how finely the weight of a word within a document is told. Grouped by
// grade, the best documents of a word stand first whatever the number of the others.
const (
	gradeBits = 4
	grades    = 1 << gradeBits
	fewest    = 2048 // entries beyond which a list is kept as sets
)

// list says which documents hold a term, and at which grade. Short lists are plain
// entries of document<<gradeBits|grade, ascending; long ones are one compressed set
// for each grade beside that of all.
type list struct {
	few  []uint32
	many *graded
}

type graded struct {
	all *roaring.Bitmap
	of  [grades]*roaring.Bitmap // nil where none; all nil in a list without grades
}

func (l *list) size() int {
	if l.many != nil {
		return int(l.many.all.GetCardinality())
	}
	return len(l.few)
}

// add takes a document higher than all before. Lists of facets have no grades.
func (l *list) add(doc uint32, grade int, ungraded bool) {
	if l.many == nil && len(l.few) < fewest {
		l.few = append(l.few, doc<<gradeBits|uint32(grade))
		return
	}
	if l.many == nil {
		l.many = &graded{all: roaring.New()}
		for _, entry := range l.few {
			l.many.add(entry>>gradeBits, int(entry%grades), ungraded)
		}
		l.few = nil
	}
	l.many.add(doc, grade, ungraded)
}

func (g *graded) add(doc uint32, grade int, ungraded bool) {
	g.all.Add(doc)
	if ungraded {
		return
	}
	if g.of[grade] == nil {
		g.of[grade] = roaring.New()
	}
	g.of[grade].Add(doc)
}

func (l *list) remove(doc uint32) {
	if l.many == nil {
		l.few = slices.DeleteFunc(l.few, func(entry uint32) bool { return entry>>gradeBits == doc })
		return
	}
	l.many.all.Remove(doc)
	for _, set := range l.many.of {
		if set != nil {
			set.Remove(doc)
		}
	}
}

func (l *list) trim() {
	if l.many == nil {
		l.few = slices.Clone(l.few)
		return
	}
	l.many.all = l.many.all.Clone()
	for grade, set := range l.many.of {
		if set != nil {
			l.many.of[grade] = set.Clone()
		}
	}
}

// docs gives the set of documents, not to be changed.
func (l *list) docs() *roaring.Bitmap {
	if l.many != nil {
		return l.many.all
	}
	docs := make([]uint32, len(l.few))
	for i, entry := range l.few {
		docs[i] = entry >> gradeBits
	}
	return roaring.BitmapOf(docs...)
}

// entries gives every document with its grade, in no order.
func (l *list) entries() iter.Seq2[uint32, int] {
	return func(yield func(uint32, int) bool) {
		for _, entry := range l.few {
			if !yield(entry>>gradeBits, int(entry%grades)) {
				return
			}
		}
		if l.many == nil {
			return
		}
		for grade, set := range l.many.of {
			if set == nil {
				continue
			}
			for it := set.Iterator(); it.HasNext(); {
				if !yield(it.Next(), grade) {
					return
				}
			}
		}
	}
}

// newest gives the documents of one grade, the newest first.
func (l *list) newest(grade int) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for _, entry := range slices.Backward(l.few) {
			if int(entry%grades) == grade && !yield(entry>>gradeBits) {
				return
			}
		}
		if l.many == nil || l.many.of[grade] == nil {
			return
		}
		for it := l.many.of[grade].ReverseIterator(); it.HasNext(); {
			if !yield(it.Next()) {
				return
			}
		}
	}
}

// united makes one list of several: what a document has is its best grade.
func united(lists []*list) *list {
	lists = slices.DeleteFunc(lists, func(l *list) bool { return l.size() == 0 })
	switch len(lists) {
	case 0:
		return &list{}
	case 1:
		return lists[0]
	}
	total := 0
	for _, l := range lists {
		total += l.size()
	}
	if total <= fewest {
		return unitedFew(lists)
	}
	u := &graded{all: roaring.New()}
	for grade := grades - 1; grade >= 0; grade-- {
		set := roaring.New()
		for _, l := range lists {
			set.Or(l.of(grade))
		}
		set.AndNot(u.all)
		if !set.IsEmpty() {
			u.of[grade] = set
			u.all.Or(set)
		}
	}
	return &list{many: u}
}

// of gives the documents of one grade.
func (l *list) of(grade int) *roaring.Bitmap {
	if l.many != nil {
		if l.many.of[grade] == nil {
			return roaring.New()
		}
		return l.many.of[grade]
	}
	set := roaring.New()
	for _, entry := range l.few {
		if int(entry%grades) == grade {
			set.Add(entry >> gradeBits)
		}
	}
	return set
}

func unitedFew(lists []*list) *list {
	var u list
	for _, l := range lists {
		for doc, grade := range l.entries() {
			u.few = append(u.few, doc<<gradeBits|uint32(grade))
		}
	}
	slices.Sort(u.few)
	kept := u.few[:0]
	for i, entry := range u.few {
		if i+1 == len(u.few) || u.few[i+1]>>gradeBits != entry>>gradeBits {
			kept = append(kept, entry) // the last of a document is its best
		}
	}
	u.few = kept
	return &u
}
