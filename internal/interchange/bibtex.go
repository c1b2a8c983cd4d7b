package interchange

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// BibTeX writes the citations for biblatex, which reads UTF-8.
func BibTeX(list []Citation) []byte {
	var b bytes.Buffer
	for _, c := range list {
		fmt.Fprintf(&b, "@%s{%s,\n", c.bibtexType(), c.Key)
		for _, f := range c.bibtexFields() {
			if f.value != "" {
				fmt.Fprintf(&b, "  %s = {%s},\n", f.name, f.value)
			}
		}
		b.WriteString("}\n")
	}
	return b.Bytes()
}

type field struct{ name, value string }

func (c Citation) bibtexFields() []field {
	return []field{
		{"title", texText(c.Title)}, {"author", texNames(c.Authors)}, {"date", bibtexDate(c.PublishedOn)},
		{c.bibtexPublisher(), texNames([]string{c.Publisher})}, {"url", plainURL(c.URL)}, {"urldate", bibtexDate(c.AccessedOn)},
		{"note", texText(c.bibtexNote())}, {"abstract", texText(c.Abstract)},
	}
}

// bibtexType is the type in the one case where it depends on more than the kind:
// biblatex wants an address of what is online.
func (c Citation) bibtexType() string {
	f := formOf(c.Kind)
	if f.bibtex == "online" && plainURL(c.URL) == "" {
		return "misc"
	}
	return f.bibtex
}

func (c Citation) bibtexPublisher() string {
	switch c.bibtexType() {
	case "report":
		return "institution"
	case "dataset":
		return "publisher"
	}
	return "organization"
}

// bibtexNote says also what these types of biblatex have no field for.
func (c Citation) bibtexNote() string {
	var notes []string
	if c.Container != "" && c.Container != c.Publisher {
		notes = append(notes, "In: "+c.Container)
	}
	if c.Note != "" {
		notes = append(notes, c.Note)
	}
	if address := plainURL(c.Copy); address != "" {
		notes = append(notes, "Archived copy: "+address)
	}
	return strings.Join(notes, ". ")
}

func bibtexDate(d kb.Date) string {
	var ends []string
	for _, p := range datePoints(d) {
		ends = append(ends, p.joined("-"))
	}
	return strings.Join(ends, "/")
}

// texNames keeps each name in one piece by braces of its own.
func texNames(names []string) string {
	var list []string
	for _, n := range oneLines(names) {
		list = append(list, "{"+texText(n)+"}")
	}
	return strings.Join(list, " and ")
}

// texSpecials are written by name where a bare brace, even an escaped one, would
// count when BibTeX looks for the end of the field.
var texSpecials = map[rune]string{
	'{': `\textbraceleft{}`, '}': `\textbraceright{}`, '\\': `\textbackslash{}`, '~': `\textasciitilde{}`, '^': `\textasciicircum{}`,
	'`': `\textasciigrave{}`, '%': `\%`, '&': `\&`, '#': `\#`, '_': `\_`, '$': `\$`,
}

func texText(s string) string {
	var b strings.Builder
	var before rune
	for _, r := range oneLine(s) {
		if r == before && strings.ContainsRune("-',<>", r) {
			b.WriteString("{}") // TeX would draw the two as one: a dash, a quotation mark
		}
		if escaped, special := texSpecials[r]; special {
			b.WriteString(escaped)
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}
