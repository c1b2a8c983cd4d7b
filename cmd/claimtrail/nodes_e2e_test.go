//go:build e2e

package main

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

const (
	frozenVariable = "CLAIMTRAIL_FROZEN" // seconds for which a node is frozen
	usuallyFrozen  = 3 * time.Second
	seenWithin     = time.Second // what one node acknowledged, by the others
)

// nodes are processes on one PostgreSQL, each at an address of its own.
type nodes struct {
	*prey // the first one, whose clients correct and publish

	all []*prey
}

func newNodes(t *testing.T, n int, address string, flags ...string) *nodes {
	t.Helper()
	first := newPrey(t, address)
	first.args = append(first.args, flags...)
	c := &nodes{prey: first, all: []*prey{first}}
	for range n - 1 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		other := &prey{base: "http://" + l.Addr().String(), args: slices.Clone(first.args), claims: first.claims, shown: maps.Clone(first.shown), vkey: first.vkey, before: first.before}
		other.args[slices.Index(other.args, "--addr")+1] = l.Addr().String()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		c.all = append(c.all, other)
	}
	for _, node := range c.all {
		node.start(t)
		t.Cleanup(func() { node.end() })
	}
	first.signIn(t)
	for _, node := range c.all[1:] {
		node.editor, node.reviewer = first.editor, first.reviewer // a session is everybody's
	}
	return c
}

func (p *prey) end() {
	_ = p.process.Process.Kill()
	_ = p.process.Wait() // it was killed
}

// correct takes a claim through a whole correction at a node, and gives the revision
// that was acknowledged. A request that meets an outage is asked again.
func (p *prey) correct(t *testing.T, id kb.ID) int {
	t.Helper()
	before := 0
	var failed error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		number, err := p.newest(id)
		switch {
		case err != nil:
			failed = err
			continue
		case before == 0:
			before = number
		case number > before:
			return number
		}
		if err := p.advance(t, id); err != nil {
			failed = err
		}
	}
	t.Fatalf("claim %s does not get past revision %d: %v", id, before, failed)
	return 0
}

// seen waits until the nodes show a revision, in the document and on the page, and
// gives how long the slowest took.
func seen(t *testing.T, id kb.ID, revision int, by ...*prey) time.Duration {
	t.Helper()
	began := time.Now()
	for _, node := range by {
		for {
			number, err := node.newest(id)
			page, pageErr := node.get(http.DefaultClient, "/claims/"+string(id)) // as anybody: who wrote it is shown it anyway
			if err == nil && pageErr == nil && number >= revision && strings.Contains(page, "<dt>Revision</dt><dd>"+strconv.Itoa(number)+" ") {
				break
			}
			if time.Since(began) > 10*seenWithin { // it is lost, not late
				t.Fatalf("revision %d of %s is not seen at %s: %d, %v %v", revision, id, node.base, number, err, pageErr)
			}
		}
	}
	return time.Since(began)
}

// TestNodes: three processes on one primary and its replica, with readers at each of
// them all the time. What one process acknowledged the others show within a second,
// though they kept the page; whether a process is killed or frozen, the replica is
// killed, paused or frozen, or the primary's connections are cut, nothing that was
// acknowledged is lost, and nobody goes on showing what is old. Without the replica
// nobody even notices.
func TestNodes(t *testing.T) {
	replica, address := storetest.NewReplica(t), storetest.Postgres(t)
	c := newNodes(t, 3, address, "--replica-url", replica.Address(address))
	replica.CatchUp(t)
	a, b, d := c.all[0], c.all[1], c.all[2]
	id := c.claims[0]
	seen(t, id, 1, a, b, d)
	crowd := gather(t, id, c.all)
	crowd.calm.Store(true)
	check := func(what string, took time.Duration) {
		t.Helper()
		t.Logf("%s: seen after %s", what, took.Round(time.Millisecond))
		if took > seenWithin {
			t.Errorf("%s: seen after %s", what, took)
		}
	}
	correct := func(at *prey) int { t.Helper(); return crowd.acknowledge(at.correct(t, id)) }
	corrected := func(what string, at *prey, by ...*prey) {
		t.Helper()
		check(what, seen(t, id, correct(at), by...))
	}
	for range 3 {
		corrected("a correction", a, b, d)
	}

	if n := replica.Readers(t, address); n < len(c.all) {
		t.Errorf("%d of %d processes read from the replica", n, len(c.all))
	}

	replica.Pause(t)
	corrected("a correction while the replica is behind", a, b, d)
	replica.Resume(t)
	replica.Freeze(t)
	corrected("a correction while the replica is silent", b, a, d)
	replica.Thaw(t)
	replica.Kill(t)
	corrected("a correction while the replica is gone", d, a, b)
	replica.Start(t)
	replica.CatchUp(t)
	corrected("a correction after it came back", a, b, d)

	crowd.calm.Store(false)
	killed := correct(a)
	a.end()
	check("what a killed process acknowledged", seen(t, id, killed, b, d))
	corrected("a correction beside it", b, d)

	if err := storetest.CutConnections(a.database()); err != nil {
		t.Fatal(err)
	}
	var before int
	for range 50 { // a request under way may fail
		if number, err := b.newest(id); err == nil {
			before = number
			break
		}
	}
	corrected("a correction after all connections were cut", b, d)
	if number, err := d.newest(id); err != nil || number <= before {
		t.Errorf("revision %d after %d: %v", number, before, err)
	}

	meanwhile := c.freeze(t, crowd, d, func() int { return correct(b) })
	check("what was published while a process was frozen", seen(t, id, meanwhile, d))
	a.start(t)
	check("what was published while a process was away", seen(t, id, meanwhile, a))
	crowd.leave()
	t.Logf("%d pages were read meanwhile, %d requests failed while a process or the primary was away", crowd.shown.Load(), crowd.broken.Load())
	if crowd.shown.Load() < 1000 {
		t.Error("hardly anybody read")
	}
	b.settle(t)
}

// freeze stops a node for a while, lets something happen meanwhile, and gives what
// that gives.
func (c *nodes) freeze(t *testing.T, crowd *crowd, node *prey, meanwhile func() int) int {
	t.Helper()
	frozen := usuallyFrozen
	if n, err := strconv.Atoi(os.Getenv(frozenVariable)); err == nil {
		frozen = time.Duration(n) * time.Second
	}
	thawed := crowd.freeze(node)
	if err := node.process.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	revision := meanwhile()
	thaw := time.NewTimer(frozen)
	<-thaw.C
	thawed()
	if err := node.process.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	return revision
}

func (p *prey) database() string { return p.args[slices.Index(p.args, "--database-url")+1] }

// balancer hands requests to the nodes that say that they are ready, as a load balancer
// does that asks each of them every tenth of a second.
type balancer struct {
	nodes []*prey
	ready []atomic.Bool
	turn  atomic.Int64
	stop  chan struct{}
	done  sync.WaitGroup
}

func balance(t *testing.T, nodes []*prey) *balancer {
	t.Helper()
	b := &balancer{nodes: nodes, ready: make([]atomic.Bool, len(nodes)), stop: make(chan struct{})}
	for i := range nodes {
		b.ready[i].Store(true)
		b.done.Go(func() {
			tick := time.NewTicker(100 * time.Millisecond)
			defer tick.Stop()
			for {
				answer, err := http.Get(nodes[i].base + "/readyz")
				if err == nil {
					_ = answer.Body.Close()
				}
				b.ready[i].Store(err == nil && answer.StatusCode == http.StatusOK)
				select {
				case <-tick.C:
				case <-b.stop:
					return
				}
			}
		})
	}
	return b
}

func (b *balancer) next() string {
	for {
		i := int(b.turn.Add(1)) % len(b.nodes)
		if b.ready[i].Load() {
			return b.nodes[i].base
		}
	}
}

// TestRollingRestart: while readers ask without a pause, the processes are ended and
// started again one after the other, and no request fails.
func TestRollingRestart(t *testing.T) {
	c := newNodes(t, 3, storetest.Postgres(t), "--drain", "1s")
	b := balance(t, c.all)
	var asked, failed atomic.Int64
	paths := []string{"/claims/" + string(c.claims[0]), "/claims", "/claims?q=opinion", "/claims/" + string(c.claims[1]) + ".json", "/"}
	for w := range 4 {
		b.done.Go(func() {
			client := &http.Client{Timeout: 20 * time.Second}
			for n := w; ; n++ {
				select {
				case <-b.stop:
					return
				default:
				}
				if err := ask(client, b.next()+paths[n%len(paths)]); err != nil {
					failed.Add(1)
					t.Error(err)
				}
				asked.Add(1)
			}
		})
	}
	for _, node := range c.all {
		if err := node.process.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := node.process.Wait(); err != nil {
			t.Errorf("a process that was asked to end: %v", err)
		}
		node.start(t)
	}
	close(b.stop)
	b.done.Wait()
	t.Logf("%d requests, %d failed", asked.Load(), failed.Load())
	if asked.Load() < 100 {
		t.Errorf("only %d requests were asked", asked.Load())
	}
}

func ask(client *http.Client, address string) error {
	answer, err := client.Get(address)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %d", address, answer.StatusCode)
	}
	return nil
}
