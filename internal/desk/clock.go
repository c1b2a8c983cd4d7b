package desk

import (
	"context"
	"errors"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// How often the desk looks at the clock.
const (
	scheduleEvery = time.Second
	choresEvery   = time.Minute
	dueAtOnce     = 20
)

// Schedule plans the publication of an approved claim. Until then the approval
// stands; any edit takes it back. Errors: Invalid for a time that is past.
func (d *Desk) Schedule(ctx context.Context, actor kb.Actor, claim kb.ID, at time.Time) error {
	return d.step(ctx, actor, claim, kb.Schedule, func(tx *store.Tx, _ *kb.Claim) error {
		at = at.UTC().Truncate(time.Second)
		if err := kb.ValidateSchedule(at, tx.Now()); err != nil {
			return err
		}
		return tx.SaveSchedule(kb.ScheduledPublication{ClaimID: claim, At: at})
	})
}

// RunClock publishes what is scheduled and does the chores that are due, until
// the context ends. Errors are given to report, and the next round tries again.
// Two processes may run it for a moment: each publication locks its claim.
func (d *Desk) RunClock(ctx context.Context, report func(error)) {
	schedules, chores := time.NewTicker(scheduleEvery), time.NewTicker(choresEvery)
	defer schedules.Stop()
	defer chores.Stop()
	round := func(work func(context.Context) error) {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			report(err)
		}
	}
	round(d.Chores)
	for {
		select {
		case <-ctx.Done():
			return
		case <-schedules.C:
			round(d.PublishDue)
		case <-chores.C:
			round(d.Chores)
		}
	}
}

// PublishDue publishes what is scheduled for now or before.
func (d *Desk) PublishDue(ctx context.Context) error {
	due, err := d.db.Desk(ctx).DueSchedules(d.db.Now(), dueAtOnce)
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range due {
		errs = append(errs, d.publishScheduled(ctx, s))
	}
	return errors.Join(errs...)
}

// publishScheduled publishes one claim with the rights that whoever scheduled it
// has now. A house rule that is not met by now leaves it approved, and something
// that changed takes it back to research; a task says so.
func (d *Desk) publishScheduled(ctx context.Context, s kb.ScheduledPublication) error {
	actor, err := d.scheduler(ctx, s)
	if err != nil {
		return err
	}
	published := false
	err = d.db.Write(ctx, actor, func(tx *store.Tx) error {
		published = false
		if err := tx.LockRecord(); err != nil {
			return err
		}
		c, err := stillDue(tx, s)
		if err != nil {
			return err
		}
		if err := Authorise(actor, StepAction(kb.Publish)); err != nil {
			return failSchedule(tx, c, readableMessage(err))
		}
		_, stale, err := d.publishIn(tx, kb.Publish, s.ClaimID, approvedBy)
		published = err == nil && stale == nil
		if stale != nil {
			return openScheduleTask(tx, s.ClaimID, readableMessage(stale))
		}
		return err
	})
	if errors.Is(err, errGate) {
		why := readableMessage(err)
		err = d.db.Write(ctx, kb.System, func(tx *store.Tx) error {
			c, err := stillDue(tx, s)
			if err != nil {
				return err
			}
			return failSchedule(tx, c, why)
		})
	}
	if published {
		d.signCommitted(ctx)
	}
	if errors.Is(err, errNotDue) {
		return nil
	}
	return err
}

var errNotDue = errors.New("nothing is due")

// stillDue locks a claim that was scheduled. Errors: errNotDue when somebody was
// faster, or changed the time.
func stillDue(tx *store.Tx, s kb.ScheduledPublication) (kb.Claim, error) {
	c, err := tx.LockClaim(s.ClaimID)
	if err != nil {
		return c, err
	}
	now, err := tx.Schedule(s.ClaimID)
	if kb.KindOf(err) == kb.NotFound || (err == nil && (c.State != kb.Scheduled || !now.At.Equal(s.At))) {
		return c, errNotDue
	}
	return c, err
}

// scheduler reads who scheduled a publication, with today's roles; without any
// when the account is closed.
func (d *Desk) scheduler(ctx context.Context, s kb.ScheduledPublication) (kb.Actor, error) {
	r := d.db.Desk(ctx)
	account, err := r.Account(s.AccountID)
	if err != nil {
		return kb.Actor{}, err
	}
	actor, good, err := r.Actor(s.AccountID, account.Epoch)
	if !good {
		actor.Roles = nil
	}
	return actor, err
}

// failSchedule leaves a scheduled claim approved, and says why.
func failSchedule(tx *store.Tx, c kb.Claim, why string) error {
	next, err := kb.Next(c.State, kb.Fail)
	if err != nil {
		return err
	}
	after := c
	after.State, after.StateReason = next, why
	if err := errors.Join(tx.DropSchedule(c.ID), tx.SetClaimState("claim."+string(kb.Fail), c, after)); err != nil {
		return err
	}
	return openScheduleTask(tx, c.ID, why)
}

func openScheduleTask(tx *store.Tx, claim kb.ID, why string) error {
	return tx.OpenTask(kb.Task{Kind: "schedule", ClaimID: claim, Words: "The scheduled publication did not take place. " + why})
}

// Chores does what is due beside publications: tasks for rulings that are to be
// looked at again, the end of what readers sent, counts of attempts that are past.
func (d *Desk) Chores(ctx context.Context) error {
	now := d.db.Now()
	return errors.Join(d.openRechecks(ctx, now), d.expireReaders(ctx, now), d.db.Platform(ctx, func(p *store.Platform) error {
		return errors.Join(p.DropPast(), p.DropAnswers(now.Add(-answersKept)))
	}))
}

func (d *Desk) openRechecks(ctx context.Context, now time.Time) error {
	due, err := d.db.Desk(ctx).DueRechecks(now.Format(time.DateOnly), dueAtOnce)
	if err != nil {
		return err
	}
	for _, r := range due {
		err := d.db.Write(ctx, kb.System, func(tx *store.Tx) error {
			taken, err := tx.TakeRecheck(r)
			if err == nil && !taken {
				err = errNotDue
			}
			if err != nil {
				return err
			}
			return tx.OpenTask(kb.Task{Kind: "recheck", ClaimID: r.ClaimID, Words: r.Words})
		})
		if err != nil && !errors.Is(err, errNotDue) {
			return err
		}
	}
	return nil
}

// ForgetRedacted removes bytes of captures that a redaction lists, in case the program
// ended before it could: each process does so when it starts.
func (d *Desk) ForgetRedacted(ctx context.Context) error {
	hashes, err := d.db.Desk(ctx).RedactedHashes()
	if err != nil {
		return err
	}
	return d.forget(ctx, hashes)
}
