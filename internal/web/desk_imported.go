package web

import (
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

// importedSection shows what others ruled about a claim, as theirs; nothing when
// nobody did.
func (s *Server) importedSection(c *gin.Context, claim kb.ID) ([]views.CaseSection, error) {
	rulings, err := s.read(c).ImportedOf(claim)
	if err != nil || len(rulings) == 0 {
		return nil, err
	}
	section := views.CaseSection{ID: "elsewhere", Heading: "Ruled elsewhere: imported, not reviewed here"}
	for _, r := range rulings {
		item := views.CaseItem{Title: views.Link{Text: importedTitle(r), URL: r.URL}, Chips: []views.Chip{{Text: "imported"}}}
		if r.Rating != "" {
			item.Chips = append(item.Chips, views.Chip{Text: r.Rating, Tone: "mixed"})
		}
		if r.Summary != "" {
			item.Quote = textPointer(r.Summary, "und")
		}
		meta := []string{"from " + r.Origin + " on " + moment(r.ImportedAt).Words}
		if d, _, _ := strings.Cut(r.ReviewedOn, "T"); d != "" {
			meta = append([]string{"ruled on " + kb.StatedDate(d).String()}, meta...)
		}
		item.Meta = strings.Join(meta, " · ")
		section.Items = append(section.Items, item)
	}
	return []views.CaseSection{section}, nil
}

func importedTitle(r kb.ImportedRuling) string {
	if r.Publisher == "" {
		return r.URL
	}
	return r.Publisher
}
