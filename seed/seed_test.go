package seed_test

import (
	"testing"

	"gocloud.dev/blob/memblob"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/outbound"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/seed"
)

func load(t *testing.T, db *store.DB) {
	t.Helper()
	archive := capture.New(outbound.New(outbound.Options{}), capture.NewBlobs(memblob.OpenBucket(nil)), nil)
	d := desk.New(desk.Options{DB: db, BaseURL: "https://claims.example", Archive: archive})
	if err := seed.Load(t.Context(), d, seed.Data()); err != nil {
		t.Fatal(err)
	}
}

// audited counts everything that was ever done.
func audited(t *testing.T, r store.Reader) int {
	t.Helper()
	counts, err := r.AuditActions()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range counts {
		n += c.N
	}
	return n
}

// TestLoad loads the data set on each engine, twice, and counts what is there.
func TestLoad(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		load(t, db)
		r := db.Desk(t.Context())
		once := audited(t, r)
		load(t, db)
		if again := audited(t, r); again != once {
			t.Errorf("loading again changed %d things", again-once)
		}
		counts, err := r.StateCounts()
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, n := range counts {
			total += n
		}
		sources, _ := r.Sources(store.NameQuery{Limit: 1000})
		excerpts, _ := r.ExcerptChoices(1000)
		t.Logf("%d claims %v, %d sources, %d excerpts", total, counts, len(sources), len(excerpts))
		if total < 14 || counts[kb.Published] < 8 || len(counts) < 4 {
			t.Errorf("claims: %d in states %v; want 14, 8 published, 4 states at least", total, counts)
		}
		if len(sources) < 25 || len(excerpts) < 30 {
			t.Errorf("%d sources, %d excerpts; want 25 and 30 at least", len(sources), len(excerpts))
		}
		entries, err := db.Public().Entries(t.Context(), -1, 1000)
		if err != nil {
			t.Fatal(err)
		}
		second := 0
		for _, e := range entries {
			if e.Digest == nil {
				continue
			}
			if !e.Digest.Demonstration {
				t.Errorf("the ruling on %q is not marked as a demonstration", e.Digest.Text)
			}
			if e.Digest.Number > 1 {
				second++
			}
		}
		if second == 0 {
			t.Error("no claim has a second revision")
		}
	})
}
