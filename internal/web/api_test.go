package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/sync/errgroup"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// program asks the API, with a token or without one.
type program struct {
	t     testing.TB
	site  *site
	token string
	as    kb.Actor
}

// object is JSON, made or read.
type object = map[string]any

// people tells the accounts, and the things, of these tests apart.
var people atomic.Int64

func another(what string) string { return fmt.Sprintf("%s %d", what, people.Add(1)) }

func everyScope() []string {
	scopes := make([]string, len(kb.Scopes))
	for i, o := range kb.Scopes {
		scopes[i] = o.Value
	}
	return scopes
}

// account makes an account of a new person.
func (s *site) account(t testing.TB, roles ...kb.Role) kb.Actor {
	t.Helper()
	name := another("Program")
	email := strings.ReplaceAll(name, " ", "-") + "@example.org"
	_, _, err := s.desk.AddAccount(t.Context(), kb.System, kb.AccountInput{Name: name, Email: email, Roles: roles})
	check(t, err)
	actor, err := s.desk.FindAccount(t.Context(), email)
	check(t, err)
	return actor
}

// browser signs in with an account that a test made.
func (s *site) browser(t testing.TB, as kb.Actor) *client {
	t.Helper()
	c := s.visitor(t)
	const password = "a password for a test"
	check(t, s.desk.SetPassword(t.Context(), kb.System, as.Account, password))
	form := url.Values{"email": {strings.ReplaceAll(as.Name, " ", "-") + "@example.org"}, "password": {password}}
	if r := c.post("/login", form); r.status != http.StatusSeeOther {
		t.Fatalf("signing in as %s: %d", as.Name, r.status)
	}
	return c
}

// program gives a program with a token of an account.
func (s *site) program(t testing.TB, as kb.Actor, scopes ...string) *program {
	t.Helper()
	secret, err := s.desk.AddToken(t.Context(), as, kb.TokenInput{Name: "a test", Scopes: scopes, Days: "90"})
	check(t, err)
	return &program{t, s, secret, as}
}

// researcher gives a program that may do all that programs may.
func (s *site) researcher(t testing.TB) *program {
	t.Helper()
	return s.program(t, s.account(t, kb.Researcher), everyScope()...)
}

// reader gives a program without a token.
func (s *site) reader(t testing.TB) *program { return &program{t: t, site: s} }

// reply is what the API answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (r reply) object(t testing.TB) object {
	t.Helper()
	var o object
	if err := json.Unmarshal(r.body, &o); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return o
}

func (r reply) word(t testing.TB, name string) string {
	t.Helper()
	s, ok := r.object(t)[name].(string)
	if !ok {
		t.Fatalf("no %s in %d %s", name, r.status, r.body)
	}
	return s
}

// problem checks that a reply is an error of a status as RFC 9457 has it.
func (r reply) problem(t testing.TB, what string, status int) {
	t.Helper()
	var p struct {
		Title, Detail, Instance string
		Status                  int
	}
	if err := json.Unmarshal(r.body, &p); r.status != status || err != nil || p.Status != status || p.Title == "" || p.Detail == "" || r.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: %d %s %.300s, want the problem %d", what, r.status, r.header.Get("Content-Type"), r.body, status)
	}
}

// names checks that an error names a field.
func (r reply) names(t testing.TB, what, field string) {
	t.Helper()
	var p struct {
		Errors []struct{ Field, Detail string }
	}
	check(t, json.Unmarshal(r.body, &p))
	for _, e := range p.Errors {
		if e.Field == field && e.Detail != "" {
			return
		}
	}
	t.Errorf("%s: the field %s is not named: %s", what, field, r.body)
}

// request makes a request; a body that is no text is sent as JSON.
func (p *program) request(method, path string, body any, header ...string) *http.Request {
	p.t.Helper()
	var sent io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		check(p.t, err)
		sent = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, p.site.URL+path, sent)
	check(p.t, err)
	if sent != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

var plain = &http.Client{
	Transport:     &http.Transport{MaxIdleConnsPerHost: 32},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (p *program) do(r *http.Request) reply {
	p.t.Helper()
	got, err := try(r)
	check(p.t, err)
	return got
}

func try(r *http.Request) (reply, error) {
	answer, err := plain.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return reply{answer.StatusCode, answer.Header, body}, err
}

// atOnce sends requests at the same time.
func (p *program) atOnce(requests ...*http.Request) []reply {
	p.t.Helper()
	replies := make([]reply, len(requests))
	var all errgroup.Group
	for i, r := range requests {
		all.Go(func() error {
			var err error
			replies[i], err = try(r)
			return err
		})
	}
	check(p.t, all.Wait())
	return replies
}

func (p *program) send(method, path string, body any, header ...string) reply {
	p.t.Helper()
	return p.do(p.request(method, path, body, header...))
}

func (p *program) get(path string, header ...string) reply {
	p.t.Helper()
	return p.send(http.MethodGet, path, nil, header...)
}

// make sends what makes something, and gives what it is.
func (p *program) make(path string, body any) reply {
	p.t.Helper()
	r := p.send(http.MethodPost, drafts+path, body)
	if r.status != http.StatusCreated && r.status != http.StatusOK {
		p.t.Fatalf("POST %s: %d %s", path, r.status, r.body)
	}
	return r
}

func (p *program) id(path string, body any) string {
	p.t.Helper()
	return p.make(path, body).word(p.t, "id")
}

// Where the API has what is published, and drafts.
const (
	published = "/api/v1"
	drafts    = "/api/v1/desk"
)

// researchedFile is a claim that is ready to be submitted, made by API alone.
type researchedFile struct {
	claim, appearance, attestation, source, snapshot, excerpt, evidence, origin string
}

const words = "The bridge was closed on Monday, the mayor told reporters."

func (p *program) research() researchedFile {
	p.t.Helper()
	var f researchedFile
	text := another("The mayor said on the radio that the bridge was closed on Monday, case")
	f.claim = p.id("/claims", object{"text": text, "kind": "attribution"})
	f.appearance = p.id("/claims/"+f.claim+"/appearances", object{"speaker": another("Mayor"), "saidOn": object{"edtf": "2024-06-20", "basis": "stated"}, "words": "The bridge is closed."})
	publisher := p.id("/publishers", object{"name": another("City Radio"), "kind": "broadcaster", "interest": "The city pays for it."})
	f.source = p.id("/sources", object{"title": another("The transcript"), "kind": "transcript", "publisher": publisher, "url": "https://radio.example/" + strings.ReplaceAll(text, " ", "-")})
	f.origin = p.id("/sources", object{"title": another("An agency's report"), "kind": "wire"})
	f.snapshot = p.make("/sources/"+f.source+"/captures", object{"text": words + " " + text, "complete": "yes"}).word(p.t, "snapshot")
	f.excerpt = p.make("/snapshots/"+f.snapshot+"/quotes", object{"exact": words}).word(p.t, "excerpt")
	f.evidence = p.id("/claims/"+f.claim+"/evidence", object{"excerpt": f.excerpt, "stance": "supports", "primary": true})
	f.attestation = p.id("/claims/"+f.claim+"/appearances/"+f.appearance+"/attestations", object{"excerpt": f.excerpt})
	p.id("/claims/"+f.claim+"/derivations", object{"attestation": f.attestation, "to": f.origin, "kind": "quotes", "basis": "“told reporters”"})
	if r := p.send(http.MethodPut, drafts+"/claims/"+f.claim+"/draft", p.ruling(f), "If-Match", `"v0"`); r.status != http.StatusOK {
		p.t.Fatalf("saving the draft: %d %s", r.status, r.body)
	}
	return f
}

func (p *program) ruling(f researchedFile) object {
	return object{
		"outcome": "no-evidence", "outcomeReason": "No record shows either.", "summary": "Nothing shows it.",
		"reasoning": "The radio says so. [@e" + f.evidence + "]", "asOf": object{"edtf": "2024-07-01", "basis": "stated"},
	}
}

// asked says that the claimant was asked.
var asked = object{"askedOf": "The mayor", "outcome": "declined"}

func (p *program) submit(f researchedFile) string {
	p.t.Helper()
	p.make("/claims/"+f.claim+"/replies", asked)
	return p.make("/claims/"+f.claim+"/submit", nil).word(p.t, "contentHash")
}

// written gives how much of an action the audit knows.
func (s *site) written(t testing.TB, action string) int {
	t.Helper()
	rows, err := s.db.Desk(t.Context()).Audit(store.AuditQuery{Action: action, Limit: 10000})
	check(t, err)
	return len(rows)
}

// newest gives the newest entry of the audit: it stays while nothing is written.
func (s *site) newest(t testing.TB) int64 {
	t.Helper()
	rows, err := s.db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 1})
	check(t, err)
	return rows[0].ID
}

// operation is one of the API's description.
type operation struct {
	method, path string
	OperationID  string
	Summary      string
	Tags         []string
	Security     []object
}

func (s *site) operations(t testing.TB) map[string]operation {
	t.Helper()
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]operation
	}
	check(t, json.Unmarshal(s.reader(t).get("/api/openapi.json").body, &document))
	if !strings.HasPrefix(document.OpenAPI, "3.1") {
		t.Errorf("the description is of OpenAPI %q", document.OpenAPI)
	}
	found := map[string]operation{}
	for path, methods := range document.Paths {
		for method, o := range methods {
			o.method, o.path = strings.ToUpper(method), path
			if _, twice := found[o.OperationID]; twice || o.OperationID == "" || o.Summary == "" || len(o.Tags) == 0 {
				t.Errorf("%s %s: id %q, summary %q, tags %q", o.method, path, o.OperationID, o.Summary, o.Tags)
			}
			found[o.OperationID] = o
		}
	}
	return found
}

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
			if got, want := p.list(path, "items", limit, nothing), n.follower.Subjects(kind); !slices.Equal(got, want) || len(want) == 0 {
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

// TestAPITokens: a token is made on a page and shown once, works, is seen to be
// used, and ends when it is revoked, by its owner or an administrator.
func TestAPITokens(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		as := s.account(t, kb.Researcher)
		owner, stranger, boss := s.browser(t, as), s.browser(t, s.account(t, kb.Researcher)), s.signedIn(t, admin)
		const page = "/desk/account/tokens"
		made := owner.post(page+"/new", url.Values{"name": {"My program"}, "scopes": {"read", "sources"}, "days": {"7"}})
		secret := made.page.Find("dd").FilterFunction(func(_ int, x *goquery.Selection) bool { return strings.HasPrefix(strings.TrimSpace(x.Text()), "ctk_") }).First().Text()
		secret = strings.TrimSpace(secret)
		if made.status != http.StatusCreated || len(secret) < 50 || made.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("making a token: %d %q %v", made.status, secret, made.header)
		}
		list := owner.get(page)
		if strings.Contains(list.text, secret) || !strings.Contains(list.text, "My program (…"+secret[len(secret)-4:]+")") || !strings.Contains(list.text, "never used") {
			t.Errorf("the list of tokens: %s", list.page.Find("main").Text())
		}
		if other := stranger.get(page); strings.Contains(other.text, "My program") {
			t.Error("somebody else sees the token")
		}
		p := &program{t, s, secret, as}
		p.id("/sources", object{"title": another("A work")})
		p.send(http.MethodPost, drafts+"/claims", object{"text": another("A claim")}).problem(t, "beyond the scopes", http.StatusForbidden)
		if list := owner.get(page); !strings.Contains(list.text, "last used on") || strings.Contains(list.text, "never used") {
			t.Errorf("the list of tokens after the use: %s", list.page.Find("main").Text())
		}

		revoke := list.page.Find("form[action$='/revoke']").AttrOr("action", "")
		if r := stranger.post(revoke, nil); r.status != http.StatusNotFound {
			t.Errorf("somebody else revokes it: %d", r.status)
		}
		if r := s.visitor(t).post(revoke, nil); r.status != http.StatusUnauthorized {
			t.Errorf("nobody revokes it: %d", r.status)
		}
		if r := p.get(drafts + "/sources/00000000"); r.status != http.StatusNotFound {
			t.Errorf("the token after that: %d", r.status)
		}
		went(t, owner.post(revoke, nil))
		p.get(drafts+"/sources/00000000").problem(t, "a revoked token", http.StatusUnauthorized)
		if r := owner.post(revoke, nil); r.status != http.StatusConflict {
			t.Errorf("revoking it again: %d", r.status)
		}
		if list := owner.get(page); !strings.Contains(list.text, "revoked") || list.page.Find("form[action$='/revoke']").Length() > 0 {
			t.Errorf("the list of tokens at the end: %s", list.page.Find("main").Text())
		}

		q := s.program(t, as, kb.ScopeRead)
		tokens, err := s.db.Desk(t.Context()).Tokens(as.Account)
		check(t, err)
		went(t, boss.post(page+"/"+string(tokens[0].ID)+"/revoke", nil))
		q.get(drafts+"/sources/00000000").problem(t, "a token that an administrator revoked", http.StatusUnauthorized)
		for name, form := range map[string]url.Values{
			"nothing": {}, "no scope": {"name": {"P"}, "days": {"7"}}, "a scope that is none": {"name": {"P"}, "scopes": {"publish"}, "days": {"7"}}, "for ever and a day": {"name": {"P"}, "scopes": {"read"}, "days": {"100000"}},
		} {
			if r := owner.post(page+"/new", form); r.status != http.StatusUnprocessableEntity {
				t.Errorf("a token with %s: %d", name, r.status)
			}
		}
	})
}

// TestAPITokenEnds: a token is worth what its account is worth at the moment.
func TestAPITokenEnds(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		add := func() reply { return p.send(http.MethodPost, drafts+"/sources", object{"title": another("A work")}) }
		roles := func(list ...kb.Role) {
			a, err := s.db.Desk(t.Context()).Account(p.as.Account)
			check(t, err)
			check(t, s.desk.SetRoles(t.Context(), kb.System, a.ID, a.Version, list))
		}
		roles(kb.Auditor)
		add().problem(t, "an account whose role was taken away", http.StatusForbidden)
		if r := p.get(drafts + "/claims/" + string(researched(t, s))); r.status != http.StatusOK {
			t.Errorf("what its other role may do: %d", r.status)
		}
		roles(kb.Researcher)
		if r := add(); r.status != http.StatusCreated {
			t.Errorf("with the role again: %d", r.status)
		}
		check(t, s.desk.SetDisabled(t.Context(), kb.System, p.as.Account, true))
		add().problem(t, "a closed account", http.StatusUnauthorized)
		check(t, s.desk.SetDisabled(t.Context(), kb.System, p.as.Account, false))
		if r := add(); r.status != http.StatusCreated {
			t.Errorf("an account that was opened again: %d", r.status)
		}
		check(t, storetest.Exec(t, address, "UPDATE api_token SET expires_at = '2026-01-01 00:00:00+00:00'"))
		add().problem(t, "a token past its time", http.StatusUnauthorized)
	})
}

// TestAPIAuthorization: how a token is sent, and how it is not.
func TestAPIAuthorization(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	p := s.researcher(t)
	path := drafts + "/claims/" + string(researched(t, s))
	bare := s.reader(t)
	for header, status := range map[string]int{
		"Bearer " + p.token: 200, "bearer " + p.token: 200, "BEARER " + p.token: 200, "Bearer   " + p.token: 200,
		"": 401, "Bearer": 401, "Bearer ": 401, "Basic " + p.token: 401, p.token: 401, "Bearer " + p.token + "x": 401, "Bearer " + strings.ToUpper(p.token): 401,
		"Bearer " + p.token + ", Bearer " + p.token: 401, "Bearer " + strings.Repeat("a", 10_000): 401, "Bearer\t" + p.token: 401, "Bearer '; DROP TABLE claim": 401, "Bearer \xff\xfe": 401,
	} {
		r := bare.get(path, "Authorization", header)
		if r.status != status {
			t.Errorf("%.60q: %d, want %d", header, r.status, status)
		}
		if status == http.StatusUnauthorized {
			r.problem(t, header, status)
			if !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%.60q: it is not said how: %v", header, r.header)
			}
		}
	}
	for _, elsewhere := range []string{"?access_token=" + p.token, "?token=" + p.token, "?Authorization=Bearer%20" + p.token} {
		bare.get(path+elsewhere).problem(t, "a token in the address", http.StatusUnauthorized)
	}
	for _, name := range []string{"Cookie", "X-Api-Key", "X-Authorization", "Proxy-Authorization"} {
		bare.get(path, name, "claimtrail="+p.token).problem(t, "a token as "+name, http.StatusUnauthorized)
	}
	session := s.signedIn(t, editor)
	if _, r := session.bytes(path); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("a browser that is signed in, without a token: %d", r.StatusCode)
	}
	twice := p.request(http.MethodGet, path, nil)
	twice.Header["Authorization"] = []string{"Bearer nobody", "Bearer " + p.token}
	p.do(twice).problem(t, "the first of two tokens counts", http.StatusUnauthorized)
	r := p.get(path, "Origin", "https://elsewhere.example")
	if r.header.Get("Access-Control-Allow-Origin") != "" || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("a draft for another site's page: %v", r.header)
	}
	if again := p.get(path, "If-None-Match", r.header.Get("ETag")); again.status != http.StatusNotModified || again.header.Get("Cache-Control") != "no-store" {
		t.Errorf("a draft that has not changed: %d %v", again.status, again.header)
	}
}

// write is one of the API's writes, with what can be sent.
type write struct {
	operation, method, path string
	body                    object
	action                  desk.Action
	scope                   string
}

// writes lists every write, about a claim that is ready; each can be done once.
func (p *program) writes(f researchedFile) []write {
	claim, source := drafts+"/claims/"+f.claim, drafts+"/sources/"+f.source
	return []write{
		{"logClaim", "POST", drafts + "/claims", object{"text": another("A claim that is logged")}, desk.SuggestClaim, kb.ScopeClaims},
		{"editClaim", "PUT", claim, object{"text": another("The claim in other words"), "kind": "attribution", "note": "n", "topics": []string{"Bridges"}, "parts": []string{"the bridge", "closed"}}, desk.EditClaim, kb.ScopeClaims},
		{"addAppearance", "POST", claim + "/appearances", object{"speaker": another("A neighbour"), "place": "the bridge", "saidOn": object{"edtf": "2024-06-21", "basis": "stated"}}, desk.EditAppearance, kb.ScopeClaims},
		{"addAttestation", "POST", claim + "/appearances/" + f.appearance + "/attestations", object{"source": f.origin, "note": "n"}, desk.EditAppearance, kb.ScopeClaims},
		{"addSource", "POST", drafts + "/sources", object{"title": another("A work"), "authors": []string{"A. Author"}, "publisher": "City Paper"}, desk.EditSource, kb.ScopeSources},
		{"editSource", "PUT", source, object{"title": another("Another title"), "kind": "transcript", "note": "n"}, desk.EditSource, kb.ScopeSources},
		{"capture", "POST", source + "/captures", object{"text": another(words)}, desk.CaptureSource, kb.ScopeSources},
		{"quote", "POST", drafts + "/snapshots/" + f.snapshot + "/quotes", object{"exact": "the mayor told reporters", "prefix": "", "suffix": ""}, desk.CopyExcerpt, kb.ScopeSources},
		{"addSpeaker", "POST", drafts + "/speakers", object{"name": another("A speaker"), "note": "n"}, desk.EditSpeaker, kb.ScopeSources},
		{"addPublisher", "POST", drafts + "/publishers", object{"name": another("A publisher"), "country": "KR"}, desk.EditPublisher, kb.ScopeSources},
		{"addEvidence", "POST", claim + "/evidence", object{"source": f.source, "stance": "context", "comment": "n"}, desk.EditEvidence, kb.ScopeEvidence},
		{"addItemDerivation", "POST", claim + "/derivations", object{"evidence": f.evidence, "to": f.origin, "kind": "reports-on", "basis": "“told reporters”"}, desk.EditDerivation, kb.ScopeEvidence},
		{"addDerivation", "POST", source + "/derivations", object{"to": f.origin, "kind": "quotes", "basis": "It says so.", "note": "n"}, desk.EditDerivation, kb.ScopeEvidence},
		{"saveDraft", "PUT", claim + "/draft", p.ruling(f), desk.EditRuling, kb.ScopeRulings},
		{"addReply", "POST", claim + "/replies", asked, desk.EditReply, kb.ScopeRulings},
		{"submitClaim", "POST", claim + "/submit", nil, desk.StepAction(kb.Submit), kb.ScopeSubmit},
	}
}

func (p *program) carryOut(w write, header ...string) reply {
	p.t.Helper()
	var body any
	if w.body != nil {
		body = w.body
	}
	if w.method == http.MethodPut {
		header = append([]string{"If-Match", "*"}, header...)
	}
	return p.send(w.method, w.path, body, header...)
}

// TestAPIRoles: a token may do what its account may do on the desk, and no more.
func TestAPIRoles(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	owner := s.researcher(t)
	f := owner.research()
	known := s.operations(t)
	for _, o := range kb.AllRoles {
		p := s.program(t, s.account(t, kb.Role(o.Value)), everyScope()...)
		for _, w := range p.writes(f) {
			r, may := p.carryOut(w), desk.May(p.as, w.action)
			if may && r.status >= http.StatusMultipleChoices {
				t.Errorf("%s by a %s: %d %s", w.operation, o.Value, r.status, r.body)
			}
			if !may {
				r.problem(t, w.operation+" by a "+o.Value, http.StatusForbidden)
			}
			if !strings.HasPrefix(w.path, drafts) || known[w.operation].method != w.method {
				t.Errorf("%s %s is not in the description", w.method, w.operation)
			}
		}
		for _, path := range []string{"/claims/" + f.claim, "/claims/" + f.claim + "/draft", "/sources/" + f.source} {
			if r := p.get(drafts + path); r.status != http.StatusOK || r.header.Get("ETag") == "" {
				t.Errorf("%s read by a %s: %d", path, o.Value, r.status)
			}
		}
	}
	reads, written := 0, len(owner.writes(f))
	for id, o := range known {
		if strings.HasPrefix(o.path, drafts) != (len(o.Security) > 0) {
			t.Errorf("%s: security %v", id, o.Security)
		}
		if o.method == http.MethodGet {
			reads++
		}
	}
	if reads+written != len(known) {
		t.Errorf("%d operations, of which %d read and %d are tried", len(known), reads, written)
	}
}

// TestAPIScopes: a token may do what one of its scopes names, and no more.
func TestAPIScopes(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	owner := s.researcher(t)
	f := owner.research()
	for _, scope := range everyScope() {
		p := s.program(t, owner.as, scope)
		for _, w := range p.writes(f) {
			before := s.newest(t)
			r := p.carryOut(w)
			if w.scope == scope {
				if r.status >= http.StatusMultipleChoices {
					t.Errorf("%s with the scope %s: %d %s", w.operation, scope, r.status, r.body)
				}
				continue
			}
			r.problem(t, w.operation+" with the scope "+scope, http.StatusForbidden)
			if !strings.Contains(r.word(t, "detail"), "the scope "+w.scope) || s.newest(t) != before {
				t.Errorf("%s with the scope %s: %s", w.operation, scope, r.body)
			}
		}
		for _, path := range []string{"/claims/" + f.claim, "/claims/" + f.claim + "/draft", "/sources/" + f.source, "/captures/1"} {
			if r := p.get(drafts + path); (r.status == http.StatusForbidden) != (scope != kb.ScopeRead) {
				t.Errorf("%s with the scope %s: %d", path, scope, r.status)
			}
		}
	}
	// Nor does a claim bring along what another scope is for.
	with := object{"text": another("A claim with its record"), "appearance": object{"speaker": "The mayor"}, "record": object{"title": "A work that was not known"}}
	claimsOnly := s.program(t, owner.as, kb.ScopeClaims)
	before := s.newest(t)
	claimsOnly.send(http.MethodPost, drafts+"/claims", with).problem(t, "a source by way of a claim", http.StatusForbidden)
	if s.newest(t) != before {
		t.Error("a token that may not add sources added one by way of a claim")
	}
	if r := s.program(t, owner.as, kb.ScopeClaims, kb.ScopeSources).send(http.MethodPost, drafts+"/claims", with); r.status != http.StatusCreated {
		t.Errorf("with both scopes: %d %s", r.status, r.body)
	}
}

// TestAPIDecidesNothing: no token, whatever its roles and scopes, approves,
// publishes, attests, decides, retracts, redacts, administers or makes tokens.
func TestAPIDecidesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	all := make([]kb.Role, len(kb.AllRoles))
	for i, o := range kb.AllRoles {
		all[i] = kb.Role(o.Value)
	}
	p := s.program(t, s.account(t, all...), everyScope()...)
	for id, o := range s.operations(t) {
		for _, word := range []string{"approve", "publish", "attest", "decide", "retract", "redact", "account", "token", "setting", "task", "webhook", "import", "merge", "schedule", "policy", "exception"} {
			innocent := id == "addAttestation" || strings.Contains(id, "Publisher")
			if strings.Contains(strings.ToLower(id+o.path), word) && !innocent {
				t.Errorf("the API has %s %s", o.method, o.path)
			}
		}
	}
	owner := s.researcher(t)
	f := owner.research()
	hash := owner.submit(f)
	claim := "/desk/claims/" + f.claim
	before := s.newest(t)
	for _, path := range []string{
		claim + "/approve", claim + "/return", claim + "/steps/publish", claim + "/steps/submit", claim + "/retract", claim + "/redact", claim + "/banner", claim + "/schedule", claim + "/expedite",
		"/desk/sources/" + f.source + "/excerpts/" + f.excerpt + "/attest", "/desk/suggestions/00000000", "/desk/redactions/00000000", "/desk/settings/accounts/new", "/desk/settings/policy",
		"/desk/account", "/desk/account/tokens/new", "/desk/account/sign-out-everywhere",
	} {
		form := url.Values{"hash": {hash}, "name": {"Another"}, "scopes": {"read"}, "days": {"0"}}.Encode()
		if r := p.send(http.MethodPost, path, form, "Content-Type", "application/x-www-form-urlencoded"); r.status != http.StatusUnauthorized {
			t.Errorf("POST %s with a token: %d", path, r.status)
		}
		if r := p.get(path); r.status != http.StatusSeeOther && r.status != http.StatusMethodNotAllowed {
			t.Errorf("GET %s with a token: %d", path, r.status)
		}
		for _, method := range []string{http.MethodPost, http.MethodPut} {
			if r := p.send(method, "/api/v1"+path, object{"hash": hash}); r.status != http.StatusNotFound {
				t.Errorf("%s /api/v1%s: %d", method, path, r.status)
			}
		}
	}
	if s.newest(t) != before {
		t.Error("something was written")
	}
}

// TestAPIFourEyes: what a program made for its owner, its owner does not
// approve, by whatever account; somebody else approves exactly what was
// submitted, and any write after that takes the approval back.
func TestAPIFourEyes(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		n := newNewsroom(t, address)
		p := n.researcher(t)
		f := p.research()
		at := "/desk/claims/" + f.claim
		hash := p.submit(f)
		approve := url.Values{"hash": {hash}}

		a, err := n.db.Desk(t.Context()).Account(p.as.Account)
		check(t, err)
		check(t, n.desk.SetRoles(t.Context(), kb.System, a.ID, a.Version, kb.Roles{kb.Researcher, kb.Reviewer, kb.PublisherR}))
		if r := n.browser(t, p.as).post(at+"/approve", approve); r.status != http.StatusForbidden {
			t.Errorf("the author approves, with another role: %d", r.status)
		}
		too := kb.Actor{Name: another("Alter ego")}
		too.Account, _, err = n.desk.AddAccount(t.Context(), kb.System, kb.AccountInput{Email: strings.ReplaceAll(too.Name, " ", "-") + "@example.org", PersonID: p.as.Person, Roles: kb.Roles{kb.Reviewer}})
		check(t, err)
		if r := n.browser(t, too).post(at+"/approve", approve); r.status != http.StatusForbidden {
			t.Errorf("the author approves, by another account: %d", r.status)
		}
		if r := n.reviewer.post(at+"/approve", url.Values{"hash": {strings.Repeat("0", 64)}}); r.status != http.StatusConflict {
			t.Errorf("another content is approved: %d", r.status)
		}

		for _, w := range p.writes(f) {
			if !strings.HasPrefix(w.path, drafts+"/claims/") || w.operation == "submitClaim" {
				continue
			}
			went(t, n.reviewer.post(at+"/approve", approve))
			if r := p.carryOut(w); r.status >= http.StatusMultipleChoices {
				t.Fatalf("%s after the approval: %d %s", w.operation, r.status, r.body)
			}
			if r := n.reviewer.post(at+"/steps/publish", nil); r.status != http.StatusConflict {
				t.Errorf("published although %s came after the approval: %d", w.operation, r.status)
			}
			if state := p.get(drafts+"/claims/"+f.claim).word(t, "state"); state != string(kb.Researching) {
				t.Errorf("after %s it is %s", w.operation, state)
			}
			approve.Set("hash", p.make("/claims/"+f.claim+"/submit", nil).word(t, "contentHash"))
		}
		n.approveAndPublish(t, f.claim)
		r := n.site.reader(t).get(published + "/claims/" + f.claim)
		people := r.object(t)["document"].(object)["people"].(object)
		author := people["authors"].([]any)[0].(object)["name"]
		if author != p.as.Name || people["reviewer"].(object)["name"] == p.as.Name {
			t.Errorf("people %v, want the author %s", people, p.as.Name)
		}
		before := n.newest(t)
		for _, w := range p.writes(f) {
			if strings.HasPrefix(w.path, drafts+"/claims/") {
				p.carryOut(w).problem(t, w.operation+" of what is published", http.StatusConflict)
			}
		}
		if n.newest(t) != before {
			t.Error("what is published was written to")
		}
	})
}

// keyed sends a write with an Idempotency-Key.
func (p *program) keyed(key, path string, body any, header ...string) reply {
	p.t.Helper()
	return p.send(http.MethodPost, drafts+path, body, append([]string{"Idempotency-Key", key}, header...)...)
}

// replayed checks that a reply is the first one again.
func (r reply) replayed(t testing.TB, what string, first reply) {
	t.Helper()
	if r.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("%s: it is not said to be a replay: %d %s", what, r.status, r.body)
	}
	for _, name := range []string{"Location", "ETag", "Content-Type"} {
		if r.header.Get(name) != first.header.Get(name) {
			t.Errorf("%s: %s is %q, was %q", what, name, r.header.Get(name), first.header.Get(name))
		}
	}
	if r.status != first.status || !bytes.Equal(r.body, first.body) {
		t.Errorf("%s: %d %s, was %d %s", what, r.status, r.body, first.status, first.body)
	}
}

// TestAPIOnce: what has an Idempotency-Key is carried out once, however often
// and by however many it is sent.
func TestAPIOnce(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p, other := s.researcher(t), s.researcher(t)
		f := p.research()

		for _, w := range p.writes(f) { // every write, sent twice
			key := another(w.operation)
			first := p.carryOut(w, "Idempotency-Key", key)
			before := s.newest(t)
			if first.status >= http.StatusMultipleChoices {
				t.Fatalf("%s with a key: %d %s", w.operation, first.status, first.body)
			}
			p.carryOut(w, "Idempotency-Key", key).replayed(t, w.operation, first)
			if s.newest(t) != before {
				t.Errorf("%s was carried out twice", w.operation)
			}
		}

		speakers := func() int { return s.written(t, "speaker.add") }
		before, body := speakers(), object{"name": another("A speaker")}
		first := p.keyed("once", "/speakers", body)
		p.keyed("once", "/speakers", object{"name": another("Another speaker")}).problem(t, "the key with another body", http.StatusUnprocessableEntity)
		p.keyed("once", "/publishers", body).problem(t, "the key at another address", http.StatusUnprocessableEntity)
		p.keyed("once", "/speakers", body, "Content-Type", "application/json; charset=utf-8").problem(t, "the key with another type", http.StatusUnprocessableEntity)
		p.keyed("once", "/speakers?x=1", body).problem(t, "the key with another query", http.StatusUnprocessableEntity)
		if speakers() != before+1 {
			t.Errorf("%d speakers were added, want 1", speakers()-before)
		}
		theirs := other.keyed("once", "/speakers", object{"name": another("A speaker of others")})
		if theirs.status != http.StatusCreated || theirs.header.Get("Idempotency-Replayed") != "" || bytes.Equal(theirs.body, first.body) {
			t.Errorf("the key of another account: %d %s", theirs.status, theirs.body)
		}
		stolen := other.keyed("mine alone", "/sources", object{"title": another("A work")})
		if p.keyed("mine alone", "/sources", object{"title": "x"}).word(t, "id") == stolen.word(t, "id") {
			t.Error("another account's answer was replayed")
		}
		s.program(t, p.as, everyScope()...).keyed("once", "/speakers", body).replayed(t, "another token of the account", first)

		put := func(header ...string) reply {
			return p.send(http.MethodPut, drafts+"/sources/"+f.origin, object{"title": "Its title"}, append([]string{"Idempotency-Key", "put"}, header...)...)
		}
		tag := p.get(drafts + "/sources/" + f.origin).header.Get("ETag")
		saved := put("If-Match", tag)
		put("If-Match", tag).replayed(t, "a change", saved)
		put("If-Match", saved.header.Get("ETag")).problem(t, "the key with another If-Match", http.StatusUnprocessableEntity)
		if now := p.get(drafts + "/sources/" + f.origin).header.Get("ETag"); now != saved.header.Get("ETag") {
			t.Errorf("it is %s, and was saved as %s", now, saved.header.Get("ETag"))
		}

		for _, wrong := range []object{{"name": ""}, {"name": 7}, {"name": "x", "kind": "none"}} {
			p.keyed("mended", "/speakers", wrong).problem(t, "what cannot be saved", http.StatusUnprocessableEntity)
		}
		if r := p.keyed("mended", "/speakers", object{"name": another("A speaker")}); r.status != http.StatusCreated || r.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("sent again, mended: %d %s", r.status, r.body)
		}

		check(t, storetest.Exec(t, address, "UPDATE idempotency_key SET status = 0, headers = '', answer = NULL WHERE key = 'once'"))
		before = speakers()
		p.keyed("once", "/speakers", body).problem(t, "a request whose answer was lost", http.StatusConflict)
		p.keyed("once", "/speakers", object{"name": "x"}).problem(t, "another one under its key", http.StatusUnprocessableEntity)
		if speakers() != before {
			t.Error("it was carried out again")
		}

		for name, key := range map[string]string{"256 characters": strings.Repeat("k", 256), "10 kB": strings.Repeat("k", 10_000), "umlaut": "schlüssel", "empty": "", "tab": "a\tb"} {
			p.keyed(key, "/speakers", body).problem(t, "a key: "+name, http.StatusBadRequest)
		}
		if r := p.keyed(strings.Repeat("k", 255), "/speakers", object{"name": another("A speaker")}); r.status != http.StatusCreated {
			t.Errorf("a key of 255 characters: %d %s", r.status, r.body)
		}
		twice := p.request(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")})
		twice.Header["Idempotency-Key"] = []string{"a", "b"}
		p.do(twice).problem(t, "two keys", http.StatusBadRequest)

		check(t, s.desk.SetDisabled(t.Context(), kb.System, other.as.Account, true))
		gone := other.keyed("mine alone", "/sources", object{"title": "x"})
		gone.problem(t, "a replay of a closed account", http.StatusUnauthorized)
		if strings.Contains(string(gone.body), stolen.word(t, "id")) {
			t.Error("it shows the answer")
		}
	})
}

// TestAPIOnceAtOnce: of many like requests at the same time one is carried out;
// the others are told so, or get its answer.
func TestAPIOnceAtOnce(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		const many = 16
		before, requests, body := s.written(t, "claim.add"), make([]*http.Request, many), object{"text": another("A claim that is sent at once")}
		for i := range requests {
			requests[i] = p.request(http.MethodPost, drafts+"/claims", body, "Idempotency-Key", "at once")
		}
		var made []reply
		for _, r := range p.atOnce(requests...) {
			if r.status == http.StatusCreated {
				made = append(made, r)
				continue
			}
			r.problem(t, "one of many", http.StatusConflict)
		}
		firsts := 0
		for _, r := range made {
			if r.header.Get("Idempotency-Replayed") == "" {
				firsts++
			}
			if !bytes.Equal(r.body, made[0].body) {
				t.Errorf("two answers: %s and %s", r.body, made[0].body)
			}
		}
		if n := s.written(t, "claim.add") - before; firsts != 1 || n != 1 {
			t.Errorf("%d were made, by %d requests", n, firsts)
		}
		if r := p.keyed("at once", "/claims", body); r.status != http.StatusCreated || r.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("afterwards: %d %s", r.status, r.body)
		}
	})
}

// leaving is a body at whose end the sender goes away.
type leaving struct {
	io.Reader

	leave func()
}

func (l leaving) Read(b []byte) (int, error) {
	n, err := l.Reader.Read(b)
	if errors.Is(err, io.EOF) {
		l.leave()
	}
	return n, err
}

// TestAPIOnceLeft: who sends a request with a key and goes away before the
// answer gets it when it is sent again.
func TestAPIOnceLeft(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	p := s.researcher(t)
	body := object{"name": another("A speaker")}
	before := s.written(t, "speaker.add")
	ctx, leave := context.WithCancel(t.Context())
	sent := p.request(http.MethodPost, drafts+"/speakers", body, "Idempotency-Key", "left").WithContext(ctx)
	sent.Body = io.NopCloser(leaving{sent.Body, leave})
	s.Config.Handler.ServeHTTP(httptest.NewRecorder(), sent)
	if r := p.keyed("left", "/speakers", body); r.status != http.StatusCreated || r.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("sent again: %d %s", r.status, r.body)
	}
	if n := s.written(t, "speaker.add") - before; n != 1 {
		t.Errorf("it was carried out %d times", n)
	}
}

// TestAPIIfMatch: a change is of the version that was read, and of no other.
func TestAPIIfMatch(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		f := p.research()
		bare := p.id("/claims", object{"text": another("A claim without a draft")})
		for path, body := range map[string]object{
			"/claims/" + f.claim:            {"text": another("Other words"), "kind": "attribution"},
			"/sources/" + f.source:          {"title": "Another title", "kind": "transcript"},
			"/claims/" + f.claim + "/draft": p.ruling(f),
			"/claims/" + bare + "/draft":    {"outcome": "opinion", "outcomeReason": "It is one."},
		} {
			p.precondition(path, body)
		}
	})
}

// precondition tries every If-Match with a change.
func (p *program) precondition(path string, body object) {
	t := p.t
	t.Helper()
	tag := func() string { return p.get(drafts + path).header.Get("ETag") }
	put := func(match string) reply { return p.send(http.MethodPut, drafts+path, body, "If-Match", match) }
	old := tag()
	if strings.HasSuffix(path, "/draft") && body["outcome"] == "opinion" && old != `"v0"` {
		t.Errorf("%s: the first version is %s", path, old)
	}
	before := p.site.newest(t)
	p.send(http.MethodPut, drafts+path, body).problem(t, path+" without If-Match", http.StatusPreconditionRequired)
	for _, match := range []string{`"v99"`, `W/"v99"`, `"v-1"`, `"v+1"`, "v1", "1", `"1"`, `"v1`, `"v01"`, `"v99999999999999999999"`, "nonsense", `"", "v"`, `\xff`, strings.Repeat(`"v98", `, 1000) + `"v99"`} {
		put(match).problem(t, path+" with If-Match "+match[:min(len(match), 30)], http.StatusPreconditionFailed)
	}
	if p.site.newest(t) != before || tag() != old {
		t.Errorf("%s: something was written", path)
	}
	for _, match := range []string{old, "*"} {
		if match != "*" {
			match = tag()
		}
		r := put(match)
		if r.status != http.StatusOK || r.header.Get("ETag") != tag() {
			t.Errorf("%s with If-Match %s: %d %s, the tag is %s", path, match, r.status, r.body, tag())
		}
	}
	put(old).problem(t, path+" with the version before", http.StatusPreconditionFailed)
	for _, form := range []string{"W/%s", ` "v98", %s`, "%s,", "  %s  "} {
		if r := put(fmt.Sprintf(form, tag())); r.status != http.StatusOK {
			t.Errorf("%s with If-Match "+form+": %d %s", path, tag(), r.status, r.body)
		}
	}
	statuses := []int{}
	now := tag()
	for _, r := range p.atOnce(p.request(http.MethodPut, drafts+path, body, "If-Match", now), p.request(http.MethodPut, drafts+path, body, "If-Match", now)) {
		statuses = append(statuses, r.status)
	}
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{http.StatusOK, http.StatusPreconditionFailed}) {
		t.Errorf("%s: two changes of one version: %v", path, statuses)
	}
}

// TestAPIRoundTrip: what was read can be sent back, and changes nothing.
func TestAPIRoundTrip(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		f := p.research()
		dossier, err := s.db.Desk(t.Context()).Dossier(researched(t, s)) // with all that the demonstration has
		check(t, err)
		check(t, s.desk.UpdateSource(t.Context(), p.as, desk.SourceInput{Source: kb.Source{
			ID: kb.ID(f.source), Title: "Looked at again each week", URL: "https://radio.example/again", Kind: "transcript", Language: "en", RecaptureDays: 7, Version: 1,
		}}))
		for path, read := range map[string][]string{ // with the fields that are only read
			"/claims/" + string(dossier.Claim.ID):                            {"id", "state", "stateReason", "publishedRevision", "partIds", "appearances", "evidence"},
			"/claims/" + string(dossier.Claim.ID) + "/draft":                 nil,
			"/claims/" + f.claim:                                             {"id", "state", "stateReason", "publishedRevision", "partIds", "appearances", "evidence"},
			"/claims/" + f.claim + "/draft":                                  nil,
			"/sources/" + f.source:                                           {"id", "snapshots"},
			"/sources/" + string(dossier.Evidence[0].SourceID):               {"id", "snapshots"},
			"/claims/" + p.id("/claims", object{"text": "Bare."}) + "/draft": nil,
		} {
			before := p.get(drafts + path)
			body := before.object(t)
			for _, name := range read {
				delete(body, name)
			}
			if r := p.send(http.MethodPut, drafts+path, body, "If-Match", before.header.Get("ETag")); r.status != http.StatusOK {
				t.Errorf("%s sent back: %d %s, read as %s", path, r.status, r.body, before.body)
			}
			if after := p.get(drafts + path); !bytes.Equal(after.body, before.body) {
				t.Errorf("%s was %s\nand is %s", path, before.body, after.body)
			}
		}
		if source, err := s.db.Desk(t.Context()).Source(kb.ID(f.source)); err != nil || source.RecaptureDays != 7 || source.RecaptureBy != p.as.Person {
			t.Errorf("what the API does not show is lost: %+v, %v", source, err)
		}
	})
}

// TestAPIBadBodies: what cannot be read, or kept, is refused with words, and
// nothing is written.
func TestAPIBadBodies(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		f := p.research()
		claim := drafts + "/claims/" + f.claim
		before := s.newest(t)
		for name, x := range map[string]struct {
			body   string
			status int
		}{
			"empty": {"", 400}, "no JSON": {"text=x", 400}, "half": {`{"text":"x"`, 400}, "more": {`{"text":"x"} {"text":"y"}`, 400}, "null": {"null", 422}, "a list": {"[]", 422}, "a word": {`"text"`, 422},
			"unknown field": {`{"text":"A claim.","state":"published"}`, 422}, "an id": {`{"text":"A claim.","id":"00000000"}`, 422}, "another case": {`{"Text":"A claim."}`, 422}, "a prototype": {`{"text":"A claim.","__proto__":{}}`, 422},
			"number for text": {`{"text":7}`, 422}, "text for list": {`{"text":"A claim.","topics":"a"}`, 422}, "text for bool": {`{"text":"A claim.","verbatim":"yes"}`, 422}, "list for date": {`{"text":"A claim.","validFrom":[]}`, 422}, "text for date": {`{"text":"A claim.","validFrom":"2024"}`, 422},
			"null for text": {`{"text":null}`, 422}, "a kind that is none": {`{"text":"A claim.","kind":"none"}`, 422}, "no claim": {`{"text":" \u200b "}`, 422},
			"two spellings": {`{"text":"A claim.","TEXT":"Another."}`, 422}, "deep lists": {strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), 400}, "deep": {strings.Repeat(`{"text":`, 10_001) + `"x"` + strings.Repeat("}", 10_001), 400}, "almost too deep": {`{"text":"A claim.","topics":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "}", 422},
			"2 MB": {`{"text":"` + strings.Repeat("a", 2<<20) + `"}`, 413}, "too long": {`{"text":"` + strings.Repeat("a", 500_000) + `"}`, 422}, "many topics": {`{"text":"A claim.","topics":["` + strings.Repeat(`a","`, 100_000) + `"]}`, 422},
			"NUL": {`{"text":"A \u0000 claim."}`, 422}, "a raw NUL": {"{\"text\":\"A \x00 claim.\"}", 400}, "no UTF-8": {"{\"text\":\"A \xff claim.\"}", 400}, "a surrogate's UTF-8": {"{\"text\":\"A \xed\xa0\x80 claim.\"}", 400},
			"high surrogate": {`{"text":"A \ud83d claim."}`, 400}, "low surrogate": {`{"text":"A \udd25 claim."}`, 400}, "surrogates the wrong way": {`{"text":"\udd25\ud83d"}`, 400}, "one at the end": {`{"text":"\ud83d"}`, 400}, "a surrogate in a name": {`{"text":"A claim.","\ud83d":1}`, 400},
			"UTF-16": {"\xff\xfe{\x00}\x00", 400}, "BOM": {"\xef\xbb\xbf{}", 400}, "infinity": {`{"text":1e999}`, 400}, "entity": {`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`, 400},
		} {
			for _, key := range [][]string{nil, {"Idempotency-Key", another("bad")}} {
				p.send(http.MethodPost, drafts+"/claims", x.body, key...).problem(t, name, x.status)
			}
		}
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense", "text/html"} {
			p.send(http.MethodPost, drafts+"/claims", object{"text": another("A claim")}, "Content-Type", kind).problem(t, kind, http.StatusUnsupportedMediaType)
		}
		for _, path := range []string{"/zzz", "/00000000", "/" + strings.ToUpper(f.source), "/%00", "/%ff", "/..%2f", "/" + strings.Repeat("9", 3000)} {
			for _, r := range []reply{p.get(drafts + "/claims" + path), p.send(http.MethodPut, drafts+"/claims"+path, object{"text": "A claim."}, "If-Match", "*"), p.send(http.MethodPost, drafts+"/claims"+path+"/submit", nil), p.send(http.MethodPost, claim+"/appearances"+path+"/attestations", object{"source": f.source})} {
				if r.status < 400 || r.status >= 500 {
					t.Errorf("%s: %d %.200s", path, r.status, r.body)
				}
			}
		}
		for _, number := range []string{"0", "-1", "x", "99999999999999999999", "1.5", "0x1"} {
			p.get(drafts+"/captures/"+number).problem(t, "capture "+number, http.StatusUnprocessableEntity)
		}
		for _, place := range []string{"-1", "9223372036854775807", "1e3", "1.5", `"1"`, "99999999999999999999"} {
			r := p.send(http.MethodPost, drafts+"/snapshots/"+f.snapshot+"/quotes", `{"exact":"no such words","start":`+place+`}`)
			if r.status != http.StatusUnprocessableEntity && r.status != http.StatusBadRequest {
				t.Errorf("a place of %s: %d %s", place, r.status, r.body)
			}
		}
		if s.newest(t) != before {
			t.Error("something was written")
		}
		p.badTexts(f)
	})
}

// badTexts puts what no text can hold into every text of every write.
func (p *program) badTexts(f researchedFile) {
	p.t.Helper()
	document := p.get("/api/openapi.json").object(p.t)
	for _, w := range p.writes(f) {
		good := w.body
		for _, field := range texts(document, w.operation) {
			for what, bad := range map[string]string{"NUL": "a\x00b", "a control": "a\x07b", "a long text": strings.Repeat("long ", 60_000)} {
				if w.operation == "capture" && field.name == "text" {
					continue // a text to keep may be long, and loses its controls
				}
				w.body = maps.Clone(good)
				w.body[field.name] = field.filled(bad)
				before := p.site.newest(p.t)
				r := p.carryOut(w)
				if r.status < 400 || r.status >= 500 || r.header.Get("Content-Type") != "application/problem+json" || p.site.newest(p.t) != before {
					p.t.Errorf("%s with %s in %s: %d %.300s", w.operation, what, field.name, r.status, r.body)
				}
			}
		}
	}
}

// text is a field of a body that holds a text, or some.
type text struct{ name, kind string }

func (x text) filled(s string) any {
	switch x.kind {
	case "string":
		return s
	case "array":
		return []string{s}
	}
	return object{"edtf": s, "basis": s}
}

// texts lists the fields with texts of what an operation is sent.
func texts(document object, operation string) []text {
	var found []text
	for _, methods := range document["paths"].(object) {
		for _, o := range methods.(object) {
			body, sent := o.(object)["requestBody"]
			if !sent || o.(object)["operationId"] != operation {
				continue
			}
			ref := body.(object)["content"].(object)["application/json"].(object)["schema"].(object)["$ref"].(string)
			shape := document["components"].(object)["schemas"].(object)[ref[strings.LastIndexByte(ref, '/')+1:]].(object)
			for name, field := range shape["properties"].(object) {
				found = append(found, text{name, kindOf(field.(object))})
			}
		}
	}
	return slices.DeleteFunc(found, func(x text) bool { return x.kind == "" })
}

// kindOf says what a field holds that a text can be put into: a text, a list of
// them, a date; nothing otherwise.
func kindOf(field object) string {
	if ref, is := field["$ref"].(string); is {
		if strings.HasSuffix(ref, "Date") {
			return "date"
		}
		return ""
	}
	switch kind := field["type"].(type) {
	case string:
		if kind == "string" {
			return kind
		}
	case []any:
		if slices.Contains(kind, any("array")) {
			return "array"
		}
	}
	return ""
}

// TestAPIWriteLimit: a program that runs wild is stopped for a while.
func TestAPIWriteLimit(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		p := s.researcher(t)
		tokens, err := s.db.Desk(t.Context()).Tokens(p.as.Account)
		check(t, err)
		check(t, s.db.Platform(t.Context(), func(platform *store.Platform) error {
			for range 600 {
				if _, _, err := platform.AddFailure("token:"+string(tokens[0].ID), time.Minute); err != nil {
					return err
				}
			}
			return nil
		}))
		before := s.newest(t)
		r := p.send(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")})
		r.problem(t, "one write too many", http.StatusTooManyRequests)
		if after, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || after < 1 || after > 61 || s.newest(t) != before {
			t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
		}
		if r := p.get(drafts + "/claims/" + string(researched(t, s))); r.status != http.StatusOK {
			t.Errorf("reading meanwhile: %d", r.status)
		}
		if r := s.program(t, p.as, everyScope()...).send(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")}); r.status != http.StatusCreated {
			t.Errorf("another token meanwhile: %d", r.status)
		}
	})
}

// TestAPIDocs: the page for people names every operation, and every link on it
// leads somewhere; the description for programs does not change.
func TestAPIDocs(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.visitor(t)
	page := c.get("/api/docs")
	if page.status != http.StatusOK {
		t.Fatalf("the page: %d", page.status)
	}
	for id, o := range s.operations(t) {
		if page.page.Find(`[id="`+id+`"]`).Length() != 1 || !strings.Contains(page.text, o.path) || !strings.Contains(page.text, o.Summary) {
			t.Errorf("the page does not show %s %s", id, o.path)
		}
	}
	page.page.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		if id, local := strings.CutPrefix(href, "#"); local {
			if page.page.Find(`[id="`+id+`"]`).Length() != 1 {
				t.Errorf("the link to %s leads nowhere", href)
			}
		} else if strings.HasPrefix(href, "https://") {
			return // the licence
		} else if r := c.get(href); r.status != http.StatusOK && r.status != http.StatusSeeOther {
			t.Errorf("the link to %s: %d", href, r.status)
		}
	})
	if r := c.post("/api/docs", nil); r.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", r.status)
	}
	first, answer := c.bytes("/api/openapi.json")
	other := newSite(t, storetest.SQLite(t)).visitor(t)
	if again, _ := other.bytes("/api/openapi.json"); !bytes.Equal(first, again) || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/vnd.oai.openapi+json") {
		t.Errorf("the description differs from one process to another, or is %s", answer.Header.Get("Content-Type"))
	}
}

// TestAPITricks: no way round by the address, the method or a header.
func TestAPITricks(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	p, nobody := s.researcher(t), s.reader(t)
	claim := string(researched(t, s))
	before := s.newest(t)
	for _, path := range []string{
		"//api/v1/desk/claims/" + claim, "/api//v1/desk/claims/" + claim, "/api/v1//desk/claims/" + claim, "/api/v1/./desk/claims/" + claim, "/api/v1/claims/../desk/claims/" + claim, "/api/v1/%64esk/claims/" + claim,
		"/api/v1/desk%2Fclaims%2F" + claim, "/api/v1/desk/claims%2F" + claim, "/api/v1%2Fdesk/claims/" + claim, "/api/v1/DESK/claims/" + claim, "/api/v1/desk;x=1/claims/" + claim, "/api/v1/desk/claims/" + claim + "/",
		"/api/v1/../desk", "/api/v1/..%2f..%2fdesk/claims/" + claim, "/api/v1/claims/..%2fdesk%2fclaims%2f" + claim, "/api/v1/desk\\claims\\" + claim, "/api/v2/desk/claims/" + claim, "/api/v1/desk/claims/" + claim + "?_method=PUT",
		"/api/../../etc/passwd", "/api/v1/openapi.json/../desk/claims/" + claim, "/api/docs/../v1/desk/claims/" + claim,
	} {
		r := nobody.raw(http.MethodGet, path)
		if r.status == http.StatusOK || strings.Contains(string(r.body), "appearances") {
			t.Errorf("%s without a token: %d %.200s", path, r.status, r.body)
		}
		if to := r.header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\")) {
			t.Errorf("%s leads to %s", path, to)
		}
		if r := nobody.raw(http.MethodPost, path); r.status < 300 {
			t.Errorf("POST %s without a token: %d", path, r.status)
		}
	}
	for _, method := range []string{http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect, "PROPFIND", "put"} {
		for _, path := range []string{"/claims/" + claim, "/claims", "/sources", "/claims/" + claim + "/draft"} {
			if r := p.send(method, drafts+path, nil); r.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d %.200s", method, path, r.status, r.body)
			}
		}
	}
	r := p.send(http.MethodDelete, drafts+"/claims/"+claim, nil)
	r.problem(t, "deleting a claim", http.StatusMethodNotAllowed)
	if r.header.Get("Allow") != "GET, PUT" {
		t.Errorf("allowed is %q", r.header.Get("Allow"))
	}
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		p.send(http.MethodPost, drafts+"/claims/"+claim, object{"text": "x"}, name, "PUT", "If-Match", "*").problem(t, name, http.StatusMethodNotAllowed)
		if r := p.get(drafts+"/claims/"+claim, name, "PUT"); r.status != http.StatusOK {
			t.Errorf("%s on GET: %d", name, r.status)
		}
	}
	for _, header := range [][]string{{"X-Original-Url", "/api/v1/desk/claims"}, {"X-Rewrite-Url", "/api/v1/desk/claims"}, {"X-Forwarded-Prefix", "/api/v1/desk"}, {"X-Forwarded-User", "admin"}} {
		if r := nobody.get(drafts+"/claims/"+claim, header...); r.status != http.StatusUnauthorized {
			t.Errorf("%v: %d", header, r.status)
		}
	}
	for _, header := range [][]string{{"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}} {
		if r := p.send(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")}, header...); r.status != http.StatusForbidden {
			t.Errorf("a write from another site's page (%v): %d", header, r.status)
		}
	}
	if s.newest(t) != before {
		t.Error("something was written")
	}
	chunked := p.request(http.MethodPost, drafts+"/speakers", object{"name": another("A speaker")})
	chunked.Body, chunked.ContentLength, chunked.GetBody = io.NopCloser(io.MultiReader(chunked.Body)), -1, nil
	if r := p.do(chunked); r.status != http.StatusCreated {
		t.Errorf("in chunks: %d %s", r.status, r.body)
	}
}

// raw asks for an address exactly as it is spelt.
func (p *program) raw(method, path string) reply {
	p.t.Helper()
	r := p.request(method, "/", nil)
	r.URL.Opaque = path
	if strings.HasPrefix(path, "//") {
		r.URL.Opaque = "http:" + strings.Replace(p.site.URL, "http:", "", 1) + path
	}
	return p.do(r)
}
