package markup

import (
	"html"
	"strings"
)

// Passage is a span of a text, in code points, that is to be marked.
type Passage struct {
	Start, End int
	ID         string
	Note       string
}

// Passages gives a text with passages marked in it. The text content of the
// result is the text, to the letter: selectors count in it. Passages must be in
// order and must not overlap; what does not fit is left unmarked.
func Passages(text string, passages []Passage) HTML {
	runes := []rune(text)
	var b strings.Builder
	at := 0
	for _, p := range passages {
		if p.Start < at || p.End <= p.Start || p.End > len(runes) {
			continue
		}
		b.WriteString(html.EscapeString(string(runes[at:p.Start])))
		b.WriteString(`<mark id="` + html.EscapeString(p.ID) + `" title="` + html.EscapeString(p.Note) + `">`)
		b.WriteString(html.EscapeString(string(runes[p.Start:p.End])))
		b.WriteString("</mark>")
		at = p.End
	}
	b.WriteString(html.EscapeString(string(runes[at:])))
	return HTML(b.String())
}
