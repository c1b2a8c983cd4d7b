package store

import (
	"fmt"

	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// InsertEvidence stores a piece of evidence at the end of the claim's list.
func (tx *Tx) InsertEvidence(e kb.Evidence) (kb.ID, error) {
	id, err := tx.newID("evidence")
	if err != nil {
		return "", err
	}
	e.ID, e.Version = id, 1
	if e.Position, err = tx.nextPosition("evidence", "claim_id = ?", e.ClaimID); err != nil {
		return "", err
	}
	return id, insert(tx, object{"evidence", id, e.ClaimID}, &e)
}

// UpdateEvidence stores changed evidence.
func (tx *Tx) UpdateEvidence(e kb.Evidence) error {
	version := e.Version
	e.Version++
	return update(tx, "evidence.change", object{"evidence", e.ID, e.ClaimID}, "id", version, &e)
}

// RemoveEvidence removes evidence and the derivations scoped to it.
func (tx *Tx) RemoveEvidence(id, claim kb.ID) error {
	if err := tx.removeScoped("evidence_id", id, claim); err != nil {
		return err
	}
	return remove[kb.Evidence](tx, object{"evidence", id, claim}, "id = ? AND claim_id = ?", id, claim)
}

// Evidence reads a piece of evidence of a claim.
func (r Reader) Evidence(id, claim kb.ID) (kb.Evidence, error) {
	return take[kb.Evidence](r, "evidence", "id = ? AND claim_id = ?", id, claim)
}

// InsertScale stores a version of a rating scale and gives its id.
func (tx *Tx) InsertScale(s kb.RatingScale, ratings []kb.Rating) (kb.ID, error) {
	id, err := tx.newID("scale")
	if err != nil {
		return "", err
	}
	s.ID, s.Version = id, 1
	if err := insert(tx, object{"scale", id, ""}, &s); err != nil {
		return "", err
	}
	for _, r := range ratings {
		if err := tx.InsertRating(id, r); err != nil {
			return "", err
		}
	}
	return id, nil
}

// InsertRating stores one more rating of a scale. Errors: Conflict when the
// scale is frozen.
func (tx *Tx) InsertRating(scale kb.ID, r kb.Rating) error {
	r.ScaleID = scale
	return insert(tx, object{"rating", scale, ""}, &r)
}

// FreezeScale makes a scale immutable.
func (tx *Tx) FreezeScale(s kb.RatingScale) error {
	version := s.Version
	s.Frozen = true
	s.Version++
	return update(tx, "scale.freeze", object{"scale", s.ID, ""}, "id", version, &s)
}

// Scale reads a rating scale.
func (r Reader) Scale(id kb.ID) (kb.RatingScale, error) {
	return take[kb.RatingScale](r, "scale", "id = ?", id)
}

// Scales lists all versions of all scales, the newest of each first.
func (r Reader) Scales() ([]kb.RatingScale, error) {
	return find[kb.RatingScale](r, "scales", "key, number DESC", "1 = 1")
}

// Ratings lists the ratings of the given scales, by place; those off the scale
// come last.
func (r Reader) Ratings(scales []kb.ID) ([]kb.Rating, error) {
	return find[kb.Rating](r, "ratings", "CASE WHEN ordinal = 0 THEN 1 ELSE 0 END, ordinal, key", "scale_id IN ?", scales)
}

// SaveDraft stores a ruling draft and keeps its author among the contributors.
// A draft with version 0 is new. Errors: Conflict when somebody saved first.
func (tx *Tx) SaveDraft(d kb.RulingDraft) error {
	if err := tx.Contributed(d.ClaimID); err != nil {
		return err
	}
	o := object{"ruling", d.ClaimID, d.ClaimID}
	if d.Version == 0 {
		d.Version = 1
		err := insert(tx, o, &d)
		if kb.KindOf(err) == kb.Conflict {
			return errSavedFirst()
		}
		return err
	}
	version := d.Version
	d.Version++
	return update(tx, "ruling.change", o, "claim_id", version, &d)
}

// Draft reads the ruling draft of a claim.
func (r Reader) Draft(claim kb.ID) (kb.RulingDraft, error) {
	return take[kb.RulingDraft](r, "ruling", "claim_id = ?", claim)
}

type draftContributor struct {
	ClaimID  kb.ID
	PersonID kb.ID
}

// Contributed keeps the acting person among those who made the claim's content;
// they may not approve it.
func (tx *Tx) Contributed(claim kb.ID) error {
	return tx.AddContributor(claim, tx.actor.Person)
}

// AddContributor keeps a person among those who made the claim's content. The
// program itself is nobody.
func (tx *Tx) AddContributor(claim, person kb.ID) error {
	if person == "" {
		return nil
	}
	row := draftContributor{claim, person}
	r := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if r.Error != nil {
		return translate(fmt.Errorf("keep contributor: %w", r.Error))
	}
	if r.RowsAffected == 0 {
		return nil
	}
	return tx.audit("claim.contributor", object{"person", person, claim}, nil, row)
}

// Contributors lists those who made the claim's content.
func (r Reader) Contributors(claim kb.ID) ([]kb.Person, error) {
	return find[kb.Person](r, "contributors", "name, id", "id IN (SELECT person_id FROM draft_contributor WHERE claim_id = ?)", claim)
}

// Approvers lists those who ever approved a content of the claim.
func (r Reader) Approvers(claim kb.ID) ([]kb.Person, error) {
	return find[kb.Person](r, "approvers", "name, id", "id IN (SELECT person_id FROM approval WHERE claim_id = ? AND decision = 'approved')", claim)
}

// SaveException stores the exception from a gate, in place of an older one.
func (tx *Tx) SaveException(e kb.GateException) error {
	e.PersonID = tx.actor.Person
	o := object{"exception", e.ClaimID, e.ClaimID}
	old, err := findSome[kb.GateException](tx.Reader, "exception", "gate", 1, "claim_id = ? AND gate = ?", e.ClaimID, e.Gate)
	if err != nil {
		return err
	}
	if len(old) == 0 {
		e.Version = 1
		return insert(tx, o, &e)
	}
	if old[0].Version != e.Version {
		return errSavedFirst()
	}
	e.Version++
	if err := tx.g.Model(&kb.GateException{}).Where("claim_id = ? AND gate = ?", e.ClaimID, e.Gate).Select("*").UpdateColumns(&e).Error; err != nil {
		return translate(fmt.Errorf("save exception: %w", err))
	}
	return tx.audit("exception.change", o, old[0], e)
}

// RemoveException removes the exception from a gate.
func (tx *Tx) RemoveException(claim kb.ID, gate string) error {
	return remove[kb.GateException](tx, object{"exception", claim, claim}, "claim_id = ? AND gate = ?", claim, gate)
}

// Exception reads the exception from a gate.
func (r Reader) Exception(claim kb.ID, gate string) (kb.GateException, error) {
	return take[kb.GateException](r, "exception", "claim_id = ? AND gate = ?", claim, gate)
}

// Assessment reads the finding on a source for a claim.
func (r Reader) Assessment(source, claim kb.ID) (kb.IndependenceAssessment, error) {
	return take[kb.IndependenceAssessment](r, "assessment", "source_id = ? AND claim_id = ?", source, claim)
}

// InsertReply stores a request for a reply.
func (tx *Tx) InsertReply(r kb.ReplyRequest) (kb.ID, error) {
	id, err := tx.newID("reply")
	if err != nil {
		return "", err
	}
	r.ID, r.Version = id, 1
	return id, insert(tx, object{"reply", id, r.ClaimID}, &r)
}

// UpdateReply stores a changed request for a reply.
func (tx *Tx) UpdateReply(r kb.ReplyRequest) error {
	version := r.Version
	r.Version++
	return update(tx, "reply.change", object{"reply", r.ID, r.ClaimID}, "id", version, &r)
}

// ReplyRequest reads a request for a reply.
func (r Reader) ReplyRequest(id, claim kb.ID) (kb.ReplyRequest, error) {
	return take[kb.ReplyRequest](r, "reply request", "id = ? AND claim_id = ?", id, claim)
}

// SaveAssessment stores a finding on a source for one claim, in place of an
// older one.
func (tx *Tx) SaveAssessment(a kb.IndependenceAssessment) error {
	old, err := take[kb.IndependenceAssessment](tx.Reader, "assessment", "source_id = ? AND claim_id = ?", a.SourceID, a.ClaimID)
	a.PersonID, a.At = tx.actor.Person, tx.now
	if kb.KindOf(err) == kb.NotFound {
		if a.ID, err = tx.newID("assessment"); err != nil {
			return err
		}
		a.Version = 1
		return insert(tx, object{"assessment", a.ID, a.ClaimID}, &a)
	}
	if err != nil {
		return err
	}
	if a.Version != old.Version {
		return errSavedFirst()
	}
	a.ID, a.Version = old.ID, old.Version+1
	return update(tx, "assessment.change", object{"assessment", a.ID, a.ClaimID}, "id", old.Version, &a)
}

// InsertCandidate stores what was submitted and gives its id. The bytes go to
// the record's bodies, where they can never change.
func (tx *Tx) InsertCandidate(c kb.Candidate, body []byte) (kb.ID, error) {
	id, err := tx.newID("candidate")
	if err != nil {
		return "", err
	}
	if err := tx.insertBody(c.ContentHash, body); err != nil {
		return "", err
	}
	c.ID, c.SubmittedBy, c.SubmittedAt = id, tx.actor.Person, tx.now
	return id, insert(tx, object{"candidate", id, c.ClaimID}, &c)
}

// CloseCandidates withdraws what is submitted of a claim, if anything is.
func (tx *Tx) CloseCandidates(claim kb.ID) error {
	r := tx.g.Model(&kb.Candidate{}).Where("claim_id = ? AND NOT closed", claim).UpdateColumn("closed", true)
	if r.Error != nil {
		return translate(fmt.Errorf("close candidate: %w", r.Error))
	}
	if r.RowsAffected == 0 {
		return nil
	}
	return tx.audit("candidate.close", object{"candidate", claim, claim}, nil, nil)
}

// OpenCandidate reads what is submitted of a claim.
func (r Reader) OpenCandidate(claim kb.ID) (kb.Candidate, error) {
	return take[kb.Candidate](r, "candidate", "claim_id = ? AND NOT closed", claim)
}

// InsertApproval stores a reviewer's decision. Errors: Conflict when the
// reviewer contributed; the database refuses that too.
func (tx *Tx) InsertApproval(a kb.Approval) (kb.ID, error) {
	id, err := tx.newID("approval")
	if err != nil {
		return "", err
	}
	a.ID, a.PersonID, a.At = id, tx.actor.Person, tx.now
	return id, insert(tx, object{"approval", id, a.ClaimID}, &a)
}

// Approval reads the approval of a candidate.
func (r Reader) Approval(candidate kb.ID) (kb.Approval, error) {
	return take[kb.Approval](r, "approval", "candidate_id = ? AND decision = 'approved'", candidate)
}

// SaveMasthead stores the masthead. A masthead with version 0 is new.
func (tx *Tx) SaveMasthead(m kb.Masthead) error {
	m.ID = mastheadID
	o := object{mastheadID, mastheadID, ""}
	if m.Version == 0 {
		m.Version = 1
		err := insert(tx, o, &m)
		if kb.KindOf(err) == kb.Conflict {
			return errSavedFirst()
		}
		return err
	}
	version := m.Version
	m.Version++
	return update(tx, "masthead.change", o, "id", version, &m)
}

const mastheadID = "masthead"

// Masthead reads the masthead as the desk has it.
func (r Reader) Masthead() (kb.Masthead, error) {
	return take[kb.Masthead](r, "masthead", "id = ?", mastheadID)
}
