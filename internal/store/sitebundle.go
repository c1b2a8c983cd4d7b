package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// SiteEvents reads up to limit events above an index as a bundle of the whole
// record holds them: with leaf and document. A redacted one has no document.
func (p *Public) SiteEvents(ctx context.Context, above int64, limit int) ([]record.SiteEvent, error) {
	var rows []struct {
		Idx                    int64
		Kind, ClaimID, Subject string
		Leaf, Bytes            []byte
		Class, Cause           string
	}
	err := p.reader(ctx).g.Table("record_event").Select("record_event.idx, record_event.kind, record_event.claim_id, record_event.subject, record_event.leaf, document_body.bytes, COALESCE(revision.class, '') AS class, COALESCE(revision.cause, '') AS cause").
		Joins("LEFT JOIN document_body ON document_body.hash = record_event.hash").
		Joins("LEFT JOIN revision ON revision.event_idx = record_event.idx AND revision.event_idx > ?", above). // as in Entries
		Where("record_event.idx > ?", above).Order("record_event.idx").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read record: %w", err))
	}
	events := make([]record.SiteEvent, len(rows))
	for i, r := range rows {
		events[i] = record.SiteEvent{Index: r.Idx, Kind: r.Kind, Claim: r.ClaimID, Subject: r.Subject, Leaf: r.Leaf, Document: r.Bytes}
		if r.Bytes == nil {
			events[i].Class, events[i].Cause = r.Class, r.Cause
		}
	}
	return events, nil
}

// ReleasedText reads a text that the record shows, by its hash; nothing when it
// is not kept any more.
func (p *Public) ReleasedText(ctx context.Context, hash string) ([]byte, error) {
	b, err := p.reader(ctx).Body(hash)
	if kb.KindOf(err) == kb.Gone {
		return nil, nil
	}
	return b, err
}

// Mirror gives the origin of the log that the record was taken over from, and
// when; nothing for a record of our own.
func (p *Public) Mirror(ctx context.Context) (string, time.Time, error) {
	rows, err := findSome[mirror](p.reader(ctx), "mirror", "origin", 1, "1 = 1")
	if err != nil || len(rows) == 0 {
		return "", time.Time{}, err
	}
	return rows[0].Origin, rows[0].ImportedAt.UTC(), nil
}

// MirrorKey gives the key that the log of a mirrored record is verified with.
func (p *Public) MirrorKey(ctx context.Context) (string, error) {
	rows, err := findSome[mirror](p.reader(ctx), "mirror", "origin", 1, "1 = 1")
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Vkey, nil
}

// ImportSite writes a record that was verified into an empty one, whole or not
// at all. Errors: Conflict when the record is not empty.
func (db *DB) ImportSite(ctx context.Context, origin, vkey string, checkpointNote []byte, size int64, read func(add func(record.SiteEvent) error, text func(hash string, body []byte) error) error) error {
	return db.transaction(ctx, func(g *gorm.DB) error {
		if err := db.dialect.unhurried(g); err != nil {
			return translate(err)
		}
		tx := &Tx{Reader: Reader{g}, actor: kb.System, now: db.clock(), dialect: db.dialect}
		if err := tx.LockRecord(); err != nil {
			return err
		}
		next, err := tx.nextIndex()
		if err != nil {
			return err
		}
		if next > 0 {
			return kb.Errorf(kb.Conflict, "This database has a record of its own. A bundle is taken over into an empty one.")
		}
		if err := read(tx.mirrorEvent, tx.mirrorText); err != nil {
			return err
		}
		if err := tx.g.Create(&checkpoint{Size: size, Note: checkpointNote, At: tx.now}).Error; err != nil {
			return translate(fmt.Errorf("store checkpoint: %w", err))
		}
		if err := tx.g.Create(&mirror{origin, vkey, tx.now}).Error; err != nil {
			return translate(fmt.Errorf("remember the mirror: %w", err))
		}
		return tx.audit("record.mirror", object{"record", kb.ID(""), ""}, nil, origin)
	})
}

// mirrorEvent appends one event exactly as it is, with the rows that are derived
// from its document.
func (tx *Tx) mirrorEvent(e record.SiteEvent) error {
	at, err := e.At()
	if err != nil {
		return err
	}
	hash := e.Hash()
	if e.Document != nil {
		if err := tx.insertBody(hash, e.Document); err != nil {
			return err
		}
	}
	if err := tx.g.Create(&recordEvent{e.Index, e.Kind, e.Claim, e.Subject, hash, e.Leaf, at}).Error; err != nil {
		return translate(fmt.Errorf("append event: %w", err))
	}
	if err := tx.appendHashes(e.Index, e.Leaf); err != nil {
		return err
	}
	switch e.Kind {
	case record.KindRevision:
		return tx.mirrorRevision(e, hash)
	case record.KindRedaction:
		return tx.mirrorRedaction(e)
	}
	return nil
}

func (tx *Tx) mirrorRevision(e record.SiteEvent, hash string) error {
	r := Revision{ClaimID: e.Claim, Hash: hash, EventIdx: e.Index}
	leaf, err := e.ReadLeaf()
	if err != nil {
		return err
	}
	d := record.Digest{Claim: e.Claim, Number: leaf.Revision, PublishedAt: leaf.PublishedAt, Redacted: true}
	r.Number, r.Previous = leaf.Revision, leaf.Prev
	if r.PublishedAt, err = record.ParseStamp(leaf.PublishedAt); err != nil {
		return err
	}
	if e.Document == nil { // what is left of one that was redacted
		r.Class, r.Cause = e.Class, e.Cause
		return tx.InsertRevision(r, d)
	}
	document, content, err := record.ReadDocument(e.Document)
	if err != nil {
		return err
	}
	r.ContentHash = record.Hash(document.Content)
	if content.Correction != nil {
		r.Class, r.Cause = content.Correction.Class, content.Correction.Cause
	}
	return tx.InsertRevision(r, record.DigestOf(document, content))
}

func (tx *Tx) mirrorRedaction(e record.SiteEvent) error {
	r, err := record.ReadEvent[record.Redaction](e.Document)
	if err != nil {
		return err
	}
	for _, hash := range r.Hashes {
		gone, err := tx.Redacted(hash)
		if err != nil {
			return err
		}
		if gone {
			continue
		}
		if err := tx.g.Create(&redactedHash{hash, e.Index}).Error; err != nil {
			return translate(fmt.Errorf("store redaction: %w", err))
		}
	}
	return nil
}

func (tx *Tx) mirrorText(hash string, body []byte) error { return tx.insertBody(hash, body) }

// refuseOnMirror refuses to append to somebody else's record.
func (tx *Tx) refuseOnMirror() error {
	rows, err := findSome[mirror](tx.Reader, "mirror", "origin", 1, "1 = 1")
	if err != nil || len(rows) == 0 {
		return err
	}
	return kb.Errorf(kb.Conflict, "This site mirrors the record of %s; nothing can be published here.", rows[0].Origin)
}
