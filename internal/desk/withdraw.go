package desk

import (
	"context"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// withdrawn reports whether a content takes a ruling back instead of giving one.
func withdrawn(c record.Content) bool {
	return c.Ruling.Outcome == kb.Retracted || c.Ruling.Outcome == kb.MergedAway
}

// withdrawal is the content that takes the ruling in force back. What the claim
// is, who made it and what it rested on stays; rating and reasoning go.
func withdrawal(live record.Content, salt, mergedInto string, correction record.Correction) record.Content {
	c := live
	c.Salt, c.MergedInto, c.Correction = salt, mergedInto, &correction
	outcome := kb.Retracted
	if mergedInto != "" {
		outcome = kb.MergedAway
	}
	c.Ruling = record.Ruling{
		Outcome: outcome, OutcomeReason: correction.Note, Renderer: live.Ruling.Renderer, AsOf: kb.UnknownDate(), RecheckBy: kb.UnknownDate(),
		Demonstration: live.Ruling.Demonstration,
	}
	return c
}

// Retract submits the retraction of a published ruling for review: like every
// other change it needs a second person. It gives the hash of the content.
// Errors: Conflict when the claim is not published or retracted already.
func (d *Desk) Retract(ctx context.Context, actor kb.Actor, in kb.Withdrawal) (string, error) {
	in.Into = ""
	return d.withdraw(ctx, actor, kb.Retract, in)
}

// Absorb submits the merger of a published claim into another published one for
// review. From its publication on the address of the one leads to the other;
// both keep their ids and revisions.
func (d *Desk) Absorb(ctx context.Context, actor kb.Actor, in kb.Withdrawal) (string, error) {
	if in.Into == "" {
		return "", kb.InvalidField("into", "Give the id of the other claim, or its address.")
	}
	return d.withdraw(ctx, actor, kb.Absorb, in)
}

func (d *Desk) withdraw(ctx context.Context, actor kb.Actor, step kb.Step, in kb.Withdrawal) (string, error) {
	if err := check(actor, StepAction(step), &in); err != nil {
		return "", err
	}
	var hash string
	err := d.step(ctx, actor, in.ClaimID, step, func(tx *store.Tx, c *kb.Claim) error {
		live, err := liveContent(tx.Reader, in.ClaimID)
		if kb.KindOf(err) == kb.Gone {
			return kb.Errorf(kb.Conflict, "The revision in force was redacted; there is nothing to withdraw. Publish a new revision instead.")
		}
		if err != nil {
			return err
		}
		if withdrawn(live) {
			return kb.Errorf(kb.Conflict, "This ruling is withdrawn already.")
		}
		into, err := mergeTarget(tx, in)
		if err != nil {
			return err
		}
		number, err := nextNumber(tx, in.ClaimID)
		if err != nil {
			return err
		}
		content := withdrawal(live, record.NewSalt(), string(into), record.Correction{Class: "retraction", Cause: in.Cause, Note: in.Note})
		body, err := record.Canonical(content)
		if err != nil {
			return err
		}
		// As when a revision is started: a later draft must not inherit the last
		// correction's words.
		if err := freshDraft(tx, in.ClaimID, number-1); err != nil {
			return err
		}
		c.StateReason = in.Note
		hash = record.Hash(body)
		_, err = tx.InsertCandidate(kb.Candidate{ClaimID: in.ClaimID, ContentHash: hash, Number: number}, body)
		return err
	})
	return hash, err
}

// mergeTarget finds the claim that another is merged into: published, and not
// merged itself.
func mergeTarget(tx *store.Tx, in kb.Withdrawal) (kb.ID, error) {
	if in.Into == "" {
		return "", nil
	}
	other, err := findClaim(tx.Reader, in.Into, "into")
	if err != nil {
		return "", err
	}
	live, err := liveContent(tx.Reader, other.ID)
	if kind := kb.KindOf(err); err != nil && kind != kb.Conflict && kind != kb.Gone {
		return "", err
	}
	if err != nil || other.ID == in.ClaimID || withdrawn(live) {
		return "", kb.InvalidField("into", "Choose another claim that is published and not withdrawn.")
	}
	return other.ID, nil
}

func nextNumber(tx *store.Tx, claim kb.ID) (int, error) {
	revisions, err := tx.Revisions(claim)
	if err != nil || len(revisions) == 0 {
		return 1, err
	}
	return revisions[0].Number + 1, nil
}

// recomposedWithdrawal makes a withdrawal again from the revision in force.
func recomposedWithdrawal(tx *store.Tx, claim kb.ID, approved record.Content) (composition, error) {
	dossier, err := tx.Dossier(claim)
	if err != nil {
		return composition{}, err
	}
	live, err := liveContent(tx.Reader, claim)
	if err != nil {
		return composition{}, err
	}
	if into := kb.ID(approved.MergedInto); into != "" {
		if target, err := liveContent(tx.Reader, into); err != nil || withdrawn(target) {
			return composition{}, kb.Errorf(kb.Conflict, "The claim that it was to be merged into is withdrawn itself by now.").Because(err)
		}
	}
	content := withdrawal(live, approved.Salt, approved.MergedInto, *approved.Correction)
	return composition{dossier, content, dossier.Revision + 1}, nil
}
