package web_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// TestStatementsAreConstant: no page runs more statements because it shows more
// rows. Each page is measured with a little and again with much more.
func TestStatementsAreConstant(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		id := researched(t, s)
		d, err := s.db.Desk(t.Context()).Dossier(id)
		check(t, err)
		source := d.Evidence[0].SourceID
		page, err := s.follower.Claims(t.Context(), follow.Query{Limit: 1})
		check(t, err)
		who, reader := s.signedIn(t, editor), s.visitor(t)
		paths := map[string]*client{
			"/": reader, "/claims": reader, "/claims/" + page.Digests[0].Claim: reader, "/claims/" + page.Digests[0].Claim + "/revisions": reader,
			"/corrections": reader, "/disputes": reader, "/log": reader, "/feeds/corrections.atom": reader, "/desk/tips": who, "/desk/disputes": who,
			"/methodology": reader, "/desk": who, "/desk/sources": who, "/desk/speakers": who, "/desk/publishers": who,
			"/desk/claims/" + string(id): who, "/desk/claims/" + string(id) + "/ruling": who, "/desk/claims/" + string(id) + "/preview": who,
			"/desk/sources/" + string(source): who, "/desk/claims/new": who, "/desk/claims/" + string(id) + "/evidence/new": who,
		}
		before := measure(s, paths)
		grow(t, s, id, source)
		for path, n := range measure(s, paths) {
			if n != before[path] {
				t.Errorf("%s: %d statements, with more rows %d", path, before[path], n)
			}
		}
	})
}

func measure(s *site, paths map[string]*client) map[string]int64 {
	counts := map[string]int64{}
	for path, c := range paths {
		c.get(path) // what is kept of texts may fill
		start := s.statements.Load()
		c.get(path + "?nothing=" + rand.Text()) // an address that no page was kept for
		counts[path] = s.statements.Load() - start
	}
	return counts
}

// grow adds claims, sources, quotations, evidence and appearances.
func grow(t *testing.T, s *site, claim, source kb.ID) {
	t.Helper()
	actor, err := s.desk.FindAccount(t.Context(), s.accounts[editor].Email)
	check(t, err)
	for n := range 12 {
		_, err := s.desk.LogClaim(t.Context(), actor, desk.NewClaim{Claim: kb.ClaimInput{
			Topics: []string{fmt.Sprintf("Topic %d", n)},
			Claim:  kb.Claim{Text: fmt.Sprintf("Claim %d to have more of them.", n), Language: "en", Kind: "other", Checkability: "checkable"},
		}})
		check(t, err)
		excerpt, err := s.desk.CopyExcerpt(t.Context(), actor, desk.ExcerptInput{ExcerptInput: kb.ExcerptInput{SourceID: source, Exact: fmt.Sprintf("words %d", n)}})
		check(t, err)
		_, err = s.desk.AddEvidence(t.Context(), actor, desk.EvidenceInput{Evidence: kb.Evidence{ClaimID: claim, ExcerptID: excerpt, Stance: "context"}})
		check(t, err)
		_, err = s.desk.AddAppearance(t.Context(), actor, desk.AppearanceInput{Speaker: fmt.Sprintf("Speaker %d", n), Appearance: kb.Appearance{
			ClaimID: claim, Language: "en", Directness: "direct", Translation: "original",
		}})
		check(t, err)
		other, err := s.desk.AddSource(t.Context(), actor, desk.SourceInput{Publisher: fmt.Sprintf("Publisher %d", n), Source: kb.Source{Title: fmt.Sprintf("Work %d", n), Kind: "other", Language: "en"}})
		check(t, err)
		_, err = s.desk.Derive(t.Context(), actor, desk.DerivationInput{To: string(other), Derivation: kb.Derivation{FromID: source, Kind: "quotes", Faithfulness: "unknown", Basis: "it says so"}})
		check(t, err)
	}
}

// TestDatabaseAway: without its database the site says so, with 503 and when to
// come back, keeps nothing half written, and works again by itself.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	address := storetest.Postgres(t)
	s := newSite(t, address)
	c := s.signedIn(t, editor)
	name := strings.TrimPrefix(strings.Split(address, "?")[0], "postgres:///")
	storetest.Admin(t, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false")
	storetest.Admin(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"+name+"'")
	form := url.Values{"text": {"Typed while the database was away."}, "language": {"en"}, "kind": {"other"}, "checkability": {"checkable"}}
	for _, path := range []string{"/claims", "/desk", "/readyz"} {
		if r := c.get(path); r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" {
			t.Errorf("%s without a database: %d, Retry-After %q", path, r.status, r.header.Get("Retry-After"))
		}
	}
	if r := c.post("/desk/claims/new", form); r.status != http.StatusServiceUnavailable {
		t.Errorf("a form without a database: %d", r.status)
	}
	if r := c.get("/healthz"); r.status != http.StatusOK {
		t.Errorf("the process itself: %d", r.status)
	}
	storetest.Admin(t, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true")
	for _, path := range []string{"/claims", "/desk", "/readyz"} {
		if r := c.get(path); r.status != http.StatusOK {
			t.Errorf("%s after the database came back: %d", path, r.status)
		}
	}
	if r := c.post("/desk/claims/new", form); r.status != http.StatusSeeOther {
		t.Errorf("the same form again: %d", r.status)
	}
}

// TestEditIsPrivate: what is changed after publication is seen by nobody until
// it is published in its turn, neither on a page nor in a document.
func TestEditIsPrivate(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		page, err := s.follower.Claims(t.Context(), follow.Query{Limit: 1})
		check(t, err)
		id := kb.ID(page.Digests[0].Claim)
		actor, err := s.desk.FindAccount(t.Context(), s.accounts[editor].Email)
		check(t, err)
		check(t, s.desk.Revise(t.Context(), actor, id))
		draft, err := s.desk.Draft(t.Context(), id)
		check(t, err)
		const secret = "This is not published yet."
		draft.Summary = secret
		check(t, s.desk.SaveDraft(t.Context(), actor, draft))
		c := s.visitor(t)
		for _, path := range []string{"/", "/claims", "/claims/" + string(id), "/claims/" + string(id) + ".json", "/claims/" + string(id) + "/revisions"} {
			if strings.Contains(c.get(path).text, secret) {
				t.Errorf("%s shows a draft", path)
			}
		}
	})
}

// BenchmarkClaimPage renders claim pages that nothing has cached, through the
// whole router, on each engine. CPU time is the measure: at most 1 ms a page.
func BenchmarkClaimPage(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) { benchmarkClaimPage(b, newSiteOf(b, address(b), 0)) })
	}
}

// BenchmarkKeptPage answers the same pages from what is kept of them.
func BenchmarkKeptPage(b *testing.B) {
	benchmarkClaimPage(b, newSite(b, storetest.SQLite(b)), "Accept-Encoding", "br")
}

func benchmarkClaimPage(b *testing.B, s *site, header ...string) {
	page, err := s.follower.Claims(b.Context(), follow.Query{Limit: 50})
	check(b, err)
	handler := s.Config.Handler
	start := cpuTime(b)
	n := 0
	for b.Loop() {
		r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/claims/"+page.Digests[n%len(page.Digests)].Claim, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatalf("%d", w.Code)
		}
		n++
	}
	b.ReportMetric(float64((cpuTime(b)-start).Microseconds())/float64(b.N), "cpu-µs/op")
}
