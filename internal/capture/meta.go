package capture

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/araddon/dateparse"
	"github.com/go-shiori/go-readability"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// mostElements is above which a page is too large to be searched for its author.
const mostElements = 100_000

// metadata reads what a page says of itself: JSON-LD, OpenGraph and other meta
// tags first, then its own text. It is offered for confirmation, never taken
// over unseen.
func metadata(page []byte, address *url.URL) (m kb.PageFacts) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return m
	}
	head := readHead(root)
	m.Canonical = absolute(address, cmp.Or(head.canonical, head.meta["og:url"]))
	m.Language = language(cmp.Or(head.language, head.meta["og:locale"]))
	m.Title = cmp.Or(head.meta["og:title"], head.meta["twitter:title"], head.firstHeading, head.title)
	m.Publisher = cmp.Or(head.publisher, head.meta["og:site_name"], head.meta["application-name"], head.meta["publisher"])
	m.Published, m.Modified = head.published(), day(cmp.Or(head.dates["dateModified"], head.meta["article:modified_time"], head.meta["og:updated_time"]))
	m.Paywalled = head.paywalled
	m.Authors = head.authors
	addArticle(&m, page, address)
	return tidy(m)
}

// addArticle fills the gaps with what the readability algorithm finds.
func addArticle(m *kb.PageFacts, page []byte, address *url.URL) {
	parser := readability.NewParser()
	parser.MaxElemsToParse = mostElements
	article, err := parser.Parse(bytes.NewReader(page), address)
	if err != nil {
		return
	}
	m.Title = cmp.Or(m.Title, article.Title)
	m.Publisher = cmp.Or(m.Publisher, article.SiteName)
	m.Language = cmp.Or(m.Language, language(article.Language))
	if len(m.Authors) == 0 && article.Byline != "" {
		m.Authors = []string{byline.ReplaceAllString(article.Byline, "")}
	}
	if m.Published == "" && article.PublishedTime != nil {
		m.Published = article.PublishedTime.Format(time.DateOnly)
	}
}

// byline is what stands before a name in "By Jane Doe".
var byline = regexp.MustCompile(`(?i)^\s*(by|von|par|por|di|от)\s+`)

// head is what the metadata of a page say.
type head struct {
	title, firstHeading, canonical, language, publisher string
	meta                                                map[string]string
	dates                                               map[string]string // of JSON-LD
	authors                                             []string
	times                                               []string // of time elements and of what is marked as a date
	paywalled                                           bool
}

func readHead(root *html.Node) *head {
	h := &head{meta: map[string]string{}, dates: map[string]string{}}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			h.element(n)
		}
	}
	return h
}

func (h *head) element(n *html.Node) {
	switch n.DataAtom {
	case atom.Html:
		h.language = attribute(n, "lang")
	case atom.Title:
		if h.title == "" && !within(n, atom.Svg) {
			h.title = inner(n)
		}
	case atom.H1:
		h.firstHeading = cmp.Or(h.firstHeading, inner(n))
	case atom.Link:
		if strings.EqualFold(attribute(n, "rel"), "canonical") {
			h.canonical = attribute(n, "href")
		}
	case atom.Meta:
		key := strings.ToLower(cmp.Or(attribute(n, "property"), attribute(n, "name"), attribute(n, "itemprop")))
		if content := strings.TrimSpace(attribute(n, "content")); key != "" && h.meta[key] == "" {
			h.meta[key] = content
		}
		if key == "author" || key == "article:author" {
			h.addAuthor(attribute(n, "content"))
		}
	case atom.Script:
		if attribute(n, "type") == "application/ld+json" && n.FirstChild != nil {
			h.linkedData(n.FirstChild.Data)
		}
	case atom.Time:
		h.times = append(h.times, cmp.Or(attribute(n, "datetime"), inner(n)))
	default:
		if marked := attribute(n, "class") + " " + attribute(n, "itemprop") + " " + attribute(n, "id"); dated.MatchString(marked) {
			h.times = append(h.times, inner(n))
		}
	}
}

// dated are the names that pages give to what holds their date.
var dated = regexp.MustCompile(`(?i)(^|[\s_-])(date|datum|time|timestamp|published|posted|pubdate|entry-date|post-meta|byline|dateline)([\s_-]|$)`)

// linkedData reads one JSON-LD block, whatever its shape.
func (h *head) linkedData(block string) {
	var v any
	if json.Unmarshal([]byte(block), &v) == nil {
		h.linked(v, 0)
	}
}

const deepestLinked = 20

func (h *head) linked(v any, depth int) {
	if depth > deepestLinked {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			h.linked(x, depth+1)
		}
	case map[string]any:
		if isArticle(v["@type"]) {
			h.article(v)
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage"} {
			h.linked(v[key], depth+1)
		}
	}
}

func isArticle(kind any) bool {
	switch kind := kind.(type) {
	case string:
		return strings.HasSuffix(kind, "Article") || strings.HasSuffix(kind, "Posting") || kind == "Report" || kind == "WebPage"
	case []any:
		return slices.ContainsFunc(kind, isArticle)
	}
	return false
}

func (h *head) article(v map[string]any) {
	if headline := words(v["headline"]); headline != "" && h.meta["og:title"] == "" {
		h.meta["og:title"] = headline
	}
	for _, key := range []string{"datePublished", "dateCreated", "dateModified"} {
		h.dates[key] = cmp.Or(h.dates[key], words(v[key]))
	}
	h.publisher = cmp.Or(h.publisher, words(v["publisher"]))
	if authors := names(v["author"]); len(authors) > 0 {
		h.authors = authors
	}
	if free, ok := v["isAccessibleForFree"]; ok && (free == false || strings.EqualFold(words(free), "false")) {
		h.paywalled = true
	}
}

// words gives a text, or the name of a thing.
func words(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case map[string]any:
		return words(v["name"])
	case []any:
		if len(v) > 0 {
			return words(v[0])
		}
	}
	return ""
}

func names(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var found []string
	for _, x := range list {
		if name := words(x); name != "" {
			found = append(found, name)
		}
	}
	return found
}

func (h *head) addAuthor(name string) {
	name = strings.TrimSpace(name)
	if name != "" && !strings.Contains(name, "://") && !slices.Contains(h.authors, name) {
		h.authors = append(h.authors, name)
	}
}

// published gives the day of publication from the surest place that has it.
func (h *head) published() string {
	places := []string{
		h.dates["datePublished"], h.meta["article:published_time"], h.meta["datepublished"], h.meta["date"], h.meta["pubdate"],
		h.meta["dc.date"], h.meta["dc.date.issued"], h.meta["dcterms.created"], h.meta["parsely-pub-date"], h.meta["sailthru.date"],
		h.meta["og:published_time"], h.dates["dateCreated"],
	}
	for _, text := range append(places, h.times...) {
		if d := day(text); d != "" {
			return d
		}
	}
	return ""
}

// writtenDay finds a date with its year inside a line such as "Posted on June
// 20, 2024 by": days given as numbers alone only where the year comes first,
// since nobody knows which of two numbers is the month.
var writtenDay = regexp.MustCompile(`(?i)\d{4}-\d{2}-\d{2}|\d{1,2}\.?\s+\p{L}{3,9}\.?,?\s+\d{4}|\p{L}{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}`)

var ordinal = regexp.MustCompile(`(?i)(\d)(?:st|nd|rd|th)\b`)

// day gives a date as YYYY-MM-DD, nothing if the text has none that is sure.
func day(text string) string {
	found := writtenDay.FindString(text)
	if found == "" {
		return ""
	}
	t, err := dateparse.ParseStrict(strings.ReplaceAll(ordinal.ReplaceAllString(found, "$1"), ".", ""))
	if err != nil || t.Year() < 1000 || t.Year() > 9999 {
		return ""
	}
	return t.Format(time.DateOnly)
}

// language gives a tag such as "en" from "en_US".
func language(tag string) string {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	if kb.ValidLanguage(tag) {
		return tag
	}
	base, _, _ := strings.Cut(tag, "-")
	if kb.ValidLanguage(base) {
		return base
	}
	return ""
}

func absolute(base *url.URL, ref string) string {
	if ref == "" || base == nil {
		return ""
	}
	u, err := base.Parse(ref)
	if err != nil {
		return ""
	}
	return kb.SourceURL(u.String())
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// inner gives the text inside an element on one line.
func inner(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && b.Len() < longestFact {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

const longestFact = 500 // bytes

// tidy makes one line of each fact, none longer than a form takes.
func tidy(m kb.PageFacts) kb.PageFacts {
	for _, s := range []*string{&m.Title, &m.Publisher} {
		*s = fact(*s)
	}
	var authors []string
	for _, a := range m.Authors {
		if a = fact(a); a != "" && len(authors) < 40 {
			authors = append(authors, a)
		}
	}
	m.Authors = authors
	return m
}

func fact(s string) string {
	s = strings.Join(strings.Fields(plainText([]byte(s))), " ")
	if len(s) > longestFact {
		s = strings.ToValidUTF8(s[:longestFact], "")
	}
	return s
}
