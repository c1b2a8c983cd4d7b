package store_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// candidate is a process that wants to do a duty.
type candidate struct {
	stop  context.CancelFunc
	ended chan struct{}
	begun chan string // its name, when it begins to work
	left  chan string // its name, when it is told to stop
}

func newCandidate(t *testing.T, address, name string, duty store.Duty, begun, left chan string) *candidate {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	c := &candidate{stop: sync.OnceFunc(stop), ended: make(chan struct{}), begun: begun, left: left}
	db := storetest.Open(t, address)
	go func() {
		defer close(c.ended)
		db.Lead(ctx, duty, func(ctx context.Context) {
			begun <- name
			<-ctx.Done()
			left <- name
		}, func(error) {})
	}()
	t.Cleanup(c.end)
	return c
}

func (c *candidate) end() {
	c.stop()
	<-c.ended
}

func next(t *testing.T, what string, from <-chan string) string {
	t.Helper()
	select {
	case name := <-from:
		return name
	case <-time.After(time.Minute):
		t.Fatalf("nobody %s", what)
		return ""
	}
}

// TestLead: one process does a duty, and another takes it over when that ends or its
// connection is cut; the one that lost it is told. Different duties are different.
func TestLead(t *testing.T) {
	t.Parallel()
	address := storetest.Postgres(t)
	begun, left := make(chan string, 10), make(chan string, 10)
	candidates := map[string]*candidate{"a": newCandidate(t, address, "a", store.Clock, begun, left), "b": newCandidate(t, address, "b", store.Clock, begun, left)}
	first := next(t, "leads", begun)

	others, othersLeft := make(chan string, 10), make(chan string, 10)
	newCandidate(t, address, "c", store.Meanings, others, othersLeft)
	next(t, "leads in another duty", others)

	if err := storetest.CutConnections(address); err != nil {
		t.Fatal(err)
	}
	if told := next(t, "is told", left); told != first {
		t.Errorf("%s is told that it leads no more, not %s", told, first)
	}
	second := next(t, "takes over", begun)
	candidates[second].end()
	if told := next(t, "is told", left); told != second {
		t.Errorf("%s is told that it leads no more, not %s", told, second)
	}
	if third := next(t, "takes over", begun); third == second {
		t.Errorf("%s leads after its end", third)
	}
	if len(begun) != 0 {
		t.Errorf("%s leads beside another", <-begun)
	}
}

// TestLeadAlone: an embedded database has one process, which does everything.
func TestLeadAlone(t *testing.T) {
	t.Parallel()
	begun, left := make(chan string, 1), make(chan string, 1)
	c := newCandidate(t, storetest.SQLite(t), "a", store.Clock, begun, left)
	next(t, "leads", begun)
	c.end()
	next(t, "is told", left)
}
