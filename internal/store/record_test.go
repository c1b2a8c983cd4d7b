package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// appended puts one row at least into every table of the record.
func appended(t *testing.T, db *store.DB) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		for n := 1; n <= 3; n++ {
			if err := appendRevision(tx, "c1aim000", n); err != nil {
				return err
			}
		}
		_, err := tx.AppendEvent(store.Event{Kind: "redaction", Subject: "x", Body: []byte("redaction"), Leaf: record.Leaf{V: 1, Kind: "redaction"}})
		return err
	})
	err := db.SignTree(t.Context(), func(tree store.Tree) ([]byte, error) { return []byte("signed"), nil })
	if err != nil {
		t.Fatal(err)
	}
}

func appendRevision(tx *store.Tx, claim string, n int) error {
	body := fmt.Appendf(nil, "%s revision %d", claim, n)
	previous, class := "", ""
	if n > 1 {
		previous, class = record.Hash(fmt.Appendf(nil, "%s revision %d", claim, n-1)), "typo"
	}
	index, err := tx.AppendEvent(store.Event{Kind: record.KindRevision, Claim: kb.ID(claim), Body: body, Leaf: record.Leaf{V: 1, Kind: record.KindRevision}})
	if err != nil {
		return err
	}
	return tx.InsertRevision(store.Revision{
		ClaimID: claim, Number: n, Hash: record.Hash(body), ContentHash: "content", Previous: previous, EventIdx: index,
		PublishedAt: tx.Now().Add(time.Duration(n) * time.Second), Class: class,
	}, record.Digest{Claim: claim, Number: n})
}

// TestAppendOnly tries what an operator with a client could try: none of it may
// change the record.
func TestAppendOnly(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		db := storetest.Open(t, address)
		appended(t, db)
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.InsertPerson(kb.Person{Name: "somebody"})
			return err
		})
		if err := storetest.Exec(t, address, "INSERT INTO redacted_hash (hash, event_idx) VALUES ('gone', 3)"); err != nil {
			t.Fatal(err)
		}
		columns := map[string]string{
			"document_body": "hash", "record_event": "kind", "revision": "note", "log_hash": "hash",
			"checkpoint": "note", "redacted_hash": "hash", "audit_event": "action",
		}
		for table, column := range columns {
			attempts := []string{"UPDATE " + table + " SET " + column + " = " + column, "DELETE FROM " + table}
			if strings.HasPrefix(address, "postgres") {
				attempts = append(attempts, "TRUNCATE "+table+" CASCADE")
			} else {
				attempts = append(attempts,
					"INSERT OR REPLACE INTO "+table+" SELECT * FROM "+table,
					"REPLACE INTO "+table+" SELECT * FROM "+table+" LIMIT 1",
					"UPDATE OR REPLACE "+table+" SET "+column+" = "+column)
			}
			for _, attempt := range attempts {
				if err := storetest.Exec(t, address, attempt); err == nil {
					t.Errorf("%s went through", attempt)
				}
			}
		}
	})
}

// TestReplaceByHiddenKeys tries the ways round that SQLite offers: a second
// unique key, and the row number that every ordinary table has.
func TestReplaceByHiddenKeys(t *testing.T) {
	t.Parallel()
	address := storetest.SQLite(t)
	appended(t, storetest.Open(t, address))
	for _, attempt := range []string{
		"INSERT OR REPLACE INTO revision (claim_id, number, hash, content_hash, previous, event_idx, published_at) SELECT 'other000', 1, hash, 'x', '', 99, published_at FROM revision WHERE number = 1",
		"INSERT OR REPLACE INTO revision (claim_id, number, hash, content_hash, previous, event_idx, published_at) SELECT 'other000', 1, 'x', 'x', '', event_idx, published_at FROM revision WHERE number = 1",
		"INSERT OR REPLACE INTO document_body (rowid, hash, bytes) VALUES (1, 'x', 'y')",
		"INSERT OR REPLACE INTO record_event (rowid, kind, hash, leaf, at) VALUES (0, 'policy', 'x', 'y', '2026-01-01')",
		"INSERT OR REPLACE INTO log_hash (rowid, hash) VALUES (0, 'x')",
		"INSERT OR REPLACE INTO checkpoint (rowid, note, at) VALUES (4, 'x', '2026-01-01')",
		"INSERT OR REPLACE INTO audit_event (rowid, at, action, object_kind, object_id) VALUES (1, '2026-01-01', 'x', 'x', 'x')",
	} {
		if err := storetest.Exec(t, address, attempt); err == nil {
			t.Errorf("%s went through", attempt)
		}
	}
}

func TestRecordHasNoGaps(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		appended(t, storetest.Open(t, address))
		for _, attempt := range []string{
			"INSERT INTO record_event (idx, kind, hash, leaf, at) VALUES (9, 'policy', 'x', 'y', '2026-01-01')",
			"INSERT INTO log_hash (idx, hash) VALUES (99, 'x')",
			"INSERT INTO checkpoint (size, note, at) VALUES (2, 'x', '2026-01-01')",
			"INSERT INTO revision (claim_id, number, hash, content_hash, previous, event_idx, published_at, class) VALUES ('c1aim000', 5, 'h', 'c', 'p', 3, '2026-01-01', 'typo')",
			"INSERT INTO revision (claim_id, number, hash, content_hash, previous, event_idx, published_at, class) VALUES ('c1aim000', 4, 'h', 'c', 'p', 3, '2026-01-01', 'typo')",
			"INSERT INTO redacted_hash (hash, event_idx) VALUES ('x', 0)",
		} {
			if err := storetest.Exec(t, address, attempt); err == nil {
				t.Errorf("%s went through", attempt)
			}
		}
	})
}

// TestRedactedBody shows the one deletion that the record permits.
func TestRedactedBody(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		db := storetest.Open(t, address)
		appended(t, db)
		hash := record.Hash([]byte("c1aim000 revision 1"))
		if err := storetest.Exec(t, address, "INSERT INTO redacted_hash (hash, event_idx) VALUES ('"+hash+"', 3)"); err != nil {
			t.Fatal(err)
		}
		if err := storetest.Exec(t, address, "DELETE FROM document_body WHERE hash = '"+hash+"'"); err != nil {
			t.Errorf("the redacted body could not be deleted: %v", err)
		}
		if _, err := db.Public().Document(t.Context(), hash); kb.KindOf(err) != kb.Gone {
			t.Errorf("a redacted document: got %v, want gone", err)
		}
	})
}

// TestSignedTree checks that the stored hashes are the tree of the leaves.
func TestSignedTree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		signer := newSigner(t)
		var last record.Checkpoint
		for n := range 20 {
			write(t, db, func(tx *store.Tx) error { return appendRevision(tx, fmt.Sprintf("claim%03d", n), 1) })
			err := db.SignTree(t.Context(), func(tree store.Tree) ([]byte, error) {
				if tree.Size != int64(n+1) {
					t.Errorf("size %d after %d events", tree.Size, n+1)
				}
				if err := record.CheckExtends(last, tree.Size, tree.Hashes); n > 0 && err != nil {
					t.Error(err)
				}
				last = record.Checkpoint{Size: tree.Size, Root: tree.Root}
				return signer.Sign(tree.Size, tree.Root)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		note, err := db.Public().Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c, err := signer.Open(note); err != nil || c.Size != 20 || c.Root != last.Root {
			t.Errorf("stored checkpoint: %+v, %v", c, err)
		}
	})
}

func newSigner(t *testing.T) *record.Signer {
	t.Helper()
	key, err := record.NewKey("claims.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := record.NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}
