package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// TestSearchPage: words find claims, marked; what was taken for another word, or is
// nowhere, is said; facets count and lead on; what is typed stays in the box.
func TestSearchPage(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		c := n.reader
		r := c.get("/claims?q=" + url.QueryEscape("treaty identicla"))
		if r.status != http.StatusOK || r.page.Find("[data-results] article").Length() != 1 {
			t.Fatalf("%d, %d claims", r.status, r.page.Find("[data-results] article").Length())
		}
		if got := r.page.Find("h3 mark").Map(textOf); strings.Join(got, " ") != "treaty identical" {
			t.Errorf("marked: %q", got)
		}
		if note := r.page.Find("[data-results] .note").Text(); !strings.Contains(note, "identicla") || !strings.Contains(note, "identical") {
			t.Errorf("note %q", note)
		}
		if v, _ := r.page.Find("form.search input[name=q]").Attr("value"); v != "treaty identicla" {
			t.Errorf("the box holds %q", v)
		}
		for _, a := range r.page.Find("aside .facet a").Map(hrefOf) {
			if f := c.get(a); f.status != http.StatusOK || f.page.Find("[data-results] article").Length() == 0 {
				t.Errorf("%s: %d", a, f.status)
			}
		}
		for query, want := range map[string]int{"q=xylophone": 0, "q=": 1, "q=%22treaty+identical%22": 0, "q=tre&typing=1": 1, "q=treaty&order=newest": 1, "q=treaty&year=1900": 0} {
			if r := c.get("/claims?" + query); r.status != http.StatusOK || (r.page.Find("[data-results] article").Length() > 0) != (want > 0) {
				t.Errorf("%s: %d with %d", query, r.status, r.page.Find("[data-results] article").Length())
			}
		}
		if r := c.get("/claims?q=" + strings.Repeat("a", 501)); r.status != http.StatusBadRequest {
			t.Errorf("501 characters: %d", r.status)
		}
	})
}

// TestMatches: what is typed is looked up for readers and editors; an editor's “not
// the same” is kept, and the claim is not shown beside that text again.
func TestMatches(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		e, err := encoder.Load()
		if err != nil {
			t.Fatal(err)
		}
		n.follower.UseEncoder(e)
		meanings := n.desk.NewMeanings(e)
		for worked := 1; worked > 0; {
			if worked, err = meanings.Some(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		text := "The treaty that Russia and North Korea signed in 2024 is nearly identical to the old bilateral pact"
		asked := "?text=" + url.QueryEscape(text)
		r := n.reader.get("/matches" + asked)
		if r.status != http.StatusOK || r.page.Find("[data-matches] li").Length() == 0 || r.page.Find("[data-matches] form").Length() > 0 {
			t.Fatalf("a reader sees %d matches (%d)", r.page.Find("[data-matches] li").Length(), r.status)
		}
		if shared := r.page.Find("[data-matches] li").First().Text(); !strings.Contains(shared, "treaty") || !strings.Contains(shared, "Both have") {
			t.Errorf("the reason is %q", shared)
		}
		editor := n.editor
		r = editor.get("/desk/matches" + asked)
		first := r.page.Find("[data-matches] li form").First()
		claim, _ := first.Find("[name=claim]").Attr("value")
		if r.status != http.StatusOK || claim == "" {
			t.Fatalf("an editor sees %d", r.status)
		}
		if r := editor.post("/desk/matches", url.Values{"text": {text}, "claim": {claim}, "verdict": {kb.NotSame}}); r.status != http.StatusSeeOther {
			t.Fatalf("judging: %d", r.status)
		}
		if r := editor.get("/desk/matches" + asked); r.page.Find("[name=claim][value="+claim+"]").Length() > 0 {
			t.Error("it is shown again")
		}
		if r := editor.post("/desk/matches", url.Values{"text": {text}, "claim": {claim}, "verdict": {"perhaps"}}); r.status != http.StatusUnprocessableEntity {
			t.Errorf("a verdict that is none: %d", r.status)
		}
		if r := n.reader.get("/matches?text=" + strings.Repeat("a", 2001)); r.status != http.StatusBadRequest {
			t.Errorf("2001 characters: %d", r.status)
		}
		// What a colleague logged a moment ago is found, too, until it is declined.
		logged := url.Values{"text": {"The moon landing of 1969 was filmed in a studio in Nevada"}, "language": {"en"}, "kind": {"other"}, "checkability": {"checkable"}}
		if r := editor.post("/desk/claims/new", logged); r.status != http.StatusSeeOther {
			t.Fatalf("logging: %d", r.status)
		}
		moon := "/desk/matches?text=" + url.QueryEscape("Was the 1969 moon landing filmed in a Nevada studio by some director?")
		if r := n.reviewer.get(moon); !strings.Contains(r.page.Find("[data-matches] li").Text(), "At the desk") {
			t.Errorf("a draft is not found: %s", r.page.Find("[data-matches]").Text())
		}
		if r := n.reader.get(strings.TrimPrefix(moon, "/desk")); strings.Contains(r.text, "filmed in a studio") {
			t.Error("readers see drafts")
		}
		if all, err := n.db.Desk(t.Context()).Judgements(); err != nil || len(all) != 1 || all[0].Text != text || all[0].Verdict != kb.NotSame {
			t.Errorf("kept: %v, %v", all, err)
		}
	})
}

func textOf(_ int, x *goquery.Selection) string { return x.Text() }

func hrefOf(_ int, x *goquery.Selection) string { return x.AttrOr("href", "") }

// TestDrain: a process that is about to end says so to load balancers, and still
// answers, but keeps no connection.
func TestDrain(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t, storetest.SQLite(t))
	closes := func(path string) bool {
		r, err := http.Get(n.URL + path)
		check(t, err)
		check(t, r.Body.Close())
		return r.Close
	}
	for range 2 { // the second comes from memory
		if closes("/claims") {
			t.Error("the connection is not kept")
		}
	}
	n.server.Drain()
	if r := n.reader.get("/readyz"); r.status != http.StatusServiceUnavailable {
		t.Errorf("/readyz: %d", r.status)
	}
	for _, path := range []string{"/claims", "/claims?q=treaty", "/healthz"} {
		if !closes(path) {
			t.Errorf("%s keeps the connection", path)
		}
	}
}

// TestPace: one address may not have texts matched without end, however it asks and
// whichever of its addresses it uses; others and the desk are not kept waiting.
func TestPace(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t, storetest.SQLite(t))
	ask := func(from string, api bool) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/matches?text=treaty", nil)
		if api {
			r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/matches", strings.NewReader(`{"text":"treaty"}`))
			r.Header.Set("Content-Type", "application/json")
		}
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		n.Config.Handler.ServeHTTP(w, r)
		return w
	}
	for round, addresses := range [][]string{{"192.0.2.1:1", "192.0.2.1:2", "[::ffff:192.0.2.1]:3"}, {"[2001:db8::1]:1", "[2001:db8::ffff:2]:1"}} {
		refused := 0
		for i := range 200 {
			api := i%2 == 0
			switch w := ask(addresses[i%len(addresses)], api); {
			case w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "":
				t.Fatal("it is not said how long to wait")
			case w.Code == http.StatusTooManyRequests:
				refused++
			case w.Code != http.StatusOK:
				t.Fatalf("%d: %s", w.Code, w.Body)
			}
		}
		if refused == 0 {
			t.Errorf("200 texts were matched at once for %v", addresses)
		}
		if w := ask([]string{"192.0.2.2:1", "[2001:db8:0:1::1]:1"}[round], true); w.Code != http.StatusOK {
			t.Errorf("another address: %d %s", w.Code, w.Body)
		}
	}
	for range 40 {
		if r := n.editor.get("/desk/matches?text=treaty"); r.status != http.StatusOK {
			t.Fatalf("at the desk: %d", r.status)
		}
	}
}
