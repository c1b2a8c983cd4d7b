package trail_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/trail"
)

func TestAnalyse(t *testing.T) {
	t.Parallel()
	work := func(id, publisher string) trail.Source {
		return trail.Source{ID: id, Publisher: publisher, Control: publisher, Kind: "work"}
	}
	confirmed := func(from, to, kind, item string) trail.Derivation {
		return trail.Derivation{From: from, To: to, Kind: kind, Item: item, State: "confirmed"}
	}
	item := func(id, source string) trail.Item { return trail.Item{ID: id, Source: source, Stance: "supports"} }
	own := func(s trail.Source) trail.Source { s.Access = "own"; return s }

	tests := []struct {
		name  string
		graph trail.Graph
		want  trail.Bounds
		check func(t *testing.T, r trail.Result)
	}{
		{name: "nothing", graph: trail.Graph{}, want: trail.Bounds{}},
		{
			name:  "one outlet that nobody assessed is worth 0 to 1",
			graph: trail.Graph{Sources: []trail.Source{work("tass", "TASS")}, Items: []trail.Item{item("a", "tass")}},
			want:  trail.Bounds{Low: 0, High: 1},
			check: func(t *testing.T, r trail.Result) {
				if diff := cmp.Diff([]string{"tass"}, r.Unassessed); diff != "" {
					t.Error(diff)
				}
			},
		},
		{
			name: "a comment that republishes a wire story adds no origin",
			graph: trail.Graph{
				Sources:     []trail.Source{work("tass", "TASS"), work("comment", "")},
				Derivations: []trail.Derivation{confirmed("comment", "tass", "republishes", "")},
				Items:       []trail.Item{item("a", "tass"), item("b", "comment")},
			},
			want: trail.Bounds{Low: 0, High: 1},
		},
		{
			name: "a suggestion is not followed",
			graph: trail.Graph{
				Sources:     []trail.Source{work("a", "A"), work("b", "B")},
				Derivations: []trail.Derivation{{From: "a", To: "b", Kind: "republishes", State: "suggested"}},
				Items:       []trail.Item{item("1", "a"), item("2", "b")},
			},
			want: trail.Bounds{Low: 0, High: 2},
		},
		{
			name: "common control merges what is established, not what may be",
			graph: trail.Graph{
				Sources: []trail.Source{
					{ID: "rt", Publisher: "RT", Control: "state", Kind: "work", Access: "own"},
					{ID: "tass", Publisher: "TASS", Control: "state", Kind: "work", Access: "own"},
				},
				Items: []trail.Item{item("1", "rt"), item("2", "tass")},
			},
			want: trail.Bounds{Low: 1, High: 2},
		},
		{
			name: "a digest that summarises others is unscoped until somebody says what came from where",
			graph: trail.Graph{
				Sources:     []trail.Source{own(work("digest", "D")), own(work("reuters", "R"))},
				Derivations: []trail.Derivation{confirmed("digest", "reuters", "summarises", "")},
				Items:       []trail.Item{item("1", "digest")},
			},
			want: trail.Bounds{Low: 0, High: 1},
			check: func(t *testing.T, r trail.Result) {
				if diff := cmp.Diff([]string{"1"}, r.Unscoped); diff != "" {
					t.Error(diff)
				}
			},
		},
		{
			name: "scoped, it leads to the work it takes from",
			graph: trail.Graph{
				Sources:     []trail.Source{work("digest", "D"), own(work("reuters", "R"))},
				Derivations: []trail.Derivation{confirmed("digest", "reuters", "quotes", "1")},
				Items:       []trail.Item{item("1", "digest")},
			},
			want: trail.Bounds{Low: 1, High: 1},
		},
		{
			name: "own reporting keeps the work itself besides",
			graph: trail.Graph{
				Sources:     []trail.Source{own(work("digest", "D")), own(work("reuters", "R"))},
				Derivations: []trail.Derivation{confirmed("digest", "reuters", "quotes", "1")},
				Items:       []trail.Item{{ID: "1", Source: "digest", Stance: "supports", Own: true}},
			},
			want: trail.Bounds{Low: 2, High: 2},
		},
		{
			name: "a circle is one origin, and none established",
			graph: trail.Graph{
				Sources: []trail.Source{own(work("a", "A")), own(work("b", "B")), work("c", "C")},
				Derivations: []trail.Derivation{
					confirmed("a", "b", "republishes", ""), confirmed("b", "a", "translates", ""), confirmed("c", "a", "republishes", ""),
				},
				Items: []trail.Item{item("1", "c")},
			},
			want: trail.Bounds{Low: 0, High: 1},
			check: func(t *testing.T, r trail.Result) {
				if diff := cmp.Diff([][]string{{"a", "b"}}, r.Circles); diff != "" {
					t.Error(diff)
				}
			},
		},
		{
			name: "the claimant's own work proves nothing",
			graph: trail.Graph{
				Sources:  []trail.Source{own(work("speech", "K")), own(work("paper", "P"))},
				Items:    []trail.Item{item("1", "speech"), item("2", "paper")},
				Claimant: &trail.Claimant{Controls: []string{"K"}},
			},
			want: trail.Bounds{Low: 1, High: 1},
			check: func(t *testing.T, r trail.Result) {
				if diff := cmp.Diff([]string{"speech"}, r.Claimant); diff != "" {
					t.Error(diff)
				}
			},
		},
		{
			name: "a primary document that was itself captured is established",
			graph: trail.Graph{
				Sources: []trail.Source{{ID: "treaty", Kind: "work", Captured: true}},
				Items:   []trail.Item{{ID: "1", Source: "treaty", Stance: "supports", Primary: true}},
			},
			want: trail.Bounds{Low: 1, High: 1},
		},
		{
			name: "searches count for nothing",
			graph: trail.Graph{
				Sources: []trail.Source{{ID: "search", Kind: "search"}},
				Items:   []trail.Item{item("1", "search")},
			},
			want: trail.Bounds{},
			check: func(t *testing.T, r trail.Result) {
				if r.Sources != 0 || r.UnknownPublishers != 0 {
					t.Errorf("a search was counted: %+v", r)
				}
			},
		},
		{
			name: "backwards in time",
			graph: trail.Graph{
				Sources:     []trail.Source{{ID: "a", Kind: "work", Published: "2024-06-18"}, {ID: "b", Kind: "work", Published: "2024-06-20"}},
				Derivations: []trail.Derivation{confirmed("a", "b", "quotes", "")},
			},
			check: func(t *testing.T, r trail.Result) {
				if diff := cmp.Diff([][2]string{{"a", "b"}}, r.Backwards); diff != "" {
					t.Error(diff)
				}
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := trail.Analyse(tt.graph)
			if got := (trail.Bounds{Low: r.Low, High: r.High}); got != tt.want {
				t.Errorf("origins: got %+v, want %+v", got, tt.want)
			}
			if len(tt.graph.Items) > 0 && r.Sources > 0 {
				if got := r.ByStance["supports"]; got != tt.want {
					t.Errorf("by stance: got %+v, want %+v", got, tt.want)
				}
			}
			if tt.check != nil {
				tt.check(t, r)
			}
		})
	}
}
