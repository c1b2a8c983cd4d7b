package capture_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gocloud.dev/blob/memblob"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/kb"
)

func TestUpload(t *testing.T) {
	t.Parallel()
	const russian = "Это не «сенсация», сказал Пётр."
	const html, plain, pdf = "claimtrail-html", "plain-text", "claimtrail-pdf"
	windows1251 := encoded(t, charmap.Windows1251, russian)
	utf16 := encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), russian)
	tests := []struct{ name, file, kind, extractor, text string }{
		{"page.html", "<p>one<p>two", "text/html", html, "one\ntwo"},
		{"PAGE.HTM", "<p>one<p>two", "text/html", html, "one\ntwo"},
		{"page.xhtml", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>one</p></body></html>`, "application/xhtml+xml", html, "one"},
		{"page", "<!DOCTYPE html><p>one<p>two", "text/html", html, "one\ntwo"},
		{"page.php", "<!DOCTYPE html><p>one<p>two", "text/html", html, "one\ntwo"},
		{"1251.html", "<meta charset=windows-1251><p>" + windows1251, "text/html", html, russian},
		{"utf-8.html", "<p>" + russian, "text/html", html, russian},
		{"utf-8.txt", "\ufeff" + russian + "\r\n", "text/plain", plain, russian + "\n"},
		{"begins plainly.txt", strings.Repeat("plain\n", 500) + russian, "text/plain", plain, strings.Repeat("plain\n", 500) + russian},
		{"utf-16.txt", utf16, "text/plain", plain, russian},
		{"1252.txt", "caf\xe9 \x93one\x94", "text/plain", plain, "café “one”"},
		{"markup.txt", "<p>one", "text/plain", plain, "<p>one"},
		{"notes.md", "# one\n", "text/markdown", plain, "# one\n"},
		{"table.csv", "a,b\n", "text/csv", plain, "a,b\n"},
		{"speech.srt", "1\n00:00:01,000 --> 00:00:02,000\none\n", "text/plain", plain, "1\n00:00:01,000 --> 00:00:02,000\none\n"},
		{"speech.vtt", "WEBVTT\n\none\n", "text/plain", plain, "WEBVTT\n\none\n"},
		{"report.pdf", string(drawing("", "BT /F 10 Tf (one) Tj ET")), "application/pdf", pdf, "one"},
		{"report", string(drawing("", "BT /F 10 Tf (one) Tj ET")), "application/pdf", pdf, "one"},
		{"report.html", string(drawing("", "BT /F 10 Tf (one) Tj ET")), "application/pdf", pdf, "one"},
		{"", "one", "text/plain", plain, "one"},
		{"../../etc/passwd", "one", "text/plain", plain, "one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, bucket := archive(t)
			c, err := a.Upload(t.Context(), tt.name, []byte(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			want := kb.Capture{
				MediaType: tt.kind, Body: []byte(tt.file), BodyHash: hash(tt.file), Text: tt.text, Extractor: tt.extractor, ExtractorVersion: "1",
				Complete: "unknown", At: c.At,
			}
			if diff := cmp.Diff(want, c); diff != "" {
				t.Error(diff)
			}
			if c.At.IsZero() || c.At.Location() != time.UTC || kept(t, bucket) != 1 {
				t.Errorf("captured at %s, %d blobs", c.At, kept(t, bucket))
			}
		})
	}
}

// TestUploadedPages holds that a saved page gives what the page itself gave,
// and that its text does when it was pasted or kept in a file.
func TestUploadedPages(t *testing.T) {
	t.Parallel()
	for _, tt := range pages {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, _ := archive(t)
			c, err := a.Upload(t.Context(), tt.name+".html", read(t, tt.name+".html"))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, tt.name+".txt", c.Text)
			if strings.HasPrefix(tt.facts.Canonical, "BASE") { // a file does not know where it was
				tt.facts.Canonical = ""
			}
			if diff := cmp.Diff(tt.facts, c.Facts); diff != "" {
				t.Error(diff)
			}
			pasted, err := a.Paste(t.Context(), c.Text)
			if err != nil {
				t.Fatal(err)
			}
			file, err := a.Upload(t.Context(), "copied.txt", []byte(strings.ReplaceAll(c.Text, "\n", "\r\n")))
			if err != nil {
				t.Fatal(err)
			}
			if pasted.Text != c.Text || file.Text != c.Text {
				t.Error("the text is another")
			}
			for _, q := range tt.quotations {
				q.check(t, pasted.Text)
			}
		})
	}
	a, _ := archive(t)
	c, err := a.Upload(t.Context(), "report.pdf", read(t, "report.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", c.Text)
}

func TestUploadFailures(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, state, words string }{
		{"empty.txt", "", "empty", "There is no text in it"},
		{"blanks.txt", " \n\t\u00a0", "empty", "There is no text in it"},
		{"scan.html", "<img src=a.png>", "empty", "There is no text in it"},
		{"photo.png", "\x89PNG\r\n\x1a\n", "not-text", "This is image/png, not a text."},
		{"letter.docx", "PK\x03\x04 and more", "not-text", "This is application/zip, not a text."},
		{"bytes", "\x00\x01\x02\x03", "not-text", "This is application/octet-stream, not a text."},
		{"report.pdf", "no PDF at all", "trouble", "The PDF cannot be read."},
		{"report.txt", "%PDF-1.7 and nothing else", "trouble", "The PDF cannot be read."},
		{"utf-16.txt", "\xff\xfe" + strings.Repeat("\x00\xd8", 100), "not-text", "not readable as text"},
		{"long.txt", strings.Repeat("x", 8<<20+1), "too-large", "longer than 8 MiB"},
		{"longer.txt", strings.Repeat("x", 16<<20+1), "too-large", "larger than 16 MiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, bucket := archive(t)
			_, err := a.Upload(t.Context(), tt.name, []byte(tt.file))
			failed(t, err, tt.state, false, tt.words, bucket)
		})
	}
}

func TestPaste(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, pasted, text string }{
		{"plain", "one\ntwo", "one\ntwo"},
		{"line ends", "one\r\ntwo\rthree\n", "one\ntwo\nthree\n"},
		{"other ends of lines and pages", "one\vtwo\fthree\u0085four\u2028five\u2029six", "one\ntwo\nthree\nfour\nfive\nsix"},
		{"blanks are kept", "  one\t two\u00a0three ", "  one\t two\u00a0three "},
		{"a mark", "\ufeffone", "one"},
		{"controls", "o\x00n\x1be\u009c", "one"},
		{"composed", "cafe\u0301", "café"},
		{"no UTF-8", "twelve letters caf\xe9", "twelve letters caf\ufffd"},
		{"markup", "<script>alert(1)</script>", "<script>alert(1)</script>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, bucket := archive(t)
			c, err := a.Paste(t.Context(), tt.pasted)
			if err != nil {
				t.Fatal(err)
			}
			want := kb.Capture{
				MediaType: "text/plain; charset=utf-8", Body: []byte(tt.text), BodyHash: hash(tt.text), Text: tt.text,
				Extractor: "pasted", ExtractorVersion: "1", Complete: "unknown", At: c.At,
			}
			if diff := cmp.Diff(want, c); diff != "" {
				t.Error(diff)
			}
			if n := kept(t, bucket); n != 1 {
				t.Errorf("%d blobs are kept", n)
			}
		})
	}
	for pasted, want := range map[string][2]string{
		"": {"empty", "no text"}, " \r\n\u00a0": {"empty", "no text"}, "\x00\x01": {"empty", "no text"},
		strings.Repeat("x", 8<<20+1): {"too-large", "longer than 8 MiB"}, strings.Repeat("\xff", 100): {"not-text", "not readable as text"},
	} {
		a, bucket := archive(t)
		_, err := a.Paste(t.Context(), pasted)
		failed(t, err, want[0], false, want[1], bucket)
	}
}

func hash(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func TestBlobs(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	bucket := memblob.OpenBucket(nil)
	defer bucket.Close()
	blobs := capture.NewBlobs(bucket)
	for range 2 {
		for _, text := range []string{"one", "two", ""} {
			got, err := blobs.Put(ctx, []byte(text))
			if err != nil || got != hash(text) {
				t.Errorf("put %q: %s, %v", text, got, err)
			}
			body, err := blobs.Get(ctx, got)
			if err != nil || string(body) != text {
				t.Errorf("get %q: %q, %v", text, body, err)
			}
		}
	}
	if n := kept(t, bucket); n != 3 {
		t.Errorf("%d blobs are kept of three", n)
	}

	for _, nonsense := range []string{"", "x", hash("three"), hash("one")[1:], strings.ToUpper(hash("one")), "../../../etc/passwd", hash("one") + "\n", strings.Repeat("é", 32)} {
		_, err := blobs.Get(ctx, nonsense)
		if e, ok := errors.AsType[*kb.Error](err); !ok || e.Kind != kb.NotFound {
			t.Errorf("%q: %v is not NotFound", nonsense, err)
		}
	}

	first, err := bucket.List(nil).Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	body, err := bucket.ReadAll(ctx, first.Key)
	if err != nil {
		t.Fatal(err)
	}
	if err := bucket.WriteAll(ctx, first.Key, append(body, 'x'), nil); err != nil {
		t.Fatal(err)
	}
	_, err = blobs.Get(ctx, hash(string(body)))
	if e, ok := errors.AsType[*kb.Error](err); err == nil || ok {
		t.Errorf("bytes that were changed give %v, %v", e, err)
	}
}

// TestBlobTrouble holds that a capture that cannot be kept is no capture.
func TestBlobTrouble(t *testing.T) {
	t.Parallel()
	bucket := memblob.OpenBucket(nil)
	bucket.Close()
	a := capture.New(nil, capture.NewBlobs(bucket), nil)
	_, err := a.Paste(t.Context(), "one")
	f, ok := errors.AsType[*kb.CaptureFailure](err)
	if !ok || f.State != "trouble" || !f.Temporary {
		t.Errorf("got %v", err)
	}
	_, err = a.Body(t.Context(), hash("one"))
	if e, ok := errors.AsType[*kb.Error](err); err == nil || ok {
		t.Errorf("got %v, %v", e, err)
	}
}
