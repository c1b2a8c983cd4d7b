package verify

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/record"
)

// comparePages holds the pages and documents that readers get for each claim
// against the newest revision in the log.
func (v *verifier) comparePages(ctx context.Context) error {
	for i, id := range v.order {
		v.options.Progress(fmt.Sprintf("pages of claim %d of %d", i+1, len(v.order)))
		c := v.claims[id]
		if err := v.compareNewest(ctx, c); err != nil {
			return err
		}
		if err := v.compareHistory(ctx, c); err != nil {
			return err
		}
		if err := v.comparePage(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) compareNewest(ctx context.Context, c *claimLog) error {
	e := c.newest()
	status, body, err := v.site.Get(ctx, "/claims/"+c.id+".json")
	if err != nil {
		return fmt.Errorf("read claim: %w", err)
	}
	switch {
	case status == 410:
		v.mustBeRedacted(e)
	case v.redacted[e.SHA256]:
		v.report.find(Unlogged, e.index, c.id, "revision %d is redacted, and the claim's document is shown (status %d)", e.Revision, status)
	case status != 200:
		v.report.find(Hidden, e.index, c.id, "the claim's document is not shown (status %d)", status)
	case record.Hash(body) != e.SHA256:
		v.report.find(Unlogged, e.index, c.id, "the claim's document is not revision %d, the newest in the log", e.Revision)
	}
	return nil
}

func (v *verifier) mustBeRedacted(e entry) {
	if !v.redacted[e.SHA256] {
		v.report.find(Hidden, e.index, e.Claim, "revision %d is said to be redacted, and no redaction in the log names it", e.Revision)
	}
}

// compareHistory holds the list of revisions against the log.
func (v *verifier) compareHistory(ctx context.Context, c *claimLog) error {
	page, status, err := v.page(ctx, "/claims/"+c.id+"/revisions")
	if err != nil {
		return err
	}
	if status != 200 {
		v.report.find(Hidden, c.newest().index, c.id, "the list of revisions is not shown (status %d)", status)
		return nil
	}
	var shown []string
	page.Find("[data-sha256]").Each(func(_ int, s *goquery.Selection) { shown = append(shown, s.AttrOr("data-sha256", "")) })
	for _, e := range c.revisions {
		if !slices.Contains(shown, e.SHA256) {
			v.report.find(Hidden, e.index, c.id, "revision %d is not in the list of revisions", e.Revision)
		}
	}
	if len(shown) > len(c.revisions) {
		v.report.find(Unlogged, -1, c.id, "the list of revisions shows %d, the log has %d", len(shown), len(c.revisions))
	}
	return nil
}

func (v *verifier) page(ctx context.Context, path string) (*goquery.Document, int, error) {
	status, body, err := v.site.Get(ctx, path)
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", path, err)
	}
	page, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return nil, status, fmt.Errorf("read %s: %w", path, err)
	}
	v.report.Pages++
	return page, status, nil
}

// comparePage holds what a person reads against the document: the claim, who
// said it in which words, rating, summary, reasoning, quotations, the notice of a
// correction, the sign “under review”.
func (v *verifier) comparePage(ctx context.Context, c *claimLog) error {
	d, known := v.contents[c.id]
	page, status, err := v.page(ctx, "/claims/"+c.id)
	if err != nil {
		return err
	}
	e := c.newest()
	switch {
	case status == 410:
		v.mustBeRedacted(e)
		return nil
	case v.redacted[e.SHA256]:
		v.report.find(Unlogged, e.index, c.id, "revision %d is redacted, and the claim's page is shown (status %d)", e.Revision, status)
		return nil
	case status == 301 && known && d.content.MergedInto != "":
		if to := strings.TrimSpace(page.Text()); to != "/claims/"+d.content.MergedInto {
			v.report.find(Differs, e.index, c.id, "the claim was merged into %s, and its address leads to %s", d.content.MergedInto, clip(to))
		}
		return nil
	case status != 200:
		v.report.find(Hidden, e.index, c.id, "the claim's page is not shown (status %d)", status)
		return nil
	case !known:
		return nil // its document was found wanting already
	}
	page.Find("[hidden], template, script, style, noscript").Remove() // what nobody sees shows nothing
	for _, x := range expected(d.content, c.banner) {
		if !x.shown(page) {
			v.report.find(Differs, e.index, c.id, "the page does not show the %s of revision %d: %s", x.what, e.Revision, clip(x.text))
		}
	}
	if c.banner == nil || !c.banner.Up {
		if page.Find(".under-review").Length() > 0 {
			v.report.find(Unlogged, -1, c.id, "the page says that the claim is under review, the log does not")
		}
	}
	return nil
}

// notices are where the note of a correction stands, by class.
var notices = map[string]string{
	"clarification": "p.note", "update": "section.correction", "correction": "section.correction", "rating-change": "section.correction", "retraction": "section.withdrawn",
}

// single are the places that a page has once: the first of two is what a person
// reads.
var single = []string{"main h1", "#rated", ".ruling .sum"}

// expectation is a text that must stand at a place of the page.
type expectation struct {
	what, selector, text string
	whole                bool // the place holds nothing else
}

func (x expectation) shown(page *goquery.Document) bool {
	want := words(x.text)
	found := false
	places := page.Find(x.selector)
	if slices.Contains(single, x.selector) && places.Length() != 1 {
		return false
	}
	places.EachWithBreak(func(_ int, s *goquery.Selection) bool {
		s = s.Clone()
		s.Find("sup, .cite, [data-verify=skip]").Remove()
		got := spaced(s)
		found = got == want || (!x.whole && strings.Contains(" "+got+" ", " "+want+" "))
		return !found
	})
	return found
}

// spaced gives the text of elements with a space wherever one begins or ends, so
// that words stay words.
func spaced(s *goquery.Selection) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			return
		}
		b.WriteByte(' ')
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		b.WriteByte(' ')
	}
	for _, n := range s.Nodes {
		walk(n)
	}
	return words(b.String())
}

// sentence begins with a capital, as pages write an outcome.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }

func expected(c record.Content, banner *record.Banner) []expectation {
	list := []expectation{{"wording", "main h1", c.Claim.Text, true}}
	if banner != nil && banner.Up {
		list = append(list, expectation{"sign “under review”", ".under-review", banner.Reason, false})
	}
	if c.Correction != nil && c.Correction.Class != "typo" {
		list = append(list, expectation{"note of the correction", notices[c.Correction.Class], c.Correction.Note, false})
	}
	if c.Ruling.Rating != nil {
		list = append(list, expectation{"rating", "#rated", c.Ruling.Rating.Texts.In("en").Label, true})
	} else {
		list = append(list, expectation{"outcome", "#rated", sentence(kb.OutcomeLabel(c.Ruling.Outcome)), false})
	}
	if c.Ruling.Outcome == kb.Retracted || c.Ruling.Outcome == kb.MergedAway {
		return list
	}
	list = append(list, expectation{"summary", ".ruling .sum", c.Ruling.Summary, true})
	for _, a := range c.Appearances {
		list = append(list, expectation{"speaker", "main", a.Speaker.ShownAs, false})
		if a.Words != "" {
			list = append(list, expectation{"words that were said", ".app blockquote", a.Words, true})
		}
		for _, at := range a.Attestations {
			if at.Excerpt != nil {
				list = append(list, expectation{"quotation", ".app q", kb.Segments(at.Excerpt.Segments).Text(), true})
			}
		}
	}
	for _, e := range c.Evidence {
		if e.Excerpt != nil {
			list = append(list, expectation{"quotation", "section[aria-labelledby=evidence] blockquote", kb.Segments(e.Excerpt.Segments).Text(), true})
		}
	}
	if prose, err := markup.Reasoning(c.Ruling.Reasoning, func(string) (int, string, bool) { return 1, "", true }); err == nil {
		if d, err := goquery.NewDocumentFromReader(strings.NewReader(string(prose))); err == nil {
			d.Find("sup, .cite").Remove()
			list = append(list, expectation{"reasoning", "section[aria-labelledby=why]", spaced(d.Find("body")), false})
		}
	}
	return list
}

// mostFindings is when a list is read no further: it is false, and may be endless.
const mostFindings = 1000

// compareLists walks the list of all claims and holds it against the log.
func (v *verifier) compareLists(ctx context.Context) error {
	listed, seen := map[string]bool{}, map[string]bool{}
	for path := "/claims"; path != "" && !seen[path] && len(v.report.Findings) < mostFindings; {
		seen[path] = true
		v.options.Progress(fmt.Sprintf("list of claims, %d so far", len(listed)))
		page, status, err := v.page(ctx, path)
		if err != nil {
			return err
		}
		if status != 200 {
			v.report.find(Hidden, -1, "", "the list of claims is not shown (status %d)", status)
			return nil
		}
		before := len(listed)
		path = v.compareRows(page, listed)
		if path != "" && len(listed) == before {
			v.report.find(Unlogged, -1, "", "the list of claims goes on without showing any")
			break
		}
	}
	for _, id := range v.order {
		d, known := v.contents[id]
		if known && d.content.MergedInto == "" && !listed[id] {
			v.report.find(Hidden, v.claims[id].newest().index, id, "the claim is not in the list of claims")
		}
	}
	return nil
}

// compareRows compares one page of the list and gives the address of the next.
func (v *verifier) compareRows(page *goquery.Document, listed map[string]bool) string {
	page.Find("ol.claims > li").Each(func(_ int, row *goquery.Selection) {
		link := row.Find("h3 a")
		id, _, _ := strings.Cut(strings.TrimPrefix(link.AttrOr("href", ""), "/claims/"), "-")
		repeated := listed[id]
		listed[id] = true
		c, known := v.claims[id]
		if !known || repeated {
			v.report.find(Unlogged, -1, id, "the list of claims shows %s, which the log does not have, or has once", clip(link.Text()))
			return
		}
		if v.redacted[c.newest().SHA256] {
			v.report.find(Unlogged, c.newest().index, id, "revision %d is redacted, and the list of claims shows it", c.newest().Revision)
			return
		}
		d, read := v.contents[id]
		if !read {
			return
		}
		label := kb.OutcomeLabel(d.content.Ruling.Outcome)
		if d.content.Ruling.Rating != nil {
			label = d.content.Ruling.Rating.Texts.In("en").Label
		}
		if got := words(row.Find(".verdict .rating").Text()); !strings.EqualFold(got, words(label)) {
			v.report.find(Differs, c.newest().index, id, "the list of claims says “%s”, revision %d “%s”", got, c.newest().Revision, label)
		}
		if got := strings.Trim(words(link.Text()), "“”"); got != strings.Trim(words(d.content.Claim.Text), "“”") {
			v.report.find(Differs, c.newest().index, id, "the list of claims words it otherwise than revision %d", c.newest().Revision)
		}
	})
	next, err := url.Parse(page.Find("a[rel=next]").AttrOr("href", ""))
	if err != nil || next.Path != "/claims" {
		return ""
	}
	return next.RequestURI()
}

// clip shortens a text for a report.
func clip(s string) string {
	const most = 80
	s = words(s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return "“" + s + "”"
}
