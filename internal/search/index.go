package search

import (
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

// partWeights are the weights by part: claim, title, then names and whole tags.
var partWeights = [...]float64{claimWeight, titleWeight, namesWeight}

const namesPart = 2

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
	kinds      [2]*roaring.Bitmap // documents of plain and of English words
	texts      arena              // of each document, the terms in order
	textAt     []uint32
	facets     []uint32 // values, document after document
	facetsAt   []uint32 // where those of each document begin
	said       []int32  // days as YYYYMMDD
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
	return &Index{terms: map[string]uint32{}, values: map[Value]uint32{}, live: roaring.New(), kinds: [2]*roaring.Bitmap{roaring.New(), roaring.New()}, forms: [2]map[string]form{{}, {}}}
}

// Len is the number of documents.
func (x *Index) Len() int { return int(x.live.GetCardinality()) }

// Has reports whether a document is there.
func (x *Index) Has(doc uint32) bool { return x.live.Contains(doc) }

// Having is how many documents have a value.
func (x *Index) Having(v Value) int {
	if id, known := x.values[v]; known {
		return x.having[id].size()
	}
	return 0
}

// Trim gives back the memory that growing lists keep in hand. It is worth calling once,
// after many documents were added.
func (x *Index) Trim() {
	for i := range x.lists {
		x.lists[i].trim()
	}
	for i := range x.having {
		x.having[i].trim()
	}
	x.lists, x.having, x.valueOf = slices.Clone(x.lists), slices.Clone(x.having), slices.Clone(x.valueOf)
	x.textAt, x.facets, x.facetsAt = slices.Clone(x.textAt), slices.Clone(x.facets), slices.Clone(x.facetsAt)
	x.said, x.settled = slices.Clone(x.said), slices.Clone(x.settled)
	x.vocabulary.all()
}

// occurrence is how much a term weighs in a document.
type occurrence struct {
	term   uint32
	weight float64
}

// Add takes a document and gives its number.
func (x *Index) Add(d Doc) uint32 {
	doc := uint32(len(x.textAt))
	r := reading{index: x, analyser: AnalyserOf(d.Language)}
	kind := kindOf(r.analyser)
	r.forms = x.forms[kind]
	r.part(d.Claim, claimWeight, true)
	r.part(d.Title, titleWeight, true)
	for _, name := range d.Names {
		r.part(name, namesWeight, false)
	}
	r.tags()
	for term, weight := range r.weights() {
		x.lists[term].add(doc, gradeOf(weight, r.length), false)
	}
	x.facetsAt = append(x.facetsAt, uint32(len(x.facets)))
	for _, v := range d.Values {
		id := x.value(v)
		x.having[id].add(doc, 0, true)
		x.facets = append(x.facets, id)
	}
	x.live.Add(doc)
	x.kinds[kind].Add(doc)
	x.textAt = append(x.textAt, x.texts.put(r.text))
	x.said = append(x.said, dayNumber(d.Said))
	x.settled = append(x.settled, dayNumber(d.Settled))
	return doc
}

// Remove forgets a document; what is left is as if it had never been.
func (x *Index) Remove(doc uint32) {
	if !x.live.CheckedRemove(doc) {
		return
	}
	for _, kind := range x.kinds {
		kind.Remove(doc)
	}
	for _, term := range distinct(x.texts.get(x.textAt[doc], nil)) {
		if term >= shift {
			x.lists[term-shift].remove(doc)
		}
	}
	for _, v := range x.valuesOf(doc) {
		x.having[v].remove(doc)
	}
}

func (x *Index) valuesOf(doc uint32) []uint32 {
	if int(doc)+1 == len(x.facetsAt) {
		return x.facets[x.facetsAt[doc]:]
	}
	return x.facets[x.facetsAt[doc]:x.facetsAt[doc+1]]
}

// analysers gives those by which documents were read.
func (x *Index) analysers() []Analyser {
	var list []Analyser
	for kind, a := range []Analyser{plain{}, inEnglish{}} {
		if !x.kinds[kind].IsEmpty() {
			list = append(list, a)
		}
	}
	return list
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
		x.terms[t] = id
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
	joined      []uint32 // whole tags
	occurrences []occurrence
	length      float64
	parts       int
}

func (r *reading) part(text string, weight float64, counts bool) {
	if r.parts++; r.parts > 1 {
		r.text = append(r.text, boundary)
	}
	for w := range wordsIn(cleaned(text)) {
		term, says := r.termOf(w)
		switch {
		case !says:
			r.text = append(r.text, gap)
			continue
		case w.joined:
			r.joined = append(r.joined, term)
			continue
		default:
			r.text = append(r.text, term+shift)
		}
		r.occurrences = append(r.occurrences, occurrence{term, weight})
		if counts {
			r.length += weight
		}
	}
}

// tags adds whole tags behind everything else: they stand beside no word.
func (r *reading) tags() {
	for _, term := range r.joined {
		r.text = append(r.text, boundary, term+shift)
		r.occurrences = append(r.occurrences, occurrence{term, namesWeight})
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
		kept := strings.Clone(w.folded)
		f = form{says: says}
		if says {
			if strings.HasPrefix(kept, t) {
				t = kept[:len(t)] // most stems are; they share its memory
			}
			f.term = r.index.term(t)
		}
		r.forms[kept] = f
		if says {
			r.index.vocabulary.add(kept, f.term)
		}
	}
	if !f.says && w.loud {
		return r.index.term(strings.Clone(w.folded)), true
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
	return int(max(0, min(grades-1, (saturated(weight, length)-lightest)/wide)))
}

// saturated is the BM25F weight of a term in a document of a length, 0 to 1.
func saturated(weight, length float64) float64 {
	normal := weight / (1 - lengthShare + lengthShare*length/usualLength)
	return normal / (saturation + normal)
}

// Impacts from lightest to heaviest are told apart, in grades of equal width.
const (
	lightest = 0.1
	heaviest = 0.9
	wide     = (heaviest - lightest) / grades
)

// impactOf gives the middle of a grade.
func impactOf(grade int) float64 { return lightest + wide*(float64(grade)+0.5) }

// mostOf gives the highest impact in a grade.
func mostOf(grade int) float64 {
	if grade == grades-1 {
		return 1
	}
	return lightest + wide*float64(grade+1)
}

// dayNumber writes a day as a number, 0 for what is none.
func dayNumber(day string) int32 {
	if len(day) < len("2006-01-02") {
		return 0
	}
	var n int32
	for _, c := range []byte(day[:10]) {
		switch {
		case c >= '0' && c <= '9':
			n = 10*n + int32(c-'0')
		case c != '-':
			return 0
		}
	}
	return n
}
