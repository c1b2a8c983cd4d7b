package web

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

func (p *public) methodology(c *gin.Context) error {
	m := p.follower.Masthead()
	prose := views.Prose{Page: p.page("How we work", "/methodology"), Heading: "How we work"}
	for _, section := range []struct{ heading, text string }{
		{"Method", m.Methodology}, {"Corrections", m.CorrectionsPolicy}, {"Who we are", m.Ownership}, {"Contact", m.Contact},
	} {
		if section.text == "" {
			continue
		}
		html, err := markup.Reasoning(section.text, noCitations)
		if err != nil {
			return err
		}
		prose.Sections = append(prose.Sections, views.Section{Heading: section.heading, HTML: html})
	}
	prose.Policy = policyView(p.follower.Policy())
	for _, s := range p.follower.Scales() {
		html, err := markup.Reasoning(s.Methodology, noCitations)
		if err != nil {
			return err
		}
		scale := views.Scale{Name: s.Name, Number: s.Number, HTML: html}
		for _, r := range s.Ratings {
			scale.Ratings = append(scale.Ratings, ratingView(r))
		}
		prose.Scales = append(prose.Scales, scale)
	}
	return p.show(c, views.ProsePage(prose))
}

func noCitations(string) (int, string, bool) { return 0, "", false }

// policyView shows the house policy as it was last published.
func policyView(p record.Policy) *views.Policy {
	if p.Number == 0 {
		return nil
	}
	v := &views.Policy{
		Heading: "House rules, version " + strconv.Itoa(p.Number), Alone: p.SoleEditor,
		Lead: "Each ruling is held to these before it is published, and its page says how it stands to them. In an emergency something may be published without a second person; its page then says so, with the reason.",
		Note: p.Note,
	}
	for _, g := range p.Gates {
		v.Rules = append(v.Rules, views.Fact{Label: g.Label, Value: kb.Label(kb.GateModes, g.Mode)})
	}
	for _, o := range p.Origins {
		kind := "any other kind"
		if o.Kind != "" {
			kind = kb.Label(kb.ClaimKinds, o.Kind)
		}
		v.Rules = append(v.Rules, views.Fact{Label: "Independent origins for a claim of the kind “" + kind + "”", Value: strconv.Itoa(o.Number)})
	}
	return v
}
