package quote_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
)

func TestFind(t *testing.T) {
	t.Parallel()
	const twice = "He said: no way. She said: no way. They left."
	tests := []struct {
		name, text     string
		q              quote.Query
		state          string
		matches        []quote.Place
		gaps           []int
		warnings       []string
		nearest        string
		nearestMistake int
	}{
		{name: "exact", text: "one two three", q: quote.Query{Exact: "two"}, state: kb.Exact, matches: []quote.Place{{4, 7}}, gaps: []int{0}},
		{name: "beyond the BMP", text: "𝄞𝄞 two 😀", q: quote.Query{Exact: "two 😀"}, state: kb.Exact, matches: []quote.Place{{3, 8}}, gaps: []int{0}},
		{name: "quotation marks", text: "they said that“if it holds”", q: quote.Query{Exact: `that"if it holds"`}, state: kb.Normalised, matches: []quote.Place{{10, 27}}, gaps: []int{0}},
		{name: "no-break spaces and lines", text: "not\u00a0\n  concerned", q: quote.Query{Exact: "not concerned"}, state: kb.Normalised, matches: []quote.Place{{0, 16}}, gaps: []int{0}},
		{name: "decomposed", text: "cafe\u0301 noir", q: quote.Query{Exact: "café"}, state: kb.Normalised, matches: []quote.Place{{0, 5}}, gaps: []int{0}},
		{name: "soft hyphen", text: "treat\u00ady text", q: quote.Query{Exact: "treaty"}, state: kb.Normalised, matches: []quote.Place{{0, 7}}, gaps: []int{0}},
		{name: "a changed letter", text: "one two three", q: quote.Query{Exact: "one twa three"}, state: kb.NotInCopy, nearest: "one two three", nearestMistake: 1},
		{name: "twice", text: twice, q: quote.Query{Exact: "no way"}, state: kb.Ambiguous, matches: []quote.Place{{9, 15}, {27, 33}}, gaps: []int{0}},
		{name: "told apart by what stands before", text: twice, q: quote.Query{Exact: "no way", Prefix: "She said:"}, state: kb.Exact, matches: []quote.Place{{27, 33}}, gaps: []int{0}},
		{name: "told apart by what stands after", text: twice, q: quote.Query{Exact: "no way", Suffix: ". They"}, state: kb.Exact, matches: []quote.Place{{27, 33}}, gaps: []int{0}},
		{name: "surroundings that disagree", text: twice, q: quote.Query{Exact: "no way", Prefix: "He said: ", Suffix: ". They"}, state: kb.Ambiguous, matches: []quote.Place{{9, 15}, {27, 33}}, gaps: []int{0}},
		{name: "surroundings that stand nowhere", text: "one two", q: quote.Query{Exact: "two", Prefix: "three"}, state: kb.Exact, matches: []quote.Place{{4, 7}}, gaps: []int{0}},
		{name: "the nearest of many first", text: twice, q: quote.Query{Exact: "no way", Near: 30}, state: kb.Ambiguous, matches: []quote.Place{{27, 33}, {9, 15}}, gaps: []int{0}},
		{name: "an ellipsis of the source", text: "it could be … a shift", q: quote.Query{Exact: "could be … a"}, state: kb.Exact, matches: []quote.Place{{3, 15}}, gaps: []int{0}},
		{name: "an ellipsis of the source in dots", text: "it could be … a shift", q: quote.Query{Exact: "could be ... a"}, state: kb.Normalised, matches: []quote.Place{{3, 15}}, gaps: []int{0}},
		{name: "words left out", text: "we are concerned about the trip", q: quote.Query{Exact: "we are […] the trip"}, state: kb.Exact, matches: []quote.Place{{0, 31}}, gaps: []int{0, 17}},
		{name: "a negation left out", text: "we are not concerned", q: quote.Query{Exact: "we are ... concerned"}, state: kb.Exact, matches: []quote.Place{{0, 20}}, gaps: []int{0, 5}, warnings: []string{quote.NegationInGap}},
		{name: "a negation with an apostrophe", text: "we said they aren’t concerned", q: quote.Query{Exact: "we said [...] concerned"}, state: kb.Exact, matches: []quote.Place{{0, 29}}, gaps: []int{0, 13}, warnings: []string{quote.NegationInGap}},
		{name: "much left out", text: "begin " + strings.Repeat("x ", 200) + "end", q: quote.Query{Exact: "begin … end"}, state: kb.Exact, matches: []quote.Place{{0, 409}}, gaps: []int{0, 401}, warnings: []string{quote.LongGap}},
		{name: "parts in the wrong order", text: "one two", q: quote.Query{Exact: "two … one"}, state: kb.NotInCopy},
		{name: "parts that overlap", text: "abcd", q: quote.Query{Exact: "abc … cd"}, state: kb.NotInCopy},
		{name: "two beginnings", text: "he said. he said. it ends", q: quote.Query{Exact: "he said […] ends"}, state: kb.Ambiguous, matches: []quote.Place{{0, 25}, {9, 25}}, gaps: []int{0, 14}},
		{name: "the suffix chooses the end", text: "a long way to go, to go far", q: quote.Query{Exact: "a long […] to go", Suffix: "far"}, state: kb.Exact, matches: []quote.Place{{0, 23}}, gaps: []int{0, 12}},
		{name: "an ellipsis at the ends", text: "one two three", q: quote.Query{Exact: "… two …"}, state: kb.Exact, matches: []quote.Place{{4, 7}}, gaps: []int{0}},
		{name: "nothing but an ellipsis", text: "one two three", q: quote.Query{Exact: "[…]"}, state: kb.NotInCopy},
		{name: "nothing", text: "", q: quote.Query{Exact: "x"}, state: kb.NotInCopy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.q.Near == 0 {
				tt.q.Near = quote.Anywhere
			}
			r := quote.New(tt.text).Find(tt.q)
			if r.State != tt.state {
				t.Errorf("state is %s, want %s", r.State, tt.state)
			}
			if diff := cmp.Diff(append([]quote.Place{}, tt.matches...), r.Matches); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(append([]string{}, tt.warnings...), r.Warnings); diff != "" {
				t.Error(diff)
			}
			var gaps []int
			for _, s := range r.Segments {
				gaps = append(gaps, s.Gap)
			}
			if diff := cmp.Diff(tt.gaps, gaps); diff != "" {
				t.Error(diff)
			}
			if tt.nearest != "" && (len(r.Near) == 0 || r.Near[0].Text != tt.nearest || r.Near[0].Errors != tt.nearestMistake) {
				t.Errorf("proposes %+v, want %q", r.Near, tt.nearest)
			}
		})
	}
}
