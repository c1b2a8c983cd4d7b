package store

import (
	"cmp"
	"fmt"
	"slices"

	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

type fingerprint struct {
	Hash     int64
	SourceID kb.ID
}

const (
	// commonPrint is in how many sources a fingerprint may stand before it is
	// taken for boilerplate, and neither kept nor counted any more. It bounds
	// what one look into the index can find.
	commonPrint = 50
	// printsAtOnce is how many are asked for or stored in one statement.
	printsAtOnce = 500
)

// Candidate is a source that shares fingerprints with another.
type Candidate struct {
	SourceID kb.ID
	Shared   int
}

// SharingPrints lists the sources that share most of the fingerprints, the
// source itself left out.
func (r Reader) SharingPrints(prints []int64, source kb.ID, limit int) ([]Candidate, error) {
	holders, err := r.holders(prints, source)
	if err != nil {
		return nil, err
	}
	counts := map[kb.ID]int{}
	for _, sources := range holders {
		if len(sources) < commonPrint {
			for _, id := range sources {
				counts[id]++
			}
		}
	}
	found := make([]Candidate, 0, len(counts))
	for id, n := range counts {
		found = append(found, Candidate{id, n})
	}
	slices.SortFunc(found, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Shared, a.Shared), cmp.Compare(a.SourceID, b.SourceID))
	})
	return found[:min(len(found), limit)], nil
}

// holders gives for each fingerprint the other sources that have it.
func (r Reader) holders(prints []int64, source kb.ID) (map[int64][]kb.ID, error) {
	holders := map[int64][]kb.ID{}
	for some := range slices.Chunk(prints, printsAtOnce) {
		rows, err := find[fingerprint](r, "fingerprints", "hash, source_id", "hash IN ? AND source_id <> ?", some, source)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			holders[row.Hash] = append(holders[row.Hash], row.SourceID)
		}
	}
	return holders, nil
}

// ReplacePrints keeps the fingerprints of a source's newest text in place of
// those before, common ones left out. They are derived from the snapshot, whose
// entry stands in the audit.
func (tx *Tx) ReplacePrints(source kb.ID, prints []int64) error {
	holders, err := tx.holders(prints, source)
	if err != nil {
		return err
	}
	if err := tx.g.Where("source_id = ?", source).Delete(&fingerprint{}).Error; err != nil {
		return translate(fmt.Errorf("forget fingerprints: %w", err))
	}
	var rows []fingerprint
	for _, hash := range prints {
		if len(holders[hash]) < commonPrint {
			rows = append(rows, fingerprint{hash, source})
		}
	}
	for some := range slices.Chunk(rows, printsAtOnce) {
		if err := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&some).Error; err != nil {
			return translate(fmt.Errorf("keep fingerprints: %w", err))
		}
	}
	return nil
}

// InsertSuggestion stores a suggestion unless it was made before, whatever
// became of it. It reports whether it is new.
func (tx *Tx) InsertSuggestion(s kb.Suggestion) (bool, error) {
	made, err := tx.exists("suggestion", "source_id = ? AND kind = ? AND COALESCE(other_id, '') = ? AND named_key = ?",
		s.SourceID, s.Kind, string(s.OtherID), s.NamedKey)
	if err != nil || made {
		return false, err
	}
	id, err := tx.newID("suggestion")
	if err != nil {
		return false, err
	}
	s.ID, s.State, s.CreatedAt, s.Version = id, kb.SuggestionOpen, tx.now, 1
	r := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&s)
	if r.Error != nil {
		return false, translate(fmt.Errorf("insert suggestion: %w", r.Error))
	}
	if r.RowsAffected == 0 {
		return false, nil
	}
	return true, tx.audit("suggestion.add", object{"suggestion", id, ""}, nil, s)
}

// DecideSuggestion stores what a person made of a suggestion.
func (tx *Tx) DecideSuggestion(s kb.Suggestion) error {
	version, at := s.Version, tx.now
	s.DecidedBy, s.DecidedAt = tx.actor.Person, &at
	s.Version++
	return update(tx, "suggestion."+s.State, object{"suggestion", s.ID, ""}, "id", version, &s)
}

// Suggestion reads a suggestion.
func (r Reader) Suggestion(id kb.ID) (kb.Suggestion, error) {
	return take[kb.Suggestion](r, "suggestion", "id = ?", id)
}

// SuggestionsAbout lists the suggestions between a source and others, open ones
// first.
func (r Reader) SuggestionsAbout(source kb.ID) ([]kb.Suggestion, error) {
	return find[kb.Suggestion](r, "suggestions", "CASE state WHEN 'suggested' THEN 0 ELSE 1 END, created_at DESC, id",
		"source_id = ? OR other_id = ?", source, source)
}

// OpenSuggestions lists the suggestions that wait for a decision, the oldest first.
func (r Reader) OpenSuggestions(limit int) ([]kb.Suggestion, error) {
	return findSome[kb.Suggestion](r, "suggestions", "created_at, id", limit, "state = 'suggested'")
}

// Related reports whether two sources have a derivation, or had a suggestion of
// the kind, in either direction.
func (r Reader) Related(a, b kb.ID, kind string) (bool, error) {
	derives, err := r.exists("derivation", "(from_id = ? AND to_id = ?) OR (from_id = ? AND to_id = ?)", a, b, b, a)
	if err != nil || derives {
		return derives, err
	}
	return r.exists("suggestion", "kind = ? AND ((source_id = ? AND other_id = ?) OR (source_id = ? AND other_id = ?))", kind, a, b, b, a)
}

// exists reports whether a table has a row for which the condition holds.
func (r Reader) exists(table, condition string, args ...any) (bool, error) {
	var found []int
	err := r.g.Table(table).Select("1").Where(condition, args...).Limit(1).Scan(&found).Error
	return len(found) > 0, translate(err)
}

// DerivesFromPublisher reports whether a source has a derivation from a work of
// a publisher.
func (r Reader) DerivesFromPublisher(source, publisher kb.ID) (bool, error) {
	return r.exists("derivation", "from_id = ? AND to_id IN (SELECT id FROM source WHERE publisher_id = ?)", source, publisher)
}

// SourcesOf lists the sources of a publisher by title.
func (r Reader) SourcesOf(publisher kb.ID, limit int) ([]kb.Source, error) {
	return findSome[kb.Source](r, "sources", "title_key, id", limit, "publisher_id = ?", publisher)
}

// OpenTask stores a task unless the same is open already.
func (tx *Tx) OpenTask(t kb.Task) error {
	open, err := tx.exists("task", "state = 'open' AND kind = ? AND COALESCE(claim_id, '') = ? AND COALESCE(source_id, '') = ? AND COALESCE(excerpt_id, '') = ?",
		t.Kind, string(t.ClaimID), string(t.SourceID), string(t.ExcerptID))
	if err != nil || open {
		return err
	}
	id, err := tx.newID("task")
	if err != nil {
		return err
	}
	t.ID, t.State, t.CreatedAt, t.Version = id, "open", tx.now, 1
	r := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&t)
	if r.Error != nil {
		return translate(fmt.Errorf("open task: %w", r.Error))
	}
	if r.RowsAffected == 0 {
		return nil
	}
	return tx.audit("task.open", object{"task", id, t.ClaimID}, nil, t)
}

// CloseTask stores that a task is done.
func (tx *Tx) CloseTask(t kb.Task) error {
	version, at := t.Version, tx.now
	t.State, t.DoneBy, t.DoneAt = "done", tx.actor.Person, &at
	t.Version++
	return update(tx, "task.done", object{"task", t.ID, t.ClaimID}, "id", version, &t)
}

// OpenTaskAbout reads the open task of a kind about a claim. Errors: NotFound.
func (r Reader) OpenTaskAbout(kind string, claim kb.ID) (kb.Task, error) {
	return take[kb.Task](r, "task", "kind = ? AND claim_id = ? AND state = 'open'", kind, claim)
}

// Task reads a task.
func (r Reader) Task(id kb.ID) (kb.Task, error) { return take[kb.Task](r, "task", "id = ?", id) }

// TaskItem is a task with the names of what it is about.
type TaskItem struct {
	kb.Task

	Claim  string
	Source string
}

// Tasks lists open or closed tasks: open ones the oldest first, the others the
// newest first.
func (r Reader) Tasks(open bool, limit int) ([]TaskItem, error) {
	g := r.g.Table("task").Select("task.*, COALESCE(claim.text, '') AS claim, COALESCE(source.title, '') AS source").
		Joins("LEFT JOIN claim ON claim.id = task.claim_id").Joins("LEFT JOIN source ON source.id = task.source_id")
	if open {
		g = g.Where("task.state = 'open'").Order("task.created_at, task.id")
	} else {
		g = g.Where("task.state = 'done'").Order("task.done_at DESC, task.id")
	}
	var rows []TaskItem
	if err := g.Limit(limit).Find(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("read tasks: %w", err))
	}
	return rows, nil
}

// OpenTasks counts the tasks that wait.
func (r Reader) OpenTasks() (int, error) {
	var n int64
	err := r.g.Table("task").Where("state = 'open'").Count(&n).Error
	return int(n), translate(err)
}

// Titles gives the titles of sources.
func (r Reader) Titles(ids []kb.ID) (map[kb.ID]string, error) {
	rows, err := find[kb.Source](r, "sources", "id", "id IN ?", ids)
	titles := make(map[kb.ID]string, len(rows))
	for _, s := range rows {
		titles[s.ID] = s.Title
	}
	return titles, err
}
