package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// trailSheet shows where a claim's sources have it from, as readers will see it,
// and what can be done about it: suggestions to decide, sources to assess,
// derivations to add or take away.
func (s *Server) trailSheet(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	d, err := s.read(c).Dossier(id)
	if err != nil {
		return err
	}
	content := contentView{Content: desk.Compose(d, s.baseURL, ""), onDesk: true}
	sheet := trailDesk{dossier: d, content: content, may: desk.May(actorOf(c), desk.EditDerivation) && d.Claim.State.Editable()}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.TrailDeskPage(views.TrailDesk{
		Page: s.deskPage(c, "Where it comes from"), Claim: text(d.Claim.Text, d.Claim.Language), ClaimURL: deskClaim(id),
		Strength: strengthView(content), Graph: graphView(content),
		Sections: []views.CaseSection{sheet.suggestions(), sheet.open(), sheet.sources()},
	}))
}

// trailDesk makes the sections below the graph.
type trailDesk struct {
	dossier store.Dossier
	content contentView
	may     bool
}

func (t trailDesk) suggestions() views.CaseSection {
	section := views.CaseSection{ID: "suggestions", Heading: "Suggestions to decide", Empty: "None is open."}
	titles := map[kb.ID]string{}
	for id, s := range t.dossier.Sources {
		titles[id] = s.Title
	}
	for _, x := range t.dossier.Suggestions {
		section.Items = append(section.Items, suggestionItem(x, titles, t.dossier.People))
	}
	return section
}

// open lists what keeps origins from counting: works whose independence nobody
// has assessed, and items of which nobody has said what comes from where.
func (t trailDesk) open() views.CaseSection {
	section := views.CaseSection{ID: "open", Heading: "What keeps origins from counting", Empty: "Nothing: every origin is assessed and every item scoped."}
	a := t.content.Analysis
	for _, id := range unite(a.Said.Unassessed, a.Evidence.Unassessed) {
		source := t.dossier.Sources[kb.ID(id)]
		section.Items = append(section.Items, views.CaseItem{
			Title: views.Link{Text: source.Title, URL: deskSource(source.ID)}, Chips: []views.Chip{{Text: "its independence is not established", Tone: "mixed"}},
			Links: links(t.may, t.assess(source)),
		})
	}
	for _, item := range unite(a.Said.Unscoped, a.Evidence.Unscoped) {
		source := t.dossier.Sources[t.sourceOf(kb.ID(item))]
		section.Items = append(section.Items, views.CaseItem{
			Title: views.Link{Text: source.Title, URL: deskSource(source.ID)},
			Chips: []views.Chip{{Text: "it has several things from elsewhere: which of them is this one?", Tone: "mixed"}},
			Links: links(t.may, views.Link{Text: "Say where this one is from", URL: deskClaim(t.dossier.Claim.ID, "derivations", "new") + "?item=" + item}),
		})
	}
	return section
}

func (t trailDesk) assess(source kb.Source) views.Link {
	return views.Link{
		Text: "Assess its independence", URL: deskClaim(t.dossier.Claim.ID, "assessments", "new") + "?source=" + url.QueryEscape(choice(source.Title, source.ID)),
	}
}

// sourceOf gives the source of an evidence or attestation.
func (t trailDesk) sourceOf(item kb.ID) kb.ID {
	for _, e := range t.dossier.Evidence {
		if e.ID == item {
			return e.SourceID
		}
	}
	for _, a := range t.dossier.Attestations {
		if a.ID == item {
			return a.SourceID
		}
	}
	return ""
}

// sources lists every work of the graph with what it is said to have from where.
func (t trailDesk) sources() views.CaseSection {
	section := views.CaseSection{ID: "sources", Heading: "The works, and what they have from where", Empty: "No source is recorded yet."}
	for _, s := range newProvenance(t.content).sources {
		source := t.dossier.Sources[kb.ID(s.ID)]
		item := views.CaseItem{
			Anchor: "w" + s.ID, Title: views.Link{Text: source.Title, URL: deskSource(source.ID)}, Meta: sourceMeta(t.content, s),
			Links: links(t.may, views.Link{Text: "Add a derivation", URL: deskSource(source.ID, "derivations", "new")}, t.assess(source)),
		}
		for _, a := range t.dossier.Assessments {
			if a.SourceID == source.ID {
				item.Chips = append(item.Chips, views.Chip{Text: "independence: " + kb.Label(kb.Findings, a.Finding) + " (" + t.dossier.People[a.PersonID].Name + ": " + a.Note + ")"})
			}
		}
		for _, x := range t.dossier.Derivations {
			if x.FromID == source.ID && x.State == kb.SuggestionConfirmed {
				item.Items = append(item.Items, t.derivation(x))
			}
		}
		section.Items = append(section.Items, item)
	}
	return section
}

func (t trailDesk) derivation(x kb.Derivation) views.CaseItem {
	item := views.CaseItem{
		Title:  views.Link{Text: kb.Label(kb.DerivationKinds, x.Kind) + " “" + t.dossier.Sources[x.ToID].Title + "”", URL: deskSource(x.ToID)},
		Meta:   "Shown by: " + x.Basis,
		Remove: address(t.may, deskSource(x.FromID, "derivations", string(x.ID), "remove")),
	}
	if x.EvidenceID+x.AttestationID != "" {
		item.Chips = append(item.Chips, views.Chip{Text: "for one item only"})
	}
	if x.SuggestedBy == "program" {
		item.Chips = append(item.Chips, views.Chip{Text: "suggested by the program"})
	}
	if slices.Contains([]string{"cut", "misdescribes"}, x.Faithfulness) {
		item.Chips = append(item.Chips, views.Chip{Text: kb.Label(kb.Faithfulnesses, x.Faithfulness) + ": " + x.Note, Tone: "bad"})
	}
	return item
}
