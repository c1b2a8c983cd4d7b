package desk

import (
	"context"
	"time"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Judge keeps what an editor says of a claim that was shown beside a text.
func (d *Desk) Judge(ctx context.Context, actor kb.Actor, in kb.Judgement) error {
	if err := check(actor, JudgeMatch, &in); err != nil {
		return err
	}
	if actor.Person == "" {
		return kb.Errorf(kb.Forbidden, "Only a person can judge a match.")
	}
	return d.write(ctx, actor, JudgeMatch, func(tx *store.Tx) error {
		if _, err := tx.Claim(in.ClaimID); err != nil {
			return err
		}
		return tx.Judge(in)
	})
}

// How meanings are worked out: some at a time, and after a rest when there are none.
const (
	meaningBatch = 50
	meaningRest  = 2 * time.Second
)

// Meanings works out the meanings of what is published. Two processes may do so for a
// moment: what one has done the other leaves. It goes down the log once, and then looks at
// what is new only.
type Meanings struct {
	desk         *Desk
	encoder      *encoder.Encoder
	above, below int64 // what was not looked at yet lies between
	head         int64 // of the log when this turn began; above for the next
}

// NewMeanings makes one that has looked at nothing yet.
func (d *Desk) NewMeanings(e *encoder.Encoder) *Meanings {
	return &Meanings{desk: d, encoder: e, above: -1, below: -1}
}

// Run works until the context ends.
func (m *Meanings) Run(ctx context.Context, report func(error)) {
	rest := time.NewTicker(meaningRest)
	defer rest.Stop()
	for {
		n, err := m.Some(ctx)
		if err != nil && ctx.Err() == nil {
			report(err)
		}
		if err == nil && n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-rest.C:
		}
	}
}

// Some works out the next few, and gives their number.
func (m *Meanings) Some(ctx context.Context) (int, error) {
	if m.below < 0 {
		head, err := m.desk.db.Public().Head(ctx)
		if err != nil || head == m.above {
			return 0, err
		}
		m.head, m.below = head, head+1
	}
	waiting, err := m.desk.db.Public().Meaningless(ctx, m.above, m.below, meaningBatch)
	if err != nil {
		return 0, err
	}
	if len(waiting) == 0 {
		m.above, m.below = m.head, -1
		return 0, nil
	}
	meanings := make([]store.Meaning, len(waiting))
	for i, w := range waiting {
		meanings[i] = store.Meaning{EventIdx: w.EventIdx, Claim: []byte{}, Title: []byte{}}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if w.Digest.Redacted {
			continue
		}
		claim, title := m.encoder.Encode(w.Digest.Text), m.encoder.Encode(w.Digest.Summary)
		meanings[i].Claim, meanings[i].Title = claim.Bytes(), title.Bytes()
	}
	if err := m.desk.db.Platform(ctx, func(p *store.Platform) error { return p.AddMeanings(meanings) }); err != nil {
		return 0, err
	}
	m.below = waiting[len(waiting)-1].EventIdx
	return len(waiting), nil
}
