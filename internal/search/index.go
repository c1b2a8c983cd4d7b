package search

import (
	"math"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// Field is something that documents are filtered and counted by.
type Field uint8

// The fields.
const (
	Rating Field = iota
	Speaker
	Topic
	Publisher
	Language
	Year
	Mark // a property that a document has or not
	fields
)

// Value is one value of a field.
type Value struct {
	Field Field
	Key   string
}

// Doc is what the index takes of a claim.
type Doc struct {
	Claim    string   // the claim as it is shown
	Title    string   // what was found, in a sentence or two
	Names    []string // speakers and topics
	Language string
	Values   []Value
	Said     string // day on which it was said (YYYY-MM-DD), "" if unknown
	Settled  string // day of the ruling
}

// Weights of the parts of a document, its usual weighted length in words, and the two
// parameters of BM25F (Robertson, Zaragoza, Taylor 2004): how soon a repeated word
// says nothing new, and how much a long text counts against it. The usual length is
// fixed, so that what a document weighs never depends on the others.
const (
	claimWeight = 1.0
	titleWeight = 1.0
	namesWeight = 0.5
	usualLength = 24.0
	saturation  = 1.2
	lengthShare = 0.5
)

// Index holds what is needed to find documents: for each term and each value of a
// field which documents have it, and for each document its terms in order and its
// values. Documents are numbered in the order in which they are added, so a higher
// number is a newer one. It is not safe for concurrent changes; reading is.
type Index struct {
	terms      map[string]uint32
	lists      []list             // by term
	forms      [2]map[string]form // of plain and of English words, as they were read
	values     map[Value]uint32
	valueOf    []Value
	having     []list // by value
	live       *roaring.Bitmap
	texts      arena // of each document, the terms in order
	facets     arena // of each document, its values
	textAt     []uint32
	facetsAt   []uint32
	said       []int32 // days as YYYYMMDD
	settled    []int32
	vocabulary vocabulary
}

// form is what a folded word is looked up as.
type form struct {
	term uint32
	says bool
}

// Numbers that stand in texts for no term; terms are shifted by their count.
const (
	gap      = iota // a function word
	boundary        // between two parts
	shift
)

// New makes an empty index.
func New() *Index {
	return &Index{terms: map[string]uint32{}, values: map[Value]uint32{}, live: roaring.New(), forms: [2]map[string]form{{}, {}}}
}

// Len is the number of documents.
func (x *Index) Len() int { return int(x.live.GetCardinality()) }

// occurrence is how much a term weighs in a document.
type occurrence struct {
	term   uint32
	weight float64
}

// Add takes a document and gives its number.
func (x *Index) Add(d Doc) uint32 {
	doc := uint32(len(x.textAt))
	r := reading{index: x, analyser: AnalyserOf(d.Language)}
	r.forms = x.forms[kindOf(r.analyser)]
	r.part(d.Claim, claimWeight, true)
	r.part(d.Title, titleWeight, true)
	for _, name := range d.Names {
		r.part(name, namesWeight, false)
	}
	for term, weight := range r.weights() {
		x.lists[term].add(doc, gradeOf(weight, r.length), false)
	}
	values := make([]uint32, len(d.Values))
	for i, v := range d.Values {
		values[i] = x.value(v)
		x.having[values[i]].add(doc, 0, true)
	}
	x.live.Add(doc)
	x.textAt = append(x.textAt, x.texts.put(r.text))
	x.facetsAt = append(x.facetsAt, x.facets.put(values))
	x.said = append(x.said, dayNumber(d.Said))
	x.settled = append(x.settled, dayNumber(d.Settled))
	return doc
}

// Remove forgets a document; what is left is as if it had never been.
func (x *Index) Remove(doc uint32) {
	if !x.live.CheckedRemove(doc) {
		return
	}
	for _, term := range distinct(x.texts.get(x.textAt[doc], nil)) {
		if term >= shift {
			x.lists[term-shift].remove(doc)
		}
	}
	for _, v := range x.facets.get(x.facetsAt[doc], nil) {
		x.having[v].remove(doc)
	}
}

func distinct(numbers []uint32) []uint32 {
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func (x *Index) value(v Value) uint32 {
	id, known := x.values[v]
	if !known {
		v.Key = strings.Clone(v.Key)
		id = uint32(len(x.valueOf))
		x.values[v] = id
		x.valueOf = append(x.valueOf, v)
		x.having = append(x.having, list{})
	}
	return id
}

func (x *Index) term(t string) uint32 {
	id, known := x.terms[t]
	if !known {
		id = uint32(len(x.lists))
		x.terms[strings.Clone(t)] = id
		x.lists = append(x.lists, list{})
	}
	return id
}

// reading takes in the parts of one document.
type reading struct {
	index       *Index
	analyser    Analyser
	forms       map[string]form
	text        []uint32
	occurrences []occurrence
	length      float64
}

func (r *reading) part(text string, weight float64, counts bool) {
	if len(r.text) > 0 {
		r.text = append(r.text, boundary)
	}
	var joined []uint32
	for w := range wordsIn(cleaned(text)) {
		term, says := r.termOf(w)
		switch {
		case !says:
			r.text = append(r.text, gap)
			continue
		case w.joined:
			joined = append(joined, term+shift)
		default:
			r.text = append(r.text, term+shift)
		}
		r.occurrences = append(r.occurrences, occurrence{term, weight})
		if counts {
			r.length += weight
		}
	}
	for _, term := range joined {
		r.text = append(r.text, boundary, term)
	}
}

func kindOf(a Analyser) int {
	if _, ok := a.(inEnglish); ok {
		return 1
	}
	return 0
}

func (r *reading) termOf(w word) (uint32, bool) {
	f, known := r.forms[w.folded]
	if !known {
		t, says := r.analyser.Term(w.folded)
		f = form{says: says}
		if says {
			f.term = r.index.term(t)
		}
		kept := strings.Clone(w.folded)
		r.forms[kept] = f
		if says {
			r.index.vocabulary.add(kept, f.term)
		}
	}
	if !f.says && w.loud {
		return r.index.term(w.folded), true
	}
	return f.term, f.says
}

// weights sums what each term weighs in all parts.
func (r *reading) weights() map[uint32]float64 {
	sums := make(map[uint32]float64, len(r.occurrences))
	for _, o := range r.occurrences {
		sums[o.term] += o.weight
	}
	return sums
}

// gradeOf tells the saturated weight of a term as a grade.
func gradeOf(weight, length float64) int {
	return int(max(0, min(grades-1, math.Round((saturated(weight, length)-lightest)/(heaviest-lightest)*(grades-1)))))
}

// saturated is the BM25F weight of a term in a document of a length, 0 to 1.
func saturated(weight, length float64) float64 {
	normal := weight / (1 - lengthShare + lengthShare*length/usualLength)
	return normal / (saturation + normal)
}

// The range of impacts that grades tell apart.
const (
	lightest = 0.1
	heaviest = 0.85
)

// impactOf gives the middle of a grade.
func impactOf(grade int) float64 {
	return lightest + (heaviest-lightest)*float64(grade)/(grades-1)
}

func dayNumber(day string) int32 {
	if len(day) < len("2006-01-02") {
		return 0
	}
	var n int32
	for _, c := range []byte(day[:10]) {
		if c != '-' {
			n = 10*n + int32(c-'0')
		}
	}
	return n
}
