package store

import (
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// AuditItem is one state change as auditors read it.
type AuditItem struct {
	ID         int64
	At         time.Time
	Person     string
	PersonID   string
	AccountID  string
	Action     string
	ObjectKind string
	ObjectID   string
	ClaimID    string
	BeforeHash string
	AfterHash  string
}

// AuditQuery selects entries of the audit, the newest first. Empty fields do not
// filter. Before is the id of the entry that the page before ended with.
type AuditQuery struct {
	Action   string // the whole of it or what stands before its dot: "claim", "claim.publish"
	Person   kb.ID
	Object   string // id of an object or a claim
	From, To time.Time
	Before   int64
	Limit    int
}

func (q AuditQuery) filter(g *gorm.DB) *gorm.DB {
	if q.Action != "" {
		g = g.Where("(audit_event.action = ? OR audit_event.action LIKE ? ESCAPE '\\')", q.Action, escapeLike(q.Action)+".%")
	}
	if q.Person != "" {
		g = g.Where("audit_event.person_id = ?", string(q.Person))
	}
	if q.Object != "" {
		g = g.Where("(audit_event.object_id = ? OR audit_event.claim_id = ?)", q.Object, q.Object)
	}
	if !q.From.IsZero() {
		g = g.Where("audit_event.at >= ?", q.From)
	}
	if !q.To.IsZero() {
		g = g.Where("audit_event.at < ?", q.To)
	}
	if q.Before > 0 {
		g = g.Where("audit_event.id < ?", q.Before)
	}
	return g
}

// Audit lists entries of the audit.
func (r Reader) Audit(q AuditQuery) ([]AuditItem, error) {
	var rows []AuditItem
	err := q.filter(r.g.Table("audit_event")).
		Select("audit_event.id, audit_event.at, COALESCE(person.name, '') AS person, person_id, account_id, action, object_kind, object_id, claim_id, before_hash, after_hash").
		Joins("LEFT JOIN person ON person.id = audit_event.person_id").
		Order("audit_event.id DESC").Limit(q.Limit).Find(&rows).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read audit: %w", err))
	}
	return rows, nil
}

// AuditActions lists the actions that the audit has, with how often.
func (r Reader) AuditActions() ([]ActionCount, error) {
	var rows []ActionCount
	err := r.g.Table("audit_event").Select("action, COUNT(*) AS n").Group("action").Order("action").Find(&rows).Error
	return rows, translate(err)
}

// ActionCount is how often an action was taken.
type ActionCount struct {
	Action string
	N      int
}

// sharedChanges are the actions that change what several claims may rest on.
var sharedChanges = []string{"source.add", "source.change", "speaker.add", "speaker.change", "publisher.add", "publisher.change"}

// EditorsOf lists who added or changed shared things since a moment.
func (r Reader) EditorsOf(objects []kb.ID, since time.Time) ([]kb.ID, error) {
	var people []kb.ID
	err := r.g.Table("audit_event").Distinct("person_id").
		Where("object_id IN ? AND action IN ? AND at >= ? AND person_id <> ''", idStrings(objects), sharedChanges, since).Order("person_id").Pluck("person_id", &people).Error
	return people, translate(err)
}

// Shared lists what a claim rests on and may share with others: sources,
// speakers, publishers.
func (d Dossier) Shared() []kb.ID {
	return slices.Concat(keys(d.Sources), keys(d.Speakers), keys(d.Publishers))
}

// ClaimTexts gives the wordings of claims by id.
func (r Reader) ClaimTexts(ids []kb.ID) (map[kb.ID]string, error) {
	rows, err := find[kb.Claim](r, "claims", "id", "id IN ?", ids)
	texts := make(map[kb.ID]string, len(rows))
	for _, c := range rows {
		texts[c.ID] = c.Text
	}
	return texts, err
}
