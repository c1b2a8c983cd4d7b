package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// fresh lets shared caches help for a minute and makes browsers ask each time:
// a correction must be seen.
const fresh = "public, max-age=0, s-maxage=60, stale-if-error=86400"

// show renders a public page and answers 304 to those who have it.
func (p *public) show(c *gin.Context, page templ.Component) error {
	b, err := rendered(c.Request.Context(), page)
	if err != nil {
		return err
	}
	return p.bytes(c, "text/html; charset=utf-8", b)
}

func (p *public) bytes(c *gin.Context, kind string, b []byte) error {
	return p.bytesFor(c, kind, b, fresh)
}

// bytesFor serves bytes that may be kept as long as a Cache-Control says.
func (p *public) bytesFor(c *gin.Context, kind string, b []byte, keep string) error {
	sum := sha256.Sum256(b)
	if !unchanged(c, `"`+hex.EncodeToString(sum[:12])+`"`, keep) {
		c.Data(http.StatusOK, kind, b)
	}
	return nil
}

// unchanged answers 304 to those who have what a tag names, and reports whether
// it did.
func unchanged(c *gin.Context, etag, keep string) bool {
	h := c.Writer.Header()
	h.Set("Cache-Control", keep)
	h.Set("ETag", etag)
	if !matchesETag(c.GetHeader("If-None-Match"), etag) {
		return false
	}
	c.Status(http.StatusNotModified)
	c.Writer.WriteHeaderNow()
	return true
}

// brokenOff ends an answer that was begun already: whoever reads it must notice
// that it is not whole.
func brokenOff(c *gin.Context, err error) error {
	if err != nil && c.Writer.Written() {
		panic(http.ErrAbortHandler) //nolint:forbidigo // the answer has begun: only breaking it off says that it is not whole
	}
	return err
}

func matchesETag(header, etag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == strings.TrimPrefix(etag, "W/") || candidate == "*" {
			return true
		}
	}
	return false
}

const (
	frontRows = 8
	listRows  = 20
)

func (p *public) front(c *gin.Context) error {
	page, err := p.follower.Claims(c.Request.Context(), follow.Query{Limit: frontRows, Count: true})
	if err != nil {
		return err
	}
	site := p.page("", "/").Site
	f := views.Front{
		Page:   p.page(site, "/"),
		Lead:   "Who said it, where and when; what supports it and what refutes it; and where each source has it from.",
		Claims: p.claimRows(page), Empty: "Nothing is published yet.",
	}
	f.Description = f.Lead
	if page.Total > len(page.Digests) {
		f.More = "/claims"
	}
	for _, t := range page.Topics {
		f.Topics = append(f.Topics, views.Link{Text: t.Name, URL: topicURL(t.Key), Count: t.N})
	}
	return p.show(c, views.FrontPage(f))
}

func saidLine(d record.Digest) string {
	var parts []string
	for i, s := range d.Speakers {
		if i == 2 {
			parts = append(parts, "and others")
			break
		}
		parts = append(parts, s.Name)
	}
	if d.Place != "" {
		parts = append(parts, d.Place)
	}
	return strings.Join(append(parts, d.SaidOn.String()), ", ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func originWords(low, high int) string {
	if low == high {
		return counted(low, "independent origin", "independent origins")
	}
	return strconv.Itoa(low) + " to " + strconv.Itoa(high) + " independent origins"
}

func sentenceCase(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func healthy(c *gin.Context) error {
	c.String(http.StatusOK, "ok\n")
	return nil
}

// fallenBehind is how many events a follower may be behind and still be asked.
const fallenBehind = 100

// ready answers 200 when the database answers and the follower has read the record,
// but for what is being published now.
func (s *Server) ready(c *gin.Context) error {
	if s.draining.Load() {
		return kb.Errorf(kb.Unavailable, "This process is about to end.")
	}
	begun, err := s.follower.Begun(c.Request.Context())
	if err != nil {
		return err
	}
	lag, err := s.follower.Lag(c.Request.Context())
	if err != nil {
		return err
	}
	if !begun || lag.Events() > fallenBehind {
		return kb.Errorf(kb.Unavailable, "Still reading the record: %d of %d.", lag.Read+1, lag.Head+1)
	}
	c.String(http.StatusOK, "ready\n")
	return nil
}
