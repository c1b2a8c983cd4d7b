package capture_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/claimtrail/claimtrail/internal/capture"
)

// longestFuzz is how long a page may be here, in bytes: long pages only cost
// time.
const longestFuzz = 1 << 14

func seed(f *testing.F) {
	f.Helper()
	for _, tt := range pages {
		f.Add(read(f, tt.name+".html"))
	}
	for _, page := range []string{
		"", "\x00", "\xff\xfe<\x00p\x00>\x00", "<p>cafe\u0301\u0323", "<pre> \n\u0301a\n</pre>\u0301b", "<b>e</b><i>\u0301</i>", "\u1100\u1161<p>\u11a8",
		"<title>a\xff\r\x85</title>", linked(`{"@type":"NewsArticle","headline":"\u0000\ud800","author":["\u0301"],"datePublished":"2024-06-20"}`),
		"<time>June 20th, 2024</time><p>Posted on 1 may 2024 by e\u0301", "<table><svg><title><td><b><p></svg>", strings.Repeat("<div>", 600),
		"<meta charset=utf-7><meta property=og:url content='//\u202e:%zz'><link rel=canonical href='http://a\u0301/?\x01'>",
	} {
		f.Add([]byte(page))
	}
}

// wellFormed checks what every text of ours must be.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%q is no UTF-8", text)
	}
	if !norm.NFC.IsNormalString(text) {
		t.Errorf("%q is not composed", text)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
		t.Errorf("%q has a control character", text)
	}
}

func FuzzVisibleText(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, page []byte) {
		if len(page) > longestFuzz {
			return
		}
		wellFormed(t, capture.VisibleText(page))
	})
}

func FuzzMetadata(f *testing.F) {
	seed(f)
	address := &url.URL{Scheme: "https", Host: "site.example", Path: "/a/page"}
	f.Fuzz(func(t *testing.T, page []byte) {
		if len(page) > longestFuzz {
			return
		}
		m := capture.Metadata(page, address)
		facts := append([]string{m.Title, m.Publisher, m.Published, m.Modified, m.Language, m.Canonical}, m.Authors...)
		for _, fact := range facts {
			wellFormed(t, fact)
			if strings.ContainsAny(fact, "\n\t") || len(fact) > 2*longestFuzz {
				t.Errorf("%q is no line of a form", fact)
			}
		}
		if len(m.Authors) > 40 {
			t.Errorf("%d authors", len(m.Authors))
		}
	})
}

// FuzzReadPDF holds that the reader gives text or an error.
func FuzzReadPDF(f *testing.F) {
	f.Add(drawing("BT /F 10 Tf (one) Tj ET", "BT /F 10 Tf (two) Tj /X Do ET"))
	f.Add([]byte("%PDF-1.7\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > longestFuzz {
			return
		}
		if text, err := capture.ReadPDF(file); err != nil && text != "" {
			t.Errorf("%q and %v", text, err)
		}
	})
}
