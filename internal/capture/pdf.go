package capture

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/ledongthuc/pdf"
)

const (
	pdfExtractor        = "ledongthuc-pdf"
	pdfExtractorVersion = "1"
	mostPages           = 2000
)

// ReadPDF gives the text of a PDF, one line a row, pages apart by an empty line.
// The reader is not made for hostile files: it may panic, which is caught here,
// or take long, so call it where it can be stopped from outside.
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
	if r.NumPage() > mostPages {
		return "", errors.New("read PDF: too many pages")
	}
	var out strings.Builder
	for i := range r.NumPage() {
		page := r.Page(i + 1)
		if page.V.IsNull() {
			continue
		}
		rows, err := page.GetTextByRow()
		if err != nil {
			return "", fmt.Errorf("read PDF: page %d: %w", i+1, err)
		}
		for _, row := range rows {
			for _, word := range row.Content {
				out.WriteString(word.S)
			}
			out.WriteByte('\n')
		}
		out.WriteByte('\n')
	}
	return out.String(), nil
}
