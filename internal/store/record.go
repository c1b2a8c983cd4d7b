package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"gorm.io/gorm"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

type documentBody struct {
	Hash  string
	Bytes []byte
}

type recordEvent struct {
	Idx     int64
	Kind    string
	ClaimID string
	Subject string
	Hash    string
	Leaf    []byte
	At      time.Time
}

type logHash struct {
	Idx  int64
	Hash []byte
}

type digest struct {
	ClaimID  string
	Number   int
	EventIdx int64
	Body     []byte
}

type checkpoint struct {
	Size int64
	Note []byte
	At   time.Time
}

// Revision is one published revision without its bytes.
type Revision struct {
	ClaimID     string
	Number      int
	Hash        string
	ContentHash string
	Previous    string
	EventIdx    int64
	PublishedAt time.Time
	Class       string
	Cause       string
	// What follows is from the digest: the row itself can never be redacted, so
	// it holds no text.
	Note       string         `gorm:"-"` // of the correction
	Outcome    string         `gorm:"-"`
	Rating     *record.Rating `gorm:"-"`
	Redacted   bool           `gorm:"-"`
	MergedInto string         `gorm:"-"`
}

// LockRecord makes this transaction the only one that may append to the record
// until it ends, so that commit order is index order. Take it before reading
// what the publication depends on.
func (tx *Tx) LockRecord() error {
	return translate(tx.dialect.lockRecord(tx.g))
}

func (tx *Tx) insertBody(hash string, body []byte) error {
	gone, err := tx.Redacted(hash)
	if err != nil {
		return err
	}
	if gone {
		return kb.Errorf(kb.Conflict, "This was redacted by law, and cannot be published again.")
	}
	if err := tx.g.Create(&documentBody{hash, body}).Error; err != nil {
		return translate(fmt.Errorf("store document: %w", err))
	}
	return nil
}

// KeepText keeps a text that an event of this transaction releases, under its
// hash, unless it is there.
func (tx *Tx) KeepText(hash, text string) error {
	if _, err := tx.Body(hash); err == nil || kb.KindOf(err) != kb.Gone {
		return err
	}
	return tx.insertBody(hash, []byte(text))
}

// Body reads the bytes of a document or candidate. Errors: Gone when they were
// redacted.
func (r Reader) Body(hash string) ([]byte, error) {
	row, err := take[documentBody](r, "document", "hash = ?", hash)
	if kb.KindOf(err) == kb.NotFound {
		return nil, kb.Errorf(kb.Gone, "This document was redacted.").Because(err)
	}
	return row.Bytes, err
}

// Revisions lists the published revisions of a claim, the newest first.
func (r Reader) Revisions(claim kb.ID) ([]Revision, error) {
	return find[Revision](r, "revisions", "number DESC", "claim_id = ?", string(claim))
}

func (r Reader) lastRevision(claim kb.ID) (int, error) {
	var last *int
	err := r.g.Table("revision").Select("MAX(number)").Where("claim_id = ?", string(claim)).Scan(&last).Error
	if err != nil || last == nil {
		return 0, translate(err)
	}
	return *last, nil
}

// Event is one entry for the record: what it is about, the document and its
// hash. Leaf is filled by the caller but for what only the record knows.
type Event struct {
	Kind    string
	Claim   kb.ID
	Subject string
	Body    []byte
	Leaf    record.Leaf
}

// AppendEvent appends an event: body, event and the hashes of its leaf. It
// gives the log index. LockRecord must have been called.
func (tx *Tx) AppendEvent(e Event) (int64, error) {
	if err := tx.refuseOnMirror(); err != nil {
		return 0, err
	}
	index, err := tx.nextIndex()
	if err != nil {
		return 0, err
	}
	hash := record.Hash(e.Body)
	e.Leaf.SHA256 = hash
	leaf, err := record.Canonical(e.Leaf)
	if err != nil {
		return 0, err
	}
	if err := tx.insertBody(hash, e.Body); err != nil {
		return 0, err
	}
	row := recordEvent{index, e.Kind, string(e.Claim), e.Subject, hash, leaf, tx.now}
	if err := tx.g.Create(&row).Error; err != nil {
		return 0, translate(fmt.Errorf("append event: %w", err))
	}
	if err := tx.appendHashes(index, leaf); err != nil {
		return 0, err
	}
	return index, tx.audit("record."+e.Kind, object{"event", kb.ID(e.Subject), e.Claim}, nil, row)
}

func (tx *Tx) nextIndex() (int64, error) {
	var size int64
	err := tx.g.Table("record_event").Select("COALESCE(MAX(idx) + 1, 0)").Scan(&size).Error
	if err != nil {
		return 0, translate(fmt.Errorf("read log size: %w", err))
	}
	return size, nil
}

func (tx *Tx) appendHashes(index int64, leaf []byte) error {
	hashes, err := record.Hashes(index, leaf, tlog.HashReaderFunc(tx.readHashes))
	if err != nil {
		return err
	}
	first := record.FirstHash(index)
	rows := make([]logHash, len(hashes))
	for i, h := range hashes {
		rows[i] = logHash{first + int64(i), h[:]}
	}
	if err := tx.g.Create(&rows).Error; err != nil {
		return translate(fmt.Errorf("append log hashes: %w", err))
	}
	return nil
}

// readHashes reads stored hashes of the log in the order asked for.
func (r Reader) readHashes(indexes []int64) ([]tlog.Hash, error) {
	rows, err := find[logHash](r, "log hashes", "idx", "idx IN ?", indexes)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]tlog.Hash, len(rows))
	for _, row := range rows {
		at[row.Idx] = tlog.Hash(row.Hash)
	}
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := at[index]
		if !ok {
			return nil, fmt.Errorf("read log hashes: %d is missing", index)
		}
		hashes[i] = h
	}
	return hashes, nil
}

// InsertRevision stores a revision with the digest that lists need. Errors:
// Conflict when the number is taken.
func (tx *Tx) InsertRevision(r Revision, d record.Digest) error {
	if err := tx.g.Create(&r).Error; err != nil {
		return translate(fmt.Errorf("insert revision: %w", err))
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode digest: %w", err)
	}
	row := digest{r.ClaimID, r.Number, r.EventIdx, body}
	if err := tx.g.Create(&row).Error; err != nil {
		return translate(fmt.Errorf("insert digest: %w", err))
	}
	return nil
}

// LastEvent gives the hash of the newest event of a kind about a subject; an
// empty hash when there is none.
func (r Reader) LastEvent(kind, subject string) (string, error) {
	return r.LastEventAbout(kind, "", subject)
}

// LastEventAbout gives the hash of the newest event of a kind about a subject of
// a claim; an empty hash when there is none.
func (r Reader) LastEventAbout(kind string, claim kb.ID, subject string) (string, error) {
	rows, err := findSome[recordEvent](r, "event", "idx DESC", 1, "kind = ? AND subject = ? AND claim_id = ?", kind, subject, string(claim))
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Hash, nil
}

func findSome[T any](r Reader, what, order string, limit int, condition string, args ...any) ([]T, error) {
	var rows []T
	if err := r.g.Where(condition, args...).Order(order).Limit(limit).Find(&rows).Error; err != nil {
		return nil, translate(fmt.Errorf("read %s: %w", what, err))
	}
	return rows, nil
}

// Tree is the committed log as the signer sees it.
type Tree struct {
	Size   int64
	Hashes tlog.HashReader
	Root   tlog.Hash
	Signed []byte // the newest stored checkpoint; nil when there is none
}

// SignTree lets one process at a time sign the committed tree: sign gets it and
// gives the signed note to keep, or nil when there is nothing to sign.
func (db *DB) SignTree(ctx context.Context, sign func(Tree) ([]byte, error)) error {
	db.signing.Lock()
	defer db.signing.Unlock()
	return db.Platform(ctx, func(p *Platform) error {
		if err := p.dialect.lockRecord(p.g); err != nil {
			return translate(err)
		}
		tree, err := committedTree(p.g)
		if err != nil {
			return err
		}
		if newest, err := findSome[checkpoint](Reader{p.g}, "checkpoint", "size DESC", 1, "1 = 1"); err != nil {
			return err
		} else if len(newest) > 0 {
			tree.Signed = newest[0].Note
		}
		signed, err := sign(tree)
		if err != nil || signed == nil {
			return err
		}
		last, err := findSome[checkpoint](Reader{p.g}, "checkpoint", "size DESC", 1, "size >= ?", tree.Size)
		if err != nil || len(last) > 0 {
			return err
		}
		return translate(p.g.Create(&checkpoint{tree.Size, signed, p.now}).Error)
	})
}

func committedTree(g *gorm.DB) (Tree, error) {
	tx := &Tx{Reader: Reader{g}}
	size, err := tx.nextIndex()
	if err != nil {
		return Tree{}, err
	}
	t := Tree{Size: size, Hashes: tlog.HashReaderFunc(tx.readHashes)}
	if t.Root, err = tlog.TreeHash(size, t.Hashes); err != nil {
		return Tree{}, fmt.Errorf("recompute root: %w", err)
	}
	return t, nil
}
