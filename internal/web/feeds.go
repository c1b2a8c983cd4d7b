package web

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

const feedRows = 50

// sendFeed writes a feed in the form that the address asks for by its ending.
func (p *public) sendFeed(c *gin.Context, feed interchange.Feed) error {
	anybody(c)
	feed.Self = p.baseURL + c.Request.URL.RequestURI()
	m := p.follower.Masthead()
	feed.Author, feed.Rights, feed.Language = m.Name, m.Licence, p.site().Language()
	if path.Ext(c.Request.URL.Path) == ".json" {
		b, err := feed.JSON()
		if err != nil {
			return err
		}
		return p.bytes(c, jsonFeedType, b)
	}
	b, err := feed.Atom()
	if err != nil {
		return err
	}
	return p.bytes(c, atomType+"; charset=utf-8", b)
}

// feedFilters are what a feed of rulings can be narrowed to.
var feedFilters = []string{"topic", "speaker", "rating", "publisher", "language"}

// claimsFeed is the list of rulings, the newest first, all or of one topic,
// speaker or rating.
func (p *public) claimsFeed(c *gin.Context) error {
	q := follow.Query{
		Topic: c.Query("topic"), Speaker: c.Query("speaker"), Rating: c.Query("rating"), Publisher: c.Query("publisher"), Language: c.Query("language"),
		After: c.Query("after"), Limit: feedRows,
	}
	page, err := p.follower.Claims(c.Request.Context(), q)
	if err != nil {
		return err
	}
	site := p.site()
	feed := interchange.Feed{Title: "Rulings: " + site.Name(), Home: p.baseURL + "/claims"}
	filters := url.Values{}
	for _, name := range feedFilters {
		if v := c.Query(name); v != "" {
			filters.Set(name, v)
			known, err := p.filterName(c.Request.Context(), name, v)
			if err != nil {
				return err
			}
			feed.Title += ", " + name + " " + known
		}
	}
	if len(filters) > 0 {
		feed.Home += "?" + filters.Encode()
	}
	for _, d := range page.Digests {
		feed.Entries = append(feed.Entries, p.feedEntry(site, d))
	}
	if page.Next != "" {
		feed.Next = p.baseURL + c.Request.URL.Path + "?" + with(filters, "after", page.Next).Encode()
	}
	return p.sendFeed(c, feed)
}

// filterName gives what a filter's value is called.
func (p *public) filterName(ctx context.Context, name, value string) (string, error) {
	switch name {
	case "rating":
		return p.ratingLabel(value), nil
	case "language":
		return languageName(value), nil
	}
	known, ok, err := p.follower.Name(ctx, follow.Subject{Kind: name, ID: value})
	if !ok {
		known = value
	}
	return known, err
}

// feedEntry is a claim with its newest ruling. Its id stays the claim's for
// ever, so that readers see a changed ruling as an update.
func (p *public) feedEntry(site interchange.Site, d record.Digest) interchange.FeedEntry {
	verdict := interchange.VerdictWord(d.Rating, d.Outcome, site.Language())
	e := interchange.FeedEntry{
		ID: site.ClaimURL(d.Claim), URL: site.ClaimURL(d.Claim), Title: interchange.Headline(d.Text, verdict), Language: d.Language, Updated: d.PublishedAt,
	}
	if r, known := p.follower.Ruling(d.Claim); known {
		e.Published = r.First
	}
	lines := []string{d.Text, saidLine(d), strings.TrimSpace("Ruling: " + verdict + ". " + d.Summary)}
	if x := d.Correction; x != nil && x.Class != "typo" {
		lines = append(lines, changeLabel(x.Class, d.MergedInto)+": "+x.Note)
	}
	e.Text = strings.Join(lines, "\n")
	for _, line := range lines {
		e.HTML += "<p>" + html.EscapeString(line) + "</p>"
	}
	for _, t := range d.Topics {
		e.Tags = append(e.Tags, t.Name)
	}
	return e
}

// correctionsFeed is the register of corrections, the newest first.
func (p *public) correctionsFeed(c *gin.Context) error {
	feed, err := p.correctionEntries(c.Request.Context(), follow.ChangeQuery{Class: c.Query("class"), Cause: c.Query("cause"), Topic: c.Query("topic"), After: c.Query("after"), Limit: feedRows})
	if err != nil {
		return err
	}
	if feed.Next != "" {
		feed.Next = p.baseURL + c.Request.URL.Path + "?" + with(c.Request.URL.Query(), "after", feed.Next).Encode()
	}
	return p.sendFeed(c, feed)
}

func (p *public) correctionEntries(ctx context.Context, q follow.ChangeQuery) (interchange.Feed, error) {
	page, err := p.follower.Changes(ctx, q)
	site := p.site()
	feed := interchange.Feed{Title: "Corrections: " + site.Name(), Home: p.baseURL + "/corrections", Next: page.Next}
	for _, x := range page.Changes {
		d := x.Digest
		feed.Entries = append(feed.Entries, interchange.FeedEntry{
			URL: site.RevisionURL(d.Claim, d.Number), Title: changeLabel(d.Correction.Class, d.MergedInto) + ": " + d.Text,
			Text:    strings.TrimSpace(d.Correction.Note + "\nRuling now: " + outcomeView(d.Rating, d.Outcome).Label + ". " + d.Summary),
			Updated: d.PublishedAt, Language: d.Language, Tags: []string{kb.Label(kb.Classes, d.Correction.Class)},
		})
	}
	return feed, err
}

// sitemapIndex lists the sitemaps: pages that stay, claims, and what is new.
func (p *public) sitemapIndex(c *gin.Context) error {
	rulings := p.follower.Rulings(follow.Query{})
	entries := []interchange.SitemapEntry{{URL: p.baseURL + "/sitemaps/pages.xml"}, {URL: p.baseURL + "/sitemaps/news.xml"}}
	for i := 0; i*interchange.MostInSitemap < len(rulings); i++ {
		oldest := rulings[max(0, len(rulings)-(i+1)*interchange.MostInSitemap):]
		entries = append(entries, interchange.SitemapEntry{URL: fmt.Sprintf("%s/sitemaps/claims-%d.xml", p.baseURL, i+1), Modified: oldest[0].Published})
	}
	b, err := interchange.SitemapIndex(entries)
	if err != nil {
		return err
	}
	return p.bytes(c, "application/xml; charset=utf-8", b)
}

// sitemap is one of those. Claims are counted from the oldest publication on, so
// that a new one changes the last file only.
func (p *public) sitemap(c *gin.Context) error {
	var b []byte
	var err error
	var number int
	switch name := c.Param("name"); name {
	case "pages.xml":
		b, err = interchange.Sitemap(p.lastingPages())
	case "news.xml":
		b, err = p.newsSitemap(c.Request.Context())
	default:
		if n, scanErr := fmt.Sscanf(name, "claims-%d.xml", &number); n != 1 || scanErr != nil || name != fmt.Sprintf("claims-%d.xml", number) {
			return kb.Errorf(kb.NotFound, "There is no such sitemap.")
		}
		b, err = p.claimsSitemap(number)
	}
	if err != nil {
		return err
	}
	return p.bytes(c, "application/xml; charset=utf-8", b)
}

func (p *public) lastingPages() []interchange.SitemapEntry {
	var entries []interchange.SitemapEntry
	for _, page := range []string{"/", "/claims", "/corrections", "/methodology", "/disputes", "/tips", "/log"} {
		entries = append(entries, interchange.SitemapEntry{URL: p.baseURL + page})
	}
	for _, t := range p.follower.Subjects(follow.Topic, "", interchange.MostInSitemap) {
		entries = append(entries, interchange.SitemapEntry{URL: p.baseURL + topicURL(t)})
	}
	for _, s := range p.follower.Subjects(follow.Speaker, "", interchange.MostInSitemap) {
		entries = append(entries, interchange.SitemapEntry{URL: p.baseURL + speakerURL(s)})
	}
	return entries[:min(len(entries), interchange.MostInSitemap)]
}

func (p *public) claimsSitemap(number int) ([]byte, error) {
	rulings := p.follower.Rulings(follow.Query{})
	if number < 1 || number > (len(rulings)+interchange.MostInSitemap-1)/interchange.MostInSitemap {
		return nil, kb.Errorf(kb.NotFound, "There is no such sitemap.")
	}
	end := len(rulings) - (number-1)*interchange.MostInSitemap
	site := p.site()
	var entries []interchange.SitemapEntry
	for _, r := range rulings[max(0, end-interchange.MostInSitemap):end] {
		entries = append(entries, interchange.SitemapEntry{URL: site.ClaimURL(r.Claim), Modified: r.Published})
	}
	return interchange.Sitemap(entries)
}

// newsSitemap lists the claims first published in the last two days.
func (p *public) newsSitemap(ctx context.Context) ([]byte, error) {
	since := record.Stamp(p.record.Now().AddDate(0, 0, -2))
	var ids []string
	first := map[string]string{}
	for _, r := range p.follower.Rulings(follow.Query{InForce: true}) {
		if r.First >= since && len(ids) < interchange.MostNews {
			ids = append(ids, r.Claim)
			first[r.Claim] = r.First
		}
	}
	newest, err := p.follower.Newest(ctx, ids)
	if err != nil {
		return nil, err
	}
	site := p.site()
	var entries []interchange.NewsEntry
	for _, id := range ids {
		if d, ok := newest[id]; ok {
			verdict := interchange.VerdictWord(d.Rating, d.Outcome, site.Language())
			entries = append(entries, interchange.NewsEntry{URL: site.ClaimURL(id), Published: first[id], Title: interchange.Headline(d.Text, verdict)})
		}
	}
	return interchange.NewsSitemap(site, entries)
}

// robots tells programs what there is to read, and what is nobody's business.
func (p *public) robots(c *gin.Context) error {
	lines := []string{
		"User-agent: *", "Disallow: /desk", "Disallow: /login", "Disallow: /embed/", "Disallow: /claims/*/compare/", "Disallow: /claims/*/at/", "Allow: /", "",
		"Sitemap: " + p.baseURL + "/sitemap.xml", "Sitemap: " + p.baseURL + "/sitemaps/news.xml", "",
	}
	return p.bytes(c, "text/plain; charset=utf-8", []byte(strings.Join(lines, "\n")))
}
