package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// BenchmarkAppend appends events to the log: body, leaf, hashes of the tree and
// audit. Each is committed and signed by itself, as publications are, or many in
// one transaction that is signed at its end. The test server of PostgreSQL does
// not sync.
func BenchmarkAppend(b *testing.B) {
	engines := []struct {
		name    string
		address func(testing.TB) string
	}{{"sqlite", storetest.SQLite}, {"postgres", storetest.Postgres}}
	for _, engine := range engines {
		for _, batch := range []int{1, 100, 1000} {
			b.Run(fmt.Sprintf("%s/batch=%d", engine.name, batch), func(b *testing.B) {
				db, sign := storetest.Open(b, engine.address(b)), signing(b)
				n := 0
				for b.Loop() {
					if err := appendEvents(b.Context(), db, n, batch); err != nil {
						b.Fatal(err)
					}
					if err := db.SignTree(b.Context(), sign); err != nil {
						b.Fatal(err)
					}
					n += batch
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "appends/s")
			})
		}
	}
}

// signing gives what signs a tree.
func signing(b *testing.B) func(store.Tree) ([]byte, error) {
	b.Helper()
	key, err := record.NewKey("bench.example/log")
	if err != nil {
		b.Fatal(err)
	}
	signer, err := record.NewSigner(key)
	if err != nil {
		b.Fatal(err)
	}
	return func(tree store.Tree) ([]byte, error) { return signer.Sign(tree.Size, tree.Root) }
}

// appendEvents appends events in one transaction.
func appendEvents(ctx context.Context, db *store.DB, from, n int) error {
	return db.Write(ctx, kb.System, func(tx *store.Tx) error {
		if err := tx.LockRecord(); err != nil {
			return err
		}
		for i := from; i < from+n; i++ {
			subject := fmt.Sprint(i)
			_, err := tx.AppendEvent(store.Event{
				Kind: record.KindKey, Subject: subject, Body: fmt.Appendf(nil, `{"event":%d}`, i),
				Leaf: record.Leaf{V: 1, Kind: record.KindKey, Subject: subject, PublishedAt: record.Stamp(tx.Now()), URL: "https://bench.example/methodology"},
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
