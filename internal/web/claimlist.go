package web

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/views"
)

// mostTyped is how much can be searched for, in characters.
const mostTyped = 500

// claims lists what is published, narrowed by words and filters.
func (p *public) claims(c *gin.Context) error {
	typed := strings.TrimSpace(c.Query("q"))
	if len([]rune(typed)) > mostTyped {
		return kb.Errorf(kb.Malformed, "The search (q) is too long: at most %d characters.", mostTyped)
	}
	q := follow.Query{
		Rating: c.Query("rating"), Speaker: c.Query("speaker"), Topic: c.Query("topic"), Publisher: c.Query("publisher"),
		Source: c.Query("source"), Language: c.Query("language"), Year: c.Query("year"), After: c.Query("after"), Limit: listRows,
		Wanted: search.Parse(typed), Newest: c.Query("order") == "newest", Count: true,
	}
	if c.Query("typing") != "" {
		q.Wanted = q.Wanted.Typing()
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
	if !q.Wanted.Empty() {
		l.Page = p.page("Search: "+typed, "/claims")
	}
	l.Module = p.assets.page
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

// narrowing are the parameters that narrow a list by one value each.
var narrowing = []string{"rating", "speaker", "topic", "publisher", "source", "language", "year"}

// list makes a list of claims with its filters. The address is where filters
// lead to.
func (p *public) list(c *gin.Context, q follow.Query, address string) (views.ClaimList, error) {
	page, err := p.follower.Claims(c.Request.Context(), q)
	if err != nil {
		return views.ClaimList{}, err
	}
	query := without(c.Request.URL.Query(), "typing")
	l := views.ClaimList{
		Claims: p.claimRows(page), Count: counted(page.Total, "published claim", "published claims"), Action: address,
		Empty: "No published claim matches.", From: q.From, To: q.To, More: "Older rulings", Facets: p.facets(page, query, address),
	}
	if l.Filters, err = p.activeFilters(c, query, address); err != nil {
		return l, err
	}
	for _, name := range append([]string{"q", "order"}, narrowing...) {
		if v := query.Get(name); v != "" {
			l.Hidden = append(l.Hidden, views.Hidden{Name: name, Value: v})
		}
	}
	if page.Next != "" {
		l.Next = address + "?" + with(query, "after", page.Next).Encode()
	}
	l.Search = &views.Search{Typed: query.Get("q"), Notes: searchNotes(page)}
	for _, name := range append([]string{"from", "to"}, narrowing...) {
		if v := query.Get(name); v != "" {
			l.Search.Hidden = append(l.Search.Hidden, views.Hidden{Name: name, Value: v})
		}
	}
	if !q.Wanted.Empty() {
		l.Search.Orders = orders(query, address, q.Newest)
		l.Empty = "No published claim has these words. Fewer words, or other ones, may find it."
		if !q.Newest {
			l.More = "More claims"
		}
	}
	return l, nil
}

func orders(query url.Values, address string, newest bool) []views.Link {
	query = without(query, "after")
	return []views.Link{
		{Text: "Best match first", URL: address + "?" + without(query, "order").Encode(), Current: !newest},
		{Text: "Newest first", URL: address + "?" + with(query, "order", "newest").Encode(), Current: newest},
	}
}

// searchNotes says what was searched for instead of what was typed.
func searchNotes(page follow.Page) []string {
	var notes []string
	for _, x := range page.Corrected {
		notes = append(notes, fmt.Sprintf("No claim has “%s”: these have “%s”.", x.Typed, x.Taken))
	}
	for _, w := range page.Missing {
		notes = append(notes, fmt.Sprintf("No claim has “%s”.", w))
	}
	if page.Any && page.Total > 0 {
		notes = append(notes, "No claim has all of the words: these have some of them.")
	}
	return notes
}

// shownValues is how many values of a facet are shown at once.
const shownValues = 8

func (p *public) facets(page follow.Page, query url.Values, address string) []views.Facet {
	var facets []views.Facet
	for _, f := range []struct {
		heading, name string
		counts        []follow.Count
		label         func(follow.Count) string
	}{
		{"Rating", "rating", page.Ratings, func(c follow.Count) string { return p.ratingLabel(c.Key) }},
		{"Topic", "topic", page.Topics, named},
		{"Speaker", "speaker", page.Speakers, named},
		{"Publisher of a source", "publisher", page.Publishers, named},
		{"Language", "language", page.Languages, func(c follow.Count) string { return languageName(c.Key) }},
		{"Said in", "year", page.Years, named},
	} {
		if len(f.counts) == 0 || f.name == "language" && len(f.counts) == 1 {
			continue
		}
		facet := views.Facet{Heading: f.heading}
		for _, n := range f.counts {
			facet.Links = append(facet.Links, facetLink(query, address, f.name, n.Key, f.label(n), n.N))
		}
		if len(facet.Links) > shownValues+1 {
			facet.Links, facet.Rest = facet.Links[:shownValues], facet.Links[shownValues:]
		}
		facets = append(facets, facet)
	}
	return facets
}

func named(c follow.Count) string { return c.Name }

// facetLink leads to the list narrowed by a value; by the one that it is narrowed by,
// to the list without.
func facetLink(query url.Values, address, name, value, label string, n int) views.Link {
	rest := without(without(query, "after"), name)
	link := views.Link{Text: label, Count: n, Current: query.Get(name) == value, URL: address}
	if !link.Current {
		rest = with(rest, name, value)
	}
	if encoded := rest.Encode(); encoded != "" {
		link.URL += "?" + encoded
	}
	return link
}

// activeFilters shows what filters the list, each as a link that takes it away.
func (p *public) activeFilters(c *gin.Context, query url.Values, address string) ([]views.Link, error) {
	var links []views.Link
	for _, name := range append([]string{"from", "to"}, narrowing...) {
		value := query.Get(name)
		if value == "" {
			continue
		}
		label, err := p.filterName(c.Request.Context(), name, value)
		if err != nil {
			return nil, err
		}
		address := address
		if rest := without(without(query, name), "after").Encode(); rest != "" {
			address += "?" + rest
		}
		links = append(links, views.Link{Text: name + ": " + label, URL: address})
	}
	return links, nil
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
func (p *public) claimRows(page follow.Page) []views.ClaimRow {
	ids := make([]string, len(page.Digests))
	for i, d := range page.Digests {
		ids[i] = d.Claim
	}
	underReview := p.follower.UnderReview(ids)
	rows := make([]views.ClaimRow, len(page.Digests))
	for i, d := range page.Digests {
		rows[i] = views.ClaimRow{
			URL: claimURL(d.Claim, d.Text), Text: text(d.Text, d.Language), Said: saidLine(d), Rating: outcomeView(d.Rating, d.Outcome),
			Summary: text(d.Summary, "en"), Published: stamped(d.PublishedAt), Demonstration: d.Demonstration, Overtaken: d.Overtaken, UnderReview: underReview[d.Claim],
			Origins: counted(d.Origins.Sources, "source", "sources") + ", " + originWords(d.Origins.Low, d.Origins.High),
		}
		mark(&rows[i].Text, page.Found)
		mark(&rows[i].Summary, page.Found)
		if d.Verbatim {
			inQuotes(&rows[i].Text)
		}
		if d.Correction != nil && d.Correction.Class != "typo" {
			rows[i].Correction = changeLabel(d.Correction.Class, d.MergedInto)
		}
	}
	return rows
}

// mark parts a text where words of the search stand.
func mark(t *views.Text, found search.Found) {
	at := 0
	for _, m := range found.Marks(t.Text, t.Lang) {
		t.Parts = append(t.Parts, views.Part{Text: t.Text[at:m[0]]}, views.Part{Text: t.Text[m[0]:m[1]], Found: true})
		at = m[1]
	}
	if at > 0 {
		t.Parts = append(t.Parts, views.Part{Text: t.Text[at:]})
	}
}

// inQuotes puts a verbatim claim in quotation marks.
func inQuotes(t *views.Text) {
	t.Text = "“" + t.Text + "”"
	if len(t.Parts) > 0 {
		t.Parts = append(append([]views.Part{{Text: "“"}}, t.Parts...), views.Part{Text: "”"})
	}
}
