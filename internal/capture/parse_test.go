package capture

import (
	"fmt"
	"strings"
	"testing"
)

// TestTangledPage: formatting elements that are never closed are opened anew in
// every block; a page of some kilobytes must not become gigabytes.
func TestTangledPage(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString("<title>Tangled</title><p>")
	for i := range 490 {
		fmt.Fprintf(&page, "<b id=%d>", i)
	}
	page.WriteString("</p>" + strings.Repeat("<p>word", 20_000))
	text := visibleText([]byte(page.String()))
	if n := strings.Count(text, "word"); n != 20_000 {
		t.Errorf("%d of 20,000 words are there", n)
	}
}

func TestBinaryByAnotherName(t *testing.T) {
	t.Parallel()
	for name, head := range map[string]string{"zip": "PK\x03\x04", "png": "\x89PNG\r\n\x1a\n", "noise": "\x00\x01\x02\x03"} {
		body := []byte(head + strings.Repeat("\x00\x07\x13\x99\xfe", 2000))
		if !binary(body, body) {
			t.Errorf("%s passes for a text", name)
		}
	}
	for _, text := range []string{"", "plain", "Привет", strings.Repeat("page\f", 100)} {
		if binary([]byte(text), []byte(text)) {
			t.Errorf("%q is refused", text)
		}
	}
}
