// Package trail computes provenance: from which independent origins a set of
// sources has what it says. It is pure, and knows nothing of stores, pages or
// claims beyond what a Graph gives it.
package trail

import (
	"fmt"
	"slices"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
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
	r.Low, r.High = a.count(all)
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
		if a.unscoped(it) {
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

// Validate reports what the analysis could not make sense of: ids that are
// missing or double, sources that refer to nothing, and words that are none of
// the known. A date that is none counts as unknown; an item of another question
// may be referred to.
func (g Graph) Validate() error {
	sources, items := map[string]bool{}, map[string]bool{}
	for i, s := range g.Sources {
		switch {
		case s.ID == "":
			return fmt.Errorf("source %d has no id", i)
		case sources[s.ID]:
			return fmt.Errorf("source %q stands twice", s.ID)
		case !slices.Contains([]string{"work", "search", "unnamed"}, s.Kind):
			return fmt.Errorf("source %q: kind %q is none of work, search, unnamed", s.ID, s.Kind)
		case !slices.Contains([]string{"", "own", "unnamed", "undetermined"}, s.Access):
			return fmt.Errorf("source %q: access %q is none of own, unnamed, undetermined", s.ID, s.Access)
		}
		sources[s.ID] = true
	}
	for i, it := range g.Items {
		switch {
		case it.ID == "":
			return fmt.Errorf("item %d has no id", i)
		case items[it.ID]:
			return fmt.Errorf("item %q stands twice", it.ID)
		case !sources[it.Source]:
			return fmt.Errorf("item %q: there is no source %q", it.ID, it.Source)
		}
		items[it.ID] = true
	}
	for i, d := range g.Derivations {
		switch {
		case !sources[d.From]:
			return fmt.Errorf("derivation %d: there is no source %q", i, d.From)
		case !sources[d.To]:
			return fmt.Errorf("derivation %d: there is no source %q", i, d.To)
		case !slices.ContainsFunc(kb.DerivationKinds, func(o kb.Option) bool { return o.Value == d.Kind }):
			return fmt.Errorf("derivation %d: kind %q is unknown", i, d.Kind)
		case !slices.Contains([]string{"confirmed", "suggested", "rejected"}, d.State):
			return fmt.Errorf("derivation %d: state %q is none of confirmed, suggested, rejected", i, d.State)
		}
	}
	return nil
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
	next      [][]int  // component -> components that its members copy from
	partly    [][2]int // component -> up to two unscoped roots that it leads to, -1 for none
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

// starts gives the components from which an item's copies are followed: rule 1.
func (a *analysis) starts(it Item) []int {
	scoped := a.scoped[it.ID]
	if len(scoped) == 0 {
		return []int{a.component[it.Source]}
	}
	starts := make([]int, len(scoped))
	for i, to := range scoped {
		starts[i] = a.component[to]
	}
	return starts
}

// reach marks the roots of the items: rules 1 and 2. Components are numbered
// against the direction of the copies, so one pass downwards follows them all.
func (a *analysis) reach(items []Item) []bool {
	visited, roots := make([]bool, len(a.members)), make([]bool, len(a.members))
	for _, it := range items {
		for _, c := range a.starts(it) {
			visited[c] = true
		}
		if it.Own {
			roots[a.component[it.Source]] = true
		}
	}
	for c := len(visited) - 1; c >= 0; c-- {
		if !visited[c] {
			continue
		}
		roots[c] = roots[c] || len(a.next[c]) == 0
		for _, next := range a.next[c] {
			visited[next] = true
		}
	}
	return roots
}

// findPartly fills, for each component, up to two of the unscoped roots that it
// leads to (rule 3). Two are enough to know whether there is one beside an
// item's own.
func (a *analysis) findPartly() {
	a.partly = make([][2]int, len(a.members))
	for c, members := range a.members {
		a.partly[c] = [2]int{-1, -1}
		if len(a.next[c]) == 0 && slices.ContainsFunc(members, func(id string) bool { return a.partial[id] }) {
			a.partly[c][0] = c
		}
		for _, next := range a.next[c] {
			for _, root := range a.partly[next] {
				a.partly[c] = withRoot(a.partly[c], root)
			}
		}
	}
}

func withRoot(pair [2]int, root int) [2]int {
	switch {
	case root < 0 || pair[0] == root || pair[1] >= 0:
	case pair[0] < 0:
		pair[0] = root
	default:
		pair[1] = root
	}
	return pair
}

// unscoped reports rule 3 for one item: somebody has not yet said what in a
// root of it came from where, and that is not the item's own reporting.
func (a *analysis) unscoped(it Item) bool {
	own := a.component[it.Source]
	return slices.ContainsFunc(a.starts(it), func(start int) bool {
		return slices.ContainsFunc(a.partly[start][:], func(root int) bool { return root >= 0 && (!it.Own || root != own) })
	})
}

// roots gives what the items reach, judged by rules 3 to 5.
func (a *analysis) roots(items []Item) []root {
	primary := a.reach(slices.DeleteFunc(slices.Clone(items), func(it Item) bool {
		return !it.Primary || !a.sources[it.Source].Captured
	}))
	own := map[string]bool{}
	for _, it := range items {
		own[it.Source] = own[it.Source] || it.Own
	}
	var roots []root
	for c, reached := range a.reach(items) {
		if reached {
			roots = append(roots, root{c, a.claimant[c], a.established(c, own, primary[c])})
		}
	}
	return roots
}

// established reports rule 5. Own are the sources of items with own reporting.
func (a *analysis) established(c int, own map[string]bool, primary bool) bool {
	source := a.sources[a.members[c][0]]
	switch {
	case a.circular[c] || a.claimant[c] || source.Kind == "unnamed":
		return false
	case a.partial[source.ID] && !own[source.ID]:
		return false
	}
	return source.Access == "own" || primary
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
