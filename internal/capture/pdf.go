package capture

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/ledongthuc/pdf"
)

const (
	pdfExtractor        = "claimtrail-pdf"
	pdfExtractorVersion = "1"
	mostPages           = 2000
)

// ReadPDF gives the text of a PDF in the order in which its pages draw it, line
// by line, pages apart by an empty line. The reader is not made for hostile
// files: it may panic, which is caught here, or take long, so call it where it
// can be stopped from outside.
func ReadPDF(b []byte) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read PDF: %v", p)
		}
	}()
	r, err := pdf.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", fmt.Errorf("read PDF: %w", err)
	}
	pages := pageTree(r.Trailer().Key("Root").Key("Pages"))
	if len(pages) > mostPages {
		return "", errors.New("read PDF: too many pages")
	}
	var out strings.Builder
	for _, page := range pages {
		if out.Len() > longestText {
			break // nobody takes it
		}
		out.WriteString(page.text() + "\n\n")
	}
	text = ligatures.Replace(strings.TrimSpace(out.String()))
	return hyphenated.ReplaceAllString(text, "$1\u00ad$2"), nil
}

// hyphenated is a word at the end of a line that goes on in the next. Its hyphen
// is made a soft one, which is left out of account when words are compared; so
// is the one of a compound that the line happens to end in.
var hyphenated = regexp.MustCompile(`(\p{Ll})[-\x{2010}\x{ad}]+\n(\p{Ll})`)

// ligatures are letters that fonts join, and nobody types as one.
var ligatures = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "ſt", "ﬆ", "st")
