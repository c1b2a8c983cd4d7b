package web_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// list walks through all pages of a list and gives the ids; between is called
// after each page.
func (p *program) list(path, items string, limit int, between func()) []string {
	p.t.Helper()
	var ids []string
	for after := ""; ; {
		r := p.get(published + path + "?limit=" + strconv.Itoa(limit) + "&after=" + after)
		page := r.object(p.t)
		rows, ok := page[items].([]any)
		if !ok || r.status != http.StatusOK || len(rows) > limit {
			p.t.Fatalf("%s: %d %.300s", path, r.status, r.body)
		}
		for _, row := range rows {
			ids = append(ids, row.(object)["id"].(string))
		}
		between()
		if after, ok = page["next"].(string); !ok || len(ids) > 10000 {
			return ids
		}
	}
}

func nothing() {}

// TestAPIReads: everything that can be read answers anybody, from any page of
// the web, and says when it has not changed.
func TestAPIReads(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.reader(t)
		for id, o := range s.operations(t) {
			if o.method != http.MethodGet || len(o.Security) > 0 {
				continue
			}
			list, _, single := strings.Cut(o.path, "/{id}")
			path := o.path
			if single {
				items := "items"
				if strings.HasSuffix(list, "/claims") {
					items = "claims"
				}
				one := p.list(strings.TrimPrefix(list, published), items, 100, nothing)[0]
				path = strings.NewReplacer("{id}", one, "{number}", "1").Replace(o.path)
			}
			p.reads(id, path)
		}
		p.reads("description", "/api/openapi.json")
	})
}

func (p *program) reads(what, path string) {
	p.t.Helper()
	r := p.get(path)
	tag := r.header.Get("ETag")
	if r.status != http.StatusOK || tag == "" || r.header.Get("Access-Control-Allow-Origin") != "*" || r.header.Get("Set-Cookie") != "" || !json.Valid(r.body) {
		p.t.Errorf("%s: %d %v %.200s", what, r.status, r.header, r.body)
	}
	if again := p.get(path); !bytes.Equal(again.body, r.body) || again.header.Get("ETag") != tag {
		p.t.Errorf("%s: another answer to the same question", what)
	}
	for _, sent := range []string{tag, `"x", W/` + tag, "*"} {
		if got := p.get(path, "If-None-Match", sent); got.status != http.StatusNotModified || len(got.body) > 0 || got.header.Get("ETag") != tag {
			p.t.Errorf("%s: asked with the tag %s: %d", what, sent, got.status)
		}
	}
	if got := p.get(path, "If-None-Match", `"another"`); got.status != http.StatusOK {
		p.t.Errorf("%s: asked with another tag: %d", what, got.status)
	}
	head := p.send(http.MethodHead, path, nil)
	if head.status != http.StatusOK || len(head.body) > 0 || head.header.Get("ETag") != tag || head.header.Get("Content-Length") != strconv.Itoa(len(r.body)) {
		p.t.Errorf("%s: HEAD: %d %v", what, head.status, head.header)
	}
	before := p.send(http.MethodOptions, path, nil, "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "GET")
	if before.status != http.StatusNoContent || before.header.Get("Access-Control-Allow-Origin") != "*" || before.header.Get("Access-Control-Allow-Credentials") != "" {
		p.t.Errorf("%s: OPTIONS: %d %v", what, before.status, before.header)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		p.send(method, path, object{}).problem(p.t, what+" by "+method, http.StatusMethodNotAllowed)
	}
}

// TestAPIPages: whoever turns the pages gets everything exactly once, also when
// something is published between two of them.
func TestAPIPages(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t, storetest.SQLite(t))
	p := n.site.reader(t)
	for path, kind := range map[string]string{"/speakers": follow.Speaker, "/publishers": follow.Publisher, "/sources": follow.Source, "/topics": follow.Topic} {
		for _, limit := range []int{1, 3, 500} {
			if got, want := p.list(path, "items", limit, nothing), n.follower.Subjects(kind, "", 1000); !slices.Equal(got, want) || len(want) == 0 {
				t.Errorf("%s by %d: %d of %d", path, limit, len(got), len(want))
			}
		}
	}
	before := p.list("/claims", "claims", 100, nothing)
	if got := p.list("/claims", "claims", 1, nothing); !slices.Equal(got, before) {
		t.Errorf("one by one there are other claims: %v and %v", got, before)
	}
	writer := n.researcher(t)
	file := writer.research()
	writer.submit(file)
	fresh := sync.OnceFunc(func() { n.approveAndPublish(t, file.claim) })
	during := p.list("/claims", "claims", 2, fresh)
	if !slices.Equal(during, before) {
		t.Errorf("while one was published: %v, want %v", during, before)
	}
	after := p.list("/claims", "claims", 2, nothing)
	if !slices.Equal(after, append([]string{file.claim}, before...)) {
		t.Errorf("afterwards: %v", after)
	}
	if got := p.list("/sources", "items", 2, nothing); !slices.Contains(got, file.source) {
		t.Error("the new source is not in the list")
	}
}

// TestAPIFilters: a list is narrowed by what the claims are, and says how many
// there are in all.
func TestAPIFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	p := s.reader(t)
	all := int(p.get(published + "/claims").object(t)["total"].(float64))
	one := p.get(published + "/claims?limit=1").object(t)["claims"].([]any)[0].(object)
	speaker, topic := p.list("/speakers", "items", 1, nothing)[0], p.list("/topics", "items", 1, nothing)[0]
	for query, some := range map[string]bool{
		"q=" + url.QueryEscape(one["text"].(string)): true, "q=none-such-word": false, "speaker=" + speaker: true, "topic=" + topic: true, "speaker=00000000": false,
		"rating=none-such": false, "language=en": true, "language=tlh": false, "from=2024-06-01&to=2024-06-30": true, "from=2090-01-01": false, "corrected=true": true,
		"publisher=" + p.list("/publishers", "items", 1, nothing)[0]: true, "source=" + p.list("/sources", "items", 1, nothing)[0]: true,
	} {
		r := p.get(published + "/claims?" + query)
		list := r.object(t)
		total, rows := int(list["total"].(float64)), list["claims"].([]any)
		if r.status != http.StatusOK || total > all || (total > 0) != some || (len(rows) > 0) != some {
			t.Errorf("%s: %d, %d of %d, %d rows", query, r.status, total, all, len(rows))
		}
	}
}

// TestAPIRefusesBadReads: what cannot be answered is said to be so, and what is
// wrong with it.
func TestAPIRefusesBadReads(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	p := s.reader(t)
	id := p.list("/claims", "claims", 1, nothing)[0]
	for path, want := range map[string]struct {
		status int
		field  string
	}{
		"/claims?after=%3F": {400, "after"}, "/claims?after=-1": {400, "after"}, "/claims?after=zzzzzzzzzzzzzzzzzzzzzz": {400, "after"},
		"/claims?limit=0": {422, "limit"}, "/claims?limit=-1": {422, "limit"}, "/claims?limit=101": {422, "limit"}, "/claims?limit=many": {422, "limit"}, "/claims?limit=99999999999999999999": {422, "limit"},
		"/claims?from=yesterday": {400, "from"}, "/claims?to=2024-02-30": {400, "to"}, "/claims?corrected=perhaps": {422, "corrected"}, "/claims?q=" + strings.Repeat("a", 501): {422, "q"},
		"/speakers?after=%3F": {400, "after"}, "/publishers?after=A+B": {400, "after"}, "/sources?limit=501": {422, "limit"}, "/topics?after=%C3%A4": {400, "after"},
		"/claims/" + id + "/revisions/0": {422, "path.number"}, "/claims/" + id + "/revisions/x": {422, "path.number"},
		"/claims/00000000": {404, ""}, "/claims/none": {404, ""}, "/claims/-": {404, ""}, "/claims/" + id + "/revisions/9": {404, ""}, "/claims/00000000/revisions": {404, ""},
		"/claims/" + id + "/revisions/9223372036854775807": {404, ""}, "/claims/" + id + "/drafts": {404, ""}, "/claims/" + strings.Repeat("9", 5000): {404, ""},
		"/speakers/00000000": {404, ""}, "/publishers/x": {404, ""}, "/sources/" + id: {404, ""}, "/topics/none-such": {404, ""}, "/nothing": {404, ""}, "": {404, ""}, "/desk": {404, ""},
	} {
		r := p.get(published + path)
		r.problem(t, path, want.status)
		if want.field != "" {
			r.names(t, path, want.field)
		}
		if r.header.Get("Access-Control-Allow-Origin") != "*" || r.header.Get("ETag") != "" {
			t.Errorf("%s: headers %v", path, r.header)
		}
	}
	for _, ref := range []string{strings.ToUpper(id), id + "-an-old-slug", "%20" + id} {
		if r := p.get(published + "/claims/" + ref); r.status != http.StatusOK || r.word(t, "id") != id {
			t.Errorf("%s: %d", ref, r.status)
		}
	}
}

// TestAPIWithdrawn: drafts are nowhere to be read; what was retracted says so,
// what was merged says into which, and what was redacted is gone.
func TestAPIWithdrawn(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t, storetest.SQLite(t))
	p := n.site.reader(t)
	draft := string(researched(t, n.site))
	for _, path := range []string{"", "/revisions", "/revisions/1"} {
		p.get(published+"/claims/"+draft+path).problem(t, "a draft's "+path, http.StatusNotFound)
	}
	if slices.Contains(p.list("/claims", "claims", 100, nothing), draft) {
		t.Error("a draft is in the list")
	}

	second := n.person(t, "second@example.org", kb.Reviewer, kb.PublisherR)
	ended := func(claim, step string, form url.Values) {
		at := "/desk/claims/" + claim
		n.reviewer.post(at+"/"+step, form)
		hash := n.reviewer.get(at + "/review").page.Find("code").First().Text()
		went(t, second.post(at+"/approve", url.Values{"hash": {hash}}))
		went(t, second.post(at+"/steps/publish", nil))
	}
	const why = "It rested on a forgery."
	retracted := n.published(t)
	ended(retracted, "retract", url.Values{"cause": {"our-error"}, "note": {why}})
	r := p.get(published + "/claims/" + retracted)
	if r.status != http.StatusOK || r.word(t, "outcome") != "retracted" || r.object(t)["rating"] != nil || !strings.Contains(string(r.body), why) {
		t.Errorf("a retracted claim: %d %.600s", r.status, r.body)
	}
	if r := p.get(published + "/claims/" + retracted + "/revisions/1"); r.status != http.StatusOK || r.word(t, "outcome") != "rated" {
		t.Errorf("the revision before: %d", r.status)
	}

	merged := n.published(t)
	into := n.published2(t, merged)
	ended(merged, "absorb", url.Values{"cause": {"our-error"}, "note": {"The same claim."}, "into": {into}})
	revisions := p.get(published + "/claims/" + merged + "/revisions")
	if revisions.status != http.StatusOK || !strings.Contains(string(revisions.body), `"mergedInto":"`+into) {
		t.Errorf("the revisions of a merged claim: %d %.600s", revisions.status, revisions.body)
	}
	if r := p.get(published + "/claims/" + merged); r.status != http.StatusOK || r.word(t, "mergedInto") != into {
		t.Errorf("a merged claim: %d %.600s", r.status, r.body)
	}
	if slices.Contains(p.list("/claims", "claims", 100, nothing), merged) {
		t.Error("a merged claim is in the list")
	}

	went(t, n.reviewer.post("/desk/claims/"+retracted+"/redact", url.Values{"basis": {"court-order"}, "reason": {"Order of a court."}}))
	rows, err := n.db.Desk(t.Context()).Redactions(10)
	check(t, err)
	went(t, second.post("/desk/redactions/"+string(rows[0].ID), url.Values{"decision": {"redact"}}))
	for _, path := range []string{"", "/revisions/1", "/revisions/2"} {
		r := p.get(published + "/claims/" + retracted + path)
		r.problem(t, "a redacted claim's "+path, http.StatusGone)
		if strings.Contains(string(r.body), why) {
			t.Errorf("%s shows what was redacted", path)
		}
	}
	if r := p.get(published + "/claims/" + retracted + "/revisions"); r.status != http.StatusOK || !strings.Contains(string(r.body), `"redacted":true`) || strings.Contains(string(r.body), why) {
		t.Errorf("the revisions of a redacted claim: %d %s", r.status, r.body)
	}
	for _, path := range []string{"/claims?limit=100", "/claims?q=forgery", "/speakers?limit=500", "/sources?limit=500"} {
		if r := p.get(published + path); r.status != http.StatusOK || strings.Contains(string(r.body), why) || strings.Contains(string(r.body), retracted) {
			t.Errorf("%s still shows what was redacted: %d", path, r.status)
		}
	}
}
