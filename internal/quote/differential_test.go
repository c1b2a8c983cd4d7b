package quote_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
)

// char is one character of a folded text and the code points it stands for.
type char struct {
	r          rune
	start, end int
}

// naiveFold is the definition of equal spelling for texts without combining
// marks, one rule after the other.
func naiveFold(text string) []char {
	var chars []char
	for i, r := range []rune(text) {
		switch {
		case strings.ContainsRune("\u00ad\u200b\u200d\ufeff", r):
			continue
		case strings.ContainsRune(" \t\n\r\u00a0\u2009\u3000", r):
			r = ' '
		case strings.ContainsRune("-‐‑–—−", r):
			r = '-'
		case strings.ContainsRune("\"“”„«»", r):
			r = '"'
		case strings.ContainsRune("'‘’`ʼ", r):
			r = '\''
		}
		chars = append(chars, char{r, i, i + 1})
	}
	for i := 0; i+2 < len(chars); i++ { // three full stops are an ellipsis
		if chars[i].r == '.' && chars[i+1].r == '.' && chars[i+2].r == '.' {
			chars = slices.Replace(chars, i, i+3, char{'…', chars[i].start, chars[i+2].end})
		}
	}
	for i := 0; i+1 < len(chars); { // blanks run together, and so do dashes
		if r := chars[i].r; (r == ' ' || r == '-') && chars[i+1].r == r {
			chars = slices.Replace(chars, i, i+2, char{r, chars[i].start, chars[i+1].end})
			continue
		}
		i++
	}
	return chars
}

func sameRune(a, b char) bool { return a.r == b.r }

// naivePlaces tries every position.
func naivePlaces(text, exact []char) []quote.Place {
	places := []quote.Place{}
	for i := 0; len(exact) > 0 && i+len(exact) <= len(text); i++ {
		if slices.EqualFunc(text[i:i+len(exact)], exact, sameRune) {
			places = append(places, quote.Place{Start: text[i].start, End: text[i+len(exact)-1].end})
		}
	}
	return places
}

func literal(text string) []char {
	var chars []char
	for i, r := range []rune(text) {
		chars = append(chars, char{r, i, i + 1})
	}
	return chars
}

func trimmed(chars []char) []char {
	for len(chars) > 0 && chars[0].r == ' ' {
		chars = chars[1:]
	}
	for len(chars) > 0 && chars[len(chars)-1].r == ' ' {
		chars = chars[:len(chars)-1]
	}
	return chars
}

// randomRunes makes a string of so many of some runes.
func randomRunes(r *rand.Rand, of []rune, n int) string {
	s := make([]rune, n)
	for i := range s {
		s[i] = of[r.IntN(len(of))]
	}
	return string(s)
}

// TestFindAgreesWithTryingEveryPlace, in texts so small and so alike that every
// run, edge and overlap comes up.
func TestFindAgreesWithTryingEveryPlace(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 0))
	all := []rune("aab漢😀  \u00a0\n\u2009--–—\"“”'’`..…\u00ad\u200d")
	for range 60_000 {
		shuffle(r, all)
		of := all[:2+r.IntN(len(all)-1)]
		text, exact := randomRunes(r, of, r.IntN(30)), randomRunes(r, of, 1+r.IntN(5))
		want, as := naivePlaces(literal(text), literal(exact)), kb.Exact
		if len(want) == 0 {
			want, as = naivePlaces(naiveFold(text), trimmed(naiveFold(exact))), kb.Normalised
		}
		if len(want) == 0 && (strings.ContainsAny(exact, ".…") || quote.Words(exact) == "") {
			continue // it may be read in pieces, or has nothing to read
		}
		got := quote.New(text).Find(quote.Query{Exact: exact, Near: quote.Anywhere})
		if diff := cmp.Diff(want, got.Matches); diff != "" || got.State != state(as, len(want)) {
			t.Fatalf("%q in %q is %s, want %s:\n%s", exact, text, got.State, state(as, len(want)), diff)
		}
	}
}

func shuffle[T any](r *rand.Rand, list []T) {
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// TestFindReadsPiecesInOrder compares with the definition of a reading: for each
// place of the first piece, the earliest place of the next after it, and so on.
func TestFindReadsPiecesInOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(12, 0))
	for range 20_000 {
		text := randomRunes(r, []rune("ab漢 “")[:2+r.IntN(4)], r.IntN(40))
		pieces := make([]string, 2+r.IntN(3))
		for i := range pieces {
			pieces[i] = randomRunes(r, []rune("ab漢“"), 1+r.IntN(3))
		}
		exact := strings.Join(pieces, " "+omissions[r.IntN(len(omissions))]+" ")
		want := [][]quote.Place{}
		for _, first := range naivePlaces(literal(text), literal(pieces[0])) {
			reading := []quote.Place{first}
			for _, p := range pieces[1:] {
				places := naivePlaces(literal(text), literal(p))
				i := slices.IndexFunc(places, func(p quote.Place) bool { return p.Start >= reading[len(reading)-1].End })
				if i < 0 {
					break
				}
				reading = append(reading, places[i])
			}
			if len(reading) == len(pieces) {
				want = append(want, reading)
			}
		}
		got := quote.New(text).Find(quote.Query{Exact: exact, Near: quote.Anywhere})
		if got.State != state(kb.Exact, len(want)) {
			t.Fatalf("%q in %q is %s, want %d readings", exact, text, got.State, len(want))
		}
		for i, reading := range want {
			if p := got.Matches[i]; p.Start != reading[0].Start || p.End != reading[len(reading)-1].End {
				t.Fatalf("%q in %q: reading %d is %v, want %v", exact, text, i, p, reading)
			}
		}
		for i, s := range got.Segments {
			if p := want[0][i]; s.Start != p.Start || s.End != p.End {
				t.Fatalf("%q in %q: segment %d is %v, want %v", exact, text, i, s, p)
			}
		}
	}
}

// distance is the edit distance of two texts, by the table.
func distance(a, b []rune) int { return distances(a, b, 1)[len(b)] }

// distances gives the edit distance of a pattern and the best text that ends
// after each rune: of all that begin anywhere when above is 0, of the one that
// begins at the beginning when it is 1 (Sellers 1980).
func distances(pattern, text []rune, above int) []int {
	column := make([]int, len(pattern)+1)
	for i := range column {
		column[i] = i
	}
	last := []int{column[len(pattern)]}
	for _, r := range text {
		diagonal := column[0]
		column[0] += above
		for i, p := range pattern {
			cost := 1
			if p == r {
				cost = 0
			}
			column[i+1], diagonal = min(diagonal+cost, column[i+1]+1, column[i]+1), column[i+1]
		}
		last = append(last, column[len(pattern)])
	}
	return last
}

// scannedWhole is the length up to which a pattern is looked for everywhere.
const scannedWhole = 128

// TestApproximateAgreesWithTheTable: the bit-parallel matcher proposes the fewest
// errors that there are, and every span has the errors that it is said to have.
func TestApproximateAgreesWithTheTable(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(13, 0))
	found := 0
	for range 3000 {
		of := []rune("ab漢😀de")[:2+r.IntN(5)]
		pattern := []rune(randomRunes(r, of, 4+r.IntN(197)))
		text := []rune(randomRunes(r, of, r.IntN(300)))
		most := r.IntN(len(pattern)*3/10 + 1)
		if r.IntN(2) == 0 {
			text = slices.Concat(text, mistyped(r, pattern, of, r.IntN(most+2)), []rune(randomRunes(r, of, r.IntN(100))))
		}
		got := quote.Approximate(text, pattern, most)
		best := slices.Min(distances(pattern, text, 0))
		if len(pattern) <= scannedWhole && best <= most && (len(got) == 0 || got[0].Errors != best) {
			t.Fatalf("%q in %q with at most %d errors: proposes %v, want %d errors", string(pattern), string(text), most, got, best)
		}
		for i, p := range got {
			if p.Start < 0 || p.Start >= p.End || p.End > len(text) || p.Errors > most || p.Errors < best {
				t.Fatalf("%q in %q with at most %d errors: %v", string(pattern), string(text), most, p)
			}
			if d := distance(pattern, text[p.Start:p.End]); d != p.Errors {
				t.Fatalf("%q is %d from %q, not %d", string(text[p.Start:p.End]), d, string(pattern), p.Errors)
			}
			for _, earlier := range got[:i] {
				if earlier.Errors > p.Errors || (p.Start < earlier.End && earlier.Start < p.End) {
					t.Fatalf("%q in %q: %v after %v", string(pattern), string(text), p, earlier)
				}
			}
		}
		found += len(got)
	}
	if found < 1000 {
		t.Errorf("only %d proposals: the test looks at nothing", found)
	}
}

// mistyped makes so many random mistakes.
func mistyped(r *rand.Rand, s, of []rune, mistakes int) []rune {
	s = slices.Clone(s)
	for range mistakes {
		at := r.IntN(len(s))
		switch r.IntN(3) {
		case 0:
			s[at] = of[r.IntN(len(of))]
		case 1:
			s = slices.Insert(s, at, of[r.IntN(len(of))])
		default:
			if len(s) > 1 {
				s = slices.Delete(s, at, at+1)
			}
		}
	}
	return s
}

// TestFindProposesALongPassage: a long quotation is looked for around its likely
// places only, and those hold it wherever it stands.
func TestFindProposesALongPassage(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(14, 0))
	letters := []rune("abcdefghijklmnopqrstuvwxyz")
	for range 150 {
		before, after := []rune(randomRunes(r, letters, r.IntN(3000))), []rune(randomRunes(r, letters, r.IntN(3000)))
		passage := []rune(randomRunes(r, letters, 150+r.IntN(1500)))
		mistakes := 1 + r.IntN(len(passage)/15)
		exact := string(mistyped(r, passage, []rune("XYZ"), mistakes))
		got := quote.New(string(slices.Concat(before, passage, after))).Find(quote.Query{Exact: exact, Near: quote.Anywhere})
		if got.State == kb.Exact {
			continue // the mistakes undid each other
		}
		if len(got.Near) == 0 || got.Near[0].Errors > mistakes || len(got.Near[0].Text) < len(passage)-2*mistakes ||
			abs(got.Near[0].Start-len(before)) > mistakes || abs(got.Near[0].End-len(before)-len(passage)) > mistakes {
			t.Fatalf("%d mistakes in %d letters after %d: %+v", mistakes, len(passage), len(before), got.Near)
		}
	}
}

func abs(n int) int { return max(n, -n) }
