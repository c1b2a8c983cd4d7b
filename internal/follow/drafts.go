package follow

import (
	"context"
	"sync"
	"time"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Drafts follows the desk as a Follower follows the record: it knows the claims that
// are worked on and not published, for editors only. It reads on whenever it is asked,
// so an editor finds what a colleague logged a moment ago, by whatever process.
type Drafts struct {
	db       *store.DB
	follower *Follower // which encodes
	mu       sync.Mutex
	at       store.Cursor
	index    *search.Index
	drafts   map[kb.ID]draft
	of       map[uint32]kb.ID // by document of the index
}

type draft struct {
	store.DeskClaim

	doc     uint32
	meaning *encoder.Vector // once it was needed
}

// NewDrafts makes a follower of the desk that has read nothing yet.
func NewDrafts(db *store.DB, f *Follower) *Drafts {
	return &Drafts{db: db, follower: f, index: search.New(), drafts: map[kb.ID]draft{}, of: map[uint32]kb.ID{}}
}

// DraftMatch is a claim at the desk that may say what a text says.
type DraftMatch struct {
	store.DeskClaim

	Score float64
	Shown search.Shown
	Words []string
}

const (
	draftBatch = 2000
	// A change is dated before it is committed: changes of the last moments are read
	// again, for as long as a transaction may take.
	overlap = 2 * time.Minute
	// draftsConsidered is how many drafts are ranked; the meaning of each is worked out.
	draftsConsidered = 5
)

// Refresh reads what was changed at the desk since the last time.
func (d *Drafts) Refresh(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := store.Cursor{At: d.at.At.Add(-overlap)}
	for {
		rows, err := d.db.Desk(ctx).ClaimsSince(at, draftBatch)
		if err != nil {
			return err
		}
		for _, c := range rows {
			d.take(c)
			at = store.Cursor{At: c.UpdatedAt, ID: c.ID}
		}
		if len(rows) < draftBatch {
			break
		}
	}
	if at.At.After(d.at.At) {
		d.at = at
	}
	return nil
}

// take takes a claim as it stands now.
func (d *Drafts) take(c store.DeskClaim) {
	old, known := d.drafts[c.ID]
	if known && old.Version == c.Version && old.State == c.State && !c.Published {
		return
	}
	if known {
		d.index.Remove(old.doc)
		delete(d.of, old.doc)
		delete(d.drafts, c.ID)
	}
	if c.Published || c.State == kb.Declined || c.State == kb.Merged {
		return
	}
	doc := d.index.Add(search.Doc{Claim: c.Text, Language: c.Language})
	d.of[doc] = c.ID
	d.drafts[c.ID] = draft{DeskClaim: c, doc: doc}
}

// Match ranks claims at the desk by how surely they say what another claim says.
func (d *Drafts) Match(ctx context.Context, text string) ([]DraftMatch, error) {
	meaning, err := d.follower.meaningOf(ctx, text)
	if err != nil {
		return nil, err
	}
	if err := d.Refresh(ctx); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var texts []search.Text
	for _, c := range d.index.Candidates(text, draftsConsidered) {
		x := d.drafts[d.of[c.Doc]]
		t := search.Text{Candidate: c, Claim: x.Text}
		if meaning != nil {
			if x.meaning == nil {
				v := d.follower.encoder.Encode(x.Text)
				x.meaning = &v
				d.drafts[x.ID] = x
			}
			t.Meanings = []encoder.Vector{*x.meaning}
		}
		texts = append(texts, t)
	}
	var matches []DraftMatch
	for _, m := range search.Rank(text, meaning, texts) {
		matches = append(matches, DraftMatch{d.drafts[d.of[m.Doc]].DeskClaim, m.Score, m.Shown(true), m.Words})
	}
	return matches, nil
}
