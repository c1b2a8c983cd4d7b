package interchange_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/claimtrail/claimtrail/internal/interchange"
)

func readTable(t *testing.T, text string) ([]interchange.Row, interchange.Table, error) {
	t.Helper()
	var rows []interchange.Row
	table, err := interchange.ReadCSV(strings.NewReader(text), func(r interchange.Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, table, err
}

func written(t *testing.T, list ...interchange.Checked) string {
	t.Helper()
	var b bytes.Buffer
	w, err := interchange.NewCSVWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if err := w.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTableRoundTrip: what is written, read and written again is the same bytes,
// whatever stands in the cells, and no cell is a formula to a spreadsheet.
func TestTableRoundTrip(t *testing.T) {
	t.Parallel()
	list := []interchange.Checked{{Review: whole(), Kind: "event", Topics: []string{"Sea; deep", "Milk"}, Place: "Kiel"}}
	for _, claim := range []string{"=1+1", "+49", "-x", "@x", "'=x", "'Twas", "''", "a,\"b\"\nc", "\ttab"} {
		list = append(list, interchange.Checked{Review: interchange.ClaimReview{Type: "ClaimReview", ClaimReviewed: claim}})
	}
	first := written(t, list...)
	for line := range strings.Lines(first) {
		if strings.ContainsAny(line[:1], "=+-@") {
			t.Errorf("a formula: %s", line)
		}
	}
	rows, table, err := readTable(t, first)
	if err != nil || len(table.Ignored) > 0 || len(rows) != len(list) {
		t.Fatalf("%d rows, %+v, %v", len(rows), table, err)
	}
	var again []interchange.Checked
	for _, r := range rows {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
		again = append(again, r.Checked)
	}
	if second := written(t, again...); first != second {
		t.Error(cmp.Diff(first, second))
	}
}

// TestTableForms: encodings, delimiters and names of columns as they come.
func TestTableForms(t *testing.T) {
	t.Parallel()
	const plain = "Claim;Speaker;Verdict;Rating-Value;nonsense\nDer Zug fährt „nie“ ab;Müller;Falsch;1;x\n"
	latin, err := charmap.Windows1252.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ text, encoding, delimiter string }{
		"UTF-8": {plain, "UTF-8", ";"}, "byte order mark": {"\ufeff" + plain, "UTF-8", ";"}, "Windows-1252": {latin, "Windows-1252", ";"}, "UTF-16": {wide, "UTF-16", ";"},
		"tabs": {strings.ReplaceAll(plain, ";", "\t"), "UTF-8", "\t"}, "commas": {strings.ReplaceAll(plain, ";", ","), "UTF-8", ","}, "bars": {strings.ReplaceAll(plain, ";", "|"), "UTF-8", "|"},
		"old lines":        {strings.ReplaceAll(plain, "\n", "\r"), "UTF-8", ";"},
		"carriage returns": {strings.ReplaceAll(plain, "\n", "\r\n"), "UTF-8", ";"},
	} {
		rows, table, err := readTable(t, tt.text)
		if err != nil || len(rows) != 1 || table.Encoding != tt.encoding || string(table.Delimiter) != tt.delimiter || !slices.Equal(table.Ignored, []string{"nonsense"}) {
			t.Errorf("%s: %v, %+v, %+v", name, err, table, rows)
			continue
		}
		r := rows[0].Checked.Review
		if rows[0].Err != nil || rows[0].Line != 2 || r.ClaimReviewed != "Der Zug fährt „nie“ ab" || r.ItemReviewed.Author.Name != "Müller" || r.ReviewRating.Label != "Falsch" || *r.ReviewRating.Value != 1 {
			t.Errorf("%s: %+v", name, rows[0])
		}
	}
}

// TestTableBroken: a row that cannot be read says where and why, and the next one
// is read all the same.
func TestTableBroken(t *testing.T) {
	t.Parallel()
	rows, _, err := readTable(t, "claim,rating_value,claimant_kind,claim_date\ngood,1,person,2024-06\nbad,many,,\nwhen,,,last week\ntoo,1,person,,more\nkind,,robot,\n\"quote\"d,1,,\nlast,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d %s %t", r.Line, r.Field, r.Err != nil))
	}
	want := []string{"2  false", "3 rating_value true", "4 claim_date true", "5 row true", "6 claimant_kind true", "7  true", "8  false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, text := range map[string]string{"nothing": "", "no claims": "a,b\n1,2\n", "an open quotation": "claim\n\"a,b\nc\nd\n", "a quotation without end": "claim\n\"" + strings.Repeat("x\n", 2<<20)} {
		if _, _, err := readTable(t, text); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	stop := errors.New("enough")
	if _, err := interchange.ReadCSV(strings.NewReader("claim\na\nb\n"), func(interchange.Row) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the reader went on: %v", err)
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{"claim\nx\n", "claim;rating\r\nx;y", "\xff\xfec\x00l\x00a\x00i\x00m\x00\n\x00", "claim\n'=x\n", "claim,appearances\nx,https://a.example/ b\n", "claim\n\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var list []interchange.Checked
		_, err := interchange.ReadCSV(strings.NewReader(text), func(r interchange.Row) error {
			if r.Err == nil {
				in := r.Checked.Claim()
				_ = in.Validate()
				list = append(list, r.Checked)
			}
			return nil
		})
		if err != nil {
			return
		}
		first := written(t, list...)
		var again []interchange.Checked
		if _, err := interchange.ReadCSV(strings.NewReader(first), func(r interchange.Row) error {
			again = append(again, r.Checked)
			return r.Err
		}); err != nil {
			t.Fatalf("what was written cannot be read: %v\n%q", err, first)
		}
		if second := written(t, again...); first != second {
			t.Fatalf("it changed on the way:\n%q\n%q", first, second)
		}
	})
}
