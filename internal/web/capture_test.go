package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// bureau is a site with an editor in front of it, and a source to work on.
type bureau struct {
	*site

	editor, reviewer kb.Actor
	who              *client
	source           kb.ID
}

const bureauPage = "https://pages.example/interview"

func newBureau(t *testing.T, address string) *bureau {
	t.Helper()
	b := &bureau{site: newSite(t, address)}
	b.who = b.signedIn(t, editor)
	var err error
	b.editor, err = b.desk.FindAccount(t.Context(), b.accounts[editor].Email)
	check(t, err)
	b.reviewer, err = b.desk.FindAccount(t.Context(), b.accounts[reviewer].Email)
	check(t, err)
	b.source = b.work(t, "An interview", bureauPage)
	return b
}

func eachBureau(t *testing.T, f func(t *testing.T, b *bureau)) {
	t.Helper()
	storetest.EachAddress(t, func(t *testing.T, address string) { f(t, newBureau(t, address)) })
}

func (b *bureau) work(t *testing.T, title, address string) kb.ID {
	t.Helper()
	id, err := b.desk.AddSource(t.Context(), b.editor, desk.SourceInput{Source: kb.Source{
		Title: title, URL: address, Kind: "news-report", Language: "en", PublishedOn: kb.StatedDate("2024-06-20"),
	}})
	check(t, err)
	return id
}

// paste gives a text of the source and gives the copy.
func (b *bureau) paste(t *testing.T, source kb.ID, text string, rights kb.Rights) kb.Snapshot {
	t.Helper()
	id, err := b.desk.GiveCapture(t.Context(), b.editor, desk.GivenCapture{SourceID: source, Text: text, Rights: rights})
	check(t, err)
	s, err := b.db.Desk(t.Context()).Snapshot(id)
	check(t, err)
	return s
}

func (b *bureau) copyPage(s kb.Snapshot) string {
	return "/desk/sources/" + string(s.SourceID) + "/snapshots/" + string(s.ID)
}

// liveWeb is an archive that fetches one text, whatever the address.
type liveWeb string

func (l liveWeb) Fetch(_ context.Context, address string, _ func(string)) (kb.Capture, error) {
	if l == "" {
		return kb.Capture{}, kb.NewCaptureFailure("gone", "The server answers 404 Not Found: the page is not there.", false, nil)
	}
	return kb.Capture{
		RequestedURL: address, FinalURL: address, Status: 200, MediaType: "text/html", BodyHash: record.Hash([]byte(l)), Text: string(l),
		Complete: "yes", At: time.Now(), Headers: kb.Strings{"Etag: abc"}, Redirects: kb.Strings{address},
	}, nil
}

func (liveWeb) Upload(context.Context, string, []byte) (kb.Capture, error) {
	return kb.Capture{}, io.EOF
}
func (liveWeb) Paste(context.Context, string) (kb.Capture, error) { return kb.Capture{}, io.EOF }

// runs captures what is asked for, from a web that holds one text.
func (b *bureau) runs(t *testing.T, text string) {
	t.Helper()
	busy, err := desk.New(desk.Options{DB: b.db, BaseURL: "https://claims.example", Archive: liveWeb(text)}).RunCapture(t.Context())
	check(t, err)
	if !busy {
		t.Fatal("no capture was asked for")
	}
	head, err := b.db.Public().Head(t.Context())
	check(t, err)
	check(t, b.follower.CatchUp(t.Context(), head)) // as it does by itself in a moment
}

// rated gives a claim that a copy supports, ready for review.
func (b *bureau) rated(t *testing.T, s kb.Snapshot, exact string) kb.ID {
	t.Helper()
	ctx := t.Context()
	id, err := b.desk.LogClaim(ctx, b.editor, desk.NewClaim{
		Claim:      kb.ClaimInput{Claim: kb.Claim{Text: "The moon is made of " + exact + ".", Language: "en", Kind: "other", Checkability: "checkable"}},
		Appearance: &desk.AppearanceInput{Speaker: "An Astronomer", Appearance: kb.Appearance{Language: "en", Directness: "direct", Translation: "original"}},
	})
	check(t, err)
	quoted, err := b.desk.Quote(ctx, b.editor, desk.QuoteInput{ClaimID: id, Stance: "supports", QuoteInput: kb.QuoteInput{SnapshotID: s.ID, Exact: exact, Start: quote.Anywhere}})
	check(t, err)
	d, err := b.db.Desk(ctx).Dossier(id)
	check(t, err)
	if d.Evidence[0].ExcerptID != quoted.Excerpt {
		t.Fatalf("evidence: %+v", d.Evidence)
	}
	check(t, b.desk.SaveDraft(ctx, b.editor, kb.RulingDraft{
		ClaimID: id, Outcome: "opinion", OutcomeReason: "It is one.", Summary: "An opinion.", Reasoning: "An opinion. " + kb.Citation(d.Evidence[0].ID),
	}))
	check(t, b.desk.StateException(ctx, b.editor, kb.GateException{ClaimID: id, Gate: "reply", Reason: "Nobody to ask."}))
	return id
}

// publish takes a claim into the record and waits until it is shown.
func (b *bureau) publish(t *testing.T, claim kb.ID) {
	t.Helper()
	ctx := t.Context()
	hash, err := b.desk.Submit(ctx, b.editor, claim)
	check(t, err)
	check(t, b.desk.Approve(ctx, b.reviewer, claim, hash, ""))
	p, err := b.desk.Publish(ctx, b.reviewer, claim)
	check(t, err)
	check(t, b.follower.CatchUp(ctx, p.Index))
}

// raw is an answer with its bytes as they are.
func (c *client) raw(method, path, kind string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), method, c.site.URL+path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for _, cookie := range c.http.Jar.Cookies(r.URL) {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	c.site.Config.Handler.ServeHTTP(w, r)
	return w
}

// upload sends a form with a file, as browsers do.
func (c *client) upload(path string, fields map[string]string, name string, file []byte) response {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range fields {
		check(c.t, form.WriteField(k, v))
	}
	part, err := form.CreateFormFile("file", name)
	check(c.t, err)
	_, err = part.Write(file)
	check(c.t, err)
	check(c.t, form.Close())
	w := c.raw(http.MethodPost, path, form.FormDataContentType(), &body)
	page, err := goquery.NewDocumentFromReader(w.Body)
	check(c.t, err)
	return response{w.Code, w.Header(), page, page.Text()}
}

// fields takes the form at a selector as it stands, as a browser would send it.
func fields(t *testing.T, page *goquery.Document, selector string) (action string, values url.Values) {
	t.Helper()
	form := page.Find(selector).First()
	if form.Length() == 0 {
		t.Fatalf("there is no form %s", selector)
	}
	action, _ = form.Attr("action")
	values = url.Values{}
	form.Find("input, textarea, select").Each(func(_ int, x *goquery.Selection) {
		name, _ := x.Attr("name")
		kind, _ := x.Attr("type")
		value, _ := x.Attr("value")
		switch {
		case goquery.NodeName(x) == "select":
			value, _ = x.Find("option[selected]").Attr("value")
		case goquery.NodeName(x) == "textarea":
			value = x.Text()
		case kind == "checkbox":
			if _, on := x.Attr("checked"); !on {
				return
			}
		}
		values.Set(name, value)
	})
	return action, values
}

// TestPasteForm: a text that is pasted becomes a copy; what is wrong comes back
// with everything typed.
func TestPasteForm(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		path := "/desk/sources/" + string(b.source) + "/captures/new"
		const text = "\nAs it stands.\n  With <b>marks</b> & spaces  \n"
		action, form := fields(t, b.who.get(path).page, "form[enctype='multipart/form-data']")
		if action != path {
			t.Errorf("the form leads to %s", action)
		}
		for name, tt := range map[string]struct {
			field, value string
			status       int
		}{
			"no text":          {"text", " \n", 422},
			"full without why": {"rights", "full", 422},
			"no such rights":   {"rights", "some", 422},
			"NUL":              {"rights_note", "a\x00b", 422},
			"not UTF-8":        {"rights_note", "a\xffb", 422},
			"control":          {"rights_note", "a\x07b", 422},
			"too much":         {"text", strings.Repeat("0123456789abcde\n", 8<<16) + "x", 422},
		} {
			bad := url.Values{}
			for k := range form {
				bad.Set(k, form.Get(k))
			}
			bad.Set("text", text)
			bad.Set(tt.field, tt.value)
			r := b.who.post(path, bad)
			if r.status != tt.status || r.page.Find(".problems").Length() == 0 {
				t.Errorf("%s: %d", name, r.status)
				continue
			}
			if got := r.page.Find("textarea[name=text]").Text(); got != bad.Get("text") {
				t.Errorf("%s: what was typed came back as %.60q", name, got)
			}
		}
		form.Set("text", text)
		form.Set("complete", "no")
		form.Set("rights", "full")
		form.Set("rights_note", "Ours.")
		r := b.who.post(path, form)
		if r.status != http.StatusSeeOther {
			t.Fatalf("pasting: %d %s", r.status, r.page.Find(".problems").Text())
		}
		s, err := b.db.Desk(t.Context()).NewestWhole(b.source)
		check(t, err)
		if s.Text != text || s.Complete != "no" || s.Rights != "full" || s.RightsNote != "Ours." || s.Method != "pasted" || r.header.Get("Location") != b.copyPage(s) {
			t.Errorf("kept: %+v, leads to %s", s, r.header.Get("Location"))
		}
		if sheet := b.who.get("/desk/sources/" + string(b.source)); !strings.Contains(sheet.page.Find("#captures").Text(), "not the whole of it") {
			t.Errorf("the source shows %q", sheet.page.Find("#captures").Text())
		}
	})
}

// TestUpload: a file becomes a copy; one that is too large, or none, is refused
// in words; and no other form takes files.
func TestUpload(t *testing.T) {
	t.Parallel()
	b := newBureau(t, storetest.SQLite(t))
	path := "/desk/sources/" + string(b.source) + "/captures/new"
	rest := map[string]string{"complete": "unknown", "rights": "quotation", "rights_note": ""}
	page := []byte("<!doctype html><title>A page</title><p>It is <b>rock</b>, he said.<script>alert(1)</script>")
	if r := b.who.upload(path, rest, "page.html", page); r.status != http.StatusSeeOther {
		t.Fatalf("a page: %d %s", r.status, r.page.Find(".problems").Text())
	}
	s, err := b.db.Desk(t.Context()).NewestWhole(b.source)
	check(t, err)
	if s.Method != "uploaded" || s.MediaType != "text/html" || s.Text != "It is rock, he said." || s.Facts.Title != "A page" || s.BodyHash != record.Hash(page) {
		t.Errorf("kept: %+v", s)
	}
	before, err := b.db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 1})
	check(t, err)
	for name, tt := range map[string]struct {
		file   string
		body   []byte
		status int
	}{
		"too large for a file":    {"page.html", bytes.Repeat([]byte("x"), 16<<20+1), 422},
		"too large for a request": {"page.html", bytes.Repeat([]byte("x"), 17<<20), 413},
		"no text":                 {"photo.png", []byte("\x89PNG\r\n\x1a\n\x00\x00"), 422},
		"empty":                   {"page.html", []byte("<p></p>"), 422},
		"no file":                 {"", nil, 422},
	} {
		r := b.who.upload(path, map[string]string{"text": "", "rights": "quotation", "rights_note": "Kept as typed."}, tt.file, tt.body)
		if r.status != tt.status {
			t.Errorf("%s: %d, want %d", name, r.status, tt.status)
		}
		if got := strings.TrimSpace(r.page.Find("[name=rights_note]").AttrOr("value", r.page.Find("[name=rights_note]").Text())); tt.status == 422 && got != "Kept as typed." {
			t.Errorf("%s: what was typed came back as %q", name, got)
		}
	}
	both := map[string]string{"text": "A text.", "rights": "quotation"}
	if r := b.who.upload(path, both, "page.html", page); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.page.Find("textarea[name=text]").Text(), "A text.") {
		t.Errorf("both: %d", r.status)
	}
	if w := b.who.raw(http.MethodPost, path, "multipart/form-data; boundary=x", strings.NewReader("--x\r\nno end")); w.Code != http.StatusBadRequest {
		t.Errorf("half a form: %d", w.Code)
	}
	for _, other := range []string{"/desk/claims/new", "/desk/sources/new", b.copyPage(s), b.copyPage(s) + "/rights", "/login"} {
		if r := b.who.upload(other, rest, "page.html", page); r.status != http.StatusUnsupportedMediaType {
			t.Errorf("a file for %s: %d, want 415", other, r.status)
		}
		if w := b.who.raw(http.MethodPost, other, "application/x-www-form-urlencoded", strings.NewReader("exact="+strings.Repeat("x", 2<<20))); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("2 MB for %s: %d, want 413", other, w.Code)
		}
	}
	for _, kind := range []string{"application/json", "text/plain", "", "multipart/mixed; boundary=x", "multipart/form-data"} {
		if w := b.who.raw(http.MethodPost, path, kind, strings.NewReader(`{"text":"x"}`)); w.Code != http.StatusUnsupportedMediaType && w.Code != http.StatusBadRequest {
			t.Errorf("as %q: %d", kind, w.Code)
		}
	}
	after, err := b.db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 1})
	check(t, err)
	if after[0].ID != before[0].ID {
		t.Errorf("something was written: %+v", after[0])
	}
}

// TestCopyIsExact: the text of a copy stands on its page to the letter, for the
// desk and for readers: what selectors count in.
func TestCopyIsExact(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		rock := "\nIt is rock.\n"
		for i, text := range []string{
			"<script>alert('no')</script><!-- a remark --></div></main>" + rock,
			"&amp; &lt;b&gt; &nbsp; &#x41; & < > \" '" + rock,
			"\n\n  leading lines" + rock,
			"trailing blanks" + rock + "   \n\n",
			"tabs\tand  many   spaces\n \n" + rock,
			"Größe, ß, ﬁ, 👩‍🚀, e\u0301, \u200b\u200d\u2028\u00a0" + rock,
			"العربية עברית 中文" + rock,
		} {
			source := b.work(t, fmt.Sprintf("Text %d", i), fmt.Sprintf("https://pages.example/%d", i))
			s := b.paste(t, source, text, kb.Rights{Shown: "full", Note: "Ours."})
			exactly := func(where string, r response) {
				t.Helper()
				if got := r.page.Find("#snapshot").Text(); r.status != http.StatusOK || got != s.Text {
					t.Errorf("%s of text %d: %d, %q, want %q", where, i, r.status, got, s.Text)
				}
				if r.page.Find("#snapshot").Children().Not("mark").Length() > 0 {
					t.Errorf("%s of text %d has elements of its own", where, i)
				}
			}
			exactly("the copy", b.who.get(b.copyPage(s)))
			claim := b.rated(t, s, "It is rock")
			marked := b.who.get(b.copyPage(s))
			exactly("the copy with a quotation marked", marked)
			if got := marked.page.Find("#snapshot mark").Text(); got != "It is rock" {
				t.Errorf("marked: %q", got)
			}
			b.publish(t, claim)
			exactly("the published copy", b.visitor(t).get("/sources/"+string(source)+"/snapshots/"+s.TextHash))
			check(t, b.desk.Revise(t.Context(), b.editor, claim)) // the wording can be logged once
			c, err := b.db.Desk(t.Context()).Claim(claim)
			check(t, err)
			c.Text = fmt.Sprintf("Claim %d about rock.", i)
			check(t, b.desk.UpdateClaim(t.Context(), b.editor, claim, kb.ClaimInput{Claim: c}))
		}
	})
}

// TestBytes: what was captured can be saved and never runs: it may hold anything.
func TestBytes(t *testing.T) {
	t.Parallel()
	b := newBureau(t, storetest.SQLite(t))
	page := []byte("<!doctype html><p>It is rock.<script>alert(document.cookie)</script>\r\n\x00\xff")
	if r := b.who.upload("/desk/sources/"+string(b.source)+"/captures/new", map[string]string{"rights": "quotation"}, "page.html", page); r.status != http.StatusSeeOther {
		t.Fatalf("uploading: %d %s", r.status, r.text)
	}
	s, err := b.db.Desk(t.Context()).NewestWhole(b.source)
	check(t, err)
	w := b.who.raw(http.MethodGet, b.copyPage(s)+"/bytes", "", nil)
	if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), page) {
		t.Errorf("the bytes: %d, %q", w.Code, w.Body.String())
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Security-Policy": "sandbox; default-src 'none'", "Content-Disposition": `attachment; filename="` + s.BodyHash + `.bin"`,
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	other := b.work(t, "Another", "https://pages.example/another")
	passage, err := b.desk.CopyExcerpt(t.Context(), b.editor, desk.ExcerptInput{ExcerptInput: kb.ExcerptInput{SourceID: other, Exact: "By hand."}})
	check(t, err)
	e, err := b.db.Desk(t.Context()).Excerpt(passage)
	check(t, err)
	for _, path := range []string{
		"/desk/sources/" + string(other) + "/snapshots/" + string(s.ID) + "/bytes",
		"/desk/sources/" + string(other) + "/snapshots/" + string(e.SnapshotID) + "/bytes", // no bytes are kept of it
		"/desk/sources/" + string(other) + "/snapshots/" + string(s.ID),
		"/desk/sources/" + string(b.source) + "/snapshots/00000000",
		"/desk/sources/" + string(b.source) + "/snapshots/..%2f..%2fetc",
	} {
		if r := b.who.get(path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

const bureauText = "First a headline, and it is rock.\nIt is rock, said one. It is rock, said another.\nThe earth isn’t flat.\n"

// TestQuoteForm: everything that a script helps with works without one: words
// are typed, places chosen by their buttons, near words taken over.
func TestQuoteForm(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		s := b.paste(t, b.source, bureauText, kb.Rights{})
		claim := b.who.newClaim(url.Values{"text": {"The moon is rock, as the form has it."}})
		path := b.copyPage(s)
		const quoteForm = "aside form[data-draft^='quote-']"
		_, form := fields(t, b.who.get(path).page, quoteForm)
		form.Set("exact", "It is rock")
		form.Set("claim", "The moon is rock, as the form has it. · "+string(claim))
		form.Set("stance", "supports")
		r := b.who.post(path, form)
		if r.status != http.StatusUnprocessableEntity {
			t.Fatalf("ambiguous: %d", r.status)
		}
		_, again := fields(t, r.page, quoteForm)
		for _, name := range []string{"exact", "claim", "stance"} {
			if again.Get(name) != form.Get(name) {
				t.Errorf("%s came back as %q", name, again.Get(name))
			}
		}
		places := r.page.Find(".places form")
		if places.Length() != 2 || r.page.Find("#snapshot").Text() != bureauText {
			t.Fatalf("%d places are offered", places.Length())
		}
		places.Each(func(i int, x *goquery.Selection) {
			if got := r.page.Find(".places .place mark").Eq(i).Text(); got != "It is rock" {
				t.Errorf("place %d shows %q", i, got)
			}
		})
		second := strings.LastIndex(bureauText, "It is rock")
		action, chosen := fields(t, r.page, ".places li:nth-child(2) form")
		if chosen.Get("start") != strconv.Itoa(second) || action != path {
			t.Errorf("the second place is %v", chosen)
		}
		if r := b.who.post(action, chosen); r.status != http.StatusSeeOther || r.header.Get("Location") != "/desk/claims/"+string(claim)+"#evidence" {
			t.Fatalf("the second place: %d %s", r.status, r.header.Get("Location"))
		}
		d, err := b.db.Desk(t.Context()).Dossier(claim)
		check(t, err)
		e := d.Excerpts[d.Evidence[0].ExcerptID]
		if len(d.Evidence) != 1 || d.Evidence[0].Stance != "supports" || e.State != kb.Exact || e.Segments[0].Start != second {
			t.Errorf("quoted: %+v, %+v", d.Evidence, e)
		}

		form.Set("exact", "The earth isn't that flat")
		form.Del("claim")
		form.Set("stance", "")
		r = b.who.post(path, form)
		if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.page.Find(".places .hint").Text(), "not “isn't that”, but “isn’t”") {
			t.Fatalf("near words: %d, %q", r.status, r.page.Find(".places").Text())
		}
		action, chosen = fields(t, r.page, ".places form")
		r = b.who.post(action, chosen)
		if r.status != http.StatusSeeOther || !strings.HasPrefix(r.header.Get("Location"), "/desk/sources/"+string(b.source)+"#x") {
			t.Fatalf("the near words: %d %s", r.status, r.header.Get("Location"))
		}
		near, err := b.db.Desk(t.Context()).Excerpt(kb.ID(strings.TrimPrefix(r.header.Get("Location"), "/desk/sources/"+string(b.source)+"#x")))
		check(t, err)
		if near.State != kb.Exact || near.Segments.Text() != "The earth isn’t flat" {
			t.Errorf("quoted: %+v", near)
		}

		for name, tt := range map[string]struct {
			values url.Values
			field  string
		}{
			"nothing":            {url.Values{"exact": {" "}}, "exact"},
			"nowhere":            {url.Values{"exact": {"Words of quite another kind of thing"}}, "exact"},
			"no such claim":      {url.Values{"exact": {"said one"}, "claim": {"whatever"}, "stance": {"supports"}}, "claim"},
			"what it does to it": {url.Values{"exact": {"said one"}, "claim": {string(claim)}}, "stance"},
			"a stance, to what":  {url.Values{"exact": {"said one"}, "stance": {"supports"}}, "claim"},
			"no such stance":     {url.Values{"exact": {"said one"}, "claim": {string(claim)}, "stance": {"agrees"}}, "stance"},
			"no such work":       {url.Values{"exact": {"said one"}, "work": {"no such work"}}, "work"},
			"not UTF-8":          {url.Values{"exact": {"said \xff one"}}, "exact"},
			"NUL":                {url.Values{"exact": {"said \x00 one"}}, "exact"},
			"too long":           {url.Values{"exact": {strings.Repeat("much too long ", 200)}}, "exact"},
		} {
			r := b.who.post(path, tt.values)
			if r.status != http.StatusUnprocessableEntity || r.page.Find("[name="+tt.field+"][aria-invalid=true]").Length() != 1 {
				t.Errorf("%s: %d, %s", name, r.status, r.page.Find(".problems").Text())
			}
		}
		anyway := url.Values{"exact": {"It is rock"}, "anyway": {"yes"}}
		if r := b.who.post(path, anyway); r.status != http.StatusSeeOther {
			t.Errorf("kept all the same: %d", r.status)
		}
		if sheet := b.who.get("/desk/sources/" + string(b.source)); !strings.Contains(sheet.page.Find("#excerpts").Text(), "Stands in more than one place") {
			t.Errorf("the source shows %q", sheet.page.Find("#excerpts").Text())
		}
	})
}

// TestQuoteFormIsFilled: what leads to the form can bring words, claim and the
// quotation that is replaced; a mistake loses none of it.
func TestQuoteFormIsFilled(t *testing.T) {
	t.Parallel()
	b := newBureau(t, storetest.SQLite(t))
	b.paste(t, b.source, bureauText, kb.Rights{})
	old, err := b.desk.CopyExcerpt(t.Context(), b.editor, desk.ExcerptInput{ExcerptInput: kb.ExcerptInput{SourceID: b.source, Exact: "said one"}})
	check(t, err)
	sheet := b.who.get("/desk/sources/" + string(b.source))
	href, _ := sheet.page.Find("#x" + string(old) + " a:contains('Anchor')").Attr("href")
	const quoteForm = "aside form[data-draft^='quote-']"
	action, form := fields(t, b.who.get(href).page, quoteForm)
	if form.Get("exact") != "said one" || form.Get("replaces") != string(old) {
		t.Fatalf("%s brings %v", href, form)
	}
	form.Set("exact", "It is rock")
	r := b.who.post(action, form)
	_, again := fields(t, r.page, quoteForm)
	_, place := fields(t, r.page, ".places form")
	if r.status != http.StatusUnprocessableEntity || again.Get("replaces") != string(old) || place.Get("replaces") != string(old) {
		t.Errorf("after a mistake: %d, %v, %v", r.status, again, place)
	}
	if r := b.who.post(action, place); r.status != http.StatusSeeOther {
		t.Fatalf("choosing: %d", r.status)
	}
	if e, err := b.db.Desk(t.Context()).Excerpt(old); err != nil || e.ReplacedBy == "" {
		t.Errorf("the old one: %+v, %v", e, err)
	}
	if r := b.who.post(action, place); r.status != http.StatusConflict {
		t.Errorf("replacing it again: %d", r.status)
	}
}

// TestPassagePage: a passage that was copied by hand is shown, and no form quotes
// from it.
func TestPassagePage(t *testing.T) {
	t.Parallel()
	b := newBureau(t, storetest.SQLite(t))
	excerpt, err := b.desk.CopyExcerpt(t.Context(), b.editor, desk.ExcerptInput{ExcerptInput: kb.ExcerptInput{SourceID: b.source, Exact: "It is rock", Suffix: ", he said."}})
	check(t, err)
	e, err := b.db.Desk(t.Context()).Excerpt(excerpt)
	check(t, err)
	path := "/desk/sources/" + string(b.source) + "/snapshots/" + string(e.SnapshotID)
	if r := b.who.get(path); r.status != http.StatusOK || r.page.Find("aside form").Length() > 0 || r.page.Find("#snapshot").Text() != "It is rock, he said." {
		t.Errorf("the passage: %d, %q", r.status, r.page.Find("#snapshot").Text())
	}
	if r := b.who.post(path, url.Values{"exact": {"It is rock"}}); r.status != http.StatusConflict {
		t.Errorf("quoting from it: %d", r.status)
	}
	if r := b.who.post(path+"/rights", url.Values{"rights": {"full"}, "rights_note": {"Ours."}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("showing it whole: %d", r.status)
	}
}

// TestPublishedCopy follows a copy from the desk to readers and away again.
func TestPublishedCopy(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		reader := b.visitor(t)
		s := b.paste(t, b.source, "Größe: it is rock, he said. <b>Not</b> cheese.", kb.Rights{Shown: "full", Note: "Ours."})
		quotable := b.paste(t, b.work(t, "Quotable", "https://pages.example/quotable"), "it is rock, they say", kb.Rights{})
		path := "/sources/" + string(b.source) + "/snapshots/" + s.TextHash
		claim := b.rated(t, s, "it is rock")
		if r := reader.get(path); r.status != http.StatusNotFound || strings.Contains(r.text, "rock") {
			t.Errorf("before publication: %d", r.status)
		}
		b.publish(t, claim)
		r := reader.get(path)
		if r.status != http.StatusOK || r.page.Find("#snapshot").Text() != s.Text || r.page.Find("#snapshot b, aside, form[method=post]").Length() > 0 {
			t.Fatalf("after publication: %d, %q", r.status, r.page.Find("#snapshot").Text())
		}
		if robots, _ := r.page.Find("meta[name=robots]").Attr("content"); !strings.Contains(robots, "noindex") || r.header.Get("Set-Cookie") != "" {
			t.Errorf("robots %q, cookie %q", robots, r.header.Get("Set-Cookie"))
		}
		for _, words := range []string{"An interview", "Ours.", s.TextHash, bureauPage} {
			if !strings.Contains(r.text, words) {
				t.Errorf("the page does not show %q", words)
			}
		}
		if r := reader.get(path, "If-None-Match", r.header.Get("ETag")); r.status != http.StatusNotModified {
			t.Errorf("asked with its own tag: %d", r.status)
		}
		link, _ := reader.get("/claims/" + string(claim)).page.Find("a:contains('archived copy')").Attr("href")
		if want := path + "?from=7&to=17#passage"; link != want {
			t.Errorf("the claim leads to %q, want %q", link, want)
		}
		if marked := reader.get(strings.TrimSuffix(link, "#passage")); marked.page.Find("mark#passage").Text() != "it is rock" || marked.page.Find("#snapshot").Text() != s.Text {
			t.Errorf("marked: %q", marked.page.Find("mark").Text())
		}
		for _, query := range []string{
			"from=-1&to=5", "from=5&to=5", "from=9&to=3", "from=0&to=100000", "from=x&to=y", "from=1", "to=4", "from=&to=",
			"from=99999999999999999999&to=4", "from=0&to=9223372036854775807", "from=1e1&to=2e1", "from=%3Cscript%3E&to=3", "from=5&to=50",
		} {
			if r := reader.get(path + "?" + query); r.status != http.StatusOK || r.page.Find("#snapshot mark").Length() > 0 || r.page.Find("#snapshot").Text() != s.Text {
				t.Errorf("%s: %d, marked %q", query, r.status, r.page.Find("mark").Text())
			}
		}
		for name, bad := range map[string]string{
			"another source's": "/sources/" + string(quotable.SourceID) + "/snapshots/" + s.TextHash,
			"quotable only":    "/sources/" + string(quotable.SourceID) + "/snapshots/" + quotable.TextHash,
			"no hash":          "/sources/" + string(b.source) + "/snapshots/" + string(s.ID),
			"upper case":       "/sources/" + string(b.source) + "/snapshots/" + strings.ToUpper(s.TextHash),
			"no source":        "/sources/x/snapshots/" + s.TextHash,
		} {
			if r := reader.get(bad); r.status != http.StatusNotFound {
				t.Errorf("%s: %d", name, r.status)
			}
		}

		rights := b.copyPage(s) + "/rights"
		if r := b.who.post(rights, url.Values{"rights": {"full"}, "rights_note": {" "}}); r.status != http.StatusUnprocessableEntity || r.page.Find("[name=rights_note]").Length() != 1 {
			t.Errorf("full without why: %d", r.status)
		}
		if r := b.who.post(rights, url.Values{"rights": {"quotation"}, "rights_note": {"Not ours after all."}}); r.status != http.StatusSeeOther {
			t.Fatalf("taking it down: %d", r.status)
		}
		for _, query := range []string{"", "?from=7&to=17"} {
			if r := reader.get(path + query); r.status != http.StatusGone || strings.Contains(r.text, "rock, he said") {
				t.Errorf("after it was taken down: %d", r.status)
			}
		}
		if r := reader.get("/claims/" + string(claim)); r.status != http.StatusOK || !strings.Contains(r.text, "it is rock") {
			t.Errorf("the claim that quotes it: %d", r.status)
		}
	})
}

// TestAnnotations: the quotations of a published claim in the terms of the W3C's
// Web Annotation Data Model, for other people's programs.
func TestAnnotations(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		reader := b.visitor(t)
		const text = "Größe 👩‍🚀: it is rock, he said. It isn’t cheese, he added, and left."
		s := b.paste(t, b.source, text, kb.Rights{Shown: "full", Note: "Ours."})
		claim := b.rated(t, s, "it is rock […] and left")
		path := "/claims/" + string(claim) + "/annotations.json"
		if w := reader.raw(http.MethodGet, path, "", nil); w.Code != http.StatusNotFound || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("before publication: %d %s", w.Code, w.Header().Get("Content-Type"))
		}
		b.publish(t, claim)
		w := reader.raw(http.MethodGet, path, "", nil)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != `application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"` ||
			w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("ETag") == "" {
			t.Errorf("%d, %v", w.Code, w.Header())
		}
		type selector struct {
			Type, Exact, Prefix, Suffix string
			Start, End                  *int
		}
		var page struct {
			Context  string `json:"@context"`
			ID, Type string
			Items    []struct {
				ID, Type, Motivation, Created string
				Body                          []struct{ Type, Value, Format string }
				Target                        []struct {
					Source   string
					Selector []selector
					State    struct{ Type, SourceDate, Cached string }
				}
			}
		}
		check(t, json.Unmarshal(w.Body.Bytes(), &page))
		d, err := b.db.Desk(t.Context()).Dossier(claim)
		check(t, err)
		home := "http://claims.example/claims/" + string(claim)
		if page.Context != "http://www.w3.org/ns/anno.jsonld" || page.Type != "AnnotationPage" || page.ID != home+"/annotations.json" || len(page.Items) != 1 {
			t.Fatalf("the page: %s", w.Body)
		}
		a := page.Items[0]
		if a.Type != "Annotation" || a.Motivation != "assessing" || a.ID != home+"#e"+string(d.Evidence[0].ID) || len(a.Body) != 1 || a.Body[0].Type != "TextualBody" ||
			a.Body[0].Format != "text/plain" || !strings.HasPrefix(a.Body[0].Value, "supports: The moon") || len(a.Target) != 2 {
			t.Errorf("the annotation: %+v", a)
		}
		if _, err := time.Parse(time.RFC3339, a.Created); err != nil {
			t.Errorf("created: %v", err)
		}
		runes := []rune(text)
		for i, want := range []string{"it is rock", "and left"} {
			x := a.Target[i]
			if x.Source != bureauPage || len(x.Selector) != 2 || x.Selector[0].Type != "TextQuoteSelector" || x.Selector[1].Type != "TextPositionSelector" || x.Selector[0].Exact != want {
				t.Fatalf("target %d: %+v", i, x)
			}
			start, end := *x.Selector[1].Start, *x.Selector[1].End
			if got := string(runes[start:end]); got != want {
				t.Errorf("target %d stands at %d–%d, where %q stands", i, start, end, got)
			}
			if !strings.HasSuffix(string(runes[:start]), x.Selector[0].Prefix) || !strings.HasPrefix(string(runes[end:]), x.Selector[0].Suffix) || x.Selector[0].Suffix == "" {
				t.Errorf("target %d stands in %+v", i, x.Selector[0])
			}
			if x.State.Type != "TimeState" || x.State.SourceDate != record.Stamp(s.CapturedAt) || x.State.Cached != "http://claims.example/sources/"+string(b.source)+"/snapshots/"+s.TextHash {
				t.Errorf("target %d: %+v", i, x.State)
			}
		}
	})
}

// TestAnnotationsElsewhere: words that were seen only through another work are
// annotated where they were seen; words copied by hand have no position there.
func TestAnnotationsElsewhere(t *testing.T) {
	t.Parallel()
	b := newBureau(t, storetest.SQLite(t))
	ctx := t.Context()
	s := b.paste(t, b.source, bureauText, kb.Rights{Shown: "full", Note: "Ours."})
	claim := b.rated(t, s, "First a headline")
	speech := b.work(t, "A speech", "https://pages.example/speech")
	_, err := b.desk.Quote(ctx, b.editor, desk.QuoteInput{
		ClaimID: claim, Stance: "context", Work: string(speech), QuoteInput: kb.QuoteInput{SnapshotID: s.ID, Exact: "said another", Start: quote.Anywhere},
	})
	check(t, err)
	byHand, err := b.desk.CopyExcerpt(ctx, b.editor, desk.ExcerptInput{ExcerptInput: kb.ExcerptInput{SourceID: speech, Exact: "copied by hand"}})
	check(t, err)
	check(t, b.desk.AttestExcerpt(ctx, b.reviewer, byHand))
	_, err = b.desk.AddEvidence(ctx, b.editor, desk.EvidenceInput{Evidence: kb.Evidence{ClaimID: claim, ExcerptID: byHand, Stance: "inconclusive"}})
	check(t, err)
	b.publish(t, claim)
	reader := b.visitor(t)
	var page struct {
		Items []struct {
			Target []struct {
				Source   string
				Selector []struct{ Type, Exact string }
				State    struct{ Cached string }
			}
		}
	}
	check(t, json.Unmarshal(reader.raw(http.MethodGet, "/claims/"+string(claim)+"/annotations.json", "", nil).Body.Bytes(), &page))
	cached := "http://claims.example/sources/" + string(b.source) + "/snapshots/" + s.TextHash
	for i, want := range []struct {
		exact, source, cached string
		selectors             int
	}{
		{"First a headline", bureauPage, cached, 2}, {"said another", bureauPage, cached, 2}, {"copied by hand", "https://pages.example/speech", "", 1},
	} {
		x := page.Items[i].Target[0]
		if x.Source != want.source || x.State.Cached != want.cached || len(x.Selector) != want.selectors || x.Selector[0].Exact != want.exact {
			t.Errorf("annotation %d: %+v, want %+v", i, x, want)
		}
	}
	if r := reader.get("/sources/" + string(b.source) + "/snapshots/" + s.TextHash); r.status != http.StatusOK {
		t.Errorf("the copy that they lead to: %d", r.status)
	}
	live, _ := reader.get("/claims/" + string(claim)).page.Find("article.ev:contains('said another') a:contains('live page')").Attr("href")
	if live != "https://pages.example/speech#:~:text=said%20another" {
		t.Errorf("the live page of another's words: %q", live)
	}
}

// TestTrailPicture: the trail by itself, to be put anywhere: valid, and harmless.
func TestTrailPicture(t *testing.T) {
	t.Parallel()
	b := newBureau(t, storetest.SQLite(t))
	reader := b.visitor(t)
	hostile := b.work(t, `</text><script>alert(1)</script>&"'`, "https://pages.example/hostile")
	claim := b.rated(t, b.paste(t, hostile, "it is rock, he said", kb.Rights{}), "it is rock")
	path := "/claims/" + string(claim) + "/trail.svg"
	if r := reader.get(path); r.status != http.StatusNotFound {
		t.Errorf("before publication: %d", r.status)
	}
	b.publish(t, claim)
	w := reader.raw(http.MethodGet, path, "", nil)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") ||
		w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
	names := map[string]int{}
	for d := xml.NewDecoder(w.Body); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		if e, ok := token.(xml.StartElement); ok {
			names[e.Name.Local]++
		}
	}
	if names["svg"] != 1 || names["script"] > 0 || names["rect"] == 0 || names["style"] != 1 {
		t.Errorf("it holds %v", names)
	}
	opinion := b.who.newClaim(url.Values{"text": {"A claim that rests on nothing."}})
	check(t, b.desk.SaveDraft(t.Context(), b.editor, kb.RulingDraft{ClaimID: opinion, Outcome: "opinion", OutcomeReason: "It is one.", Summary: "An opinion.", Reasoning: "An opinion."}))
	for _, gate := range []string{"appearance", "citations", "reply"} {
		check(t, b.desk.StateException(t.Context(), b.editor, kb.GateException{ClaimID: opinion, Gate: gate, Reason: "There is nothing."}))
	}
	b.publish(t, opinion)
	if r := reader.get("/claims/" + string(opinion) + "/trail.svg"); r.status != http.StatusNotFound {
		t.Errorf("of no source: %d", r.status)
	}
	if w := reader.raw(http.MethodGet, "/claims/"+string(opinion)+"/annotations.json", "", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"items":[]`) {
		t.Errorf("annotations of no quotation: %d %s", w.Code, w.Body)
	}
}

// TestLivePage: readers see how a quotation stands on the live page, as it was
// last looked at, and are led to the words there.
func TestLivePage(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		reader := b.visitor(t)
		s := b.paste(t, b.source, bureauText, kb.Rights{})
		claim := b.rated(t, s, "The earth isn’t flat")
		b.publish(t, claim)
		page := func() response { return reader.get("/claims/" + string(claim)) }
		before := page()
		if strings.Contains(before.text, "Live page on") {
			t.Error("a check is shown before there was one")
		}
		if href, _ := before.page.Find("a:contains('live page')").Attr("href"); href != bureauPage+"#:~:text=The%20earth%20isn%E2%80%99t%20flat" {
			t.Errorf("the live page is %q", href)
		}
		today := time.Now().UTC().Format("2 January 2006")
		for _, look := range []struct{ page, words string }{
			{bureauText + "More of it.", "still there"},
			{"Something before.\n" + bureauText, "still there, at another place"},
			{strings.Replace(bureauText, "earth isn’t flat", "earth is not flat", 1), "changed"},
			{"", "gone"},
		} {
			if r := b.who.post("/desk/sources/"+string(b.source)+"/captures", nil); r.status != http.StatusSeeOther {
				t.Fatalf("asking for a capture: %d", r.status)
			}
			b.runs(t, look.page)
			r := page()
			var shown string
			r.page.Find(".chip").Each(func(_ int, x *goquery.Selection) {
				if strings.HasPrefix(x.Text(), "Live page on") {
					shown = x.Text()
				}
			})
			if tomorrow := time.Now().UTC().Format("2 January 2006"); shown != "Live page on "+today+": "+look.words && shown != "Live page on "+tomorrow+": "+look.words {
				t.Errorf("readers see %q, want %q", shown, look.words)
			}
			if !strings.Contains(r.page.Find("article.ev").Text(), "The earth isn’t flat") {
				t.Error("the quotation itself has changed")
			}
		}
		if sheet := b.who.get("/desk/sources/" + string(b.source)); !strings.Contains(sheet.page.Find("#excerpts").Text(), "Live page on") || !strings.Contains(sheet.page.Find("#captures").Text(), "the page is not there") {
			t.Errorf("the desk shows %q", sheet.text)
		}
	})
}

// TestCaptureNow: a capture is asked for, shown while it waits, and taken back.
func TestCaptureNow(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		sheet := "/desk/sources/" + string(b.source)
		if b.who.get(sheet).page.Find("form[action='"+sheet+"/captures']").Length() != 1 {
			t.Error("a capture cannot be asked for")
		}
		if r := b.who.post(sheet+"/captures", nil); r.status != http.StatusSeeOther || r.header.Get("Location") != sheet+"#captures" {
			t.Fatalf("asking: %d %s", r.status, r.header.Get("Location"))
		}
		if r := b.who.post(sheet+"/captures", nil); r.status != http.StatusConflict {
			t.Errorf("asking twice: %d", r.status)
		}
		waiting := b.who.get(sheet)
		if !strings.Contains(waiting.page.Find("#captures").Text(), "waiting") || waiting.page.Find("form[action='"+sheet+"/captures']").Length() > 0 {
			t.Errorf("while it waits: %q", waiting.page.Find("#captures").Text())
		}
		if !strings.Contains(b.who.get("/desk/tasks").page.Find("#captures").Text(), "An interview") {
			t.Error("the tasks do not show it")
		}
		cancel, _ := waiting.page.Find("#captures form").Attr("action")
		for _, bad := range []string{sheet + "/captures/0/cancel", sheet + "/captures/x/cancel", sheet + "/captures/-1/cancel", sheet + "/captures/99999999999999999999/cancel", strings.Replace(cancel, string(b.source), "00000000", 1)} {
			if r := b.who.post(bad, nil); r.status != http.StatusNotFound {
				t.Errorf("%s: %d", bad, r.status)
			}
		}
		if r := b.who.post(cancel, nil); r.status != http.StatusSeeOther {
			t.Errorf("cancelling: %d", r.status)
		}
		if r := b.who.post(cancel, nil); r.status != http.StatusConflict {
			t.Errorf("cancelling twice: %d", r.status)
		}
		if after := b.who.get(sheet); !strings.Contains(after.page.Find("#captures").Text(), "Cancelled by Ines Okafor.") {
			t.Errorf("after it was cancelled: %q", after.page.Find("#captures").Text())
		}
		if r := b.who.post("/desk/sources/"+string(b.work(t, "A speech", ""))+"/captures", nil); r.status != http.StatusUnprocessableEntity {
			t.Errorf("without an address: %d", r.status)
		}
		b.who.post(sheet+"/captures", nil)
		b.runs(t, bureauText)
		s, err := b.db.Desk(t.Context()).NewestWhole(b.source)
		check(t, err)
		if r := b.who.get(b.copyPage(s)); !strings.Contains(r.text, "200 OK") || !strings.Contains(r.text, "Etag: abc") {
			t.Errorf("the copy shows %q", r.page.Find(".head").Text())
		}
	})
}

// alike are two texts that share enough to be noticed.
func alike() (wire, cut string) {
	words := make([]string, 90)
	for i := range words {
		words[i] = fmt.Sprintf("word%d", i*7919%10007)
	}
	return strings.Join(words, " "), "Own words first. " + strings.Join(words[:60], " ")
}

// TestSuggestionPages: what was noticed is shown side by side and decided, with
// a reason; what is typed is not lost.
func TestSuggestionPages(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		wire, cut := alike()
		other := b.work(t, "A wire", "https://pages.example/wire")
		b.paste(t, other, wire, kb.Rights{})
		b.paste(t, b.source, cut+", according to Reuters.", kb.Rights{})
		about, err := b.db.Desk(t.Context()).SuggestionsAbout(b.source)
		check(t, err)
		if len(about) != 2 {
			t.Fatalf("suggestions: %+v", about)
		}
		tasks := b.who.get("/desk/tasks")
		for _, x := range about {
			path := "/desk/suggestions/" + string(x.ID)
			if tasks.page.Find("#suggestions a[href='"+path+"']").Length() != 1 {
				t.Errorf("the tasks do not lead to %s", path)
			}
			r := b.who.get(path)
			if r.status != http.StatusOK {
				t.Fatalf("%s: %d", path, r.status)
			}
			if x.Kind == kb.Reuse {
				if a, c := r.page.Find(".beside td:nth-child(1) mark").Text(), r.page.Find(".beside td:nth-child(2) mark").Text(); a != c || !strings.HasPrefix(a, "word") {
					t.Errorf("beside one another: %.60q and %.60q", a, c)
				}
			} else if got := r.page.Find(".place mark").Text(); got != "according to Reuters" {
				t.Errorf("the phrase: %q", got)
			}
			const confirm, reject = "form:has(input[value=confirm])", "form:has(input[value=reject])"
			action, form := fields(t, r.page, confirm)
			form.Set("kind", "quotes")
			form.Set("reason", " ")
			bad := b.who.post(action, form)
			if _, again := fields(t, bad.page, confirm); bad.status != http.StatusUnprocessableEntity || again.Get("kind") != "quotes" || again.Get("version") != form.Get("version") {
				t.Errorf("without a reason: %d, %v", bad.status, again)
			}
			if x.Kind == kb.Attributed {
				form.Set("to", "no such work")
				form.Set("reason", "It says so.")
				bad = b.who.post(action, form)
				if _, again := fields(t, bad.page, confirm); bad.status != http.StatusUnprocessableEntity || again.Get("to") != "no such work" || again.Get("reason") != "It says so." {
					t.Errorf("no such work: %d, %v", bad.status, again)
				}
				form.Set("to", "")
			}
			_, no := fields(t, r.page, reject)
			bad = b.who.post(action, no)
			if bad.status != http.StatusUnprocessableEntity || bad.page.Find(reject+" .err").Length() != 1 || bad.page.Find(confirm+" .err").Length() > 0 {
				t.Errorf("rejecting without a reason: %d, %s", bad.status, bad.page.Find(".problems").Text())
			}
			if r := b.who.post(action, url.Values{"reason": {"Yes."}, "version": {"1"}}); r.status != http.StatusBadRequest {
				t.Errorf("neither confirmed nor rejected: %d", r.status)
			}
			form.Set("reason", "It has the dateline.")
			if r := b.who.post(action, form); r.status != http.StatusSeeOther || r.header.Get("Location") != "/desk/sources/"+string(b.source)+"#derivations" {
				t.Errorf("confirming: %d %s", r.status, r.page.Find(".problems").Text())
			}
			if r := b.who.post(action, form); r.status != http.StatusConflict || !strings.Contains(r.page.Find("textarea[name=reason]").Text(), "It has the dateline.") {
				t.Errorf("confirming twice: %d", r.status)
			}
			if r := b.who.get(path); !strings.Contains(r.text, "Confirmed by Ines Okafor: It has the dateline.") || r.page.Find(confirm).Length() > 0 {
				t.Errorf("decided: %q", r.page.Find("main").Text())
			}
		}
		sheet := b.who.get("/desk/sources/" + string(b.source))
		for _, words := range []string{"quotes: A wire", "Reuters, as named in “An interview”", "confirmed by Ines Okafor"} {
			if !strings.Contains(sheet.text, words) {
				t.Errorf("the source does not show %q", words)
			}
		}
		if r := b.who.get("/desk/suggestions/00000000"); r.status != http.StatusNotFound {
			t.Errorf("no such suggestion: %d", r.status)
		}
	})
}

// clearTasks closes the tasks that the demonstration begins with.
func (b *bureau) clearTasks(t *testing.T) {
	t.Helper()
	tasks, err := b.db.Desk(t.Context()).Tasks(true, 100)
	check(t, err)
	_, _, err = b.desk.AddAccount(t.Context(), kb.System, kb.AccountInput{Name: "Somebody Else", Email: "else@example.org", Roles: kb.Roles{kb.Reviewer}})
	check(t, err)
	actor, err := b.desk.FindAccount(t.Context(), "else@example.org")
	check(t, err)
	for _, task := range tasks {
		check(t, b.desk.CloseTask(t.Context(), actor, kb.TaskDone{ID: task.ID, Note: "Seen.", Version: task.Version}))
	}
}

// TestTaskPage: what drifted is listed with where it stands, and closed with a
// word of what was done.
func TestTaskPage(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		b.clearTasks(t)
		claim := b.rated(t, b.paste(t, b.source, bureauText, kb.Rights{}), "The earth isn’t flat")
		b.who.post("/desk/sources/"+string(b.source)+"/captures", nil)
		b.runs(t, "Something <b>else</b>.")
		page := b.who.get("/desk/tasks")
		if nav := strings.TrimSpace(page.page.Find("nav a[href='/desk/tasks']").First().Text()); nav != "Tasks (1)" {
			t.Errorf("the navigation says %q", nav)
		}
		item := page.page.Find("section[aria-labelledby=open] li").First()
		for _, address := range []string{"/desk/claims/" + string(claim), "/desk/sources/" + string(b.source)} {
			if item.Find("a[href='"+address+"']").Length() != 1 {
				t.Errorf("the task does not lead to %s", address)
			}
		}
		action, form := fields(t, page.page, "section[aria-labelledby=open] form")
		form.Set("note", "")
		if r := b.who.post(action, form); r.status != http.StatusUnprocessableEntity || r.page.Find("textarea[name=note]").Length() != 1 {
			t.Errorf("without a word: %d", r.status)
		}
		form.Set("note", "before\x00after")
		if r := b.who.post(action, form); r.status != http.StatusUnprocessableEntity {
			t.Errorf("with a NUL: %d", r.status)
		}
		form.Set("note", "The copy is what we rest on.")
		if r := b.who.post(action, form); r.status != http.StatusSeeOther || r.header.Get("Location") != "/desk/tasks" {
			t.Fatalf("closing: %d", r.status)
		}
		if r := b.who.post(action, form); r.status != http.StatusConflict || !strings.Contains(r.page.Find("textarea[name=note]").Text(), "The copy is what we rest on.") {
			t.Errorf("closing twice: %d", r.status)
		}
		done := b.who.get("/desk/tasks")
		if nav := strings.TrimSpace(done.page.Find("nav a[href='/desk/tasks']").First().Text()); nav != "Tasks" || !strings.Contains(done.page.Find("section[aria-labelledby=done]").Text(), "The copy is what we rest on.") {
			t.Errorf("afterwards: %q, %q", nav, done.page.Find("section[aria-labelledby=done]").Text())
		}
		reviewer := b.signedIn(t, reviewer)
		if r := reviewer.get("/desk/tasks"); r.status != http.StatusOK {
			t.Errorf("for a reviewer: %d", r.status)
		}
	})
}

// TestEvidencePagesAreGuarded: nobody who is signed out sees or does anything of
// it, nor does another site in somebody's name, nor the wrong role.
func TestEvidencePagesAreGuarded(t *testing.T) {
	t.Parallel()
	b := newBureau(t, storetest.SQLite(t))
	wire, cut := alike()
	b.paste(t, b.work(t, "A wire", "https://pages.example/wire"), wire, kb.Rights{})
	s := b.paste(t, b.source, cut+" it is rock, he said", kb.Rights{})
	b.rated(t, s, "it is rock")
	b.who.post("/desk/sources/"+string(b.source)+"/captures", nil)
	b.runs(t, "Something else.")
	b.who.post("/desk/sources/"+string(b.source)+"/captures", nil)
	jobs, err := b.db.Desk(t.Context()).CaptureJobs(b.source, 1)
	check(t, err)
	suggestions, err := b.db.Desk(t.Context()).OpenSuggestions(1)
	check(t, err)
	tasks, err := b.db.Desk(t.Context()).Tasks(true, 1)
	check(t, err)
	sheet := "/desk/sources/" + string(b.source)
	nobody, wrong := b.visitor(t), b.signedIn(t, admin)
	for path, mayRead := range map[string]bool{
		"/desk/tasks": true, "/desk/suggestions/" + string(suggestions[0].ID): true, b.copyPage(s): true, b.copyPage(s) + "/bytes": true,
		sheet: true, sheet + "/captures/new": false,
	} {
		r := nobody.get(path)
		if at := r.header.Get("Location"); r.status != http.StatusSeeOther || !strings.HasPrefix(at, "/login") || strings.Contains(r.text, "rock") {
			t.Errorf("GET %s as nobody: %d %s", path, r.status, at)
		}
		want := http.StatusForbidden
		if mayRead {
			want = http.StatusOK
		}
		if r := wrong.get(path); r.status != want || (mayRead && r.page.Find("main form[method=post]").Length() > 0) {
			t.Errorf("GET %s as an administrator: %d, want %d without forms", path, r.status, want)
		}
	}
	before, err := b.db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 1})
	check(t, err)
	for path, form := range map[string]url.Values{
		sheet + "/captures/new": {"text": {"A text."}, "rights": {"quotation"}},
		sheet + "/captures":     {},
		sheet + "/captures/" + fmt.Sprint(jobs[0].ID) + "/cancel": {},
		b.copyPage(s):             {"exact": {"it is rock"}},
		b.copyPage(s) + "/rights": {"rights": {"none"}},
		"/desk/suggestions/" + string(suggestions[0].ID): {"decision": {"reject"}, "reason": {"No."}, "version": {"1"}},
		"/desk/tasks/" + string(tasks[0].ID):             {"note": {"Done."}, "version": {"1"}},
	} {
		if r := nobody.post(path, form); r.status != http.StatusUnauthorized {
			t.Errorf("POST %s as nobody: %d", path, r.status)
		}
		if r := wrong.post(path, form); r.status != http.StatusForbidden {
			t.Errorf("POST %s as an administrator: %d", path, r.status)
		}
		for _, origin := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://elsewhere.example"}} {
			if r := b.who.post(path, form, origin...); r.status != http.StatusForbidden {
				t.Errorf("POST %s from another site (%v): %d", path, origin, r.status)
			}
		}
	}
	after, err := b.db.Desk(t.Context()).Audit(store.AuditQuery{Limit: 1})
	check(t, err)
	if after[0].ID != before[0].ID {
		t.Errorf("something was written: %+v", after[0])
	}
}

// TestEvidenceStatementsAreConstant: no page about copies, suggestions and tasks
// runs more statements because it shows more rows.
func TestEvidenceStatementsAreConstant(t *testing.T) {
	t.Parallel()
	eachBureau(t, func(t *testing.T, b *bureau) {
		wire, cut := alike()
		quoted := func(n int) string { return fmt.Sprintf("Sentence number %d is here. ", n) }
		text := cut + ". "
		for n := range 12 {
			text += quoted(n)
		}
		b.paste(t, b.work(t, "A wire", "https://pages.example/wire"), wire, kb.Rights{Shown: "full", Note: "Ours."})
		s := b.paste(t, b.source, text, kb.Rights{Shown: "full", Note: "Ours."})
		claim := b.rated(t, s, quoted(0))
		suggestions, err := b.db.Desk(t.Context()).SuggestionsAbout(b.source)
		check(t, err)
		check(t, b.desk.DecideSuggestion(t.Context(), b.editor, desk.DecisionInput{Decision: kb.Decision{ID: suggestions[0].ID, Reason: "No.", Version: 1}}))
		b.publish(t, claim)
		b.who.post("/desk/sources/"+string(b.source)+"/captures", nil)
		b.runs(t, "Something else.")
		reader := b.visitor(t)
		paths := map[string]*client{
			"/desk/tasks": b.who, b.copyPage(s): b.who, "/desk/sources/" + string(b.source): b.who, "/desk/suggestions/" + string(suggestions[0].ID): b.who,
			"/desk/claims/" + string(claim): b.who, "/claims/" + string(claim): reader, "/claims/" + string(claim) + "/annotations.json": reader,
			"/sources/" + string(b.source) + "/snapshots/" + s.TextHash: reader,
		}
		before := measure(b.site, paths)
		for n := range 12 {
			if n > 0 {
				_, err := b.desk.Quote(t.Context(), b.editor, desk.QuoteInput{QuoteInput: kb.QuoteInput{SnapshotID: s.ID, Exact: quoted(n), Start: quote.Anywhere}})
				check(t, err)
			}
			b.paste(t, b.work(t, fmt.Sprintf("Copy %d", n), fmt.Sprintf("https://pages.example/copy-%d", n)), text, kb.Rights{})
			b.who.post("/desk/sources/"+string(b.source)+"/captures", nil)
			b.runs(t, fmt.Sprintf("Something else %d.", n))
		}
		for path, n := range measure(b.site, paths) {
			if n != before[path] {
				t.Errorf("%s: %d statements, with more rows %d", path, before[path], n)
			}
		}
	})
}

// Forget has nothing to remove.
func (liveWeb) Forget(context.Context, string) error { return nil }
