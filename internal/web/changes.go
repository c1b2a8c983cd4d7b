package web

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// changes compares a candidate with the revision in force, text by text.
func (s *Server) changes(c *gin.Context, claim kb.ID, after record.Content) ([]views.Change, error) {
	revisions, err := s.db.Public().Revisions(c.Request.Context(), claim)
	if err != nil {
		return nil, err
	}
	body, err := s.db.Public().Document(c.Request.Context(), revisions[0].Hash)
	if err != nil {
		return nil, err
	}
	_, before, err := record.ReadDocument(body)
	if err != nil {
		return nil, err
	}
	return changedTexts(before, after), nil
}

// changedTexts shows every text of a content that differs, by words.
func changedTexts(before, after record.Content) []views.Change {
	old, now := readableTexts(contentView{Content: before}), readableTexts(contentView{Content: after})
	var changes []views.Change
	for i := range now {
		if old[i][1] != now[i][1] {
			changes = append(changes, views.Change{Label: now[i][0], Runs: markup.WordDiff(old[i][1], now[i][1])})
		}
	}
	return changes
}

// readableTexts gives a content as labelled texts, always in the same order.
func readableTexts(c contentView) [][2]string {
	var appearances, evidence, sources, derivations []string
	for _, a := range c.Appearances {
		lines := []string{a.Speaker.ShownAs + ", " + a.Speaker.Role + ", " + a.Place + ", " + a.SaidOn.String() + " (" + dateBasis(a.SaidOn) + "): " + a.Words}
		for _, at := range a.Attestations {
			lines = append(lines, "recorded in "+titleOf(c, at.Source)+" "+quoted(at.Excerpt)+" "+at.Note)
		}
		appearances = append(appearances, strings.Join(lines, "\n"))
	}
	for _, e := range c.Evidence {
		evidence = append(evidence, e.Stance+": "+titleOf(c, e.Source)+" "+quoted(e.Excerpt)+" "+e.Comment)
	}
	for _, s := range c.Sources {
		sources = append(sources, s.Title+", "+sourceMeta(c, s)+" "+s.URL+" "+s.Interest)
	}
	for _, d := range c.Derivations {
		derivations = append(derivations, titleOf(c, d.From)+" "+kb.Label(kb.DerivationKinds, d.Kind)+" "+titleOf(c, d.To)+": "+d.Basis+" "+d.Note)
	}
	rating := outcomeView(c.Ruling.Rating, c.Ruling.Outcome)
	strength := strengthView(c)
	parts := make([]string, len(c.Claim.Parts))
	for i, p := range c.Claim.Parts {
		parts[i] = p.Text
	}
	return [][2]string{
		{"Claim", c.Claim.Text}, {"Parts", strings.Join(parts, "\n")}, {"Rating", rating.Label}, {"Summary", c.Ruling.Summary},
		{"Reasoning", withTitles(c)}, {"What would change it", c.Ruling.WouldChange}, {"Appearances", strings.Join(appearances, "\n")},
		{"Evidence", strings.Join(evidence, "\n")}, {"Sources", strings.Join(sources, "\n")}, {"Derivations", strings.Join(derivations, "\n")},
		{"Strength", strength.Said + ", " + strength.SaidOrigin + "; " + strength.Evidence + ", " + strength.Origins + " " + strength.Claimant},
		{"Right of reply", strings.Join(replyViews(c.Replies), "\n")},
	}
}

// withTitles gives the reasoning with the titles of the sources in place of the
// ids of the evidence that it cites.
func withTitles(c contentView) string {
	return kb.ReplaceCitations(c.Ruling.Reasoning, func(id kb.ID) string {
		for _, e := range c.Evidence {
			if e.ID == string(id) {
				return "[" + clippedTo(titleOf(c, e.Source), citedTitle) + "]"
			}
		}
		return "[?]"
	})
}

// citedTitle is how much of a title stands for a citation, in characters.
const citedTitle = 32

func titleOf(c contentView, source string) string {
	s, _ := c.Source(source)
	return s.Title
}

func quoted(e *record.Excerpt) string {
	if e == nil {
		return ""
	}
	return "“" + kb.Segments(e.Segments).Text() + "”"
}
