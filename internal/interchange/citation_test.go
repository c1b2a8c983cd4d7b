package interchange_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// citable is a claim page with sources that know much and little.
func citable() (record.Document, record.Content, interchange.Page) {
	doc := record.Document{
		Claim: "abcdefgh", Number: 2, PublishedAt: "2026-11-20T09:00:00.000000Z",
		People: record.People{Authors: []record.Person{{ID: "p1", Name: "Ana Example"}, {ID: "p2", Name: "Ben Example"}}},
	}
	content := record.Content{
		Claim:      record.Claim{ID: "abcdefgh", Text: "The pact costs 100 % more", Language: "en"},
		Ruling:     record.Ruling{Outcome: "rated", Rating: &record.Rating{Texts: kb.RatingTexts{"en": {Label: "Half true"}}}, Summary: "It costs more, but not that much."},
		Publishers: []record.Publisher{{ID: "pub1", Name: "The Example & Co. Times", Kind: "newspaper"}},
		Sources: []record.Source{
			{
				ID: "src1", Title: "Costs {rise} by 5%_a", URL: "https://times.example/a?b=1&c=[2]", Publisher: "pub1", Authors: []string{"Jane Doe", "ACME, Inc."},
				PublishedOn: kb.StatedDate("2024-06-20T10:00:00Z"), Kind: "news-report", Language: "en",
				Capture: &record.Snapshot{CapturedAt: "2026-10-01T23:59:00.000000Z", TextHash: "hash", Rights: "full"},
			},
			{ID: "src2", Title: "A comment", PartOf: "src1", Locator: "comment 4", Kind: "comment", Language: "und", PublishedOn: kb.UnknownDate()},
			{ID: "src1", Title: "The first once more", Kind: "other", Language: "en"},
			{ID: "src3", Title: "Figures", URL: "https://stat.example/x", Kind: "dataset", Language: "de", PublishedOn: kb.Date{EDTF: "2023-05/2024", Basis: kb.Inferred}},
		},
	}
	page := interchange.Page{
		Site: "Claimtrail", URL: "https://claims.example/claims/abcdefgh/revisions/2",
		CopyURL: func(source, hash string) string {
			return "https://claims.example/sources/" + source + "/snapshots/" + hash
		},
	}
	return doc, content, page
}

// TestCitationsOf: the page comes first and names exactly its revision; every
// source follows, once.
func TestCitationsOf(t *testing.T) {
	t.Parallel()
	got := interchange.CitationsOf(citable())
	want := []interchange.Citation{
		{
			Key: "claimtrail-abcdefgh-r2", Title: "“The pact costs 100 % more” (Half true)", URL: "https://claims.example/claims/abcdefgh/revisions/2",
			Publisher: "Claimtrail", Language: "en", Abstract: "It costs more, but not that much.", Authors: []string{"Ana Example", "Ben Example"},
			PublishedOn: kb.StatedDate("2026-11-20"),
		},
		{
			Key: "claimtrail-abcdefgh-src1", Kind: "news-report", Title: "Costs {rise} by 5%_a", URL: "https://times.example/a?b=1&c=[2]",
			Publisher: "The Example & Co. Times", Container: "The Example & Co. Times", Language: "en", Authors: []string{"Jane Doe", "ACME, Inc."},
			Copy: "https://claims.example/sources/src1/snapshots/hash", Keeper: "Claimtrail",
			PublishedOn: kb.StatedDate("2024-06-20T10:00:00Z"), AccessedOn: kb.StatedDate("2026-10-01"),
		},
		{Key: "claimtrail-abcdefgh-src2", Kind: "comment", Title: "A comment", Container: "Costs {rise} by 5%_a", Note: "comment 4", Language: "und", PublishedOn: kb.UnknownDate()},
		{
			Key: "claimtrail-abcdefgh-src3", Kind: "dataset", Title: "Figures", URL: "https://stat.example/x", Language: "de",
			Note: "dated May 2023 to 2024 (inferred)", PublishedOn: kb.Date{EDTF: "2023-05/2024", Basis: kb.Inferred},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCitedRulings: the title says what became of a claim that has no rating, and
// a claim that brings its quotation marks gets no second pair.
func TestCitedRulings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text, title, note string
		ruling                  record.Ruling
	}{
		{"retracted", "It rains", "“It rains” (retracted)", "", record.Ruling{Outcome: kb.Retracted}},
		{"opinion", "It is ugly", "“It is ugly” (not rated: opinion)", "", record.Ruling{Outcome: "opinion"}},
		{"marked", "„Es regnet“", "„Es regnet“ (retracted)", "", record.Ruling{Outcome: kb.Retracted}},
		{"demonstration", "It rains", "“It rains” (not rated: opinion)", "Demonstration ruling", record.Ruling{Outcome: "opinion", Demonstration: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc, content, page := citable()
			content.Claim.Text, content.Ruling = test.text, test.ruling
			if got := interchange.CitationsOf(doc, content, page)[0]; got.Title != test.title || got.Note != test.note {
				t.Errorf("the page is cited as %q, %q", got.Title, got.Note)
			}
		})
	}
}

// TestFormats holds the bytes of the three formats.
func TestFormats(t *testing.T) {
	t.Parallel()
	list := interchange.CitationsOf(citable())[1:3]
	csl, err := interchange.CSL(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, got, want string }{
		{"BibTeX", string(interchange.BibTeX(list)), `@online{claimtrail-abcdefgh-src1,
  title = {Costs \textbraceleft{}rise\textbraceright{} by 5\%\_a},
  author = {{Jane Doe} and {ACME, Inc.}},
  date = {2024-06-20},
  organization = {{The Example \& Co. Times}},
  url = {https://times.example/a?b=1&c=%5B2%5D},
  urldate = {2026-10-01},
  note = {Archived copy: https://claims.example/sources/src1/snapshots/hash},
}
@misc{claimtrail-abcdefgh-src2,
  title = {A comment},
  note = {In: Costs \textbraceleft{}rise\textbraceright{} by 5\%\_a. comment 4},
}
`},
		{"RIS", strings.ReplaceAll(string(interchange.RIS(list)), "\r\n", "|\n"), `TY  - NEWS|
ID  - claimtrail-abcdefgh-src1|
TI  - Costs {rise} by 5%_a|
AU  - Jane Doe|
AU  - ACME, Inc.|
T2  - The Example & Co. Times|
PB  - The Example & Co. Times|
PY  - 2024|
DA  - 2024/06/20|
UR  - https://times.example/a?b=1&c=%5B2%5D|
Y2  - 2026/10/01|
LA  - en|
L2  - https://claims.example/sources/src1/snapshots/hash|
ER  - |
TY  - ICOMM|
ID  - claimtrail-abcdefgh-src2|
TI  - A comment|
T2  - Costs {rise} by 5%_a|
N1  - comment 4|
ER  - |
`},
		{"CSL", string(csl), `[
 {
  "id": "claimtrail-abcdefgh-src1",
  "type": "article-newspaper",
  "title": "Costs {rise} by 5%_a",
  "author": [
   {
    "literal": "Jane Doe"
   },
   {
    "literal": "ACME, Inc."
   }
  ],
  "container-title": "The Example & Co. Times",
  "publisher": "The Example & Co. Times",
  "issued": {
   "date-parts": [
    [
     2024,
     6,
     20
    ]
   ]
  },
  "accessed": {
   "date-parts": [
    [
     2026,
     10,
     1
    ]
   ]
  },
  "URL": "https://times.example/a?b=1&c=%5B2%5D",
  "archive": "Claimtrail",
  "archive_location": "https://claims.example/sources/src1/snapshots/hash",
  "language": "en"
 },
 {
  "id": "claimtrail-abcdefgh-src2",
  "type": "post",
  "title": "A comment",
  "container-title": "Costs {rise} by 5%_a",
  "note": "comment 4"
 }
]
`},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestCitedDates: what is known of a date is said alike, and nothing more.
func TestCitedDates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ edtf, bibtex, ris, csl string }{
		{"2024-06-20", "2024-06-20", "PY  - 2024 DA  - 2024/06/20", "[[2024,6,20]]"},
		{"2024-06", "2024-06", "PY  - 2024 DA  - 2024/06", "[[2024,6]]"},
		{"0987", "0987", "PY  - 0987 DA  - 0987", "[[987]]"},
		{"2024-06-20T23:30:00+02:00", "2024-06-20", "PY  - 2024 DA  - 2024/06/20", "[[2024,6,20]]"},
		{"2023-12/2024-01-02", "2023-12/2024-01-02", "PY  - 2023 DA  - 2023/12", "[[2023,12],[2024,1,2]]"},
		{"2024-06-22/..", "2024-06-22", "PY  - 2024 DA  - 2024/06/22", "[[2024,6,22]]"},
		{"/2024", "2024", "PY  - 2024 DA  - 2024", "[[2024]]"},
		{"unknown", "", "", ""},
		{"", "", "", ""},
		{"2024-13", "", "", ""},
	} {
		list := []interchange.Citation{{Key: "k", Title: "T", PublishedOn: kb.StatedDate(test.edtf)}}
		bibtex, ris, csl := string(interchange.BibTeX(list)), string(interchange.RIS(list)), compactCSL(t, list)
		for _, is := range []struct{ format, got, mark, want string }{
			{"BibTeX", bibtex, "date = {", "date = {" + test.bibtex + "}"},
			{"RIS", strings.ReplaceAll(ris, "\r\n", " "), "PY  - ", test.ris},
			{"CSL", csl, "issued", `"issued":{"date-parts":` + test.csl + "}"},
		} {
			if test.csl == "" && strings.Contains(is.got, is.mark) || test.csl != "" && !strings.Contains(is.got, is.want) {
				t.Errorf("%s of %q: %s", is.format, test.edtf, is.got)
			}
		}
	}
}

func compactCSL(t *testing.T, list []interchange.Citation) string {
	t.Helper()
	var items []map[string]any
	b, err := interchange.CSL(list)
	if err == nil {
		err = json.Unmarshal(b, &items)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err = json.Marshal(items)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestOpenDatesAreExplained: where the formats can only say one end, a note says
// how it stands.
func TestOpenDatesAreExplained(t *testing.T) {
	t.Parallel()
	doc, content, page := citable()
	content.Sources = []record.Source{
		{ID: "a", PublishedOn: kb.StatedDate("2024-06-22/..")}, {ID: "b", PublishedOn: kb.StatedDate("../2024"), Locator: "p. 3"},
		{ID: "c", PublishedOn: kb.StatedDate("2024/2025")},
	}
	want := []string{"", "dated from 22 June 2024", "p. 3; dated until 2024", ""}
	for i, c := range interchange.CitationsOf(doc, content, page) {
		if c.Note != want[i] {
			t.Errorf("%s is noted %q, not %q", c.Key, c.Note, want[i])
		}
	}
}

// TestEveryKindHasAType: no kind of source falls through the table of types.
func TestEveryKindHasAType(t *testing.T) {
	t.Parallel()
	known := regexp.MustCompile(`^TY  - (RPRT|DATA|VIDEO|GEN|NEWS|ICOMM)\r\n`)
	seen := map[string]bool{}
	for _, kind := range kb.SourceKinds {
		ris := string(interchange.RIS([]interchange.Citation{{Kind: kind.Value}}))
		if !known.MatchString(ris) {
			t.Errorf("%s is %q", kind.Value, ris)
		}
		seen[ris] = true
	}
	if len(seen) < 6 {
		t.Errorf("kinds fall together: %v", reflect.ValueOf(seen).MapKeys())
	}
}

// TestAddresses: an address is the same in all formats, in ASCII, or absent.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://x.example/a b{c}\\d%2f%41": "https://x.example/a%20b%7Bc%7D%5Cd%2f%41",
		"https://x.example/?a=100%":         "https://x.example/?a=100%25",
		"https://x.example/%zz":             "", // no browser would write it
		"https://x.example/ü?q=“x”#é":       "https://x.example/%C3%BC?q=%E2%80%9Cx%E2%80%9D#%C3%A9",
		"http://[::1]:8080/a?b[]=1":         "http://[::1]:8080/a?b%5B%5D=1",
		"https://x.example":                 "https://x.example",
		"javascript:alert(1)":               "",
		"":                                  "",
	} {
		list := []interchange.Citation{{Key: "k", Title: "T", URL: raw}}
		bibtex, ris, csl := string(interchange.BibTeX(list)), string(interchange.RIS(list)), compactCSL(t, list)
		if want == "" {
			if strings.Contains(bibtex, "url =") || strings.Contains(ris, "UR  -") || strings.Contains(csl, "URL") {
				t.Errorf("%q is cited: %s", raw, bibtex)
			}
			continue
		}
		quoted, _ := json.Marshal(want)
		if !strings.Contains(bibtex, "url = {"+want+"}") || !strings.Contains(ris, "UR  - "+want+"\r\n") || !strings.Contains(csl, `"URL":`+string(quoted)) {
			t.Errorf("%q: %s%s%s", raw, bibtex, ris, csl)
		}
	}
}

var (
	risLine  = regexp.MustCompile(`^[A-Z][A-Z0-9]  - \S`)
	bibField = regexp.MustCompile(`^  [a-z]+ = \{.+\},$`)
)

// FuzzCitations: whatever a document says, the formats stay well formed, name
// the same works, and no text becomes syntax.
func FuzzCitations(f *testing.F) {
	for _, s := range []string{"plain", "{ } % & # _ ~ ^ \\ $ \" -- '' `` ,, <<", "a}\n@misc{x,\ntitle={", "x\r\nER  - \r\nTY  - ELEC", "\\", "}", "\xff\x00\u2028", "Привет 世界 \U0001f600"} {
		f.Add(s, s, "2024-06", "https://x.example/"+s, "news-report")
	}
	f.Fuzz(func(t *testing.T, title, name, date, address, kind string) {
		doc, content, page := citable()
		content.Claim.Text = title
		content.Publishers[0].Name, content.Publishers[0].ID = name, name
		content.Sources = []record.Source{
			{ID: "a", Title: title, Authors: []string{name, title}, URL: address, Kind: kind, PublishedOn: kb.StatedDate(date), Publisher: name, Locator: title},
			{ID: name, Title: name, Kind: kind, PartOf: "a", Language: title},
		}
		list := interchange.CitationsOf(doc, content, page)
		checkBibTeX(t, interchange.BibTeX(list), len(list))
		checkRIS(t, interchange.RIS(list), len(list))
		if csl := compactCSL(t, list); strings.Count(csl, `"id":`) < len(list) {
			t.Errorf("CSL lost a work: %s", csl)
		}
	})
}

func checkBibTeX(t *testing.T, b []byte, works int) {
	t.Helper()
	entries := 0
	for line := range strings.Lines(string(b)) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case strings.HasPrefix(line, "@"):
			entries++
		case line != "}" && !bibField.MatchString(line):
			t.Errorf("a line of BibTeX is %q", line)
		case line != "}" && !balanced(line):
			t.Errorf("braces do not match: %q", line)
		}
	}
	if entries != works {
		t.Errorf("%d entries for %d works:\n%s", entries, works, b)
	}
}

// balanced counts as BibTeX does: a backslash protects no brace.
func balanced(line string) bool {
	depth := 0
	for _, r := range line {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}

func checkRIS(t *testing.T, b []byte, works int) {
	t.Helper()
	open, ended := false, 0
	for line := range strings.Lines(string(b)) {
		text, whole := strings.CutSuffix(line, "\r\n")
		starts := strings.HasPrefix(text, "TY  - ")
		switch {
		case !whole || strings.ContainsAny(text, "\r\n"), starts == open, text != "ER  - " && !risLine.MatchString(text):
			t.Fatalf("a line of RIS is %q", line)
		case text == "ER  - ":
			ended++
		}
		open = text != "ER  - "
	}
	if ended != works || open {
		t.Errorf("%d records for %d works:\n%s", ended, works, b)
	}
}

// ExampleRIS shows a citation in the format that reference managers import.
func ExampleRIS() {
	list := []interchange.Citation{{Key: "claimtrail-abcdefgh-s1", Kind: "study", Title: "A study", PublishedOn: kb.StatedDate("2024-06")}}
	fmt.Fprint(os.Stdout, strings.ReplaceAll(string(interchange.RIS(list)), "\r", ""))
	// Output:
	// TY  - RPRT
	// ID  - claimtrail-abcdefgh-s1
	// TI  - A study
	// PY  - 2024
	// DA  - 2024/06
	// ER  -
}
