package store_test

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gocloud.dev/blob/memblob"
	"golang.org/x/sync/errgroup"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/outbound"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/seed"
)

// fixture is a backup of the demonstration data, with a log that is signed.
type fixture struct {
	backup     []byte
	remembered []byte
	err        error
}

type memory struct{ note []byte }

func (m *memory) Load() ([]byte, error)  { return m.note, nil }
func (m *memory) Save(note []byte) error { m.note = note; return nil }

var seeded = sync.OnceValue(func() (f fixture) {
	dir, err := os.MkdirTemp("", "claimtrail-dump-test-")
	if err != nil {
		return fixture{err: err}
	}
	defer os.RemoveAll(dir)
	ctx, file := context.Background(), filepath.Join(dir, "seeded.db")
	if _, err := store.Migrate(ctx, "sqlite:"+file, ""); err != nil {
		return fixture{err: err}
	}
	db, err := store.Open(ctx, "sqlite:"+file, store.Options{})
	if err != nil {
		return fixture{err: err}
	}
	defer db.Close()
	key, _ := record.NewKey("claims.example/log")
	signer, err := record.NewSigner(key)
	if err != nil {
		return fixture{err: err}
	}
	blobs, kept := newBlobs(), &memory{}
	archive := capture.New(outbound.New(outbound.Options{}), blobs, nil)
	d := desk.New(desk.Options{DB: db, BaseURL: "https://claims.example", Signer: signer, Memory: kept, Archive: archive})
	if err := errors.Join(seed.Load(ctx, d, seed.Data()), d.Sign(ctx)); err != nil {
		return fixture{err: err}
	}
	hash, err := blobs.Put(ctx, []byte("<p>captured"))
	if err == nil {
		err = hardToCarry(file, hash)
	}
	var out bytes.Buffer
	_, errDump := db.Dump(ctx, &out, kept.note, blobs, nil)
	return fixture{out.Bytes(), kept.note, errors.Join(err, errDump)}
})

// hardToCarry adds values that a careless format would change.
func hardToCarry(file, hash string) error {
	pool, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		return err
	}
	defer pool.Close()
	for _, s := range []string{
		"INSERT INTO fingerprint (hash, source_id) SELECT 9007199254740993, id FROM source LIMIT 1",
		"INSERT INTO fingerprint (hash, source_id) SELECT -9223372036854775807 - 1, id FROM source LIMIT 1",
		"INSERT INTO document_body (hash, bytes) VALUES ('" + record.Hash(nil) + "', X'')",
		"INSERT INTO public_id VALUES ('odd00000', 'person'), ('odd00001', 'publisher'), ('odd00002', 'publisher')",
		`INSERT INTO person VALUES ('odd00000', 'a "name" <&>' || char(10) || char(8232) || '?$1@x', '1969-12-31 23:59:59.999999+00:00')`,
		"INSERT INTO publisher (id, name, name_key, kind, owner_id, invented) VALUES ('odd00001', 'a', 'odd1', 'x', 'odd00002', true)",
		"INSERT INTO publisher (id, name, name_key, kind, owner_id) VALUES ('odd00002', 'b', 'odd2', 'x', 'odd00001')",
		"INSERT INTO session VALUES ('token', X'00', '2026-01-01 00:00:00+00:00')",
		"UPDATE snapshot SET body_hash = '" + hash + "' WHERE id = (SELECT MIN(id) FROM snapshot)",
		"UPDATE snapshot SET body_hash = '" + strings.Repeat("0", 64) + "' WHERE id = (SELECT MAX(id) FROM snapshot)",
	} {
		if _, err := pool.ExecContext(context.Background(), s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func newBlobs() *capture.Blobs { return capture.NewBlobs(memblob.OpenBucket(nil)) }

func seededBackup(t *testing.T) fixture {
	t.Helper()
	f := seeded()
	if f.err != nil {
		t.Fatal(f.err)
	}
	return f
}

func restore(t *testing.T, backup []byte, address string, blobs store.Blobs) error {
	t.Helper()
	b, err := store.OpenBackup(bytes.NewReader(backup), int64(len(backup)))
	if err != nil {
		return err
	}
	return store.Restore(t.Context(), address, "", b, blobs, nil)
}

func dumped(t *testing.T, address string, remembered []byte, blobs store.Blobs) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := storetest.Open(t, address).Dump(t.Context(), &out, remembered, blobs, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// parts reads a backup as a map; the lines of tables are sorted.
func parts(t *testing.T, backup []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(backup), int64(len(backup)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
		if strings.HasSuffix(f.Name, ".jsonl") {
			lines := strings.SplitAfter(string(content), "\n")
			slices.Sort(lines)
			files[f.Name] = strings.Join(lines, "")
		}
	}
	return files
}

var engines = map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}

// TestDumpRoundTrip carries the demonstration from each engine to each, and
// finds the same in a second backup.
func TestDumpRoundTrip(t *testing.T) {
	t.Parallel()
	f := seededBackup(t)
	want := parts(t, f.backup)
	for name := range want {
		if slices.Contains([]string{"tables/session.jsonl", "tables/throttle.jsonl", "tables/one_time_link.jsonl", "tables/goose_db_version.jsonl"}, name) {
			t.Errorf("%s is in the backup", name)
		}
	}
	if !strings.Contains(want["manifest.json"], strings.Repeat("0", 64)) {
		t.Error("the manifest does not name the missing blob")
	}
	for from, fresh := range engines {
		t.Run("from "+from, func(t *testing.T) {
			t.Parallel()
			blobs, address := newBlobs(), fresh(t)
			if err := restore(t, f.backup, address, blobs); err != nil {
				t.Fatal(err)
			}
			again := dumped(t, address, f.remembered, blobs)
			for to, fresh := range engines {
				t.Run("to "+to, func(t *testing.T) {
					t.Parallel()
					blobs, address := newBlobs(), fresh(t)
					before := guards(t, address)
					if err := restore(t, again, address, blobs); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(before, guards(t, address)); diff != "" || len(before) < 20 {
						t.Errorf("what guards the tables is not what was (-before +after):\n%s", diff)
					}
					got := parts(t, dumped(t, address, f.remembered, blobs))
					delete(got, "manifest.json") // engine and time differ
					expected := parts(t, f.backup)
					delete(expected, "manifest.json")
					if diff := cmp.Diff(expected, got); diff != "" {
						t.Errorf("the second backup differs (-want +got):\n%s", diff)
					}
					stillGuarded(t, address)
				})
			}
		})
	}
}

// guards lists triggers and constraints as the engine itself describes them.
func guards(t *testing.T, address string) []string {
	t.Helper()
	driver, target := "pgx", address
	query := `SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
		UNION ALL SELECT conrelid::regclass::text || conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'`
	if file, embedded := strings.CutPrefix(address, "sqlite:"); embedded {
		driver, target, query = "sqlite", "file:"+file, "SELECT name || sql FROM sqlite_master WHERE sql IS NOT NULL"
	}
	pool, err := sql.Open(driver, target)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	rows, err := pool.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

// stillGuarded tries what a restored database must refuse, and what it must not.
func stillGuarded(t *testing.T, address string) {
	t.Helper()
	for _, attempt := range []string{
		"UPDATE record_event SET kind = 'policy'", "DELETE FROM log_hash", "DELETE FROM person WHERE id <> 'odd00000'",
		"INSERT INTO person VALUES ('nobody00', 'x', '2026-01-01 00:00:00+00:00')",
	} {
		if err := storetest.Exec(t, address, attempt); err == nil {
			t.Errorf("%s went through", attempt)
		}
	}
	appendedOne(t, storetest.Open(t, address), "c1aim999")
}

func appendedOne(t *testing.T, db *store.DB, claim string) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		return appendRevision(tx, claim, 1)
	})
}

// TestDumpDuringWrites backs up while others write, and once knows exactly what
// was written meanwhile: the backup has what was there before, and its log is
// what its checkpoint signs.
func TestDumpDuringWrites(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		signer := newSigner(t)
		var remembered []byte
		sign := func() error {
			return db.SignTree(t.Context(), func(tree store.Tree) ([]byte, error) {
				note, err := signer.Sign(tree.Size, tree.Root)
				remembered = note
				return note, err
			})
		}
		for n := range 40 {
			appendedOne(t, db, fmt.Sprintf("before%02d", n))
		}
		if err := sign(); err != nil {
			t.Fatal(err)
		}
		var group errgroup.Group
		meanwhile := func(done, _ int64) {
			if done > 4 { // each in the middle of the tables
				return
			}
			appendedOne(t, db, fmt.Sprintf("during%02d", done))
			group.Go(func() error {
				return db.Write(t.Context(), kb.System, func(tx *store.Tx) error {
					_, err := tx.InsertPerson(kb.Person{Name: fmt.Sprint(done)})
					return err
				})
			})
		}
		var out bytes.Buffer
		manifest, err := db.Dump(t.Context(), &out, remembered, newBlobs(), meanwhile)
		if err := errors.Join(err, group.Wait(), sign()); err != nil {
			t.Fatal(err)
		}
		if manifest.LogSize != 40 || manifest.Tables["person"] != 0 {
			t.Errorf("the backup has entries or rows of later: %+v", manifest)
		}
		for name, fresh := range engines {
			if err := restore(t, out.Bytes(), fresh(t), newBlobs()); err != nil {
				t.Errorf("into %s: %v", name, err)
			}
		}
		if _, err := db.Dump(t.Context(), io.Discard, remembered, newBlobs(), nil); err != nil {
			t.Errorf("with a newer checkpoint: %v", err)
		}
	})
}

// TestDumpOfFork: what could not be restored is not backed up either.
func TestDumpOfFork(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		appendedOne(t, db, "c1aim000")
		for _, size := range []int64{1, 2} {
			note, err := newSigner(t).Sign(size, record.EmptyRoot)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Dump(t.Context(), io.Discard, note, newBlobs(), nil); !errors.Is(err, record.ErrFork) {
				t.Errorf("another log of %d entries: %v", size, err)
			}
		}
	})
}

// rewritten makes a backup anew with changed files; nil takes one out.
func rewritten(t *testing.T, backup []byte, edit func(name, content string) []string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, content := range parts(t, backup) {
		for i, changed := range edit(name, content) {
			as := name
			if i > 0 {
				as = filepath.Dir(name) + "/other" + filepath.Ext(name)
			}
			w, err := z.Create(as)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, changed); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// replaced changes the first place of a file where something stands.
func replaced(file, old, by string) func(string, string) []string {
	return func(name, content string) []string {
		if name == file {
			content = strings.Replace(content, old, by, 1)
		}
		return []string{content}
	}
}

func dropped(file string) func(string, string) []string {
	return func(name, content string) []string {
		if name == file {
			return nil
		}
		return []string{content}
	}
}

// manifested changes the manifest.
func manifested(change func(*store.Manifest)) func(string, string) []string {
	return func(name, content string) []string {
		var m store.Manifest
		if name != "manifest.json" || json.Unmarshal([]byte(content), &m) != nil {
			return []string{content}
		}
		change(&m)
		b, _ := json.Marshal(m)
		return []string{string(b)}
	}
}

// TestDamagedDump: nothing of a damaged backup is restored, and the sound one
// still is, into the same database.
func TestDamagedDump(t *testing.T) {
	t.Parallel()
	f := seededBackup(t)
	blob := "blobs/" + record.Hash([]byte("<p>captured"))
	damages := []struct {
		name   string
		backup []byte
		want   string
	}{
		{"cut off", f.backup[:len(f.backup)/2], "cut off"},
		{"a bit turned", flipped(t, f.backup, "tables/claim.jsonl"), "tables/claim.jsonl, line "},
		{"no manifest", rewritten(t, f.backup, dropped("manifest.json")), "manifest.json is missing"},
		{"another format", rewritten(t, f.backup, manifested(func(m *store.Manifest) { m.Format = 2 })), "format 2"},
		{"a newer schema", rewritten(t, f.backup, manifested(func(m *store.Manifest) { m.Schema = 99999 })), "newer than this program"},
		{"an older schema", rewritten(t, f.backup, manifested(func(m *store.Manifest) { m.Schema = 1 })), "newer than the backup's"},
		{"a table too few", rewritten(t, f.backup, dropped("tables/claim.jsonl")), "tables/claim.jsonl is missing"},
		{"a table too few, not even named", rewritten(t, rewritten(t, f.backup, dropped("tables/masthead.jsonl")), manifested(func(m *store.Manifest) { delete(m.Tables, "masthead") })), "tables/masthead.jsonl is missing"},
		{"an unnamed table", rewritten(t, f.backup, func(name, content string) []string {
			if name == "tables/rating.jsonl" {
				return []string{content, content}
			}
			return []string{content}
		}), "tables/other.jsonl: the manifest"},
		{"an unknown table", rewritten(t, rewritten(t, f.backup, func(name, content string) []string {
			if name == "tables/rating.jsonl" {
				return []string{content, "{}\n"}
			}
			return []string{content}
		}), manifested(func(m *store.Manifest) { m.Tables["other"] = 1 })), "tables/other.jsonl, line 1"},
		{"a row too few", rewritten(t, f.backup, func(name, content string) []string {
			if name == "tables/claim.jsonl" {
				_, content, _ = strings.Cut(content, "\n")
			}
			return []string{content}
		}), "tables/claim.jsonl: it has"},
		{"a line without end", rewritten(t, f.backup, func(name, content string) []string {
			if name == "tables/claim.jsonl" {
				content = content[:len(content)-9]
			}
			return []string{content}
		}), "tables/claim.jsonl, line "},
		{"no JSON", rewritten(t, f.backup, replaced("tables/claim.jsonl", "{", "[")), "tables/claim.jsonl, line 1: "},
		{"an unknown column", rewritten(t, f.backup, replaced("tables/claim.jsonl", "\n{", "\n{\"colour\":1,")), "tables/claim.jsonl, line 2: the table has no column colour"},
		{"a missing column", rewritten(t, f.backup, replaced("tables/claim.jsonl", `"version":`, `"wersion":`)), "line 1: the column version is missing"},
		{"a text for a number", rewritten(t, f.backup, replaced("tables/claim.jsonl", `"version":`, `"version":"1","w":`)), "line 1: version: "},
		{"a number for a text", rewritten(t, f.backup, replaced("tables/claim.jsonl", `"text":"`, `"text":1,"t":"`)), "line 1: text: "},
		{"a number for a truth", rewritten(t, f.backup, replaced("tables/claim.jsonl", `"verbatim":`, `"verbatim":1,"v":`)), "line 1: verbatim: "},
		{"a time that is none", rewritten(t, f.backup, replaced("tables/claim.jsonl", `"created_at":{"time":"2`, `"created_at":{"time":"x`)), "line 1: created_at: "},
		{"bytes that are none", rewritten(t, f.backup, replaced("tables/log_hash.jsonl", `"bytes"`, `"bites"`)), "line 1: hash: "},
		{"a reference to nothing", rewritten(t, f.backup, replaced("tables/publisher.jsonl", `"owner_id":"odd00001"`, `"owner_id":"nothing0"`)), "refer"},
		{"another entry in the log", rewritten(t, f.backup, replaced("tables/record_event.jsonl", `"leaf":{"bytes":"ey`, `"leaf":{"bytes":"ez`)), "not those that were signed"},
		{"another hash in the log", rewritten(t, f.backup, swappedHashes), "not those that were signed"},
		{"another document", rewritten(t, f.backup, replaced("tables/document_body.jsonl", `"bytes":"ey`, `"bytes":"ez`)), "does not have its hash"},
		{"another size of the log", rewritten(t, f.backup, manifested(func(m *store.Manifest) { m.LogSize++ })), "should have"},
		{"another checkpoint", rewritten(t, f.backup, func(name, content string) []string {
			if name == "log.checkpoint" {
				note, _ := newSigner(t).Sign(1, record.EmptyRoot)
				content = string(note)
			}
			return []string{content}
		}), record.ErrFork.Error()},
		{"another blob", rewritten(t, f.backup, replaced(blob, "captured", "invented")), blob},
		{"no blob", rewritten(t, f.backup, dropped(blob)), "blobs, and should be"},
		{"something else", rewritten(t, f.backup, func(name, content string) []string {
			if name == "manifest.json" {
				return []string{content, "x"}
			}
			return []string{content}
		}), "does not belong"},
	}
	for engine, fresh := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			address := fresh(t)
			before := guards(t, address)
			for _, d := range damages {
				if err := restore(t, d.backup, address, newBlobs()); err == nil || !strings.Contains(err.Error(), d.want) {
					t.Errorf("%s: got %v, want %s", d.name, err, d.want)
				}
			}
			if diff := cmp.Diff(before, guards(t, address)); diff != "" {
				t.Errorf("a refused backup changed the guards (-before +after):\n%s", diff)
			}
			if err := restore(t, f.backup, address, newBlobs()); err != nil {
				t.Fatalf("the sound one, afterwards: %v", err)
			}
			if err := restore(t, f.backup, address, newBlobs()); err == nil || !strings.Contains(err.Error(), "not empty") {
				t.Errorf("a second time: %v", err)
			}
		})
	}
}

// swappedHashes exchanges two hashes of the log.
func swappedHashes(name, content string) []string {
	if name != "tables/log_hash.jsonl" {
		return []string{content}
	}
	return []string{strings.NewReplacer(`"idx":0}`, `"idx":1}`, `"idx":1}`, `"idx":0}`).Replace(content)}
}

// flipped turns one bit in the middle of a packed file.
func flipped(t *testing.T, backup []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(backup), int64(len(backup)))
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(backup)
	for _, f := range z.File {
		if f.Name != name {
			continue
		}
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		changed[at+int64(f.CompressedSize64/2)] ^= 1
	}
	return changed
}

// TestOlderDump: a backup of an earlier version of the program is restored, and
// then brought up to date.
func TestOlderDump(t *testing.T) {
	t.Parallel()
	for from, old := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "old.db"), "postgres": storetest.Empty(t)} {
		if err := store.MigrateTo(t.Context(), old, 2); err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{
			"INSERT INTO public_id VALUES ('p0000000', 'person')",
			"INSERT INTO person VALUES ('p0000000', 'kept', '2026-01-01 00:00:00+00:00')",
		} {
			if err := storetest.Exec(t, old, s); err != nil {
				t.Fatal(err)
			}
		}
		backup := dumped(t, old, nil, newBlobs())
		for to, address := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "new.db"), "postgres": storetest.Empty(t)} {
			if err := restore(t, backup, address, newBlobs()); err != nil {
				t.Fatalf("from %s to %s: %v", from, to, err)
			}
			db := storetest.Open(t, address)
			if err := db.CheckSchema(t.Context()); err != nil {
				t.Error(err)
			}
			if p, err := db.Desk(t.Context()).Person("p0000000"); err != nil || p.Name != "kept" {
				t.Errorf("from %s to %s: %+v, %v", from, to, p, err)
			}
		}
	}
}

// TestDumpOfRawText: SQLite keeps texts that are not UTF-8; they come back as
// they were.
func TestDumpOfRawText(t *testing.T) {
	t.Parallel()
	from, to := storetest.SQLite(t), storetest.SQLite(t)
	for _, s := range []string{
		"INSERT INTO public_id VALUES ('p0000000', 'person')",
		"INSERT INTO person VALUES ('p0000000', CAST(X'61ff62' AS TEXT), '2026-01-01 00:00:00+00:00')",
	} {
		if err := storetest.Exec(t, from, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := restore(t, dumped(t, from, nil, newBlobs()), to, newBlobs()); err != nil {
		t.Fatal(err)
	}
	if p, err := storetest.Open(t, to).Desk(t.Context()).Person("p0000000"); err != nil || p.Name != "a\xffb" {
		t.Errorf("got %q, %v", p.Name, err)
	}
}
