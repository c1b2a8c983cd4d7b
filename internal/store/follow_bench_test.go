package store_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/internal/synthetic"
)

// BenchmarkFollow reports how long a process takes until it has read the record, what
// it then holds in memory, and what a search and a match take in all, the reads of the
// database included (p95).
func BenchmarkFollow(b *testing.B) {
	sizes := []int{10_000, 100_000, 1_000_000}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		for _, n := range sizes {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) { follows(b, address(b), n) })
		}
	}
}

func follows(b *testing.B, address string, n int) {
	db := storetest.Open(b, address)
	source, err := synthetic.New()
	if err != nil {
		b.Fatal(err)
	}
	const at = 10_000
	for from := 0; from < n; from += at {
		digests := make([]record.Digest, min(at, n-from))
		for i := range digests {
			digests[i] = source.Digest(from + i)
		}
		if err := db.Fill(int64(from), digests); err != nil {
			b.Fatal(err)
		}
	}
	e, err := encoder.Load()
	if err != nil {
		b.Fatal(err)
	}
	before := heap()
	began := time.Now()
	f := follow.New(db.Public())
	if err := f.CatchUp(b.Context(), int64(n-1)); err != nil {
		b.Fatal(err)
	}
	start := time.Since(began)
	if _, err := f.Begun(b.Context()); err != nil { // which gives back what growing kept
		b.Fatal(err)
	}
	held := heap() - before
	f.UseEncoder(e)
	var searches, matches []time.Duration
	for i := 0; b.Loop(); i++ {
		r := synthetic.Random(9_000_000 + i)
		query := follow.Query{Wanted: search.Parse(source.Sentence(r, 2)), Limit: 20, Count: true}
		searches = append(searches, took(b, func() error { _, err := f.Claims(b.Context(), query); return err }))
		post := source.Sentence(r, 15+r.IntN(25))
		matches = append(matches, took(b, func() error { _, err := f.Match(b.Context(), post, false); return err }))
	}
	b.ReportMetric(start.Seconds(), "start-s")
	b.ReportMetric(float64(held)/(1<<20), "heap-MB")
	b.ReportMetric(p95(searches), "p95-search-ms")
	b.ReportMetric(p95(matches), "p95-match-ms")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(f)
}

func took(b *testing.B, f func() error) time.Duration {
	b.Helper()
	began := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func p95(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)*95/100]) / float64(time.Millisecond)
}
