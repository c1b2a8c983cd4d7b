package capture_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/kb"
)

// reportQuotations are passages of testdata/report.pdf, which a browser printed
// from report.html, as a person would type or paste them.
var reportQuotations = []quotation{
	{exact: "Interim report on the grounding at Cap Ferré", state: kb.Normalised, places: 1},
	{exact: "The ferry left Port Élan at 06:40 with 212 passengers.", state: kb.Exact, places: 1},
	{exact: `Renée Achterberg, reached the site at noon and found the hull "scratched, but not holed", as she put it.`, state: kb.Normalised, places: 1},
	{exact: "We were told that nothing was wrong,” said one of them, “and nothing was said about the boats.”", state: kb.Normalised, places: 1},
	{exact: "The channel was dredged in March - not in May, as the company has said.", state: kb.Normalised, places: 1},
	{exact: "Draught of the vessel: 3.4 m", state: kb.Exact, places: 1},
	{exact: "4 March 3.6 m", state: kb.Exact, places: 1},
	{exact: "a sentence of bold, italic and linked words", state: kb.Normalised, places: 1},
	{exact: "The office of the naïve façade is a matter for the city.", state: kb.Normalised, places: 1},
	{exact: "The incomprehensibility of the representatives was noted.", state: kb.Normalised, places: 1},
	{exact: "It will publish its final report by the end of the year.", state: kb.Normalised, places: 1},
	{exact: "it touched the sandbank […] and lost no fuel", state: kb.NotInCopy},
	{exact: "It touched the sandbank […] and lost no fuel", state: kb.Exact, places: 1, gaps: []int{10}},
}

func TestPDF(t *testing.T) {
	t.Parallel()
	text, err := capture.ReadPDF(read(t, "report.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", text)
	for _, q := range reportQuotations {
		q.check(t, text)
	}
}

// drawing makes a PDF of pages that draw what is given, with the fonts F (of
// letters 500 wide), N (of letters whose width is not said) and W (of two bytes
// a letter, 1000 wide but for A, which is 2000), and the drawing X.
func drawing(x string, pages ...string) []byte {
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "",
		"<</Type/Font/Subtype/TrueType/BaseFont/F/Encoding/WinAnsiEncoding/FirstChar 0/LastChar 255/Widths[" + strings.Repeat("500 ", 256) + "]>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
		"<</Type/Font/Subtype/Type0/BaseFont/W/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/W[65[2000]100 120 1000]>>]/ToUnicode 6 0 R>>",
		stream("", "begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0020> <007E> <0020> endbfrange endcmap"),
		stream("/Type/XObject/Subtype/Form/Matrix[1 0 0 1 0 -100]", x),
	}
	var kids strings.Builder
	for _, page := range pages {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		objects = append(objects, fmt.Sprintf("<</Type/Page/Parent 2 0 R/Contents %d 0 R>>", n+1), stream("", page))
	}
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]/Resources<</Font<</F 3 0 R/N 4 0 R/W 5 0 R>>/XObject<</X 7 0 R>>>>>>", len(pages), kids.String())
	var file, table bytes.Buffer
	file.WriteString("%PDF-1.7\n")
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", file.Len())
		fmt.Fprintf(&file, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := file.Len()
	fmt.Fprintf(&file, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, table.String(), len(objects)+1, start)
	return file.Bytes()
}

func stream(keys, content string) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", keys, len(content), content)
}

// TestDrawing is about the ways in which programs place text on a page.
func TestDrawing(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, content, want string }{
		{"nothing", "", ""},
		{"no text", "0 0 10 10 re f", ""},
		{"one piece", "BT /F 10 Tf (one two) Tj ET", "one two"},
		{"letter by letter", "BT /F 10 Tf (o) Tj 5 0 Td (n) Tj 5 0 Td (e) Tj ET", "one"},
		{"words without blanks", "BT /F 10 Tf 0 0 Td (one) Tj 17.5 0 Td (two) Tj ET", "one two"},
		{"a blank and a gap", "BT /F 10 Tf (one ) Tj 25 0 Td (two) Tj ET", "one two"},
		{"kerning", "BT /F 10 Tf [(A) 80 (V) -60 (A)] TJ ET", "AVA"},
		{"gaps within an array", "BT /F 10 Tf [(one) -250 (two)] TJ ET", "one two"},
		{"a new line", "BT /F 10 Tf (one) Tj 0 -12 Td (two) Tj ET", "one\ntwo"},
		{"lines by leading", "BT /F 10 Tf 12 TL (one) Tj T* (two) Tj (three) ' 1 1 (four) \" ET", "one\ntwo\nthree\nfour"},
		{"leading set by moving", "BT /F 10 Tf (one) Tj 0 -12 TD (two) Tj T* (three) Tj ET", "one\ntwo\nthree"},
		{"a matrix for each line", "BT /F 10 Tf 1 0 0 1 50 700 Tm (one) Tj 1 0 0 1 50 688 Tm (two) Tj ET", "one\ntwo"},
		{"size in the matrix", "BT /F 1 Tf 10 0 0 10 50 700 Tm (one) Tj 10 0 0 10 67.5 700 Tm (two) Tj ET", "one two"},
		{"upside down, as browsers draw", "1 0 0 -1 0 800 cm BT /F 10 Tf 1 0 0 -1 50 100 Tm (one) Tj ET BT /F 10 Tf 1 0 0 -1 50 112 Tm (two) Tj ET", "one\ntwo"},
		{"two columns, one after the other", "BT /F 10 Tf 1 0 0 1 0 700 Tm (one) Tj 0 -12 Td (two) Tj 1 0 0 1 200 700 Tm (three) Tj 0 -12 Td (four) Tj ET", "one\ntwo\nthree\nfour"},
		{"an exponent", "BT /F 10 Tf (m) Tj /F 7 Tf 4 Ts (2) Tj 0 Ts /F 10 Tf ( is) Tj ET", "m2 is"},
		{"stretched", "BT /F 10 Tf 50 Tz (one) Tj 7.5 0 Td (two) Tj ET", "onetwo"},
		{"letters apart", "BT /F 10 Tf 1 Tc (one) Tj 18 0 Td (two) Tj ET", "onetwo"},
		{"words apart", "BT /F 10 Tf 5 Tw (a b) Tj 20 0 Td (c) Tj ET", "a bc"},
		{"turned", "BT /F 10 Tf 0 1 -1 0 50 50 Tm (one) Tj 17.5 0 Td (two) Tj 0 -12 Td (three) Tj ET", "one two\nthree"},
		{"saved and restored", "q 2 0 0 2 0 0 cm Q BT /F 10 Tf (one) Tj 15 0 Td (two) Tj ET", "onetwo"},
		{"restored too often", "Q n Q BT /F 10 Tf (one) Tj ET Q", "one"},
		{"widths that are not said", "BT /N 10 Tf (one) Tj 17.5 0 Td (two) Tj ET", "one two"},
		{"two bytes a letter", "BT /W 10 Tf <00740065007800740020> Tj 50 0 Td <0041> Tj 20 0 Td <0062> Tj ET", "text Ab"},
		{"beyond ASCII", "BT /F 10 Tf (\x93caf\xe9\x94 \x96 na\xefve) Tj ET", "“café” – naïve"},
		{"escapes", `BT /F 10 Tf (a\(b\)\\ \050c\051) Tj ET`, `a(b)\ (c)`},
		{"what glyphs stand for", "BT /F 10 Tf /Span<</ActualText(office)>>BDC (\xa4) Tj (\xa4) Tj EMC (r) Tj ET", "officer"},
		{"marks that say nothing", "/P<</MCID 0>>BDC /Artifact BMC BT /F 10 Tf (one) Tj ET EMC n EMC n EMC", "one"},
		{"hyphens", "BT /F 10 Tf 12 TL (The exami-) Tj T* (nation of May-) Tj T* (June) Tj ET", "The exami\u00adnation of May-\nJune"},
		{"a drawing in the page", "BT /F 10 Tf (one) Tj ET q /X Do Q BT (two) Tj ET", "one\nform\ntwo"},
		{"no such drawing", "/Y Do BT /F 10 Tf (one) Tj ET", "one"},
		{"no such font", "BT /Y 10 Tf (lost) Tj /F 10 Tf (one) Tj ET", "one"},
		{"no font", "BT (lost) Tj ET", ""},
		{"missing arguments", "Tf Tj TJ Td TD Tm cm Tc Tw Tz Ts TL ' \" Do BDC BMC BT /F 10 Tf (one) Tj ET", "one"},
		{"arguments of the wrong kind", "BT /F 10 Tf (x) (y) Td [1] Tm /A Tc (b) TJ (one) Tj ET", "one"},
		{"open at the end", "BT /F 10 Tf (one) Tj q [(two", "one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := capture.ReadPDF(drawing("BT /F 10 Tf (form) Tj ET", tt.content))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDrawingPages(t *testing.T) {
	t.Parallel()
	got, err := capture.ReadPDF(drawing("", "BT /F 10 Tf (one) Tj ET", "BT /F 10 Tf (two) Tj ET"))
	if err != nil || got != "one\n\ntwo" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestBrokenPDF holds that no file ends the program. Some give text all the
// same; all that is asked is that they end, and that trouble is an error.
func TestBrokenPDF(t *testing.T) {
	t.Parallel()
	whole := read(t, "report.pdf")
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	small := string(drawing("", "BT /F 10 Tf (one) Tj ET"))
	failing := map[string][]byte{
		"nothing":                 nil,
		"its first line":          []byte("%PDF-1.7\n"),
		"noise":                   append([]byte("%PDF-"), noise(10_000)...),
		"noise with an end":       append(append([]byte("%PDF-1.7\n"), noise(10_000)...), "\nstartxref\n9\n%%EOF\n"...),
		"a table that is nowhere": []byte("%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF\n"),
		"a table before itself":   []byte("%PDF-1.7\nxref\n0 0\ntrailer\n<</Prev 9>>\nstartxref\n9\n%%EOF\n"),
		"a page":                  []byte("<!DOCTYPE html><p>one"),
		"too many pages":          drawing("", make([]string, 2001)...),
		"arrays in arrays":        []byte(strings.Replace(small, "<</Type/Catalog", strings.Repeat("[", 100_000), 1)),
	}
	for name, file := range failing {
		if text, err := capture.ReadPDF(file); err == nil {
			t.Errorf("%s gives %q and no error", name, text)
		}
	}
	for cut := range 100 {
		if text, err := capture.ReadPDF(whole[:len(whole)*cut/100]); err == nil {
			t.Errorf("%d %% of a file give %q and no error", cut, text)
		}
	}
	for range 300 {
		file := bytes.Clone(whole)
		for range 1 + random.IntN(20) {
			file[random.IntN(len(file))] = byte(random.Uint32())
		}
		capture.ReadPDF(file)
	}
	for _, swap := range [][2]string{
		{"/Kids[8 0 R ]", "/Kids[2 0 R ]"}, {"/Kids[8 0 R ]", "/Kids[2 0 R 2 0 R]"}, {"/Kids[8 0 R ]/Resources", "/Kids[8 0 R ]/Parent 2 0 R/No"}, {"/Count 1", "/Count -1"}, {"/Length", "/Width"},
		{"/Count 1", "/Count 9999999"}, {"/Type/Page/", "/Type/Pages/"}, {"/FirstChar 0", "/FirstChar -99"}, {"(one)", "<6f6e"},
	} {
		capture.ReadPDF([]byte(strings.Replace(small, swap[0], swap[1], 1)))
	}
	if _, err := capture.ReadPDF(drawing("/X Do /X Do", "/X Do")); err != nil {
		t.Errorf("a drawing of itself: %v", err)
	}
	most := kb.LongestSnapshot + 1<<20
	text, err := capture.ReadPDF(drawing("BT /F 10 Tf ("+strings.Repeat("x", 1<<16)+") Tj ET /X Do /X Do", "/X Do /X Do", "/X Do"))
	if err != nil || len(text) < kb.LongestSnapshot || len(text) > most {
		t.Errorf("a bomb gives %d bytes, %v", len(text), err)
	}
}
