package store_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// wire leads to a database, and breaks when it is told to.
type wire struct {
	left  atomic.Int64 // how many bytes of answers still come through
	after func()       // what happens then
}

// socket is the name of PostgreSQL's socket in its folder.
const socket = ".s.PGSQL.5432"

// newWire gives a wire and the address at its end.
func newWire(t *testing.T, address string, after func()) (*wire, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q, dir := u.Query(), t.TempDir()
	server := filepath.Join(q.Get("host"), socket)
	l, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	w := &wire{after: after}
	w.left.Store(1 << 40)
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(client, server)
		}
	}()
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	return w, u.String()
}

func (w *wire) carry(client net.Conn, server string) {
	defer client.Close()
	to, err := net.Dial("unix", server)
	if err != nil {
		return
	}
	go func() {
		defer to.Close()
		_, _ = io.Copy(to, client) // until one of them is gone
	}()
	_, _ = io.Copy(client, io.TeeReader(to, w)) // as above
}

var errBroken = errors.New("the wire is broken")

// Write counts what comes through.
func (w *wire) Write(p []byte) (int, error) {
	if w.left.Add(-int64(len(p))) < 0 {
		w.after()
		return 0, errBroken
	}
	return len(p), nil
}

// TestReplicaMidway: a replica that breaks off in the middle of an answer, or says no
// more, is given up, and whoever reads gets everything.
func TestReplicaMidway(t *testing.T) {
	t.Parallel()
	for name, silent := range map[string]bool{"breaks off": false, "says no more": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			over := make(chan struct{})
			address := storetest.Postgres(t)
			w, replica := newWire(t, address, func() {
				if silent {
					<-over
				}
			})
			n := &nearby{}
			n.open(t, address, replica)
			t.Cleanup(func() { close(over) })
			const documents, size = 20, 20_000
			err := n.Write(t.Context(), kb.System, func(tx *store.Tx) error {
				if err := tx.LockRecord(); err != nil {
					return err
				}
				for i := range documents {
					body := fmt.Appendf(nil, `{"event":"%d %s"}`, i, strings.Repeat("x", size))
					if _, err := tx.AppendEvent(store.Event{Kind: record.KindKey, Subject: fmt.Sprint(i), Body: body, Leaf: record.Leaf{V: 1, Kind: record.KindKey}}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			events := make([]int64, documents)
			for i := range events {
				events[i] = int64(i)
			}
			ctx, release := n.Public().Nearby(t.Context(), func() int64 { return documents - 1 })
			defer release()
			if n.headUnder(ctx, t) != documents-1 {
				t.Fatal("the replica is not used")
			}
			w.left.Store(documents / 2 * size)
			read, err := n.Public().DocumentsAt(ctx, events)
			if err != nil || len(read) != documents {
				t.Errorf("%d documents, %v", len(read), err)
			}
			n.used(t, store.ReplicaUse{Served: 1, Failed: 1})
			if told := n.trouble.Load(); told != 1 {
				t.Errorf("the operator was told %d times", told)
			}
		})
	}
}

// TestReplicaIsBusy: whoever finds all connections in use reads from the primary at
// once, and the replica does not count as failed.
func TestReplicaIsBusy(t *testing.T) {
	t.Parallel()
	address := storetest.Postgres(t)
	n := &nearby{}
	n.open(t, address, address)
	n.append(t, 0, 1)
	const places = 16
	releases := make([]func(), places)
	for i := range releases {
		ctx, release := n.Public().Nearby(t.Context(), func() int64 { return 0 })
		n.headUnder(ctx, t)
		releases[i] = release
	}
	n.head(t, 0)
	n.used(t, store.ReplicaUse{Served: places, Busy: 1})
	for _, release := range releases {
		release()
		release() // as a handler does after the writer did
	}
	n.head(t, 0)
	n.used(t, store.ReplicaUse{Served: places + 1, Busy: 1})
}

// TestReplicaOfUnsigned: an entry that the replica has and its signature not is proven,
// since the log is read where it is written.
func TestReplicaOfUnsigned(t *testing.T) {
	t.Parallel()
	n := newNearby(t)
	sign := func() {
		t.Helper()
		if err := n.SignTree(t.Context(), func(store.Tree) ([]byte, error) { return []byte("signed"), nil }); err != nil {
			t.Fatal(err)
		}
	}
	n.append(t, 0, 3)
	sign()
	n.append(t, 3, 1)
	n.replica.CatchUp(t)
	n.replica.Pause(t)
	sign()
	ctx, release := n.Public().Nearby(t.Context(), func() int64 { return 3 })
	defer release()
	if _, err := n.Public().Proof(ctx, 3); err != nil {
		t.Error(err)
	}
	n.replica.Resume(t)
}
