package follow_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// publish appends a revision with a digest and gives its log index.
func publish(t *testing.T, db *store.DB, d record.Digest) int64 {
	t.Helper()
	var index int64
	err := db.Write(t.Context(), kb.System, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		body := fmt.Appendf(nil, "%s %d", d.Claim, d.Number)
		revision := store.Revision{ClaimID: d.Claim, Number: d.Number, Hash: record.Hash(body), ContentHash: "c", PublishedAt: tx.Now()}
		if d.Number > 1 {
			revision.Previous, revision.Class = record.Hash(fmt.Appendf(nil, "%s %d", d.Claim, d.Number-1)), "correction"
		}
		var err error
		if index, err = tx.AppendEvent(store.Event{Kind: record.KindRevision, Claim: kb.ID(d.Claim), Body: body, Leaf: record.Leaf{V: 1}}); err != nil {
			return err
		}
		revision.EventIdx = index
		return tx.InsertRevision(revision, d)
	})
	if err != nil {
		t.Fatal(err)
	}
	return index
}

func digest(n, number int, rating string) record.Digest {
	return record.Digest{
		Claim: fmt.Sprintf("claim%03d", n), Number: number, Text: fmt.Sprintf("Claim %d, revision %d", n, number), Language: "en", Outcome: "rated",
		Rating: &record.Rating{Key: rating}, SaidOn: kb.StatedDate(fmt.Sprintf("2024-06-%02d", n+1)),
		Topics:   []record.TopicRef{{Slug: "even", Name: "Even"}}[n%2:],
		Speakers: []record.SpeakerRef{{Named: record.Named{ID: "speaker1", Name: "A Speaker"}}},
	}
}

func claims(t *testing.T, f *follow.Follower, q follow.Query) ([]string, follow.Page) {
	t.Helper()
	page, err := f.Claims(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, d := range page.Digests {
		list = append(list, d.Text)
	}
	return list, page
}

// TestLists: the newest publication first, each claim once as it is now, filters
// and counts exact, pages without gap or repetition.
func TestLists(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := follow.New(db.Public())
		for n := range 7 {
			publish(t, db, digest(n, 1, "unproven"))
		}
		last := publish(t, db, digest(2, 2, "false"))
		if got, _ := claims(t, f, follow.Query{Limit: 10}); got != nil {
			t.Errorf("before it caught up it shows %v", got)
		}
		if err := f.CatchUp(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		got, page := claims(t, f, follow.Query{Limit: 3, Count: true})
		if diff := cmp.Diff([]string{"Claim 2, revision 2", "Claim 6, revision 1", "Claim 5, revision 1"}, got); diff != "" {
			t.Error(diff)
		}
		if page.Total != 7 {
			t.Errorf("%d in all, want 7", page.Total)
		}
		if diff := cmp.Diff([]follow.Count{{"unproven", "unproven", 6}, {"false", "false", 1}}, page.Ratings); diff != "" {
			t.Error(diff)
		}
		seen := got
		for page.Next != "" {
			got, page = claims(t, f, follow.Query{Limit: 3, After: page.Next})
			seen = append(seen, got...)
		}
		if len(seen) != 7 {
			t.Errorf("paging showed %v", seen)
		}
		for _, tt := range []struct {
			query follow.Query
			want  int
		}{
			{follow.Query{Rating: "false"}, 1}, {follow.Query{Topic: "even"}, 4}, {follow.Query{Speaker: "speaker1"}, 7}, {follow.Query{Speaker: "nobody"}, 0},
			{follow.Query{From: "2024-06-03", To: "2024-06-04"}, 2}, {follow.Query{Language: "fr"}, 0}, {follow.Query{Topic: "even", Rating: "unproven"}, 3},
		} {
			tt.query.Limit = 20
			if got, page := claims(t, f, tt.query); len(got) != tt.want || page.Total != tt.want {
				t.Errorf("%+v gives %v of %d", tt.query, got, page.Total)
			}
		}
		if name, ok, err := f.Name(t.Context(), follow.Subject{Kind: follow.Speaker, ID: "speaker1"}); err != nil || !ok || name != "A Speaker" {
			t.Errorf("name %q, %v", name, ok)
		}
	})
}

// TestCatchUpConcurrently: many readers and publications at once, and nobody
// misses or repeats an event.
func TestCatchUpConcurrently(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := follow.New(db.Public())
		var wg sync.WaitGroup
		for n := range 20 {
			index := publish(t, db, digest(n, 1, "unproven"))
			wg.Go(func() {
				if err := f.CatchUp(t.Context(), index); err != nil {
					t.Error(err)
				}
				if _, page := claims(t, f, follow.Query{Limit: 1}); page.Total <= n {
					t.Errorf("after catching up with %d it knows %d claims", index, page.Total)
				}
			})
		}
		wg.Wait()
		if _, page := claims(t, f, follow.Query{Limit: 1}); page.Total != 20 {
			t.Errorf("%d claims, want 20", page.Total)
		}
		if err := f.CatchUp(t.Context(), 1000); err == nil {
			t.Error("it caught up with what is not there")
		}
		if _, err := f.Claims(t.Context(), follow.Query{Limit: 1, After: "?"}); kb.KindOf(err) != kb.Malformed {
			t.Errorf("a cursor that is none: %v", err)
		}
	})
}
