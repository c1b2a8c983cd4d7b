package quote_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
)

// alphabet is what the random texts are made of: each entry one character as a
// reader sees it, in all the spellings that comparison takes for the same.
var alphabet = [][]string{
	{"a"}, {"a"}, {"b"}, {"c"}, {"n"}, {"1"},
	{"é", "e\u0301"}, {"Å", "A\u030a", "\u212b"}, {"ệ", "e\u0323\u0302", "ẹ\u0302", "ê\u0323"}, {"q\u0323\u0307", "q\u0307\u0323"},
	{"한", "\u1112\u1161\u11ab"}, {"가", "\u1100\u1161"}, {"が", "か\u3099"}, {"漢"}, {"字"},
	{"😀"}, {"𝄞"}, {"👩\u200d🚀", "👩🚀"}, {"\U0001d15e", "\U0001d157\U0001d165"},
	{`"`, "“", "”", "„", "«", "″"}, {"'", "’", "‘", "`", "ʼ"}, {"-", "–", "—", "−", "--"},
	{"…", "..."}, {". "}, {","},
	{" ", "\u00a0", "\n", "  ", "\t\n ", "\u2009\u00a0"}, {" ", "\u00a0", "\u3000"}, {" "},
}

// foreign are letters that no random text has.
var foreign = []string{"Ж", "ж", "ñ", "語", "🤖", "n\u0303", "\u0436\u0301"}

// piece is one character of a text, and where it stands.
type piece struct {
	spellings  []string
	start, end int
}

// randomText makes a text of some characters of the alphabet's first so many
// places: the fewer, the more it repeats itself.
func randomText(r *rand.Rand, characters int, of [][]string) (string, []piece) {
	var text strings.Builder
	pieces := make([]piece, characters)
	at := 0
	for i := range pieces {
		spellings := of[r.IntN(len(of))]
		s := spellings[r.IntN(len(spellings))]
		text.WriteString(s)
		pieces[i] = piece{spellings, at, at + utf8.RuneCountInString(s)}
		at = pieces[i].end
	}
	return text.String(), pieces
}

// someOf gives a part of the alphabet.
func someOf(r *rand.Rand, of [][]string, most int) [][]string {
	some := slices.Clone(of)
	r.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:2+r.IntN(most-1)]
}

func span(r *rand.Rand, n int) (start, end int) {
	start = r.IntN(n)
	return start, start + 1 + r.IntN(min(n-start, 1+r.IntN(40)))
}

// covers reports whether one of the matches holds the true place.
func covers(matches []quote.Place, start, end int) bool {
	return slices.ContainsFunc(matches, func(p quote.Place) bool { return p.Start <= start && end <= p.End })
}

// TestFindAnySubstring: what was cut out of a text is found in it, wherever the
// cut went, and never said to be anything but exact.
func TestFindAnySubstring(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 0))
	for range 4000 {
		text, _ := randomText(r, 1+r.IntN(120), someOf(r, alphabet, len(alphabet)))
		runes := []rune(text)
		start, end := span(r, len(runes))
		exact := string(runes[start:end])
		whole := quote.New(text)
		got := whole.Find(quote.Query{Exact: exact, Near: quote.Anywhere})
		if want := state(kb.Exact, len(got.Matches)); got.State != want {
			t.Fatalf("%q in %q is %s with %d places, want %s", exact, text, got.State, len(got.Matches), want)
		}
		if !slices.Contains(got.Matches, quote.Place{Start: start, End: end}) {
			t.Fatalf("%q in %q stands at %v, want %d to %d among them", exact, text, got.Matches, start, end)
		}
		for _, p := range got.Matches {
			if cut := whole.Slice(p.Start, p.End); cut != exact {
				t.Fatalf("%q in %q: at %v stands %q", exact, text, p, cut)
			}
		}
	}
}

// state gives the state that goes with so many places.
func state(one string, places int) string {
	switch places {
	case 0:
		return kb.NotInCopy
	case 1:
		return one
	}
	return kb.Ambiguous
}

// respelt writes the same characters in other spellings, soft hyphens between them.
func respelt(r *rand.Rand, pieces []piece) string {
	var b strings.Builder
	for i, p := range pieces {
		if i > 0 && r.IntN(8) == 0 {
			b.WriteString("\u00ad")
		}
		b.WriteString(p.spellings[r.IntN(len(p.spellings))])
	}
	switch r.IntN(4) {
	case 0:
		return norm.NFC.String(b.String())
	case 1:
		return norm.NFD.String(b.String())
	}
	return b.String()
}

// blank reports whether a piece counts for nothing at the end of a quotation.
func blank(p piece) bool { return strings.TrimSpace(p.spellings[0]) == "" }

// TestFindAnySpelling: typography is no difference, and the place that is found
// holds all of the true one, blanks at its ends apart.
func TestFindAnySpelling(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 0))
	for range 6000 {
		text, pieces := randomText(r, 1+r.IntN(100), someOf(r, alphabet, len(alphabet)))
		from, to := span(r, len(pieces))
		exact := respelt(r, pieces[from:to])
		for from < to && blank(pieces[from]) {
			from++
		}
		for from < to && blank(pieces[to-1]) {
			to--
		}
		if from == to {
			continue // nothing but blanks
		}
		start, end := pieces[from].start, pieces[to-1].end
		if strings.HasSuffix(pieces[to-1].spellings[0], " ") {
			end--
		}
		got := quote.New(text).Find(quote.Query{Exact: exact, Near: quote.Anywhere})
		if strings.Contains(text, exact) {
			if want := state(kb.Exact, len(got.Matches)); got.State != want {
				t.Fatalf("%q in %q is %s with %d places, want %s", exact, text, got.State, len(got.Matches), want)
			}
			continue // the same letters go first, wherever they stand
		}
		if want := state(kb.Normalised, len(got.Matches)); got.State != want {
			t.Fatalf("%q in %q is %s with %d places, want %s", exact, text, got.State, len(got.Matches), want)
		}
		if !covers(got.Matches, start, end) {
			t.Fatalf("%q in %q stands at %v, want %d to %d in one of them", exact, text, got.Matches, start, end)
		}
	}
}

// TestFindNothingElse: one wrong letter, and the words are not found, however
// much of the rest agrees.
func TestFindNothingElse(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 0))
	for range 3000 {
		text, pieces := randomText(r, 1+r.IntN(100), someOf(r, alphabet, len(alphabet)))
		from, to := span(r, len(pieces))
		wrong := slices.Clone(pieces[from:to])
		at := r.IntN(len(wrong))
		letter := piece{spellings: []string{foreign[r.IntN(len(foreign))]}}
		if r.IntN(2) == 0 {
			wrong[at] = letter
		} else {
			wrong = slices.Insert(wrong, at, letter)
		}
		exact := respelt(r, wrong)
		got := quote.New(text).Find(quote.Query{Exact: exact, Near: quote.Anywhere})
		if got.State != kb.NotInCopy || len(got.Matches) > 0 || len(got.Segments) > 0 {
			t.Fatalf("%q in %q is %s at %v", exact, text, got.State, got.Matches)
		}
	}
}

// TestFindCountsCodePoints: a position is not a byte and not a UTF-16 unit.
func TestFindCountsCodePoints(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 0))
	for range 500 {
		before, after := r.IntN(50), r.IntN(50)
		text := strings.Repeat(pick(r, "😀", "𝄞", "𠀀", "\U0010fffd", "é"), before) + "x🚀y" + strings.Repeat("👍🏽", after)
		for _, tt := range []struct{ exact, state string }{{"x🚀y", kb.Exact}, {"x\u00ad🚀\u200dy", kb.Normalised}} {
			got := quote.New(text).Find(quote.Query{Exact: tt.exact, Near: quote.Anywhere})
			want := quote.Place{Start: before, End: before + 3}
			if got.State != tt.state || len(got.Matches) != 1 || got.Matches[0] != want {
				t.Fatalf("%q after %d is %s at %v, want %v", tt.exact, before, got.State, got.Matches, want)
			}
		}
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// omissions are the ways to say that words were left out.
var omissions = []string{"…", "...", "[…]", "[...]"}

// TestFindWhatWasShortened cuts words out of a passage of words that each stand
// once, so that the pieces can only be where they were.
func TestFindWhatWasShortened(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 0))
	for n := range 2000 {
		words := make([]string, 20+r.IntN(60))
		for i := range words {
			words[i] = pick(r, "word", "Wörter", "“mot”", "слово", "語", "😀", "l’eau") + fmt.Sprintf("%02d", i) + pick(r, "", ",", ";")
		}
		text := strings.Join(words, " ")
		kept, wrong := shortened(r, words)
		mark := omissions[n%len(omissions)]
		exact := strings.Join(kept, pick(r, " "+mark+" ", mark, " "+mark, mark+"\n"))
		exact = pick(r, exact, mark+" "+exact, exact+mark)
		whole := quote.New(text)
		got := whole.Find(quote.Query{Exact: exact, Near: quote.Anywhere})
		if got.State != kb.Exact || len(got.Matches) != 1 || len(got.Segments) != len(kept) {
			t.Fatalf("%q in %q is %s at %v in %v", exact, text, got.State, got.Matches, got.Segments)
		}
		checkSegments(t, whole, got, kept)

		straight := strings.NewReplacer("“", `"`, "”", `"`, "’", "'", "ö", "o\u0308").Replace(exact)
		got = whole.Find(quote.Query{Exact: straight, Near: quote.Anywhere})
		if want := map[bool]string{true: kb.Exact, false: kb.Normalised}[straight == exact]; got.State != want {
			t.Fatalf("%q in %q is %s, want %s", straight, text, got.State, want)
		}
		checkSegments(t, whole, got, kept)

		if len(kept) > 1 {
			exact = strings.Join(wrong, " "+mark+" ")
			if got := whole.Find(quote.Query{Exact: exact, Near: quote.Anywhere}); got.State != kb.NotInCopy {
				t.Fatalf("out of order, %q in %q is %s", exact, text, got.State)
			}
		}
	}
}

// shortened keeps some runs of words, and gives them in a wrong order too.
func shortened(r *rand.Rand, words []string) (kept, wrong []string) {
	for i := r.IntN(5); i < len(words) && len(kept) < 5; {
		n := min(1+r.IntN(5), len(words)-i)
		kept = append(kept, strings.Join(words[i:i+n], " "))
		i += n + 1 + r.IntN(9)
	}
	wrong = slices.Clone(kept)
	i, j := r.IntN(len(kept)), r.IntN(len(kept))
	if i == j {
		i, j = 0, len(kept)-1
	}
	wrong[i], wrong[j] = wrong[j], wrong[i]
	return kept, wrong
}

// checkSegments holds the segments against the words that were kept: in order,
// and with the gaps all of the passage.
func checkSegments(t *testing.T, text *quote.Text, got quote.Result, kept []string) {
	t.Helper()
	if len(got.Segments) != len(kept) {
		t.Fatalf("%d segments of %d: %v", len(got.Segments), len(kept), got.Segments)
	}
	total, end := 0, got.Matches[0].Start
	for i, s := range got.Segments {
		if cut := text.Slice(s.Start, s.End); cut != kept[i] {
			t.Fatalf("segment %d is %q, want %q", i, cut, kept[i])
		}
		if s.Start < end || s.Gap != s.Start-end {
			t.Fatalf("segment %d has a gap of %d after %d: %v", i, s.Gap, end, got.Segments)
		}
		end = s.End
		total += s.Gap + s.End - s.Start
	}
	if p := got.Matches[0]; total != p.End-p.Start {
		t.Fatalf("segments and gaps have %d code points of %d", total, p.End-p.Start)
	}
}

// distinct is the part of the alphabet that neither runs together with its
// neighbours nor takes several code points, and soft hyphens, so that a selector
// can begin and end its surroundings anywhere.
var distinct = [][]string{
	{"a"}, {"b"}, {"c"}, {"漢"}, {"𝄞"}, {"😀"}, {","}, {"\u00ad"}, {"c\u00ad"}, {"é"}, {"가"},
	{`"`, "“", "”", "„", "«", "″"}, {"'", "’", "‘", "`", "ʼ"},
}

// TestSelectorFindsItsPlace: what a selector keeps is enough to find the one
// place again among all that have the same words.
func TestSelectorFindsItsPlace(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 0))
	for range 6000 {
		text, pieces := repetitive(r, distinct)
		from, to := span(r, len(pieces))
		checkSelector(t, text, pieces[from].start, pieces[to-1].end)
	}
}

// repetitive makes a text of a few paragraphs that are used again and again.
func repetitive(r *rand.Rand, of [][]string) (string, []piece) {
	var text strings.Builder
	var pieces []piece
	var paragraphs [][]piece
	var spelt []string
	of = someOf(r, of, 6)
	for range 1 + r.IntN(3) {
		s, p := randomText(r, 1+r.IntN(90), of)
		spelt, paragraphs = append(spelt, s), append(paragraphs, p)
	}
	at := 0
	for range 1 + r.IntN(5) {
		i := r.IntN(len(spelt))
		text.WriteString(spelt[i])
		for _, p := range paragraphs[i] {
			pieces = append(pieces, piece{p.spellings, p.start + at, p.end + at})
		}
		at = pieces[len(pieces)-1].end
	}
	return text.String(), pieces
}

func checkSelector(t *testing.T, text string, start, end int) {
	t.Helper()
	whole := quote.New(text)
	s := whole.Selector(start, end)
	if quote.Words(s.Exact) == "" {
		return // nothing to find
	}
	before, after := utf8.RuneCountInString(s.Prefix), utf8.RuneCountInString(s.Suffix)
	if around := whole.Slice(start-before, end+after); around != s.Prefix+s.Exact+s.Suffix || s.Start != start || s.End != end {
		t.Fatalf("the selector of %d to %d of %q is %+v", start, end, text, s)
	}
	got := whole.Find(quote.Query{Exact: s.Exact, Prefix: s.Prefix, Suffix: s.Suffix, Near: quote.Anywhere})
	if got.State != kb.Exact || len(got.Matches) != 1 || got.Matches[0] != (quote.Place{Start: start, End: end}) {
		t.Fatalf("%d to %d of %q:\nselector %q, %q, %q\nis found %s at %v", start, end, text, s.Prefix, s.Exact, s.Suffix, got.State, got.Matches)
	}
}
