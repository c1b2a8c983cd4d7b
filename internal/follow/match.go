package follow

import (
	"context"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
)

// considered is how many candidates are read and ranked for one text.
const considered = 100

// Matched is a published claim that may say what a text says.
type Matched struct {
	Digest record.Digest
	Score  float64
	Shown  search.Shown
	Words  []string // that both have, the most telling first
}

// Match ranks published claims by how surely they say what a text says, a post or
// itself a claim, the surest first. Nothing is left out: Shown says what is worth
// showing.
func (f *Follower) Match(ctx context.Context, text string, claim bool) ([]Matched, error) {
	meaning, err := f.meaningOf(ctx, text)
	if err != nil {
		return nil, err
	}
	leave, err := f.enter(ctx)
	if err != nil {
		return nil, err
	}
	events, candidates := f.candidates(text)
	leave()
	digests, err := f.public.Digests(ctx, events)
	if err != nil {
		return nil, err
	}
	texts := make([]search.Text, 0, len(digests))
	of := map[uint32]record.Digest{}
	meanings, err := f.meanings(ctx, events, meaning)
	if err != nil {
		return nil, err
	}
	byClaim := make(map[string]record.Digest, len(digests))
	for _, d := range digests {
		byClaim[d.Claim] = d
	}
	for i, c := range candidates {
		d, there := byClaim[c.claim]
		if !there || d.Redacted {
			continue
		}
		of[c.Doc] = d
		texts = append(texts, search.Text{Candidate: c.Candidate, Claim: d.Text, Title: d.Summary, Meanings: meanings[events[i]]})
	}
	var matched []Matched
	for _, m := range search.Rank(text, meaning, texts) {
		matched = append(matched, Matched{of[m.Doc], m.Score, m.Shown(claim), m.Words})
	}
	return matched, nil
}

// UseEncoder has meanings compared, too. It is called before the first match.
func (f *Follower) UseEncoder(e *encoder.Encoder) { f.encoder = e }

// What is encoded: enough words to mean something, and not too many texts at once.
const (
	fewestWords = 8
	encoding    = 2
	encodeWait  = 200 * time.Millisecond
)

// meaningOf gives the meaning of a text's gist, nil where there is no encoder or too
// little to encode.
func (f *Follower) meaningOf(ctx context.Context, text string) (*encoder.Vector, error) {
	gist := search.Gist(text)
	if f.encoder == nil || len(strings.Fields(gist)) < fewestWords {
		return nil, nil
	}
	soon, cancel := context.WithTimeout(ctx, encodeWait)
	defer cancel()
	select {
	case f.encoding <- struct{}{}:
	case <-soon.Done():
		return nil, ctx.Err() // where others crowd, words and letters have to do
	}
	defer func() { <-f.encoding }()
	v := f.encoder.Encode(gist)
	return &v, nil
}

type candidate struct {
	search.Candidate

	claim string
}

func (f *Follower) candidates(text string) ([]int64, []candidate) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	var events []int64
	var list []candidate
	for _, c := range f.claims.found.Candidates(text, considered) {
		s := f.claims.slots[f.claims.slotOf[c.Doc]]
		events = append(events, int64(s.event))
		list = append(list, candidate{c, s.claim.String()})
	}
	return events, list
}

// meanings reads those of the events, as far as they were worked out.
func (f *Follower) meanings(ctx context.Context, events []int64, meaning *encoder.Vector) (map[int64][]encoder.Vector, error) {
	if meaning == nil {
		return nil, nil
	}
	stored, err := f.public.Meanings(ctx, events)
	if err != nil {
		return nil, err
	}
	vectors := make(map[int64][]encoder.Vector, len(stored))
	for event, m := range stored {
		for _, b := range [][]byte{m.Claim, m.Title} {
			if v, ok := encoder.VectorOf(b); ok {
				vectors[event] = append(vectors[event], v)
			}
		}
	}
	return vectors, nil
}
