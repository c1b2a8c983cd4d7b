package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/internal/trail"
)

const (
	benchSources = 10_000
	benchLength  = 5_000 // bytes of each text
	benchWords   = 30_000
	benchPhrases = 2_000
)

// writer makes texts in which words and set phrases are as unevenly spread as in
// a language: a few stand everywhere, most in hardly any text.
type writer struct {
	words, phrases           []string
	word, phrase, paragraphs *rand.Zipf
	rand                     *rand.Rand
	wire                     []string // paragraphs that agencies sent round
}

func newWriter() *writer {
	r := rand.New(rand.NewPCG(1, 2))
	w := &writer{rand: r, word: rand.NewZipf(r, 1.1, 3, benchWords-1), phrase: rand.NewZipf(r, 1.2, 2, benchPhrases-1)}
	for range benchWords {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteByte("bdfgklmnprstvz"[r.IntN(14)])
			b.WriteByte("aeiou"[r.IntN(5)])
		}
		w.words = append(w.words, b.String())
	}
	for range benchPhrases {
		w.phrases = append(w.phrases, w.sentence(8+w.rand.IntN(12)))
	}
	for range 3_000 {
		w.wire = append(w.wire, w.sentence(60))
	}
	w.paragraphs = rand.NewZipf(r, 1.05, 20, uint64(len(w.wire)-1))
	return w
}

func (w *writer) sentence(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = w.words[w.word.Uint64()]
	}
	return strings.Join(words, " ")
}

// text writes a text: its own sentences, every fifth a set phrase; in every
// fourth text some paragraphs that others have too.
func (w *writer) text() string {
	var b strings.Builder
	if w.rand.IntN(4) == 0 {
		for range 1 + w.rand.IntN(3) {
			b.WriteString(w.wire[w.paragraphs.Uint64()] + ".\n")
		}
	}
	for b.Len() < benchLength {
		if w.rand.IntN(5) == 0 {
			b.WriteString(w.phrases[w.phrase.Uint64()] + ". ")
		} else {
			b.WriteString(w.sentence(10+w.rand.IntN(20)) + ". ")
		}
	}
	return b.String()[:benchLength]
}

// BenchmarkSharingPrints looks up which of 10,000 texts a new one may share its
// words with. It is asked for each capture while an editor waits: well under
// 50 ms.
func BenchmarkSharingPrints(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) { benchmarkSharingPrints(b, address(b)) })
	}
}

func benchmarkSharingPrints(b *testing.B, address string) {
	w := newWriter()
	db := storetest.Open(b, address)
	prints := fill(b, db, address, w)
	var texts [50][]int64
	found := 0
	for i := range texts {
		texts[i] = trail.Fingerprints(w.text())
	}
	n := 0
	for b.Loop() {
		c, err := db.Desk(b.Context()).SharingPrints(texts[n%len(texts)], "00000000", 20)
		if err != nil {
			b.Fatal(err)
		}
		found += len(c)
		n++
	}
	b.ReportMetric(float64(found)/float64(b.N), "candidates/op")
	b.ReportMetric(float64(prints), "prints")
}

// fill stores the sources and the fingerprints of their texts as they would have
// come to be one after the other: what stands in fifty is kept no more. In order
// and many at once, since it is much.
func fill(b *testing.B, db *store.DB, address string, w *writer) int {
	b.Helper()
	type row struct {
		hash   int64
		source kb.ID
	}
	var rows []row
	holders := map[int64]int{}
	err := db.Write(b.Context(), kb.System, func(tx *store.Tx) error {
		for i := range benchSources {
			id, err := tx.InsertSource(kb.Source{Title: fmt.Sprint("Source ", i), TitleKey: "source", Language: "en", Kind: "other"})
			if err != nil {
				return err
			}
			for _, hash := range trail.Fingerprints(w.text()) {
				if holders[hash]++; holders[hash] <= 50 {
					rows = append(rows, row{hash, id})
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.source, b.source)) })
	for some := range slices.Chunk(rows, 20_000) {
		var values strings.Builder
		for i, r := range some {
			if i > 0 {
				values.WriteByte(',')
			}
			fmt.Fprintf(&values, "(%d,'%s')", r.hash, r.source)
		}
		if err := storetest.Exec(b, address, "INSERT INTO fingerprint (hash, source_id) VALUES "+values.String()); err != nil {
			b.Fatal(err)
		}
	}
	return len(rows)
}
