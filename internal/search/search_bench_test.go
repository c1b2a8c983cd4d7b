package search_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/synthetic"
)

// sizes are the numbers of claims at which search and matching are measured; -short
// leaves out the largest.
func sizes(b *testing.B) []int {
	if testing.Short() {
		return []int{10_000, 100_000}
	}
	return []int{10_000, 100_000, 1_000_000}
}

var words = sync.OnceValues(synthetic.New)

func docOf(d record.Digest) search.Doc {
	doc := search.Doc{Claim: d.Text, Title: d.Summary, Language: d.Language, Said: d.SaidOn.Earliest(), Settled: d.PublishedAt[:10]}
	doc.Values = append(doc.Values, search.Value{Field: search.Rating, Key: d.Rating.Key}, search.Value{Field: search.Language, Key: d.Language}, search.Value{Field: search.Year, Key: doc.Said[:4]})
	for _, s := range d.Speakers {
		doc.Names = append(doc.Names, s.Name)
		doc.Values = append(doc.Values, search.Value{Field: search.Speaker, Key: s.ID})
	}
	for _, t := range d.Topics {
		doc.Names = append(doc.Names, t.Name)
		doc.Values = append(doc.Values, search.Value{Field: search.Topic, Key: t.Slug})
	}
	for _, p := range d.Publishers {
		doc.Values = append(doc.Values, search.Value{Field: search.Publisher, Key: p.ID})
	}
	return doc
}

var indexes sync.Map

// indexOf gives an index of n made-up claims, made once.
func indexOf(b *testing.B, n int) *search.Index {
	b.Helper()
	made, _ := indexes.LoadOrStore(n, sync.OnceValue(func() *search.Index {
		source, err := words()
		if err != nil {
			return nil
		}
		x := search.New()
		for i := range n {
			x.Add(docOf(source.Digest(i)))
		}
		return x
	}))
	x := made.(func() *search.Index)()
	if x == nil {
		b.Fatal("no index")
	}
	return x
}

// queries gives n queries of a kind, drawn from the words of the index by how many
// documents have them.
func queries(x *search.Index, kind string, n int) []string {
	source, _ := words()
	share := map[string][2]float64{"rare": {0, 1e-4}, "medium": {1e-3, 1e-2}, "common": {.05, 1}, "two common": {.05, 1}}[kind]
	var list []string
	for i := 0; len(list) < n; i++ {
		w := source.Sentence(synthetic.Random(i+5_000_000), 1)
		w = w[:len(w)-1]
		have := float64(x.Search(search.Query{Wanted: search.Parse(w)}).Total) / float64(x.Len())
		if have > share[0] && have <= share[1] {
			list = append(list, w)
		}
	}
	if kind == "two common" {
		for i := range list {
			list[i] += " " + list[(i+1)%len(list)]
		}
	}
	return list
}

// BenchmarkSearch reports what ranking takes of the processor for the slowest of
// twenty queries (p95), and what exact counts take more, by kind of word and size.
func BenchmarkSearch(b *testing.B) {
	for _, kind := range []string{"rare", "medium", "common", "two common"} {
		for _, n := range sizes(b) {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				x := indexOf(b, n)
				typed := queries(x, kind, 100)
				var ranking, counting []time.Duration
				for b.Loop() {
					for _, t := range typed {
						q := search.Query{Wanted: search.Parse(t), Limit: 20}
						ranking = append(ranking, processor(func() { x.Search(q) }))
					}
					for i, t := range typed { // in a round of its own: it leaves nothing in the processor's caches
						q := search.Query{Wanted: search.Parse(t), Limit: 20, Count: true}
						counting = append(counting, processor(func() { x.Search(q) })-ranking[len(ranking)-len(typed)+i])
					}
				}
				b.ReportMetric(p95(ranking), "p95-ms")
				b.ReportMetric(p95(counting), "p95-counts-ms")
				b.ReportMetric(0, "ns/op")

			})
		}
	}
}

// BenchmarkCandidates reports the same for the words of a whole post.
func BenchmarkCandidates(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x := indexOf(b, n)
			source, _ := words()
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				r := synthetic.Random(7_000_000 + i)
				post := source.Sentence(r, 20+r.IntN(20))
				took = append(took, processor(func() { x.Candidates(post, 100) }))
			}
			b.ReportMetric(p95(took), "p95-ms")
		})
	}
}

// BenchmarkIndex reports what an index takes of memory, and a document to be added.
func BenchmarkIndex(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			indexes.Clear()
			before := heap()
			x := indexOf(b, n)
			takes := float64(heap()-before) / (1 << 20)
			source, _ := words()
			digests := make([]search.Doc, 1000)
			for i := range digests {
				digests[i] = docOf(source.Digest(n + i))
			}
			i := 0
			for b.Loop() {
				x.Remove(x.Add(digests[i%1000]))
				i++
			}
			b.ReportMetric(takes, "MB")
		})
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// processor measures what a function takes of the processor's time on its thread.
func processor(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := used()
	f()
	return used() - before
}

// used reads CLOCK_THREAD_CPUTIME_ID of Linux.
func used() time.Duration {
	var t syscall.Timespec
	_, _, _ = syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 3, uintptr(unsafe.Pointer(&t)), 0)
	return time.Duration(t.Nano())
}

func p95(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)*95/100]) / float64(time.Millisecond)
}
