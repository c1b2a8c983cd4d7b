//go:build e2e

package main

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// crowd reads claim pages at all nodes without a pause, and holds what it is shown
// against what was acknowledged.
type crowd struct {
	t     *testing.T
	claim kb.ID
	stop  context.CancelFunc
	done  sync.WaitGroup
	calm  atomic.Bool // nothing is broken that an answer needs

	shown, broken atomic.Int64 // pages that were shown, and requests that failed

	mu           sync.Mutex
	acknowledged []acknowledged
	thawed       map[*prey]time.Time // when a node went on; far ahead while it is frozen
}

type acknowledged struct {
	revision int
	at       time.Time
}

const (
	readersOfEach = 2
	readEvery     = 4 * time.Millisecond
)

// gather lets readers come.
func gather(t *testing.T, claim kb.ID, nodes []*prey) *crowd {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	c := &crowd{t: t, claim: claim, stop: stop, thawed: map[*prey]time.Time{}}
	for _, node := range nodes {
		for range readersOfEach {
			c.done.Go(func() { c.read(ctx, node) })
		}
	}
	t.Cleanup(c.leave)
	return c
}

func (c *crowd) leave() {
	c.stop()
	c.done.Wait()
}

// acknowledge notes what everybody must be shown from a second later on.
func (c *crowd) acknowledge(revision int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acknowledged = append(c.acknowledged, acknowledged{revision, time.Now()})
	return revision
}

// due gives the least revision that may be shown to who asked at a time.
func (c *crowd) due(asked time.Time) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	least := 0
	for _, a := range c.acknowledged {
		if asked.Sub(a.at) > seenWithin {
			least = max(least, a.revision)
		}
	}
	return least
}

// freeze excuses a node until a second after thaw.
func (c *crowd) freeze(node *prey) (thaw func()) {
	set := func(at time.Time) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.thawed[node] = at
	}
	set(time.Now().Add(time.Hour))
	return func() { set(time.Now()) }
}

func (c *crowd) excused(node *prey) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, was := c.thawed[node]
	return was && time.Since(at) < seenWithin
}

func (c *crowd) read(ctx context.Context, node *prey) {
	client := &http.Client{Timeout: time.Minute}
	tick := time.NewTicker(readEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		asked := time.Now()
		calm := c.calm.Load()
		status, revision, err := c.ask(ctx, client, node)
		switch {
		case ctx.Err() != nil:
		case err != nil || status >= http.StatusInternalServerError:
			c.broken.Add(1)
			if calm && c.calm.Load() {
				c.t.Errorf("%s: %d %v", node.base, status, err)
			}
		case status != http.StatusOK || revision == 0:
			c.t.Errorf("%s: %d, revision %d", node.base, status, revision)
		case revision < c.due(asked) && !c.excused(node):
			c.t.Errorf("%s shows revision %d a second after %d was acknowledged", node.base, revision, c.due(asked))
		default:
			c.shown.Add(1)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

var revisionOf = regexp.MustCompile(`<dt>Revision</dt><dd>(\d+) `)

func (c *crowd) ask(ctx context.Context, client *http.Client, node *prey) (status, revision int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, node.base+"/claims/"+string(c.claim), nil)
	if err != nil {
		return 0, 0, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, 0, err
	}
	if m := revisionOf.FindSubmatch(body); m != nil {
		revision, err = strconv.Atoi(string(m[1]))
	}
	return answer.StatusCode, revision, err
}
