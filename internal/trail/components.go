package trail

// condense finds the strongly connected components of the copy graph with
// Tarjan's algorithm (Tarjan 1972), without recursion, so that a long chain
// cannot exhaust the stack. A component is numbered after all that it copies
// from.
func (a *analysis) condense(sources []Source) {
	t := tarjan{copies: a.copies, index: map[string]int{}, low: map[string]int{}, onStack: map[string]bool{}}
	for _, s := range sources {
		if _, seen := t.index[s.ID]; !seen {
			t.visit(s.ID)
		}
	}
	a.members = t.components
	a.component = map[string]int{}
	a.circular = make([]bool, len(a.members))
	a.next = make([][]int, len(a.members))
	for c, members := range a.members {
		for _, id := range members {
			a.component[id] = c
		}
	}
	for c, members := range a.members {
		a.circular[c] = len(members) > 1
		for _, id := range members {
			for _, to := range a.copies[id] {
				a.circular[c] = a.circular[c] || to == id
				if next := a.component[to]; next != c {
					a.next[c] = append(a.next[c], next)
				}
			}
		}
	}
	a.findPartly()
}

type tarjan struct {
	copies     map[string][]string
	index, low map[string]int
	onStack    map[string]bool
	stack      []string
	components [][]string
}

// frame is one step of the depth-first walk: a source and its next copy.
type frame struct {
	id   string
	next int
}

func (t *tarjan) visit(start string) {
	work := []frame{t.open(start)}
	for len(work) > 0 {
		f := &work[len(work)-1]
		if f.next < len(t.copies[f.id]) {
			to := t.copies[f.id][f.next]
			f.next++
			if _, seen := t.index[to]; !seen {
				work = append(work, t.open(to))
			} else if t.onStack[to] {
				t.low[f.id] = min(t.low[f.id], t.index[to])
			}
			continue
		}
		id := f.id
		work = work[:len(work)-1]
		if len(work) > 0 {
			parent := work[len(work)-1].id
			t.low[parent] = min(t.low[parent], t.low[id])
		}
		if t.low[id] == t.index[id] {
			t.close(id)
		}
	}
}

func (t *tarjan) open(id string) frame {
	t.index[id] = len(t.index)
	t.low[id] = t.index[id]
	t.stack = append(t.stack, id)
	t.onStack[id] = true
	return frame{id: id}
}

func (t *tarjan) close(id string) {
	var members []string
	for {
		top := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		t.onStack[top] = false
		members = append(members, top)
		if top == id {
			t.components = append(t.components, members)
			return
		}
	}
}

// groups counts sets of sources that share a key; a source without a key
// stands alone. It is a union-find over keys.
type groups struct {
	parent map[string]string
	alone  int
}

func newGroups() *groups { return &groups{parent: map[string]string{}} }

// add enters the members of one root, joining the groups of all their keys.
func (g *groups) add(members []string, key func(id string) string) {
	first := ""
	for _, id := range members {
		k := key(id)
		if k == "" {
			continue
		}
		if _, known := g.parent[k]; !known {
			g.parent[k] = k
		}
		if first == "" {
			first = k
		}
		g.parent[g.find(k)] = g.find(first)
	}
	if first == "" {
		g.alone++
	}
}

func (g *groups) find(k string) string {
	for g.parent[k] != k {
		g.parent[k] = g.parent[g.parent[k]] // halve the path
		k = g.parent[k]
	}
	return k
}

func (g *groups) len() int {
	n := g.alone
	for k, p := range g.parent {
		if k == p {
			n++
		}
	}
	return n
}
