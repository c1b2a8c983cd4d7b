package store

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// mirror says that the record was taken over whole from another site.
type mirror struct {
	Origin     string
	Vkey       string
	ImportedAt time.Time
}

// InsertImported stores what somebody else ruled, once: it reports false when it
// is there already.
func (tx *Tx) InsertImported(r kb.ImportedRuling) (bool, error) {
	r.ImportedBy, r.ImportedAt = tx.actor.Person, tx.now
	result := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
	if result.Error != nil {
		return false, translate(fmt.Errorf("insert imported ruling: %w", result.Error))
	}
	return result.RowsAffected == 1, tx.audit("ruling.import", object{"imported ruling", r.ClaimID, r.ClaimID}, nil, r)
}

// ImportedKeys gives which of the keys are imported already.
func (r Reader) ImportedKeys(keys []string) (map[string]bool, error) {
	var there []string
	if err := r.g.Model(&kb.ImportedRuling{}).Where("key IN ?", keys).Pluck("key", &there).Error; err != nil {
		return nil, translate(fmt.Errorf("read imported rulings: %w", err))
	}
	known := make(map[string]bool, len(there))
	for _, key := range there {
		known[key] = true
	}
	return known, nil
}

// ImportedOf lists what others ruled about a claim, the newest first.
func (r Reader) ImportedOf(claim kb.ID) ([]kb.ImportedRuling, error) {
	return find[kb.ImportedRuling](r, "imported rulings", "reviewed_on DESC, key", "claim_id = ?", claim)
}

// ImportedAfter lists imported rulings, the newest review first, then by key,
// after the one with the given date and key; from the start when both are empty.
func (r Reader) ImportedAfter(reviewedOn, key string, limit int) ([]kb.ImportedRuling, error) {
	if reviewedOn == "" && key == "" {
		return findSome[kb.ImportedRuling](r, "imported rulings", "reviewed_on DESC, key", limit, "1 = 1")
	}
	return findSome[kb.ImportedRuling](r, "imported rulings", "reviewed_on DESC, key", limit, "reviewed_on < ? OR (reviewed_on = ? AND key > ?)", reviewedOn, reviewedOn, key)
}
