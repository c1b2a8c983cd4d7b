package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// What readers send is personal. The audit entries of these rows carry no hash
// of them either: a hash of a short text can be guessed.

// InsertTip stores a tip and gives its id.
func (tx *Tx) InsertTip(t kb.Tip) (kb.ID, error) {
	id, err := tx.newID("tip")
	if err != nil {
		return "", err
	}
	t.ID, t.State, t.CreatedAt, t.Version = id, "received", tx.now, 1
	if err := tx.g.Create(&t).Error; err != nil {
		return "", translate(fmt.Errorf("insert tip: %w", err))
	}
	return id, tx.audit("tip.add", object{"tip", id, ""}, nil, nil)
}

// InsertDispute stores a dispute and gives its id.
func (tx *Tx) InsertDispute(d kb.Dispute) (kb.ID, error) {
	id, err := tx.newID("dispute")
	if err != nil {
		return "", err
	}
	d.ID, d.State, d.CreatedAt, d.Version = id, "received", tx.now, 1
	if err := tx.g.Create(&d).Error; err != nil {
		return "", translate(fmt.Errorf("insert dispute: %w", err))
	}
	return id, tx.audit("dispute.add", object{"dispute", id, d.ClaimID}, nil, nil)
}

// UpdateTip stores what was decided about a tip.
func (tx *Tx) UpdateTip(t kb.Tip) error {
	version, at := t.Version, tx.now
	t.Version, t.DecidedBy, t.DecidedAt = version+1, tx.actor.Person, &at
	if err := tx.saveIntake(&kb.Tip{}, &t, t.ID, version); err != nil {
		return err
	}
	return tx.audit("tip."+t.State, object{"tip", t.ID, t.ClaimID}, nil, nil)
}

// UpdateDispute stores where a dispute stands; a settled one with who settled it.
func (tx *Tx) UpdateDispute(d kb.Dispute) error {
	version, at := d.Version, tx.now
	d.Version, d.DecidedBy = version+1, tx.actor.Person
	if d.Settled() {
		d.DecidedAt = &at
	}
	if err := tx.saveIntake(&kb.Dispute{}, &d, d.ID, version); err != nil {
		return err
	}
	return tx.audit("dispute."+d.State, object{"dispute", d.ID, d.ClaimID}, nil, nil)
}

func (tx *Tx) saveIntake(model, row any, id kb.ID, version int64) error {
	r := tx.g.Model(model).Where("id = ? AND version = ?", id, version).Select("*").UpdateColumns(row)
	if r.Error != nil {
		return translate(fmt.Errorf("save what a reader sent: %w", r.Error))
	}
	if r.RowsAffected != 1 {
		return errSavedFirst()
	}
	return nil
}

// erased is what is left of the columns that a reader filled.
var erased = map[string]map[string]any{
	"tip":     {"text": "", "seen_at": "", "note": "", "name": "", "email": "", "token_hash": ""},
	"dispute": {"text": "", "evidence": "", "name": "", "email": "", "token_hash": ""},
}

// EraseIntake erases what a reader sent, of a tip or a dispute; answer and outcome
// stay, and what was still open is withdrawn. What was erased already stays as it
// is.
func (tx *Tx) EraseIntake(table string, id kb.ID) error {
	blank := map[string]any{
		"erased_at": tx.now, "version": gorm.Expr("version + 1"), "decided_at": gorm.Expr("COALESCE(decided_at, ?)", tx.now),
		"state": gorm.Expr("CASE WHEN state IN ('received','examining') THEN 'withdrawn' ELSE state END"),
	}
	for column, value := range erased[table] {
		blank[column] = value
	}
	if err := tx.forgetJudged(table, id); err != nil {
		return err
	}
	r := tx.g.Table(table).Where("id = ? AND erased_at IS NULL", id).UpdateColumns(blank)
	if r.Error != nil {
		return translate(fmt.Errorf("erase %s: %w", table, r.Error))
	}
	if r.RowsAffected == 0 {
		return kb.Errorf(kb.Conflict, "What was sent is erased already.")
	}
	return tx.audit(table+".erase", object{table, id, ""}, nil, nil)
}

// ExpiredIntake lists tips or disputes whose time is over: decided before one
// moment, or received before another and never decided.
func (r Reader) ExpiredIntake(table string, decided, received time.Time, limit int) ([]kb.ID, error) {
	var ids []kb.ID
	err := r.g.Table(table).Where("erased_at IS NULL AND (decided_at < ? OR created_at < ?)", decided, received).
		Order("created_at").Limit(limit).Pluck("id", &ids).Error
	return ids, translate(err)
}

// Tip reads a tip.
func (r Reader) Tip(id kb.ID) (kb.Tip, error) { return take[kb.Tip](r, "tip", "id = ?", id) }

// Tips lists tips: those that wait the oldest first, the others the newest.
func (r Reader) Tips(waiting bool, limit int) ([]kb.Tip, error) {
	if waiting {
		return findSome[kb.Tip](r, "tips", "created_at, id", limit, "state = 'received'")
	}
	return findSome[kb.Tip](r, "tips", "decided_at DESC, id", limit, "state <> 'received'")
}

// Dispute reads a dispute.
func (r Reader) Dispute(id kb.ID) (kb.Dispute, error) {
	return take[kb.Dispute](r, "dispute", "id = ?", id)
}

// DisputeItem is a dispute with the claim that it is about.
type DisputeItem struct {
	kb.Dispute

	Claim string
}

const unsettled = "dispute.state IN ('received','examining')"

// Disputes lists disputes: those that wait the oldest first, the others the
// newest.
func (r Reader) Disputes(waiting bool, limit int) ([]DisputeItem, error) {
	g := r.g.Table("dispute").Select("dispute.*, claim.text AS claim").Joins("JOIN claim ON claim.id = dispute.claim_id")
	if waiting {
		g = g.Where(unsettled).Order("dispute.created_at, dispute.id")
	} else {
		g = g.Where("NOT " + unsettled).Order("dispute.decided_at DESC, dispute.id")
	}
	var rows []DisputeItem
	if err := g.Limit(limit).Find(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("read disputes: %w", err))
	}
	return rows, nil
}

// Disputed reports whether disputes about a claim wait for their outcome.
func (r Reader) Disputed(claim kb.ID) (bool, error) {
	return r.exists("dispute", "claim_id = ? AND "+unsettled, claim)
}

// Waiting is how much waits for the desk.
type Waiting struct{ Tips, Disputes, Redactions int }

// Waiting counts what waits for the desk.
func (r Reader) Waiting() (Waiting, error) {
	var w Waiting
	err := r.g.Raw("SELECT (SELECT COUNT(*) FROM tip WHERE state = 'received') AS tips, (SELECT COUNT(*) FROM dispute WHERE " + unsettled +
		") AS disputes, (SELECT COUNT(*) FROM redaction_request WHERE state = 'asked') AS redactions").Scan(&w).Error
	return w, translate(err)
}
