package web_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// newsroom is a site with its people signed in.
type newsroom struct {
	*site

	editor, reviewer, reader *client
}

func newNewsroom(t *testing.T, address string) *newsroom {
	t.Helper()
	s := newSite(t, address)
	return &newsroom{s, s.signedIn(t, editor), s.signedIn(t, reviewer), s.visitor(t)}
}

// published gives the id of a claim that is published and rated, with one
// revision, and that nobody works on.
func (n *newsroom) published(t *testing.T) string {
	t.Helper()
	page, err := n.follower.Claims(t.Context(), follow.Query{Limit: 50})
	check(t, err)
	for _, d := range page.Digests {
		c, err := n.db.Desk(t.Context()).Claim(kb.ID(d.Claim))
		check(t, err)
		if _, up := n.follower.Banner(d.Claim); d.Number == 1 && d.Rating != nil && c.State == kb.Published && !up {
			return d.Claim
		}
	}
	t.Fatal("the demonstration has no such claim")
	return ""
}

func went(t *testing.T, r response) {
	t.Helper()
	if r.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", r.status, strings.Join(strings.Fields(r.page.Find("main").Text()), " "))
	}
}

// asShown takes a form as it stands.
func asShown(page *goquery.Document) url.Values {
	values := url.Values{}
	page.Find("main form[method=post]").First().Find("input, textarea, select").Each(func(_ int, x *goquery.Selection) {
		name := x.AttrOr("name", "")
		switch {
		case goquery.NodeName(x) == "select":
			values.Set(name, x.Find("option[selected]").AttrOr("value", ""))
		case goquery.NodeName(x) == "textarea":
			values.Set(name, strings.TrimPrefix(x.Text(), "\n"))
		case x.AttrOr("type", "") == "checkbox" && x.Is("[checked]"), x.AttrOr("type", "") != "checkbox":
			values.Add(name, x.AttrOr("value", ""))
		}
	})
	return values
}

// correct publishes the next revision through the site, with changed fields of
// the ruling.
func (n *newsroom) correct(t *testing.T, claim string, changed url.Values) {
	t.Helper()
	at := "/desk/claims/" + claim
	went(t, n.editor.post(at+"/steps/revise", nil))
	form := asShown(n.editor.get(at + "/ruling").page)
	for name, v := range changed {
		form[name] = v
	}
	went(t, n.editor.post(at+"/ruling", form))
	went(t, n.editor.post(at+"/steps/submit", nil))
	n.approveAndPublish(t, claim)
}

var hashField = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (n *newsroom) approveAndPublish(t *testing.T, claim string) {
	t.Helper()
	at := "/desk/claims/" + claim
	hash := n.reviewer.get(at+"/review").page.Find("input[name=hash]").AttrOr("value", "")
	if !hashField.MatchString(hash) {
		t.Fatalf("the review shows the hash %q", hash)
	}
	went(t, n.reviewer.post(at+"/approve", url.Values{"hash": {hash}}))
	went(t, n.reviewer.post(at+"/steps/publish", nil))
}

// answered is what an answer says beside its body.
type answered struct {
	StatusCode int
	Header     http.Header
}

func (c *client) bytes(path string, header ...string) ([]byte, answered) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.site.URL+path, nil)
	check(c.t, err)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := c.http.Do(r)
	check(c.t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(c.t, err)
	return body, answered{answer.StatusCode, answer.Header}
}

// TestCorrectionIsSeen: the very next request after a correction shows it on the
// page, in the list, in the document, in the register and in the feed; the page
// of the moment before gives the old bytes with the old hash.
func TestCorrectionIsSeen(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim := n.published(t)
		old, _ := n.reader.bytes("/claims/" + claim + ".json")
		revisions, err := n.db.Public().Revisions(t.Context(), kb.ID(claim))
		check(t, err)
		if record.Hash(old) != revisions[0].Hash {
			t.Fatal("the document does not have its hash")
		}
		const summary, note = "Quite another summary since Tuesday.", "We had misread a figure."
		n.correct(t, claim, url.Values{"summary": {summary}, "cause": {"our-error"}, "public_note": {note}})
		page := n.reader.get("/claims/" + claim)
		if got := strings.TrimSpace(page.page.Find(".ruling .sum").Text()); got != summary || !strings.Contains(page.text, note) {
			t.Errorf("the page says %q", got)
		}
		for path, want := range map[string]string{
			"/claims": summary, "/": summary, "/claims/" + claim + ".json": summary, "/corrections": note, "/feeds/corrections.atom": note,
			"/claims/" + claim + "/revisions": note,
		} {
			if body, _ := n.reader.bytes(path); !strings.Contains(string(body), want) {
				t.Errorf("%s does not show the correction", path)
			}
		}
		if inserted := n.reader.get("/claims/" + claim + "/compare/1..2").page.Find("ins").Text(); !strings.Contains(inserted, "Quite another") {
			t.Errorf("the comparison inserts %q", inserted)
		}
		before := revisions[0].PublishedAt.Format("20060102150405")
		if b, answer := n.reader.bytes("/claims/" + claim + "/at/" + before + ".json"); string(b) != string(old) || answer.StatusCode != http.StatusOK {
			t.Errorf("the document of the moment before is another one (%d)", answer.StatusCode)
		}
		past := n.reader.get("/claims/" + claim + "/at/" + before)
		if past.status != http.StatusOK || strings.Contains(past.page.Find(".ruling .sum").Text(), summary) || past.page.Find(".banner").Length() == 0 {
			t.Errorf("the page of the moment before: %d", past.status)
		}
		if got := past.page.Find("code[title]").First().AttrOr("title", ""); got != revisions[0].Hash {
			t.Errorf("it names the hash %s", got)
		}
	})
}

// TestMemento: the claim page is its own timegate, and each revision says since
// when it was in force (RFC 7089).
func TestMemento(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t, storetest.SQLite(t))
	claim := n.published(t)
	n.correct(t, claim, url.Values{"summary": {"Another summary."}, "cause": {"our-error"}, "public_note": {"Better words."}})
	revisions, err := n.db.Public().Revisions(t.Context(), kb.ID(claim))
	check(t, err)
	first, last := revisions[1].PublishedAt, revisions[0].PublishedAt
	at := func(m time.Time) string {
		return "http://claims.example/claims/" + claim + "/at/" + m.Format("20060102150405")
	}
	for asked, want := range map[string]string{
		first.Add(-time.Hour).Format(http.TimeFormat): at(first),
		first.Format(http.TimeFormat):                 at(first),
		last.Format(http.TimeFormat):                  at(last),
		last.Add(time.Hour).Format(http.TimeFormat):   at(last),
	} {
		_, answer := n.reader.bytes("/claims/"+claim, "Accept-Datetime", asked)
		if got := answer.Header.Get("Location"); answer.StatusCode != http.StatusFound || got != want {
			t.Errorf("asked for %s: %d %s, want %s", asked, answer.StatusCode, got, want)
		}
		if answer.Header.Get("Vary") != "Accept-Datetime" || len(answer.Header.Values("Link")) != 2 {
			t.Errorf("headers %v", answer.Header)
		}
	}
	if _, answer := n.reader.bytes("/claims/"+claim, "Accept-Datetime", "last Tuesday"); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("nonsense: %d", answer.StatusCode)
	}
	_, live := n.reader.bytes("/claims/" + claim)
	if live.Header.Get("Memento-Datetime") != "" || !strings.Contains(strings.Join(live.Header.Values("Link"), " "), `rel="original timegate"`) {
		t.Errorf("the live page: %v", live.Header)
	}
	for _, path := range []string{"/claims/" + claim + "/revisions/1", "/claims/" + claim + "/at/" + first.Format("20060102150405")} {
		_, answer := n.reader.bytes(path)
		if got := answer.Header.Get("Memento-Datetime"); got != first.Format(http.TimeFormat) {
			t.Errorf("%s is a memento of %q", path, got)
		}
	}
	body, answer := n.reader.bytes("/claims/" + claim + "/timemap")
	want := `<http://claims.example/claims/` + claim + `>; rel="original timegate",
<http://claims.example/claims/` + claim + `/timemap>; rel="self"; type="application/link-format"; from="` + first.Format(http.TimeFormat) + `"; until="` + last.Format(http.TimeFormat) + `",
<` + at(first) + `>; rel="first memento"; datetime="` + first.Format(http.TimeFormat) + `",
<` + at(last) + `>; rel="last memento"; datetime="` + last.Format(http.TimeFormat) + `"
`
	if string(body) != want || answer.Header.Get("Content-Type") != "application/link-format" {
		t.Errorf("the time map is %s\n%s", answer.Header.Get("Content-Type"), body)
	}
	for path, status := range map[string]int{
		"/at/" + first.Format("20060102"): http.StatusFound, "/at/yesterday": http.StatusBadRequest, "/at/20261340": http.StatusBadRequest,
		"/at?date=" + first.Format(time.DateOnly): http.StatusFound, "/at?date=x": http.StatusBadRequest,
		"/compare/1..3": http.StatusNotFound, "/compare/0..1": http.StatusNotFound, "/compare/a..b": http.StatusNotFound, "/compare/2..1": http.StatusOK, "/compare?a=1&b=2": http.StatusFound,
	} {
		if _, answer := n.reader.bytes("/claims/" + claim + path); answer.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, answer.StatusCode, status)
		}
	}
}

// TestWithdrawn: a retracted ruling leaves a page that says why, a merged claim
// leads to the other one, a redacted one answers 410; lists follow.
func TestWithdrawn(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim := n.published(t)
		at := "/desk/claims/" + claim
		const why = "The ruling rested on a single repost."
		n.reviewer.post(at+"/retract", url.Values{"cause": {"our-error"}, "note": {why}})
		hash := n.reviewer.get(at + "/review").page.Find("code").First().Text()
		if r := n.reviewer.post(at+"/approve", url.Values{"hash": {hash}}); r.status != http.StatusForbidden {
			t.Errorf("who asked for it approves it: %d", r.status)
		}
		second := n.person(t, "second@example.org", kb.Reviewer, kb.PublisherR)
		went(t, second.post(at+"/approve", url.Values{"hash": {hash}}))
		went(t, second.post(at+"/steps/publish", nil))
		page := n.reader.get("/claims/" + claim)
		if page.status != http.StatusOK || !strings.Contains(page.page.Find(".withdrawn").Text(), why) || strings.TrimSpace(page.page.Find("#rated").Text()) != "Retracted" {
			t.Errorf("the tombstone: %d %s", page.status, page.page.Find("#rated").Text())
		}
		if list := n.reader.get("/claims"); !strings.Contains(list.page.Find(`a[href^="/claims/`+claim+`"]`).Closest("li").Text(), "Retracted") {
			t.Error("the list does not say that it is retracted")
		}
		if old := n.reader.get("/claims/" + claim + "/revisions/1"); old.status != http.StatusOK || old.page.Find(".withdrawn").Length() > 0 {
			t.Errorf("the revision before: %d", old.status)
		}

		other := n.published(t)
		into := n.published2(t, other)
		n.reviewer.post("/desk/claims/"+other+"/absorb", url.Values{"cause": {"our-error"}, "note": {"The same claim."}, "into": {into}})
		hash = n.reviewer.get("/desk/claims/" + other + "/review").page.Find("code").First().Text()
		went(t, second.post("/desk/claims/"+other+"/approve", url.Values{"hash": {hash}}))
		went(t, second.post("/desk/claims/"+other+"/steps/publish", nil))
		if r := n.reader.get("/claims/" + other); r.status != http.StatusMovedPermanently || r.header.Get("Location") != "/claims/"+into {
			t.Errorf("the merged claim: %d %s", r.status, r.header.Get("Location"))
		}
		if n.reader.get("/claims").page.Find(`ol.claims a[href^="/claims/`+other+`"]`).Length() > 0 {
			t.Error("the list still has the merged claim")
		}

		went(t, n.reviewer.post(at+"/redact", url.Values{"basis": {"court-order"}, "reason": {"Order of a court."}}))
		rows, err := n.db.Desk(t.Context()).Redactions(10)
		check(t, err)
		if r := n.reviewer.post("/desk/redactions/"+string(rows[0].ID), url.Values{"decision": {"redact"}}); r.status != http.StatusForbidden {
			t.Errorf("who asked for it confirms it: %d", r.status)
		}
		went(t, second.post("/desk/redactions/"+string(rows[0].ID), url.Values{"decision": {"redact"}}))
		for _, path := range []string{"", ".json", "/revisions/1", "/revisions/1.json", "/revisions/2", "/bundle.zip", "/annotations.json", "/trail.svg", "/compare/1..2", "/claimreview.json", "/cite", "/cite.bib", "/cite.csl.json", "/embed", "/revisions/1/card.png", "/revisions/2/card.png"} {
			if _, answer := n.reader.bytes("/claims/" + claim + path); answer.StatusCode != http.StatusGone {
				t.Errorf("%q of a redacted claim: %d", path, answer.StatusCode)
			}
		}
		for path, status := range map[string]int{"/revisions": 200, "/revisions/1.tlog-proof": 200, "/revisions/1.entry.json": 200, "/timemap": 200} {
			if _, answer := n.reader.bytes("/claims/" + claim + path); answer.StatusCode != status {
				t.Errorf("%q of a redacted claim: %d", path, answer.StatusCode)
			}
		}
		for _, path := range []string{"/", "/claims", "/corrections", "/feeds/corrections.atom", "/feeds/corrections.json", "/feeds/claims.atom", "/feeds/claims.json", "/feeds/claimreview.json", "/sitemaps/claims-1.xml", "/sitemaps/news.xml", "/api/v1/claims", "/disputes"} {
			body, _ := n.reader.bytes(path)
			named := strings.Contains(string(body), "/claims/"+claim) && path != "/corrections" // which says that it was redacted, and why
			if strings.Contains(string(body), why) || named {
				t.Errorf("%s still shows what was redacted", path)
			}
		}
		for path, status := range map[string]int{"/embed/claims/": http.StatusGone, "/oembed?url=http://claims.example/claims/": http.StatusNotFound, "/api/v1/claims/": http.StatusGone} {
			if body, answer := n.reader.bytes(path + claim); answer.StatusCode != status || strings.Contains(string(body), why) {
				t.Errorf("%s of a redacted claim: %d %s", path, answer.StatusCode, body)
			}
		}
		if r := n.reader.get("/corrections"); !strings.Contains(r.text, "Order of a court.") || !strings.Contains(r.text, "order of a court") {
			t.Error("the register does not say what was redacted, and why")
		}
		if r := n.reader.get("/claims/" + claim); !strings.Contains(r.text, "Order of a court.") {
			t.Errorf("the page does not say why it is redacted: %s", r.page.Find("main").Text())
		}
		if r := n.reader.get("/claims/" + into + "/at/20200101"); r.status != http.StatusNotFound || !strings.Contains(r.text, "Nothing was published here by") {
			t.Errorf("before the first revision: %d", r.status)
		}
	})
}

// published2 gives another claim that is published.
func (n *newsroom) published2(t *testing.T, not string) string {
	t.Helper()
	page, err := n.follower.Claims(t.Context(), follow.Query{Limit: 50})
	check(t, err)
	for _, d := range page.Digests {
		if d.Claim != not && d.Rating != nil {
			return d.Claim
		}
	}
	t.Fatal("there is no other claim")
	return ""
}

// person makes an account and signs it in.
func (n *newsroom) person(t *testing.T, email string, roles ...kb.Role) *client {
	t.Helper()
	id, _, err := n.desk.AddAccount(t.Context(), kb.System, kb.AccountInput{Name: "P. " + email, Email: email, Roles: roles})
	check(t, err)
	const password = "a password for a test"
	check(t, n.desk.SetPassword(t.Context(), kb.System, id, password))
	c := n.visitor(t)
	went(t, c.post("/login", url.Values{"email": {email}, "password": {password}}))
	return c
}

// TestReaders: anybody can send a tip or dispute a ruling, sees what becomes of
// it, and can erase it; programs and floods get nowhere; what was written shows
// up nowhere in public.
func TestReaders(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		claim := n.published(t)
		const words = "My neighbour Ann says so."
		form := n.reader.get("/disputes/new?claim=" + claim)
		if form.status != http.StatusOK || form.page.Find("input[name=website]").AttrOr("tabindex", "") != "-1" {
			t.Fatalf("the form: %d", form.status)
		}
		trapped := url.Values{"kind": {"fact"}, "text": {words}, "website": {"https://spam.example"}}
		went(t, n.reader.post("/disputes/new?claim="+claim, trapped))
		if waiting, err := n.db.Desk(t.Context()).Waiting(); err != nil || waiting.Disputes > len(seededDisputes(t, n)) {
			t.Errorf("a program's dispute was kept: %d, %v", waiting.Disputes, err)
		}
		r := n.reader.post("/disputes/new?claim="+claim, url.Values{"kind": {"fact"}, "text": {words}, "name": {"Ann"}, "email": {"ann@example.org"}})
		went(t, r)
		receipt, err := url.Parse(r.header.Get("Location"))
		check(t, err)
		page := n.reader.get(receipt.RequestURI())
		if page.status != http.StatusOK || strings.Contains(page.text, words) || page.page.Find("form[action$='/erase']").Length() != 1 {
			t.Errorf("the receipt: %d", page.status)
		}
		if public := n.reader.get(receipt.Path); public.status != http.StatusOK || strings.Contains(public.text, "Ann") || public.page.Find("form[action$='/erase']").Length() != 0 {
			t.Errorf("the public page: %d", public.status)
		}
		judge := n.person(t, "judge@example.org", kb.Reviewer) // who approved the ruling may not
		sheet := judge.get("/desk" + receipt.Path)
		if !strings.Contains(sheet.text, words) || !strings.Contains(sheet.text, "ann@example.org") {
			t.Error("the desk does not see it")
		}
		settled := asShown(sheet.page)
		settled.Set("outcome", "refused")
		settled.Set("answer", "The figure stands, see the second source.")
		went(t, judge.post("/desk"+receipt.Path, settled))
		for _, path := range []string{"/disputes", receipt.Path} {
			if got := n.reader.get(path); !strings.Contains(got.text, "The figure stands") || strings.Contains(got.text, words) {
				t.Errorf("%s does not show the outcome alone", path)
			}
		}
		if r := n.reader.post(receipt.Path+"/erase", url.Values{"receipt": {"no token of mine"}}); r.status != http.StatusNotFound {
			t.Errorf("erasing with another token: %d", r.status)
		}
		went(t, n.reader.post(receipt.Path+"/erase", url.Values{"receipt": {receipt.Query().Get("receipt")}}))
		if strings.Contains(n.reviewer.get("/desk"+receipt.Path).text, words) {
			t.Error("the desk still sees what was erased")
		}
		audit, _ := n.signedIn(t, admin).bytes("/desk/audit.csv")
		if s := string(audit); strings.Contains(s, words) || strings.Contains(s, "ann@example.org") || !strings.Contains(s, "dispute.erase") {
			t.Error("the audit holds what a reader wrote, or not that it was erased")
		}
		for range 10 {
			if r := n.reader.post("/tips", url.Values{"text": {words}}); r.status == http.StatusTooManyRequests {
				if r.header.Get("Retry-After") == "" || !strings.Contains(r.page.Find("textarea[name=text]").Text(), words) {
					t.Error("a reader who is throttled is not told until when, or loses the typing")
				}
				return
			}
		}
		t.Error("ten tips from one address went through")
	})
}

func seededDisputes(t *testing.T, n *newsroom) []store.DisputeItem {
	t.Helper()
	rows, err := n.db.Desk(t.Context()).Disputes(true, 100)
	check(t, err)
	return rows
}

// TestAudit: every change of state has one entry, which filters find and the
// export has.
func TestAudit(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		auditor := n.signedIn(t, admin)
		claim := n.published(t)
		n.correct(t, claim, url.Values{"summary": {"Another summary."}, "cause": {"our-error"}, "public_note": {"Better words."}})
		for action, want := range map[string]int{"claim.revise": 1, "ruling.change": 2, "claim.submit": 1, "claim.approve": 1, "approval.add": 1, "claim.publish": 1, "record.revision": 2} {
			rows, err := n.db.Desk(t.Context()).Audit(store.AuditQuery{Action: action, Object: claim, Limit: 100})
			check(t, err)
			if len(rows) < want {
				t.Errorf("%d entries of %s about the claim, want %d at least", len(rows), action, want)
			}
		}
		page := auditor.get("/desk/audit?action=claim&object=" + claim)
		if page.status != http.StatusOK || page.page.Find("tbody tr").Length() == 0 || strings.Contains(page.page.Find("tbody").Text(), "record.revision") {
			t.Errorf("the filter: %d, %d rows", page.status, page.page.Find("tbody tr").Length())
		}
		csv, answer := auditor.bytes("/desk/audit.csv?object=" + claim)
		if got := strings.Count(string(csv), "\n"); got < 10 || answer.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
			t.Errorf("the export has %d lines, %s", got, answer.Header.Get("Content-Type"))
		}
		for path, status := range map[string]int{"/desk/audit?from=x": 400, "/desk/audit?before=x": 400, "/desk/audit?person=nobody": 200, "/desk/audit?from=2020-01-01&to=2020-01-02": 200} {
			if r := auditor.get(path); r.status != status {
				t.Errorf("%s: %d", path, r.status)
			}
		}
		if r := n.editor.get("/desk/audit.csv"); r.status != http.StatusForbidden {
			t.Errorf("the export for an editor: %d", r.status)
		}
	})
}
