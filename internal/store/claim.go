package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// InsertClaim stores a new claim and gives its id.
func (tx *Tx) InsertClaim(c kb.Claim) (kb.ID, error) {
	id, err := tx.newID("claim")
	if err != nil {
		return "", err
	}
	c.ID, c.CreatedAt, c.UpdatedAt, c.CreatedBy, c.Version = id, tx.now, tx.now, tx.actor.Person, 1
	return id, insert(tx, object{"claim", id, id}, &c)
}

// UpdateClaim stores a changed claim; action says what was done. Errors:
// Conflict when somebody saved first.
func (tx *Tx) UpdateClaim(action string, c kb.Claim) error {
	version := c.Version
	c.Version++
	c.UpdatedAt = tx.now
	return update(tx, action, object{"claim", c.ID, c.ID}, "id", version, &c)
}

// SetClaimState stores state, reason, assignee and merge target of a claim, and
// nothing else: the version, which guards what editors type, stays.
func (tx *Tx) SetClaimState(action string, before, after kb.Claim) error {
	after.UpdatedAt = tx.now
	r := tx.g.Model(&kb.Claim{}).Where("id = ?", after.ID).
		Select("state", "state_reason", "assignee_id", "merged_into_id", "updated_at").UpdateColumns(&after)
	if r.Error != nil {
		return translate(fmt.Errorf("set state: %w", r.Error))
	}
	return tx.audit(action, object{"claim", after.ID, after.ID}, before, after)
}

// TouchClaim moves a claim to the top of the queue.
func (tx *Tx) TouchClaim(id kb.ID) error {
	return translate(tx.g.Model(&kb.Claim{}).Where("id = ?", id).UpdateColumn("updated_at", tx.now).Error)
}

// Claim reads a claim.
func (r Reader) Claim(id kb.ID) (kb.Claim, error) {
	return take[kb.Claim](r, "claim", "id = ?", id)
}

// LockClaim reads a claim and keeps others from changing it, or anything that
// belongs to it, until the transaction ends. The lock leaves references to the
// claim alone: who writes a task about it need not wait.
func (tx *Tx) LockClaim(id kb.ID) (kb.Claim, error) {
	var c kb.Claim
	err := tx.g.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Where("id = ?", id).Take(&c).Error
	if err != nil {
		return c, translate(fmt.Errorf("lock claim: %w", err))
	}
	return c, nil
}

// ReplaceParts makes the claim's parts be the given texts, in order. A part
// whose words stay keeps its id and its evidence, wherever it moves; when as
// many lines were changed as were left over, they are taken for edits of those.
func (tx *Tx) ReplaceParts(claim kb.ID, texts []string) error {
	old, err := tx.Parts(claim)
	if err != nil {
		return err
	}
	ids, gone := matchParts(old, texts)
	for _, p := range gone {
		err := remove[kb.ClaimPart](tx, object{"part", p.ID, claim}, "id = ?", p.ID)
		if kb.KindOf(err) == kb.Invalid {
			return kb.InvalidField("parts", "The part “%s” has evidence; take that away first.", p.Text)
		}
		if err != nil {
			return err
		}
	}
	// Out of the way first: two parts may change places.
	moved := tx.g.Model(&kb.ClaimPart{}).Where("claim_id = ?", claim).UpdateColumn("ordinal", gorm.Expr("-ordinal"))
	if moved.Error != nil {
		return translate(fmt.Errorf("move parts: %w", moved.Error))
	}
	for i, text := range texts {
		if err := tx.placePart(old, kb.ClaimPart{ID: ids[i], ClaimID: claim, Ordinal: i + 1, Text: text}); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) placePart(old []kb.ClaimPart, p kb.ClaimPart) error {
	if p.ID == "" {
		var err error
		if p.ID, err = tx.newID("part"); err != nil {
			return err
		}
		return insert(tx, object{"part", p.ID, p.ClaimID}, &p)
	}
	if err := tx.g.Model(&kb.ClaimPart{}).Where("id = ?", p.ID).Select("ordinal", "text").UpdateColumns(&p).Error; err != nil {
		return translate(fmt.Errorf("update part: %w", err))
	}
	before := old[slices.IndexFunc(old, func(o kb.ClaimPart) bool { return o.ID == p.ID })]
	if before == p {
		return nil
	}
	return tx.audit("part.change", object{"part", p.ID, p.ClaimID}, before, p)
}

// matchParts gives each text the id of the old part that it continues, and the
// old parts that none continues.
func matchParts(old []kb.ClaimPart, texts []string) ([]kb.ID, []kb.ClaimPart) {
	ids := make([]kb.ID, len(texts))
	left := slices.Clone(old)
	var changed []int
	for i, text := range texts {
		same := slices.IndexFunc(left, func(p kb.ClaimPart) bool { return p.Text == text })
		if same < 0 {
			changed = append(changed, i)
			continue
		}
		ids[i] = left[same].ID
		left = slices.Delete(left, same, same+1)
	}
	if len(changed) != len(left) {
		return ids, left
	}
	for n, i := range changed {
		ids[i] = left[n].ID
	}
	return ids, nil
}

// Parts lists a claim's parts in order.
func (r Reader) Parts(claim kb.ID) ([]kb.ClaimPart, error) {
	return find[kb.ClaimPart](r, "parts", "ordinal", "claim_id = ?", claim)
}

type claimTopic struct {
	ClaimID kb.ID
	TopicID kb.ID
}

// ReplaceTopics files the claim under the given topics; unknown ones are made.
func (tx *Tx) ReplaceTopics(claim kb.ID, topics []kb.Topic) error {
	if err := tx.g.Where("claim_id = ?", claim).Delete(&claimTopic{}).Error; err != nil {
		return translate(fmt.Errorf("replace topics: %w", err))
	}
	for _, t := range topics {
		known, err := take[kb.Topic](tx.Reader, "topic", "slug = ?", t.Slug)
		if kb.KindOf(err) == kb.NotFound {
			known, err = tx.insertTopic(t)
		}
		if err != nil {
			return err
		}
		row := claimTopic{claim, known.ID}
		if err := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return translate(fmt.Errorf("file under topic: %w", err))
		}
	}
	return tx.audit("claim.topics", object{"claim", claim, claim}, nil, topics)
}

func (tx *Tx) insertTopic(t kb.Topic) (kb.Topic, error) {
	id, err := tx.newID("topic")
	if err != nil {
		return t, err
	}
	t.ID, t.Version = id, 1
	return t, insert(tx, object{"topic", id, ""}, &t)
}

// ClaimTopics lists a claim's topics by name.
func (r Reader) ClaimTopics(claim kb.ID) ([]kb.Topic, error) {
	return find[kb.Topic](r, "topics", "name, id", "id IN (SELECT topic_id FROM claim_topic WHERE claim_id = ?)", claim)
}

// Topics lists all topics by name.
func (r Reader) Topics() ([]kb.Topic, error) {
	return find[kb.Topic](r, "topics", "name, id", "1 = 1")
}

// InsertRelation stores a relation between claims. Errors: Conflict when the
// two are related so already.
func (tx *Tx) InsertRelation(rel kb.ClaimRelation, about kb.ID) (kb.ID, error) {
	id, err := tx.newID("relation")
	if err != nil {
		return "", err
	}
	rel.ID, rel.ConfirmedBy = id, tx.actor.Person
	return id, insert(tx, object{"relation", id, about}, &rel)
}

// Relation reads a relation of the claim.
func (r Reader) Relation(id, claim kb.ID) (kb.ClaimRelation, error) {
	return take[kb.ClaimRelation](r, "relation", "id = ? AND (from_id = ? OR to_id = ?)", id, claim, claim)
}

// RemoveRelation removes a relation of the claim.
func (tx *Tx) RemoveRelation(id, claim kb.ID) error {
	return remove[kb.ClaimRelation](tx, object{"relation", id, claim}, "id = ? AND (from_id = ? OR to_id = ?)", id, claim, claim)
}

// QueueItem is one line of the desk's queue.
type QueueItem struct {
	kb.Claim

	Assignee  string
	Speaker   string
	PublishAt *time.Time // of a scheduled one
}

// QueueQuery selects claims of the desk, newest change first. After is the
// cursor of the last one seen.
type QueueQuery struct {
	States   []kb.State
	Assignee kb.ID
	After    Cursor
	Limit    int
}

// Cursor is a place in a list by time and id, for keyset paging.
type Cursor struct {
	At time.Time
	ID kb.ID
}

// Queue lists claims; one more than the limit shows that there is a next page.
func (r Reader) Queue(q QueueQuery) ([]QueueItem, error) {
	g := r.g.Table("claim").
		Select(`claim.*, COALESCE(person.name, '') AS assignee, COALESCE((SELECT a.speaker_name FROM appearance a
			WHERE a.claim_id = claim.id ORDER BY a.position LIMIT 1), '') AS speaker, scheduled_publication.at AS publish_at`).
		Joins("LEFT JOIN person ON person.id = claim.assignee_id").
		Joins("LEFT JOIN scheduled_publication ON scheduled_publication.claim_id = claim.id").
		Order("claim.updated_at DESC, claim.id DESC").Limit(q.Limit)
	if len(q.States) > 0 {
		g = g.Where("claim.state IN ?", q.States)
	}
	if q.Assignee != "" {
		g = g.Where("claim.assignee_id = ?", q.Assignee)
	}
	if q.After.ID != "" {
		g = g.Where("claim.updated_at < ? OR (claim.updated_at = ? AND claim.id < ?)", q.After.At, q.After.At, q.After.ID)
	}
	var items []QueueItem
	if err := g.Find(&items).Error; err != nil {
		return nil, translate(fmt.Errorf("read queue: %w", err))
	}
	return items, nil
}

// StateCounts counts the claims by work state.
func (r Reader) StateCounts() (map[kb.State]int, error) {
	var rows []struct {
		State kb.State
		N     int
	}
	if err := r.g.Table("claim").Select("state, COUNT(*) AS n").Group("state").Find(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("count claims: %w", err))
	}
	counts := map[kb.State]int{}
	for _, row := range rows {
		counts[row.State] = row.N
	}
	return counts, nil
}

// InsertAppearance stores an appearance at the end of the claim's list. Errors:
// Conflict when it would be a second earliest one.
func (tx *Tx) InsertAppearance(a kb.Appearance) (kb.ID, error) {
	id, err := tx.newID("appearance")
	if err != nil {
		return "", err
	}
	a.ID, a.Version = id, 1
	if a.Position, err = tx.nextPosition("appearance", "claim_id = ?", a.ClaimID); err != nil {
		return "", err
	}
	return id, insert(tx, object{"appearance", id, a.ClaimID}, &a)
}

// UpdateAppearance stores a changed appearance.
func (tx *Tx) UpdateAppearance(a kb.Appearance) error {
	version := a.Version
	a.Version++
	return update(tx, "appearance.change", object{"appearance", a.ID, a.ClaimID}, "id", version, &a)
}

// RemoveAppearance removes an appearance with its attestations.
func (tx *Tx) RemoveAppearance(id, claim kb.ID) error {
	attestations, err := find[kb.Attestation](tx.Reader, "attestations", "position", "appearance_id = ?", id)
	if err != nil {
		return err
	}
	for _, a := range attestations {
		if err := tx.RemoveAttestation(a.ID, claim); err != nil {
			return err
		}
	}
	return remove[kb.Appearance](tx, object{"appearance", id, claim}, "id = ? AND claim_id = ?", id, claim)
}

// Appearance reads an appearance of a claim.
func (r Reader) Appearance(id, claim kb.ID) (kb.Appearance, error) {
	return take[kb.Appearance](r, "appearance", "id = ? AND claim_id = ?", id, claim)
}

// InsertAttestation stores an attestation of an appearance.
func (tx *Tx) InsertAttestation(a kb.Attestation) (kb.ID, error) {
	id, err := tx.newID("attestation")
	if err != nil {
		return "", err
	}
	a.ID, a.Version = id, 1
	if a.Position, err = tx.nextPosition("attestation", "appearance_id = ?", a.AppearanceID); err != nil {
		return "", err
	}
	return id, insert(tx, object{"attestation", id, a.ClaimID}, &a)
}

// RemoveAttestation removes an attestation and the derivations scoped to it.
func (tx *Tx) RemoveAttestation(id, claim kb.ID) error {
	if err := tx.removeScoped("attestation_id", id, claim); err != nil {
		return err
	}
	return remove[kb.Attestation](tx, object{"attestation", id, claim}, "id = ? AND claim_id = ?", id, claim)
}

// RemoveDerivationsOf removes the derivations that are about one piece of
// evidence.
func (tx *Tx) RemoveDerivationsOf(evidence, claim kb.ID) error {
	return tx.removeScoped("evidence_id", evidence, claim)
}

func (tx *Tx) removeScoped(column string, item, claim kb.ID) error {
	scoped, err := find[kb.Derivation](tx.Reader, "derivations", "id", column+" = ?", item)
	if err != nil {
		return err
	}
	for _, d := range scoped {
		if err := remove[kb.Derivation](tx, object{"derivation", d.ID, claim}, "id = ?", d.ID); err != nil {
			return err
		}
	}
	return nil
}

// Attestation reads an attestation of a claim's appearance.
func (r Reader) Attestation(id, claim kb.ID) (kb.Attestation, error) {
	return take[kb.Attestation](r, "attestation", "id = ? AND claim_id = ?", id, claim)
}

func (tx *Tx) nextPosition(table, condition string, args ...any) (int, error) {
	var last *int
	if err := tx.g.Table(table).Select("MAX(position)").Where(condition, args...).Scan(&last).Error; err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, translate(fmt.Errorf("read position: %w", err))
	}
	if last == nil {
		return 1, nil
	}
	return *last + 1, nil
}

// ClaimWorded reads the claim of exactly this wording, the oldest if there are
// several.
func (r Reader) ClaimWorded(text string) (kb.Claim, error) {
	rows, err := findSome[kb.Claim](r, "claim", "created_at, id", 1, "text = ?", text)
	if err != nil || len(rows) == 0 {
		return kb.Claim{}, nothingAt(err)
	}
	return rows[0], nil
}

func nothingAt(err error) error {
	if err != nil {
		return err
	}
	return kb.Errorf(kb.NotFound, "There is nothing at this address.")
}
