package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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
	page, err := p.follower.Claims(c.Request.Context(), follow.Query{Limit: frontRows})
	if err != nil {
		return err
	}
	site := p.page("", "/").Site
	f := views.Front{
		Page:   p.page(site, "/"),
		Lead:   "Who said it, where and when; what supports it and what refutes it; and where each source has it from.",
		Claims: p.claimRows(page.Digests), Empty: "Nothing is published yet.",
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

func (p *public) claims(c *gin.Context) error {
	q := follow.Query{
		Rating: c.Query("rating"), Speaker: c.Query("speaker"), Topic: c.Query("topic"), Publisher: c.Query("publisher"),
		Source: c.Query("source"), Language: c.Query("language"), After: c.Query("after"), Limit: listRows,
	}
	var err error
	if q.From, err = dayQuery(c, "from"); err != nil {
		return err
	}
	if q.To, err = dayQuery(c, "to"); err != nil {
		return err
	}
	l, err := p.list(c, q, "/claims")
	if err != nil {
		return err
	}
	l.Heading = "Claims"
	l.Page = p.page("Claims", "/claims")
	l.NoIndex = c.Request.URL.RawQuery != ""
	return p.show(c, views.ClaimListPage(l))
}

func dayQuery(c *gin.Context, name string) (string, error) {
	day := c.Query(name)
	if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
		return "", kb.Errorf(kb.Malformed, "The date “%s” of the filter is no day such as 2024-06-20.", name)
	}
	return day, nil
}

// list makes a list of claims with its filters. The address is where filters
// lead to.
func (p *public) list(c *gin.Context, q follow.Query, address string) (views.ClaimList, error) {
	page, err := p.follower.Claims(c.Request.Context(), q)
	if err != nil {
		return views.ClaimList{}, err
	}
	l := views.ClaimList{
		Claims: p.claimRows(page.Digests), Count: counted(page.Total, "published claim", "published claims"), Action: address,
		Empty: "No published claim matches.", From: q.From, To: q.To,
	}
	query := c.Request.URL.Query()
	ratings := views.Facet{Heading: "Rating"}
	for _, r := range page.Ratings {
		ratings.Links = append(ratings.Links, facetLink(query, address, "rating", r.Key, p.ratingLabel(r.Key), r.N))
	}
	topics := views.Facet{Heading: "Topic"}
	for _, t := range page.Topics {
		topics.Links = append(topics.Links, facetLink(query, address, "topic", t.Key, t.Name, t.N))
	}
	for _, f := range []views.Facet{ratings, topics} {
		if len(f.Links) > 0 {
			l.Facets = append(l.Facets, f)
		}
	}
	l.Filters = p.activeFilters(query, address)
	for _, name := range []string{"rating", "speaker", "topic", "publisher", "source", "language"} {
		if v := query.Get(name); v != "" {
			l.Hidden = append(l.Hidden, views.Hidden{Name: name, Value: v})
		}
	}
	if page.Next != "" {
		l.Next = address + "?" + with(query, "after", page.Next).Encode()
	}
	return l, nil
}

func facetLink(query url.Values, address, name, value, label string, n int) views.Link {
	return views.Link{
		Text: label, Count: n, Current: query.Get(name) == value,
		URL: address + "?" + with(without(query, "after"), name, value).Encode(),
	}
}

// activeFilters shows what filters the list, each as a link that takes it away.
func (p *public) activeFilters(query url.Values, address string) []views.Link {
	var links []views.Link
	for _, name := range []string{"rating", "speaker", "topic", "publisher", "source", "language", "from", "to"} {
		value := query.Get(name)
		if value == "" {
			continue
		}
		label := value
		if name == "rating" {
			label = p.ratingLabel(value)
		} else if known, ok := p.follower.Name(follow.Subject{Kind: name, ID: value}); ok {
			label = known
		}
		address := address
		if rest := without(without(query, name), "after").Encode(); rest != "" {
			address += "?" + rest
		}
		links = append(links, views.Link{Text: name + ": " + label, URL: address})
	}
	return links
}

func with(q url.Values, name, value string) url.Values {
	q = without(q, name)
	q.Set(name, value)
	return q
}

func without(q url.Values, name string) url.Values {
	c := url.Values{}
	for k, v := range q {
		if k != name {
			c[k] = v
		}
	}
	return c
}

// ratingLabel gives the published word of a rating or of why there is none.
func (p *public) ratingLabel(key string) string {
	for _, s := range p.follower.Scales() {
		for _, r := range s.Ratings {
			if r.Key == key {
				return r.Texts.In("en").Label
			}
		}
	}
	return sentenceCase(kb.OutcomeLabel(key))
}

// claimRows shows digests as a list.
func (p *public) claimRows(digests []record.Digest) []views.ClaimRow {
	ids := make([]string, len(digests))
	for i, d := range digests {
		ids[i] = d.Claim
	}
	underReview := p.follower.UnderReview(ids)
	rows := make([]views.ClaimRow, len(digests))
	for i, d := range digests {
		rows[i] = views.ClaimRow{
			URL: claimURL(d.Claim, d.Text), Text: text(d.Text, d.Language), Said: saidLine(d), Rating: outcomeView(d.Rating, d.Outcome),
			Summary: d.Summary, Published: stamped(d.PublishedAt), Demonstration: d.Demonstration, Overtaken: d.Overtaken, UnderReview: underReview[d.Claim],
			Origins: counted(d.Origins.Sources, "source", "sources") + ", " + originWords(d.Origins.Low, d.Origins.High),
		}
		if d.Verbatim {
			rows[i].Text.Text = "“" + d.Text + "”"
		}
		if d.Correction != nil && d.Correction.Class != "typo" {
			rows[i].Correction = changeLabel(d.Correction.Class, d.MergedInto)
		}
	}
	return rows
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

// ready answers 200 when the database answers and the follower has read it all.
func (s *Server) ready(c *gin.Context) error {
	head, err := s.db.Public().Head(c.Request.Context())
	if err != nil {
		return err
	}
	if s.follower.Index() < head {
		return kb.Errorf(kb.Unavailable, "Still reading the record: %d of %d.", s.follower.Index()+1, head+1)
	}
	c.String(http.StatusOK, "ready\n")
	return nil
}
