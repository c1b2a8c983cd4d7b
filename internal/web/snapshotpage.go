package web

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// snapshotURL is the address of a text that readers may see whole, with one
// passage marked.
func snapshotURL(source, textHash string, start, end int) string {
	address := "/sources/" + source + "/snapshots/" + textHash
	if end > start {
		address += "?from=" + strconv.Itoa(start) + "&to=" + strconv.Itoa(end) + "#passage"
	}
	return address
}

// snapshot shows a text that was released, exactly: what selectors count in.
func (p *public) snapshot(c *gin.Context) error {
	source, err := idParam(c, "id")
	if err != nil {
		return err
	}
	release, text, err := p.record.Release(c.Request.Context(), source, c.Param("hash"))
	if err != nil {
		return err
	}
	page := p.page("Copy of “"+clippedTo(release.Title, 60)+"”", "/sources/"+release.Source+"/snapshots/"+release.TextHash)
	page.NoIndex = true // the words are somebody else's; search engines should find them there
	v := views.Snapshot{
		Page: page, Kicker: "Archived copy", Heading: release.Title, Lead: views.Link{Text: "The source and the claims that it is cited in", URL: sourceURL(release.Source)},
		Lang: release.Language, Dir: kb.Direction(release.Language),
		Facts: []views.Fact{
			{Label: "Captured", Value: stamped(release.CapturedAt).Exact}, {Label: "How", Value: kb.Label(kb.CaptureMethods, release.Method)},
			{Label: "SHA-256 of the text", Value: release.TextHash}, {Label: "Why it may be shown", Value: release.Reason},
		},
		Text: markup.Passages(text, asked(c)),
	}
	if address := kb.SourceURL(release.URL); address != "" {
		v.Facts = append(v.Facts, views.Fact{Label: "Live page", Value: address, URL: address})
	}
	return p.show(c, views.SnapshotPage(v))
}

// asked is the passage that an address asks to be marked.
func asked(c *gin.Context) []markup.Passage {
	from, errFrom := strconv.Atoi(c.Query("from"))
	to, errTo := strconv.Atoi(c.Query("to"))
	if errFrom != nil || errTo != nil {
		return nil
	}
	return []markup.Passage{{Start: from, End: to, ID: "passage", Note: "the quoted passage"}}
}

// inPlace shows a quotation with what stands around it in our copy.
func inPlace(e record.Excerpt) []views.Place {
	var places []views.Place
	if e.State == kb.Ambiguous || e.State == kb.NotInCopy {
		return nil // nobody can say which place is meant
	}
	for _, s := range e.Segments {
		if s.Prefix != "" || s.Suffix != "" {
			places = append(places, views.Place{Before: s.Prefix, Words: s.Exact, After: s.Suffix})
		}
	}
	return places
}

// archived links to the copy where readers may see it whole: of the work, or of
// the one that carries it.
func archived(e record.Excerpt, source string) views.Link {
	s := e.Snapshot
	if carrier := s.Carrier; carrier != nil && carrier.Rights == "full" {
		return views.Link{Text: "archived copy", URL: snapshotURL(s.Via, carrier.TextHash, carrier.Start, carrier.End)}
	}
	if s.Rights != "full" || s.Via != "" || s.Method == "excerpt-only" || len(e.Segments) == 0 {
		return views.Link{}
	}
	first, last := e.Segments[0], e.Segments[len(e.Segments)-1]
	return views.Link{Text: "archived copy", URL: snapshotURL(source, s.TextHash, first.Start, last.End)}
}

// livePassage links to the live page, at the passage where browsers can find it.
func livePassage(address string, e *record.Excerpt) views.Link {
	address = kb.SourceURL(address)
	if address == "" {
		return views.Link{}
	}
	if e == nil || len(e.Segments) == 0 || e.State == kb.NotInCopy {
		return views.Link{Text: "live page", URL: address}
	}
	words := e.Segments[0]
	if e.Snapshot.Via != "" { // what stands around them stands in another work
		words.Prefix, words.Suffix = "", ""
	}
	return views.Link{Text: "live page", URL: withFragment(address, quote.Fragment(words))}
}

// claimAnnotations serves the quotations of the revision in force in the terms
// of the W3C's Web Annotation Data Model.
func (p *public) claimAnnotations(c *gin.Context) error {
	content, err := p.contentInForce(c)
	if err != nil {
		return err
	}
	body, err := record.Canonical(annotationPage(p.baseURL, content))
	if err != nil {
		return err
	}
	c.Writer.Header().Set("Access-Control-Allow-Origin", "*")
	return p.bytes(c, `application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"`, body)
}

// contentInForce reads the content of the newest revision of the claim that an
// address names.
func (p *public) contentInForce(c *gin.Context) (record.Content, error) {
	_, revisions, err := p.revisionsOf(c)
	if err != nil {
		return record.Content{}, err
	}
	body, err := p.record.Document(c.Request.Context(), revisions[0].Hash)
	if err != nil {
		return record.Content{}, err
	}
	_, content, err := record.ReadPublished(body)
	return content, err
}

// trailPicture serves the provenance graph of the revision in force by itself.
func (p *public) trailPicture(c *gin.Context) error {
	content, err := p.contentInForce(c)
	if err != nil {
		return err
	}
	g := graphView(contentView{Content: content})
	if len(g.Nodes) == 0 {
		return kb.Errorf(kb.NotFound, "No source is recorded, so there is nothing to draw.")
	}
	b, err := rendered(c.Request.Context(), views.TrailPicture(g))
	if err != nil {
		return err
	}
	// It stands alone, so its style stands in it.
	c.Writer.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	return p.bytes(c, "image/svg+xml", b)
}
