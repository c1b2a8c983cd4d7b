package desk

import (
	"context"
	"slices"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// EvidenceInput is evidence with its source as people name it.
type EvidenceInput struct {
	kb.Evidence

	Source string
}

// AddEvidence links a claim to a source.
func (d *Desk) AddEvidence(ctx context.Context, actor kb.Actor, in EvidenceInput) (kb.ID, error) {
	var id kb.ID
	err := d.edit(ctx, actor, EditEvidence, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
		if err := checkEvidence(tx, &in); err != nil {
			return err
		}
		var err error
		id, err = tx.InsertEvidence(in.Evidence)
		return err
	})
	return id, err
}

// UpdateEvidence stores changed evidence.
func (d *Desk) UpdateEvidence(ctx context.Context, actor kb.Actor, in EvidenceInput) error {
	return d.edit(ctx, actor, EditEvidence, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
		old, err := tx.Evidence(in.ID, in.ClaimID)
		if err != nil {
			return err
		}
		if err := checkEvidence(tx, &in); err != nil {
			return err
		}
		in.Position = old.Position
		if in.SourceID != old.SourceID { // where the old source had it from says nothing of the new one
			if err := tx.RemoveDerivationsOf(in.ID, in.ClaimID); err != nil {
				return err
			}
		}
		return tx.UpdateEvidence(in.Evidence)
	})
}

func checkEvidence(tx *store.Tx, in *EvidenceInput) error {
	var err error
	if in.SourceID, in.ExcerptID, err = sourceAndExcerpt(tx, in.Source, in.ExcerptID); err != nil {
		return err
	}
	if in.PartID != "" {
		parts, err := tx.Parts(in.ClaimID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(parts, func(p kb.ClaimPart) bool { return p.ID == in.PartID }) {
			return kb.InvalidField("part", "The claim has no such part.")
		}
	}
	return valid(&in.Evidence)
}

// RemoveEvidence takes evidence away. Errors: Conflict while the reasoning
// cites it.
func (d *Desk) RemoveEvidence(ctx context.Context, actor kb.Actor, claim, id kb.ID) error {
	return d.edit(ctx, actor, EditEvidence, claim, func(tx *store.Tx, _ kb.Claim) error {
		draft, err := tx.Draft(claim)
		if err != nil && kb.KindOf(err) != kb.NotFound {
			return err
		}
		if slices.Contains(kb.Citations(draft.Reasoning), id) || draft.OvertakenEvidenceID == id {
			return kb.Errorf(kb.Conflict, "The ruling cites this evidence. Take the citation out first.")
		}
		return tx.RemoveEvidence(id, claim)
	})
}

// SaveDraft stores the ruling draft. Errors: Conflict when somebody saved since
// the version was read.
func (d *Desk) SaveDraft(ctx context.Context, actor kb.Actor, in kb.RulingDraft) error {
	if err := check(actor, EditRuling, &in); err != nil {
		return err
	}
	return d.edit(ctx, actor, EditRuling, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
		if err := checkRating(tx, in); err != nil {
			return err
		}
		if err := checkCitations(tx, in); err != nil {
			return err
		}
		old, err := tx.Draft(in.ClaimID)
		if err != nil && kb.KindOf(err) != kb.NotFound {
			return err
		}
		in.BasedOn = old.BasedOn
		return tx.SaveDraft(in)
	})
}

func checkRating(tx *store.Tx, in kb.RulingDraft) error {
	if in.ScaleID == "" || in.RatingKey == "" {
		return nil
	}
	ratings, err := tx.Ratings([]kb.ID{in.ScaleID})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(ratings, func(r kb.Rating) bool { return r.Key == in.RatingKey }) {
		return kb.InvalidField("rating", "The scale has no such rating.")
	}
	return nil
}

func checkCitations(tx *store.Tx, in kb.RulingDraft) error {
	for _, id := range kb.Citations(in.Reasoning) {
		if _, err := tx.Evidence(id, in.ClaimID); kb.KindOf(err) == kb.NotFound {
			return kb.InvalidField("reasoning", "%s cites evidence that this claim does not have.", kb.Citation(id))
		} else if err != nil {
			return err
		}
	}
	if in.OvertakenEvidenceID != "" {
		if _, err := tx.Evidence(in.OvertakenEvidenceID, in.ClaimID); err != nil {
			return kb.InvalidField("overtaken_evidence", "This claim has no such evidence.").Because(err)
		}
	}
	return nil
}

// StateException passes a gate by a reason that readers see.
func (d *Desk) StateException(ctx context.Context, actor kb.Actor, in kb.GateException) error {
	if err := check(actor, StateException, &in); err != nil {
		return err
	}
	return d.edit(ctx, actor, StateException, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error { return tx.SaveException(in) })
}

// WithdrawException takes an exception back.
func (d *Desk) WithdrawException(ctx context.Context, actor kb.Actor, claim kb.ID, gate string) error {
	return d.edit(ctx, actor, StateException, claim, func(tx *store.Tx, _ kb.Claim) error { return tx.RemoveException(claim, gate) })
}

// SaveReply records that somebody was asked for a reply, or what came of it.
func (d *Desk) SaveReply(ctx context.Context, actor kb.Actor, in kb.ReplyRequest) error {
	if err := check(actor, EditReply, &in); err != nil {
		return err
	}
	return d.edit(ctx, actor, EditReply, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
		if in.ID == "" {
			_, err := tx.InsertReply(in)
			return err
		}
		if _, err := tx.ReplyRequest(in.ID, in.ClaimID); err != nil {
			return err
		}
		return tx.UpdateReply(in)
	})
}

// AddScale records a rating scale, or the next version of one.
func (d *Desk) AddScale(ctx context.Context, actor kb.Actor, in kb.ScaleInput) (kb.ID, error) {
	if err := check(actor, EditScale, &in); err != nil {
		return "", err
	}
	var id kb.ID
	err := d.write(ctx, actor, EditScale, func(tx *store.Tx) error {
		scales, err := tx.Scales()
		if err != nil {
			return err
		}
		in.Number = 1
		for _, s := range scales {
			if s.Key == in.Key {
				in.Number = max(in.Number, s.Number+1)
			}
		}
		in.Frozen = false
		id, err = tx.InsertScale(in.RatingScale, in.Ratings)
		return err
	})
	return id, err
}
