package capture

import (
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
	root, err := parse(page)
	if err != nil {
		return m
	}
	head := readHead(root)
	m.Canonical = absolute(address, cmp.Or(head.canonical, head.meta["og:url"]))
	m.Language = cmp.Or(language(head.language), language(head.meta["og:locale"]))
	m.Title = cmp.Or(head.headline, head.meta["og:title"], head.meta["twitter:title"], head.firstHeading, head.title)
	m.Publisher = cmp.Or(head.publisher, head.meta["og:site_name"], head.meta["application-name"], head.meta["publisher"])
	m.Published, m.Modified = head.published(), day(cmp.Or(head.dates["dateModified"], head.meta["article:modified_time"], head.meta["og:updated_time"]))
	m.Paywalled = head.paywalled
	m.Authors = head.authors
	if len(m.Authors) == 0 {
		m.Authors = head.metaAuthors
	}
	addArticle(&m, root, address)
	if len(m.Authors) == 0 && head.postedBy != "" {
		m.Authors = []string{head.postedBy}
	}
	return tidy(m)
}

// addArticle fills the gaps with what the readability algorithm finds; but no
// date, since it takes 6/7 for a day in June.
func addArticle(m *kb.PageFacts, root *html.Node, address *url.URL) {
	parser := readability.NewParser()
	parser.MaxElemsToParse = mostElements
	article, err := parser.ParseDocument(root, address)
	if err != nil {
		return
	}
	m.Title = cmp.Or(m.Title, article.Title)
	m.Publisher = cmp.Or(m.Publisher, article.SiteName)
	m.Language = cmp.Or(m.Language, language(article.Language))
	if len(m.Authors) == 0 && article.Byline != "" {
		m.Authors = []string{author(article.Byline)}
	}
}

// byline is what stands before a name in "By Jane Doe" and in "Posted on June
// 20, 2024 by Jane Doe"; bylineDate is what may stand after it.
var (
	byline     = regexp.MustCompile(`(?i)^\s*(?:(?:(?:posted|published|written)\b|.*\d{4}).*?\s)?(?:by|von|par|por|di|от)\s+`)
	bylineDate = regexp.MustCompile(`(?i)[\s,|·•–—-]+(?:on\s+)?(?:` + writtenDay.String() + `).*$`)
)

func author(line string) string {
	return bylineDate.ReplaceAllString(byline.ReplaceAllString(line, ""), "")
}

// head is what the metadata of a page say.
type head struct {
	title, firstHeading, canonical, language string
	headline, publisher                      string // of JSON-LD, as are authors and dates
	authors                                  []string
	dates                                    map[string]string
	named                                    map[string]string // the names of what JSON-LD refers to
	meta                                     map[string]string
	metaAuthors                              []string
	times                                    []string // of time elements and of what is marked as a date
	postedBy                                 string
	paywalled                                bool
}

func readHead(root *html.Node) *head {
	h := &head{meta: map[string]string{}, dates: map[string]string{}, named: map[string]string{}}
	for n := range root.Descendants() {
		switch n.Type {
		case html.ElementNode:
			h.element(n)
		case html.TextNode:
			h.posted(n)
		}
	}
	return h
}

// posted reads a line such as "Posted on June 22, 2024 by Jane Doe", which many
// pages have instead of marks.
func (h *head) posted(n *html.Node) {
	if !postedLine.MatchString(n.Data) || slices.Contains(unseen, n.Parent.DataAtom) {
		return
	}
	line := lineFrom(n)
	h.time(line)
	if byline.MatchString(line) && len(line) <= longestDateLine {
		h.postedBy = cmp.Or(h.postedBy, author(line))
	}
}

var postedLine = regexp.MustCompile(`(?i)^\s*(?:posted|published)\b`)

// lineFrom gives the text from a node to the end of the line that it begins.
func lineFrom(n *html.Node) string {
	for n.NextSibling == nil && n.Parent != nil && !slices.Contains(blocks, n.Parent.DataAtom) {
		n = n.Parent
	}
	var b strings.Builder
	for ; n != nil && b.Len() <= longestDateLine && !slices.Contains(blocks, n.DataAtom); n = n.NextSibling {
		writeInner(&b, n)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// longestDateLine is how long a line may be to be taken for one that gives the
// date of the page, in bytes: what is longer is part of the story.
const longestDateLine = 120

func (h *head) time(line string) {
	if len(line) <= longestDateLine {
		h.times = append(h.times, line)
	}
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
		h.time(cmp.Or(attribute(n, "datetime"), inner(n)))
	default:
		if marked := attribute(n, "class") + " " + attribute(n, "itemprop") + " " + attribute(n, "id"); dated.MatchString(marked) {
			h.time(inner(n))
		}
	}
}

// dated are the names that pages give to what holds their date.
var dated = regexp.MustCompile(`(?i)(^|[\s_-])(date|datum|time|timestamp|published|posted|pubdate|entry-date|post-meta|byline|dateline)([\s_-]|$)`)

// linkedData reads one JSON-LD block, whatever its shape.
func (h *head) linkedData(block string) {
	var v any
	if json.Unmarshal([]byte(block), &v) == nil {
		h.names(v, 0)
		h.linked(v, 0)
	}
}

const deepestLinked = 20

// names notes the names of the things in a graph, which are referred to by
// their identifiers.
func (h *head) names(v any, depth int) {
	if depth > deepestLinked {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			h.names(x, depth+1)
		}
	case map[string]any:
		if id, ok := v["@id"].(string); ok {
			h.named[id] = cmp.Or(h.named[id], h.words(v["name"]))
		}
		h.names(v["@graph"], depth+1)
	}
}

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

// article reads what JSON-LD says of an article, the first on the page before
// all others.
func (h *head) article(v map[string]any) {
	h.headline = cmp.Or(h.headline, h.words(v["headline"]))
	h.publisher = cmp.Or(h.publisher, h.words(v["publisher"]))
	for _, key := range []string{"datePublished", "dateCreated", "dateModified"} {
		h.dates[key] = cmp.Or(h.dates[key], h.words(v[key]))
	}
	if len(h.authors) == 0 {
		h.authors = h.list(v["author"])
	}
	if free, ok := v["isAccessibleForFree"]; ok && (free == false || strings.EqualFold(h.words(free), "false")) {
		h.paywalled = true
	}
}

// words gives a text, or the name of a thing. Many pages escape these texts as
// if they were HTML.
func (h *head) words(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(html.UnescapeString(v))
	case map[string]any:
		if name, ok := v["name"].(string); ok {
			return h.words(name)
		}
		id, _ := v["@id"].(string)
		return h.named[id]
	case []any:
		if len(v) > 0 {
			return h.words(v[0])
		}
	}
	return ""
}

func (h *head) list(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var found []string
	for _, x := range list {
		if name := h.words(x); name != "" {
			found = append(found, name)
		}
	}
	return found
}

func (h *head) addAuthor(name string) {
	name = strings.TrimSpace(name)
	if name != "" && !strings.Contains(name, "://") && !slices.Contains(h.metaAuthors, name) {
		h.metaAuthors = append(h.metaAuthors, name)
	}
}

// published gives the day of publication from the surest place that has it.
func (h *head) published() string {
	places := []string{
		h.dates["datePublished"], h.meta["article:published_time"], h.meta["datepublished"], h.meta["date"], h.meta["pubdate"],
		h.meta["dc.date"], h.meta["dc.date.issued"], h.meta["dcterms.issued"], h.meta["dcterms.created"], h.meta["parsely-pub-date"], h.meta["sailthru.date"],
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

// unusual is what the parser of dates does not know: the th of 20th, full stops,
// and the last letter of Sept.
var unusual = regexp.MustCompile(`(?i)(\d)(?:st|nd|rd|th)\b|\b(sep)t\b|\.`)

// day gives a date as YYYY-MM-DD, nothing if the text has none that is sure.
func day(text string) string {
	for _, found := range writtenDay.FindAllString(text, -1) {
		t, err := dateparse.ParseStrict(unusual.ReplaceAllString(found, "$1$2"))
		if err == nil && t.Year() >= 1000 && t.Year() <= 9999 {
			return t.Format(time.DateOnly)
		}
	}
	return ""
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
	writeInner(&b, n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// writeInner writes the text of a node, or as much of it as a fact may have.
func writeInner(b *strings.Builder, n *html.Node) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	for d := range n.Descendants() {
		if d.Type == html.TextNode && b.Len() < longestFact {
			b.WriteString(d.Data)
		}
	}
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
