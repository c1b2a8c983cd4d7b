package capture

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/unicode/norm"
)

// Name and version of what makes text of pages; a new version may give other
// text for the same bytes, so snapshots keep both.
const (
	pageExtractor        = "claimtrail-html"
	pageExtractorVersion = "1"
)

// visibleText gives the whole text that a reader of the page sees: not only
// its main article, since comment threads are sources too. Blocks stand on
// lines of their own; inside a block white space is as browsers show it.
func visibleText(page []byte) string {
	w := &textWriter{}
	root, err := parse(page)
	if err != nil { // nested deeper, or more tangled, than any honest page
		w.flat(page)
	} else {
		w.tree(root)
	}
	return w.text()
}

// unseen are elements whose content no reader sees as text.
var unseen = []atom.Atom{
	atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Head, atom.Svg, atom.Math, atom.Iframe, atom.Object,
	atom.Embed, atom.Audio, atom.Video, atom.Canvas, atom.Select, atom.Datalist, atom.Textarea, atom.Input,
	atom.Title, atom.Noframes, atom.Noembed, atom.Progress, atom.Meter,
}

// blocks are elements that begin and end a line.
var blocks = []atom.Atom{
	atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd, atom.Details,
	atom.Dialog, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form,
	atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hgroup, atom.Hr, atom.Legend, atom.Li, atom.Main,
	atom.Menu, atom.Nav, atom.Ol, atom.Option, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Tbody,
	atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Ul, atom.Br, atom.Button,
}

// textWriter gathers text, white space folded as browsers do.
type textWriter struct {
	b     strings.Builder
	space bool   // a blank is due before the next word
	line  bool   // a line break is due
	kept  []byte // white space due before the next word, where the page keeps it
}

// tree walks the parsed page without recursion.
func (w *textWriter) tree(root *html.Node) {
	for n := root; n != nil; {
		hidden := w.open(n)
		if n.FirstChild != nil && !hidden {
			n = n.FirstChild
			continue
		}
		for n != nil && n.NextSibling == nil {
			n = n.Parent
			w.close(n)
		}
		if n != nil {
			w.close(n)
			n = n.NextSibling
		}
	}
}

// open writes what a node begins with, and reports whether the rest of it is hidden.
func (w *textWriter) open(n *html.Node) bool {
	switch n.Type {
	case html.TextNode:
		w.words(n.Data, within(n, atom.Pre))
	case html.ElementNode:
		if slices.Contains(unseen, n.DataAtom) || hiddenByAttribute(n) {
			return true
		}
		w.edge(n.DataAtom)
	}
	return false
}

func (w *textWriter) close(n *html.Node) {
	if n != nil && n.Type == html.ElementNode {
		w.edge(n.DataAtom)
	}
}

// edge ends the line where a block begins or ends.
func (w *textWriter) edge(a atom.Atom) {
	if slices.Contains(blocks, a) {
		w.line, w.kept = true, nil
	}
}

func within(n *html.Node, a atom.Atom) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == a {
			return true
		}
	}
	return false
}

func hiddenByAttribute(n *html.Node) bool {
	closed := n.DataAtom == atom.Dialog
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "open":
			closed = false
		case "style":
			style := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return closed
}

// flat takes all text of a page that cannot be parsed into a tree, but that of
// scripts and styles.
func (w *textWriter) flat(page []byte) {
	z := html.NewTokenizer(bytes.NewReader(page))
	skipped := atom.Atom(0)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return // the end; reading from memory fails in no other way
		}
		token := z.Token()
		switch {
		case kind == html.TextToken && skipped == 0:
			w.words(token.Data, false)
		case kind == html.StartTagToken && skipped == 0 && (token.DataAtom == atom.Script || token.DataAtom == atom.Style):
			skipped = token.DataAtom
		case kind == html.EndTagToken && token.DataAtom == skipped:
			skipped = 0
		}
		w.edge(token.DataAtom)
	}
}

// words appends text. White space is kept where the page keeps it.
func (w *textWriter) words(s string, kept bool) {
	for _, r := range s {
		switch {
		case kept && (r == ' ' || r == '\t' || r == '\n'):
			w.kept = append(w.kept, byte(r))
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f':
			w.space = true
		case unicode.IsControl(r):
		default:
			w.gap()
			w.b.WriteRune(r)
		}
	}
}

func (w *textWriter) gap() {
	switch {
	case w.b.Len() == 0:
	case w.line:
		w.b.WriteByte('\n')
		w.b.Write(w.kept)
	case len(w.kept) > 0:
		w.b.Write(w.kept)
	case w.space:
		w.b.WriteByte(' ')
	}
	w.line, w.space, w.kept = false, false, nil
}

func (w *textWriter) text() string { return norm.NFC.String(w.b.String()) }

// plainText brings text that is no page into the form in which it is kept: NFC,
// one kind of line end, nothing that cannot be shown.
func plainText(b []byte) string {
	s := strings.ToValidUTF8(string(bytes.TrimPrefix(b, []byte("\ufeff"))), "\ufffd")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, lineEnds.Replace(s))
	return norm.NFC.String(s)
}

// lineEnds are the ways to end a line or a page in a text.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// decoded gives a page in UTF-8, whatever it came in: as a browser would read
// it, but that a page which does not say is taken for UTF-8 if all of it can be.
func decoded(body []byte, contentType string) []byte {
	encoding, name, sure := charset.DetermineEncoding(body, contentType)
	if sure || name != "windows-1252" || !utf8.Valid(body) { // which is guessed from the first kilobyte
		if b, err := encoding.NewDecoder().Bytes(body); err == nil {
			body = b
		}
	}
	return bytes.TrimPrefix(body, []byte("\ufeff"))
}
