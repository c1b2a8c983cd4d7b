package store

import (
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

type housePolicy struct {
	Number     int
	Modes      string
	Origins    string
	SoleEditor string
	Note       string
	CreatedBy  kb.ID
	CreatedAt  time.Time
}

// Policy reads the house policy in force: the newest that the house decided, or
// the one that the program brings.
func (r Reader) Policy() (kb.Policy, error) {
	rows, err := findSome[housePolicy](r, "policy", "number DESC", 1, "1 = 1")
	if err != nil || len(rows) == 0 {
		return kb.DefaultPolicy(), err
	}
	return rows[0].policy()
}

func (h housePolicy) policy() (kb.Policy, error) {
	p := kb.Policy{Number: h.Number, SoleEditor: h.SoleEditor, Note: h.Note, CreatedBy: h.CreatedBy, CreatedAt: h.CreatedAt}
	if err := json.Unmarshal([]byte(h.Modes), &p.Modes); err != nil {
		return p, fmt.Errorf("read policy %d: %w", h.Number, err)
	}
	if err := json.Unmarshal([]byte(h.Origins), &p.Origins); err != nil {
		return p, fmt.Errorf("read policy %d: %w", h.Number, err)
	}
	return p, nil
}

// InsertPolicy stores a policy as the next version. Errors: Conflict when
// somebody saved the same number first.
func (tx *Tx) InsertPolicy(p kb.Policy) error {
	modes, err := json.Marshal(p.Modes)
	if err != nil {
		return fmt.Errorf("encode policy: %w", err)
	}
	origins, err := json.Marshal(p.Origins)
	if err != nil {
		return fmt.Errorf("encode policy: %w", err)
	}
	row := housePolicy{p.Number, string(modes), string(origins), p.SoleEditor, p.Note, tx.actor.Person, tx.now}
	err = insert(tx, object{"policy", "policy", ""}, &row)
	if kb.KindOf(err) == kb.Conflict {
		return errSavedFirst()
	}
	return err
}

// SaveSchedule stores when a claim is to be published, in place of an earlier
// time.
func (tx *Tx) SaveSchedule(s kb.ScheduledPublication) error {
	s.AccountID, s.PersonID, s.MadeAt = tx.actor.Account, tx.actor.Person, tx.now
	err := tx.g.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "claim_id"}}, UpdateAll: true}).Create(&s).Error
	if err != nil {
		return translate(fmt.Errorf("schedule publication: %w", err))
	}
	return tx.audit("schedule.set", object{"schedule", s.ClaimID, s.ClaimID}, nil, s)
}

// DropSchedule forgets when a claim was to be published, if it was.
func (tx *Tx) DropSchedule(claim kb.ID) error {
	r := tx.g.Where("claim_id = ?", claim).Delete(&kb.ScheduledPublication{})
	if r.Error != nil {
		return translate(fmt.Errorf("drop schedule: %w", r.Error))
	}
	if r.RowsAffected == 0 {
		return nil
	}
	return tx.audit("schedule.drop", object{"schedule", claim, claim}, nil, nil)
}

// Schedule reads when a claim is to be published.
func (r Reader) Schedule(claim kb.ID) (kb.ScheduledPublication, error) {
	return take[kb.ScheduledPublication](r, "schedule", "claim_id = ?", claim)
}

// DueSchedules lists the publications whose time has come, the earliest first.
func (r Reader) DueSchedules(now time.Time, limit int) ([]kb.ScheduledPublication, error) {
	return findSome[kb.ScheduledPublication](r, "schedules", "at, claim_id", limit, "at <= ?", now)
}

// Recheck is by when a ruling is to be looked at again.
type Recheck struct {
	ClaimID kb.ID
	DueOn   string // YYYY-MM-DD
	Words   string
}

// SetRecheck stores by when the ruling in force is to be looked at again; an
// empty day takes it away.
func (tx *Tx) SetRecheck(r Recheck) error {
	dropped := tx.g.Where("claim_id = ?", r.ClaimID).Delete(&Recheck{})
	if dropped.Error != nil {
		return translate(fmt.Errorf("drop recheck: %w", dropped.Error))
	}
	switch {
	case r.DueOn == "" && dropped.RowsAffected == 0:
		return nil
	case r.DueOn == "":
		return tx.audit("recheck.drop", object{"recheck", r.ClaimID, r.ClaimID}, nil, nil)
	}
	if err := tx.g.Create(&r).Error; err != nil {
		return translate(fmt.Errorf("set recheck: %w", err))
	}
	return tx.audit("recheck.set", object{"recheck", r.ClaimID, r.ClaimID}, nil, r)
}

// TakeRecheck takes a recheck that is due away. It reports whether it was still
// there: another process may have been faster, or a publication set another day.
func (tx *Tx) TakeRecheck(r Recheck) (bool, error) {
	taken := tx.g.Where("claim_id = ? AND due_on = ?", r.ClaimID, r.DueOn).Delete(&Recheck{})
	if taken.Error != nil {
		return false, translate(fmt.Errorf("take recheck: %w", taken.Error))
	}
	if taken.RowsAffected == 0 {
		return false, nil
	}
	return true, tx.audit("recheck.drop", object{"recheck", r.ClaimID, r.ClaimID}, nil, nil)
}

// DueRechecks lists the rulings that are due for another look on a day.
func (r Reader) DueRechecks(day string, limit int) ([]Recheck, error) {
	return findSome[Recheck](r, "rechecks", "due_on, claim_id", limit, "due_on <= ?", day)
}

// InsertRedaction stores what somebody asks to be redacted. Errors: Conflict
// when something is asked for already.
func (tx *Tx) InsertRedaction(r kb.RedactionRequest) (kb.ID, error) {
	id, err := tx.newID("redaction")
	if err != nil {
		return "", err
	}
	r.ID, r.State, r.AskedBy, r.AskedAt, r.Version = id, "asked", tx.actor.Person, tx.now, 1
	return id, insert(tx, object{"redaction", id, r.ClaimID}, &r)
}

// DecideRedaction stores the second person's decision.
func (tx *Tx) DecideRedaction(r kb.RedactionRequest, state, note string) error {
	version, at := r.Version, tx.now
	r.State, r.Note, r.DecidedBy, r.DecidedAt = state, note, tx.actor.Person, &at
	r.Version++
	return update(tx, "redaction."+state, object{"redaction", r.ID, r.ClaimID}, "id", version, &r)
}

// Redaction reads a request.
func (r Reader) Redaction(id kb.ID) (kb.RedactionRequest, error) {
	return take[kb.RedactionRequest](r, "redaction", "id = ?", id)
}

// Redactions lists the requests, open ones first, then the newest.
func (r Reader) Redactions(limit int) ([]kb.RedactionRequest, error) {
	return findSome[kb.RedactionRequest](r, "redactions", "CASE state WHEN 'asked' THEN 0 ELSE 1 END, asked_at DESC, id", limit, "1 = 1")
}
