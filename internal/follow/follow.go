// Package follow reads the record in order and keeps in memory what lists and
// filters need: columns over the digests of each claim's newest revision, and
// the masthead. A publication is seen once the follower caught up with its log
// index. It knows the record only.
package follow

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Follower is one reader of the record.
type Follower struct {
	public   *store.Public
	reading  sync.Mutex // one reader at a time moves the index
	mu       sync.RWMutex
	index    int64
	rows     map[string]*row // by claim
	newest   []*row          // by event, the newest first, once sorted
	sorted   bool
	names    map[Subject]string
	masthead record.Masthead
	scales   []record.Scale
}

// row is one claim in columns: what filters look at, not what lists show.
type row struct {
	claim, rating, language, said string
	event                         int64
	number                        int
	speakers, topics, publishers  []string
	sources                       []string
	corrected                     bool
}

// Subject is a thing that pages list claims by.
type Subject struct{ Kind, ID string }

// Kinds of subjects.
const (
	Speaker   = "speaker"
	Topic     = "topic"
	Publisher = "publisher"
	Source    = "source"
)

// batch is how many events are read at once.
const batch = 1000

// New makes a follower that has read nothing yet.
func New(public *store.Public) *Follower {
	return &Follower{public: public, index: -1, rows: map[string]*row{}, names: map[Subject]string{}}
}

// Index is the log index up to which the follower has read, -1 at first.
func (f *Follower) Index() int64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.index
}

// CatchUp reads on until the follower has seen the event with the given index.
func (f *Follower) CatchUp(ctx context.Context, index int64) error {
	for f.Index() < index {
		n, err := f.read(ctx)
		if err != nil {
			return err
		}
		if n == 0 && f.Index() < index { // and no other reader went past it meanwhile
			return fmt.Errorf("follow the record: it ends at %d, before %d", f.Index(), index)
		}
	}
	return nil
}

// Run reads on at every tick until the context ends. An error is given to
// report, and the next tick tries again.
func (f *Follower) Run(ctx context.Context, every time.Duration, report func(error)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		for {
			n, err := f.read(ctx)
			if err != nil && ctx.Err() == nil {
				report(err)
			}
			if err != nil || n < batch {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// read applies the next batch of events and gives their number.
func (f *Follower) read(ctx context.Context) (int, error) {
	f.reading.Lock()
	defer f.reading.Unlock()
	entries, err := f.public.Entries(ctx, f.Index(), batch)
	if err != nil {
		return 0, err
	}
	documents := make([][]byte, len(entries))
	for i, e := range entries {
		if e.Kind == record.KindMasthead || e.Kind == record.KindScale {
			documents[i], err = f.public.Document(ctx, e.Hash)
			if err != nil && kb.KindOf(err) != kb.Gone {
				return 0, err
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, e := range entries {
		if err := f.apply(e, documents[i]); err != nil {
			return 0, err
		}
		f.index = e.Index
	}
	return len(entries), nil
}

func (f *Follower) apply(e store.Entry, document []byte) error {
	switch {
	case e.Kind == record.KindRevision && e.Digest == nil:
		return fmt.Errorf("follow the record: event %d has no digest", e.Index)
	case e.Kind == record.KindRevision:
		f.applyRevision(e.Index, *e.Digest)
	case document == nil: // redacted, or of no concern here
	case e.Kind == record.KindMasthead:
		f.masthead = record.Masthead{}
		return json.Unmarshal(document, &f.masthead)
	case e.Kind == record.KindScale:
		var s record.Scale
		if err := json.Unmarshal(document, &s); err != nil {
			return err
		}
		f.scales = append(f.scales, s)
	}
	return nil
}

func (f *Follower) applyRevision(index int64, d record.Digest) {
	r, known := f.rows[d.Claim]
	if !known {
		r = &row{claim: d.Claim}
		f.rows[d.Claim] = r
		f.newest = append(f.newest, r)
	}
	f.sorted = false
	r.event, r.number, r.language, r.said, r.rating = index, d.Number, d.Language, d.SaidOn.Earliest(), d.Outcome
	if d.Rating != nil {
		r.rating = d.Rating.Key
	}
	r.corrected = d.Correction != nil && d.Correction.Class != "typo"
	r.speakers, r.topics, r.publishers, r.sources = nil, nil, nil, nil
	for _, s := range d.Speakers {
		r.speakers = append(r.speakers, f.name(Speaker, s.ID, s.Name))
	}
	for _, t := range d.Topics {
		r.topics = append(r.topics, f.name(Topic, t.Slug, t.Name))
	}
	for _, p := range d.Publishers {
		r.publishers = append(r.publishers, f.name(Publisher, p.ID, p.Name))
	}
	for _, s := range d.Sources {
		r.sources = append(r.sources, f.name(Source, s.ID, s.Name))
	}
}

func (f *Follower) name(kind, id, name string) string {
	f.names[Subject{kind, id}] = name
	return id
}

// sort puts the rows in order before they are read; a long catching-up is
// sorted once.
func (f *Follower) sort() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.sorted {
		slices.SortFunc(f.newest, func(a, b *row) int { return cmp.Compare(b.event, a.event) })
		f.sorted = true
	}
}

// Name gives the newest published name of a subject.
func (f *Follower) Name(s Subject) (string, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	name, ok := f.names[s]
	return name, ok
}

// Masthead gives the organisation that publishes, as last published.
func (f *Follower) Masthead() record.Masthead {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.masthead
}

// Scales gives the published rating scales, the newest first.
func (f *Follower) Scales() []record.Scale {
	f.mu.RLock()
	defer f.mu.RUnlock()
	scales := slices.Clone(f.scales)
	slices.Reverse(scales)
	return scales
}
