package search

import (
	"cmp"
	"math"
	"slices"
)

// Candidate is a document that shares words with a text: how much of what the text
// says it has, from 0 to below 1, and which words.
type Candidate struct {
	Doc   uint32
	Share float64
	Words []string // as they stand in the text, the most telling first
}

// asked is one word of a text that is matched.
type asked struct {
	form  string
	terms []uint32
	of    [2]uint32 // by kind of document: the term that it is there, if known
	known [2]bool
	idf   float64
	list  *list
}

// Candidates gives the documents that share most with a text by BM25F, the best
// first, at most n. Words that all of the best documents may lack bring in no others:
// MaxScore (Turtle, Flood 1995), one term at a time.
func (x *Index) Candidates(text string, n int) []Candidate {
	s := x.ask(text)
	var candidates []Candidate
	for _, doc := range s.reach(n) {
		candidates = append(candidates, s.weigh(doc))
	}
	slices.SortFunc(candidates, func(a, b Candidate) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(b.Doc, a.Doc)) })
	candidates = candidates[:min(n, len(candidates))]
	for i := range candidates {
		candidates[i].Words = s.shared(candidates[i].Doc)
	}
	return candidates
}

// survey is a text looked up in the index.
type survey struct {
	x      *Index
	words  []asked
	total  float64           // idf of all words
	byTerm [2]map[uint32]int // by kind of document: where in words a term stands
	weight []float64         // of each word in the document at hand
	terms  []uint32
}

// mostAsked bounds the words of a text that are matched.
const mostAsked = 100

// ask looks up the words of a text, each once, the rarest first.
func (x *Index) ask(text string) *survey {
	s := &survey{x: x, byTerm: [2]map[uint32]int{{}, {}}}
	text = cleaned(text)
	seen := map[string]bool{}
	for w := range wordsIn(text) {
		stem, says := inEnglish{}.Term(w.folded) // function words of English are passed over in any language
		if seen[stem] || !says && !w.loud || len(s.words) == mostAsked {
			continue
		}
		seen[stem] = true
		a := asked{form: text[w.start:w.end]}
		for kind, t := range []string{w.folded, stem} {
			if id, known := x.terms[t]; known && !x.kinds[kind].IsEmpty() {
				a.terms = append(a.terms, id)
				a.of[kind], a.known[kind] = id, true
			}
		}
		a.terms = distinct(a.terms)
		a.list = x.unitedOf(a.terms)
		a.idf = inverseFrequency(x.Len(), a.list.size())
		s.words = append(s.words, a)
		s.total += a.idf
	}
	slices.SortStableFunc(s.words, func(a, b asked) int { return cmp.Compare(b.idf, a.idf) })
	for i, w := range s.words {
		for kind, t := range w.of {
			if w.known[kind] {
				s.byTerm[kind][t] = i
			}
		}
	}
	s.weight = make([]float64, len(s.words))
	return s
}

// reach gives every document that may be among the n best. The board holds what each
// can have at most, by its grades.
func (s *survey) reach(n int) []uint32 {
	scores := s.x.board()
	defer boards.Put(scores)
	left := s.total
	var touched []uint32
	var most uint32
	closed := false
	for _, w := range s.words {
		closed = closed || len(touched) >= n && left < float64(most)/finest && left < s.bar(scores.of, touched, n)
		touched, most = w.spread(scores.of, touched, closed, most)
		left -= w.idf
	}
	bar := 0.0
	if len(touched) > n {
		bar = s.bar(scores.of, touched, n)
	}
	reached := touched[:0]
	for _, doc := range touched {
		if float64(scores.of[doc])/finest >= bar {
			reached = append(reached, doc)
		}
		scores.of[doc] = 0
	}
	return reached
}

// finest is one unit of idf times impact on a board of whole numbers.
const finest = 1 << 16

// spread adds what a word is worth at most to every document that has it, and notes
// those that had nothing before, unless no more are taken. It gives the highest score
// on the board, too.
func (w asked) spread(scores, touched []uint32, closed bool, most uint32) ([]uint32, uint32) {
	var worth [grades]uint32
	for g := range worth {
		worth[g] = uint32(math.Ceil(finest * w.idf * mostOf(g)))
	}
	add := func(doc, worth uint32) {
		if scores[doc] == 0 {
			if closed {
				return
			}
			touched = append(touched, doc)
		}
		scores[doc] += worth
		most = max(most, scores[doc])
	}
	for _, entry := range w.list.few {
		add(entry>>gradeBits, worth[entry%grades])
	}
	if w.list.many == nil {
		return touched, most
	}
	var buffer [512]uint32
	for g, set := range w.list.many.of {
		if set == nil {
			continue
		}
		it := set.ManyIterator()
		for n := it.NextMany(buffer[:]); n > 0; n = it.NextMany(buffer[:]) {
			for _, doc := range buffer[:n] {
				add(doc, worth[g])
			}
		}
	}
	return touched, most
}

// bar gives a score that the n-th best document has at least: the lowest that is really
// had by the n highest on the board.
func (s *survey) bar(scores, docs []uint32, n int) float64 {
	best := make([]Hit, 0, n)
	for _, doc := range docs {
		h := Hit{doc, scores[doc]}
		if len(best) == n {
			if h.Score <= best[0].Score {
				continue
			}
			best = best[1:]
		}
		at, _ := slices.BinarySearchFunc(best, h, func(a, b Hit) int { return cmp.Compare(a.Score, b.Score) })
		best = slices.Insert(best, at, h)
	}
	lowest := math.Inf(1)
	for _, h := range best {
		lowest = min(lowest, s.weigh(h.Doc).Share*s.total)
	}
	return lowest
}

// weigh works out the BM25F score of one document from its text.
func (s *survey) weigh(doc uint32) Candidate {
	length := s.take(doc)
	var sum float64
	for i, w := range s.weight {
		if w > 0 {
			sum += s.words[i].idf * saturated(w, length)
		}
	}
	return Candidate{Doc: doc, Share: sum / s.total}
}

// take sums the weight of each word in a document, and gives the document's length.
func (s *survey) take(doc uint32) float64 {
	clear(s.weight)
	s.terms = s.x.texts.get(s.x.textAt[doc], s.terms[:0])
	byTerm := s.byTerm[0]
	if s.x.kinds[1].Contains(doc) {
		byTerm = s.byTerm[1]
	}
	part, length := 0, 0.0
	for _, t := range s.terms {
		switch {
		case t == boundary:
			part = min(part+1, len(partWeights)-1)
		case t != gap:
			if part < namesPart {
				length += partWeights[part]
			}
			if i, ok := byTerm[t-shift]; ok {
				s.weight[i] += partWeights[part]
			}
		}
	}
	return length
}

// shared gives the words of the text that a document has.
func (s *survey) shared(doc uint32) []string {
	s.take(doc)
	var forms []string
	for i, w := range s.weight {
		if w > 0 {
			forms = append(forms, s.words[i].form)
		}
	}
	return forms
}
