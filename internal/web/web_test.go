package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/express"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/outbound"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/internal/web"
	"github.com/claimtrail/claimtrail/seed"
)

// site is a running site for tests, with the demonstration data unless empty.
type site struct {
	*httptest.Server

	db         *store.DB
	desk       *desk.Desk
	follower   *follow.Follower
	statements atomic.Int64
	pauses     atomic.Int64 // statements until pause, counted down
	pause      func()
	accounts   []seed.Account
	server     *web.Server
}

// Places of the accounts in the data set.
const (
	editor = iota
	reviewer
	admin
)

// bucket keeps the captured bytes of all sites: they lie under their hashes.
var bucket = sync.OnceValue(func() *blob.Bucket { return memblob.OpenBucket(nil) })

func newDesk(db *store.DB) (*desk.Desk, *capture.Archive) {
	archive := capture.New(outbound.New(outbound.Options{}), capture.NewBlobs(bucket()), nil)
	return desk.New(desk.Options{DB: db, BaseURL: "https://claims.example", Archive: archive, Signer: signer(), Memory: forgetful{}}), archive
}

// signer is the key of all logs of these tests: databases are copied from one
// another.
var signer = sync.OnceValue(func() *record.Signer {
	key, err := record.NewKey("claims.example/log")
	if err != nil {
		return nil
	}
	s, err := record.NewSigner(key)
	if err != nil {
		return nil
	}
	return s
})

// forgetful remembers no checkpoint outside the database.
type forgetful struct{}

func (forgetful) Load() ([]byte, error) { return nil, nil }
func (forgetful) Save([]byte) error     { return nil }

// seeded is an embedded database with the demonstration data: loading it takes
// longer than most tests, so they begin with a copy.
var seeded = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "claimtrail-web-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file, ctx := filepath.Join(folder, "seeded.db"), context.Background()
	if _, err := store.Migrate(ctx, "sqlite:"+file, ""); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, "sqlite:"+file, store.Options{})
	if err != nil {
		return nil, err
	}
	d, _ := newDesk(db)
	if err := errors.Join(seed.Load(ctx, d, seed.Data()), db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// load brings the demonstration data into a fresh database.
func load(t testing.TB, address string) {
	t.Helper()
	if file, embedded := strings.CutPrefix(address, "sqlite:"); embedded {
		data, err := seeded()
		check(t, err)
		check(t, os.WriteFile(file, data, 0o600))
		return
	}
	db, err := store.Open(context.Background(), address, store.Options{})
	check(t, err)
	d, _ := newDesk(db)
	check(t, seed.Load(context.Background(), d, seed.Data()))
	check(t, db.Close())
}

// pauseAt lets the n-th statement from now wait for a function.
func (s *site) pauseAt(n int, pause func()) {
	s.pause = pause
	s.pauses.Store(int64(n))
}

func (s *site) ran() {
	s.statements.Add(1)
	if s.pauses.Load() > 0 && s.pauses.Add(-1) == 0 {
		s.pause()
	}
}

// pageCacheSize is more than the pages of the demonstration take, in bytes.
const pageCacheSize = 16 << 20

// newSite makes a site that keeps its pages ready, as all do.
func newSite(t testing.TB, address string) *site {
	t.Helper()
	return newSiteOf(t, address, pageCacheSize)
}

// newSiteOf makes a site that keeps so many bytes of pages ready; 0: that makes
// each page anew, to be measured.
func newSiteOf(t testing.TB, address string, pages int64) *site {
	t.Helper()
	load(t, address)
	return serve(t, address, "", pages)
}

// serve makes a site of what is in a database, and of its replica if it has one.
func serve(t testing.TB, address, replica string, pages int64) *site {
	t.Helper()
	s := &site{}
	db, err := store.Open(context.Background(), address, store.Options{OnStatement: s.ran, Replica: replica})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	s.db = db
	var archive *capture.Archive
	s.desk, archive = newDesk(db)
	s.accounts, err = seed.Accounts(seed.Data())
	check(t, err)
	s.follower = follow.New(db.Public())
	head, err := db.Public().Head(context.Background())
	check(t, err)
	check(t, s.follower.CatchUp(context.Background(), head))
	server, err := web.New(web.Options{DB: db, Desk: s.desk, Bytes: archive.Body, Follower: s.follower, Keys: signer().VerifierKeys(), BaseURL: "http://claims.example", PageCache: pages})
	s.server = server
	check(t, err)
	s.Server = httptest.NewUnstartedServer(server.Handler())
	kept := express.Listen(s.Listener, server.Kept, express.Limits{First: time.Minute, Idle: time.Minute, Write: time.Minute}, func(panicked any, stack []byte) { t.Errorf("%v %s", panicked, stack) })
	s.Listener, s.Config.ConnState = kept, kept.ConnState
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// client is one person with a browser that does not follow redirects by itself.
type client struct {
	t    testing.TB
	site *site
	http *http.Client
}

func (s *site) visitor(t testing.TB) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	check(t, err)
	return &client{t, s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (s *site) signedIn(t testing.TB, account int) *client {
	t.Helper()
	c := s.visitor(t)
	a := s.accounts[account]
	if r := c.post("/login", url.Values{"email": {a.Email}, "password": {a.Password}}); r.status != http.StatusSeeOther {
		t.Fatalf("signing in as %s: %d", a.Email, r.status)
	}
	return c
}

// response is an answer, read and parsed.
type response struct {
	status int
	header http.Header
	page   *goquery.Document
	text   string
}

func (c *client) do(r *http.Request) response {
	c.t.Helper()
	answer, err := c.http.Do(r)
	check(c.t, err)
	defer answer.Body.Close()
	page, err := goquery.NewDocumentFromReader(answer.Body)
	check(c.t, err)
	return response{answer.StatusCode, answer.Header, page, page.Text()}
}

func (c *client) get(path string, header ...string) response {
	c.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, c.site.URL+path, nil)
	check(c.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return c.do(r)
}

func (c *client) post(path string, form url.Values, header ...string) response {
	c.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, c.site.URL+path, strings.NewReader(form.Encode()))
	check(c.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return c.do(r)
}

// newClaim logs a claim and gives its id.
func (c *client) newClaim(form url.Values) kb.ID {
	c.t.Helper()
	for name, value := range map[string]string{"language": "en", "kind": "other", "checkability": "checkable"} {
		if !form.Has(name) {
			form.Set(name, value)
		}
	}
	r := c.post("/desk/claims/new", form)
	if r.status != http.StatusSeeOther {
		c.t.Fatalf("logging a claim: %d %s", r.status, r.page.Find(".problems").Text())
	}
	return kb.ID(strings.TrimPrefix(r.header.Get("Location"), "/desk/claims/"))
}

// TestCrawl follows every link from the front page and from the desk: nothing
// leads nowhere.
func TestCrawl(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		for start, c := range map[string]*client{"/": s.visitor(t), "/desk": s.signedIn(t, editor), "/desk/settings": s.signedIn(t, admin)} {
			seen := crawl(t, c, start)
			if len(seen) < 20 {
				t.Errorf("from %s only %d pages were found", start, len(seen))
			}
		}
	})
}

func crawl(t *testing.T, c *client, start string) map[string]bool {
	t.Helper()
	const most = 400
	seen, todo := map[string]bool{start: true}, []string{start}
	for len(todo) > 0 && len(seen) < most {
		path := todo[0]
		todo = todo[1:]
		r := c.get(path)
		if r.status != http.StatusOK && (r.status != http.StatusSeeOther || path != "/desk") {
			t.Errorf("%s: %d", path, r.status)
			continue
		}
		r.page.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			href, _ := a.Attr("href")
			if id, local := strings.CutPrefix(href, "#"); local {
				if r.page.Find(`[id="`+id+`"]`).Length() == 0 {
					t.Errorf("%s: the link to %s leads nowhere", path, href)
				}
				return
			}
			href, _, _ = strings.Cut(href, "#")
			if strings.HasPrefix(href, "/") && !seen[href] {
				seen[href] = true
				todo = append(todo, href)
			}
		})
	}
	return seen
}

// TestHeaders: what every answer carries, and what public ones do not.
func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	for _, path := range []string{"/", "/claims", "/login", "/nothing", "/methodology"} {
		h := c.get(path).header
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(h.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: policy %q", path, h.Get("Content-Security-Policy"))
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: headers %v", path, h)
		}
		if path != "/login" && h.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", path)
		}
	}
	r := c.get("/claims")
	if r := c.get("/claims", "If-None-Match", `W/"x", `+r.header.Get("ETag")); r.status != http.StatusNotModified {
		t.Errorf("asked with its own tag: %d", r.status)
	}
	if r := c.get("/claims?rating=true", "If-None-Match", r.header.Get("ETag")); r.status != http.StatusOK {
		t.Errorf("another page with the same tag: %d", r.status)
	}
	if r := c.post("/login", url.Values{}, "Sec-Fetch-Site", "cross-site"); r.status != http.StatusForbidden {
		t.Errorf("a form from another site: %d", r.status)
	}
}

// TestAddresses: each kind of address, good and bad, and what it answers.
func TestAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	page, err := s.follower.Claims(t.Context(), follow.Query{Limit: 1})
	check(t, err)
	id := page.Digests[0].Claim
	for path, want := range map[string]int{
		"/claims/" + id:                            200,
		"/claims/" + strings.ToUpper(id):           200,
		"/claims/" + id + "-an-old-slug":           200,
		"/claims/" + id + ".json":                  200,
		"/claims/" + id + "/revisions":             200,
		"/claims/" + id + "/revisions/1":           200,
		"/claims/" + id + "/revisions/1.json":      200,
		"/claims/" + id + "/revisions/9":           404,
		"/claims/" + id + "/revisions/0":           404,
		"/claims/" + id + "/revisions/01":          404,
		"/claims/" + id + "/revisions/x":           404,
		"/claims/00000000":                         404,
		"/claims/%00":                              400,
		"/claims/%ff":                              400,
		"/claims?from=yesterday":                   400,
		"/claims?after=???":                        400,
		"/claims?rating=none-such":                 200,
		"/speakers/00000000":                       404,
		"/topics/none-such":                        404,
		"/static/none-such":                        404,
		"/login/link/none-such":                    404,
		"/desk":                                    303,
		"/desk/claims/" + id:                       303,
		"/healthz":                                 200,
		"/readyz":                                  200,
		"/" + strings.Repeat("long", 2000):         404,
		"/claims/" + id + "/../../etc/passwd":      404,
		"/login?next=https://elsewhere.example":    200,
		"/claims/" + id + "-%E2%80%8Fслаг.json":    200,
		"/claims?from=2024-06-01&to=2024-07-01":    200,
		"/claims?speaker=00000000&topic=treaties":  200,
		"/desk/claims/" + id + "/steps/publish":    405,
		"/claims/" + id + "/revisions/99999999999": 404,
	} {
		if r := c.get(path); r.status != want {
			t.Errorf("%s: %d, want %d", path, r.status, want)
		}
	}
	canonical, _ := c.get("/claims/" + id + "-slug").page.Find("link[rel=canonical]").Attr("href")
	if canonical != "http://claims.example/claims/"+id {
		t.Errorf("canonical address %q", canonical)
	}
	if r := c.get("/claims/00000000.json"); r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("an error for a program comes as %s", r.header.Get("Content-Type"))
	}
}
