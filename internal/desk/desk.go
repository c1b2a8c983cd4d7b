// Package desk holds the write use cases: each authorises, applies the rules,
// writes and audits in one transaction. It is the only place that decides who
// may do what. It knows nothing of HTTP or of pages.
package desk

import (
	"context"
	"errors"
	"log/slog"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Memory keeps the last signed checkpoint outside the database, so that an
// older copy of the database is noticed.
type Memory interface {
	// Load gives the remembered checkpoint, nil when there is none yet.
	Load() ([]byte, error)
	// Save keeps a checkpoint durably before it returns.
	Save(checkpoint []byte) error
}

// Options is what a desk works with.
type Options struct {
	DB      *store.DB
	BaseURL string // origin of the public pages, without a slash at the end
	Signer  *record.Signer
	Memory  Memory
	NewLog  bool    // what was signed before belongs to a log that ended
	Archive Archive // nil for commands that capture nothing
	Poster  Poster  // nil where webhooks are not sent
	Logger  *slog.Logger
}

// Desk is the newsroom's side of the program.
type Desk struct {
	db      *store.DB
	baseURL string
	signer  *record.Signer
	memory  Memory
	newLog  bool
	archive Archive
	poster  Poster
	log     *slog.Logger
	secret  string        // of this process
	hashing chan struct{} // one password hash at a time: each takes 19 MiB
}

// New makes a desk.
func New(o Options) *Desk {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Desk{db: o.DB, baseURL: o.BaseURL, signer: o.Signer, memory: o.Memory, newLog: o.NewLog, archive: o.Archive, poster: o.Poster, log: o.Logger, secret: record.NewSalt(), hashing: make(chan struct{}, 1)}
}

// write authorises and opens the one door.
func (d *Desk) write(ctx context.Context, actor kb.Actor, action Action, f func(*store.Tx) error) error {
	if err := Authorise(actor, action); err != nil {
		return err
	}
	return d.db.Write(ctx, actor, f)
}

// edit changes something that belongs to a claim: it locks the claim, takes
// what is under review or approved back to research, and keeps the actor among
// the contributors.
func (d *Desk) edit(ctx context.Context, actor kb.Actor, action Action, claim kb.ID, f func(*store.Tx, kb.Claim) error) error {
	return d.write(ctx, actor, action, func(tx *store.Tx) error {
		c, err := tx.LockClaim(claim)
		if err != nil {
			return err
		}
		if !c.State.Editable() {
			return notEditable(c)
		}
		if _, err := kb.Next(c.State, kb.Edit); err == nil {
			if c, err = takeBack(tx, c, actor.Name+" changed it while it was "+c.State.Label()+"."); err != nil {
				return err
			}
		}
		if err := f(tx, c); err != nil {
			return err
		}
		if err := tx.Contributed(claim); err != nil {
			return err
		}
		return tx.TouchClaim(claim)
	})
}

func notEditable(c kb.Claim) error {
	if c.State == kb.Published {
		return kb.Errorf(kb.Conflict, "This claim is published. Start a revision first; the published one stays until the new one is approved.")
	}
	return kb.Errorf(kb.Conflict, "This claim is %s and cannot be changed. Reopen it first.", c.State.Label())
}

// takeBack withdraws what was submitted or approved, because it changes.
func takeBack(tx *store.Tx, c kb.Claim, reason string) (kb.Claim, error) {
	if err := errors.Join(tx.CloseCandidates(c.ID), tx.DropSchedule(c.ID)); err != nil {
		return c, err
	}
	after := c
	after.State, after.StateReason = kb.Researching, reason
	return after, tx.SetClaimState("claim.edit", c, after)
}
