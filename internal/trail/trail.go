// Package trail computes provenance: from which independent origins a set of
// sources has what it says. It is pure, and knows nothing of stores, pages or
// claims beyond what a Graph gives it.
package trail

import (
	"slices"
	"time"
)

// Graph is one question ("was it said?" or "is it true?") with all that is
// known of the sources involved.
type Graph struct {
	Sources     []Source     `json:"sources"`
	Derivations []Derivation `json:"derivations"`
	Items       []Item       `json:"items"`
	Claimant    *Claimant    `json:"claimant"`
}

// Source is a work as far as provenance goes. Control is the top of its
// publisher's owner chain, already resolved.
type Source struct {
	ID        string `json:"id"`
	Publisher string `json:"publisher"`
	Control   string `json:"control"`
	Kind      string `json:"kind"`     // work, search, unnamed
	Captured  bool   `json:"captured"` // the work itself, not through another
	Access    string `json:"access"`   // own, unnamed, undetermined, or nobody assessed it
	Published string `json:"published"`
}

// Derivation says that From has it from To: all of it, or what one item takes.
type Derivation struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Kind  string `json:"kind"`
	Item  string `json:"item"`
	State string `json:"state"`
}

// Item is one piece of evidence or one attestation.
type Item struct {
	ID      string `json:"id"`
	Source  string `json:"source"`
	Stance  string `json:"stance"`
	Primary bool   `json:"primary"` // a primary source for this claim
	Own     bool   `json:"own"`     // own reporting beside what it derives
}

// Claimant names what is the claimant's own work or under the claimant's control.
type Claimant struct {
	Sources  []string `json:"sources"`
	Controls []string `json:"controls"`
}

// Bounds is a count of independent origins: what is established, and what it
// may be at the most.
type Bounds struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

// Result is the analysis. Every list is sorted and without repetition.
type Result struct {
	Sources           int               `json:"sources"`
	Publishers        int               `json:"publishers"`
	UnknownPublishers int               `json:"unknownPublishers"`
	Low               int               `json:"low"`
	High              int               `json:"high"`
	ByStance          map[string]Bounds `json:"byStance"`
	Claimant          []string          `json:"claimant"`
	Circles           [][]string        `json:"circles"`
	Backwards         [][2]string       `json:"backwards"`
	Unscoped          []string          `json:"unscoped"`
	Unassessed        []string          `json:"unassessed"`
}

// Copies reports whether a kind of derivation carries the whole work over.
func Copies(kind string) bool { return kind == "republishes" || kind == "translates" }

// Analyse computes the origins of the graph's items. Items of searches are left
// out of every count; only confirmed derivations are followed.
func Analyse(g Graph) Result {
	a := newAnalysis(g)
	r := Result{
		ByStance:   map[string]Bounds{},
		Claimant:   []string{},
		Circles:    a.circles(),
		Backwards:  a.backwards(g.Derivations),
		Unscoped:   []string{},
		Unassessed: []string{},
	}
	all := a.roots(a.items)
	low, high := a.count(all)
	r.Low, r.High = low, high
	for _, root := range all {
		switch {
		case root.claimant:
			r.Claimant = append(r.Claimant, a.members[root.component]...)
		case !root.established && !a.circular[root.component]:
			r.Unassessed = append(r.Unassessed, a.works(root.component)...)
		}
	}
	for stance, items := range byStance(a.items) {
		low, high := a.count(a.roots(items))
		r.ByStance[stance] = Bounds{low, high}
	}
	for _, it := range a.items {
		if slices.ContainsFunc(a.reach(it), func(c int) bool { return a.unscopedFor(it, c) }) {
			r.Unscoped = append(r.Unscoped, it.ID)
		}
	}
	r.Sources, r.Publishers, r.UnknownPublishers = a.tally()
	for _, list := range []*[]string{&r.Claimant, &r.Unscoped, &r.Unassessed} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return r
}

// root is a component that items reach, with what the rules say of it.
type root struct {
	component   int
	claimant    bool
	established bool
}

// analysis is the graph indexed: sources by id, strongly connected components
// of the copy graph, and the derivations that the rules look at.
type analysis struct {
	sources   map[string]Source
	items     []Item
	copies    map[string][]string // whole-source copies
	partial   map[string]bool     // sources with whole-source derivations of other kinds
	scoped    map[string][]string // item -> sources it takes from
	component map[string]int
	members   [][]string
	circular  []bool
	terminal  [][]int // component -> root components, filled when asked
	claimant  map[int]bool
}

func newAnalysis(g Graph) *analysis {
	a := &analysis{
		sources: map[string]Source{},
		copies:  map[string][]string{},
		partial: map[string]bool{},
		scoped:  map[string][]string{},
	}
	for _, s := range g.Sources {
		a.sources[s.ID] = s
	}
	for _, it := range g.Items {
		if a.sources[it.Source].Kind != "search" {
			a.items = append(a.items, it)
		}
	}
	for _, d := range g.Derivations {
		switch {
		case d.State != "confirmed":
		case d.Item != "":
			a.scoped[d.Item] = append(a.scoped[d.Item], d.To)
		case Copies(d.Kind):
			a.copies[d.From] = append(a.copies[d.From], d.To)
		default:
			a.partial[d.From] = true
		}
	}
	a.condense(g.Sources)
	a.claimant = map[int]bool{}
	if g.Claimant != nil {
		a.markClaimant(*g.Claimant)
	}
	return a
}

func (a *analysis) markClaimant(c Claimant) {
	for id, s := range a.sources {
		if slices.Contains(c.Sources, id) || (s.Control != "" && slices.Contains(c.Controls, s.Control)) {
			a.claimant[a.component[id]] = true
		}
	}
}

// reach gives the components that are roots of an item: rules 1 and 2.
func (a *analysis) reach(it Item) []int {
	var reached []int
	starts := a.scoped[it.ID]
	if len(starts) == 0 {
		starts = []string{it.Source}
	}
	for _, s := range starts {
		reached = append(reached, a.rootsOf(a.component[s])...)
	}
	if it.Own {
		reached = append(reached, a.component[it.Source])
	}
	slices.Sort(reached)
	return slices.Compact(reached)
}

// rootsOf gives the components at the end of all copies that lead on from c.
// The condensed graph has no cycles, so the recursion ends.
func (a *analysis) rootsOf(c int) []int {
	if a.terminal[c] != nil {
		return a.terminal[c]
	}
	var roots []int
	for _, member := range a.members[c] {
		for _, to := range a.copies[member] {
			if next := a.component[to]; next != c {
				roots = append(roots, a.rootsOf(next)...)
			}
		}
	}
	if roots == nil {
		roots = []int{c}
	}
	slices.Sort(roots)
	a.terminal[c] = slices.Compact(roots)
	return a.terminal[c]
}

// unscopedFor reports rule 3 for one item: somebody has not yet said what in
// the root came from where, and it is not the item's own reporting.
func (a *analysis) unscopedFor(it Item, c int) bool {
	if it.Own && a.component[it.Source] == c {
		return false
	}
	return slices.ContainsFunc(a.members[c], func(id string) bool { return a.partial[id] })
}

// roots gives what the items reach, judged by rules 3 to 5.
func (a *analysis) roots(items []Item) []root {
	reachedBy := map[int][]Item{}
	for _, it := range items {
		for _, c := range a.reach(it) {
			reachedBy[c] = append(reachedBy[c], it)
		}
	}
	roots := make([]root, 0, len(reachedBy))
	for c, by := range reachedBy {
		roots = append(roots, root{c, a.claimant[c], a.established(c, by)})
	}
	slices.SortFunc(roots, func(x, y root) int { return x.component - y.component })
	return roots
}

func (a *analysis) established(c int, by []Item) bool {
	if a.circular[c] || a.claimant[c] {
		return false
	}
	source := a.sources[a.members[c][0]]
	if source.Kind == "unnamed" {
		return false
	}
	ownWork := slices.ContainsFunc(by, func(it Item) bool { return it.Own && it.Source == source.ID })
	if a.partial[source.ID] && !ownWork {
		return false
	}
	if source.Access == "own" {
		return true
	}
	return slices.ContainsFunc(by, func(it Item) bool { return it.Primary && a.sources[it.Source].Captured })
}

// count merges the roots: rule 6.
func (a *analysis) count(roots []root) (low, high int) {
	controls := newGroups()
	publishers := newGroups()
	for _, r := range roots {
		if r.claimant {
			continue
		}
		members := a.members[r.component]
		if r.established {
			controls.add(members[:1], func(id string) string { return firstSet(a.sources[id].Control, a.sources[id].Publisher) })
		}
		publishers.add(members, func(id string) string { return a.sources[id].Publisher })
	}
	return controls.len(), publishers.len()
}

func (a *analysis) works(c int) []string {
	return slices.DeleteFunc(slices.Clone(a.members[c]), func(id string) bool {
		kind := a.sources[id].Kind
		return kind == "unnamed" || kind == "search"
	})
}

func (a *analysis) circles() [][]string {
	circles := [][]string{}
	for c, circular := range a.circular {
		if circular {
			members := slices.Sorted(slices.Values(a.members[c]))
			circles = append(circles, members)
		}
	}
	slices.SortFunc(circles, slices.Compare)
	return circles
}

// backwards finds confirmed derivations whose origin is dated more than a day
// after the work that is said to have it from there.
func (a *analysis) backwards(derivations []Derivation) [][2]string {
	found := [][2]string{}
	for _, d := range derivations {
		from, errFrom := time.Parse(time.DateOnly, a.sources[d.From].Published)
		to, errTo := time.Parse(time.DateOnly, a.sources[d.To].Published)
		if d.State == "confirmed" && errFrom == nil && errTo == nil && to.Sub(from) > 24*time.Hour {
			found = append(found, [2]string{d.From, d.To})
		}
	}
	slices.SortFunc(found, func(x, y [2]string) int { return slices.Compare(x[:], y[:]) })
	return slices.Compact(found)
}

func (a *analysis) tally() (sources, publishers, unknown int) {
	seen, known := map[string]bool{}, map[string]bool{}
	for _, it := range a.items {
		if seen[it.Source] {
			continue
		}
		seen[it.Source] = true
		if p := a.sources[it.Source].Publisher; p != "" {
			known[p] = true
		} else {
			unknown++
		}
	}
	return len(seen), len(known), unknown
}

func byStance(items []Item) map[string][]Item {
	m := map[string][]Item{}
	for _, it := range items {
		if it.Stance != "" {
			m[it.Stance] = append(m[it.Stance], it)
		}
	}
	return m
}

func firstSet(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
