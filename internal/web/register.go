package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

const registerRows = 30

// corrections is the register: every change to what was published, but typos
// unless they are asked for.
func (p *public) corrections(c *gin.Context) error {
	q := follow.ChangeQuery{Class: c.Query("class"), Cause: c.Query("cause"), Topic: c.Query("topic"), After: c.Query("after"), Limit: registerRows}
	var err error
	if q.From, err = dayQuery(c, "from"); err != nil {
		return err
	}
	if q.To, err = dayQuery(c, "to"); err != nil {
		return err
	}
	page, err := p.follower.Changes(c.Request.Context(), q)
	if err != nil {
		return err
	}
	r := views.Register{
		Page: p.page("Corrections", "/corrections"), Heading: "Corrections", Action: "/corrections", From: q.From, To: q.To,
		Lead:  "Everything that we changed about a ruling after it was published, with the cause and how long the old text stood. Each entry is in the log that anybody can verify.",
		Count: counted(page.Total, "change", "changes"), Empty: "No correction matches.",
		Feed: views.Link{Text: "Feed of corrections", URL: "/feeds/corrections.atom"},
	}
	if page.Median > 0 {
		r.Count += " · our errors stood for " + span(page.Median) + " (median)"
	}
	r.NoIndex = c.Request.URL.RawQuery != ""
	query := c.Request.URL.Query()
	r.Facets = []views.Facet{
		changeFacet(query, "class", "Kind", page.Classes, kb.Classes), changeFacet(query, "cause", "Cause", page.Causes, kb.Causes),
	}
	for _, name := range []string{"class", "cause", "topic"} {
		if v := query.Get(name); v != "" {
			r.Hidden = append(r.Hidden, views.Hidden{Name: name, Value: v})
			r.Filters = append(r.Filters, views.Link{Text: name + ": " + registerLabel(name, v), URL: "/corrections?" + without(without(query, name), "after").Encode()})
		}
	}
	if page.Next != "" {
		r.Next = "/corrections?" + with(query, "after", page.Next).Encode()
	}
	if c.Request.URL.RawQuery == "" {
		r.Rows = append(r.Rows, p.redactionRows()...)
	}
	for _, x := range page.Changes {
		r.Rows = append(r.Rows, p.changeRow(x))
	}
	return p.show(c, views.RegisterPage(r))
}

// redactionRows list what was taken away by law: it is in no other list.
func (p *public) redactionRows() []views.RegisterRow {
	var rows []views.RegisterRow
	for _, x := range p.follower.Redactions() {
		numbers := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(x.Revisions)), ", "), "[]")
		rows = append(rows, views.RegisterRow{
			Label: "Redaction", Title: views.Link{Text: "Claim " + x.Claim + ", revision " + numbers, URL: "/claims/" + x.Claim + "/revisions"},
			Note: x.Reason, At: stamped(x.At), Meta: []string{kb.Label(kb.LegalBases, x.Basis)},
		})
	}
	return rows
}

func registerLabel(name, value string) string {
	switch name {
	case "class":
		return kb.Label(kb.Classes, value)
	case "cause":
		return kb.Label(kb.Causes, value)
	}
	return value
}

// changeFacet offers what the list has, and what it is filtered by.
func changeFacet(query map[string][]string, name, heading string, found []follow.Count, options []kb.Option) views.Facet {
	f := views.Facet{Heading: heading}
	for _, o := range options {
		n := 0
		for _, x := range found {
			if x.Key == o.Value {
				n = x.N
			}
		}
		if n > 0 || o.Value == "typo" {
			f.Links = append(f.Links, facetLink(query, "/corrections", name, o.Value, sentenceCase(o.Label), n))
		}
	}
	return f
}

func (p *public) changeRow(x follow.Change) views.RegisterRow {
	d := x.Digest
	row := views.RegisterRow{
		Label: changeLabel(d.Correction.Class, d.MergedInto), Title: views.Link{Text: d.Text, URL: claimURL(d.Claim, d.Text)}, Note: d.Correction.Note,
		At: stamped(d.PublishedAt), Meta: []string{kb.Label(kb.Causes, d.Correction.Cause), "after " + span(x.Stood)},
		Links: []views.Link{
			{Text: "What changed", URL: fmt.Sprintf("/claims/%s/compare/%d..%d", d.Claim, d.Number-1, d.Number)},
			{Text: "Revision " + strconv.Itoa(d.Number), URL: revisionURL(d.Claim, d.Number)},
		},
	}
	rating := outcomeView(d.Rating, d.Outcome)
	row.Rating = &rating
	if now := outcomeKey(d); x.Was != "" && x.Was != now {
		row.Was, row.Struck = p.ratingLabel(x.Was), d.Correction.Class != "update"
	}
	return row
}

func outcomeKey(d record.Digest) string { return verdictKey(d.Rating, d.Outcome) }

// verdictKey names a verdict in one word: the rating's key, or why there is none.
func verdictKey(r *record.Rating, outcome string) string {
	if r != nil {
		return r.Key
	}
	return outcome
}

func changeLabel(class, mergedInto string) string {
	if mergedInto != "" {
		return "Merged"
	}
	return kb.Label(kb.Classes, class)
}

// span gives a duration as people say it: "3 days", "2 hours".
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*365*day:
		return counted(int(d/(365*day)), "year", "years")
	case d >= 60*day:
		return counted(int(d/(30*day)), "month", "months")
	case d >= day:
		return counted(int(d/day), "day", "days")
	case d >= time.Hour:
		return counted(int(d/time.Hour), "hour", "hours")
	case d >= time.Minute:
		return counted(int(d/time.Minute), "minute", "minutes")
	}
	return "less than a minute"
}
