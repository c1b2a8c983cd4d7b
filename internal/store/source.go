package store

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// InsertSpeaker stores a speaker and gives its id.
func (tx *Tx) InsertSpeaker(s kb.Speaker) (kb.ID, error) {
	id, err := tx.newID("speaker")
	if err != nil {
		return "", err
	}
	s.ID, s.Version = id, 1
	return id, insert(tx, object{"speaker", id, ""}, &s)
}

// UpdateSpeaker stores a changed speaker.
func (tx *Tx) UpdateSpeaker(s kb.Speaker) error {
	version := s.Version
	s.Version++
	return update(tx, "speaker.change", object{"speaker", s.ID, ""}, "id", version, &s)
}

// Speaker reads a speaker.
func (r Reader) Speaker(id kb.ID) (kb.Speaker, error) {
	return take[kb.Speaker](r, "speaker", "id = ?", id)
}

// InsertSpeakerRole stores an office of a speaker.
func (tx *Tx) InsertSpeakerRole(role kb.SpeakerRole) (kb.ID, error) {
	id, err := tx.newID("role")
	if err != nil {
		return "", err
	}
	role.ID = id
	return id, insert(tx, object{"role", id, ""}, &role)
}

// RemoveSpeakerRole removes an office of a speaker.
func (tx *Tx) RemoveSpeakerRole(id, speaker kb.ID) error {
	return remove[kb.SpeakerRole](tx, object{"role", id, ""}, "id = ? AND speaker_id = ?", id, speaker)
}

// SpeakerRoles lists the offices of a speaker.
func (r Reader) SpeakerRoles(speaker kb.ID) ([]kb.SpeakerRole, error) {
	return find[kb.SpeakerRole](r, "roles", "held_from, id", "speaker_id = ?", speaker)
}

// InsertPublisher stores a publisher and gives its id.
func (tx *Tx) InsertPublisher(p kb.Publisher) (kb.ID, error) {
	id, err := tx.newID("publisher")
	if err != nil {
		return "", err
	}
	p.ID, p.Version = id, 1
	return id, insert(tx, object{"publisher", id, ""}, &p)
}

// UpdatePublisher stores a changed publisher. Errors: Conflict when its owner
// would be owned by it.
func (tx *Tx) UpdatePublisher(p kb.Publisher) error {
	version := p.Version
	p.Version++
	return update(tx, "publisher.change", object{"publisher", p.ID, ""}, "id", version, &p)
}

// Publisher reads a publisher.
func (r Reader) Publisher(id kb.ID) (kb.Publisher, error) {
	return take[kb.Publisher](r, "publisher", "id = ?", id)
}

// InsertSource stores a source and gives its id. Errors: Conflict when a work
// at this address and place exists.
func (tx *Tx) InsertSource(s kb.Source) (kb.ID, error) {
	id, err := tx.newID("source")
	if err != nil {
		return "", err
	}
	s.ID, s.Version = id, 1
	return id, insert(tx, object{"source", id, ""}, &s)
}

// UpdateSource stores a changed source.
func (tx *Tx) UpdateSource(s kb.Source) error {
	version := s.Version
	s.Version++
	return update(tx, "source.change", object{"source", s.ID, ""}, "id", version, &s)
}

// Source reads a source.
func (r Reader) Source(id kb.ID) (kb.Source, error) {
	return take[kb.Source](r, "source", "id = ?", id)
}

// SourceAt reads the work at an address and place.
func (r Reader) SourceAt(urlKey, locator string) (kb.Source, error) {
	// The index holds addresses only; SQLite uses it when it is told that this is one.
	return take[kb.Source](r, "source", "url_key = ? AND url_key <> '' AND locator = ?", urlKey, locator)
}

// NameQuery selects things by the folded beginning of any word of their name,
// in the order of names. After is the cursor: key and id of the last one seen.
type NameQuery struct {
	Text     string
	AfterKey string
	AfterID  kb.ID
	Limit    int
}

func (q NameQuery) apply(g *gorm.DB, key string) *gorm.DB {
	if q.Text != "" {
		pattern := escapeLike(q.Text) + "%"
		g = g.Where("("+key+` LIKE ? ESCAPE '\' OR `+key+` LIKE ? ESCAPE '\')`, pattern, "% "+pattern)
	}
	if q.AfterID != "" {
		g = g.Where(key+" > ? OR ("+key+" = ? AND id > ?)", q.AfterKey, q.AfterKey, q.AfterID)
	}
	return g.Order(key + ", id").Limit(q.Limit)
}

func escapeLike(s string) string {
	var b []rune
	for _, r := range s {
		if r == '%' || r == '_' || r == '\\' {
			b = append(b, '\\')
		}
		b = append(b, r)
	}
	return string(b)
}

func named[T any](r Reader, what, key string, q NameQuery) ([]T, error) {
	var rows []T
	if err := q.apply(r.g, key).Find(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("read %s: %w", what, err))
	}
	return rows, nil
}

// Speakers lists speakers by name.
func (r Reader) Speakers(q NameQuery) ([]kb.Speaker, error) {
	return named[kb.Speaker](r, "speakers", "name_key", q)
}

// Publishers lists publishers by name.
func (r Reader) Publishers(q NameQuery) ([]kb.Publisher, error) {
	return named[kb.Publisher](r, "publishers", "name_key", q)
}

// Sources lists sources by title.
func (r Reader) Sources(q NameQuery) ([]kb.Source, error) {
	return named[kb.Source](r, "sources", "title_key", q)
}

// SpeakersNamed lists the speakers of exactly this folded name.
func (r Reader) SpeakersNamed(key string) ([]kb.Speaker, error) {
	return find[kb.Speaker](r, "speakers", "id", "name_key = ?", key)
}

// PublishersNamed lists the publishers of exactly this folded name.
func (r Reader) PublishersNamed(key string) ([]kb.Publisher, error) {
	return find[kb.Publisher](r, "publishers", "id", "name_key = ?", key)
}

// SourcesTitled lists the sources of exactly this folded title.
func (r Reader) SourcesTitled(key string) ([]kb.Source, error) {
	return find[kb.Source](r, "sources", "id", "title_key = ?", key)
}

// InsertSnapshot stores a capture and gives its id.
func (tx *Tx) InsertSnapshot(s kb.Snapshot) (kb.ID, error) {
	id, err := tx.newID("snapshot")
	if err != nil {
		return "", err
	}
	s.ID, s.CapturedBy = id, tx.actor.Person
	if s.CapturedAt.IsZero() {
		s.CapturedAt = tx.now
	}
	s.CapturedAt = s.CapturedAt.UTC().Truncate(time.Microsecond)
	return id, insert(tx, object{"snapshot", id, ""}, &s)
}

// InsertExcerpt stores an excerpt of a snapshot and gives its id.
func (tx *Tx) InsertExcerpt(e kb.Excerpt) (kb.ID, error) {
	id, err := tx.newID("excerpt")
	if err != nil {
		return "", err
	}
	e.ID, e.CheckedAt, e.Version = id, tx.now, 1
	return id, insert(tx, object{"excerpt", id, ""}, &e)
}

// AttestExcerpt records that a second person compared the excerpt with the work.
func (tx *Tx) AttestExcerpt(e kb.Excerpt) error {
	version := e.Version
	at := tx.now
	e.AttestedBy, e.AttestedAt = tx.actor.Person, &at
	e.Version++
	return update(tx, "excerpt.attest", object{"excerpt", e.ID, ""}, "id", version, &e)
}

// Excerpt reads an excerpt.
func (r Reader) Excerpt(id kb.ID) (kb.Excerpt, error) {
	return take[kb.Excerpt](r, "excerpt", "id = ?", id)
}

// Snapshot reads a snapshot.
func (r Reader) Snapshot(id kb.ID) (kb.Snapshot, error) {
	return take[kb.Snapshot](r, "snapshot", "id = ?", id)
}

// SourceFile is a source with everything that hangs on it, for its desk page.
type SourceFile struct {
	Source      kb.Source
	Carrier     kb.Source // zero when it stands alone
	Publisher   kb.Publisher
	Speaker     kb.Speaker // whose own work it is; zero when it is nobody's
	Excerpts    []kb.Excerpt
	Snapshots   map[kb.ID]kb.Snapshot // without their texts
	Captures    []kb.Snapshot         // the whole ones, the newest first
	Carrying    []kb.Snapshot         // whole ones of the works that carry it, the newest first
	Jobs        []kb.CaptureJob       // the newest first
	Suggestions []kb.Suggestion
	Checks      map[kb.ID]kb.QuotationCheck
	Derivations []kb.Derivation // from and to it
	Titles      map[kb.ID]string
	People      map[kb.ID]kb.Person
	UsedIn      []kb.Claim
}

// jobsShown is how many captures a source's page lists.
const jobsShown = 10

// SourceFile reads a source's file in a constant number of statements.
func (r Reader) SourceFile(id kb.ID) (SourceFile, error) {
	f := SourceFile{Snapshots: map[kb.ID]kb.Snapshot{}, Titles: map[kb.ID]string{}, People: map[kb.ID]kb.Person{}}
	l := loader{Reader: r}
	f.Source = loadOne[kb.Source](&l, "source", "id = ?", id)
	if f.Source.PartOfID != "" {
		f.Carrier = loadOne[kb.Source](&l, "carrier", "id = ?", f.Source.PartOfID)
	}
	if f.Source.PublisherID != "" {
		f.Publisher = loadOne[kb.Publisher](&l, "publisher", "id = ?", f.Source.PublisherID)
	}
	if f.Source.SpeakerID != "" {
		f.Speaker = loadOne[kb.Speaker](&l, "speaker", "id = ?", f.Source.SpeakerID)
	}
	f.Excerpts = loadAll[kb.Excerpt](&l, "excerpts", "checked_at, id", "source_id = ?", id)
	snapshots := l.snapshots("captured_at DESC, id", "source_id = ? OR id IN (SELECT via_id FROM snapshot WHERE source_id = ?)", id, id)
	people := loadAll[kb.Person](&l, "people", "id", `id IN (SELECT captured_by FROM snapshot WHERE source_id = ?)
		OR id IN (SELECT attested_by FROM excerpt WHERE source_id = ?)
		OR id IN (SELECT decided_by FROM suggestion WHERE source_id = ? OR other_id = ?)`, id, id, id, id)
	f.Derivations = loadAll[kb.Derivation](&l, "derivations", "id", "from_id = ? OR to_id = ?", id, id)
	others := loadAll[kb.Source](&l, "sources", "id", `id IN (SELECT to_id FROM derivation WHERE from_id = ?)
		OR id IN (SELECT from_id FROM derivation WHERE to_id = ?)
		OR id = (SELECT part_of_id FROM source WHERE id = ?)
		OR id IN (SELECT other_id FROM suggestion WHERE source_id = ?) OR id IN (SELECT source_id FROM suggestion WHERE other_id = ?)
		OR id IN (SELECT v.source_id FROM snapshot s JOIN snapshot v ON v.id = s.via_id WHERE s.source_id = ?)`, id, id, id, id, id, id)
	f.UsedIn = loadAll[kb.Claim](&l, "claims", "updated_at DESC, id", `id IN (SELECT claim_id FROM evidence WHERE source_id = ?)
		OR id IN (SELECT claim_id FROM attestation WHERE source_id = ?)`, id, id)
	for _, s := range snapshots {
		f.Snapshots[s.ID] = s
		if s.SourceID == id && s.Whole() {
			f.Captures = append(f.Captures, s)
		}
	}
	f.Carrying = l.snapshots("captured_at DESC, id", `method <> 'excerpt-only' AND (source_id = (SELECT part_of_id FROM source WHERE id = ?)
		OR source_id IN (SELECT v.source_id FROM snapshot s JOIN snapshot v ON v.id = s.via_id WHERE s.source_id = ?))`, id, id)
	if l.err == nil {
		f.Jobs, l.err = r.CaptureJobs(id, jobsShown)
	}
	if l.err == nil {
		f.Suggestions, l.err = r.SuggestionsAbout(id)
	}
	checks := loadAll[kb.QuotationCheck](&l, "checks", "excerpt_id", "excerpt_id IN (SELECT id FROM excerpt WHERE source_id = ?)", id)
	f.Checks = byID(checks, func(c kb.QuotationCheck) kb.ID { return c.ExcerptID })
	for _, p := range people {
		f.People[p.ID] = p
	}
	f.Titles[id] = f.Source.Title
	for _, s := range others {
		f.Titles[s.ID] = s.Title
	}
	return f, l.err
}

// ExcerptChoice is an excerpt as a form offers it.
type ExcerptChoice struct {
	kb.Excerpt

	Title string
}

// ExcerptChoices lists the excerpts of all sources, the newest first.
func (r Reader) ExcerptChoices(limit int) ([]ExcerptChoice, error) {
	var rows []ExcerptChoice
	err := r.g.Table("excerpt").Select("excerpt.*, source.title").Joins("JOIN source ON source.id = excerpt.source_id").
		Where("excerpt.replaced_by IS NULL").Order("excerpt.checked_at DESC, excerpt.id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read excerpts: %w", err))
	}
	return rows, nil
}

// InsertDerivation stores a derivation between sources and gives its id.
func (tx *Tx) InsertDerivation(d kb.Derivation, claim kb.ID) (kb.ID, error) {
	id, err := tx.newID("derivation")
	if err != nil {
		return "", err
	}
	d.ID, d.Version = id, 1
	return id, insert(tx, object{"derivation", id, claim}, &d)
}

// RemoveDerivation removes a derivation; claim is the one whose item it is about,
// if any.
func (tx *Tx) RemoveDerivation(id, claim kb.ID) error {
	return remove[kb.Derivation](tx, object{"derivation", id, claim}, "id = ?", id)
}

// Derivation reads a derivation.
func (r Reader) Derivation(id kb.ID) (kb.Derivation, error) {
	return take[kb.Derivation](r, "derivation", "id = ?", id)
}

// ClaimOfItem gives the claim whose evidence or attestation a derivation is
// about; none when it is about a whole source.
func (r Reader) ClaimOfItem(d kb.Derivation) (kb.ID, error) {
	switch {
	case d.EvidenceID != "":
		e, err := take[kb.Evidence](r, "evidence", "id = ?", d.EvidenceID)
		return e.ClaimID, err
	case d.AttestationID != "":
		a, err := take[kb.Attestation](r, "attestation", "id = ?", d.AttestationID)
		return a.ClaimID, err
	}
	return "", nil
}
