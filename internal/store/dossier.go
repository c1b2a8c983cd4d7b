package store

import (
	"encoding/json"
	"fmt"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Dossier is everything the desk knows that bears on one claim: the claim's own
// rows, and the sources that they reach along derivations, carriers and owners.
type Dossier struct {
	Claim        kb.Claim
	Parts        []kb.ClaimPart
	Topics       []kb.Topic
	Appearances  []kb.Appearance
	Attestations []kb.Attestation
	Evidence     []kb.Evidence
	Excerpts     map[kb.ID]kb.Excerpt
	Snapshots    map[kb.ID]kb.Snapshot // of the excerpts, and those that carry them; without texts
	Captures     map[kb.ID]kb.Snapshot // by source, the first whole capture; without texts
	Checks       map[kb.ID]kb.QuotationCheck
	Suggestions  []kb.Suggestion // open ones about its sources
	Speakers     map[kb.ID]kb.Speaker
	Sources      map[kb.ID]kb.Source
	Publishers   map[kb.ID]kb.Publisher
	Derivations  []kb.Derivation
	Assessments  []kb.IndependenceAssessment
	Relations    []kb.ClaimRelation
	Related      map[kb.ID]kb.Claim
	Published    map[kb.ID]bool          // the related claims that readers can see
	Newest       map[kb.ID]record.Digest // of the related claims, as readers see them
	Draft        *kb.RulingDraft
	Scale        kb.RatingScale
	Ratings      []kb.Rating
	Policy       kb.Policy
	Exceptions   []kb.GateException
	Replies      []kb.ReplyRequest
	Contributors []kb.Person
	Candidate    *kb.Candidate
	Approvals    []kb.Approval
	People       map[kb.ID]kb.Person
	Schedule     *kb.ScheduledPublication
	Revision     int // number of the newest published revision, 0 without one
}

// loader runs reads one after the other until one fails, so that a long list of
// them reads as a list.
type loader struct {
	Reader

	err error
}

func loadAll[T any](l *loader, what, order, condition string, args ...any) []T {
	if l.err != nil {
		return nil
	}
	rows, err := find[T](l.Reader, what, order, condition, args...)
	l.err = err
	return rows
}

func loadOne[T any](l *loader, what, condition string, args ...any) T {
	var row T
	if l.err == nil {
		row, l.err = take[T](l.Reader, what, condition, args...)
	}
	return row
}

func (l *loader) snapshots(order, condition string, args ...any) []kb.Snapshot {
	if l.err != nil {
		return nil
	}
	rows, err := l.withoutText(order, condition, args...)
	l.err = err
	return rows
}

// reachedSources are the works that a claim's items rest on: their sources, the
// works that carry those, and what they derive from, whole or for these items.
const reachedSources = `WITH RECURSIVE edge(from_id, to_id) AS (
    SELECT from_id, to_id FROM derivation
    WHERE state = 'confirmed'
      AND (evidence_id IS NULL OR evidence_id IN (SELECT id FROM evidence WHERE claim_id = @claim))
      AND (attestation_id IS NULL OR attestation_id IN (SELECT id FROM attestation WHERE claim_id = @claim))
    UNION
    SELECT id, part_of_id FROM source WHERE part_of_id IS NOT NULL
    UNION
    SELECT s.source_id, v.source_id FROM snapshot s JOIN snapshot v ON v.id = s.via_id
    WHERE s.id IN (SELECT snapshot_id FROM excerpt WHERE id IN (SELECT excerpt_id FROM evidence WHERE claim_id = @claim)
      OR id IN (SELECT excerpt_id FROM attestation WHERE claim_id = @claim))
  ), reached(id) AS (
    SELECT source_id FROM evidence WHERE claim_id = @claim
    UNION
    SELECT source_id FROM attestation WHERE claim_id = @claim
    UNION
    SELECT edge.to_id FROM edge JOIN reached ON edge.from_id = reached.id
  ) SELECT * FROM source WHERE id IN (SELECT id FROM reached) ORDER BY id`

const reachedPublishers = `WITH RECURSIVE owning(id) AS (
    SELECT id FROM publisher WHERE id IN @publishers
    UNION
    SELECT p.owner_id FROM publisher p JOIN owning ON p.id = owning.id WHERE p.owner_id IS NOT NULL
  ) SELECT * FROM publisher WHERE id IN (SELECT id FROM owning) ORDER BY id`

// Dossier reads a claim's dossier in a constant number of statements.
func (r Reader) Dossier(id kb.ID) (Dossier, error) {
	l := &loader{Reader: r}
	d := Dossier{Claim: loadOne[kb.Claim](l, "claim", "id = ?", id)}
	if l.err != nil {
		return d, l.err
	}
	d.loadClaim(l, id)
	d.loadSources(l, id)
	d.loadRuling(l, id)
	d.People = byID(loadAll[kb.Person](l, "people", "id", "id IN ?", d.personIDs()), func(p kb.Person) kb.ID { return p.ID })
	return d, l.err
}

func (d *Dossier) loadClaim(l *loader, id kb.ID) {
	d.Parts = loadAll[kb.ClaimPart](l, "parts", "ordinal", "claim_id = ?", id)
	d.Topics = loadAll[kb.Topic](l, "topics", "name, id", "id IN (SELECT topic_id FROM claim_topic WHERE claim_id = ?)", id)
	d.Appearances = loadAll[kb.Appearance](l, "appearances", "position", "claim_id = ?", id)
	d.Attestations = loadAll[kb.Attestation](l, "attestations", "position", "claim_id = ?", id)
	speakers := loadAll[kb.Speaker](l, "speakers", "id", "id IN (SELECT speaker_id FROM appearance WHERE claim_id = ?)", id)
	d.Speakers = byID(speakers, func(s kb.Speaker) kb.ID { return s.ID })
	d.Relations = loadAll[kb.ClaimRelation](l, "relations", "type, id", "from_id = ? OR to_id = ?", id, id)
	related := loadAll[kb.Claim](l, "claims", "id", `id IN (SELECT to_id FROM claim_relation WHERE from_id = ?)
		OR id IN (SELECT from_id FROM claim_relation WHERE to_id = ?)`, id, id)
	d.Related = byID(related, func(c kb.Claim) kb.ID { return c.ID })
	d.loadFamily(l)
}

// loadFamily reads how the related claims stand in public.
func (d *Dossier) loadFamily(l *loader) {
	d.Published, d.Newest = map[kb.ID]bool{}, map[kb.ID]record.Digest{}
	for _, row := range loadAll[digest](l, "digests", "claim_id, number", "claim_id IN ?", idStrings(keys(d.Related))) {
		var x record.Digest
		if err := json.Unmarshal(row.Body, &x); err != nil {
			l.err = fmt.Errorf("read digest of event %d: %w", row.EventIdx, err)
			return
		}
		d.Published[kb.ID(row.ClaimID)], d.Newest[kb.ID(row.ClaimID)] = true, x // the newest is last
	}
}

func (d *Dossier) loadSources(l *loader, id kb.ID) {
	d.Evidence = loadAll[kb.Evidence](l, "evidence", "position", "claim_id = ?", id)
	excerpts := loadAll[kb.Excerpt](l, "excerpts", "id", `id IN (SELECT excerpt_id FROM evidence WHERE claim_id = ?)
		OR id IN (SELECT excerpt_id FROM attestation WHERE claim_id = ?)`, id, id)
	d.Excerpts = byID(excerpts, func(e kb.Excerpt) kb.ID { return e.ID })
	var sources []kb.Source
	l.raw(&sources, reachedSources, map[string]any{"claim": id})
	d.Sources = byID(sources, func(s kb.Source) kb.ID { return s.ID })
	snapshots := l.snapshots("id", "id IN ? OR id IN (SELECT via_id FROM snapshot WHERE id IN ?)", snapshotIDs(excerpts), snapshotIDs(excerpts))
	d.Snapshots = byID(snapshots, func(s kb.Snapshot) kb.ID { return s.ID })
	var publishers []kb.Publisher
	l.raw(&publishers, reachedPublishers, map[string]any{"publishers": append(publisherIDs(sources), d.speakersPublishers()...)})
	d.Publishers = byID(publishers, func(p kb.Publisher) kb.ID { return p.ID })
	sourceIDs := keys(d.Sources)
	d.Captures = map[kb.ID]kb.Snapshot{}
	for _, s := range l.snapshots("captured_at DESC, id DESC", "source_id IN ? AND method <> 'excerpt-only'", sourceIDs) {
		d.Captures[s.SourceID] = s // the earliest is last
	}
	d.Suggestions = loadAll[kb.Suggestion](l, "suggestions", "created_at, id",
		"state = 'suggested' AND (source_id IN ? OR other_id IN ?)", sourceIDs, sourceIDs)
	checks := loadAll[kb.QuotationCheck](l, "checks", "excerpt_id", "excerpt_id IN ?", keys(d.Excerpts))
	d.Checks = byID(checks, func(c kb.QuotationCheck) kb.ID { return c.ExcerptID })
	d.Derivations = loadAll[kb.Derivation](l, "derivations", "id", `from_id IN ?
		AND (evidence_id IS NULL OR evidence_id IN (SELECT id FROM evidence WHERE claim_id = ?))
		AND (attestation_id IS NULL OR attestation_id IN (SELECT id FROM attestation WHERE claim_id = ?))`, sourceIDs, id, id)
	d.Assessments = loadAll[kb.IndependenceAssessment](l, "assessments", "id", "claim_id = ?", id)
}

// speakersPublishers gives the publishers that the speakers are, or control:
// their owners say what is the claimant's own.
func (d *Dossier) speakersPublishers() []kb.ID {
	var ids []kb.ID
	for _, s := range d.Speakers {
		ids = append(ids, s.PublisherID)
	}
	return ids
}

func (d *Dossier) loadRuling(l *loader, id kb.ID) {
	if drafts := loadAll[kb.RulingDraft](l, "ruling", "claim_id", "claim_id = ?", id); len(drafts) == 1 {
		d.Draft = &drafts[0]
	}
	if d.Draft != nil && d.Draft.ScaleID != "" {
		d.Scale = loadOne[kb.RatingScale](l, "scale", "id = ?", d.Draft.ScaleID)
		d.Ratings = loadAll[kb.Rating](l, "ratings", "ordinal, key", "scale_id = ?", d.Draft.ScaleID)
	}
	if l.err == nil {
		d.Policy, l.err = l.Policy()
	}
	if due := loadAll[kb.ScheduledPublication](l, "schedule", "claim_id", "claim_id = ?", id); len(due) == 1 {
		d.Schedule = &due[0]
	}
	d.Exceptions = loadAll[kb.GateException](l, "exceptions", "gate", "claim_id = ?", id)
	d.Replies = loadAll[kb.ReplyRequest](l, "replies", "id", "claim_id = ?", id)
	d.Contributors = loadAll[kb.Person](l, "contributors", "name, id", "id IN (SELECT person_id FROM draft_contributor WHERE claim_id = ?)", id)
	if open := loadAll[kb.Candidate](l, "candidate", "id", "claim_id = ? AND NOT closed", id); len(open) == 1 {
		d.Candidate = &open[0]
	}
	d.Approvals = loadAll[kb.Approval](l, "approvals", "at, id", "claim_id = ?", id)
	if l.err == nil {
		d.Revision, l.err = l.lastRevision(id)
	}
}

func (d *Dossier) personIDs() []kb.ID {
	ids := []kb.ID{d.Claim.CreatedBy, d.Claim.AssigneeID}
	for _, s := range d.Snapshots {
		ids = append(ids, s.CapturedBy)
	}
	for _, e := range d.Excerpts {
		ids = append(ids, e.AttestedBy)
	}
	for _, a := range d.Approvals {
		ids = append(ids, a.PersonID)
	}
	for _, a := range d.Assessments {
		ids = append(ids, a.PersonID)
	}
	for _, e := range d.Exceptions {
		ids = append(ids, e.PersonID)
	}
	if d.Candidate != nil {
		ids = append(ids, d.Candidate.SubmittedBy)
	}
	return ids
}

func (l *loader) raw(into any, query string, args map[string]any) {
	if l.err == nil {
		l.err = translate(l.g.Raw(query, args).Scan(into).Error)
	}
}

func snapshotIDs(excerpts []kb.Excerpt) []kb.ID {
	ids := make([]kb.ID, len(excerpts))
	for i, e := range excerpts {
		ids[i] = e.SnapshotID
	}
	return ids
}

func publisherIDs(sources []kb.Source) []kb.ID {
	ids := make([]kb.ID, len(sources))
	for i, s := range sources {
		ids[i] = s.PublisherID
	}
	return ids
}

func byID[T any](rows []T, id func(T) kb.ID) map[kb.ID]T {
	m := make(map[kb.ID]T, len(rows))
	for _, row := range rows {
		m[id(row)] = row
	}
	return m
}

// idStrings gives ids as the record's tables keep them, where none is no NULL.
func idStrings(ids []kb.ID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = string(id)
	}
	return list
}

func keys[T any](m map[kb.ID]T) []kb.ID {
	ids := make([]kb.ID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	return ids
}
