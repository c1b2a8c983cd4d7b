package views

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"github.com/claimtrail/claimtrail/internal/markup"
)

// html shows markup that was sanitised; nothing else can be passed.
func html(h markup.HTML) templ.Component { return templ.Raw(string(h)) }

// parts shows the pieces of a text, those that were found marked, and nothing between
// them.
func parts(list []Part) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, p := range list {
			text := templ.EscapeString(p.Text)
			if p.Found {
				text = "<mark>" + text + "</mark>"
			}
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
		return nil
	})
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func scaleHeading(s Scale) string { return s.Name + ", version " + strconv.Itoa(s.Number) }

func gateTone(g Gate) string {
	switch {
	case g.Passed:
		return "yes"
	case g.Reason != "":
		return "but"
	}
	return "no"
}

func gateSign(g Gate) string {
	switch {
	case g.Passed:
		return "✓"
	case g.Reason != "":
		return "–"
	}
	return "✕"
}

func described(x Field) string { return "n-" + x.Key + x.Name }

func invalid(x Field) string {
	if x.Error != "" {
		return "true"
	}
	return "false"
}

func rows(x Field) int {
	if x.Rows > 0 {
		return x.Rows
	}
	return 3
}

func completion(x Field) string {
	if x.Complete != "" {
		return x.Complete
	}
	return "off"
}

// touched reports whether a folded group must be open: something in it is
// filled, wrong, or changed by somebody else.
func touched(g FieldGroup) bool {
	for _, x := range g.Fields {
		if x.Error != "" || x.Changed || (x.Value != "" && x.Kind != "select") {
			return true
		}
	}
	return false
}
