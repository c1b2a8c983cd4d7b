package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Meaning is a published revision as the encoder has it: the claim, and what was found.
type Meaning struct {
	EventIdx     int64
	Claim, Title []byte
}

// Meanings reads the meanings of events, as far as they are known.
func (p *Public) Meanings(ctx context.Context, events []int64) (map[int64]Meaning, error) {
	if len(events) == 0 {
		return nil, nil
	}
	var rows []Meaning
	if err := p.reader(ctx).g.Table("meaning").Where("event_idx IN ?", events).Find(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("read meanings: %w", err))
	}
	known := make(map[int64]Meaning, len(rows))
	for _, m := range rows {
		known[m.EventIdx] = m
	}
	return known, nil
}

// Meaningless is a revision whose meaning is not known yet.
type Meaningless struct {
	EventIdx int64
	Digest   record.Digest
}

// Meaningless reads revisions without a meaning between two places of the log, both
// left out, the newest first.
func (p *Public) Meaningless(ctx context.Context, above, below int64, limit int) ([]Meaningless, error) {
	var rows []digest
	err := p.reader(ctx).g.Table("digest").Where("event_idx > ? AND event_idx < ?", above, below).Where("NOT EXISTS (SELECT 1 FROM meaning WHERE meaning.event_idx = digest.event_idx)").
		Order("event_idx DESC").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read revisions without a meaning: %w", err))
	}
	list := make([]Meaningless, len(rows))
	for i, row := range rows {
		list[i].EventIdx = row.EventIdx
		if err := json.Unmarshal(row.Body, &list[i].Digest); err != nil {
			return nil, fmt.Errorf("read digest of event %d: %w", row.EventIdx, err)
		}
	}
	return list, nil
}

// AddMeanings stores meanings; what is there already stays, so a revision that was
// redacted meanwhile keeps its empty one.
func (p *Platform) AddMeanings(meanings []Meaning) error {
	if len(meanings) == 0 {
		return nil
	}
	err := p.g.Table("meaning").Clauses(clause.OnConflict{DoNothing: true}).Create(&meanings).Error
	if err != nil {
		return translate(fmt.Errorf("store meanings: %w", err))
	}
	return nil
}

// forgetMeaning empties the meaning of a redacted revision: it was made from its text.
func (tx *Tx) forgetMeaning(event int64) error {
	empty := Meaning{event, []byte{}, []byte{}}
	err := tx.g.Table("meaning").Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "event_idx"}}, DoUpdates: clause.AssignmentColumns([]string{"claim", "title"})}).Create(&empty).Error
	return translate(err)
}

// forgetJudged removes what editors said of matches of a text that a reader sent.
func (tx *Tx) forgetJudged(table string, id kb.ID) error {
	var texts []string
	if err := tx.g.Table(table).Where("id = ?", id).Pluck("text", &texts).Error; err != nil {
		return translate(err)
	}
	for _, text := range texts {
		if err := tx.g.Where("text_hash = ?", record.Hash([]byte(text))).Delete(&kb.Judgement{}).Error; err != nil {
			return translate(fmt.Errorf("erase judgements: %w", err))
		}
	}
	return nil
}

// forgetJudgements removes what editors said of matches of a redacted text, and of the
// claim beside others.
func (tx *Tx) forgetJudgements(claim kb.ID, redacted []byte) error {
	var d record.Digest
	if err := json.Unmarshal(redacted, &d); err != nil {
		return fmt.Errorf("read digest: %w", err)
	}
	err := tx.g.Where("claim_id = ? OR text_hash = ?", string(claim), record.Hash([]byte(d.Text))).Delete(&kb.Judgement{}).Error
	return translate(err)
}

// Judge keeps what an editor said of a claim beside a text; the last word counts.
func (tx *Tx) Judge(j kb.Judgement) error {
	j.TextHash, j.JudgedBy, j.JudgedAt = record.Hash([]byte(j.Text)), tx.actor.Person, tx.now
	err := tx.g.Table("judgement").Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "text_hash"}, {Name: "claim_id"}}, DoUpdates: clause.AssignmentColumns([]string{"verdict", "judged_by", "judged_at"}),
	}).Create(&j).Error
	if err != nil {
		return translate(fmt.Errorf("judge a match: %w", err))
	}
	return tx.audit("match."+j.Verdict, object{"match", "", j.ClaimID}, nil, j)
}

// Judged gives what was said of claims beside a text, by claim.
func (r Reader) Judged(text string) (map[kb.ID]string, error) {
	rows, err := find[kb.Judgement](r, "judgement", "claim_id", "text_hash = ?", record.Hash([]byte(text)))
	if err != nil {
		return nil, err
	}
	verdicts := map[kb.ID]string{}
	for _, j := range rows {
		verdicts[j.ClaimID] = j.Verdict
	}
	return verdicts, nil
}

// Judgements lists everything that was said, by text.
func (r Reader) Judgements() ([]kb.Judgement, error) {
	return find[kb.Judgement](r, "judgement", "text_hash, claim_id", "1 = 1")
}

// DeskClaim is a claim as matching at the desk needs it.
type DeskClaim struct {
	ID             kb.ID
	Text, Language string
	State          kb.State
	UpdatedAt      time.Time
	Version        int64
	Published      bool // a revision of it is
}

// ClaimsSince lists claims that were changed after a place, oldest change first.
func (r Reader) ClaimsSince(after Cursor, limit int) ([]DeskClaim, error) {
	var rows []DeskClaim
	err := r.g.Table("claim").
		Select("id, text, language, state, updated_at, version, EXISTS (SELECT 1 FROM revision WHERE revision.claim_id = claim.id) AS published").
		Where("updated_at > ? OR (updated_at = ? AND id > ?)", after.At, after.At, string(after.ID)).Order("updated_at, id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read changed claims: %w", err))
	}
	for i := range rows {
		rows[i].UpdatedAt = rows[i].UpdatedAt.UTC()
	}
	return rows, nil
}
