// Package outbound is the only way to other people's servers. Its client
// refuses addresses inside our own network, after the name was resolved and
// again on every redirect; limits time, size and redirects; sends no
// credentials; asks robots.txt; and is slow to each host. It knows nothing of
// what is fetched.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// What a fetch may take.
const (
	mostRedirects  = 5
	dialTimeout    = 10 * time.Second
	headerTimeout  = 20 * time.Second
	wholeTimeout   = 60 * time.Second
	mostHeader     = 64 << 10 // bytes
	longestAddress = 4096     // bytes
)

// userAgent says who asks, so that a site can tell us off.
const userAgent = "ClaimtrailBot/1 (archives pages that fact-checks cite; obeys robots.txt)"

// agent is the name that robots.txt knows us by.
const agent = "ClaimtrailBot"

// Options shape a client. The zero value is for the open internet.
type Options struct {
	// Allowed are addresses inside private ranges that may be reached all the
	// same, at any port: for tests on the loopback. Nothing that a user can set
	// leads here.
	Allowed []netip.Prefix
	// Resolver looks names up; the system's when nil.
	Resolver *net.Resolver
	// Pace is the least time between two requests to one host; two seconds when
	// zero, none when negative.
	Pace time.Duration
	// Timeout is for a whole fetch with its redirects; a minute when zero.
	Timeout time.Duration
}

// Client fetches from other people's servers. It is safe for concurrent use.
type Client struct {
	http    *http.Client
	timeout time.Duration
	pace    *pace
	robots  *robots
}

// New makes a client.
func New(o Options) *Client {
	dialer := &net.Dialer{Timeout: dialTimeout, Resolver: o.Resolver, ControlContext: guard(o.Allowed)}
	c := &Client{timeout: o.Timeout, pace: newPace(o.Pace)}
	if c.timeout == 0 {
		c.timeout = wholeTimeout
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would dial for us, unguarded
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    dialTimeout,
			ResponseHeaderTimeout:  headerTimeout,
			MaxResponseHeaderBytes: mostHeader,
			MaxIdleConns:           20,
			IdleConnTimeout:        30 * time.Second,
		},
		CheckRedirect: c.follow,
	}
	c.robots = newRobots(c)
	return c
}

// guard refuses to connect to anything but public addresses. It runs after the
// name was resolved, for the address that is dialled: what a name resolved to
// before does not matter.
func guard(allowed []netip.Prefix) func(context.Context, string, string, syscall.RawConn) error {
	public := ssrf.New()
	return func(_ context.Context, network, address string, conn syscall.RawConn) error {
		if to, err := netip.ParseAddrPort(address); err == nil {
			inside := func(p netip.Prefix) bool { return p.Contains(to.Addr()) }
			if slices.ContainsFunc(allowed, inside) {
				return nil
			}
		}
		if err := public.Safe(network, address, conn); err != nil {
			return &Error{Reason: Refused, Words: "The address leads into a private network or to an unusual port.", cause: err}
		}
		return nil
	}
}

// follow judges where a redirect leads as the first address was judged, but
// that for a robots.txt no other is asked.
func (c *Client) follow(r *http.Request, via []*http.Request) error {
	r.Header.Del("Referer") // a server need not know where we come from
	if len(via) > mostRedirects {
		return &Error{Reason: Refused, Words: fmt.Sprintf("The server redirects more than %d times.", mostRedirects)}
	}
	if err := checkURL(r.URL); err != nil {
		return err
	}
	if via[0].URL.Path != robotsPath {
		if err := c.robots.allow(r.Context(), r.URL); err != nil {
			return err
		}
	}
	return c.pace.wait(r.Context(), r.URL.Host)
}

// checkURL refuses what no web page has for an address.
func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return &Error{Reason: Refused, Words: "Only http and https addresses can be reached."}
	case u.User != nil:
		return &Error{Reason: Refused, Words: "The address carries a user name; such addresses are not fetched."}
	case u.Hostname() == "" || bareNumber(u.Hostname()) || len(u.String()) > longestAddress:
		return &Error{Reason: Refused, Words: "This is not the address of a web page."}
	}
	return nil
}

// bareNumber reports whether a host is no full address, but a number that some
// resolvers make one of, such as 127.1.
func bareNumber(host string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil && number.MatchString(host)
}

var number = regexp.MustCompile(`(?i)(^|\.)(\d+|0x[0-9a-f]*)\.?$`)

// Response is what a server answered, the whole of it.
type Response struct {
	Requested string
	Final     string   // after redirects
	Redirects []string // the addresses on the way, the requested one first
	Status    int
	Header    http.Header
	Body      []byte // decompressed
	At        time.Time
}

// Get fetches a page of at most limit bytes after decompression. Any HTTP status
// is an answer, not an error. Errors: *Error, saying in words what went wrong
// and whether trying again may help.
func (c *Client) Get(ctx context.Context, address string, limit int64) (Response, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return Response{}, &Error{Reason: Refused, Words: "This is not the address of a web page.", cause: err}
	}
	if err := checkURL(u); err != nil {
		return Response{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if err := c.robots.allow(ctx, u); err != nil {
		return Response{}, err
	}
	answer, err := c.get(ctx, u, limit)
	if err != nil {
		return Response{}, err
	}
	if int64(len(answer.Body)) > limit {
		return Response{}, &Error{Reason: TooLarge, Words: fmt.Sprintf("The page is larger than %d MiB.", limit>>20)}
	}
	return answer, nil
}

// get fetches a page, and one byte more than the limit of what is larger. The
// limit is on what is decompressed, so a bomb ends there.
func (c *Client) get(ctx context.Context, u *url.URL, limit int64) (Response, error) {
	if err := c.pace.wait(ctx, u.Host); err != nil {
		return Response{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Response{}, explain(err)
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,text/plain;q=0.9,application/pdf;q=0.9,*/*;q=0.1")
	at := time.Now().UTC()
	answer, err := c.http.Do(r)
	if err != nil {
		return Response{}, explain(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return Response{}, explain(fmt.Errorf("%w: %w", errBrokenOff, err))
	}
	return Response{
		Requested: u.String(), Final: answer.Request.URL.String(), Redirects: redirects(answer.Request),
		Status: answer.StatusCode, Header: answer.Header, Body: body, At: at,
	}, nil
}

// redirects lists the addresses that led to a request, the first one first.
func redirects(r *http.Request) []string {
	var list []string
	for from := r.Response; from != nil; from = from.Request.Response {
		list = append(list, from.Request.URL.String())
	}
	slices.Reverse(list)
	return list
}

// Reason says why nothing came back.
type Reason string

// The reasons.
const (
	Refused     Reason = "refused"     // we do not go there
	Forbidden   Reason = "robots"      // they do not want us there
	Unreachable Reason = "unreachable" // nobody answered, or not in time
	TooLarge    Reason = "too-large"
)

// Error is a fetch that gave nothing, in words for the person who asked.
type Error struct {
	Reason Reason
	Words  string
	cause  error
}

func (e *Error) Error() string {
	if e.cause == nil {
		return e.Words
	}
	return e.Words + " (" + e.cause.Error() + ")"
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Temporary reports whether trying again later may help.
func (e *Error) Temporary() bool { return e.Reason == Unreachable }

var errBrokenOff = errors.New("broken off")

// explain gives any failure of a request as an Error.
func explain(err error) error {
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	words := "The server cannot be reached."
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		words = "It was cancelled."
	case errors.As(err, &timeout) && timeout.Timeout():
		words = "The server does not answer in time."
	case errors.As(err, &dns) && dns.IsNotFound:
		words = "There is no server of this name."
	case errors.As(err, &certificate):
		words = "The server cannot prove that it is the one of this name."
	case errors.Is(err, errBrokenOff):
		words = "The server broke off its answer."
	}
	return &Error{Reason: Unreachable, Words: words, cause: err}
}
