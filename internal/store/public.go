package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Public reads the record and nothing else: what readers may see. It has no way
// to a desk table.
type Public struct{ db *DB }

// Public gives the reads that public pages may use.
func (db *DB) Public() *Public { return &Public{db} }

// Now gives the database's clock.
func (p *Public) Now() time.Time { return p.db.clock() }

// Entry is one event of the record as a follower reads it. Digest is filled for
// revisions.
type Entry struct {
	Index   int64
	Kind    string
	Claim   string
	Subject string
	Hash    string
	At      time.Time
	Digest  *record.Digest
}

// Entries reads up to limit events above an index, in order.
func (p *Public) Entries(ctx context.Context, above int64, limit int) ([]Entry, error) {
	var rows []struct {
		Idx                          int64
		Kind, ClaimID, Subject, Hash string
		At                           time.Time
		Body                         []byte
	}
	err := p.reader(ctx).g.Table("record_event").
		Select("record_event.idx, record_event.kind, record_event.claim_id, record_event.subject, record_event.hash, record_event.at, digest.body").
		Joins("LEFT JOIN digest ON digest.event_idx = record_event.idx AND digest.event_idx > ?", above). // else a merge begins at the first
		Where("record_event.idx > ?", above).Order("record_event.idx").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read record: %w", err))
	}
	entries := make([]Entry, len(rows))
	for i, row := range rows {
		entries[i] = Entry{Index: row.Idx, Kind: row.Kind, Claim: row.ClaimID, Subject: row.Subject, Hash: row.Hash, At: row.At.UTC()}
		if row.Body == nil {
			continue
		}
		entries[i].Digest = new(record.Digest)
		if err := json.Unmarshal(row.Body, entries[i].Digest); err != nil {
			return nil, fmt.Errorf("read digest of event %d: %w", row.Idx, err)
		}
	}
	return entries, nil
}

// Digests reads the digests of the events with the given indexes, in the order
// asked for.
func (p *Public) Digests(ctx context.Context, events []int64) ([]record.Digest, error) {
	if len(events) == 0 {
		return nil, nil
	}
	rows, err := find[digest](p.reader(ctx), "digests", "event_idx", "event_idx IN ?", events)
	if err != nil {
		return nil, err
	}
	at := make(map[int64][]byte, len(rows))
	for _, row := range rows {
		at[row.EventIdx] = row.Body
	}
	digests := make([]record.Digest, 0, len(events))
	for _, e := range events {
		body, ok := at[e]
		if !ok {
			continue
		}
		var d record.Digest
		if err := json.Unmarshal(body, &d); err != nil {
			return nil, fmt.Errorf("read digest of event %d: %w", e, err)
		}
		digests = append(digests, d)
	}
	return digests, nil
}

// Revisions lists a claim's revisions, the newest first, with the notes of their
// corrections. Errors: NotFound when it has none: readers cannot tell a draft
// from nothing.
func (p *Public) Revisions(ctx context.Context, claim kb.ID) ([]Revision, error) {
	var rows []struct {
		Revision

		Body []byte
	}
	err := p.reader(ctx).g.Table("revision").Select("revision.*, digest.body").
		Joins("JOIN digest ON digest.event_idx = revision.event_idx").
		Where("revision.claim_id = ?", string(claim)).Order("revision.number DESC").Find(&rows).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read revisions: %w", err))
	}
	if len(rows) == 0 {
		return nil, kb.Errorf(kb.NotFound, "There is no published claim at this address.")
	}
	revisions := make([]Revision, len(rows))
	for i, row := range rows {
		var d struct { // what a list of revisions needs of a digest
			Correction *record.Correction
			Outcome    string
			Rating     *record.Rating
			MergedInto string
			Redacted   bool
		}
		if err := json.Unmarshal(row.Body, &d); err != nil {
			return nil, fmt.Errorf("read digest of event %d: %w", row.EventIdx, err)
		}
		revisions[i] = row.Revision
		revisions[i].PublishedAt, revisions[i].Outcome, revisions[i].Rating = row.PublishedAt.UTC(), d.Outcome, d.Rating
		revisions[i].Redacted, revisions[i].MergedInto = d.Redacted, d.MergedInto
		if d.Correction != nil {
			revisions[i].Note = d.Correction.Note
		}
	}
	return revisions, nil
}

// Document reads the bytes of a published document. Errors: Gone when they were
// redacted.
func (p *Public) Document(ctx context.Context, hash string) ([]byte, error) {
	return p.reader(ctx).Body(hash)
}

// DocumentsAt reads the documents of the events with the given indexes, in the
// order asked for; those that were redacted are left out.
func (p *Public) DocumentsAt(ctx context.Context, events []int64) ([][]byte, error) {
	var rows []struct {
		Idx   int64
		Bytes []byte
	}
	err := p.reader(ctx).g.Table("record_event").Select("record_event.idx, document_body.bytes").
		Joins("JOIN document_body ON document_body.hash = record_event.hash").Where("record_event.idx IN ?", events).Find(&rows).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read documents: %w", err))
	}
	at := make(map[int64][]byte, len(rows))
	for _, row := range rows {
		at[row.Idx] = row.Bytes
	}
	documents := make([][]byte, 0, len(events))
	for _, e := range events {
		if b, ok := at[e]; ok {
			documents = append(documents, b)
		}
	}
	return documents, nil
}

// Head gives the highest log index, -1 when the record is empty.
func (p *Public) Head(ctx context.Context) (int64, error) {
	var head []int64
	if err := p.reader(ctx).g.Table("record_event").Pluck("COALESCE(MAX(idx), -1)", &head).Error; err != nil {
		return 0, translate(err)
	}
	return head[0], nil
}

// Checkpoint reads the newest signed checkpoint; nil when there is none.
func (p *Public) Checkpoint(ctx context.Context) ([]byte, error) {
	rows, err := findSome[checkpoint](p.primary(ctx), "checkpoint", "size DESC", 1, "1 = 1")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0].Note, nil
}

// Release reads the newest document about a source's text, and the text when it
// may be shown. Errors: NotFound when it never was, Gone when it may not be
// shown any more.
func (p *Public) Release(ctx context.Context, source kb.ID, textHash string) (record.Release, string, error) {
	r := p.reader(ctx)
	hash, err := r.LastEvent(record.KindRelease, record.ReleaseSubject(string(source), textHash))
	if err != nil {
		return record.Release{}, "", err
	}
	if hash == "" {
		return record.Release{}, "", kb.Errorf(kb.NotFound, "There is no published copy at this address.")
	}
	body, err := r.Body(hash)
	if err != nil {
		return record.Release{}, "", err
	}
	release, err := record.ReadRelease(body)
	if err != nil {
		return release, "", err
	}
	if !release.Released {
		return release, "", kb.Errorf(kb.Gone, "This copy was taken down: its text may not be shown any more.")
	}
	text, err := r.Body(textHash)
	return release, string(text), err
}

// QuotationChecks reads, for each page that a claim quotes, what the newest
// comparison with it gave.
func (p *Public) QuotationChecks(ctx context.Context, claim kb.ID) ([]record.QuotationCheck, error) {
	var bodies [][]byte
	err := p.reader(ctx).g.Table("document_body").Joins("JOIN record_event ON record_event.hash = document_body.hash").
		Where("record_event.idx IN (SELECT MAX(idx) FROM record_event WHERE claim_id = ? AND kind = ? GROUP BY subject)", string(claim), record.KindQuotationCheck).
		Order("record_event.idx").Pluck("document_body.bytes", &bodies).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read quotation checks: %w", err))
	}
	checks := make([]record.QuotationCheck, len(bodies))
	for i, b := range bodies {
		if checks[i], err = record.ReadQuotationCheck(b); err != nil {
			return nil, err
		}
	}
	return checks, nil
}

// Origin gives what the links in the newest entry of the log begin with: the
// public origin of the site; nothing when the record is empty.
func (p *Public) Origin(ctx context.Context) (string, error) {
	rows, err := findSome[recordEvent](p.reader(ctx), "record", "idx DESC", 1, "1 = 1")
	if err != nil || len(rows) == 0 {
		return "", err
	}
	var leaf record.Leaf
	if err := json.Unmarshal(rows[0].Leaf, &leaf); err != nil {
		return "", fmt.Errorf("read log entry: %w", err)
	}
	for _, path := range []string{"/claims/", "/sources/", "/disputes/", "/methodology"} {
		if i := strings.LastIndex(leaf.URL, path); i > 0 {
			return leaf.URL[:i], nil
		}
	}
	return "", fmt.Errorf("read log entry: it links to %q", leaf.URL)
}
