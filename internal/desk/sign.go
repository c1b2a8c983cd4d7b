package desk

import (
	"context"
	"fmt"

	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Sign signs the committed log if it grew since the last checkpoint: check it
// against the checkpoint remembered outside the database, sign, remember, then
// store. Errors: record.ErrFork when the database is an older copy.
func (d *Desk) Sign(ctx context.Context) error {
	if d.signer == nil {
		return nil
	}
	return d.db.SignTree(ctx, func(t store.Tree) ([]byte, error) {
		remembered, err := d.remembered(t)
		if err != nil {
			return nil, err
		}
		if err := record.CheckExtends(remembered, t.Size, t.Hashes); err != nil {
			return nil, err
		}
		if t.Size == 0 {
			return nil, nil
		}
		signed, err := d.signer.Sign(t.Size, t.Root)
		if err != nil {
			return nil, err
		}
		return signed, d.memory.Save(signed)
	})
}

// remembered gives the checkpoint that the tree has to extend: the one that is
// kept outside the database, or else the newest that the database itself holds.
// Errors: record.ErrOtherKey when neither was signed by our key, unless a new log
// begins.
func (d *Desk) remembered(t store.Tree) (record.Checkpoint, error) {
	b, err := d.memory.Load()
	if err != nil {
		return record.Checkpoint{}, err
	}
	if b == nil && !d.newLog {
		b = t.Signed
	}
	if b == nil {
		return record.Checkpoint{Root: record.EmptyRoot}, nil
	}
	checkpoint, err := d.signer.Open(b)
	if err != nil {
		return checkpoint, fmt.Errorf("%w (%w)", record.ErrOtherKey, err)
	}
	return checkpoint, nil
}

// signCommitted signs after a commit. What was committed stays committed: if
// signing fails, the next publication or start signs it.
func (d *Desk) signCommitted(ctx context.Context) {
	if err := d.Sign(context.WithoutCancel(ctx)); err != nil {
		d.log.ErrorContext(ctx, "the record has grown but could not be signed", "error", err)
	}
}
