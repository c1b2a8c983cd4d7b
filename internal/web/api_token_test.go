package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

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
		if o.method == http.MethodGet || id == "matchText" { // which sends a text, and writes nothing
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
