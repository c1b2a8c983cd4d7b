package web

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// What other people's programs are told of a claim, and where they ask.

const (
	atomType     = "application/atom+xml"
	jsonFeedType = "application/feed+json"
	oembedJSON   = "application/json+oembed"
	oembedXML    = "text/xml+oembed"
)

// forOthers adds to a claim's page what other people's programs read: how it is
// shared, embedded and cited, and the ruling as ClaimReview.
func (p *public) forOthers(v *views.Claim, doc record.Document, content record.Content, first store.Revision) error {
	site := p.site()
	review := interchange.ClaimReviewOf(site, doc, content, record.Stamp(first.PublishedAt))
	b, err := review.JSON()
	if err != nil {
		return err
	}
	v.LinkedData = b
	headline := interchange.Headline(content.Claim.Text, v.Ruling.Rating.Label)
	v.Social = &views.Social{
		Title: headline, Description: socialWords(v, content), URL: site.ClaimURL(doc.Claim), Site: site.Name(),
		Image: site.PictureURL(doc.Claim, doc.Number), ImageAlt: headline, Width: strconv.Itoa(interchange.PictureWidth), Height: strconv.Itoa(interchange.PictureHeight),
		Published: review.DatePublished, Modified: review.DatePublished,
	}
	if review.DateModified != "" {
		v.Social.Modified = review.DateModified
	}
	page := "/claims/" + doc.Claim
	v.Alternates = append([]views.Alternate{
		{Type: oembedJSON, Title: headline, URL: p.oembedURL(doc.Claim, "json")}, {Type: oembedXML, Title: headline, URL: p.oembedURL(doc.Claim, "xml")},
		{Type: `application/ld+json;profile="http://www.w3.org/ns/anno.jsonld"`, Title: "Quotations", URL: page + "/annotations.json"},
		{Type: "application/ld+json", Title: "ClaimReview", URL: page + "/claimreview.json"},
	}, v.Alternates...)
	for _, f := range citeForms {
		v.Alternates = append(v.Alternates, views.Alternate{Type: strings.TrimSuffix(f.kind, "; charset=utf-8"), Title: f.label, URL: citeURL(doc.Claim, f.suffix)})
	}
	return nil
}

// socialWords says in a line who claimed it and what we found.
func socialWords(v *views.Claim, content record.Content) string {
	words := content.Ruling.Summary
	if words == "" && content.Correction != nil {
		words = content.Correction.Note
	}
	if v.Said.Recorded {
		words = v.Said.Speaker.Text + ", " + v.Said.Date.Words + ". " + words
	}
	return words
}

func (p *public) oembedURL(claim, format string) string {
	return p.baseURL + "/oembed?" + url.Values{"url": {p.baseURL + "/claims/" + claim}, "format": {format}}.Encode()
}

// oembedLinks are the headers by which a card is found without reading the page.
func (p *public) oembedLinks(claim kb.ID) []string {
	link := func(format, kind string) string {
		return "<" + p.oembedURL(string(claim), format) + `>; rel="alternate"; type="` + kind + `"`
	}
	return []string{link("json", oembedJSON), link("xml", oembedXML)}
}

// anybody lets pages of other sites read an answer.
func anybody(c *gin.Context) { c.Header("Access-Control-Allow-Origin", "*") }

// oembed is the provider: it hands out the card of a claim's address. The address
// is compared with our own, and never fetched.
func (p *public) oembed(c *gin.Context) error {
	anybody(c)
	format := c.DefaultQuery("format", "json")
	if format != "json" && format != "xml" {
		return kb.Errorf(kb.NotOffered, "The formats are json and xml.")
	}
	if c.Query("url") == "" {
		return kb.Errorf(kb.Malformed, "Give the address of a claim's page as url.")
	}
	claim, revision, err := p.claimAt(c.Query("url"))
	if err != nil {
		return err
	}
	maxWidth, err := limitQuery(c, "maxwidth")
	if err != nil {
		return err
	}
	maxHeight, err := limitQuery(c, "maxheight")
	if err != nil {
		return err
	}
	e, err := p.embedding(c.Request.Context(), claim, revision)
	if err != nil {
		return err
	}
	answer := e.OEmbed(maxWidth, maxHeight)
	if format == "xml" {
		b, err := answer.XML()
		if err != nil {
			return err
		}
		return p.bytes(c, "text/xml; charset=utf-8", b)
	}
	b, err := answer.JSON()
	if err != nil {
		return err
	}
	return p.bytes(c, "application/json", b)
}

// embedding gives the newest ruling of a claim for a card that remembers a
// revision; the newest when none was named.
func (p *public) embedding(ctx context.Context, claim kb.ID, revision int) (interchange.Embedding, error) {
	e := interchange.Embedding{Site: p.site()}
	ruling, known := p.follower.Ruling(string(claim))
	if !known {
		return e, nothingThere()
	}
	d, there, err := p.digestOf(ctx, ruling.Event)
	if err != nil {
		return e, err
	}
	if !there {
		return e, nothingThere()
	}
	e.Digest, e.Revision = d, revision
	if revision == 0 || revision > e.Digest.Number {
		e.Revision = e.Digest.Number
	}
	return e, nil
}

func nothingThere() error {
	return kb.Errorf(kb.NotFound, "There is no published claim at this address.")
}

// claimAt reads which claim, and which revision of it, an address of this site is
// of; 0 when it names none.
func (p *public) claimAt(address string) (kb.ID, int, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return "", 0, nothingThere()
	}
	base, err := url.Parse(p.baseURL)
	if err != nil || !strings.EqualFold(u.Host, base.Host) || (u.Scheme != "http" && u.Scheme != "https") {
		return "", 0, nothingThere()
	}
	rest, found := strings.CutPrefix(u.Path, base.Path+"/claims/")
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	a, err := parseClaim(parts[0])
	if !found || err != nil || a.suffix != "" {
		return "", 0, nothingThere()
	}
	switch {
	case len(parts) == 1:
		revision, err := strconv.Atoi(u.Query().Get("rev"))
		if err != nil || revision < 0 {
			revision = 0
		}
		return a.id, revision, nil
	case len(parts) == 3 && parts[1] == "revisions":
		revision, suffix, err := parseNumber(parts[2])
		if err == nil && suffix == "" {
			return a.id, revision, nil
		}
	}
	return "", 0, nothingThere()
}

// limitQuery reads a size in pixels; 0 when none is given.
func limitQuery(c *gin.Context, name string) (int, error) {
	raw := c.Query(name)
	if raw == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < 1 {
		return 0, kb.Errorf(kb.Malformed, "%s should be a number of pixels.", name)
	}
	return n, nil
}

// newestDocument reads the document of the newest revision of the claim that an
// address names, beside all its revisions.
func (p *public) newestDocument(c *gin.Context) (record.Document, record.Content, []store.Revision, error) {
	_, revisions, err := p.revisionsOf(c)
	if err != nil {
		return record.Document{}, record.Content{}, nil, err
	}
	body, err := p.record.Document(c.Request.Context(), revisions[0].Hash)
	if kb.KindOf(err) == kb.Gone {
		err = p.redacted(c.Request.Context(), revisions[0])
	}
	if err != nil {
		return record.Document{}, record.Content{}, nil, err
	}
	doc, content, err := record.ReadPublished(body)
	return doc, content, revisions, err
}

// claimReview gives a claim's newest ruling as JSON-LD.
func (p *public) claimReview(c *gin.Context) error {
	anybody(c)
	doc, content, revisions, err := p.newestDocument(c)
	if err != nil {
		return err
	}
	b, err := interchange.ClaimReviewOf(p.site(), doc, content, record.Stamp(revisions[len(revisions)-1].PublishedAt)).JSON()
	if err != nil {
		return err
	}
	return p.bytes(c, "application/ld+json", b)
}

// feedBatch is how many documents a streamed feed reads at once.
const feedBatch = 100

// claimReviewFeed streams all rulings in force as a DataFeed, the newest first.
func (p *public) claimReviewFeed(c *gin.Context) error {
	anybody(c)
	index := p.follower.Index()
	rulings := p.follower.Rulings(follow.Query{InForce: true})
	if unchanged(c, `W/"feed1-`+strconv.FormatInt(index, 36)+`"`, fresh) {
		return nil
	}
	c.Header("Content-Type", "application/ld+json")
	modified := ""
	if len(rulings) > 0 {
		modified = interchange.Seconds(rulings[0].Published)
	}
	site := p.site()
	feed := interchange.NewFeedWriter(c.Writer, "Fact checks of "+site.Name(), site.Masthead.LicenceURL, modified)
	for i := 0; i < len(rulings); i += feedBatch {
		if err := p.addReviews(c.Request.Context(), feed, rulings[i:min(i+feedBatch, len(rulings))]); err != nil {
			return brokenOff(c, err)
		}
	}
	return brokenOff(c, feed.Close())
}

func (p *public) addReviews(ctx context.Context, feed *interchange.FeedWriter, rulings []follow.Ruling) error {
	events, first := make([]int64, len(rulings)), map[string]string{}
	for i, r := range rulings {
		events[i], first[r.Claim] = r.Event, r.First
	}
	documents, err := p.record.DocumentsAt(ctx, events)
	if err != nil {
		return err
	}
	site := p.site()
	for _, b := range documents {
		doc, content, err := record.ReadPublished(b)
		if err != nil {
			return err
		}
		if err := feed.Add(interchange.ClaimReviewOf(site, doc, content, first[doc.Claim])); err != nil {
			return err
		}
	}
	return nil
}
