// Package capture archives pages: it fetches them through the guarded client,
// or takes what a person uploads or pastes, keeps the bytes, and makes the text
// that quotations are anchored in. Nothing fails in silence: what could not be
// captured is a state with words. It knows no database.
package capture

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/outbound"
)

// Limits of what is captured, in bytes.
const (
	longestPage = 16 << 20
	longestText = kb.LongestSnapshot
)

// PDFReader makes text of a PDF. It must give up when the context ends.
type PDFReader func(ctx context.Context, file []byte) (string, error)

// Archive captures pages and keeps their bytes.
type Archive struct {
	client *outbound.Client
	blobs  *Blobs
	pdf    PDFReader
}

// New makes an archive.
func New(client *outbound.Client, blobs *Blobs, pdf PDFReader) *Archive {
	return &Archive{client, blobs, pdf}
}

// Fetch captures a page. The bytes are kept before it returns; identical ones
// once. Progress is told in words. Errors: *kb.CaptureFailure.
func (a *Archive) Fetch(ctx context.Context, address string, progress func(string)) (kb.Capture, error) {
	progress("Asking " + host(address))
	answer, err := a.client.Get(ctx, address, longestPage)
	if err != nil {
		return kb.Capture{}, failedFetch(err)
	}
	c := kb.Capture{
		RequestedURL: answer.Requested, FinalURL: answer.Final, Redirects: answer.Redirects, Status: answer.Status,
		Headers: tellingHeaders(answer.Header), At: answer.At, Body: answer.Body, MediaType: answer.Header.Get("Content-Type"),
		Complete: "yes",
	}
	if err := refusal(c); err != nil {
		return c, err
	}
	if packed := answer.Header.Get("Content-Encoding"); packed != "" && packed != "identity" {
		return c, kb.NewCaptureFailure("trouble", "The server packs the page in a way that cannot be unpacked. Upload the page instead.", false, nil)
	}
	progress(fmt.Sprintf("Reading %d kB", (len(c.Body)+999)/1000))
	if err := a.read(ctx, &c); err != nil {
		return c, err
	}
	if c.Facts.Paywalled {
		c.Complete = "no"
	}
	return c, a.keep(ctx, &c)
}

// uploadKinds are the media types of files by the end of their names, the same
// on every machine. They say nothing of the encoding, which the file may know.
var uploadKinds = map[string]string{
	".htm": "text/html", ".html": "text/html", ".xhtml": "application/xhtml+xml", ".pdf": "application/pdf",
	".txt": "text/plain", ".md": "text/markdown", ".csv": "text/csv", ".srt": "text/plain", ".vtt": "text/plain",
}

// Upload captures a file that a person has: a saved page, a text or a PDF.
func (a *Archive) Upload(ctx context.Context, name string, file []byte) (kb.Capture, error) {
	if len(file) > longestPage {
		return kb.Capture{}, kb.NewCaptureFailure("too-large", fmt.Sprintf("The file is larger than %d MiB.", longestPage>>20), false, nil)
	}
	c := kb.Capture{Body: file, MediaType: uploadKinds[strings.ToLower(path.Ext(name))], Complete: "unknown", At: time.Now().UTC()}
	if err := a.read(ctx, &c); err != nil {
		return c, err
	}
	return c, a.keep(ctx, &c)
}

// Paste captures a text that a person copied out of a page.
func (a *Archive) Paste(ctx context.Context, text string) (kb.Capture, error) {
	c := kb.Capture{
		Text: plainText([]byte(text)), MediaType: "text/plain; charset=utf-8", Complete: "unknown", At: time.Now().UTC(),
		Extractor: "pasted", ExtractorVersion: "1",
	}
	c.Body = []byte(c.Text)
	if err := checkText(c.Text); err != nil {
		return c, err
	}
	return c, a.keep(ctx, &c)
}

// read makes the text of a capture and what the page says of itself.
func (a *Archive) read(ctx context.Context, c *kb.Capture) error {
	kind := mediaKind(c.MediaType, c.Body)
	if strings.HasPrefix(kind, "text/") && binary(c.Body, decoded(c.Body, c.MediaType)) {
		return kb.NewCaptureFailure("not-text", "This is no text, whatever it is called. Paste what it says, or upload a transcript.", false, nil)
	}
	switch kind {
	case "text/html", "application/xhtml+xml":
		page := decoded(c.Body, c.MediaType)
		c.Text, c.Extractor, c.ExtractorVersion = visibleText(page), pageExtractor, pageExtractorVersion
		address, err := url.Parse(cmp.Or(c.FinalURL, c.RequestedURL))
		if err != nil {
			address = &url.URL{}
		}
		c.Facts = metadata(page, address)
	case "application/pdf":
		text, err := a.pdf(ctx, c.Body)
		if err != nil {
			return kb.NewCaptureFailure("trouble", "The PDF cannot be read. Paste its text instead.", false, err)
		}
		c.Text, c.Extractor, c.ExtractorVersion = plainText([]byte(text)), pdfExtractor, pdfExtractorVersion
	case "text/plain", "text/markdown", "text/csv":
		c.Text = plainText(decoded(c.Body, c.MediaType))
		c.Extractor, c.ExtractorVersion = "plain-text", "1"
	default:
		return kb.NewCaptureFailure("not-text", fmt.Sprintf("This is %s, not a text. Paste what it says, or upload a transcript.", kind), false, nil)
	}
	c.MediaType = kind
	return checkText(c.Text)
}

// mediaKind gives the media type without parameters. A server's word is taken,
// but for what it does not know or says of everything.
func mediaKind(declared string, body []byte) string {
	kind, _, err := mime.ParseMediaType(declared)
	if err != nil || kind == "application/octet-stream" || kind == "" {
		kind, _, _ = mime.ParseMediaType(http.DetectContentType(body))
	}
	if bytes.HasPrefix(body, []byte("%PDF-")) {
		return "application/pdf"
	}
	return kind
}

// unreadable is one in how many characters may be lost in reading a text.
const unreadable = 10

func checkText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return kb.NewCaptureFailure("empty", "There is no text in it: it may be an image, or need a script to show. Paste what it says.", false, nil)
	case len(text) > longestText:
		return kb.NewCaptureFailure("too-large", fmt.Sprintf("Its text is longer than %d MiB.", longestText>>20), false, nil)
	case strings.Count(text, "\ufffd") > utf8.RuneCountInString(text)/unreadable:
		return kb.NewCaptureFailure("not-text", "It is not readable as text: it may not be written in the encoding that it says.", false, nil)
	}
	return nil
}

// refusal reads the statuses that mean that there is no page.
func refusal(c kb.Capture) error {
	status := fmt.Sprintf("The server answers %d %s", c.Status, http.StatusText(c.Status))
	switch {
	case c.Status == http.StatusNotFound || c.Status == http.StatusGone:
		return kb.NewCaptureFailure("gone", status+": the page is not there.", false, nil)
	case c.Status == http.StatusPaymentRequired:
		return kb.NewCaptureFailure("paywalled", status+": the page must be paid for. Paste what you may read.", false, nil)
	case c.Status == http.StatusRequestTimeout || c.Status == http.StatusTooEarly || c.Status == http.StatusTooManyRequests ||
		c.Status >= http.StatusInternalServerError:
		return kb.NewCaptureFailure("unreachable", status+".", true, nil)
	case c.Status == http.StatusUnauthorized || c.Status == http.StatusForbidden || c.Status == http.StatusUnavailableForLegalReasons:
		return kb.NewCaptureFailure("refused", status+": it does not let programs in. Paste the text, or upload the page.", false, nil)
	case c.Status < 200 || c.Status >= 300:
		return kb.NewCaptureFailure("refused", status+".", false, nil)
	case len(bytes.TrimSpace(c.Body)) == 0:
		return kb.NewCaptureFailure("empty", "The server answers with nothing.", true, nil)
	}
	return nil
}

func failedFetch(err error) error {
	e, ok := errors.AsType[*outbound.Error](err)
	if !ok {
		return kb.NewCaptureFailure("trouble", "The page could not be fetched.", true, err)
	}
	states := map[outbound.Reason]string{outbound.Refused: "refused", outbound.Forbidden: "refused", outbound.TooLarge: "too-large"}
	return kb.NewCaptureFailure(cmp.Or(states[e.Reason], "unreachable"), e.Words, e.Temporary(), err)
}

// tellingHeaders keeps the headers that say something of the page, none that
// could carry a secret.
func tellingHeaders(h http.Header) kb.Strings {
	var kept kb.Strings
	for _, name := range []string{"Age", "Content-Language", "Content-Type", "Date", "Etag", "Last-Modified", "Link", "Memento-Datetime", "Server"} {
		for _, value := range h.Values(name) {
			kept = append(kept, name+": "+fact(value))
		}
	}
	slices.Sort(kept)
	return kept
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "the server"
	}
	return u.Hostname()
}

func (a *Archive) keep(ctx context.Context, c *kb.Capture) error {
	hash, err := a.blobs.Put(ctx, c.Body)
	if err != nil {
		return kb.NewCaptureFailure("trouble", "The page could not be kept.", true, err)
	}
	c.BodyHash = hash
	return nil
}

// Body gives the bytes of a capture. Errors: NotFound.
func (a *Archive) Body(ctx context.Context, hash string) ([]byte, error) {
	return a.blobs.Get(ctx, hash)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Forget removes bytes that were redacted.
func (a *Archive) Forget(ctx context.Context, hash string) error { return a.blobs.Delete(ctx, hash) }
