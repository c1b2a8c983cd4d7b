package capture

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A parser must open formatting elements that were never closed anew in every
// block (HTML Standard, "reconstruct the active formatting elements"): a page of
// some kilobytes can become gigabytes of elements.
const (
	mostElementsBuilt = 2_000_000 // of all kinds
	mostTokens        = 2_000_000
)

var errTangled = errors.New("the page would become too many elements")

// formatting are the elements that are opened anew.
var formatting = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.Big: true, atom.Code: true, atom.Em: true, atom.Font: true, atom.I: true, atom.Nobr: true,
	atom.S: true, atom.Small: true, atom.Strike: true, atom.Strong: true, atom.Tt: true, atom.U: true,
}

// parse parses a page of any honest size and nesting.
func parse(page []byte) (*html.Node, error) {
	if tangled(page) {
		return nil, errTangled
	}
	return html.Parse(bytes.NewReader(page))
}

// tangled reports whether parsing might build far more than the page has: it
// counts, for each token, the formatting elements that may be open there.
func tangled(page []byte) bool {
	z := html.NewTokenizer(bytes.NewReader(page))
	open, built, tokens := 0, 0, 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return false
		}
		if kind == html.StartTagToken || kind == html.EndTagToken {
			name, _ := z.TagName()
			if formatting[atom.Lookup(name)] {
				if kind == html.StartTagToken {
					open++
				} else if open > 0 {
					open--
				}
			}
		}
		tokens++
		built += 1 + open
		if built > mostElementsBuilt || tokens > mostTokens {
			return true
		}
	}
}

// binary reports whether bytes that were called a text are none: what they begin
// with says so, or they hold what no text does.
func binary(body, decoded []byte) bool {
	if kind := http.DetectContentType(body); !strings.HasPrefix(kind, "text/") && kind != "application/octet-stream" {
		return true
	}
	const looked, share, fewStrange = 64 << 10, 50, 32
	some := decoded[:min(len(decoded), looked)]
	strange := 0
	for _, c := range some {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			strange++
		}
	}
	return strange > fewStrange && strange*share > len(some)
}
