package store

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Signed is the newest checkpoint: the note and the size of the tree under it.
// Nothing of the log is served beyond it.
type Signed struct {
	Size int64
	Note []byte
}

// Signed reads the newest signed checkpoint, as all of the log where it is written: a
// replica may have an entry and not yet what covers it. Errors: NotFound when nothing is
// signed yet.
func (p *Public) Signed(ctx context.Context) (Signed, error) {
	rows, err := findSome[checkpoint](p.primary(ctx), "checkpoint", "size DESC", 1, "1 = 1")
	if err != nil {
		return Signed{}, err
	}
	if len(rows) == 0 {
		return Signed{}, kb.Errorf(kb.NotFound, "The log is empty: nothing is published yet.")
	}
	return Signed{rows[0].Size, rows[0].Note}, nil
}

// Hashes reads stored hashes of the log.
func (p *Public) Hashes(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(p.primary(ctx).readHashes)
}

// Leaves reads n entries of the log from an index on.
func (p *Public) Leaves(ctx context.Context, from int64, n int) ([][]byte, error) {
	rows, err := find[recordEvent](p.primary(ctx), "log entries", "idx", "idx >= ? AND idx < ?", from, from+int64(n))
	if err != nil {
		return nil, err
	}
	if len(rows) != n {
		return nil, fmt.Errorf("read log entries: %d of %d are there from %d on", len(rows), n, from)
	}
	leaves := make([][]byte, n)
	for i, row := range rows {
		leaves[i] = row.Leaf
	}
	return leaves, nil
}

// Proof makes the proof that an entry is in the newest signed tree. Errors:
// Unavailable while the entry is not signed yet.
func (p *Public) Proof(ctx context.Context, index int64) (record.Proof, error) {
	signed, err := p.Signed(ctx)
	if err != nil {
		return record.Proof{}, err
	}
	if index >= signed.Size {
		return record.Proof{}, kb.Errorf(kb.Unavailable, "This entry is not signed yet; ask again in a moment.")
	}
	return record.Prove(index, signed.Size, signed.Note, p.Hashes(ctx))
}

// EventDocument reads the bytes of an event's document by their hash. Errors:
// NotFound when no event has it, Gone when it was redacted.
func (p *Public) EventDocument(ctx context.Context, hash string) ([]byte, error) {
	r := p.reader(ctx)
	known, err := r.exists("record_event", "hash = ?", hash)
	if err != nil {
		return nil, err
	}
	if !known {
		return nil, kb.Errorf(kb.NotFound, "No entry of the log has a document with this hash.")
	}
	return r.Body(hash)
}

// EventsAbout reads the newest document of every subject that a claim has
// events of one kind about, the newest first.
func (p *Public) EventsAbout(ctx context.Context, claim kb.ID, kind string) ([][]byte, error) {
	var bodies [][]byte
	err := p.reader(ctx).g.Table("document_body").Joins("JOIN record_event ON record_event.hash = document_body.hash").
		Where("record_event.idx IN (SELECT MAX(idx) FROM record_event WHERE claim_id = ? AND kind = ? GROUP BY subject)", string(claim), kind).
		Order("record_event.idx DESC").Pluck("document_body.bytes", &bodies).Error
	if err != nil {
		return nil, translate(fmt.Errorf("read events: %w", err))
	}
	return bodies, nil
}

// Redact takes the bodies under hashes away, under a redaction event of this
// transaction, and empties the digests of the given revisions. Hashes that have
// no body any more are passed over.
func (tx *Tx) Redact(event int64, hashes []string, claim kb.ID, revisions []int) error {
	for _, h := range hashes {
		gone, err := tx.Redacted(h)
		if err != nil {
			return err
		}
		if gone {
			continue
		}
		if err := tx.g.Create(&redactedHash{h, event}).Error; err != nil {
			return translate(fmt.Errorf("redact: %w", err))
		}
		if err := tx.g.Where("hash = ?", h).Delete(&documentBody{}).Error; err != nil {
			return translate(fmt.Errorf("redact: %w", err))
		}
	}
	for _, n := range revisions {
		if err := tx.emptyDigest(claim, n); err != nil {
			return err
		}
	}
	return tx.audit("record.redact", object{"claim", claim, claim}, nil, nil)
}

func (tx *Tx) emptyDigest(claim kb.ID, number int) error {
	old, err := take[digest](tx.Reader, "digest", "claim_id = ? AND number = ?", string(claim), number)
	if err != nil {
		return err
	}
	body, err := record.RedactedDigest(old.Body)
	if err != nil {
		return err
	}
	err = tx.g.Model(&digest{}).Where("claim_id = ? AND number = ?", string(claim), number).UpdateColumn("body", body).Error
	if err != nil {
		return translate(err)
	}
	if err := tx.forgetJudgements(claim, old.Body); err != nil {
		return err
	}
	return tx.forgetMeaning(old.EventIdx)
}

// Texts lists the hashes of the copies of sources and of their bytes.
func (r Reader) Texts(sources []string) ([]string, error) {
	var rows []kb.Snapshot
	err := r.g.Table("snapshot").Select("text_hash, body_hash").Where("source_id IN ? AND method <> 'excerpt-only'", sources).Find(&rows).Error
	var hashes []string
	for _, s := range rows {
		hashes = append(hashes, s.TextHash)
		if s.BodyHash != "" {
			hashes = append(hashes, s.BodyHash)
		}
	}
	return hashes, translate(err)
}

// Redacted reports whether what has a hash was redacted.
func (r Reader) Redacted(hash string) (bool, error) {
	return r.exists("redacted_hash", "hash = ?", hash)
}

// RedactedHashes lists everything that was ever redacted.
func (r Reader) RedactedHashes() ([]string, error) {
	var hashes []string
	err := r.g.Model(&redactedHash{}).Order("hash").Pluck("hash", &hashes).Error
	return hashes, translate(err)
}

// EmptyCopies takes the texts of the copies of sources away; hashes and
// quotations stay.
func (tx *Tx) EmptyCopies(sources []kb.ID) error {
	for _, id := range sources {
		r := tx.g.Model(&kb.Snapshot{}).Where("source_id = ? AND method <> 'excerpt-only'", id).UpdateColumns(map[string]any{"text": "", "rights": "none"})
		if r.Error != nil {
			return translate(fmt.Errorf("empty copies: %w", r.Error))
		}
		if err := tx.audit("snapshot.empty", object{"source", id, ""}, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// Candidates lists everything that was ever submitted of a claim.
func (r Reader) Candidates(claim kb.ID) ([]kb.Candidate, error) {
	return find[kb.Candidate](r, "candidates", "submitted_at, id", "claim_id = ?", claim)
}
