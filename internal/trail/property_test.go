package trail_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/trail"
)

// TestAnalyseFollowsTheRules compares whole results with the rules written down
// once more, without an index: every way through the copies is walked.
func TestAnalyseFollowsTheRules(t *testing.T) {
	t.Parallel()
	const graphs, shards = 24_000, 8
	for shard := range shards {
		t.Run(fmt.Sprint("shard ", shard), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(shard)))
			for range graphs / shards {
				g := randomGraph(r)
				if err := g.Validate(); err != nil {
					t.Fatalf("the graph is none: %v", err)
				}
				if diff := cmp.Diff(byTheRules(g), trail.Analyse(g)); diff != "" {
					t.Fatalf("rules (-) and analysis (+) differ:\n%s\n%s", diff, inJSON(t, g))
				}
			}
		})
	}
}

// TestAnalyseKnowsNoOrder: a result is a fact about a graph, not about the order
// in which a database gave its rows.
func TestAnalyseKnowsNoOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 0))
	for range 2000 {
		g := randomGraph(r)
		want := trail.Analyse(g)
		shuffle(r, g.Sources)
		shuffle(r, g.Items)
		shuffle(r, g.Derivations)
		if diff := cmp.Diff(want, trail.Analyse(g)); diff != "" {
			t.Fatalf("in another order (+):\n%s\n%s", diff, inJSON(t, g))
		}
	}
}

// TestAnalyseIgnoresWhatIsNotConfirmed: suggestions and what was rejected change
// no number.
func TestAnalyseIgnoresWhatIsNotConfirmed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 0))
	for range 2000 {
		g := randomGraph(r)
		all := trail.Analyse(g)
		g.Derivations = slices.DeleteFunc(g.Derivations, func(d trail.Derivation) bool { return d.State != "confirmed" })
		if diff := cmp.Diff(all, trail.Analyse(g)); diff != "" {
			t.Fatalf("without them (+):\n%s\n%s", diff, inJSON(t, g))
		}
	}
}

// TestAnalyseKeepsItsBounds: what is established cannot be more than what may be,
// nor one stance have more origins than all together. Graphs with circles are left
// out: a circle joins its publishers in the upper count only.
func TestAnalyseKeepsItsBounds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 0))
	for range 20_000 {
		g := randomGraph(r)
		for i := range g.Sources { // as in life: who has a publisher has a control
			if g.Sources[i].Publisher != "" {
				g.Sources[i].Control = "owner of " + g.Sources[i].Publisher
			} else {
				g.Sources[i].Control = ""
			}
		}
		got := trail.Analyse(g)
		if len(got.Circles) > 0 {
			continue
		}
		bounds := slices.Collect(maps.Values(got.ByStance))
		for _, b := range append(bounds, trail.Bounds{Low: got.Low, High: got.High}) {
			if b.Low < 0 || b.Low > b.High || b.High > got.High {
				t.Fatalf("%+v of at most %d:\n%s", b, got.High, inJSON(t, g))
			}
		}
	}
}

func shuffle[T any](r *rand.Rand, list []T) {
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func inJSON(t *testing.T, g trail.Graph) string {
	t.Helper()
	b, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// randomGraph makes a small graph in which everything meets everything: few
// publishers and controls, so that they coincide, and few dates.
func randomGraph(r *rand.Rand) trail.Graph {
	g := trail.Graph{}
	ids := make([]string, 1+r.IntN(12))
	for i := range ids {
		ids[i] = fmt.Sprint("s", i)
		g.Sources = append(g.Sources, trail.Source{
			ID:        ids[i],
			Publisher: pick(r, "", "p1", "p2", "p3", "p4"),
			Control:   pick(r, "", "", "p1", "c1", "c2"),
			Kind:      pick(r, "work", "work", "work", "work", "unnamed", "search"),
			Captured:  r.IntN(2) == 0,
			Access:    pick(r, "", "own", "own", "unnamed", "undetermined"),
			Published: pick(r, "", "2024-06-17", "2024-06-18", "2024-06-19", "2024-06-30", "2024-06", "soon"),
		})
	}
	for i := range r.IntN(9) {
		g.Items = append(g.Items, trail.Item{
			ID: fmt.Sprint("i", i), Source: pick(r, ids...), Stance: pick(r, "", "supports", "contradicts", "context"),
			Primary: r.IntN(3) == 0, Own: r.IntN(3) == 0,
		})
	}
	kinds := []string{"republishes", "translates", "republishes", "translates", "quotes", "reports-on", "summarises", "based-on-data-of", "press-release-of"}
	for range r.IntN(len(ids) + 5) {
		d := trail.Derivation{
			From: pick(r, ids...), To: pick(r, ids...), Kind: pick(r, kinds...),
			State: pick(r, "confirmed", "confirmed", "confirmed", "confirmed", "suggested", "rejected"),
		}
		if len(g.Items) > 0 && r.IntN(4) == 0 {
			it := pick(r, g.Items...)
			d.Item = it.ID
			if r.IntN(8) > 0 {
				d.From = it.Source
			}
		}
		g.Derivations = append(g.Derivations, d)
	}
	if r.IntN(3) == 0 {
		g.Claimant = &trail.Claimant{}
		if r.IntN(2) == 0 {
			g.Claimant.Sources = []string{pick(r, ids...), pick(r, ids...)}
		}
		if r.IntN(2) == 0 {
			g.Claimant.Controls = []string{pick(r, "", "c1", "p1", "c9")}
		}
	}
	return g
}

// rules is the definition of the analysis, as naive as can be: nothing is
// indexed, numbered or remembered. It is slow and short on purpose.
type rules struct{ trail.Graph }

func byTheRules(g trail.Graph) trail.Result {
	n := rules{g}
	var items []trail.Item
	stances := map[string][]trail.Item{}
	for _, it := range g.Items {
		if n.source(it.Source).Kind == "search" {
			continue // items of searches are left out of every count
		}
		items = append(items, it)
		if it.Stance != "" {
			stances[it.Stance] = append(stances[it.Stance], it)
		}
	}
	r := trail.Result{
		ByStance: map[string]trail.Bounds{}, Claimant: []string{}, Circles: [][]string{},
		Backwards: [][2]string{}, Unscoped: []string{}, Unassessed: []string{},
	}
	r.Low, r.High = n.low(items), n.high(items)
	for stance, some := range stances {
		r.ByStance[stance] = trail.Bounds{Low: n.low(some), High: n.high(some)}
	}
	works, publishers, unknown := set{}, set{}, set{}
	for _, it := range items {
		works[it.Source] = true
		if p := n.source(it.Source).Publisher; p != "" {
			publishers[p] = true
		} else {
			unknown[it.Source] = true
		}
	}
	r.Sources, r.Publishers, r.UnknownPublishers = len(works), len(publishers), len(unknown)
	for _, root := range n.roots(items) {
		switch {
		case n.claimants(root):
			r.Claimant = append(r.Claimant, root)
		case !n.circular(root) && !n.established(root, items) && n.source(root).Kind == "work":
			r.Unassessed = append(r.Unassessed, root)
		}
	}
	for _, it := range items {
		if slices.ContainsFunc(n.reached(it), func(root string) bool {
			return n.partly(root) && (!it.Own || !n.together(root, it.Source))
		}) {
			r.Unscoped = append(r.Unscoped, it.ID)
		}
	}
	for _, s := range g.Sources {
		if circle := n.circle(s.ID); n.circular(s.ID) && circle[0] == s.ID {
			r.Circles = append(r.Circles, circle)
		}
	}
	for _, d := range g.Derivations {
		pair := [2]string{d.From, d.To}
		if d.State == "confirmed" && muchLater(n.source(d.To), n.source(d.From)) && !slices.Contains(r.Backwards, pair) {
			r.Backwards = append(r.Backwards, pair)
		}
	}
	slices.Sort(r.Claimant)
	slices.Sort(r.Unassessed)
	slices.Sort(r.Unscoped)
	slices.SortFunc(r.Circles, slices.Compare)
	slices.SortFunc(r.Backwards, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return r
}

type set map[string]bool

func (n rules) source(id string) trail.Source {
	i := slices.IndexFunc(n.Sources, func(s trail.Source) bool { return s.ID == id })
	return n.Sources[i]
}

// copied gives what a source copies as a whole.
func (n rules) copied(id string) []string {
	var to []string
	for _, d := range n.Derivations {
		if d.From == id && d.State == "confirmed" && d.Item == "" && (d.Kind == "republishes" || d.Kind == "translates") {
			to = append(to, d.To)
		}
	}
	return to
}

// leads walks every way through the copies that passes no source twice. A
// source does not lead to itself unless a way comes back to it.
func (n rules) leads(from, to string, passed []string) bool {
	for _, next := range n.copied(from) {
		if next == to || (!slices.Contains(passed, next) && n.leads(next, to, append(slices.Clone(passed), next))) {
			return true
		}
	}
	return false
}

func (n rules) copies(from, to string) bool { return n.leads(from, to, []string{from}) }
func (n rules) circular(id string) bool     { return n.copies(id, id) }
func (n rules) together(one, two string) bool {
	return one == two || n.copies(one, two) && n.copies(two, one)
}

// circle gives the sources of a component, sorted.
func (n rules) circle(id string) []string {
	var members []string
	for _, s := range n.Sources {
		if n.together(id, s.ID) {
			members = append(members, s.ID)
		}
	}
	slices.Sort(members)
	return members
}

// last reports whether no copy leads on from the component of a source (R2).
func (n rules) last(id string) bool {
	return !slices.ContainsFunc(n.Sources, func(s trail.Source) bool { return n.copies(id, s.ID) && !n.copies(s.ID, id) })
}

// partly reports that somebody has yet to say what in a root came from where (R3).
func (n rules) partly(root string) bool {
	return slices.ContainsFunc(n.circle(root), func(id string) bool {
		return slices.ContainsFunc(n.Derivations, func(d trail.Derivation) bool {
			return d.From == id && d.State == "confirmed" && d.Item == "" && d.Kind != "republishes" && d.Kind != "translates"
		})
	})
}

// first is the first step of an item (R1).
func (n rules) first(it trail.Item) []string {
	var to []string
	for _, d := range n.Derivations {
		if d.State == "confirmed" && d.Item == it.ID {
			to = append(to, d.To)
		}
	}
	if len(to) == 0 {
		to = n.copied(it.Source)
	}
	if len(to) == 0 {
		to = []string{it.Source}
	}
	return to
}

// reached gives the members of the roots that an item's steps lead to (R1, R2),
// without what it keeps as its own.
func (n rules) reached(it trail.Item) []string {
	var roots []string
	for _, s := range n.Sources {
		if n.last(s.ID) && slices.ContainsFunc(n.first(it), func(step string) bool { return step == s.ID || n.copies(step, s.ID) }) {
			roots = append(roots, s.ID)
		}
	}
	return roots
}

// rootsOf gives the members of the roots of an item, its own reporting included.
func (n rules) rootsOf(it trail.Item) []string {
	roots := n.reached(it)
	if it.Own {
		roots = append(roots, n.circle(it.Source)...)
	}
	return roots
}

// roots gives the members of all roots of some items, each once.
func (n rules) roots(items []trail.Item) []string {
	all := set{}
	for _, it := range items {
		for _, root := range n.rootsOf(it) {
			all[root] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// claimants reports whether a root is the claimant's (R4).
func (n rules) claimants(root string) bool {
	return n.Claimant != nil && slices.ContainsFunc(n.circle(root), func(id string) bool {
		control := n.source(id).Control
		return slices.Contains(n.Claimant.Sources, id) || control != "" && slices.Contains(n.Claimant.Controls, control)
	})
}

// established is R5.
func (n rules) established(root string, items []trail.Item) bool {
	ownReporting := slices.ContainsFunc(items, func(it trail.Item) bool { return it.Own && it.Source == root })
	if n.circular(root) || n.source(root).Kind == "unnamed" || n.claimants(root) || n.partly(root) && !ownReporting {
		return false
	}
	return n.source(root).Access == "own" || slices.ContainsFunc(items, func(it trail.Item) bool {
		return it.Primary && n.source(it.Source).Captured && slices.Contains(n.rootsOf(it), root)
	})
}

// low counts what is established, one a control (R6).
func (n rules) low(items []trail.Item) int {
	var names [][]string
	for _, root := range n.roots(items) {
		if n.established(root, items) {
			s := n.source(root)
			names = append(names, []string{firstNamed(s.Control, s.Publisher, "only "+root)})
		}
	}
	return merged(names)
}

// high counts what may be, one a publisher; the members of a circle are one (R6).
func (n rules) high(items []trail.Item) int {
	var names [][]string
	for _, root := range n.roots(items) {
		if n.claimants(root) {
			continue
		}
		circle := n.circle(root)
		group := []string{"circle of " + circle[0]}
		for _, id := range circle {
			if p := n.source(id).Publisher; p != "" {
				group = append(group, p)
			}
		}
		names = append(names, group)
	}
	return merged(names)
}

func firstNamed(of ...string) string {
	i := slices.IndexFunc(of, func(s string) bool { return s != "" })
	return of[i]
}

// merged counts groups after those that share a name became one.
func merged(groups [][]string) int {
	for i := range groups {
		for j := range i {
			if slices.ContainsFunc(groups[i], func(name string) bool { return slices.Contains(groups[j], name) }) {
				joined := slices.Concat(groups[i], groups[j])
				rest := slices.Delete(slices.Delete(slices.Clone(groups), i, i+1), j, j+1)
				return merged(append(rest, joined))
			}
		}
	}
	return len(groups)
}

// muchLater reports whether one is dated more than a day after another.
func muchLater(one, other trail.Source) bool {
	a, errA := time.Parse(time.DateOnly, one.Published)
	b, errB := time.Parse(time.DateOnly, other.Published)
	return errA == nil && errB == nil && a.After(b.AddDate(0, 0, 1))
}
