package web

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

// policyForm shows the house policy: how strictly each rule holds.
func (s *Server) policyForm(c *gin.Context) (views.Form, error) {
	p, err := s.read(c).Policy()
	if err != nil {
		return views.Form{}, err
	}
	var gates, origins []views.Field
	for _, g := range kb.Gates {
		if !g.Fixed {
			gates = append(gates, large(selectField("mode-"+g.Key, g.Label, p.Mode(g), kb.GateModes)))
		}
	}
	origins = append(origins, hinted(textField("origins-default", "Every kind without a number of its own", strconv.Itoa(p.OriginsNeeded(""))), "0 to 20"))
	for _, k := range kb.ClaimKinds {
		value := ""
		if n, set := p.Origins[k.Value]; set && k.Value != "" {
			value = strconv.Itoa(n)
		}
		origins = append(origins, optional(textField("origins-"+k.Value, sentenceCase(k.Label), value)))
	}
	fixed := make([]string, 0, len(kb.Gates))
	for _, g := range kb.Gates {
		if g.Fixed {
			fixed = append(fixed, g.Label)
		}
	}
	return views.Form{
		Page: s.deskPage(c, "House policy"), Heading: "House policy, version " + strconv.Itoa(p.Number),
		Lead:   "The rules that every ruling is held to. A change makes the next version; it is published and logged, and each revision names the version that it was judged by. Always held: " + strings.ToLower(strings.Join(fixed, "; ")) + ".",
		Action: "/desk/settings/policy", Submit: "Publish the policy", Cancel: views.Link{Text: "Cancel", URL: "/desk/settings"},
		Hidden: []views.Hidden{{Name: "version", Value: strconv.Itoa(p.Number)}},
		Groups: []views.FieldGroup{
			group("Rules", gates...),
			folded("Independent origins needed", "Established origins on the side that a rating relies upon. One is enough for an attribution of which there is a recording or the document itself.", origins...),
			folded("A newsroom of one", "", optional(large(hinted(areaField("sole_editor", "Standing exception from the second person, with its reason", p.SoleEditor, 3), "Shown beside each ruling that is published so. Leave it open to demand a second person.")))),
			group("", large(areaField("note", "What changes and why; readers see it", "", 2))),
		},
	}, nil
}

func (s *Server) savePolicy(c *gin.Context, v values) (string, error) {
	p := kb.Policy{Number: int(v.version()), Modes: map[string]string{}, Origins: map[string]int{}, SoleEditor: v.text("sole_editor"), Note: v.text("note")}
	for _, g := range kb.Gates {
		if mode := v.text("mode-" + g.Key); mode != "" {
			p.Modes[g.Key] = mode
		}
	}
	for _, k := range append([]kb.Option{{Value: "", Label: ""}}, kb.ClaimKinds...) {
		field := "origins-" + cmp.Or(k.Value, "default")
		typed := strings.TrimSpace(v.text(field))
		if typed == "" {
			continue
		}
		n, err := strconv.Atoi(typed)
		if err != nil {
			return "", kb.InvalidField(field, "Give a number from 0 to 20.")
		}
		p.Origins[k.Value] = n
	}
	ctx := c.Request.Context()
	index, err := s.desk.SavePolicy(ctx, actorOf(c), p)
	if err == nil {
		s.seen(c, index)
	}
	return "/desk/settings", err
}
