package desk

import (
	"context"
	"strings"

	"github.com/gosimple/slug"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// NewClaim is what the form "log a claim" holds: the claim, and if something is
// known of it the first appearance with the work that records it.
type NewClaim struct {
	Claim      kb.ClaimInput
	Appearance *AppearanceInput
	Record     *SourceInput
}

// AppearanceInput is an appearance with its speaker as people name it.
type AppearanceInput struct {
	kb.Appearance

	Speaker string
}

// LogClaim records a new claim: a researcher's goes to research at once, a
// suggester's waits to be accepted.
func (d *Desk) LogClaim(ctx context.Context, actor kb.Actor, in NewClaim) (kb.ID, error) {
	if err := check(actor, SuggestClaim, &in.Claim); err != nil {
		return "", err
	}
	if in.Appearance != nil {
		if err := Authorise(actor, EditAppearance); err != nil {
			return "", err
		}
	}
	var id kb.ID
	err := d.write(ctx, actor, SuggestClaim, func(tx *store.Tx) error {
		if known, err := tx.ClaimWorded(in.Claim.Text); err == nil {
			return kb.InvalidField("text", "A claim of exactly this wording is logged already: %s.", known.ID)
		} else if kb.KindOf(err) != kb.NotFound {
			return err
		}
		c := in.Claim.Claim
		c.State = kb.Suggested
		if May(actor, LogClaim) {
			c.State, c.AssigneeID = kb.Researching, actor.Person
		}
		var err error
		if id, err = tx.InsertClaim(c); err != nil {
			return err
		}
		if err := saveClaimLists(tx, id, in.Claim); err != nil {
			return err
		}
		if err := tx.Contributed(id); err != nil {
			return err
		}
		return logAppearance(tx, id, in)
	})
	return id, err
}

func logAppearance(tx *store.Tx, claim kb.ID, in NewClaim) error {
	if in.Appearance == nil {
		return nil
	}
	in.Appearance.ClaimID = claim
	appearance, err := addAppearance(tx, *in.Appearance)
	if err != nil || in.Record == nil {
		return err
	}
	source, err := addSource(tx, *in.Record)
	if err != nil {
		return err
	}
	_, err = tx.InsertAttestation(kb.Attestation{ClaimID: claim, AppearanceID: appearance, SourceID: source})
	return err
}

func saveClaimLists(tx *store.Tx, id kb.ID, in kb.ClaimInput) error {
	if err := tx.ReplaceParts(id, in.Parts); err != nil {
		return err
	}
	var topics []kb.Topic
	for _, name := range in.Topics {
		s := slug.Make(name)
		if s == "" {
			return kb.InvalidField("topics", "The topic “%s” has no letter or digit to make an address of.", name)
		}
		topics = append(topics, kb.Topic{Slug: s, Name: name})
	}
	return tx.ReplaceTopics(id, topics)
}

// UpdateClaim stores changed wording, filing and dates of a claim. Errors:
// Conflict when another version was saved since.
func (d *Desk) UpdateClaim(ctx context.Context, actor kb.Actor, id kb.ID, in kb.ClaimInput) error {
	if err := check(actor, EditClaim, &in); err != nil {
		return err
	}
	return d.edit(ctx, actor, EditClaim, id, func(tx *store.Tx, c kb.Claim) error {
		changed := in.Claim
		changed.ID, changed.State, changed.StateReason = c.ID, c.State, c.StateReason
		changed.AssigneeID, changed.MergedIntoID = c.AssigneeID, c.MergedIntoID
		changed.CreatedBy, changed.CreatedAt = c.CreatedBy, c.CreatedAt
		if err := tx.UpdateClaim("claim.change", changed); err != nil {
			return err
		}
		return saveClaimLists(tx, id, in)
	})
}

// AddAppearance records an appearance of a claim.
func (d *Desk) AddAppearance(ctx context.Context, actor kb.Actor, in AppearanceInput) (kb.ID, error) {
	var id kb.ID
	err := d.edit(ctx, actor, EditAppearance, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
		var err error
		id, err = addAppearance(tx, in)
		return err
	})
	return id, err
}

func addAppearance(tx *store.Tx, in AppearanceInput) (kb.ID, error) {
	a, err := checkAppearance(tx, in)
	if err != nil {
		return "", err
	}
	id, err := tx.InsertAppearance(a)
	return id, secondEarliest(err, a)
}

// checkAppearance validates an appearance and finds or adds its speaker.
func checkAppearance(tx *store.Tx, in AppearanceInput) (kb.Appearance, error) {
	if strings.TrimSpace(in.Speaker) == "" {
		in.SpeakerName = ""
	} else if in.SpeakerName == "" {
		in.SpeakerName = in.Speaker
	}
	if err := valid(&in.Appearance); err != nil {
		return in.Appearance, err
	}
	speaker, err := findSpeaker(tx, in.Speaker, "speaker")
	if err != nil {
		return in.Appearance, err
	}
	in.SpeakerID = speaker.ID
	if in.SpeakerName == "" || in.SpeakerName == in.Speaker {
		in.SpeakerName = speaker.Name
	}
	return in.Appearance, nil
}

func secondEarliest(err error, a kb.Appearance) error {
	if kb.KindOf(err) == kb.Conflict && a.Earliest {
		return kb.InvalidField("earliest", "Another appearance is marked as the earliest known already.").Because(err)
	}
	return err
}

// UpdateAppearance stores a changed appearance.
func (d *Desk) UpdateAppearance(ctx context.Context, actor kb.Actor, in AppearanceInput) error {
	return d.edit(ctx, actor, EditAppearance, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
		old, err := tx.Appearance(in.ID, in.ClaimID)
		if err != nil {
			return err
		}
		a, err := checkAppearance(tx, in)
		if err != nil {
			return err
		}
		a.Position = old.Position
		err = tx.UpdateAppearance(a)
		if a.Version == old.Version {
			err = secondEarliest(err, a)
		}
		return err
	})
}

// RemoveAppearance takes an appearance away, with its attestations.
func (d *Desk) RemoveAppearance(ctx context.Context, actor kb.Actor, claim, id kb.ID) error {
	return d.edit(ctx, actor, EditAppearance, claim, func(tx *store.Tx, _ kb.Claim) error { return tx.RemoveAppearance(id, claim) })
}

// AttestationInput is an attestation with its source as people name it.
type AttestationInput struct {
	kb.Attestation

	Source string
}

// AddAttestation records that a source records an appearance.
func (d *Desk) AddAttestation(ctx context.Context, actor kb.Actor, in AttestationInput) (kb.ID, error) {
	var id kb.ID
	err := d.edit(ctx, actor, EditAppearance, in.ClaimID, func(tx *store.Tx, _ kb.Claim) error {
		if _, err := tx.Appearance(in.AppearanceID, in.ClaimID); err != nil {
			return err
		}
		var err error
		if in.SourceID, in.ExcerptID, err = sourceAndExcerpt(tx, in.Source, in.ExcerptID); err != nil {
			return err
		}
		if err := valid(&in.Attestation); err != nil {
			return err
		}
		id, err = tx.InsertAttestation(in.Attestation)
		return err
	})
	return id, err
}

// RemoveAttestation takes an attestation away.
func (d *Desk) RemoveAttestation(ctx context.Context, actor kb.Actor, claim, id kb.ID) error {
	return d.edit(ctx, actor, EditAppearance, claim, func(tx *store.Tx, _ kb.Claim) error { return tx.RemoveAttestation(id, claim) })
}

// sourceAndExcerpt resolves what a form names: a source, and an excerpt of it,
// or an excerpt alone, which names its source.
func sourceAndExcerpt(tx *store.Tx, ref string, excerpt kb.ID) (kb.ID, kb.ID, error) {
	var quoted kb.Excerpt
	if excerpt != "" {
		var err error
		if quoted, err = tx.Excerpt(excerpt); kb.KindOf(err) == kb.NotFound {
			return "", "", kb.InvalidField("excerpt", "There is no such quotation.")
		} else if err != nil {
			return "", "", err
		}
	}
	if strings.TrimSpace(ref) == "" {
		return quoted.SourceID, excerpt, nil
	}
	source, err := findSource(tx.Reader, ref, "source")
	if err != nil {
		return "", "", err
	}
	if excerpt != "" && quoted.SourceID != source.ID {
		return "", "", kb.InvalidField("excerpt", "This quotation is from another source.")
	}
	return source.ID, excerpt, nil
}

// RelationInput is a relation with the other claim as people name it.
type RelationInput struct {
	kb.ClaimRelation

	To string
}

// Relate records a relation from a claim to another.
func (d *Desk) Relate(ctx context.Context, actor kb.Actor, claim kb.ID, in RelationInput) (kb.ID, error) {
	var id kb.ID
	err := d.edit(ctx, actor, RelateClaims, claim, func(tx *store.Tx, _ kb.Claim) error {
		if strings.TrimSpace(in.To) != "" {
			other, err := findClaim(tx.Reader, in.To, "to")
			if err != nil {
				return err
			}
			in.ToID = other.ID
			if err := disturb(tx, other.ID); err != nil {
				return err
			}
		}
		in.FromID = claim
		if err := valid(&in.ClaimRelation); err != nil {
			return err
		}
		var err error
		id, err = tx.InsertRelation(in.ClaimRelation, claim)
		if kb.KindOf(err) == kb.Conflict {
			return kb.InvalidField("to", "The two claims are related in this way already.").Because(err)
		}
		return err
	})
	return id, err
}

// Unrelate takes a relation of a claim away.
func (d *Desk) Unrelate(ctx context.Context, actor kb.Actor, claim, id kb.ID) error {
	return d.edit(ctx, actor, RelateClaims, claim, func(tx *store.Tx, _ kb.Claim) error {
		r, err := tx.Relation(id, claim)
		if err != nil {
			return err
		}
		other := r.ToID
		if other == claim {
			other = r.FromID
		}
		if err := disturb(tx, other); err != nil {
			return err
		}
		return tx.RemoveRelation(id, claim)
	})
}

// disturb takes the other claim of a relation back to research when it is under
// review or approved: its content changes too.
func disturb(tx *store.Tx, claim kb.ID) error {
	c, err := tx.LockClaim(claim)
	if err != nil {
		return err
	}
	if err := tx.Contributed(claim); err != nil {
		return err
	}
	if _, err := kb.Next(c.State, kb.Edit); err != nil {
		return nil //nolint:nilerr // in every other state there is nothing to take back
	}
	_, err = takeBack(tx, c, "A relation to another claim changed.")
	return err
}
