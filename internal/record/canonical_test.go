package record_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/claimtrail/claimtrail/internal/record"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	type claim struct {
		Text   string  `json:"text"`
		Number int     `json:"number"`
		Reason *string `json:"reason,omitempty"`
	}
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"fields of a struct are sorted", claim{Text: "a", Number: 1}, `{"number":1,"text":"a"}`},
		{"keys are sorted at every depth", raw(`{"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]}`), `{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}`},
		{"keys of digits are sorted as text", map[string]int{"10": 1, "9": 2, "1": 3}, `{"1":3,"10":1,"9":2}`},
		{"keys are sorted by UTF-16, not by code point", map[string]int{"\uff21": 1, "😀": 2, "é": 3, "z": 4}, `{"z":4,"é":3,"😀":2,"Ａ":1}`},
		{"lists keep their order", []string{"b", "a"}, `["b","a"]`},
		{"spaces go", raw(" { \"a\" :\n[ 1 , 2 ] } "), `{"a":[1,2]}`},
		{"nothing", nil, `null`},
		{"a bare text", "é", `"é"`},
		{"markup is not escaped", "<b>&\u2028", "\"<b>&\u2028\""},
		{"escapes have one spelling", raw(`"\u0041\/\u00e9\ud83d\ude00\u000a\u001F"`), `"A/é😀\n\u001f"`},
		{"text is composed", "re\u0301sume\u0301", `"résumé"`},
		{"Hangul is composed", "\u1112\u1161\u11ab", `"한"`},
		{"marks are put in order", "a\u0323\u0302 a\u0302\u0323", `"ậ ậ"`},
		{"compatibility characters stay", "ﬁ ① Ａ", `"ﬁ ① Ａ"`},
		{"keys are composed, then sorted", map[string]int{"e\u0301": 1, "f": 2}, `{"f":2,"é":1}`},
		{"not UTF-8 becomes the sign for it", "a\xffb", "\"a\ufffdb\""},
		{"integers", []int64{0, -1, 1<<53 - 1, -(1<<53 - 1)}, `[0,-1,9007199254740991,-9007199254740991]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := record.Canonical(tt.value)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			again, err := record.Canonical(json.RawMessage(got))
			if err != nil || !bytes.Equal(got, again) {
				t.Errorf("once more: got %s, %v", again, err)
			}
		})
	}
}

func TestCanonicalRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		value any
	}{
		{"fraction", 1.5},
		{"fraction of nothing", json.RawMessage(`1.0`)},
		{"exponent", json.RawMessage(`1e2`)},
		{"exponent in capitals", json.RawMessage(`{"a":[1E2]}`)},
		{"2^53", 1 << 53},
		{"-2^53", -(1 << 53)},
		{"beyond 64 bits", json.RawMessage(`18446744073709551616`)},
		{"minus nought", json.RawMessage(`-0`)},
		{"deep within", map[string]any{"a": []any{map[string]any{"b": 0.1}}}},
		{"no JSON", json.RawMessage(`{"a":`)},
		{"two values", json.RawMessage(`1 2`)},
		{"key twice", json.RawMessage(`{"a":1,"a":2}`)},
		{"key twice when composed", map[string]int{"\u00e9": 1, "e\u0301": 2}},
		{"half a surrogate pair", json.RawMessage(`"\ud83d"`)},
		{"a channel", make(chan int)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := record.Canonical(tt.value); err == nil {
				t.Errorf("accepted as %s", got)
			}
		})
	}
}

// The bytes that a reviewer approved must survive being put into the document
// that is published.
func TestCanonicalKeepsWhatItHolds(t *testing.T) {
	t.Parallel()
	content, err := record.Canonical(record.Content{Salt: record.NewSalt(), Claim: record.Claim{Text: "<b>re\u0301sume\u0301</b>\u2028"}})
	if err != nil {
		t.Fatal(err)
	}
	document, err := record.Canonical(record.Document{Schema: record.Schema, Claim: "e4k2m9x0", Number: 1, Content: content})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(document, append([]byte(`"content":`), content...)) {
		t.Errorf("the content\n%s\nis not in the document\n%s", content, document)
	}
	read, inside, err := record.ReadDocument(document)
	if err != nil {
		t.Fatal(err)
	}
	if record.Hash(read.Content) != record.Hash(content) || inside.Claim.Text != "<b>résumé</b>\u2028" {
		t.Errorf("read back: %s", read.Content)
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	const ofNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := record.Hash(nil); got != ofNothing {
		t.Errorf("got %s, want %s", got, ofNothing)
	}
}

func TestStamp(t *testing.T) {
	t.Parallel()
	seoul := time.FixedZone("Seoul", 9*60*60)
	tests := []struct {
		at   time.Time
		want string
	}{
		{time.Date(2024, 6, 20, 10, 30, 0, 0, time.UTC), "2024-06-20T10:30:00.000000Z"},
		{time.Date(2024, 6, 20, 1, 30, 0, 120_000_000, seoul), "2024-06-19T16:30:00.120000Z"},
		{time.Date(2024, 12, 31, 23, 59, 59, 999_999_999, time.UTC), "2024-12-31T23:59:59.999999Z"},
	}
	for _, tt := range tests {
		got := record.Stamp(tt.at)
		if got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
		read, err := record.ParseStamp(got)
		if err != nil || !read.Equal(tt.at.Truncate(time.Microsecond)) || read.Location() != time.UTC {
			t.Errorf("%s is read as %s, %v", got, read, err)
		}
	}
	for _, s := range []string{
		"", "2024-06-20", "2024-06-20T10:30:00Z", "2024-06-20T10:30:00.000Z", "2024-06-20T10:30:00.0000000Z",
		"2024-06-20T10:30:00.000000", "2024-06-20T10:30:00.000000z", "2024-06-20T10:30:00.000000+09:00", "2024-02-30T10:30:00.000000Z",
		"2024-06-20 10:30:00.000000Z", " 2024-06-20T10:30:00.000000Z", "2024-06-20T10:30:00.000000Z\n",
	} {
		if got, err := record.ParseStamp(s); err == nil {
			t.Errorf("%q was read as %s", s, got)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		`null`, `{"b":1,"a":[true,"re\u0301sume\u0301"]}`, `{"é":1,"é":2}`, `"\ud83d\ude00"`, `[1.5]`, `9007199254740992`,
		`"\u2028<&>"`, `{"a":{"a":{}}}`, "\"\xff\"", `-0`, `"\\u0301"`, `"\u0000"`, `"` + strings.Repeat("̀", 40) + `"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		canonical, err := record.Canonical(json.RawMessage(b))
		if err != nil {
			return
		}
		again, err := record.Canonical(json.RawMessage(canonical))
		switch {
		case err != nil:
			t.Errorf("%q is refused the second time: %v", canonical, err)
		case !bytes.Equal(canonical, again):
			t.Errorf("%q gives %q the second time", canonical, again)
		case !json.Valid(canonical):
			t.Errorf("%q is no JSON", canonical)
		case !norm.NFC.IsNormal(canonical):
			t.Errorf("%q is not in normal form C", canonical)
		case utf8.Valid(b) && !utf8.Valid(canonical):
			t.Errorf("%q gives %q, which is not UTF-8", b, canonical)
		}
	})
}
