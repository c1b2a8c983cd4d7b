package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

const hooksPath = "/desk/settings/webhooks"

// answering is a world outside that answers every message with a status; none
// when it is 0.
type answering int

func (a answering) Post(context.Context, string, http.Header, []byte) (int, []byte, error) {
	if a == 0 {
		return 0, nil, errors.New("nobody is there")
	}
	return int(a), []byte("<em>no</em>"), nil
}

// closed is a world that can never be reached.
type closed struct{}

func (closed) Post(context.Context, string, http.Header, []byte) (int, []byte, error) {
	return 0, nil, closed{}
}

func (closed) Error() string    { return "dial: closed" }
func (closed) Readable() string { return "It is closed for good." }
func (closed) Temporary() bool  { return false }

// switchboard is a site with an administrator in front of it.
type switchboard struct {
	*bureau

	admin *client
}

func eachSwitchboard(t *testing.T, f func(t *testing.T, s *switchboard)) {
	t.Helper()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		b := newBureau(t, address)
		f(t, &switchboard{b, b.signedIn(t, admin)})
	})
}

// addHook adds a webhook by its form and gives its sheet's address.
func (s *switchboard) addHook(t *testing.T, more ...func(url.Values)) string {
	t.Helper()
	form := url.Values{"url": {"https://example.org/hook"}, "events": {"published", "corrected", "retracted"}}
	for _, change := range more {
		change(form)
	}
	r := s.admin.post(hooksPath+"/new", form)
	if r.status != http.StatusSeeOther {
		t.Fatalf("adding a webhook: %d %s", r.status, r.page.Find(".problems").Text())
	}
	sheet, _, _ := strings.Cut(r.header.Get("Location"), "?")
	return sheet
}

// sends lets the world answer the next message.
func (s *switchboard) sends(t *testing.T, world desk.Poster) {
	t.Helper()
	busy, err := desk.New(desk.Options{DB: s.db, BaseURL: "https://claims.example", Poster: world}).RunWebhook(t.Context())
	check(t, err)
	if !busy {
		t.Fatal("nothing was to be sent")
	}
}

// presses sends the form of a button.
func (c *client) presses(page *goquery.Document, button string) response {
	c.t.Helper()
	form := page.Find("main form").FilterFunction(func(_ int, f *goquery.Selection) bool {
		return strings.TrimSpace(f.Find("button").Text()) == button
	}).First()
	action, ok := form.Attr("action")
	if !ok {
		c.t.Fatalf("there is no button %q", button)
	}
	r := c.post(action, url.Values{})
	if r.status != http.StatusSeeOther {
		c.t.Fatalf("%s: %d %s", button, r.status, r.page.Find("main").Text())
	}
	return r
}

func chips(page *goquery.Selection) []string {
	return page.Find(".chip").Map(func(_ int, x *goquery.Selection) string { return strings.TrimSpace(x.Text()) })
}

// TestWebhookPages adds a webhook, reads its secret, and follows it from there.
func TestWebhookPages(t *testing.T) {
	t.Parallel()
	eachSwitchboard(t, func(t *testing.T, s *switchboard) {
		who := s.admin
		if link, _ := who.get("/desk/settings").page.Find("#webhooks header a").Attr("href"); link != hooksPath {
			t.Errorf("the settings lead to %q", link)
		}
		list := who.get(hooksPath)
		if empty := list.page.Find(".empty").Text(); !strings.Contains(empty, "Add the address of a program") || list.page.Find(`a[href="`+hooksPath+`/new"]`).Length() == 0 {
			t.Errorf("the empty list says %q", empty)
		}
		form := who.get(hooksPath + "/new")
		if form.page.Find("input[name=events][checked]").Length() != 3 {
			t.Error("not every event is offered")
		}
		r := who.post(hooksPath+"/new", url.Values{"url": {"https://example.org/<em>"}, "events": {"retracted"}, "note": {"<em>ours</em>"}})
		shown := who.get(r.header.Get("Location"))
		id := kb.ID(strings.TrimPrefix(strings.TrimSuffix(r.header.Get("Location"), "?secret=shown"), hooksPath+"/"))
		hook, err := s.db.Desk(t.Context()).Webhook(id)
		check(t, err)
		if !strings.Contains(shown.text, hook.Secret) || shown.page.Find("main em").Length() != 0 || !strings.Contains(shown.text, "<em>ours</em>") {
			t.Errorf("the sheet says %s", shown.page.Find("main").Text())
		}
		sheet := who.get(hooksPath + "/" + string(id))
		if strings.Contains(sheet.text, hook.Secret) {
			t.Error("the secret is shown to whoever looks on")
		}
		again, _ := sheet.page.Find(`main a:contains("Show the secret")`).Attr("href")
		if !strings.Contains(who.get(again).text, hook.Secret) {
			t.Errorf("%s does not show the secret", again)
		}
		if empty := sheet.page.Find("#deliveries .empty").Text(); !strings.Contains(empty, "Send a test") {
			t.Errorf("the empty log says %q", empty)
		}
		if got := chips(who.get(hooksPath).page.Find("#webhooks")); !slices.Equal(got, []string{"active", "retracted"}) {
			t.Errorf("the list says %v", got)
		}
		if text := who.get("/desk/settings").page.Find("#webhooks").Text(); !strings.Contains(text, "https://example.org/<em>") {
			t.Errorf("the settings say %s", text)
		}
	})
}

// TestWebhookForm: what is wrong is said at its field, with what was typed; a
// form that was overtaken shows both.
func TestWebhookForm(t *testing.T) {
	t.Parallel()
	eachSwitchboard(t, func(t *testing.T, s *switchboard) {
		r := s.admin.post(hooksPath+"/new", url.Values{"url": {"ftp://example.org/"}, "note": {"typed"}})
		if r.status != http.StatusUnprocessableEntity || r.page.Find("#n-url .err").Text() == "" || r.page.Find("#n-events .err").Text() == "" {
			t.Errorf("%d %s", r.status, r.page.Find(".problems").Text())
		}
		typed, _ := r.page.Find("#f-url").Attr("value")
		if typed != "ftp://example.org/" || strings.TrimSpace(r.page.Find("#f-note").Text()) != "typed" || r.page.Find("input[name=events][checked]").Length() != 0 {
			t.Error("what was typed is gone")
		}
		sheet := s.addHook(t)
		edit := s.admin.get(sheet + "/edit")
		address, _ := edit.page.Find("#f-url").Attr("value")
		action, _ := edit.page.Find("main form").Attr("action")
		version, _ := edit.page.Find("input[name=version]").Attr("value")
		if address != "https://example.org/hook" || action != sheet+"/edit" {
			t.Errorf("the form has %s and leads to %s", address, action)
		}
		form := url.Values{"url": {"https://example.org/moved"}, "events": {"corrected"}, "note": {""}, "version": {version}}
		if r := s.admin.post(action, form); r.status != http.StatusSeeOther || r.header.Get("Location") != sheet {
			t.Errorf("%d to %s", r.status, r.header.Get("Location"))
		}
		form.Set("url", "https://example.org/elsewhere")
		r = s.admin.post(action, form)
		if r.status != http.StatusConflict || !strings.Contains(r.page.Find(".theirs").Text(), "https://example.org/moved") {
			t.Errorf("%d %s", r.status, r.page.Find(".problems").Text())
		}
	})
}

// TestWebhookLog follows a publication and a test in the log, and sends again.
func TestWebhookLog(t *testing.T) {
	t.Parallel()
	eachSwitchboard(t, func(t *testing.T, s *switchboard) {
		sheet := s.addHook(t)
		claim := s.rated(t, s.paste(t, s.source, "It is rock, all of it.", kb.Rights{Shown: "quotation"}), "rock")
		s.publish(t, claim)
		item := func() *goquery.Selection { return s.admin.get(sheet).page.Find("#deliveries .items > li").First() }
		if got := chips(item()); !slices.Equal(got, []string{"waiting", "published"}) || item().Find("button").Length() != 0 {
			t.Errorf("before it is sent: %v", got)
		}
		s.sends(t, answering(http.StatusServiceUnavailable))
		x := item()
		if got := chips(x); !slices.Equal(got, []string{"waiting", "published", "status 503"}) {
			t.Errorf("when it did not arrive: %v", got)
		}
		for _, words := range []string{"1 attempt", "the next at", "The receiver answered 503 Service Unavailable: “<em>no</em>”."} {
			if !strings.Contains(x.Text(), words) {
				t.Errorf("%q is missing in %s", words, x.Text())
			}
		}
		links := x.Find("a").Map(func(_ int, a *goquery.Selection) string { href, _ := a.Attr("href"); return href })
		if diff := cmp.Diff([]string{"/desk/claims/" + string(claim), "/claims/" + string(claim) + "/revisions/1"}, links); diff != "" {
			t.Error(diff)
		}
		s.admin.presses(s.admin.get(sheet).page, "Send again")
		s.sends(t, answering(http.StatusOK))
		if got := chips(item()); !slices.Equal(got, []string{"delivered", "published", "status 200"}) || !strings.Contains(item().Text(), "2 attempts") {
			t.Errorf("when it arrived: %v %s", got, item().Text())
		}

		s.admin.presses(s.admin.get(sheet).page, "Send a test")
		if _, live := item().Attr("data-live"); !live {
			t.Error("whoever sent a test has to look again")
		}
		s.sends(t, answering(0))
		if got := chips(item()); !slices.Equal(got, []string{"failed", "ping"}) || !strings.Contains(item().Text(), "The message could not be sent.") {
			t.Errorf("the test: %v %s", got, item().Text())
		}
		if last := s.admin.get(hooksPath).page.Find("#webhooks .items .items"); !strings.Contains(last.Text(), "failed") {
			t.Errorf("the list says %s", last.Text())
		}
	})
}

// TestWebhookSteps: a webhook is paused, resumed and removed by its buttons.
func TestWebhookSteps(t *testing.T) {
	t.Parallel()
	eachSwitchboard(t, func(t *testing.T, s *switchboard) {
		sheet := s.addHook(t)
		for _, x := range []struct{ button, state string }{{"Pause", "paused"}, {"Resume", "active"}} {
			s.admin.presses(s.admin.get(sheet).page, x.button)
			if got := chips(s.admin.get(hooksPath).page.Find("#webhooks")); got[0] != x.state {
				t.Errorf("after %s it is %v", x.button, got)
			}
		}
		r := s.admin.presses(s.admin.get(sheet).page, "Remove it and its log")
		if r.header.Get("Location") != hooksPath {
			t.Errorf("removing leads to %s", r.header.Get("Location"))
		}
		for _, path := range []string{sheet, sheet + "/edit"} {
			if r := s.admin.get(path); r.status != http.StatusNotFound {
				t.Errorf("%s: %d", path, r.status)
			}
		}
		for _, path := range []string{"/pause", "/test", "/remove", "/deliveries/1/again", "/deliveries/x/again"} {
			if r := s.admin.post(sheet+path, url.Values{}); r.status != http.StatusNotFound {
				t.Errorf("%s: %d", path, r.status)
			}
		}
	})
}

// TestWebhookGivenUp: who finds a webhook paused by the program learns why.
func TestWebhookGivenUp(t *testing.T) {
	t.Parallel()
	eachSwitchboard(t, func(t *testing.T, s *switchboard) {
		sheet := s.addHook(t)
		id := kb.ID(strings.TrimPrefix(sheet, hooksPath+"/"))
		state := func() string { return s.admin.get(sheet).page.Find(".facts").Text() }
		s.admin.presses(s.admin.get(sheet).page, "Pause")
		if !strings.Contains(state(), "paused") || strings.Contains(state(), "failed") {
			t.Errorf("paused by hand: %s", state())
		}
		check(t, s.db.Write(t.Context(), s.editor, func(tx *store.Tx) error {
			hook, err := tx.Webhook(id)
			for range desk.HopelessAfter {
				err = errors.Join(err, tx.QueueDeliveries([]kb.Webhook{hook}, kb.WebhookDelivery{Event: kb.EventPublished, ClaimID: "c1aim000", Revision: 1, Body: []byte("{}")}))
			}
			return errors.Join(err, tx.PauseWebhook("resume", id, false))
		}))
		for range desk.HopelessAfter {
			s.sends(t, closed{})
		}
		if !strings.Contains(state(), "paused; the last 5 messages failed for good.") {
			t.Errorf("paused by the program: %s", state())
		}
		if log := s.admin.get(sheet).page.Find("#deliveries").Text(); !strings.Contains(log, "It is closed for good.") || strings.Contains(log, "dial") {
			t.Errorf("the log says %s", log)
		}
	})
}

// TestWebhookOfOthers: nobody else sees or does anything here.
func TestWebhookOfOthers(t *testing.T) {
	t.Parallel()
	eachSwitchboard(t, func(t *testing.T, s *switchboard) {
		sheet := s.addHook(t)
		visitor := s.visitor(t)
		for _, path := range []string{hooksPath, hooksPath + "/new", sheet, sheet + "?secret=shown", sheet + "/edit"} {
			if r := s.who.get(path); r.status != http.StatusForbidden || strings.Contains(r.text, "whsec_") {
				t.Errorf("%s for an editor: %d", path, r.status)
			}
			if r := visitor.get(path); r.status != http.StatusSeeOther {
				t.Errorf("%s for a visitor: %d", path, r.status)
			}
		}
		before := s.lastAudit(t)
		form := url.Values{"url": {"https://example.org/"}, "events": {"published"}, "version": {"1"}}
		for _, path := range []string{hooksPath + "/new", sheet + "/edit", sheet + "/pause", sheet + "/resume", sheet + "/test", sheet + "/remove", sheet + "/deliveries/1/again"} {
			if r := s.who.post(path, form); r.status != http.StatusForbidden {
				t.Errorf("%s for an editor: %d", path, r.status)
			}
		}
		if s.lastAudit(t) != before {
			t.Error("something was done all the same")
		}
	})
}

func (s *site) lastAudit(t *testing.T) int64 {
	t.Helper()
	items, err := s.db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 1})
	check(t, err)
	return items[0].ID
}
