package capture_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/outbound"
	"github.com/claimtrail/claimtrail/internal/quote"
)

var update = flag.Bool("update", false, "write the golden files anew")

// archive makes an archive that reaches servers on the loopback, with the
// bucket where it keeps what it captures.
func archive(t *testing.T) (*capture.Archive, *blob.Bucket) {
	t.Helper()
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { bucket.Close() })
	client := outbound.New(outbound.Options{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Pace: -1})
	return capture.New(client, capture.NewBlobs(bucket), func(_ context.Context, file []byte) (string, error) {
		return capture.ReadPDF(file)
	}), bucket
}

// serve starts a site of one page, without a robots.txt.
func serve(t *testing.T, page http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		page(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/page"
}

// served gives a page with its media type, none when it is empty.
func served(kind string, page []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		if kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		w.Write(page)
	}
}

func quiet(string) {}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden compares a text with what is kept of it.
func golden(t *testing.T, name, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", name), []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.TrimSuffix(string(read(t, name)), "\n"), text); diff != "" {
		t.Error(diff)
	}
}

// quotation is one that an editor would look up in a page.
type quotation struct {
	exact  string
	state  string
	places int
	gaps   []int
}

func (q quotation) check(t *testing.T, text string) {
	t.Helper()
	r := quote.New(text).Find(quote.Query{Exact: q.exact, Near: quote.Anywhere})
	if r.State != q.state || len(r.Matches) != q.places {
		t.Errorf("%q is %s at %d places, want %s at %d; near are %+v", q.exact, r.State, len(r.Matches), q.state, q.places, r.Near)
	}
	var gaps []int
	for _, s := range r.Segments[min(1, len(r.Segments)):] {
		gaps = append(gaps, s.Gap)
	}
	if diff := cmp.Diff(q.gaps, gaps); diff != "" {
		t.Errorf("%q: %s", q.exact, diff)
	}
}

// pages are of the kinds that fact-checkers meet most.
var pages = []struct {
	name       string
	facts      kb.PageFacts
	quotations []quotation
}{
	{
		"thread", // comment 4 gives the story of an agency in full, twice
		kb.PageFacts{
			Title: "The river treaty, again", Authors: []string{"Ingrid Salo"}, Publisher: "The Tidewater Notebook",
			Published: "2024-06-19", Language: "en-GB", Canonical: "https://notebook.example/2024/06/the-river-treaty-again/",
		},
		[]quotation{
			{exact: "The site of the commission is down.", state: kb.Exact, places: 1},
			{exact: "R. Halloran says:", state: kb.Normalised, places: 1},
			{exact: "The minutes of the last five meetings fit on a page", state: kb.NotInCopy},
			{exact: "and we are not concerned about the sluice", state: kb.Ambiguous, places: 2},
			{exact: "is the logbook of the dredger,” Pham Duc Linh told reporters", state: kb.Exact, places: 1},
			{exact: `is the logbook of the dredger," Pham Duc Linh told reporters`, state: kb.Normalised, places: 1},
			{exact: "HANOI, June 20. /NORDWIRE/.", state: kb.Ambiguous, places: 2},
			{exact: "He did not say when the log would be asked for.", state: kb.Ambiguous, places: 3},
			{exact: "what the experts […] sent to us in the spring, and we are not concerned", state: kb.Exact, places: 1, gaps: []int{15}},
			{exact: "This comment was removed by a moderator.", state: kb.NotInCopy},
			{exact: "not for readers", state: kb.NotInCopy},
		},
	},
	{
		"blog", // it quotes a digest, which quotes agencies
		kb.PageFacts{
			Title: "Who said “if”?", Authors: []string{"Marek Dvorsky"}, Publisher: "Marginal Notes",
			Published: "2024-06-24", Language: "en-US", Canonical: "BASE/2024/who-said-if",
		},
		[]quotation{
			{exact: "said that“if the log is not published", state: kb.Exact, places: 1},
			{exact: `said that"if the log is not published`, state: kb.Normalised, places: 1},
			{exact: `said that "if the log is not published`, state: kb.NotInCopy},
			{exact: "Si le journal n'est pas publié, nous publierons le nôtre", state: kb.Normalised, places: 1},
			{exact: "We are … how shall I put it … still at the beginning.", state: kb.Normalised, places: 1},
			{exact: "We are … still at the beginning.", state: kb.Normalised, places: 1, gaps: []int{24}},
			{exact: "'It was \"a manner of speaking\",' a spokeswoman said.", state: kb.Normalised, places: 1},
			{exact: "What the chairman said in Vietnamese", state: kb.Exact, places: 1},
			{exact: "I don’t have the tape - nobody does.", state: kb.Normalised, places: 1},
			{exact: "20 June   AdD        18:40", state: kb.Exact, places: 1},
			{exact: "Agence du Delta: si", state: kb.Exact, places: 1},
		},
	},
	{
		"syndicated", // what it says of itself in three places differs
		kb.PageFacts{
			Title: "Commission ‘not concerned’ about sluice", Authors: []string{"Per Lindqvist", "Adaeze Okoro"}, Publisher: "The Eastern Ledger",
			Published: "2024-06-20", Modified: "2024-06-21", Language: "en", Canonical: "https://ledger.example/news/4711",
		},
		[]quotation{
			{exact: "We are not concerned about the sluice,” Pham Duc Linh told reporters.", state: kb.Exact, places: 1},
			{exact: "HANOI, June 20 (Nordwire) – The River Commission sees no danger", state: kb.Normalised, places: 1},
			{exact: "We are … concerned about the sluice", state: kb.Exact, places: 1, gaps: []int{5}},
			{exact: "a sum of which 'nobody has seen a single invoice'", state: kb.NotInCopy},
			{exact: `a sum of which "nobody has seen a single invoice"`, state: kb.Normalised, places: 1},
			{exact: "The commission meets again in autumn.", state: kb.Normalised, places: 1},
			{exact: "Subscribe to read on", state: kb.NotInCopy},
			{exact: "an advertisement", state: kb.NotInCopy},
			{exact: "We value your privacy", state: kb.NotInCopy},
			{exact: "Please switch scripts on.", state: kb.NotInCopy},
		},
	},
	{
		"repost", // made by hand; its date is in its words only
		kb.PageFacts{Title: "The dredger's log", Authors: []string{"Thomas Vu"}, Published: "2024-06-22"},
		[]quotation{
			{exact: "The log of the dredger Amélie was “not lost, but mislaid”, a clerk", state: kb.Normalised, places: 1},
			{exact: "slightly warm, and quite legible", state: kb.Exact, places: 1},
			{exact: "not lost, but mislaid", state: kb.Exact, places: 1},
			{exact: "Not lost, but mislaid” is what they said of the last one.", state: kb.Exact, places: 1},
			{exact: "The commission, which had asked for it, has not been told.", state: kb.Exact, places: 1},
		},
	},
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, tt := range pages {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			page := read(t, tt.name+".html")
			address := serve(t, served("text/html", page))
			a, _ := archive(t)
			var told []string
			c, err := a.Fetch(t.Context(), address, func(words string) { told = append(told, words) })
			if err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name+".txt", c.Text)
			tt.facts.Canonical = strings.Replace(tt.facts.Canonical, "BASE", strings.TrimSuffix(address, "/page"), 1)
			if diff := cmp.Diff(tt.facts, c.Facts); diff != "" {
				t.Error(diff)
			}
			for _, q := range tt.quotations {
				q.check(t, c.Text)
			}
			if body, err := a.Body(t.Context(), c.BodyHash); err != nil || string(body) != string(page) {
				t.Errorf("the bytes that are kept are others, or %v", err)
			}
			if len(told) != 2 || !strings.HasPrefix(told[0], "Asking 127.0.0.1") || !strings.HasPrefix(told[1], "Reading ") {
				t.Errorf("told %q", told)
			}
			want := kb.Capture{
				RequestedURL: address, FinalURL: address, Status: http.StatusOK, MediaType: "text/html", Complete: "yes",
				Headers: c.Headers, Body: c.Body, BodyHash: c.BodyHash, Text: c.Text, Facts: c.Facts, At: c.At,
				Extractor: "claimtrail-html", ExtractorVersion: "1",
			}
			if diff := cmp.Diff(want, c); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSelector holds that a passage that stands twice, with the same words
// around it, can be found again by what a selector keeps.
func TestSelector(t *testing.T) {
	t.Parallel()
	text := quote.New(string(read(t, "thread.txt")))
	r := text.Find(quote.Query{Exact: "and we are not concerned about the sluice", Near: quote.Anywhere})
	if len(r.Matches) != 2 {
		t.Fatalf("%d places", len(r.Matches))
	}
	for _, m := range r.Matches {
		s := text.Selector(m.Start, m.End)
		if longer := max(len(s.Prefix), len(s.Suffix)); longer <= 55 {
			t.Errorf("the surroundings are %q and %q", s.Prefix, s.Suffix)
		}
		again := text.Find(quote.Query{Exact: s.Exact, Prefix: s.Prefix, Suffix: s.Suffix, Near: quote.Anywhere})
		if again.State != kb.Exact || len(again.Matches) != 1 || again.Matches[0] != m {
			t.Errorf("%v is %s at %v", m, again.State, again.Matches)
		}
	}
}

// TestHeaders holds that only headers that say something of the page are kept.
func TestHeaders(t *testing.T) {
	t.Parallel()
	a, _ := archive(t)
	c, err := a.Fetch(t.Context(), serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "secret"})
		w.Header().Set("X-Request-Id", "secret")
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Language", "de")
		w.Header().Set("Etag", `"1"`)
		w.Header().Add("Link", "<https://b.example/>")
		w.Header().Add("Link", "<https://a.example/>; rel=canonical")
		w.Header().Set("Server", strings.Repeat("x", 1000))
		w.Header()["Date"] = nil
		io.WriteString(w, "<p>one")
	}), quiet)
	if err != nil {
		t.Fatal(err)
	}
	want := kb.Strings{
		"Content-Language: de", "Content-Type: text/html", `Etag: "1"`, "Link: <https://a.example/>; rel=canonical", "Link: <https://b.example/>",
		"Server: " + strings.Repeat("x", 500),
	}
	if diff := cmp.Diff(want, c.Headers); diff != "" {
		t.Error(diff)
	}
}

// TestKinds is about what servers call the things that they serve.
func TestKinds(t *testing.T) {
	t.Parallel()
	pdf := string(drawing("", "BT /F 10 Tf (one) Tj ET"))
	tests := []struct{ declared, body, kind, extractor string }{
		{"text/html", "<p>one", "text/html", "claimtrail-html"},
		{"TEXT/HTML; Charset=UTF-8", "<p>one", "text/html", "claimtrail-html"},
		{"application/xhtml+xml", "<p>one</p>", "application/xhtml+xml", "claimtrail-html"},
		{"text/plain", "one", "text/plain", "plain-text"},
		{"", "<!DOCTYPE html><p>one", "text/html", "claimtrail-html"},
		{"", "one", "text/plain", "plain-text"},
		{"; charset=utf-8", "one", "text/plain", "plain-text"},
		{"application/octet-stream", "one", "text/plain", "plain-text"},
		{"application/octet-stream", pdf, "application/pdf", "claimtrail-pdf"},
		{"application/pdf", pdf, "application/pdf", "claimtrail-pdf"},
		{"text/html; charset=utf-8", pdf, "application/pdf", "claimtrail-pdf"},
		{"", pdf, "application/pdf", "claimtrail-pdf"},
	}
	for _, tt := range tests {
		t.Run(tt.declared, func(t *testing.T) {
			t.Parallel()
			a, bucket := archive(t)
			c, err := a.Fetch(t.Context(), serve(t, served(tt.declared, []byte(tt.body))), quiet)
			if err != nil {
				t.Fatal(err)
			}
			if c.MediaType != tt.kind || c.Extractor != tt.extractor || c.Text != "one" || kept(t, bucket) != 1 {
				t.Errorf("%s by %s gives %q", c.MediaType, c.Extractor, c.Text)
			}
		})
	}
}

// TestCaptures holds that the bytes of a page that did not change are kept
// once, and that a way by redirects is told.
func TestCaptures(t *testing.T) {
	t.Parallel()
	a, bucket := archive(t)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			http.Redirect(w, r, "/page", http.StatusFound)
			return
		}
		served("text/html", []byte("<p>one"))(w, r)
	})
	first, err := a.Fetch(t.Context(), address, quiet)
	if err != nil {
		t.Fatal(err)
	}
	second, err := a.Fetch(t.Context(), address+"?from=there", quiet)
	if err != nil {
		t.Fatal(err)
	}
	if first.BodyHash != second.BodyHash || kept(t, bucket) != 1 {
		t.Errorf("%d blobs are kept of one page", kept(t, bucket))
	}
	if second.RequestedURL != address+"?from=there" || second.FinalURL != address {
		t.Errorf("from %s to %s", second.RequestedURL, second.FinalURL)
	}
	if diff := cmp.Diff(kb.Strings{address + "?from=there"}, second.Redirects); diff != "" {
		t.Error(diff)
	}
}
