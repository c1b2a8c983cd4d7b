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
	"github.com/claimtrail/claimtrail/internal/markup"
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

func (p *public) speaker(c *gin.Context) error {
	return p.subject(c, follow.Speaker, "Claims by ", func(id string) follow.Query { return follow.Query{Speaker: id} })
}

func (p *public) topic(c *gin.Context) error {
	return p.subject(c, follow.Topic, "", func(id string) follow.Query { return follow.Query{Topic: id} })
}

func (p *public) publisher(c *gin.Context) error {
	return p.subject(c, follow.Publisher, "", func(id string) follow.Query { return follow.Query{Publisher: id} })
}

func (p *public) source(c *gin.Context) error {
	return p.subject(c, follow.Source, "", func(id string) follow.Query { return follow.Query{Source: id} })
}

// subject shows what is known of a speaker, topic, publisher or source, as the
// newest claim that it belongs to has it, and its claims.
func (p *public) subject(c *gin.Context, kind, prefix string, query func(id string) follow.Query) error {
	id := c.Param("id")
	name, ok := p.follower.Name(follow.Subject{Kind: kind, ID: id})
	if !ok {
		return kb.Errorf(kb.NotFound, "There is nothing published at this address.")
	}
	q := query(id)
	q.Limit, q.After = listRows, c.Query("after")
	address := "/" + kind + "s/" + id
	l, err := p.list(c, q, address)
	if err != nil {
		return err
	}
	l.Heading, l.Facets, l.Filters = prefix+name, nil, nil
	l.Page = p.page(prefix+name, address)
	if kind == follow.Source || kind == follow.Publisher {
		if l.Facts, err = p.subjectFacts(c, kind, id, q); err != nil {
			return err
		}
	}
	return p.show(c, views.ClaimListPage(l))
}

func (p *public) subjectFacts(c *gin.Context, kind, id string, q follow.Query) ([]views.Fact, error) {
	ctx := c.Request.Context()
	q.Limit, q.After = 1, ""
	page, err := p.follower.Claims(ctx, q)
	if err != nil || len(page.Digests) == 0 {
		return nil, err
	}
	revisions, err := p.record.Revisions(ctx, kb.ID(page.Digests[0].Claim))
	if err != nil {
		return nil, err
	}
	body, err := p.record.Document(ctx, revisions[0].Hash)
	if err != nil {
		return nil, err
	}
	_, content, err := record.ReadPublished(body)
	if err != nil {
		return nil, err
	}
	if kind == follow.Source {
		return sourceFacts(content, id), nil
	}
	return publisherFacts(content, id), nil
}

func sourceFacts(content record.Content, id string) []views.Fact {
	s, _ := content.Source(id)
	facts := []views.Fact{{Label: "Kind", Value: kb.Label(kb.SourceKinds, s.Kind)}}
	publisher := views.Fact{Label: "Publisher", Value: "unknown"}
	if p, ok := content.Publisher(s.Publisher); ok {
		publisher = views.Fact{Label: "Publisher", Value: p.Name, URL: publisherURL(p.ID)}
	}
	facts = append(facts, publisher)
	if len(s.Authors) > 0 {
		facts = append(facts, views.Fact{Label: "Author", Value: strings.Join(s.Authors, ", ")})
	}
	facts = append(facts, views.Fact{Label: "Published", Value: s.PublishedOn.String() + dateAside(s.PublishedOn)})
	if carrier, ok := content.Source(s.PartOf); ok {
		facts = append(facts, views.Fact{Label: "Part of", Value: carrier.Title, URL: sourceURL(carrier.ID)})
	}
	if s.Locator != "" {
		facts = append(facts, views.Fact{Label: "Where", Value: s.Locator})
	}
	if address := kb.SourceURL(s.URL); address != "" {
		facts = append(facts, views.Fact{Label: "Live page", Value: address, URL: address})
	}
	if s.Interest != "" {
		facts = append(facts, views.Fact{Label: "Interest", Value: s.Interest})
	}
	return facts
}

func publisherFacts(content record.Content, id string) []views.Fact {
	p, _ := content.Publisher(id)
	facts := []views.Fact{{Label: "Kind", Value: kb.Label(kb.PublisherKinds, p.Kind)}}
	if owner, ok := content.Publisher(p.Owner); ok {
		facts = append(facts, views.Fact{Label: "Owner", Value: owner.Name, URL: publisherURL(owner.ID)})
	}
	if p.Country != "" {
		facts = append(facts, views.Fact{Label: "Country", Value: p.Country})
	}
	if p.Interest != "" {
		facts = append(facts, views.Fact{Label: "Interest", Value: p.Interest})
	}
	if p.Invented {
		facts = append(facts, views.Fact{Label: "Note", Value: "invented for this demonstration"})
	}
	return facts
}

func dateAside(d kb.Date) string {
	if d.Unknown() || (d.Basis != kb.Inferred && d.Note == "") {
		return ""
	}
	return " (" + dateBasis(d) + ")"
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

func (p *public) methodology(c *gin.Context) error {
	m := p.follower.Masthead()
	prose := views.Prose{Page: p.page("How we work", "/methodology"), Heading: "How we work"}
	for _, section := range []struct{ heading, text string }{
		{"Method", m.Methodology}, {"Corrections", m.CorrectionsPolicy}, {"Who we are", m.Ownership}, {"Contact", m.Contact},
	} {
		if section.text == "" {
			continue
		}
		html, err := markup.Reasoning(section.text, noCitations)
		if err != nil {
			return err
		}
		prose.Sections = append(prose.Sections, views.Section{Heading: section.heading, HTML: html})
	}
	prose.Policy = policyView(p.follower.Policy())
	for _, s := range p.follower.Scales() {
		html, err := markup.Reasoning(s.Methodology, noCitations)
		if err != nil {
			return err
		}
		scale := views.Scale{Name: s.Name, Number: s.Number, HTML: html}
		for _, r := range s.Ratings {
			scale.Ratings = append(scale.Ratings, ratingView(r))
		}
		prose.Scales = append(prose.Scales, scale)
	}
	return p.show(c, views.ProsePage(prose))
}

func noCitations(string) (int, string, bool) { return 0, "", false }

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

// policyView shows the house policy as it was last published.
func policyView(p record.Policy) *views.Policy {
	if p.Number == 0 {
		return nil
	}
	v := &views.Policy{
		Heading: "House rules, version " + strconv.Itoa(p.Number), Alone: p.SoleEditor,
		Lead: "Each ruling is held to these before it is published, and its page says how it stands to them. In an emergency something may be published without a second person; its page then says so, with the reason.",
		Note: p.Note,
	}
	for _, g := range p.Gates {
		v.Rules = append(v.Rules, views.Fact{Label: g.Label, Value: kb.Label(kb.GateModes, g.Mode)})
	}
	for _, o := range p.Origins {
		kind := "any other kind"
		if o.Kind != "" {
			kind = kb.Label(kb.ClaimKinds, o.Kind)
		}
		v.Rules = append(v.Rules, views.Fact{Label: "Independent origins for a claim of the kind “" + kind + "”", Value: strconv.Itoa(o.Number)})
	}
	return v
}
