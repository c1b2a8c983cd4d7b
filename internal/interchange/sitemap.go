package interchange

import (
	"encoding/xml"
	"fmt"
)

// MostInSitemap is how many addresses one sitemap may hold (sitemaps.org).
const MostInSitemap = 50_000

// MostNews is how many addresses a news sitemap may hold.
const MostNews = 1000

// SitemapEntry is one page: its address and when it last changed, as documents
// write times.
type SitemapEntry struct{ URL, Modified string }

type sitemapURL struct {
	Loc     string       `xml:"loc"`
	LastMod string       `xml:"lastmod,omitempty"`
	News    *sitemapNews `xml:"news:news"`
}

type sitemapNews struct {
	Name      string `xml:"news:publication>news:name"`
	Language  string `xml:"news:publication>news:language"`
	Published string `xml:"news:publication_date"`
	Title     string `xml:"news:title"`
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// Sitemap lists pages.
func Sitemap(entries []SitemapEntry) ([]byte, error) {
	set := struct {
		XMLName xml.Name     `xml:"urlset"`
		Space   string       `xml:"xmlns,attr"`
		URLs    []sitemapURL `xml:"url"`
	}{Space: sitemapSpace}
	for _, e := range entries {
		set.URLs = append(set.URLs, sitemapURL{Loc: e.URL, LastMod: Seconds(e.Modified)})
	}
	return sitemapXML(set)
}

// SitemapIndex lists sitemaps.
func SitemapIndex(entries []SitemapEntry) ([]byte, error) {
	index := struct {
		XMLName  xml.Name     `xml:"sitemapindex"`
		Space    string       `xml:"xmlns,attr"`
		Sitemaps []sitemapURL `xml:"sitemap"`
	}{Space: sitemapSpace}
	for _, e := range entries {
		index.Sitemaps = append(index.Sitemaps, sitemapURL{Loc: e.URL, LastMod: Seconds(e.Modified)})
	}
	return sitemapXML(index)
}

// NewsEntry is a page of the last two days.
type NewsEntry struct{ URL, Published, Title string }

// NewsSitemap lists what was published in the last two days; it may be empty.
func NewsSitemap(site Site, entries []NewsEntry) ([]byte, error) {
	set := struct {
		XMLName xml.Name     `xml:"urlset"`
		Space   string       `xml:"xmlns,attr"`
		News    string       `xml:"xmlns:news,attr"`
		URLs    []sitemapURL `xml:"url"`
	}{Space: sitemapSpace, News: "http://www.google.com/schemas/sitemap-news/0.9"}
	for _, e := range entries {
		set.URLs = append(set.URLs, sitemapURL{Loc: e.URL, News: &sitemapNews{site.Name(), site.Language(), Seconds(e.Published), e.Title}})
	}
	return sitemapXML(set)
}

func sitemapXML(v any) ([]byte, error) {
	b, err := xml.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write sitemap: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}
