// Package follow reads the record in order and keeps in memory what lists and
// filters need: columns over the digests of each claim's newest revision, and
// the masthead. A publication is seen once the follower caught up with its log
// index. It knows the record only.
package follow

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Follower is one reader of the record.
type Follower struct {
	public  *store.Public
	reading sync.Mutex // one reader at a time moves the index
	mu      sync.RWMutex
	state
	renewed int64 // how often the state was read anew

	encoder   *encoder.Encoder
	encoding  chan struct{}
	searching chan struct{}
}

// state is what was read of the record: a function of its entries as they stand now.
type state struct {
	index    int64
	caught   bool // it has been at the end of the record
	claims   claims
	names    map[Subject]string // of speakers, topics and publishers
	masthead record.Masthead
	policy   record.Policy
	scales   []record.Scale
	banners  map[string]record.Banner   // claims under review, by id
	changes  []change                   // corrections, in the order of the log
	reviews  map[string][]record.Banner // all signs “under review”, begun and ended, by claim
	disputes []record.DisputeOutcome    // in the order of the log
	redacted []record.Redaction         // in the order of the log
	common   int64                      // stamp of the newest event about no claim: it concerns every page
	began    int64                      // where the record ended when reading began
	spoiled  int64                      // the newest redaction: what it took away was read if that is above began
}

func newState() state {
	return state{index: -1, claims: newClaims(), names: map[Subject]string{}, banners: map[string]record.Banner{}, reviews: map[string][]record.Banner{}, common: -1, began: -1, spoiled: -1}
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
	return &Follower{public: public, state: newState(), encoding: make(chan struct{}, encoding), searching: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Index is the log index up to which the follower has read, -1 at first.
func (f *Follower) Index() int64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.index
}

// Stamp orders what the follower knew at times: it grows with each event, and each
// time the record is read anew.
func (f *Follower) Stamp() int64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.stamp()
}

func (f *Follower) stamp() int64 { return f.index + f.renewed }

// Changed gives the stamp of the newest event that concerns any of the claims, or
// every page; of any event when no claims are given.
func (f *Follower) Changed(claims []string) int64 {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if claims == nil {
		return f.stamp()
	}
	newest := f.common
	for _, c := range claims {
		newest = max(newest, f.claims.touched(c))
	}
	return newest
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

// Run reads on whenever it is woken, and at every tick, until the context ends. An
// error is given to report, and the next tick tries again.
func (f *Follower) Run(ctx context.Context, every time.Duration, woken <-chan struct{}, report func(error)) {
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
		if err := f.forget(ctx); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-woken:
		}
	}
}

// forget reads the record anew after a redaction, and then takes what it read in the
// place of what it knew: the words of what was redacted go out of the vocabulary, and
// names are spelled as what is left spells them.
func (f *Follower) forget(ctx context.Context) error {
	f.mu.RLock()
	spoiled := f.spoiled > f.began
	f.mu.RUnlock()
	if !spoiled {
		return nil
	}
	fresh := New(f.public)
	for n := batch; n == batch; {
		var err error
		if n, err = fresh.read(ctx); err != nil {
			return err
		}
		if _, err := f.read(ctx); err != nil { // what is published meanwhile is shown meanwhile
			return err
		}
	}
	f.reading.Lock()
	defer f.reading.Unlock()
	if err := fresh.CatchUp(ctx, f.Index()); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state = fresh.state
	f.renewed++
	f.common = f.stamp() // what was made meanwhile may spell names as they were
	return nil
}

// Lag is how far a follower is behind.
type Lag struct {
	Read, Head int64 // indexes of the newest event that was read, and of the newest
}

// Events is how many events are not read yet.
func (l Lag) Events() int64 { return max(0, l.Head-l.Read) }

// Lag asks the record how far behind the follower is.
func (f *Follower) Lag(ctx context.Context) (Lag, error) {
	read := f.Index()
	head, err := f.public.Head(ctx)
	return Lag{Read: read, Head: head}, err
}

// read applies the next batch of events and gives their number.
func (f *Follower) read(ctx context.Context) (int, error) {
	f.reading.Lock()
	defer f.reading.Unlock()
	if err := f.begin(ctx); err != nil {
		return 0, err
	}
	entries, err := f.public.Entries(ctx, f.Index(), batch)
	if err != nil {
		return 0, err
	}
	documents := make([][]byte, len(entries))
	for i, e := range entries {
		if documented[e.Kind] {
			documents[i], err = f.public.Document(ctx, e.Hash)
			if err != nil && kb.KindOf(err) != kb.Gone {
				return 0, err
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(entries) < batch && !f.caught {
		defer f.arrived()
	}
	for i, e := range entries {
		if err := f.apply(e, documents[i]); err != nil {
			return 0, err
		}
		f.index = e.Index
		if e.Kind == record.KindRedaction {
			f.spoiled = e.Index
		}
		f.touch(e)
	}
	return len(entries), nil
}

// begin notes where the record ends before anything of it is read.
func (f *Follower) begin(ctx context.Context) error {
	if f.Index() >= 0 {
		return nil
	}
	head, err := f.public.Head(ctx)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.began = head
	return nil
}

// arrived is when the end of the record is reached for the first time.
func (f *Follower) arrived() {
	f.caught = true
	f.claims.trim()
}

// Begun reports whether the follower has been at the end of the record; if not, it
// reads on for a while first, so that nobody is turned away from a small record.
func (f *Follower) Begun(ctx context.Context) (bool, error) {
	for began := time.Now(); !f.atEnd() && time.Since(began) < beginWait; {
		if _, err := f.read(ctx); err != nil {
			return false, err
		}
	}
	return f.atEnd(), nil
}

// beginWait is how long a request may wait for the record to be read.
const beginWait = 5 * time.Second

func (f *Follower) atEnd() bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.caught
}

// touch notes whom an event concerns. What was redacted about one claim may be
// quoted by another.
func (f *Follower) touch(e store.Entry) {
	if e.Claim == "" || e.Kind == record.KindRedaction {
		f.common = f.stamp()
		return
	}
	f.claims.touch(e.Claim, f.stamp())
}

// documented are the kinds of events whose documents the follower needs. They are few
// beside revisions.
var documented = map[string]bool{
	record.KindMasthead: true, record.KindScale: true, record.KindPolicy: true, record.KindBanner: true, record.KindRedaction: true, record.KindDispute: true,
}

func (f *Follower) apply(e store.Entry, document []byte) error {
	switch {
	case e.Kind == record.KindRevision && e.Digest == nil:
		return fmt.Errorf("follow the record: event %d has no digest", e.Index)
	case e.Kind == record.KindRevision:
		f.applyRevision(e.Index, *e.Digest)
	case document != nil: // neither redacted nor of no concern here
		return f.applyDocument(e.Kind, document)
	}
	return nil
}

func (f *Follower) applyDocument(kind string, document []byte) error {
	switch kind {
	case record.KindMasthead:
		return replace(&f.masthead, document)
	case record.KindPolicy:
		return replace(&f.policy, document)
	case record.KindScale:
		return add(&f.scales, document)
	case record.KindDispute:
		return add(&f.disputes, document)
	case record.KindBanner:
		var b record.Banner
		if err := replace(&b, document); err != nil {
			return err
		}
		f.reviews[b.Claim] = append(f.reviews[b.Claim], b)
		delete(f.banners, b.Claim)
		if b.Up {
			f.banners[b.Claim] = b
		}
	case record.KindRedaction:
		var r record.Redaction
		if err := replace(&r, document); err != nil {
			return err
		}
		f.redacted = append(f.redacted, r)
		f.applyRedaction(r)
	}
	return nil
}

func replace[T record.Masthead | record.Policy | record.Banner | record.Redaction](current *T, document []byte) error {
	next, err := record.ReadEvent[T](document)
	*current = next
	return err
}

func add[T record.Scale | record.DisputeOutcome](list *[]T, document []byte) error {
	next, err := record.ReadEvent[T](document)
	*list = append(*list, next)
	return err
}

// applyRedaction forgets what a redaction takes away: the claim if its newest
// revision is among it, corrections, and names that nothing else bears.
func (f *Follower) applyRedaction(r record.Redaction) {
	s, known := f.claims.slot(r.Claim)
	if !known {
		return
	}
	f.changes = slices.DeleteFunc(f.changes, func(c change) bool { return c.claim == r.Claim && slices.Contains(r.Revisions, c.number) })
	for i, c := range f.changes {
		if c.claim == r.Claim && slices.Contains(r.Revisions, c.number-1) {
			f.changes[i].was = ""
		}
	}
	if slices.Contains(r.Revisions, int(s.number)) {
		f.claims.hide(s)
	}
	maps.DeleteFunc(f.names, func(s Subject, _ string) bool { return !f.claims.bear(s) })
}

func (f *Follower) applyRevision(index int64, d record.Digest) {
	if d.Correction != nil {
		f.changes = append(f.changes, f.changeOf(index, d))
	}
	f.claims.put(index, d)
	for _, s := range d.Speakers {
		f.names[Subject{Speaker, s.ID}] = s.Name
	}
	for _, t := range d.Topics {
		f.names[Subject{Topic, t.Slug}] = t.Name
	}
	for _, p := range d.Publishers {
		f.names[Subject{Publisher, p.ID}] = p.Name
	}
}

// Masthead gives the organisation that publishes, as last published.
func (f *Follower) Masthead() record.Masthead {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.masthead
}

// Policy gives the house policy, as last published.
func (f *Follower) Policy() record.Policy {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.policy
}

// Banner gives the sign “under review” of a claim that carries it.
func (f *Follower) Banner(claim string) (record.Banner, bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	b, ok := f.banners[claim]
	return b, ok
}

// Banners gives every sign “under review” that a claim carried, as it began and
// as it ended, in the order of the log.
func (f *Follower) Banners(claim string) []record.Banner {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return slices.Clone(f.reviews[claim])
}

// Redactions gives what was redacted, the newest first.
func (f *Follower) Redactions() []record.Redaction {
	f.mu.RLock()
	defer f.mu.RUnlock()
	list := slices.Clone(f.redacted)
	slices.Reverse(list)
	return list
}

// UnderReview reports which of the claims carry the sign “under review”.
func (f *Follower) UnderReview(claims []string) map[string]bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	up := map[string]bool{}
	for _, c := range claims {
		if _, ok := f.banners[c]; ok {
			up[c] = true
		}
	}
	return up
}

// Disputes gives the settled disputes, the newest first.
func (f *Follower) Disputes() []record.DisputeOutcome {
	f.mu.RLock()
	defer f.mu.RUnlock()
	list := slices.Clone(f.disputes)
	slices.Reverse(list)
	return list
}

// Scales gives the published rating scales, the newest first.
func (f *Follower) Scales() []record.Scale {
	f.mu.RLock()
	defer f.mu.RUnlock()
	scales := slices.Clone(f.scales)
	slices.Reverse(scales)
	return scales
}
