package desk

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// How much readers may send of one kind within a window: from one address, and
// all together.
const (
	intakeWindow  = time.Hour
	mostFromOne   = 6
	mostFromAll   = 500
	expiredAtOnce = 100
	networkBits   = 64 // of an IPv6 address: what one subscriber has
)

// throttleReader counts what comes from an address. What is kept of the address
// is a hash under a secret of this process, and it goes soon after the window.
func (d *Desk) throttleReader(ctx context.Context, kind, address string) error {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() && !ip.Is4In6() {
		if network, err := ip.Prefix(networkBits); err == nil {
			address = network.String()
		}
	}
	day := time.Now().UTC().Format(time.DateOnly)
	if err := d.counted(ctx, kind+":"+tokenHash(day + " " + d.baseURL + " " + address)[:32], mostFromOne, intakeWindow); err != nil {
		return err
	}
	return d.counted(ctx, kind+":all", mostFromAll, intakeWindow)
}

// SendTip keeps a reader's suggestion of a claim. It gives the id under which
// everybody sees what becomes of it, and a token with which the reader alone can
// erase it. Errors: Invalid, Throttled.
func (d *Desk) SendTip(ctx context.Context, address string, in kb.Tip) (kb.ID, string, error) {
	if err := in.Validate(); err != nil {
		return "", "", err
	}
	if err := d.throttleReader(ctx, "tip", address); err != nil {
		return "", "", err
	}
	var id kb.ID
	var token string
	token, in.TokenHash = newToken()
	err := d.write(ctx, kb.Actor{}, SendTip, func(tx *store.Tx) error {
		var err error
		id, err = tx.InsertTip(in)
		return err
	})
	return id, token, err
}

// SendDispute keeps a reader's challenge to a published ruling, and opens a task
// for the desk. It gives what SendTip gives.
func (d *Desk) SendDispute(ctx context.Context, address string, in kb.Dispute) (kb.ID, string, error) {
	if err := in.Validate(); err != nil {
		return "", "", err
	}
	if err := d.throttleReader(ctx, "dispute", address); err != nil {
		return "", "", err
	}
	var id kb.ID
	var token string
	token, in.TokenHash = newToken()
	err := d.write(ctx, kb.Actor{}, SendDispute, func(tx *store.Tx) error {
		revisions, err := tx.Revisions(in.ClaimID)
		if err != nil {
			return err
		}
		if len(revisions) == 0 {
			return kb.Errorf(kb.NotFound, "There is no published claim at this address.")
		}
		in.Revision = revisions[0].Number
		if id, err = tx.InsertDispute(in); err != nil {
			return err
		}
		return tx.OpenTask(kb.Task{Kind: "dispute", ClaimID: in.ClaimID, Words: "A reader disputes the ruling: " + kb.Label(kb.DisputeKinds, in.Kind) + "."})
	})
	return id, token, err
}

// EraseOwn erases what a reader sent, for whoever holds the token. Table is
// "tip" or "dispute".
func (d *Desk) EraseOwn(ctx context.Context, table string, id kb.ID, token string) error {
	r := d.db.Desk(ctx)
	var hash string
	switch table {
	case "tip":
		t, err := r.Tip(id)
		if err != nil {
			return err
		}
		hash = t.TokenHash
	default:
		x, err := r.Dispute(id)
		if err != nil {
			return err
		}
		hash = x.TokenHash
	}
	if hash == "" || hash != tokenHash(token) {
		return kb.Errorf(kb.NotFound, "This receipt is not known, or what was sent is erased already.")
	}
	return d.db.Write(ctx, kb.Actor{}, func(tx *store.Tx) error { return tx.EraseIntake(table, id) })
}

// EraseReader erases what a reader sent, at the reader's request to the desk.
func (d *Desk) EraseReader(ctx context.Context, actor kb.Actor, table string, id kb.ID) error {
	return d.write(ctx, actor, EraseReader, func(tx *store.Tx) error { return tx.EraseIntake(table, id) })
}

// DecideTip says what becomes of a tip.
func (d *Desk) DecideTip(ctx context.Context, actor kb.Actor, in kb.TipDecision) error {
	if err := check(actor, DecideTip, &in); err != nil {
		return err
	}
	return d.write(ctx, actor, DecideTip, func(tx *store.Tx) error {
		t, err := tx.Tip(in.ID)
		if err != nil {
			return err
		}
		if t.State != "received" {
			return kb.Errorf(kb.Conflict, "This tip is decided already.")
		}
		if in.State == "taken-up" {
			claim, err := findClaim(tx.Reader, in.Claim, "claim")
			if err != nil {
				return err
			}
			t.ClaimID = claim.ID
		}
		t.State, t.Answer, t.Version = in.State, in.Answer, in.Version
		return tx.UpdateTip(t)
	})
}

// Examine says in public that somebody looks into a dispute.
func (d *Desk) Examine(ctx context.Context, actor kb.Actor, id kb.ID, version int64) error {
	return d.write(ctx, actor, SettleDispute, func(tx *store.Tx) error {
		x, err := tx.Dispute(id)
		if err != nil {
			return err
		}
		if x.State != "received" {
			return kb.Errorf(kb.Conflict, "This dispute is %s already.", kb.Label(kb.DisputeStates, x.State))
		}
		x.State, x.Version = "examining", version
		return tx.UpdateDispute(x)
	})
}

// SettleDispute says how a dispute ended, in the record, with the correction
// that came of it or the reasons for refusing it. Whoever made the ruling does
// not judge the objection to it. It gives the log index. Errors: Forbidden for
// those who worked on the claim, Conflict when it is settled.
func (d *Desk) SettleDispute(ctx context.Context, actor kb.Actor, in kb.DisputeDecision) (int64, error) {
	if err := check(actor, SettleDispute, &in); err != nil {
		return 0, err
	}
	return d.appendPublic(ctx, actor, SettleDispute, func(tx *store.Tx) (int64, error) {
		x, err := tx.Dispute(in.ID)
		if err != nil {
			return 0, err
		}
		if x.Settled() {
			return 0, kb.Errorf(kb.Conflict, "This dispute is settled already.")
		}
		if err := mayJudge(tx, x.ClaimID, actor); err != nil {
			return 0, err
		}
		if err := isLater(tx, x, in); err != nil {
			return 0, err
		}
		x.State, x.Answer, x.Result, x.Version = in.Outcome, in.Answer, in.Revision, in.Version
		if in.Outcome == "refused" {
			x.Result = 0
		}
		if err := tx.UpdateDispute(x); err != nil {
			return 0, err
		}
		if err := closeDisputeTask(tx, x); err != nil {
			return 0, err
		}
		document := record.DisputeOutcome{
			Schema: record.Schema, Salt: record.NewSalt(), Claim: string(x.ClaimID), Dispute: string(x.ID), Kind: x.Kind, Received: record.Stamp(x.CreatedAt),
			Outcome: x.State, Answer: x.Answer, Revision: x.Result, At: record.Stamp(tx.Now()), By: record.PersonRef(actor.Person),
		}
		return d.appendAbout(tx, record.KindDispute, x.ClaimID, string(x.ID), fmt.Sprintf("%s/disputes/%s", d.baseURL, x.ID), document)
	})
}

// closeDisputeTask closes the task about a claim's disputes with the last of them.
func closeDisputeTask(tx *store.Tx, x kb.Dispute) error {
	waiting, err := tx.Disputed(x.ClaimID)
	if err != nil || waiting {
		return err
	}
	task, err := tx.OpenTaskAbout("dispute", x.ClaimID)
	if kb.KindOf(err) == kb.NotFound {
		return nil // somebody closed it
	}
	if err != nil {
		return err
	}
	task.Note = "Settled: " + kb.Label(kb.DisputeStates, x.State) + "."
	return tx.CloseTask(task)
}

func mayJudge(tx *store.Tx, claim kb.ID, actor kb.Actor) error {
	policy, err := tx.Policy()
	if err != nil || policy.SoleEditor != "" {
		return err
	}
	contributors, err := tx.Contributors(claim)
	if err != nil {
		return err
	}
	approvers, err := tx.Approvers(claim)
	if err != nil {
		return err
	}
	for _, p := range append(contributors, approvers...) {
		if p.ID == actor.Person {
			return kb.Errorf(kb.Forbidden, "You worked on this ruling or approved it; somebody else must judge it.")
		}
	}
	return nil
}

// isLater holds that the correction that a dispute led to was published after
// the revision that was disputed.
func isLater(tx *store.Tx, x kb.Dispute, in kb.DisputeDecision) error {
	if in.Outcome == "refused" {
		return nil
	}
	revisions, err := tx.Revisions(x.ClaimID)
	if err != nil {
		return err
	}
	if in.Revision <= x.Revision || in.Revision > len(revisions) {
		return kb.InvalidField("revision", "Name a revision after %s, the one that was disputed, up to %d, the newest.", strconv.Itoa(x.Revision), len(revisions))
	}
	return nil
}

// expireReaders erases what readers sent when its time is over.
func (d *Desk) expireReaders(ctx context.Context, now time.Time) error {
	for _, table := range []string{"tip", "dispute"} {
		ids, err := d.db.Desk(ctx).ExpiredIntake(table, now.Add(-kb.Retention), now.Add(-kb.RetentionOpen), expiredAtOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			err := d.db.Write(ctx, kb.System, func(tx *store.Tx) error { return tx.EraseIntake(table, id) })
			if err != nil && kb.KindOf(err) != kb.Conflict {
				return err
			}
		}
	}
	return nil
}
