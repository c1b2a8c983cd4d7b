package search

import (
	"iter"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// Query selects documents. Filters that are empty let everything through; days are
// YYYY-MM-DD and bound the day on which a claim was said, Since the later of that
// and of its ruling.
type Query struct {
	Wanted          Wanted
	Filters         []Value
	Without         []Value
	Among           []uint32 // if not nil, only these documents
	From, To, Since string
	Newest          bool // the newest first, else the best
	Strict          bool // take no word for another, and give nothing that lacks one
	After           Place
	Skip            int
	Limit           int
	Count           bool // count the values of every field
}

// Place is where a document stands among the results of a query: after those of a
// higher score, and after newer ones of the same.
type Place struct {
	Hit

	Set bool // else it is before all
}

func (p Place) before(h Hit) bool {
	return !p.Set || h.Score < p.Score || h.Score == p.Score && h.Doc < p.Doc
}

// Hit is a document that was found.
type Hit struct{ Doc, Score uint32 }

// Result is what was found: a page of hits, how many there are in all, and how many
// have each value of a field, the most frequent values first; those of a filtered field
// are counted as if it were not filtered.
type Result struct {
	Hits      []Hit
	More      bool
	Total     int
	Counts    [fields][]Count
	Any       bool // nothing has all words; these have some of them
	Corrected []Corrected
	Missing   []string // words that no document has, nor anything like them
	Found     Found
}

// Count is how many of the documents have a value.
type Count struct {
	Key string
	N   int
}

// Corrected is a word that no document has, and the one that was taken for it.
type Corrected struct{ Typed, Taken string }

// Search answers a query.
func (x *Index) Search(q Query) Result {
	r := Result{Found: Found{}}
	req := x.lookUp(q, &r)
	if req.unrestricted(q) {
		switch met := req.met(); {
		case len(req.words) == 1:
			r.Total = met
			r.take(req.words[0].byGrade(), q)
			return r
		case met > fewest:
			r.Total = met
			r.take(req.byGrades(nil), q)
			return r
		}
	}
	all := req.all()
	if !q.Strict && all.IsEmpty() && len(req.words) > 1 && len(req.phrases) == 0 {
		r.Any = true
		all = req.any()
	}
	matching := x.within(req.without(req.inPhrases(all)), q)
	chosen := x.filtered(matching, q.Filters, fields)
	r.Total = int(chosen.GetCardinality())
	if q.Count {
		x.count(&r, matching, chosen, q.Filters)
	}
	switch {
	case q.Newest || len(req.words) == 0:
		r.take(newestFirst(chosen, 0), q)
	case !r.Any && len(req.words) <= 2 && r.Total > fewest:
		r.take(req.byGrades(chosen), q)
	default:
		r.take(req.byScores(chosen), q)
	}
	return r
}

func (r *Result) take(hits iter.Seq[Hit], q Query) {
	skip := q.Skip
	for h := range hits {
		switch {
		case !q.After.before(h):
		case skip > 0:
			skip--
		case len(r.Hits) == q.Limit:
			r.More = true
			return
		default:
			r.Hits = append(r.Hits, h)
		}
	}
}

func newestFirst(docs *roaring.Bitmap, score uint32) iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		for it := docs.ReverseIterator(); it.HasNext(); {
			if !yield(Hit{it.Next(), score}) {
				return
			}
		}
	}
}

// request is what is wanted, looked up in the index.
type request struct {
	x       *Index
	strict  bool
	words   []sought
	phrases []phrase
	nots    []phrase // a single word is a phrase of one
	read    int      // words, of all kinds
}

// phrase is a sequence of places.
type phrase []place

// place is what may stand somewhere: one of the terms, or, if it is a function word of
// English, the gap that one leaves.
type place struct {
	terms []uint32
	gap   bool
}

// lookUp finds what each word stands for.
func (x *Index) lookUp(q Query, r *Result) request {
	req := request{x: x, strict: q.Strict}
	for _, loud := range []bool{false, true} {
		for _, p := range q.Wanted.parts {
			req.add(p, r, loud)
		}
		if len(req.words)+len(req.nots) > 0 || len(r.Missing) > 0 {
			break // else there were function words only: they are what is meant
		}
	}
	return req
}

// mostWords bounds what one query can ask for.
const mostWords = 32

func (req *request) add(p part, r *Result, loud bool) {
	var places phrase
	text := cleaned(p.text)
	for w := range wordsIn(text) {
		if w.joined || req.read >= mostWords {
			continue
		}
		req.read++
		w.loud = w.loud || loud
		begins := p.begins && w.end == len(text)
		if !w.loud && !begins && functionWords[w.folded] {
			places = append(places, place{req.x.plainly(w.folded), true})
			continue
		}
		terms := req.standsFor(w, begins, p.not, r)
		places = append(places, place{terms: terms})
		if !p.not {
			req.words = append(req.words, req.x.sought(terms))
		}
	}
	places = trimmed(places)
	switch {
	case len(places) == 0:
	case p.not:
		req.nots = append(req.nots, places)
	case p.phrase && len(places) > 1:
		req.phrases = append(req.phrases, places)
	}
}

func trimmed(p phrase) phrase {
	for len(p) > 0 && p[0].gap {
		p = p[1:]
	}
	for len(p) > 0 && p[len(p)-1].gap {
		p = p[:len(p)-1]
	}
	return p
}

// plainly gives the term of a function word of English in texts that are not English.
func (x *Index) plainly(folded string) []uint32 {
	if id, known := x.terms[folded]; known {
		return []uint32{id}
	}
	return nil
}

// standsFor gives the terms that a typed word may stand as, none for a word that is
// nowhere.
func (req *request) standsFor(w word, begins, not bool, r *Result) []uint32 {
	x := req.x
	terms := []uint32{}
	look := func(form string) {
		for _, a := range x.analysers() {
			t, _ := a.Term(form)
			if id, known := x.terms[t]; known && x.lists[id].size() > 0 {
				terms = append(terms, id)
				r.Found.add(t, not)
			}
		}
	}
	look(w.folded)
	if begins {
		for _, e := range x.continued(w.folded) {
			terms = append(terms, e.term)
			r.Found.add(e.form, not)
		}
	}
	if len(terms) == 0 && !not {
		if e, ok := x.corrected(w.folded); ok && !req.strict {
			r.Corrected = append(r.Corrected, Corrected{w.folded, e.form})
			look(e.form)
		} else {
			r.Missing = append(r.Missing, w.folded)
		}
	}
	return distinct(terms)
}

// unrestricted reports that only words decide, and only the best are asked for.
func (req *request) unrestricted(q Query) bool {
	return !q.Count && !q.Newest && q.Among == nil && len(req.phrases)+len(req.nots)+len(q.Filters)+len(q.Without) == 0 && q.From+q.To+q.Since == ""
}

// met gives how many documents have one word, or two common ones; 0 for any other
// request.
func (req *request) met() int {
	switch {
	case len(req.words) == 1:
		return req.words[0].list.size()
	case len(req.words) == 2 && req.words[0].list.many != nil && req.words[1].list.many != nil:
		return int(req.words[0].list.many.all.AndCardinality(req.words[1].list.many.all))
	}
	return 0
}

// all gives the documents that have every word, not to be changed.
func (req *request) all() *roaring.Bitmap {
	if len(req.words) == 0 {
		return req.x.live
	}
	bySize := slices.Clone(req.words)
	slices.SortFunc(bySize, func(a, b sought) int { return a.list.size() - b.list.size() })
	docs := bySize[0].list.docs()
	for _, w := range bySize[1:] {
		docs = w.list.intersect(docs)
	}
	return docs
}

// intersect gives those of docs that are in the list.
func (l *list) intersect(docs *roaring.Bitmap) *roaring.Bitmap {
	if l.many != nil {
		return roaring.And(l.many.all, docs)
	}
	return roaring.And(l.docs(), docs)
}

// any gives the documents that have at least one of the words.
func (req *request) any() *roaring.Bitmap {
	docs := roaring.New()
	for _, w := range req.words {
		docs.Or(w.list.docs())
	}
	return docs
}

// inPhrases keeps the documents that have every phrase.
func (req *request) inPhrases(docs *roaring.Bitmap) *roaring.Bitmap {
	for _, p := range req.phrases {
		docs = req.x.phrased(docs, p)
	}
	return docs
}

func (req *request) without(docs *roaring.Bitmap) *roaring.Bitmap {
	for _, p := range req.nots {
		has := docs
		for _, place := range p {
			if !place.gap {
				has = req.x.unitedOf(place.terms).intersect(has)
			}
		}
		docs = roaring.AndNot(docs, req.x.phrased(has, p))
	}
	return docs
}

func (x *Index) unitedOf(terms []uint32) *list {
	lists := make([]*list, len(terms))
	for i, t := range terms {
		lists[i] = &x.lists[t]
	}
	return united(lists)
}

// phrased keeps the documents in which the places of a phrase follow on each other.
func (x *Index) phrased(docs *roaring.Bitmap, p phrase) *roaring.Bitmap {
	if len(p) == 1 {
		return docs
	}
	kept := roaring.New()
	var text []uint32
	for it := docs.Iterator(); it.HasNext(); {
		doc := it.Next()
		text = x.texts.get(x.textAt[doc], text[:0])
		if p.in(text) {
			kept.Add(doc)
		}
	}
	return kept
}

func (p phrase) in(text []uint32) bool {
	for start := 0; start+len(p) <= len(text); start++ {
		if p.at(text[start:]) {
			return true
		}
	}
	return false
}

func (p phrase) at(text []uint32) bool {
	for i, place := range p {
		stands := place.gap && text[i] == gap || text[i] >= shift && slices.Contains(place.terms, text[i]-shift)
		if !stands {
			return false
		}
	}
	return true
}

// within keeps the documents of the days, and without the values, that a query names.
func (x *Index) within(docs *roaring.Bitmap, q Query) *roaring.Bitmap {
	for _, v := range q.Without {
		if id, known := x.values[v]; known {
			docs = roaring.AndNot(docs, x.having[id].docs())
		}
	}
	if q.Among != nil {
		docs = roaring.And(docs, roaring.BitmapOf(q.Among...))
	}
	if q.From == "" && q.To == "" && q.Since == "" {
		return docs
	}
	from, to, since := dayNumber(q.From), dayNumber(q.To), dayNumber(q.Since)
	kept := roaring.New()
	for it := docs.Iterator(); it.HasNext(); {
		doc := it.Next()
		said := x.said[doc]
		if (from == 0 || said >= from) && (to == 0 || said != 0 && said <= to) && (said >= since || x.settled[doc] >= since) {
			kept.Add(doc)
		}
	}
	return kept
}

// filtered keeps the documents that have the values, but for those of one field.
func (x *Index) filtered(docs *roaring.Bitmap, values []Value, but Field) *roaring.Bitmap {
	for _, v := range values {
		if v.Field == but {
			continue
		}
		id, known := x.values[v]
		if !known {
			return roaring.New()
		}
		docs = x.having[id].intersect(docs)
	}
	return docs
}

// Found is what to mark in a text that was found.
type Found map[string]bool

func (f Found) add(form string, not bool) {
	if !not {
		f[form] = true
	}
}

// Marks gives where in a text the words are that were searched for, in bytes, in order
// and apart from each other.
func (f Found) Marks(text, language string) [][2]int {
	var marks [][2]int
	for term, w := range analysed(AnalyserOf(language), text) {
		if w.joined || !f[w.folded] && (term == "" || !f[term]) {
			continue
		}
		if n := len(marks); n > 0 && (w.start <= marks[n-1][1] || strings.TrimSpace(text[marks[n-1][1]:w.start]) == "") {
			marks[n-1][1] = w.end
			continue
		}
		marks = append(marks, [2]int{w.start, w.end})
	}
	return marks
}
