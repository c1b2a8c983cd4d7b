package trail

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"
)

// Text reuse is found in two steps. Fingerprints are few enough to be kept in
// an index and found again there; they only say where to look. What two texts
// truly share is then counted in words. Shares are containments, of one text in
// the other, never resemblance: wire copy is cut, and what a page keeps of it
// may be little of the page.

// The winnowing of Schleimer, Wilkerson and Aiken (2003), over words: every run
// of runLength+window-1 words that two texts share leaves a common fingerprint.
const (
	runLength = 6
	window    = 5
)

// Fingerprints gives the fingerprints of a text, sorted, without repetition.
func Fingerprints(text string) []int64 {
	hashes := runHashes(tokens(text))
	var picked []int64
	for i := 0; i+window <= len(hashes); i++ {
		picked = append(picked, int64(slices.Min(hashes[i:i+window])))
	}
	if len(picked) == 0 && len(hashes) > 0 {
		picked = append(picked, int64(slices.Min(hashes)))
	}
	slices.Sort(picked)
	return thinned(slices.Compact(picked))
}

// mostPrints is how many fingerprints of one text are kept. Of a book's some are
// dropped, the same ones in every book.
const mostPrints = 20_000

func thinned(prints []int64) []int64 {
	for k := int64(2); len(prints) > mostPrints; k *= 2 {
		prints = slices.DeleteFunc(prints, func(h int64) bool { return h%k != 0 })
	}
	return prints
}

// token is a word as it is compared, and where it stands, in code points.
type token struct {
	word       string
	start, end int
}

// tokens gives the words of a text, letters and digits only, in lower case.
func tokens(text string) []token {
	var list []token
	var word strings.Builder
	start, at := 0, 0
	flush := func() {
		if word.Len() > 0 {
			list = append(list, token{word.String(), start, at})
			word.Reset()
		}
	}
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai): // written without blanks
			flush()
			start = at
			word.WriteRune(r)
			at++
			flush()
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r):
			if word.Len() == 0 {
				start = at
			}
			word.WriteRune(unicode.ToLower(r))
		case r == '\'' || r == '’' || r == '\u00ad': // inside a word
		default:
			flush()
		}
		at++
	}
	flush()
	return list
}

// runHashes hashes every run of runLength words.
func runHashes(words []token) []uint64 {
	if len(words) < runLength {
		return nil
	}
	hashes := make([]uint64, len(words)-runLength+1)
	for i := range hashes {
		h := fnv.New64a()
		for _, w := range words[i : i+runLength] {
			h.Write([]byte(w.word))
			h.Write([]byte{0})
		}
		hashes[i] = h.Sum64()
	}
	return hashes
}

// Passage is a run of words that two texts share: spans in code points.
type Passage struct {
	AStart, AEnd int
	BStart, BEnd int
	Words        int
}

// Overlap is what two texts share: in words, and in per cent of each.
type Overlap struct {
	Passages []Passage // in the order of the first text
	Words    int
	OfA, OfB int
	Longest  int // words of the longest passage
}

// The least overlap that is worth a person's look: shorter runs are what two
// people write about one event anyway, or one quotation that both carry.
const (
	leastWords   = 40
	leastShare   = 15 // per cent of either text
	longPassage  = 60 // words, which nobody writes twice by chance
	mostRepeated = 32 // places of one run that are tried
)

// Suggests reports whether the overlap is worth a person's look.
func (o Overlap) Suggests() bool {
	return o.Words >= leastWords && (max(o.OfA, o.OfB) >= leastShare || o.Longest >= longPassage)
}

// Shared finds the passages of at least runLength words that two texts share,
// the longest possible at each place of the first.
func Shared(a, b string) Overlap {
	wa, wb := tokens(a), tokens(b)
	places := map[uint64][]int{}
	for i, h := range runHashes(wb) {
		if len(places[h]) < mostRepeated {
			places[h] = append(places[h], i)
		}
	}
	var o Overlap
	covered := make([]bool, len(wb))
	hashes := runHashes(wa)
	for i := 0; i < len(hashes); {
		at, n := longestRun(wa[i:], wb, places[hashes[i]])
		if n < runLength {
			i++
			continue
		}
		o.Passages = append(o.Passages, Passage{wa[i].start, wa[i+n-1].end, wb[at].start, wb[at+n-1].end, n})
		o.Words += n
		o.Longest = max(o.Longest, n)
		for j := at; j < at+n; j++ {
			covered[j] = true
		}
		i += n
	}
	o.OfA = percent(o.Words, len(wa))
	inB := 0
	for _, c := range covered {
		if c {
			inB++
		}
	}
	o.OfB = percent(inB, len(wb))
	return o
}

func longestRun(a, b []token, places []int) (at, length int) {
	for _, p := range places {
		n := 0
		for n < len(a) && p+n < len(b) && a[n].word == b[p+n].word {
			n++
		}
		if n > length {
			at, length = p, n
		}
	}
	return at, length
}

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return 100 * part / whole
}
