package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
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
