package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// Tx is an open write transaction: the only thing that has methods which write.
// It reads what it has written.
type Tx struct {
	Reader

	actor   kb.Actor
	now     time.Time
	dialect dialect
	audited int
}

// Now is the transaction's frozen time.
func (tx *Tx) Now() time.Time { return tx.now }

// Actor is who acts.
func (tx *Tx) Actor() kb.Actor { return tx.actor }

// auditEvent is one state change: who did what to which object, and the hashes
// of what it was before and after, never the text.
type auditEvent struct {
	ID         int64
	At         time.Time
	AccountID  string
	PersonID   string
	Action     string
	ObjectKind string
	ObjectID   string
	ClaimID    string
	BeforeHash string
	AfterHash  string
}

// object names what a mutation is about.
type object struct {
	kind  string
	id    kb.ID
	claim kb.ID
}

func (tx *Tx) audit(action string, o object, before, after any) error {
	tx.audited++
	event := auditEvent{
		At: tx.now, AccountID: string(tx.actor.Account), PersonID: string(tx.actor.Person),
		Action: action, ObjectKind: o.kind, ObjectID: string(o.id), ClaimID: string(o.claim),
		BeforeHash: rowHash(before), AfterHash: rowHash(after),
	}
	if err := tx.g.Omit("ID").Create(&event).Error; err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}

func rowHash(row any) string {
	if row == nil {
		return ""
	}
	b, err := json.Marshal(row)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

type publicID struct {
	ID   kb.ID
	Kind string
}

// newID draws an id that no kind of thing has had.
func (tx *Tx) newID(kind string) (kb.ID, error) {
	for {
		id := kb.NewID()
		r := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&publicID{id, kind})
		if r.Error != nil {
			return "", fmt.Errorf("draw an id: %w", r.Error)
		}
		if r.RowsAffected == 1 {
			return id, nil
		}
	}
}

// insert stores a new row and its audit entry.
func insert[T any](tx *Tx, o object, row *T) error {
	if err := tx.g.Omit(clause.Associations).Create(row).Error; err != nil {
		return translate(fmt.Errorf("insert %s: %w", o.kind, err))
	}
	return tx.audit(o.kind+".add", o, nil, row)
}

// update stores a changed row if its version is still the one that was read,
// and its audit entry. Errors: Conflict when somebody saved first.
func update[T any](tx *Tx, action string, o object, key string, version int64, row *T) error {
	var before T
	if err := tx.g.Where(key+" = ?", o.id).Take(&before).Error; err != nil {
		return translate(fmt.Errorf("update %s: %w", o.kind, err))
	}
	r := tx.g.Model(new(T)).Where(key+" = ? AND version = ?", o.id, version).Select("*").UpdateColumns(row)
	if r.Error != nil {
		return translate(fmt.Errorf("update %s: %w", o.kind, r.Error))
	}
	if r.RowsAffected != 1 {
		return errSavedFirst()
	}
	return tx.audit(action, o, before, row)
}

func errSavedFirst() error {
	return kb.Errorf(kb.Conflict, "Somebody else saved this while you were writing. Both texts are below; nothing is lost.").Because(kb.ErrSavedFirst)
}

// remove deletes a row of the desk and leaves its audit entry.
func remove[T any](tx *Tx, o object, condition string, args ...any) error {
	var before T
	if err := tx.g.Where(condition, args...).Take(&before).Error; err != nil {
		return translate(fmt.Errorf("remove %s: %w", o.kind, err))
	}
	if err := tx.g.Where(condition, args...).Delete(new(T)).Error; err != nil {
		return translate(fmt.Errorf("remove %s: %w", o.kind, err))
	}
	return tx.audit(o.kind+".remove", o, before, nil)
}

// Reader reads the desk, from the reading pool or inside a transaction.
type Reader struct{ g *gorm.DB }

func take[T any](r Reader, what string, condition string, args ...any) (T, error) {
	var row T
	if err := r.g.Where(condition, args...).Take(&row).Error; err != nil {
		return row, translate(fmt.Errorf("read %s: %w", what, err))
	}
	return row, nil
}

func find[T any](r Reader, what, order string, condition string, args ...any) ([]T, error) {
	var rows []T
	if err := r.g.Where(condition, args...).Order(order).Find(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("read %s: %w", what, err))
	}
	return rows, nil
}
