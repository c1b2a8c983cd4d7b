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

// RunMeanings works out the meanings of what is published, the newest first, until the
// context ends. Any number of processes may do so: what one has done the others leave.
func (d *Desk) RunMeanings(ctx context.Context, e *encoder.Encoder, report func(error)) {
	rest := time.NewTicker(meaningRest)
	defer rest.Stop()
	for {
		n, err := d.WorkOutMeanings(ctx, e)
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

// WorkOutMeanings works out the next few, and gives their number.
func (d *Desk) WorkOutMeanings(ctx context.Context, e *encoder.Encoder) (int, error) {
	waiting, err := d.db.Public().Meaningless(ctx, meaningBatch)
	if err != nil || len(waiting) == 0 {
		return 0, err
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
		claim, title := e.Encode(w.Digest.Text), e.Encode(w.Digest.Summary)
		meanings[i].Claim, meanings[i].Title = claim.Bytes(), title.Bytes()
	}
	return len(meanings), d.db.Platform(ctx, func(p *store.Platform) error { return p.AddMeanings(meanings) })
}
