package verify_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/outbound"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/verify"
	"github.com/claimtrail/claimtrail/internal/web"
	"github.com/claimtrail/claimtrail/seed"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func newSigner() (*record.Signer, error) {
	key, err := record.NewKey("claims.example/log")
	if err != nil {
		return nil, err
	}
	return record.NewSigner(key)
}

// signer is the key of all logs of these tests.
var signer = sync.OnceValue(func() *record.Signer {
	s, err := newSigner()
	if err != nil {
		return nil
	}
	return s
})

// bucket keeps the captured bytes of all sites: they lie under their hashes.
var bucket = sync.OnceValue(func() *blob.Bucket { return memblob.OpenBucket(nil) })

// forgetful remembers no checkpoint outside the database.
type forgetful struct{}

func (forgetful) Load() ([]byte, error) { return nil, nil }
func (forgetful) Save([]byte) error     { return nil }

// newsroom is a desk with those who work at it.
type newsroom struct {
	*desk.Desk

	db                        *store.DB
	editor, reviewer, another kb.Actor
}

func openNewsroom(ctx context.Context, address string) (*newsroom, error) {
	db, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		return nil, err
	}
	archive := capture.New(outbound.New(outbound.Options{}), capture.NewBlobs(bucket()), nil)
	return &newsroom{Desk: desk.New(desk.Options{DB: db, BaseURL: "http://claims.example", Archive: archive, Signer: signer(), Memory: forgetful{}}), db: db}, nil
}

// staff reads who works here from the data set.
func (n *newsroom) staff(ctx context.Context) error {
	accounts, err := seed.Accounts(seed.Data())
	if err != nil {
		return err
	}
	for _, a := range accounts {
		actor, err := n.FindAccount(ctx, a.Email)
		if err != nil {
			return err
		}
		switch {
		case actor.Roles.Has(kb.Researcher) && n.editor.Account == "":
			n.editor = actor
		case actor.Roles.Has(kb.PublisherR) && n.reviewer.Account == "":
			n.reviewer = actor
		case actor.Roles.Has(kb.PublisherR):
			n.another = actor
		}
	}
	if n.editor.Account == "" || n.another.Account == "" {
		return errors.New("the data set has no editor and two publishers")
	}
	return nil
}

// prepare loads the demonstration data and makes sure that the log ends with a
// second revision, and that a claim is under review.
func prepare(ctx context.Context, address string) error {
	n, err := openNewsroom(ctx, address)
	if err != nil {
		return err
	}
	err = seed.Load(ctx, n.Desk, seed.Data())
	if err == nil {
		err = n.staff(ctx)
	}
	if err == nil {
		err = n.prepare(ctx)
	}
	return errors.Join(err, n.db.Close())
}

func (n *newsroom) prepare(ctx context.Context) error {
	claims, err := rulings(ctx, n.db)
	if err != nil {
		return err
	}
	var once []ruling
	for _, c := range claims {
		if c.plain() {
			once = append(once, c)
		}
	}
	if len(once) < 4 {
		return errors.New("the data set has too few rulings of one revision")
	}
	_, err = n.SetBanner(ctx, n.reviewer, kb.BannerInput{ClaimID: once[0].id, Up: true, Reason: "A reader sent a document that we are reading."})
	if err != nil {
		return err
	}
	return n.republish(ctx, once[len(once)-1].id, "A second look changed nothing.")
}

// republish publishes one more revision, with a note that readers see.
func (n *newsroom) republish(ctx context.Context, claim kb.ID, note string) error {
	if err := n.Revise(ctx, n.editor, claim); err != nil {
		return err
	}
	draft, err := n.Draft(ctx, claim)
	if err != nil {
		return err
	}
	draft.Summary += " We looked again."
	draft.Cause, draft.Class, draft.PublicNote = "new-facts", "update", note
	if err := n.SaveDraft(ctx, n.editor, draft); err != nil {
		return err
	}
	hash, err := n.Submit(ctx, n.editor, claim)
	if err != nil {
		return err
	}
	return n.approve(ctx, claim, hash)
}

// approve lets a second person approve and publish.
func (n *newsroom) approve(ctx context.Context, claim kb.ID, hash string) error {
	if err := n.Approve(ctx, n.another, claim, hash, ""); err != nil {
		return err
	}
	_, err := n.Publish(ctx, n.reviewer, claim)
	return err
}

// ruling is one claim as the record has it.
type ruling struct {
	id        kb.ID
	revisions []store.Revision // the newest first
	document  record.Document
	content   record.Content
	banner    bool
}

func (r ruling) newest() store.Revision { return r.revisions[0] }

// plain rulings have one revision and all parts that a page can show; no other
// ruling stands in the way of changing them.
func (r ruling) plain() bool {
	quoted := slices.ContainsFunc(r.content.Evidence, func(e record.Evidence) bool { return e.Excerpt != nil })
	said := slices.ContainsFunc(r.content.Appearances, func(a record.Appearance) bool { return a.Words != "" })
	return len(r.revisions) == 1 && !r.banner && len(r.content.Relations) == 0 && r.content.Ruling.Rating != nil && quoted && said && r.content.Ruling.Reasoning != ""
}

// rulings reads every claim that has a revision which is not redacted, in the
// order of the log.
func rulings(ctx context.Context, db *store.DB) ([]ruling, error) {
	entries, err := db.Public().Entries(ctx, -1, 100_000)
	if err != nil {
		return nil, err
	}
	var list []ruling
	known := map[string]bool{}
	for _, e := range entries {
		if e.Kind == record.KindBanner {
			known[e.Claim] = true
		}
	}
	for _, e := range entries {
		if e.Kind != record.KindRevision || e.Digest == nil || e.Digest.Number != 1 {
			continue
		}
		r := ruling{id: kb.ID(e.Claim), banner: known[e.Claim]}
		if r.revisions, err = db.Public().Revisions(ctx, r.id); err != nil {
			return nil, err
		}
		body, err := db.Public().Document(ctx, r.newest().Hash)
		if kb.KindOf(err) == kb.Gone {
			continue
		}
		if err != nil {
			return nil, err
		}
		if r.document, r.content, err = record.ReadDocument(body); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// prepared is an embedded database with a good site, and the newest checkpoint.
var prepared = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "claimtrail-verify-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file, ctx := filepath.Join(folder, "good.db"), context.Background()
	if _, err := store.Migrate(ctx, "sqlite:"+file, ""); err != nil {
		return nil, err
	}
	if err := prepare(ctx, "sqlite:"+file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// good gives the address of a copy of a good site's database.
func good(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "site.db")
	check(t, os.WriteFile(file, must(prepared())(t), 0o600))
	return "sqlite:" + file
}

// server answers for a database as it is now.
type server struct {
	http.Handler

	db *store.DB
}

func serve(t testing.TB, address string) server {
	t.Helper()
	ctx := context.Background()
	db := must(store.Open(ctx, address, store.Options{}))(t)
	t.Cleanup(func() { check(t, db.Close()) })
	follower := follow.New(db.Public())
	check(t, follower.CatchUp(ctx, must(db.Public().Head(ctx))(t)))
	site := must(web.New(web.Options{DB: db, Follower: follower, Keys: signer().VerifierKeys(), BaseURL: "http://claims.example"}))(t)
	return server{site.Handler(), db}
}

// Get answers without a network.
func (s server) Get(ctx context.Context, path string) (int, []byte, error) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
	if to := w.Header().Get("Location"); to != "" {
		return w.Code, []byte(to), nil
	}
	return w.Code, w.Body.Bytes(), nil
}

// kept is a site that is asked once for each address.
type kept struct {
	site    verify.Site
	mu      sync.Mutex
	answers map[string]answer
}

type answer struct {
	status int
	body   []byte
}

// Get gives the first answer again.
func (k *kept) Get(ctx context.Context, path string) (int, []byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, known := k.answers[path]
	if known {
		return a.status, a.body, nil
	}
	status, body, err := k.site.Get(ctx, path)
	if err != nil {
		return 0, nil, err
	}
	if k.answers == nil {
		k.answers = map[string]answer{}
	}
	k.answers[path] = answer{status, body}
	return status, body, nil
}

// lying is a site that answers otherwise than its record has it.
type lying struct {
	verify.Site

	answer func(path string, status int, body []byte) (int, []byte)
}

// Get gives the answer that was changed.
func (l lying) Get(ctx context.Context, path string) (int, []byte, error) {
	status, body, err := l.Site.Get(ctx, path)
	if err == nil {
		status, body = l.answer(path, status, body)
	}
	return status, body, err
}

// page changes what a page shows.
func page(t testing.TB, body []byte, change func(*goquery.Document)) []byte {
	t.Helper()
	d := must(goquery.NewDocumentFromReader(bytes.NewReader(body)))(t)
	before := must(d.Html())(t)
	change(d)
	after := must(d.Html())(t)
	if before == after {
		t.Error("nothing was changed")
	}
	return []byte(after)
}

// run verifies a site and gives the kinds of what was found, sorted.
func run(t testing.TB, s verify.Site, remembered []byte) (string, verify.Report) {
	t.Helper()
	r := must(verify.Verify(t.Context(), s, verify.Options{Keys: signer().VerifierKeys(), Remembered: remembered}))(t)
	var kinds []string
	for _, f := range r.Findings {
		kinds = append(kinds, f.Kind)
	}
	slices.Sort(kinds)
	return strings.Join(slices.Compact(kinds), " "), r
}

// owner is whoever has the database file, and so can do anything to it.
type owner struct {
	*sql.DB

	t testing.TB
}

// own opens a database and takes away what protects it from the program.
func own(t testing.TB, address string) owner {
	t.Helper()
	o := owner{must(sql.Open("sqlite", "file:"+strings.TrimPrefix(address, "sqlite:")))(t), t}
	t.Cleanup(func() { check(t, o.Close()) })
	for _, name := range column[string](o, "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
		o.exec("DROP TRIGGER " + name)
	}
	return o
}

func (o owner) exec(statement string, args ...any) {
	o.t.Helper()
	_, err := o.ExecContext(o.t.Context(), statement, args...)
	check(o.t, err)
}

func column[T any](o owner, query string, args ...any) []T {
	o.t.Helper()
	rows := must(o.QueryContext(o.t.Context(), query, args...))(o.t)
	defer rows.Close()
	var list []T
	for rows.Next() {
		var v T
		check(o.t, rows.Scan(&v))
		list = append(list, v)
	}
	check(o.t, rows.Err())
	return list
}

// change writes other bytes under the hash of a document.
func (o owner) change(hash string, change func([]byte) []byte) []byte {
	o.t.Helper()
	body := column[[]byte](o, "SELECT bytes FROM document_body WHERE hash = ?", hash)[0]
	other := change(body)
	if bytes.Equal(body, other) {
		o.t.Fatal("nothing was changed")
	}
	o.exec("UPDATE document_body SET bytes = ? WHERE hash = ?", other, hash)
	return other
}

// rewrite changes the document of an entry and everything that commits to it but
// the signature.
func (o owner) rewrite(event int64, change func([]byte) []byte) {
	o.t.Helper()
	old := column[string](o, "SELECT hash FROM record_event WHERE idx = ?", event)[0]
	hash := record.Hash(o.change(old, change))
	leaf := column[[]byte](o, "SELECT leaf FROM record_event WHERE idx = ?", event)[0]
	o.exec("UPDATE document_body SET hash = ? WHERE hash = ?", hash, old)
	o.exec("UPDATE revision SET hash = ? WHERE hash = ?", hash, old)
	o.exec("UPDATE record_event SET hash = ?, leaf = ? WHERE idx = ?", hash, bytes.Replace(leaf, []byte(old), []byte(hash), 1), event)
	o.rehash()
}

// truncate takes the log back to a size.
func (o owner) truncate(size int64) {
	o.t.Helper()
	o.exec("DELETE FROM revision WHERE event_idx >= ?", size)
	o.exec("DELETE FROM digest WHERE event_idx >= ?", size)
	o.exec("DELETE FROM document_body WHERE hash IN (SELECT hash FROM record_event WHERE idx >= ?)", size)
	o.exec("DELETE FROM record_event WHERE idx >= ?", size)
	o.rehash()
}

// drop takes one entry out of the middle of the log.
func (o owner) drop(event int64) {
	o.t.Helper()
	for _, table := range []string{"revision", "digest"} {
		o.exec("DELETE FROM "+table+" WHERE event_idx = ?", event)
		o.exec("UPDATE "+table+" SET event_idx = 1 - event_idx WHERE event_idx > ?", event)
		o.exec("UPDATE " + table + " SET event_idx = -event_idx WHERE event_idx < 0")
	}
	o.exec("DELETE FROM record_event WHERE idx = ?", event)
	o.exec("UPDATE record_event SET idx = 1 - idx WHERE idx > ?", event)
	o.exec("UPDATE record_event SET idx = -idx WHERE idx < 0")
	o.rehash()
}

// rehash computes the stored hashes of all leaves.
func (o owner) rehash() {
	o.t.Helper()
	o.exec("DELETE FROM log_hash")
	for i, h := range o.hashes() {
		o.exec("INSERT INTO log_hash (idx, hash) VALUES (?, ?)", i, h[:])
	}
}

func (o owner) hashes() []tlog.Hash {
	o.t.Helper()
	var all []tlog.Hash
	for i, leaf := range column[[]byte](o, "SELECT leaf FROM record_event ORDER BY idx") {
		all = append(all, must(record.Hashes(int64(i), leaf, inMemory(all)))(o.t)...)
	}
	return all
}

type inMemory []tlog.Hash

// ReadHashes reads stored hashes.
func (m inMemory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		hashes[i] = m[at]
	}
	return hashes, nil
}

// sign signs the log as it is now, as if nothing had ever been signed before.
func (o owner) sign(by *record.Signer) {
	o.t.Helper()
	hashes := inMemory(o.hashes())
	size := column[int64](o, "SELECT COUNT(*) FROM record_event")[0]
	note := must(by.Sign(size, must(tlog.TreeHash(size, hashes))(o.t)))(o.t)
	o.exec("DELETE FROM checkpoint")
	o.exec("INSERT INTO checkpoint (size, note, at) VALUES (?, ?, '2026-01-01 00:00:00+00:00')", size, note)
}

// newestNote gives the newest checkpoint of a database.
func newestNote(t testing.TB, db *store.DB) []byte {
	t.Helper()
	return must(db.Public().Signed(t.Context()))(t).Note
}
