package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// formsOf lists the address of a form of every kind, for one claim and the
// things that hang on it.
func formsOf(t *testing.T, s *site, claim kb.ID) map[string]int {
	t.Helper()
	d, err := s.db.Desk(t.Context()).Dossier(claim)
	check(t, err)
	page, err := s.follower.Claims(t.Context(), follow.Query{Limit: 1})
	check(t, err)
	shown := kb.Dispute{ClaimID: kb.ID(page.Digests[0].Claim), Kind: "fact", Text: "It is wrong."}
	dispute, _, err := s.desk.SendDispute(t.Context(), "192.0.2.7", shown)
	check(t, err)
	tip, _, err := s.desk.SendTip(t.Context(), "192.0.2.7", kb.Tip{Text: "Somebody said so."})
	check(t, err)
	at, source := "/desk/claims/"+string(claim), "/desk/sources/"+string(d.Evidence[0].SourceID)
	return map[string]int{
		"/desk/claims/new": editor, at + "/edit": editor, at + "/appearances/new": editor,
		at + "/appearances/" + string(d.Appearances[0].ID):                       editor,
		at + "/appearances/" + string(d.Appearances[0].ID) + "/attestations/new": editor,
		at + "/evidence/new": editor, at + "/evidence/" + string(d.Evidence[0].ID): editor,
		at + "/derivations/new?item=" + string(d.Evidence[0].ID): editor,
		at + "/assessments/new":                                  editor, at + "/relations/new": editor, at + "/ruling": editor, at + "/replies/new": editor,
		at + "/exceptions/reply": editor, "/desk/sources/new": editor, source + "/edit": editor, source + "/excerpts/new": editor,
		source + "/derivations/new": editor, "/desk/speakers/new": editor,
		"/desk/speakers/" + string(d.Appearances[0].SpeakerID) + "/edit":      editor,
		"/desk/speakers/" + string(d.Appearances[0].SpeakerID) + "/roles/new": editor,
		"/desk/publishers/new": editor, "/desk/settings/masthead": admin, "/desk/settings/scales/new": admin, "/desk/settings/accounts/new": admin, "/desk/settings/webhooks/new": admin, "/desk/account/tokens/new": editor,
		"/desk/account": editor, "/login": editor, "/desk/settings/policy": admin, "/tips": editor,
		"/disputes/new?claim=" + string(shown.ClaimID): editor, "/desk/disputes/" + string(dispute): reviewer, "/desk/tips/" + string(tip): editor,
		at + "/schedule": reviewer, at + "/retract": reviewer, at + "/absorb": reviewer, at + "/banner": reviewer, at + "/redact": reviewer,
	}
}

// researched gives a claim of the demonstration that is in research and has
// appearances and evidence.
func researched(t *testing.T, s *site) kb.ID {
	t.Helper()
	rows, err := s.db.Desk(t.Context()).Queue(store.QueueQuery{States: []kb.State{kb.Researching}, Limit: 20})
	check(t, err)
	for _, r := range rows {
		d, err := s.db.Desk(t.Context()).Dossier(r.ID)
		check(t, err)
		if len(d.Evidence) > 0 && len(d.Appearances) > 0 {
			return r.ID
		}
	}
	t.Fatal("the demonstration has no claim in research")
	return ""
}

// TestBadInput fills every form with what cannot be saved: it comes back with
// 422, the message at a field, and everything typed still there; and nothing
// was written.
func TestBadInput(t *testing.T) {
	t.Parallel()
	bad := map[string]string{
		"too long":      strings.Repeat("much too long ", 3500),
		"NUL":           "before\x00after",
		"not UTF-8":     "before\xffafter",
		"control":       "before\x07after",
		"nothing shown": "\u200b\u2060",
		"empty":         "",
	}
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		clients := map[int]*client{editor: s.signedIn(t, editor), reviewer: s.signedIn(t, reviewer), admin: s.signedIn(t, admin)}
		forms := formsOf(t, s, researched(t, s))
		audit, err := s.db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 1})
		check(t, err)
		for path, who := range forms {
			c := clients[who]
			page := c.get(path)
			if page.status != http.StatusOK {
				t.Errorf("%s: %d", path, page.status)
				continue
			}
			for name, text := range bad {
				if name == "empty" && incomplete(path) {
					continue
				}
				values := filled(page.page, text)
				r := c.post(path, values)
				if r.status != http.StatusUnprocessableEntity && r.status != http.StatusRequestEntityTooLarge {
					t.Errorf("%s with %s: %d, want 422", path, name, r.status)
					continue
				}
				if r.status == http.StatusUnprocessableEntity {
					kept(t, path+" with "+name, r.page, values)
				}
			}
		}
		after, err := s.db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 1})
		check(t, err)
		if after[0].ID != audit[0].ID {
			t.Errorf("something was written: %+v", after[0])
		}
	})
}

// incomplete reports the forms that may be saved with nothing typed: a ruling
// is a draft, and evidence is chosen, not typed.
func incomplete(path string) bool {
	return strings.HasSuffix(path, "/ruling") || (strings.Contains(path, "/evidence/") && !strings.HasSuffix(path, "/new"))
}

// filled takes the form of a page as it stands and puts a text into every
// field that a person can type into.
func filled(page *goquery.Document, text string) url.Values {
	values := url.Values{}
	form := page.Find("main form[method=post]").First()
	form.Find("input, textarea, select").Each(func(_ int, x *goquery.Selection) {
		name, _ := x.Attr("name")
		kind, _ := x.Attr("type")
		switch {
		case goquery.NodeName(x) == "select":
			v, _ := x.Find("option[selected]").Attr("value")
			values.Set(name, v)
		case kind == "hidden":
			v, _ := x.Attr("value")
			values.Set(name, v)
		case kind == "checkbox", name == "website": // the one that no person sees
		default:
			values.Set(name, text)
		}
	})
	return values
}

// kept checks that a form came back with a message and with what was typed.
func kept(t *testing.T, what string, page *goquery.Document, values url.Values) {
	t.Helper()
	if page.Find(".problems").Length() == 0 {
		t.Errorf("%s: no message", what)
	}
	if page.Find("[aria-invalid=true], fieldset .err").Length() == 0 && !strings.Contains(what, "/login") {
		t.Errorf("%s: no field is marked: %s", what, page.Find(".problems").Text())
	}
	page.Find("main form textarea").Each(func(_ int, x *goquery.Selection) {
		name, _ := x.Attr("name")
		want := strings.ReplaceAll(strings.ToValidUTF8(values.Get(name), "\ufffd"), "\x00", "\ufffd")
		if got := strings.TrimPrefix(x.Text(), "\n"); got != want && !strings.Contains(want, "\ufffd") {
			t.Errorf("%s: the field %s came back as %.40q, not as typed (%.40q)", what, name, got, want)
		}
	})
}

// TestMarkupIsText puts markup and scripts into every field of a claim and
// looks at every page that shows it.
func TestMarkupIsText(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	c := s.signedIn(t, editor)
	const attack = `"><em class="injected">x</em><script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert(1)) `
	id := c.newClaim(url.Values{
		"text": {attack + "claim"}, "note": {attack}, "parts": {attack + "1\n" + attack + "2"}, "topics": {`<em class="injected">x</em><script>alert(1)</script>`}, "speaker": {attack + "s"},
		"speaker_role": {attack}, "words": {attack}, "place": {attack}, "medium": {attack}, "translated_by": {attack}, "said_on_note": {attack},
		"directness": {"direct"}, "translation": {"original"}, "appearance_language": {"en"}, "record_title": {attack + "t"}, "record_kind": {"other"},
		"record_publisher": {attack + "p"},
	})
	d, err := s.db.Desk(t.Context()).Dossier(id)
	check(t, err)
	source := string(d.Attestations[0].SourceID)
	c.post("/desk/sources/"+source+"/excerpts/new", url.Values{"exact": {attack + "quoted"}, "prefix": {attack}})
	choices, err := s.db.Desk(t.Context()).ExcerptChoices(1)
	check(t, err)
	c.post("/desk/claims/"+string(id)+"/evidence/new", url.Values{"excerpt": {string(choices[0].ID)}, "stance": {"supports"}, "comment": {attack}})
	c.post("/desk/claims/"+string(id)+"/ruling", url.Values{"outcome": {"opinion"}, "outcome_reason": {attack}, "summary": {attack}, "reasoning": {attack}, "version": {"0"}})
	for _, path := range []string{
		"/desk", "/desk/claims/" + string(id), "/desk/claims/" + string(id) + "/preview", "/desk/claims/" + string(id) + "/edit",
		"/desk/claims/" + string(id) + "/ruling", "/desk/sources/" + source, "/desk/sources", "/desk/speakers", "/desk/publishers",
		"/desk/claims/" + string(id) + "/evidence/new", "/desk/sources?q=" + url.QueryEscape(attack),
	} {
		r := c.get(path)
		if r.status != http.StatusOK {
			t.Errorf("%s: %d", path, r.status)
		}
		if r.page.Find("em.injected, main script, main img, [onerror]").Length() > 0 {
			t.Errorf("%s shows markup as markup", path)
		}
		r.page.Find("a[href], form[action]").Each(func(_ int, x *goquery.Selection) {
			for _, name := range []string{"href", "action"} {
				if v, _ := x.Attr(name); strings.HasPrefix(strings.ToLower(v), "javascript:") {
					t.Errorf("%s has the address %s", path, v)
				}
			}
		})
		if !strings.Contains(r.text, "alert(1)") && path != "/desk/speakers" && path != "/desk/publishers" && path != "/desk/sources" {
			t.Errorf("%s does not show the text at all", path)
		}
	}
}

// TestConflict: two editors save the same claim; the second sees both texts,
// loses neither, and can send again.
func TestConflict(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		s := newSite(t, address)
		first, second := s.signedIn(t, editor), s.signedIn(t, editor)
		id := first.newClaim(url.Values{"text": {"A claim that two people edit."}})
		path := "/desk/claims/" + string(id) + "/edit"
		mine, theirs := filled(second.get(path).page, ""), filled(first.get(path).page, "")
		for v, words := range map[*url.Values]string{&mine: "My wording of it.", &theirs: "Their wording of it."} {
			v.Set("text", words)
			v.Set("language", "en")
		}
		if r := first.post(path, theirs); r.status != http.StatusSeeOther {
			t.Fatalf("the first save: %d %s", r.status, r.page.Find(".problems").Text())
		}
		r := second.post(path, mine)
		if r.status != http.StatusConflict {
			t.Fatalf("the second save: %d", r.status)
		}
		if got := strings.TrimSpace(r.page.Find("textarea[name=text]").Text()); got != "My wording of it." {
			t.Errorf("what was typed came back as %q", got)
		}
		if !strings.Contains(r.page.Find(".theirs").Text(), "Their wording of it.") {
			t.Error("the other text is not shown")
		}
		again := filled(r.page, "")
		again.Set("text", "My wording of it.")
		again.Set("language", "en")
		if r := second.post(path, again); r.status != http.StatusSeeOther {
			t.Errorf("sending again: %d", r.status)
		}
		claim, err := s.db.Desk(t.Context()).Claim(id)
		check(t, err)
		if claim.Text != "My wording of it." {
			t.Errorf("saved: %q", claim.Text)
		}
	})
}

// TestConflictAfterBadInput: what somebody else saved between a first sending,
// which had a mistake, and the second is still noticed.
func TestConflictAfterBadInput(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	first, second := s.signedIn(t, editor), s.signedIn(t, editor)
	id := first.newClaim(url.Values{"text": {"A claim with a mistake in its form."}})
	path := "/desk/claims/" + string(id) + "/edit"
	form := filled(second.get(path).page, "")
	theirs := filled(first.get(path).page, "")
	for _, f := range []url.Values{form, theirs} {
		f.Set("text", "Their wording of it.")
		f.Set("language", "en")
	}
	if r := first.post(path, theirs); r.status != http.StatusSeeOther {
		t.Fatalf("the first save: %d", r.status)
	}
	form.Set("text", "")
	r := second.post(path, form)
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a form with a mistake: %d", r.status)
	}
	mended := filled(r.page, "")
	mended.Set("text", "My wording of it.")
	mended.Set("language", "en")
	if r := second.post(path, mended); r.status != http.StatusConflict || !strings.Contains(r.page.Find(".theirs").Text(), "Their wording of it.") {
		t.Errorf("the mended form: %d, theirs %q", r.status, r.page.Find(".theirs").Text())
	}
}

// TestRoles: nobody and the wrong role get nowhere, with any form or action.
func TestRoles(t *testing.T) {
	t.Parallel()
	s := newSite(t, storetest.SQLite(t))
	claim := researched(t, s)
	at := "/desk/claims/" + string(claim)
	nobody, auditor := s.visitor(t), s.signedIn(t, admin) // the administrator has no editorial right
	paths := []string{at + "/steps/submit", at + "/steps/publish", at + "/steps/park", at + "/approve", at + "/return", at + "/assign"}
	for path, who := range formsOf(t, s, claim) {
		if who == editor && strings.HasPrefix(path, "/desk/") && !strings.HasPrefix(path, "/desk/account") && path != "/desk/claims/new" { // an account is everybody's own
			paths = append(paths, path)
			if r := auditor.get(path); r.status != http.StatusForbidden {
				t.Errorf("GET %s as an administrator: %d", path, r.status)
			}
		}
	}
	for _, path := range paths {
		if r := nobody.post(path, url.Values{}); r.status != http.StatusUnauthorized {
			t.Errorf("POST %s as nobody: %d", path, r.status)
		}
		if r := auditor.post(path, url.Values{}); r.status != http.StatusForbidden {
			t.Errorf("POST %s as an administrator: %d", path, r.status)
		}
	}
	if r := s.signedIn(t, editor).get("/desk/settings"); r.status != http.StatusForbidden {
		t.Errorf("settings as an editor: %d", r.status)
	}
}
