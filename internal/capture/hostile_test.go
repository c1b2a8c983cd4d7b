package capture_test

import (
	stdcmp "cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gocloud.dev/blob"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
)

// failed checks that a capture failed, in words for people, and kept nothing.
func failed(t *testing.T, err error, state string, temporary bool, words string, bucket *blob.Bucket) {
	t.Helper()
	f, ok := errors.AsType[*kb.CaptureFailure](err)
	if !ok {
		t.Fatalf("got the error %v, want %s", err, state)
	}
	if f.State != state || f.Temporary != temporary || !strings.Contains(f.Words, words) {
		t.Errorf("got %+v, want %s, temporary %t, …%s…", f, state, temporary, words)
	}
	if !slices.ContainsFunc(kb.CaptureFailures, func(o kb.Option) bool { return o.Value == f.State }) {
		t.Errorf("%s is no state of a failure", f.State)
	}
	if !strings.HasSuffix(f.Words, ".") {
		t.Errorf("%q is no sentence", f.Words)
	}
	if n := kept(t, bucket); n != 0 {
		t.Errorf("%d blobs are kept of a failure", n)
	}
}

// kept counts the blobs of a bucket.
func kept(t *testing.T, bucket *blob.Bucket) int {
	t.Helper()
	list := bucket.List(nil)
	for n := 0; ; n++ {
		if _, err := list.Next(t.Context()); err != nil {
			return n
		}
	}
}

func encoded(t *testing.T, e encoding.Encoding, text string) string {
	t.Helper()
	s, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	const western, russian = "“Où est l’été ?” – 5 €", "Это не «сенсация», сказал Пётр."
	long := strings.Repeat("plain ", 500)
	windows1252, windows1251 := encoded(t, charmap.Windows1252, western), encoded(t, charmap.Windows1251, russian)
	utf16 := func(o unicode.Endianness, b unicode.BOMPolicy) encoding.Encoding { return unicode.UTF16(o, b) }
	tests := []struct{ name, kind, page, want string }{
		{"UTF-8", "text/html; charset=utf-8", "<p>" + western, western},
		{"UTF-8 by its mark", "text/html", "\ufeff<p>" + western, western},
		{"UTF-8 by its mark, whatever the header", "text/html; charset=windows-1252", "\ufeff<p>" + western, western},
		{"UTF-8 by meta", "text/html", "<meta charset=utf-8><p>" + western, western},
		{"UTF-8, not said", "text/html", "<p>" + russian, russian},
		{"UTF-8, not said, begins plainly", "text/html", "<p>" + long + "<p>" + russian, strings.TrimSpace(long) + "\n" + russian},
		{"UTF-8 text, not said, begins plainly", "text/plain", long + "\n" + russian, long + "\n" + russian},
		{"windows-1252", "text/html; charset=windows-1252", "<p>" + windows1252, western},
		{"windows-1252 by its old name", "text/html; charset=ISO-8859-1", "<p>" + windows1252, western},
		{"windows-1252 by meta", "text/html", "<meta http-equiv=content-type content='text/html; charset=windows-1252'><p>" + windows1252, western},
		{"windows-1252, not said", "text/html", "<p>" + windows1252, western},
		{"windows-1251", "text/html; charset=windows-1251", "<p>" + windows1251, russian},
		{"windows-1251 by meta", "text/html", "<meta charset=windows-1251><p>" + windows1251, russian},
		{"windows-1251 text", "text/plain; charset=windows-1251", windows1251, russian},
		{"UTF-16 by its mark", "text/html", encoded(t, utf16(unicode.LittleEndian, unicode.UseBOM), "<p>"+russian), russian},
		{"UTF-16, the other end first, by its mark", "text/html", encoded(t, utf16(unicode.BigEndian, unicode.UseBOM), "<p>"+russian), russian},
		{"UTF-16 by the header", "text/html; charset=utf-16le", encoded(t, utf16(unicode.LittleEndian, unicode.IgnoreBOM), "<p>"+russian), russian},
		{"UTF-16 text", "text/plain", encoded(t, utf16(unicode.LittleEndian, unicode.UseBOM), russian), russian},
		{"Shift JIS by meta", "text/html", "<meta charset=shift_jis><p>" + encoded(t, japanese.ShiftJIS, "水門は安全だ。"), "水門は安全だ。"},
		{"an encoding that nobody knows", "text/html; charset=nonsense", "<meta charset=windows-1251><p>" + windows1251, russian},
		{"the wrong encoding", "text/html; charset=utf-8", "<p>caf\xe9 " + long, "caf\ufffd " + strings.TrimSpace(long)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, _ := archive(t)
			c, err := a.Fetch(t.Context(), serve(t, served(tt.kind, []byte(tt.page))), quiet)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, c.Text); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestHostile is about pages that are made to do harm, or were made badly.
func TestHostile(t *testing.T) {
	t.Parallel()
	sized := func(size int, before, part, after string) string {
		return before + strings.Repeat(part, size/len(part)) + after
	}
	page := func(json string) string {
		return linked(json) + `<title>title</title><p>one`
	}
	tests := []struct {
		name, page, text string // no text: it is not looked at
		facts            kb.PageFacts
		complete         string // yes when empty
	}{
		{name: "scripts and handlers", page: `<body onload=a()><script>b()</script><p onclick="c()">one<img src=x onerror=d()><a href="javascript:e()">two</a>`, text: "onetwo"},
		{name: "what looks like a script", page: `<p>&lt;script&gt;alert(1)&lt;/script&gt;`, text: "<script>alert(1)</script>"},
		{name: "a refresh", page: `<meta http-equiv=refresh content="0;url=http://169.254.169.254/"><p>one`, text: "one"},
		{name: "a base and frames", page: `<base href="http://169.254.169.254/"><iframe src="/a">no</iframe><link rel=canonical href="/b"><p>one`, text: "one",
			facts: kb.PageFacts{Canonical: "BASE/b"}},
		{name: "a canonical address that is none", page: `<link rel=canonical href="javascript:alert(1)"><title>title</title><p>one`, text: "one",
			facts: kb.PageFacts{Title: "title"}},
		{name: "a canonical address with a password", page: `<link rel=canonical href="https://a:b@site.example/"><p>one`, text: "one"},
		{name: "nested deep", page: strings.Repeat("<div><b>", 100_000) + "one", text: "one"},
		{name: "nested deep, and closed", page: strings.Repeat("<div>", 100_000) + "one" + strings.Repeat("</div>", 100_000) + "two", text: "one\ntwo"},
		{name: "tables in tables", page: strings.Repeat("<table><tr><td>", 50_000) + "one", text: "one"},
		{name: "never closed", page: `<title>title</title><p>one<p>two<b>three<i>four<table><tr><td>five<a href="six`, text: "one\ntwothreefour\nfive", facts: kb.PageFacts{Title: "title"}},
		{name: "hidden text", page: `<p style="display:none">no</p><p hidden>no</p><p>one`, text: "one"},
		{name: "many paragraphs", page: sized(2<<20, "<title>title</title>", "<p>one two three four five", "")},
		{name: "ten megabytes of markup", page: sized(10<<20, "<title>title</title>", `<a class="date author byline" href="/page"></a>`, "<p>one"), text: "one", facts: kb.PageFacts{Title: "title"}},
		{name: "one long date", page: `<time datetime="` + sized(1<<20, "", "June 31, 2024 ", "") + `">x</time><p class=date>June 1, 2024</p>`, text: "x\nJune 1, 2024", facts: kb.PageFacts{Published: "2024-06-01"}},
		{name: "one long title", page: sized(1<<20, "<title>", "é", "</title><p>one"), text: "one", facts: kb.PageFacts{Title: strings.Repeat("é", 250)}},
		{name: "a thousand authors", page: sized(1<<16, "", "<meta name=author content=A><meta name=author content='B\x00\nC'>", "<p>one"), text: "one", facts: kb.PageFacts{Authors: []string{"A", "B\ufffd C"}}},
		{name: "JSON-LD that is invalid", page: page(`{"@type": "NewsArticle", "headline": "no"`), text: "one", facts: kb.PageFacts{Title: "title"}},
		{name: "JSON-LD that is something else", page: linked(`"NewsArticle"`) + page(`[null, 1, {"@type": 1, "author": 2}]`), text: "one", facts: kb.PageFacts{Title: "title"}},
		{name: "JSON-LD of the wrong kinds", page: page(`{"@type": "NewsArticle", "headline": {"name": {"name": 1}}, "author": [[1], {}, null, ""], "datePublished": 20240620, "publisher": [], "isAccessibleForFree": null}`), text: "one", facts: kb.PageFacts{Title: "title"}},
		{name: "JSON-LD that is huge", page: page(`{"@graph": [` + strings.TrimSuffix(strings.Repeat(`{"@type": "NewsArticle", "headline": "first"},`, 100_000), ",") + `]}`), text: "one", facts: kb.PageFacts{Title: "first"}},
		{name: "JSON-LD that is deep", page: page(strings.Repeat(`{"@graph": [`, 50_000) + strings.Repeat(`]}`, 50_000)), text: "one", facts: kb.PageFacts{Title: "title"}},
		{name: "JSON-LD in circles", page: page(`{"@graph": [{"@id": "a", "name": {"@id": "b"}}, {"@id": "b", "name": {"@id": "a"}}, {"@type": "NewsArticle", "@id": "c", "author": {"@id": "a"}, "publisher": {"@id": "c"}, "mainEntity": {"@id": "c"}}]}`), text: "one", facts: kb.PageFacts{Title: "title"}},
		{name: "a title within a drawing", page: `<svg><title>no</title></svg><title>title</title><p>one`, text: "one", facts: kb.PageFacts{Title: "title"}},
		{name: "markup in a title", page: `<title><b>&lt;i&gt;title</title><p>one`, text: "one", facts: kb.PageFacts{Title: "<b><i>title"}},
		{name: "directions", page: "<title>a\u202eb</title><p>said \u202e\u2067no\u2069\u202c way", text: "said \u202e\u2067no\u2069\u202c way", facts: kb.PageFacts{Title: "a\u202eb"}},
		{name: "NUL", page: "<title>ti\x00tle</title><p>on\x00e", text: "one", facts: kb.PageFacts{Title: "ti\ufffdtle"}},
		{name: "written from right to left", page: `<html lang=he dir=rtl><title>הסכר</title><h1>הסכר החדש</h1><p>היו״ר אמר: „אין סכנה”.`, text: "הסכר החדש\nהיו״ר אמר: „אין סכנה”.", facts: kb.PageFacts{Title: "הסכר החדש", Language: "he"}},
		{name: "behind a paywall", page: page(`{"@type": "NewsArticle", "headline": "first", "isAccessibleForFree": false}`), text: "one", facts: kb.PageFacts{Title: "first", Paywalled: true}, complete: "no"},
		{name: "behind a paywall, in words", page: page(`{"@type": "NewsArticle", "isAccessibleForFree": "False"}`), text: "one", facts: kb.PageFacts{Title: "title", Paywalled: true}, complete: "no"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, _ := archive(t)
			address := serve(t, served("text/html; charset=utf-8", []byte(tt.page)))
			c, err := a.Fetch(t.Context(), address, quiet)
			if err != nil {
				t.Fatal(err)
			}
			if tt.text == "" {
				return
			}
			if diff := cmp.Diff(tt.text, c.Text); diff != "" {
				t.Error(diff)
			}
			tt.facts.Canonical = strings.Replace(tt.facts.Canonical, "BASE", strings.TrimSuffix(address, "/page"), 1)
			if diff := cmp.Diff(tt.facts, c.Facts); diff != "" {
				t.Error(diff)
			}
			if want := stdcmp.Or(tt.complete, "yes"); c.Complete != want {
				t.Errorf("complete: %s, want %s", c.Complete, want)
			}
		})
	}
}

// TestInvisible holds that what nobody sees hides no quotation.
func TestInvisible(t *testing.T) {
	t.Parallel()
	text := capture.VisibleText([]byte("<p>said \u202e\u2067no\u2069\u202c w&shy;a&#8203;y, n<wbr>ever"))
	if r := quote.New(text).Find(quote.Query{Exact: "said no way, never", Near: quote.Anywhere}); r.State != kb.Normalised {
		t.Errorf("%q: %+v", text, r)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	const page = "<p>one"
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	html := func(page string) http.HandlerFunc { return served("text/html; charset=utf-8", []byte(page)) }
	tests := []struct {
		name      string
		page      http.HandlerFunc
		state     string
		temporary bool
		words     string
	}{
		{"400", status(400, page), "refused", false, "400 Bad Request"},
		{"401", status(401, page), "refused", false, "does not let programs in"},
		{"402", status(402, page), "paywalled", false, "must be paid for"},
		{"403", status(403, page), "refused", false, "does not let programs in"},
		{"404", status(404, page), "gone", false, "404 Not Found: the page is not there"},
		{"408", status(408, page), "unreachable", true, "408 Request Timeout"},
		{"410", status(410, page), "gone", false, "410 Gone: the page is not there"},
		{"425", status(425, page), "unreachable", true, "425 Too Early"},
		{"429", status(429, page), "unreachable", true, "429 Too Many Requests"},
		{"451", status(451, page), "refused", false, "451 Unavailable For Legal Reasons"},
		{"500", status(500, page), "unreachable", true, "500 Internal Server Error"},
		{"503", status(503, page), "unreachable", true, "503 Service Unavailable"},
		{"599", status(599, page), "unreachable", true, "599"},
		{"a redirect to nowhere", status(302, page), "refused", false, "302 Found"},
		{"not modified", status(304, ""), "refused", false, "304 Not Modified"},
		{"204", status(204, ""), "empty", true, "answers with nothing"},
		{"no body", status(200, ""), "empty", true, "answers with nothing"},
		{"blanks", status(200, " \n\t"), "empty", true, "answers with nothing"},
		{"no text", html("<title>title</title><div></div><script>render()</script>"), "empty", false, "an image, or need a script"},
		{"images", html("<title>title</title>" + strings.Repeat("<img src=a.png alt=one>", 50)), "empty", false, "an image, or need a script"},
		{"hidden text", html("<p hidden>one</p>"), "empty", false, "an image, or need a script"},
		{"an image", served("image/png", []byte("\x89PNG\r\n\x1a\n")), "not-text", false, "This is image/png, not a text."},
		{"an image that does not say so", served("", []byte("\x89PNG\r\n\x1a\n")), "not-text", false, "This is image/png, not a text."},
		{"bytes", served("application/octet-stream", []byte{0, 1, 2, 3}), "not-text", false, "This is application/octet-stream, not a text."},
		{"JSON", served("application/json", []byte("{}")), "not-text", false, "This is application/json, not a text."},
		{"a broken PDF", served("application/pdf", []byte("%PDF-1.7\nnonsense")), "trouble", false, "The PDF cannot be read."},
		{"an empty PDF", served("application/pdf", drawing("", "")), "empty", false, "an image, or need a script"},
		{"in an encoding that it is not in", html("<p>" + encoded(t, charmap.Windows1251, "Это не «сенсация», сказал Пётр.")), "not-text", false, "not readable as text"},
		{"packed by another method", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			fmt.Fprint(w, page)
		}, "trouble", false, "cannot be unpacked"},
		{"ten megabytes of text", html(strings.Repeat("<p>one two three four five", 10<<20/26)), "too-large", false, "longer than 8 MiB"},
		{"seventeen megabytes", html(strings.Repeat(" ", 17<<20) + page), "too-large", false, "larger than 16 MiB"},
		{"a redirect into the network", http.RedirectHandler("http://10.0.0.1/", http.StatusFound).ServeHTTP, "refused", false, "private network"},
		{"breaks off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, page)
		}, "unreachable", true, "broke off"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, bucket := archive(t)
			_, err := a.Fetch(t.Context(), serve(t, tt.page), quiet)
			failed(t, err, tt.state, tt.temporary, tt.words, bucket)
		})
	}
	for _, address := range []string{"", "page", "file:///etc/passwd", "http://10.0.0.1/", "http://user@site.example/"} {
		a, bucket := archive(t)
		_, err := a.Fetch(t.Context(), address, quiet)
		failed(t, err, "refused", false, "", bucket)
	}
}
