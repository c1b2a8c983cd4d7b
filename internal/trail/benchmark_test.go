package trail_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/claimtrail/claimtrail/internal/trail"
)

// chain gives works of which each copies the next, with one item at its head.
func chain(length int) trail.Graph {
	g := trail.Graph{Items: []trail.Item{{ID: "i", Source: "s0", Stance: "supports"}}}
	for i := range length {
		g.Sources = append(g.Sources, trail.Source{ID: fmt.Sprint("s", i), Kind: "work", Access: "own"})
		if i > 0 {
			g.Derivations = append(g.Derivations, trail.Derivation{
				From: fmt.Sprint("s", i-1), To: fmt.Sprint("s", i), Kind: "republishes", State: "confirmed",
			})
		}
	}
	return g
}

// large makes a graph far beyond any dossier: three derivations a source, most of
// them to earlier works, one in fifty back to a later one, which closes circles.
func large(sources, items int) trail.Graph {
	r := rand.New(rand.NewPCG(5, 0))
	g := trail.Graph{Claimant: &trail.Claimant{Controls: []string{"c1", "c2"}}}
	for i := range sources {
		g.Sources = append(g.Sources, trail.Source{
			ID: fmt.Sprint("s", i), Publisher: fmt.Sprint("p", r.IntN(sources/4)), Control: fmt.Sprint("c", r.IntN(sources/8)),
			Kind: "work", Captured: i%3 == 0, Access: pick(r, "", "own", "undetermined"),
			Published: fmt.Sprintf("20%02d-%02d-%02d", r.IntN(25), 1+r.IntN(12), 1+r.IntN(28)),
		})
		for range 3 {
			to := i / 2
			if i > 0 {
				to = r.IntN(i)
			}
			if r.IntN(50) == 0 {
				to = min(sources-1, i+r.IntN(20))
			}
			g.Derivations = append(g.Derivations, trail.Derivation{
				From: fmt.Sprint("s", i), To: fmt.Sprint("s", to), State: "confirmed",
				Kind: pick(r, "republishes", "translates", "republishes", "quotes", "reports-on"),
			})
		}
	}
	for i := range items {
		g.Items = append(g.Items, trail.Item{
			ID: fmt.Sprint("i", i), Source: fmt.Sprint("s", r.IntN(sources)), Stance: pick(r, "supports", "contradicts", "context"),
			Primary: i%5 == 0, Own: i%7 == 0,
		})
	}
	return g
}

// TestAnalyseFollowsAnyLength: a chain may be as long as it likes, and no walk
// along it may exhaust the stack.
func TestAnalyseFollowsAnyLength(t *testing.T) {
	t.Parallel()
	g := chain(100_000)
	r := trail.Analyse(g)
	if r.Low != 1 || r.High != 1 || len(r.Circles) != 0 {
		t.Errorf("a chain has one origin: %d to %d, %d circles", r.Low, r.High, len(r.Circles))
	}
	last := g.Sources[len(g.Sources)-1].ID
	g.Derivations = append(g.Derivations, trail.Derivation{From: last, To: "s0", Kind: "translates", State: "confirmed"})
	r = trail.Analyse(g)
	if r.Low != 0 || r.High != 1 || len(r.Circles) != 1 || len(r.Circles[0]) != len(g.Sources) {
		t.Errorf("closed, it is one circle: %d to %d, %d circles", r.Low, r.High, len(r.Circles))
	}
}

func BenchmarkAnalyse(b *testing.B) {
	for _, bb := range []struct {
		name  string
		graph trail.Graph
	}{
		{"ten thousand sources", large(10_000, 500)},
		{"a chain of a hundred thousand", chain(100_000)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				trail.Analyse(bb.graph)
			}
		})
	}
}
