package search

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/encoder"
)

// Text is a candidate with what stands in it, and the meanings of its parts where
// they are known.
type Text struct {
	Candidate

	Claim, Title string
	Meanings     []encoder.Vector
}

// Match is a text and how surely it says what was asked about: the sum of three
// opinions.
type Match struct {
	Text

	Score float64
}

// Shown grades a match in words.
type Shown int

// How sure a match is. Measured on 997 posts and the claims that answer them: of the
// first matches that are related or more 97.5% are right, of possible ones 99%, and of
// probable ones all; one in fourteen posts that nothing answers is shown a related one.
const (
	NotShown Shown = iota
	Related
	Possibly
	Probably
)

// Where the grades begin. A claim beside a claim is short, and written alike: there
// more is asked.
const (
	related  = 0.85
	possibly = 1.05
	probably = 1.20
	stricter = 0.25
)

// Shown grades the match of a post, or of a claim.
func (m Match) Shown(claim bool) Shown {
	s := m.Score
	if claim {
		s -= stricter
	}
	switch {
	case s >= probably:
		return Probably
	case s >= possibly:
		return Possibly
	case s >= related:
		return Related
	}
	return NotShown
}

// How loud each opinion is: shared words, shared letters, and meaning. Where a meaning
// is not known, what it usually says of the right claim stands for it.
const (
	wordsVoice   = 2.0
	lettersVoice = 4.0 / 3
	meaningVoice = 2.0 / 3
	usualMeaning = 0.5
)

// Rank puts texts in the order in which they answer a post. Meaning is nil without an
// encoder; it is the one of Gist(post).
func Rank(post string, meaning *encoder.Vector, texts []Text) []Match {
	letters := newLetters(post, texts)
	matches := make([]Match, len(texts))
	for i, t := range texts {
		same := usualMeaning
		if meaning != nil && len(t.Meanings) > 0 {
			same = -1.0
			for j := range t.Meanings {
				same = max(same, encoder.Cosine(meaning, &t.Meanings[j]))
			}
		}
		matches[i] = Match{t, wordsVoice*t.Share + lettersVoice*letters.cosine(i) + meaningVoice*same}
	}
	slices.SortStableFunc(matches, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return matches
}

var (
	signature = regexp.MustCompile(`\s[—–-]\s[^—–]{1,60}\(@\w+\)\s+\w+ \d+, \d{4}\s*$`)
	addresses = regexp.MustCompile(`(https?://|pic\.twitter\.com/)\S*`)
)

// Gist is a post without addresses and without the signature that embedding adds
// (“— Name (@handle) Month 1, 2024”). Words are matched with the signature, which often
// names the speaker; of the meaning it is no part.
func Gist(post string) string {
	return strings.TrimSpace(addresses.ReplaceAllString(signature.ReplaceAllString(post, ""), ""))
}

// letters compares texts by their sequences of three to five letters, the rarer among
// the texts the more telling (tf-idf over the texts at hand).
type letters struct {
	numbers map[uint64]int // of sequences, by their hash
	having  []int          // by number: how many of the texts have it
	counts  []int          // by number, all zero between two texts
	texts   [][]repeated
	weights []float64 // by number, in the post
	square  float64   // of the post's length
}

// repeated is a sequence of a text, and how often it stands there.
type repeated struct{ number, times int }

// mostLetters bounds what is read of a text, in bytes.
const mostLetters = 2000

func newLetters(post string, texts []Text) *letters {
	l := &letters{numbers: make(map[uint64]int, 1<<14)}
	for _, t := range texts {
		list := l.sequences(t.Claim + " " + t.Title)
		for _, s := range list {
			l.having[s.number]++
		}
		l.texts = append(l.texts, list)
	}
	of := l.sequences(post)
	l.weights = make([]float64, len(l.having))
	for _, s := range of {
		l.weights[s.number] = l.weight(s)
		l.square += l.weights[s.number] * l.weights[s.number]
	}
	return l
}

func (l *letters) weight(s repeated) float64 {
	return float64(s.times) * (math.Log(float64(len(l.texts)+1)/float64(l.having[s.number]+1)) + 1)
}

func (l *letters) cosine(i int) float64 {
	var dot, square float64
	for _, s := range l.texts[i] {
		w := l.weight(s)
		dot += w * l.weights[s.number]
		square += w * w
	}
	if square == 0 || l.square == 0 {
		return 0
	}
	return dot / math.Sqrt(square*l.square)
}

const (
	shortest = 3
	longest  = 5
)

// sequences counts the sequences of a folded text. They are told apart by FNV-1a.
func (l *letters) sequences(text string) []repeated {
	folded := []rune(" " + Fold(cleaned(text[:min(len(text), mostLetters)])) + " ")
	list := make([]repeated, 0, 3*len(folded))
	for start := range folded {
		hash := uint64(14695981039346656037)
		for i, r := range folded[start:min(len(folded), start+longest)] {
			hash = (hash ^ uint64(r)) * 1099511628211
			if i+1 < shortest {
				continue
			}
			if n := l.number(hash); l.counts[n] > 0 {
				l.counts[n]++
			} else {
				l.counts[n] = 1
				list = append(list, repeated{number: n})
			}
		}
	}
	for i := range list {
		list[i].times, l.counts[list[i].number] = l.counts[list[i].number], 0
	}
	return list
}

func (l *letters) number(hash uint64) int {
	n, known := l.numbers[hash]
	if !known {
		n = len(l.having)
		l.numbers[hash] = n
		l.having, l.counts = append(l.having, 0), append(l.counts, 0)
	}
	return n
}
