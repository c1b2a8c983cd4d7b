package web

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// page makes what every public page has.
func (p *public) page(title, canonical string) views.Page {
	m := p.follower.Masthead()
	site := m.Name
	if site == "" {
		site = "Claimtrail"
	}
	page := views.Page{
		Title: title, Site: site, Lang: "en", Stylesheet: p.assets.stylesheet,
		Nav: []views.Link{{Text: "Claims", URL: "/claims"}, {Text: "Corrections", URL: "/corrections"}, {Text: "How we work", URL: "/methodology"}},
		Footer: []views.Link{
			{Text: "Corrections", URL: "/corrections"}, {Text: "Disputes", URL: "/disputes"}, {Text: "Suggest a claim", URL: "/tips"}, {Text: "Transparency log", URL: "/log"},
			{Text: "How we work", URL: "/methodology"}, {Text: "For programs", URL: "/api/docs"}, {Text: "Desk", URL: "/desk"},
		},
		Alternates: []views.Alternate{
			{Type: atomType, Title: "Rulings", URL: "/feeds/claims.atom"}, {Type: jsonFeedType, Title: "Rulings", URL: "/feeds/claims.json"},
			{Type: atomType, Title: "Corrections", URL: "/feeds/corrections.atom"},
		},
		Licence: views.Link{Text: m.Licence, URL: kb.SourceURL(m.LicenceURL)},
	}
	if title != site {
		page.Title = title + " · " + site
	}
	if canonical != "" {
		page.Canonical = p.home() + canonical
	}
	if p.mirror.Origin != "" {
		page.Notice = "A mirror of the record of " + p.mirror.Origin + ", taken over on " + moment(p.mirror.At).Words + ". Nothing here was reviewed by those who run this site."
		page.NoticeLink = views.Link{Text: "The site itself", URL: p.mirror.Home + canonical}
	}
	for i := range page.Nav {
		page.Nav[i].Current = page.Nav[i].URL == canonical
	}
	return page
}

// home is the origin that canonical addresses have: our own, or that of the site
// whose record this mirrors.
func (p *public) home() string {
	if p.mirror.Home != "" {
		return p.mirror.Home
	}
	return p.baseURL
}

func (s *Server) errorPage(title string) views.Page {
	page := s.public.page(title, "")
	page.NoIndex = true
	return page
}

// deskPage makes what every page of the desk has.
func (s *Server) deskPage(c *gin.Context, title string) views.Page {
	actor := actorOf(c)
	waiting, err := s.read(c).Waiting()
	if err != nil {
		waiting = store.Waiting{} // the page itself says what is wrong
	}
	page := views.Page{
		Title: title + " · Desk", Lang: "en", Stylesheet: s.assets.stylesheet, Script: s.assets.script, NoIndex: true, Desk: true,
		Account: actor.Name,
		Nav: []views.Link{
			{Text: "Queue", URL: "/desk"}, {Text: s.waiting(c), URL: "/desk/tasks"}, {Text: "Tips", URL: "/desk/tips", Count: waiting.Tips},
			{Text: "Disputes", URL: "/desk/disputes", Count: waiting.Disputes}, {Text: "Sources", URL: "/desk/sources"}, {Text: "Speakers", URL: "/desk/speakers"},
			{Text: "Publishers", URL: "/desk/publishers"},
		},
		Footer: []views.Link{{Text: "Public site", URL: "/"}},
	}
	if desk.May(actor, desk.Redact) || desk.May(actor, desk.ReadAudit) {
		page.Footer = append(page.Footer, views.Link{Text: "Redactions", URL: "/desk/redactions"})
		if waiting.Redactions > 0 {
			page.Nav = append(page.Nav, views.Link{Text: "Redactions", URL: "/desk/redactions", Count: waiting.Redactions})
		}
	}
	if desk.May(actor, desk.ReadAudit) {
		page.Nav = append(page.Nav, views.Link{Text: "Audit", URL: "/desk/audit"})
	}
	if desk.May(actor, desk.EditMasthead) {
		page.Nav = append(page.Nav, views.Link{Text: "Settings", URL: "/desk/settings"})
	}
	if desk.May(actor, desk.SuggestClaim) {
		page.Tools = []views.Link{{Text: "New claim", URL: "/desk/claims/new"}}
	}
	for i := range page.Nav {
		page.Nav[i].Current = page.Nav[i].URL == c.Request.URL.Path
	}
	return page
}

// moment shows a time of the server as people read it.
func moment(t time.Time) views.Time {
	t = t.UTC()
	return views.Time{Words: t.Format("2 January 2006"), Exact: t.Format("2 January 2006, 15:04:05 UTC"), Machine: t.Format(time.RFC3339)}
}

func stamped(s string) views.Time {
	t, err := record.ParseStamp(s)
	if err != nil {
		return views.Time{Words: s, Exact: s}
	}
	return moment(t)
}

// worldDate shows a date of the world with what is known of it.
func worldDate(d kb.Date) views.Time {
	t := views.Time{Words: d.String(), Exact: dateBasis(d)}
	if _, err := time.Parse(time.DateOnly, d.EDTF); err == nil {
		t.Machine = d.EDTF
	}
	return t
}

func dateBasis(d kb.Date) string {
	words := d.Basis
	if d.Unknown() {
		words = "unknown"
	}
	if d.Zone != "" {
		words += ", " + d.Zone
	}
	if d.Note != "" {
		words += ": " + d.Note
	}
	return words
}

func text(s, lang string) views.Text {
	first, _ := utf8.DecodeRuneInString(s)
	return views.Text{Text: s, Lang: lang, Dir: kb.Direction(lang), Marked: strings.ContainsRune("\"“„«‘'", first) && s != ""}
}

func textPointer(s, lang string) *views.Text {
	t := text(s, lang)
	return &t
}
