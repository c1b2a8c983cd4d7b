package search

import (
	"cmp"
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
	idf   float64
	list  *list
	most  float64 // what it adds at most
}

// Candidates gives the documents that share most with a text by BM25F, the best
// first, at most n. Words that all of the best documents lack cannot bring in another,
// so the lists of common words are seldom read: MaxScore (Turtle, Flood 1995), one
// term at a time.
func (x *Index) Candidates(text string, n int) []Candidate {
	words := x.ask(text)
	found := x.reach(words, n)
	var total float64
	for _, w := range words {
		total += w.idf
	}
	byTerm := map[uint32]int{}
	for i, w := range words {
		for _, t := range w.terms {
			byTerm[t] = i
		}
	}
	candidates := make([]Candidate, 0, len(found))
	for _, doc := range found {
		c := x.weigh(doc, words, byTerm)
		c.Share /= total
		candidates = append(candidates, c)
	}
	slices.SortFunc(candidates, func(a, b Candidate) int { return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(b.Doc, a.Doc)) })
	return candidates[:min(n, len(candidates))]
}

// mostAsked bounds the words of a text that are matched.
const mostAsked = 100

// ask looks up the words of a text, each once, the rarest first.
func (x *Index) ask(text string) []asked {
	var words []asked
	seen := map[string]bool{}
	for w := range wordsIn(cleaned(text)) {
		stem, says := inEnglish{}.Term(w.folded)
		if seen[stem] || !says && !w.loud || len(words) == mostAsked {
			continue
		}
		seen[stem] = true
		a := asked{form: text[w.start:w.end]}
		for _, t := range []string{stem, w.folded} {
			if id, known := x.terms[t]; known && !slices.Contains(a.terms, id) {
				a.terms = append(a.terms, id)
			}
		}
		a.list = x.unitedOf(a.terms)
		a.idf = inverseFrequency(x.Len(), a.list.size())
		a.most = a.idf * impactOf(grades-1) * rounding
		words = append(words, a)
	}
	slices.SortStableFunc(words, func(a, b asked) int { return cmp.Compare(b.idf, a.idf) })
	return words
}

// reach gives every document that may be among the n best.
func (x *Index) reach(words []asked, n int) []uint32 {
	scores := x.board()
	defer boards.Put(scores)
	var left float64
	for _, w := range words {
		left += w.most
	}
	var touched []uint32
	for _, w := range words {
		if len(touched) >= n && left < nth(scores.of, touched, n) {
			break
		}
		for doc, grade := range w.list.entries() {
			if scores.of[doc] == 0 {
				touched = append(touched, doc)
			}
			scores.of[doc] += uint32(finest * w.idf * impactOf(grade))
		}
		left -= w.most
	}
	var bar float64
	if len(touched) >= n {
		bar = nth(scores.of, touched, n)
	}
	reached := make([]uint32, 0, n)
	for _, doc := range touched {
		if float64(scores.of[doc])/finest*rounding+left >= bar {
			reached = append(reached, doc)
		}
		scores.of[doc] = 0
	}
	return reached
}

const (
	finest   = 1 << 16 // one unit of idf times impact, on a board of whole numbers
	rounding = 1.15    // how much more than its grade says a document may weigh
)

// nth gives the n-th highest score of the documents, as low as rounding to grades may
// have made it.
func nth(scores, docs []uint32, n int) float64 {
	best := make([]uint32, 0, n)
	for _, doc := range docs {
		s := scores[doc]
		switch {
		case len(best) < n:
			best = append(best, s)
			if len(best) == n {
				slices.Sort(best)
			}
		case s > best[0]:
			at, _ := slices.BinarySearch(best, s)
			copy(best, best[1:at])
			best[at-1] = s
		}
	}
	return float64(best[0]) / finest / rounding
}

// weigh works out the BM25F score of one document from its text.
func (x *Index) weigh(doc uint32, words []asked, byTerm map[uint32]int) Candidate {
	weights := make([]float64, len(words))
	partWeights := []float64{claimWeight, titleWeight, namesWeight}
	part, length := 0, 0.0
	for _, t := range x.texts.get(x.textAt[doc], nil) {
		switch t {
		case gap:
			continue
		case boundary:
			part = min(part+1, len(partWeights)-1)
			continue
		}
		if part < 2 {
			length += partWeights[part]
		}
		if i, ok := byTerm[t-shift]; ok {
			weights[i] += partWeights[part]
		}
	}
	c := Candidate{Doc: doc}
	for i, w := range weights {
		if w > 0 {
			c.Share += words[i].idf * saturated(w, length)
			c.Words = append(c.Words, words[i].form)
		}
	}
	return c
}
