//go:build e2e

package main

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// largest is the card of the demonstration that has the most to say.
func (c *cards) largest(t *testing.T) (card string) {
	t.Helper()
	most := 0
	for _, claim := range c.claims {
		for _, lang := range []string{"en", "de", "es", "fr", "ru"} {
			address := c.card(claim, "?rev=1&theme=dark&lang="+lang)
			if n := len(c.fetch(t, address)); n > most {
				most, card = n, address
			}
		}
	}
	return card
}

// network records what an article with a card asks of whom, and what it costs.
func (c *cards) network(t *testing.T) {
	b := newTab(t, c.browser, c.base, true)
	traffic := newTraffic(b)
	snippet := regexp.MustCompile(`src="[^"]*/embed/[^"]*"`).ReplaceAllLiteralString(c.snippet(t, c.retracted), `src="`+html.EscapeString(c.largest(t))+`"`)
	b.open(c.paper.publish(article{body: snippet}))
	b.revealed(1)
	answers := traffic.finished(t, c.base, 4)
	for _, r := range answers {
		if !strings.HasPrefix(r.url, c.base+"/") && !strings.HasPrefix(r.url, c.paper.base+"/") {
			t.Errorf("the article asks %s", r.url)
		}
		if r.cookies != "" {
			t.Errorf("%s sets the cookie %s", r.url, r.cookies)
		}
	}
	total, sizes := 0.0, []string{}
	for _, r := range answers {
		if strings.HasPrefix(r.url, c.base+"/") {
			total += r.bytes
			sizes = append(sizes, fmt.Sprintf("%s %.0f", strings.TrimPrefix(r.url, c.base), r.bytes))
		}
	}
	slices.Sort(sizes)
	t.Logf("one card: %.0f bytes (%s)", total, strings.Join(sizes, ", "))
	if total > mostBytes {
		t.Errorf("one card costs %.0f bytes, at most %d are allowed: %v", total, mostBytes, sizes)
	}
	if kept := inside[string](b.frames()[0], "[document.cookie, localStorage.length, sessionStorage.length].join()"); kept != ",0,0" {
		t.Errorf("the card keeps cookies, local and session storage: %s", kept)
	}
}

// traffic is what a tab asked, by request.
type traffic struct {
	mu       sync.Mutex
	requests map[network.RequestID]*exchange
	changed  chan struct{}
}

type exchange struct {
	url, cookies string
	bytes        float64
	done         bool
}

func newTraffic(b *tab) *traffic {
	b.t.Helper()
	x := &traffic{requests: map[network.RequestID]*exchange{}, changed: make(chan struct{}, 1)}
	if err := chromedp.Listen(b.ctx, x.note); err != nil {
		b.t.Fatal(err)
	}
	return x
}

func (x *traffic) note(event any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		x.of(e.RequestID).url = e.Request.URL
	case *network.EventResponseReceivedExtraInfo:
		for name, value := range e.Headers {
			if strings.EqualFold(name, "set-cookie") {
				x.of(e.RequestID).cookies = fmt.Sprint(value)
			}
		}
	case *network.EventLoadingFinished:
		x.of(e.RequestID).bytes, x.of(e.RequestID).done = e.EncodedDataLength, true
	}
	select {
	case x.changed <- struct{}{}:
	default:
	}
}

func (x *traffic) of(id network.RequestID) *exchange {
	if x.requests[id] == nil {
		x.requests[id] = &exchange{}
	}
	return x.requests[id]
}

// finished waits until so many answers of a site have arrived whole, and none is
// on its way, and gives all exchanges.
func (x *traffic) finished(t *testing.T, base string, answers int) []exchange {
	t.Helper()
	deadline := time.After(stepTime)
	for {
		list, done := x.list(base)
		if done >= answers && !slices.ContainsFunc(list, func(r exchange) bool { return strings.HasPrefix(r.url, base+"/") && !r.done }) {
			return list
		}
		select {
		case <-x.changed:
		case <-deadline:
			t.Fatalf("%d answers of %d: %+v", done, answers, list)
		}
	}
}

func (x *traffic) list(base string) (list []exchange, done int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range x.requests {
		list = append(list, *r)
		if r.done && strings.HasPrefix(r.url, base+"/") {
			done++
		}
	}
	return list, done
}
