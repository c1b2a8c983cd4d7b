package quote_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
)

// longestFuzzed keeps the trials short; no rule depends on length beyond it.
const longestFuzzed = 4096

// traps are texts and quotations in which offsets, composition or ellipses went
// wrong somewhere, at some time.
var traps = []struct{ text, exact string }{
	{"they said that“if it holds”", `that"if`},
	{"not\u00a0\u00a0\n concerned", "not concerned"},
	{"it could be … a shift", "could be … a"},
	{"it could be … a shift", "could be ... a"},
	{"and so on....", "so on...."},
	{"and so on.…", "on...."},
	{"we are not concerned", "we are […] concerned"},
	{"we are not concerned", "[...] are … concerned ..."},
	{"\xff\xfebroken\xc3", "broken\xc3"},
	{"é", "\xa9"},
	{"\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"},
	{"\u0301\u0301a\u0323\u0307", "\u0301"},
	{"q\u0307\u0323\u0307", "\u0307\u00ad"},
	{"a" + strings.Repeat("\u0301", 40), "a\u0301"},
	{"👩\u200d🚀 and 👨🏽\u200d🌾", "👩🚀"},
	{"aaaa", "aa"},
	{"aaaa", "aab"},
	{"a…a…a", "a … a"},
	{"-- -–- --", "- -"},
	{"\u00ad\u200b\ufeff", "\u00ad"},
	{"one two three four five", "one twa thre four"},
	{strings.Repeat("the same words again. ", 8), "again. the same"},
	{strings.Repeat("nearly the same words again. ", 8), strings.Repeat("nearly the same words agoin. ", 6)},
	{"e\u0338=\u0338", "=\u0338"},
	{"\u1100\u1161\u11a8", "가"},
	{"…...…", "....…"},
	{"", ""},
}

// FuzzFind holds for any text and any quotation what the result promises.
func FuzzFind(f *testing.F) {
	for _, trap := range traps {
		f.Add(trap.text, trap.exact, "", "", quote.Anywhere)
		f.Add(trap.text, trap.exact, "a ", " the", 3)
		f.Add(trap.exact+trap.text, trap.exact, trap.text, trap.exact, 0)
	}
	f.Fuzz(func(t *testing.T, text, exact, prefix, suffix string, near int) {
		if len(text)+len(exact)+len(prefix)+len(suffix) > longestFuzzed {
			return
		}
		whole := quote.New(text)
		got := whole.Find(quote.Query{Exact: exact, Prefix: prefix, Suffix: suffix, Near: near})
		if !utf8.ValidString(text) || !utf8.ValidString(exact) {
			return // nobody can say where half a character stands
		}
		checkState(t, got)
		checkPlaces(t, whole, got, exact)
		for _, p := range got.Near {
			if p.Start < 0 || p.Start >= p.End || p.End > whole.Len() || p.Text != whole.Slice(p.Start, p.End) {
				t.Errorf("proposes %+v of %d", p, whole.Len())
			}
			if size := utf8.RuneCountInString(quote.Words(p.Part)); p.Errors < 1 || p.Errors*10 > size*3 {
				t.Errorf("proposes %+v for %d characters", p, size)
			}
		}
		checkAlone(t, whole, got, exact, near)
	})
}

// checkState: the state says no more and no less than the places do.
func checkState(t *testing.T, got quote.Result) {
	t.Helper()
	if got.Matches == nil || got.Segments == nil || got.Warnings == nil || got.Near == nil {
		t.Error("a list is null")
	}
	states := [][]string{{kb.NotInCopy}, {kb.Exact, kb.Normalised}, {kb.Ambiguous}}
	if !slices.Contains(states[min(len(got.Matches), 2)], got.State) {
		t.Errorf("%s with %d places", got.State, len(got.Matches))
	}
	found := len(got.Matches) > 0
	if found == (len(got.Segments) == 0) || (!found && len(got.Warnings) > 0) || (found && len(got.Near) > 0) {
		t.Errorf("%+v", got)
	}
}

// checkPlaces: places lie in the text, segments in the first of them, and what
// stands there is what was asked for.
func checkPlaces(t *testing.T, whole *quote.Text, got quote.Result, exact string) {
	t.Helper()
	for _, p := range got.Matches {
		if p.Start < 0 || p.Start >= p.End || p.End > whole.Len() {
			t.Fatalf("%v of %d", p, whole.Len())
		}
	}
	if len(got.Matches) == 0 {
		return
	}
	end := got.Matches[0].Start
	pieces := []string{exact}
	if len(got.Segments) > 1 || !strings.Contains(quote.Words(whole.Slice(end, got.Matches[0].End)), quote.Words(exact)) {
		pieces = quote.Split(exact)
	}
	if len(pieces) != len(got.Segments) {
		t.Fatalf("%d segments of %q", len(got.Segments), pieces)
	}
	for i, s := range got.Segments {
		if s.Start < end || s.Start >= s.End || s.Gap != s.Start-end {
			t.Errorf("segment %d: %v after %d", i, s, end)
		}
		end = s.End
		cut := whole.Slice(s.Start, s.End)
		if !strings.Contains(quote.Words(cut), quote.Words(pieces[i])) {
			t.Errorf("segment %d is %q, want %q", i, cut, pieces[i])
		}
		if got.State == kb.Exact && cut != pieces[i] && cut != strings.TrimSpace(pieces[i]) {
			t.Errorf("exact segment %d is %q, want %q", i, cut, pieces[i])
		}
	}
	if end != got.Matches[0].End {
		t.Errorf("the segments end at %d, the place at %d", end, got.Matches[0].End)
	}
}

// checkAlone: without surroundings there are the same places or more, in the
// order of the text, each once (in composed texts, which captures are); an
// expected position changes only the order.
func checkAlone(t *testing.T, whole *quote.Text, got quote.Result, exact string, near int) {
	t.Helper()
	least := 0
	if norm.NFC.IsNormalString(whole.Slice(0, whole.Len())) {
		least = 1
	}
	alone := whole.Find(quote.Query{Exact: exact, Near: quote.Anywhere})
	for i, p := range alone.Matches {
		if i > 0 && p.Start < alone.Matches[i-1].Start+least {
			t.Errorf("%v after %v", p, alone.Matches[i-1])
		}
	}
	if (len(alone.Matches) > 0) != (len(got.Matches) > 0) {
		t.Errorf("%d places with surroundings, %d without", len(got.Matches), len(alone.Matches))
	}
	for _, p := range got.Matches { // surroundings may point to one that is spelled another way
		there := slices.ContainsFunc(alone.Matches, func(q quote.Place) bool { return p.Start == q.Start })
		if !there && len(got.Segments) == 1 && !strings.Contains(quote.Words(whole.Slice(p.Start, p.End)), quote.Words(exact)) {
			t.Errorf("%v only with surroundings", p)
		}
	}
	expected := whole.Find(quote.Query{Exact: exact, Near: near})
	for i, p := range expected.Matches {
		if near >= 0 && i > 0 && abs(p.Start-near) < abs(expected.Matches[i-1].Start-near) {
			t.Errorf("%v after %v, near %d", p, expected.Matches[i-1], near)
		}
	}
	slices.SortFunc(expected.Matches, func(a, b quote.Place) int { return a.Start - b.Start })
	if !slices.Equal(expected.Matches, alone.Matches) {
		t.Errorf("%v near %d, %v anywhere", expected.Matches, near, alone.Matches)
	}
}

// FuzzSelector: a selector of any span holds the words of the text around it,
// and by the words alone the span is found among its rivals.
func FuzzSelector(f *testing.F) {
	for _, trap := range traps {
		for _, text := range []string{trap.text, trap.exact + trap.text + trap.exact, strings.Repeat(trap.text+"\n", 3)} {
			f.Add(text, 0, 1)
			f.Add(text, 2, 5)
			f.Add(text, 3, 1000)
		}
	}
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		whole := quote.New(text)
		if len(text) > longestFuzzed || start < 0 || start >= whole.Len() {
			return
		}
		end = min(max(end, start+1), whole.Len())
		s := whole.Selector(start, end)
		before, after := utf8.RuneCountInString(s.Prefix), utf8.RuneCountInString(s.Suffix)
		if around := whole.Slice(start-before, end+after); around != s.Prefix+s.Exact+s.Suffix || s.Exact != whole.Slice(start, end) {
			t.Fatalf("%+v of %q", s, around)
		}
		if s.Start != start || s.End != end || before > start || after > whole.Len()-end {
			t.Fatalf("%+v of %d to %d", s, start, end)
		}
		_ = quote.Fragment(s)
		if !utf8.ValidString(text) {
			return
		}
		if got := whole.Find(quote.Query{Exact: s.Exact, Near: start}); len(got.Matches) == 0 || got.Matches[0] != (quote.Place{Start: start, End: end}) {
			t.Fatalf("%d to %d is found at %v", start, end, got.Matches)
		}
		if got := whole.Find(quote.Query{Exact: s.Exact, Prefix: s.Prefix, Suffix: s.Suffix, Near: quote.Anywhere}); len(got.Matches) == 0 {
			t.Fatalf("%d to %d is found no more", start, end)
		}
	})
}
