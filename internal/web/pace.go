package web

import (
	"context"
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// pace keeps one address from having texts matched without end: that takes a processor
// some tens of milliseconds each. It is this process's own, as its processors are.
type pace struct {
	addresses *otter.Cache[netip.Prefix, *rate.Limiter]
}

const (
	matchesPerSecond = 4
	matchesAtOnce    = 30     // as many as a few posts take that somebody types
	pacedAddresses   = 10_000 // that are remembered
	networkBits      = 64     // of an IPv6 address: the rest is the asker's own to choose
)

func newPace() (*pace, error) {
	addresses, err := otter.New(&otter.Options[netip.Prefix, *rate.Limiter]{MaximumSize: pacedAddresses})
	return &pace{addresses}, err
}

// from notes where a request comes from, as far as trusted proxies tell.
func from(c *gin.Context) {
	askingOf(c.Request.Context()).address = c.ClientIP()
}

// take counts one more match for the address that asks. Errors: Throttled.
func (p *pace) take(ctx context.Context) error {
	address, err := netip.ParseAddr(askingOf(ctx).address)
	if err != nil {
		return kb.Errorf(kb.Malformed, "It is not known where this request comes from.")
	}
	limiter, _ := p.addresses.ComputeIfAbsent(networkOf(address), func() (*rate.Limiter, bool) {
		return rate.NewLimiter(matchesPerSecond, matchesAtOnce), false
	})
	if limiter.Allow() {
		return nil
	}
	e := kb.Errorf(kb.Throttled, "Many texts were looked up from your address just now. Wait a few seconds, and go on.")
	e.RetryAfter = time.Second
	return e
}

// networkOf gives who is at an address: a host, or a whole network of IPv6.
func networkOf(address netip.Addr) netip.Prefix {
	address = address.Unmap().WithZone("")
	return netip.PrefixFrom(address, min(address.BitLen(), networkBits)).Masked()
}
