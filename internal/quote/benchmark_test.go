package quote_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
)

const longText = 2 << 20 // a book of a thousand pages, in bytes

// prose makes a text like a language: few words make up most of it, sentences
// and paragraphs have all lengths, quotation marks and dashes are typeset.
func prose(seed uint64, size int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	vocabulary := make([]string, 20_000)
	for i := range vocabulary {
		vocabulary[i] = randomRunes(r, []rune("eeetaoinshrdlucmfwypvbgké"), 2+r.IntN(4)+r.IntN(6))
	}
	common := rand.NewZipf(r, 1.1, 3, uint64(len(vocabulary)-1))
	var b strings.Builder
	for b.Len() < size {
		for word := range 4 + r.IntN(30) {
			if word > 0 {
				b.WriteString(pick(r, " ", " ", " ", " ", " ", " ", ", ", " – "))
			}
			w := vocabulary[common.Uint64()]
			if r.IntN(60) == 0 {
				w = "“" + w + "”"
			}
			b.WriteString(w)
		}
		b.WriteString(pick(r, ". ", ". ", "? ", ".\n", "…\n\n"))
	}
	return b.String()
}

// BenchmarkFind is one look-up in a fresh text, as the command line does it.
func BenchmarkFind(b *testing.B) {
	text := prose(21, longText)
	runes := []rune(text)
	at := len(runes) * 3 / 4
	passage := string(runes[at : at+2000])
	again := text + string(runes[at-300:at+2300])
	mistyped := []rune(passage)
	for i := 50; i < len(mistyped); i += 100 {
		mistyped[i] = 'Ж'
	}
	many := make([]string, 150)
	for i := range many {
		many[i] = strings.Repeat("xq", 5) + fmt.Sprint(i)
	}
	r := rand.New(rand.NewPCG(22, 0))
	for _, bb := range []struct {
		name, text string
		q          quote.Query
		state      string
	}{
		{"exact", text, quote.Query{Exact: passage}, kb.Exact},
		{"normalised", text, quote.Query{Exact: strings.NewReplacer(" ", "\n", "“", `"`, "é", "e\u0301").Replace(passage)}, kb.Normalised},
		{"ambiguous", again, quote.Query{Exact: passage}, kb.Ambiguous},
		{"told apart by its prefix", again, quote.Query{Exact: string(runes[at : at+2000]), Prefix: string(runes[at-400 : at])}, kb.Exact},
		{"shortened", text, quote.Query{Exact: string(runes[at:at+900]) + " […] " + string(runes[at+1100:at+2000])}, kb.Exact},
		{"nearly", text, quote.Query{Exact: string(mistyped)}, kb.NotInCopy},
		{"not at all", text, quote.Query{Exact: randomRunes(r, []rune("abcdefghij "), 2000)}, kb.NotInCopy},
		{"a short one nearly", text, quote.Query{Exact: string(mistyped[:100])}, kb.NotInCopy},
		{"a short one not at all", text, quote.Query{Exact: randomRunes(r, []rune("abcdefghij "), 100)}, kb.NotInCopy},
		{"many pieces not at all", text, quote.Query{Exact: strings.Join(many, "…")}, kb.NotInCopy},
	} {
		b.Run(bb.name, func(b *testing.B) { benchmarkFind(b, bb.text, bb.q, bb.state) })
	}
}

func benchmarkFind(b *testing.B, text string, q quote.Query, state string) {
	b.Helper()
	q.Near = quote.Anywhere
	b.ReportAllocs()
	for b.Loop() {
		if got := quote.New(text).Find(q); got.State != state {
			b.Fatalf("%s, want %s", got.State, state)
		}
	}
}

// BenchmarkFindInMonotony is about texts that no person wrote: nothing in them
// may cost more than a book does by an order.
func BenchmarkFindInMonotony(b *testing.B) {
	letters, blanks := strings.Repeat("a", longText), strings.Repeat(" ", longText)
	marks, dots := strings.Repeat("\u0301", longText/2), strings.Repeat(".", longText)
	stacked := strings.Repeat("q\u0307\u0323", longText/5)
	for _, bb := range []struct {
		name, text string
		q          quote.Query
		state      string
	}{
		{"letters everywhere", letters, quote.Query{Exact: letters[:2000]}, kb.Ambiguous},
		{"letters everywhere with surroundings", letters, quote.Query{Exact: letters[:2000], Prefix: letters[:300], Suffix: letters[:300]}, kb.Ambiguous},
		{"letters then a blank", letters, quote.Query{Exact: letters[:1999] + " "}, kb.Ambiguous},
		{"letters shortened", letters, quote.Query{Exact: letters[:1000] + "…" + letters[:998]}, kb.Ambiguous},
		{"letters and a foreign one", letters, quote.Query{Exact: letters[:1000] + "b" + letters[:1000]}, kb.NotInCopy},
		{"letters and a short foreign one", letters, quote.Query{Exact: letters[:50] + "b" + letters[:49]}, kb.NotInCopy},
		{"blanks", blanks, quote.Query{Exact: blanks[:1000] + "a" + blanks[:1000]}, kb.NotInCopy},
		{"blanks in blanks", blanks, quote.Query{Exact: blanks[:2000]}, kb.Ambiguous},
		{"combining marks", marks, quote.Query{Exact: marks[:1000] + "a" + marks[:1000]}, kb.NotInCopy},
		{"stacked marks", stacked, quote.Query{Exact: "q\u0323\u0307q"}, kb.Ambiguous},
		{"full stops", dots, quote.Query{Exact: dots[:1000] + "a" + dots[:1000]}, kb.NotInCopy},
	} {
		b.Run(bb.name, func(b *testing.B) { benchmarkFind(b, bb.text, bb.q, bb.state) })
	}
}

// BenchmarkSelector makes selectors of a passage that stands once, and of one
// that stands a thousand times.
func BenchmarkSelector(b *testing.B) {
	text := prose(23, longText)
	for _, bb := range []struct {
		name, text string
		start, end int
	}{
		{"once", text, 500_000, 502_000},
		{"a thousand times", strings.Repeat(text[:1200]+"\n", 1100), 12_010, 12_030},
		{"everywhere", strings.Repeat("a", longText), 500_000, 502_000},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				quote.New(bb.text).Selector(bb.start, bb.end)
			}
		})
	}
}
