// Package markup turns the Markdown of a reasoning into sanitised HTML and
// compares texts word by word. It is pure and knows no pages.
package markup

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Renderer names the Markdown dialect that documents are written for.
const Renderer = "commonmark+citations/1"

// HTML is markup that was sanitised here; nothing else may be shown unescaped.
type HTML string

// Cite resolves a citation: the number of the evidence on the page and the
// words of its quotation; ok is false when the page has no such evidence.
type Cite func(id string) (number int, quotation string, ok bool)

// Reasoning renders Markdown, with citations such as [@e4k2m9x0t] as numbered
// notes that lead to the evidence. HTML is text, links keep to http,
// https, mailto and places on the page. An unknown citation stays as text.
func Reasoning(markdown string, cite Cite) (HTML, error) {
	md := goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(withoutHTML(parser.DefaultBlockParsers(), parser.NewHTMLBlockParser())...),
			parser.WithInlineParsers(withoutHTML(parser.DefaultInlineParsers(), parser.NewRawHTMLParser())...),
			parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		)),
		goldmark.WithExtensions(extension.Strikethrough, extension.Table),
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(citationParser{cite}, 150))),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(citationRenderer{}, 150))),
	)
	var b bytes.Buffer
	if err := md.Convert([]byte(markdown), &b); err != nil {
		return "", fmt.Errorf("render reasoning: %w", err)
	}
	return HTML(policy.Sanitize(lowered.Replace(b.String()))), nil
}

// withoutHTML leaves the parser of HTML out: tags are text like any other, so
// that nothing that was written vanishes.
func withoutHTML(parsers []util.PrioritizedValue, html any) []util.PrioritizedValue {
	return slices.DeleteFunc(parsers, func(v util.PrioritizedValue) bool {
		return reflect.TypeOf(v.Value) == reflect.TypeOf(html)
	})
}

// lowered puts headings below those of the page.
var lowered = strings.NewReplacer("<h1", "<h3", "</h1>", "</h3>", "<h2", "<h4", "</h2>", "</h4>")

var policy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "em", "strong", "del", "blockquote", "ul", "ol", "li", "code", "pre", "h3", "h4", "h5", "h6", "hr", "br",
		"table", "thead", "tbody", "tr", "th", "td", "sup")
	p.AllowStandardURLs()
	p.AllowRelativeURLs(true)
	p.AllowAttrs("href").Matching(regexp.MustCompile(`(?i)^(https?://[^@\s]+|mailto:\S+|#\S*)$`)).OnElements("a")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^cite$`)).OnElements("a")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^c[0-9]+-[0-9a-z]{8}$`)).OnElements("a")
	p.AllowAttrs("title", "aria-label").OnElements("a")
	p.RequireNoFollowOnLinks(false)
	p.RequireNoFollowOnFullyQualifiedLinks(true)
	return p
}()

// citationNode is one citation in the text.
type citationNode struct {
	ast.BaseInline

	id        string
	number    int
	place     int // how many citations stand before it
	quotation string
}

var citationKind = ast.NewNodeKind("Citation")

func (n *citationNode) Kind() ast.NodeKind { return citationKind }

func (n *citationNode) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"id": n.id}, nil)
}

type citationParser struct{ cite Cite }

func (citationParser) Trigger() []byte { return []byte{'['} }

var (
	citationPattern = regexp.MustCompile(`^\[@e([0-9a-z]{8})\]`)
	placeKey        = parser.NewContextKey()
)

func (p citationParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	m := citationPattern.FindSubmatch(line)
	if m == nil {
		return nil
	}
	number, quotation, ok := p.cite(string(m[1]))
	if !ok {
		return nil
	}
	block.Advance(len(m[0]))
	place, _ := pc.Get(placeKey).(int)
	pc.Set(placeKey, place+1)
	return &citationNode{id: string(m[1]), number: number, place: place, quotation: quotation}
}

type citationRenderer struct{}

func (citationRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(citationKind, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if c, ok := n.(*citationNode); ok && entering {
			number := strconv.Itoa(c.number)
			_, _ = w.WriteString(`<sup><a class="cite" id="c` + strconv.Itoa(c.place) + `-` + c.id + `" href="#e` + c.id +
				`" aria-label="Evidence ` + number + `" title="` + string(util.EscapeHTML([]byte(c.quotation))) + `">` + number + `</a></sup>`)
		}
		return ast.WalkContinue, nil
	})
}
