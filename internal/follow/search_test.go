package follow_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/internal/synthetic"
)

// found gives, for each query, what a follower finds, in its order, page by page.
func found(t *testing.T, f *follow.Follower, queries []string) map[string][]string {
	t.Helper()
	results := map[string][]string{}
	for _, typed := range queries {
		for q := (follow.Query{Wanted: search.Parse(typed), Limit: 7}); ; {
			list, page := claims(t, f, q)
			results[typed] = append(results[typed], list...)
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return results
}

// TestSameEverywhere: the same search gives the same claims in the same order on both
// engines, to a follower that was there when they were published and corrected, and to
// one that starts afterwards.
func TestSameEverywhere(t *testing.T) {
	t.Parallel()
	source, err := synthetic.New()
	if err != nil {
		t.Fatal(err)
	}
	queries := []string{"time", "people say", "one work", "like -time", "go", "peop*"}
	for i := range 6 {
		queries = append(queries, strings.TrimSuffix(source.Sentence(synthetic.Random(500+i), 1+i%3), "."))
	}
	var mu sync.Mutex
	var first map[string][]string
	t.Run("engines", func(t *testing.T) {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			f := follow.New(db.Public())
			var last int64
			for i := range 150 {
				last = publish(t, db, source.Digest(i))
				if i%7 == 0 {
					if err := f.CatchUp(t.Context(), last); err != nil {
						t.Fatal(err)
					}
				}
			}
			for i := 0; i < 150; i += 10 {
				d := source.Digest(1000 + i)
				d.Claim, d.Number = source.Digest(i).Claim, 2
				last = publish(t, db, d)
			}
			later := follow.New(db.Public())
			for _, reader := range []*follow.Follower{f, later} {
				if err := reader.CatchUp(t.Context(), last); err != nil {
					t.Fatal(err)
				}
			}
			now := found(t, f, queries)
			if diff := cmp.Diff(now, found(t, later, queries)); diff != "" {
				t.Errorf("after a restart: %s", diff)
			}
			mu.Lock()
			defer mu.Unlock()
			if first == nil {
				first = now
			}
			if diff := cmp.Diff(first, now); diff != "" {
				t.Errorf("engines differ: %s", diff)
			}
		})
	})
	total := 0
	for _, list := range first {
		total += len(list)
	}
	if total < 50 {
		t.Errorf("the queries find %d claims only", total)
	}
}
