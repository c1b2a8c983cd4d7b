package capture

import (
	"bytes"
	"math"
	"strings"

	"github.com/ledongthuc/pdf"
)

// A PDF has neither words nor lines, only pieces of text and where they stand.
// These distances, in parts of the height of the type, make words and lines.
const (
	wordGap = 0.15 // more than kerning, less than the narrowest blank
	lineGap = 0.5  // more than an exponent is raised
)

// deepestForm is how many drawings may stand in one another.
const deepestForm = 8

// page is a page, or a branch of the tree that pages are the leaves of, with
// the resources that it has or inherits.
type page struct{ node, resources pdf.Value }

// pageTree gives the pages below a node in their order, at most one more than we
// read. The reader's own way begins anew for each page, and never ends in a tree
// that contains itself.
func pageTree(root pdf.Value) []page {
	var pages []page
	due := []page{{root, root.Key("Resources")}}
	for steps := 0; len(due) > 0 && len(pages) <= mostPages && steps < 10*mostPages; steps++ {
		p := due[len(due)-1]
		due = due[:len(due)-1]
		kids := p.node.Key("Kids")
		if kids.Kind() != pdf.Array {
			pages = append(pages, p)
		}
		for i := range kids.Len() {
			kid := page{kids.Index(kids.Len() - 1 - i), p.resources}
			if own := kid.node.Key("Resources"); !own.IsNull() {
				kid.resources = own
			}
			due = append(due, kid)
		}
	}
	return pages
}

// text gives the text of a page, one line a row.
func (page page) text() string {
	p := &pdfPage{state: pdfState{ctm: identity, stretch: 1}, text: identity, line: identity}
	p.draw(page.node.Key("Contents"), page.resources, 0)
	var lines []string
	for line := range strings.Lines(string(p.out)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// pdfPage follows what a page draws (ISO 32000-1, 9.4) and writes its text down.
type pdfPage struct {
	out    []byte
	state  pdfState
	saved  []pdfState
	text   matrix   // where the next piece goes
	line   matrix   // where its line begins
	marked []actual // what is open
	end    matrix   // where the last piece ended, its height in d
}

// pdfState is what the operators q and Q save and restore.
type pdfState struct {
	ctm                                                    matrix
	font                                                   *pdfFont
	size, letterSpace, wordSpace, stretch, rise, lineSpace float64
}

// actual is a stretch of marked content. Some carry the text that their glyphs
// stand for, such as the letters of a ligature.
type actual struct {
	text  string
	known bool
	shown bool
}

// draw follows one stream of operators.
func (p *pdfPage) draw(stream, resources pdf.Value, depth int) {
	if stream.IsNull() || depth > deepestForm {
		return
	}
	fonts := map[string]*pdfFont{}
	pdf.Interpret(stream, func(stack *pdf.Stack, operator string) {
		args := make(arguments, stack.Len())
		for i := range args {
			args[len(args)-1-i] = stack.Pop()
		}
		switch operator {
		case "Tf":
			name := args.at(0).Name()
			if fonts[name] == nil {
				fonts[name] = newFont(resources.Key("Font").Key(name))
			}
			p.state.font, p.state.size = fonts[name], args.number(1)
		case "Do":
			p.form(resources.Key("XObject").Key(args.at(0).Name()), resources, depth)
		default:
			p.operator(operator, args)
		}
	})
}

// form follows a drawing inside the page.
func (p *pdfPage) form(form, resources pdf.Value, depth int) {
	if form.Key("Subtype").Name() != "Form" {
		return
	}
	if own := form.Key("Resources"); !own.IsNull() {
		resources = own
	}
	state, saved := p.state, p.saved
	if m := form.Key("Matrix"); m.Len() == 6 {
		p.state.ctm = matrixOf(m.Index).then(p.state.ctm)
	}
	p.draw(form, resources, depth+1)
	p.state, p.saved = state, saved
}

// arguments are what stands before an operator. What is missing is null.
type arguments []pdf.Value

func (a arguments) at(i int) pdf.Value {
	if i < 0 || i >= len(a) {
		return pdf.Value{}
	}
	return a[i]
}

func (a arguments) number(i int) float64 { return a.at(i).Float64() }

func (p *pdfPage) operator(name string, args arguments) {
	s := &p.state
	switch name {
	case "q":
		p.saved = append(p.saved, *s)
	case "Q":
		if n := len(p.saved) - 1; n >= 0 {
			*s, p.saved = p.saved[n], p.saved[:n]
		}
	case "cm":
		s.ctm = matrixOf(args.at).then(s.ctm)
	case "BT":
		p.text, p.line = identity, identity
	case "Tm":
		p.line = matrixOf(args.at)
		p.text = p.line
	case "Td":
		p.move(args.number(0), args.number(1))
	case "TD":
		s.lineSpace = -args.number(1)
		p.move(args.number(0), args.number(1))
	case "TL":
		s.lineSpace = args.number(0)
	case "Tc":
		s.letterSpace = args.number(0)
	case "Tw":
		s.wordSpace = args.number(0)
	case "Tz":
		s.stretch = args.number(0) / 100
	case "Ts":
		s.rise = args.number(0)
	case "BMC":
		p.marked = append(p.marked, actual{})
	case "BDC":
		text := args.at(1).Key("ActualText")
		p.marked = append(p.marked, actual{text: text.Text(), known: text.Kind() == pdf.String})
	case "EMC":
		p.marked = p.marked[:max(len(p.marked)-1, 0)]
	default:
		p.show(name, args)
	}
}

// show follows the operators that show text.
func (p *pdfPage) show(name string, args arguments) {
	switch name {
	case "T*":
		p.move(0, -p.state.lineSpace)
	case `"`:
		p.state.wordSpace, p.state.letterSpace = args.number(0), args.number(1)
		p.show("'", args[min(2, len(args)):])
	case "'":
		p.move(0, -p.state.lineSpace)
		p.piece(args.at(0).RawString())
	case "Tj":
		p.piece(args.at(0).RawString())
	case "TJ":
		for i := range args.at(0).Len() {
			x := args.at(0).Index(i)
			if x.Kind() == pdf.String {
				p.piece(x.RawString())
			} else {
				p.advance(-x.Float64() / 1000 * p.state.size)
			}
		}
	}
}

// move goes to the beginning of another line.
func (p *pdfPage) move(x, y float64) {
	p.line = matrix{1, 0, 0, 1, x, y}.then(p.line)
	p.text = p.line
}

func (p *pdfPage) advance(x float64) {
	p.text = matrix{1, 0, 0, 1, x * p.state.stretch, 0}.then(p.text)
}

// piece writes a piece of text down and goes to where it ends.
func (p *pdfPage) piece(raw string) {
	if p.state.font == nil || raw == "" || len(p.out) > longestText {
		return
	}
	text := p.actualText(p.state.font.encoding.Decode(raw))
	if text != "" {
		p.separate(p.place(), text)
		p.out = append(p.out, text...)
	}
	p.advance(p.state.font.width(raw, p.state))
	p.end = p.place()
}

// place gives where text stands on the page, and its size.
func (p *pdfPage) place() matrix {
	return matrix{p.state.size, 0, 0, p.state.size, 0, p.state.rise}.then(p.text).then(p.state.ctm)
}

// actualText gives the text that the glyphs stand for, once for all of them.
func (p *pdfPage) actualText(text string) string {
	for i := range p.marked {
		if m := &p.marked[i]; m.known {
			text = ""
			if !m.shown {
				text, m.shown = m.text, true
			}
			return text
		}
	}
	return text
}

// separate begins a new line or a new word, when what comes next stands apart
// from what came last.
func (p *pdfPage) separate(at matrix, text string) {
	if len(p.out) == 0 {
		return
	}
	height := max(math.Hypot(at.c, at.d), math.Hypot(p.end.c, p.end.d))
	along, across := at.apart(p.end)
	switch {
	case across > lineGap*height || along < -height:
		p.out = append(p.out, '\n')
	case along > wordGap*height && !bytes.HasSuffix(p.out, []byte(" ")) && !strings.HasPrefix(text, " "):
		p.out = append(p.out, ' ')
	}
}

// matrix maps one space to another: x' = ax + cy + e, y' = bx + dy + f.
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

func matrixOf(at func(int) pdf.Value) matrix {
	n := func(i int) float64 { return at(i).Float64() }
	return matrix{n(0), n(1), n(2), n(3), n(4), n(5)}
}

// then gives the map that applies m first and n after it.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

// apart gives how far m's origin lies from another's, along m's direction of
// writing and across it.
func (m matrix) apart(from matrix) (along, across float64) {
	x, y, length := m.e-from.e, m.f-from.f, math.Hypot(m.a, m.b)
	if length == 0 {
		return 0, 0
	}
	return (x*m.a + y*m.b) / length, math.Abs(x*m.b-y*m.a) / length
}
