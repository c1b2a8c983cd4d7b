package store_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// nearby is a database whose replica can be made to fail.
type nearby struct {
	*store.DB

	replica *storetest.Replica
	trouble atomic.Int64
}

func newNearby(t *testing.T) *nearby {
	t.Helper()
	n := &nearby{replica: storetest.NewReplica(t)}
	address := storetest.Postgres(t)
	n.open(t, address, n.replica.Address(address))
	return n
}

func (n *nearby) open(t *testing.T, primary, replica string) {
	t.Helper()
	db, err := store.Open(t.Context(), primary, store.Options{Replica: replica, ReplicaTrouble: func(error) { n.trouble.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	n.DB = db
	t.Cleanup(func() { _ = db.Close() })
}

// append appends so many events from an index on.
func (n *nearby) append(t *testing.T, from, count int) {
	t.Helper()
	if err := appendEvents(t.Context(), n.DB, from, count); err != nil {
		t.Fatal(err)
	}
}

// head reads the newest index that is seen by who needs the record up to another one.
func (n *nearby) head(t *testing.T, need int64) int64 {
	t.Helper()
	ctx, release := n.Public().Nearby(t.Context(), func() int64 { return need })
	defer release()
	return n.headUnder(ctx, t)
}

func (n *nearby) headUnder(ctx context.Context, t *testing.T) int64 {
	t.Helper()
	head, err := n.Public().Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func (n *nearby) used(t *testing.T, want store.ReplicaUse) {
	t.Helper()
	if use, ok := n.ReplicaUse(); !ok || use != want {
		t.Errorf("the replica was used %+v times, not %+v", use, want)
	}
}

// TestReplica: the record is read from the replica while that has what is needed, and
// from the primary when it is behind, gone, or silent; nobody is given less of the
// record than he needs, and nobody an error.
func TestReplica(t *testing.T) {
	t.Parallel()
	n := newNearby(t)
	n.append(t, 0, 3)
	n.replica.CatchUp(t)
	expect := func(what string, got, want int64) {
		t.Helper()
		if got != want {
			t.Errorf("%s: the record ends at %d, not %d", what, got, want)
		}
	}
	expect("the replica", n.head(t, 2), 2)
	n.used(t, store.ReplicaUse{Served: 1})

	n.replica.Pause(t)
	n.append(t, 3, 3)
	expect("who needs no more than the replica has", n.head(t, 2), 2)
	expect("who needs more", n.head(t, 5), 5)
	expect("who asks for none", n.headUnder(t.Context(), t), 5)
	n.used(t, store.ReplicaUse{Served: 2, Behind: 1})
	n.replica.Resume(t)
	n.replica.CatchUp(t)
	expect("the replica, later", n.head(t, 5), 5)
	n.used(t, store.ReplicaUse{Served: 3, Behind: 1})

	ctx, release := n.Public().Nearby(t.Context(), func() int64 { return 5 })
	defer release()
	expect("before it is killed", n.headUnder(ctx, t), 5)
	n.replica.Kill(t)
	expect("the same request afterwards", n.headUnder(ctx, t), 5)
	expect("the next", n.head(t, 5), 5)
	n.used(t, store.ReplicaUse{Served: 4, Behind: 1, Failed: 2})
	if told := n.trouble.Load(); told != 1 {
		t.Errorf("the operator was told %d times", told)
	}

	n.append(t, 6, 1)
	n.replica.Start(t)
	n.replica.CatchUp(t)
	n.comesBack(t, 6)
	n.replica.Freeze(t)
	began := time.Now()
	expect("a silent replica", n.head(t, 6), 6)
	t.Logf("a silent replica was waited for for %s", time.Since(began).Round(time.Millisecond))
	expect("the next", n.head(t, 6), 6)
	n.replica.Thaw(t)
	n.comesBack(t, 6)
	if told := n.trouble.Load(); told != 2 {
		t.Errorf("the operator was told %d times", told)
	}
}

// comesBack waits until the replica is used again.
func (n *nearby) comesBack(t *testing.T, need int64) {
	t.Helper()
	before, _ := n.ReplicaUse()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if head := n.head(t, need); head < need {
			t.Fatalf("the record ends at %d, before %d", head, need)
		}
		if use, _ := n.ReplicaUse(); use.Served > before.Served {
			return
		}
	}
	t.Fatal("the replica is not used again")
}

// TestOtherReplica: what is of another database is not read.
func TestOtherReplica(t *testing.T) {
	t.Parallel()
	n, other := &nearby{}, storetest.Postgres(t)
	n.open(t, storetest.Postgres(t), other)
	n.append(t, 0, 1)
	if err := appendEvents(t.Context(), storetest.Open(t, other), 100, 5); err != nil {
		t.Fatal(err)
	}
	if head := n.head(t, 0); head != 0 {
		t.Errorf("the record ends at %d, not 0", head)
	}
	n.used(t, store.ReplicaUse{Failed: 1})
	if told := n.trouble.Load(); told != 1 {
		t.Errorf("the operator was told %d times", told)
	}
}

// TestReplicaNeedsPostgres: an embedded database has no replica, and is none.
func TestReplicaNeedsPostgres(t *testing.T) {
	t.Parallel()
	for primary, replica := range map[string]string{storetest.SQLite(t): storetest.Postgres(t), storetest.Postgres(t): storetest.SQLite(t), storetest.SQLite(t): "nowhere"} {
		if db, err := store.Open(t.Context(), primary, store.Options{Replica: replica}); err == nil {
			t.Errorf("%s with the replica %s was opened: %v", primary, replica, db.Close())
		}
	}
}
