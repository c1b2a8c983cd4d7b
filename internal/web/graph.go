package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// The picture's measures, in pixels.
const (
	nodeWidth  = 196
	nodeHeight = 50
	columnGap  = 64
	rowGap     = 18
	graphEdge  = 6
	titleRunes = 23
)

// provenance is the graph of a content: the works that its items rest on, and
// who has it from whom.
type provenance struct {
	content contentView
	sources []record.Source
	edges   []record.Derivation
	column  map[string]int
	row     map[string]int
}

// graphView draws the provenance: origins at the left, what derives from them
// to the right; and tells the same as a nested list.
func graphView(c contentView) views.Graph {
	p := newProvenance(c)
	if len(p.sources) == 0 {
		return views.Graph{}
	}
	p.place()
	g := views.Graph{Tree: p.tree(), Caption: p.caption(), Label: p.label(), Findings: findings(c)}
	for _, s := range p.sources {
		n := p.node(s)
		g.Nodes = append(g.Nodes, n)
		g.Width, g.Height = max(g.Width, n.X+n.W+graphEdge), max(g.Height, n.Y+n.H+graphEdge)
	}
	for _, d := range p.edges {
		g.Edges = append(g.Edges, p.edge(d))
		if p.column[d.From] <= p.column[d.To] { // it goes round the outside
			x, _ := p.corner(d.To)
			g.Width = max(g.Width, x+nodeWidth+columnGap/2+graphEdge)
		}
	}
	return g
}

// newProvenance keeps the sources of items and of derivations, leaving out
// pages that only carry others, and one edge for each pair.
func newProvenance(c contentView) *provenance {
	p := &provenance{content: c, column: map[string]int{}, row: map[string]int{}}
	used := map[string]bool{}
	for _, e := range c.Evidence {
		used[e.Source] = true
	}
	for _, a := range c.Appearances {
		for _, at := range a.Attestations {
			used[at.Source] = true
		}
	}
	pairs := map[[2]string]bool{}
	for _, d := range c.Derivations {
		used[d.From], used[d.To] = true, true
		if !pairs[[2]string{d.From, d.To}] {
			pairs[[2]string{d.From, d.To}] = true
			p.edges = append(p.edges, d)
		}
	}
	for _, s := range c.Sources {
		if used[s.ID] {
			p.sources = append(p.sources, s)
		}
	}
	slices.SortFunc(p.sources, func(a, b record.Source) int {
		return cmp.Or(cmp.Compare(orLast(a.PublishedOn.Earliest()), orLast(b.PublishedOn.Earliest())), cmp.Compare(a.ID, b.ID))
	})
	return p
}

func orLast(day string) string {
	if day == "" {
		return "9999"
	}
	return day
}

// place puts each source one column to the right of the farthest one that it
// has something from; in a column, near what it comes from.
func (p *provenance) place() {
	for range p.sources { // a longest path has no more steps than sources; circles stop here too
		moved := false
		for _, d := range p.edges {
			if next := min(p.column[d.To]+1, len(p.sources)-1); p.column[d.From] < next && !p.inCircle(d) {
				p.column[d.From] = next
				moved = true
			}
		}
		if !moved {
			break
		}
	}
	columns := map[int][]record.Source{}
	last := 0
	for _, s := range p.sources {
		c := p.column[s.ID]
		columns[c] = append(columns[c], s)
		last = max(last, c)
	}
	for c := range last + 1 {
		slices.SortStableFunc(columns[c], func(a, b record.Source) int { return cmp.Compare(p.pull(a.ID), p.pull(b.ID)) })
		for i, s := range columns[c] {
			p.row[s.ID] = i
		}
	}
}

func (p *provenance) inCircle(d record.Derivation) bool {
	for _, circle := range p.content.Analysis.Evidence.Circles {
		if slices.Contains(circle, d.From) && slices.Contains(circle, d.To) {
			return true
		}
	}
	return false
}

// pull is the mean row of what a source comes from.
func (p *provenance) pull(id string) float64 {
	sum, n := 0.0, 0.0
	for _, d := range p.edges {
		if d.From == id && p.column[d.To] < p.column[id] {
			sum += float64(p.row[d.To])
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / n
}

func (p *provenance) corner(id string) (x, y int) {
	return graphEdge + p.column[id]*(nodeWidth+columnGap), graphEdge + p.row[id]*(nodeHeight+rowGap)
}

func (p *provenance) node(s record.Source) views.Node {
	x, y := p.corner(s.ID)
	return views.Node{
		X: x, Y: y, W: nodeWidth, H: nodeHeight, Class: strings.TrimSpace("node " + p.class(s)), URL: p.content.sourceURL(s.ID),
		Title: clipped(s.Title), Under: clipped(p.under(s)), TextX: x + 12, TextY: y + 21, SubY: y + 38,
	}
}

func clipped(s string) string {
	if r := []rune(s); len(r) > titleRunes+2 {
		return string(r[:titleRunes]) + "…"
	}
	return s
}

func (p *provenance) under(s record.Source) string {
	publisher, ok := p.content.Publisher(s.Publisher)
	if !ok {
		publisher.Name = "publisher unknown"
	}
	if s.PublishedOn.Unknown() {
		return publisher.Name
	}
	return publisher.Name + ", " + s.PublishedOn.String()
}

// class says what a root counts for: the rules of the analysis, in one word.
func (p *provenance) class(s record.Source) string {
	a := p.content.Analysis
	in := func(list []string) bool { return slices.Contains(list, s.ID) }
	switch {
	case slices.ContainsFunc(a.Evidence.Circles, in):
		return "circle"
	case in(a.Evidence.Claimant):
		return "own"
	case in(a.Evidence.Unassessed) || in(a.Said.Unassessed):
		return "unassessed"
	case p.column[s.ID] == 0 && s.Kind != "search" && s.Kind != "unnamed" && p.established(s.ID):
		return "established"
	}
	return ""
}

func (p *provenance) established(id string) bool {
	return slices.ContainsFunc(p.content.Assessments, func(a record.Assessment) bool { return a.Source == id && a.Finding == "own" }) ||
		slices.ContainsFunc(p.content.Evidence, func(e record.Evidence) bool { return e.Source == id && e.Primary })
}

// edge draws from the origin to the work that has it from there.
func (p *provenance) edge(d record.Derivation) views.Edge {
	fromX, fromY := p.corner(d.To)
	toX, toY := p.corner(d.From)
	x1, y1 := fromX+nodeWidth, fromY+nodeHeight/2
	x2, y2 := toX, toY+nodeHeight/2
	bend := columnGap / 2
	e := views.Edge{
		Path:  fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1+bend, y1, x2-bend, y2, x2, y2),
		Class: strings.TrimSpace(d.Faithfulness + " " + p.circular(d)), Title: p.how(d),
	}
	if p.column[d.From] <= p.column[d.To] { // within a circle: round the outside
		e.Path = fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, x1+bend, y1, toX+nodeWidth+bend, y2, toX+nodeWidth, y2)
	}
	return e
}

func (p *provenance) how(d record.Derivation) string {
	from, _ := p.content.Source(d.From)
	to, _ := p.content.Source(d.To)
	return from.Title + " " + kb.Label(kb.DerivationKinds, d.Kind) + " " + to.Title + ": " + d.Basis
}

// tree tells the graph as a nested list: each origin, below it what has it from
// there.
func (p *provenance) tree() []views.Branch {
	var roots []views.Branch
	shown := map[string]bool{}
	for _, s := range p.sources {
		if !slices.ContainsFunc(p.edges, func(d record.Derivation) bool { return d.From == s.ID }) {
			roots = append(roots, p.branch(s, "", shown, nil))
		}
	}
	for _, s := range p.sources { // what only circles reach
		if !shown[s.ID] {
			roots = append(roots, p.branch(s, "", shown, nil))
		}
	}
	return roots
}

func (p *provenance) branch(s record.Source, how string, shown map[string]bool, above []string) views.Branch {
	again := shown[s.ID]
	shown[s.ID] = true
	b := views.Branch{Source: views.Link{Text: s.Title + " (" + p.under(s) + ")", URL: p.content.sourceURL(s.ID)}, How: how}
	if words := classWords[p.class(s)]; words != "" {
		b.Notes = []views.Chip{{Text: words}}
	}
	if again { // told once, or shared branches would multiply
		b.Notes = append(b.Notes, views.Chip{Text: "what has it from there stands above"})
		return b
	}
	for _, d := range p.edges {
		if d.To != s.ID || slices.Contains(above, d.From) {
			continue
		}
		from, _ := p.content.Source(d.From)
		b.Branches = append(b.Branches, p.branch(from, kb.Label(kb.DerivationKinds, d.Kind)+" it:", shown, append(above, s.ID)))
	}
	return b
}

var classWords = map[string]string{
	"circle": "part of a circle: the sources repeat one another", "own": "the claimant’s side, counted apart",
	"unassessed": "its independence is not established", "established": "established",
}

func (p *provenance) caption() string {
	a := p.content.Analysis.Evidence
	return sentenceCase(counted(len(p.sources), "work", "works")) + ": on whether it is true, " + originWords(a.Low, a.High) +
		"; on whether it was said, " + originWords(p.content.Analysis.Said.Low, p.content.Analysis.Said.High) + "."
}

func (p *provenance) label() string {
	return "Provenance of " + counted(len(p.sources), "work", "works") + ", origins at the left; the list below tells the same"
}

// findings says in words what the analysis found amiss.
func findings(c contentView) []string {
	title := func(id string) string {
		s, _ := c.Source(id)
		return "“" + clippedTo(s.Title, 80) + "”"
	}
	var list []string
	for _, circle := range unite(c.Analysis.Said.Circles, c.Analysis.Evidence.Circles) {
		names := make([]string, len(circle))
		for i, id := range circle {
			names[i] = title(id)
		}
		list = append(list, "A circle: "+strings.Join(names, " and ")+" have it from one another. Together they are one origin at most, and none that is established.")
	}
	for _, pair := range unite(c.Analysis.Said.Backwards, c.Analysis.Evidence.Backwards) {
		list = append(list, title(pair[0])+" is said to have it from "+title(pair[1])+", which is dated later: one of the two is wrong.")
	}
	for _, id := range c.Analysis.OwnRulings {
		list = append(list, title(id)+" is a ruling of our own: what rests on it rests on itself.")
	}
	return list
}

// unite joins two lists, each thing once.
func unite[T any](a, b []T) []T {
	var list []T
	seen := map[string]bool{}
	for _, x := range append(slices.Clone(a), b...) {
		if key := fmt.Sprint(x); !seen[key] {
			seen[key] = true
			list = append(list, x)
		}
	}
	return list
}

func (p *provenance) circular(d record.Derivation) string {
	if p.inCircle(d) {
		return "circular"
	}
	return ""
}
