package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"code.dny.dev/ssrf"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/claimtrail/claimtrail/internal/outbound"
)

const (
	limit = 1 << 20 // bytes of a page
	// soon is the timeout of a client whose server will never be done: how long
	// it is changes nothing but the time that the test takes.
	soon = 300 * time.Millisecond
)

// one is the address that clients may reach here, other one that they may not.
var (
	one   = netip.MustParseAddr("127.0.0.1")
	other = netip.MustParseAddr("127.0.0.2")
)

// client makes a client that may reach exactly one address of the loopback.
func client(o outbound.Options) *outbound.Client {
	o.Allowed = []netip.Prefix{netip.PrefixFrom(one, one.BitLen())}
	if o.Pace == 0 {
		o.Pace = -1
	}
	return outbound.New(o)
}

// listen opens a port, any port when it is zero.
func listen(t *testing.T, at netip.Addr, port uint16) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", netip.AddrPortFrom(at, port).String())
	if err != nil {
		t.Skipf("%s cannot be listened at: %v", at, err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func port(l net.Listener) uint16 { return netip.MustParseAddrPort(l.Addr().String()).Port() }

// serve starts a server; every request to it is kept.
func serve(t *testing.T, at netip.Addr, handle http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r)
		s.mu.Unlock()
		handle(w, r)
	}))
	s.Listener.Close()
	s.Listener = listen(t, at, 0)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

type server struct {
	*httptest.Server

	mu       sync.Mutex
	requests []*http.Request
}

// asked gives the paths that were asked for.
func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var paths []string
	for _, r := range s.requests {
		paths = append(paths, r.URL.Path)
	}
	return paths
}

// pages answers with a text for each path, and 404 for all others.
func pages(of map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if text, ok := of[r.URL.Path]; ok {
			io.WriteString(w, text)
			return
		}
		http.NotFound(w, r)
	}
}

// unvisited fails the test if somebody connected to a listener that nobody
// accepts from: connections queue up, so ours would not be the first.
func unvisited(t *testing.T, l net.Listener) {
	t.Helper()
	ours, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if first.RemoteAddr().String() != ours.LocalAddr().String() {
		t.Error("a connection was made")
	}
}

// failed checks that nothing came back, for a reason and in words for people.
func failed(t *testing.T, answer outbound.Response, err error, reason outbound.Reason, words string) *outbound.Error {
	t.Helper()
	e, ok := errors.AsType[*outbound.Error](err)
	if !ok {
		t.Fatalf("got %d %q and the error %v, want %s", answer.Status, answer.Body, err, reason)
	}
	if e.Reason != reason || !strings.Contains(e.Words, words) {
		t.Errorf("got %s: %s, want %s: …%s…", e.Reason, e, reason, words)
	}
	if e.Temporary() != (reason == outbound.Unreachable) {
		t.Errorf("%s: temporary is %t", e.Reason, e.Temporary())
	}
	if answer.Body != nil {
		t.Error("something came back")
	}
	for _, jargon := range []string{"dial", "tcp", "context", "0x", "EOF"} {
		if strings.Contains(e.Words, jargon) {
			t.Errorf("%q is not for people", e.Words)
		}
	}
	return e
}

// names answers questions for addresses (A), given how often the name was asked
// for before.
type names func(name string, before int) []netip.Addr

// resolver starts a DNS server and gives what asks it.
func resolver(t *testing.T, answers names) *net.Resolver {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	go func() {
		defer close(done)
		asked := map[string]int{}
		question := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return // closed
			}
			var m dnsmessage.Message
			if m.Unpack(question[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Header = dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}
			m.Additionals = nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				name := strings.TrimSuffix(q.Name.String(), ".")
				addresses := answers(name, asked[name])
				asked[name]++
				for _, a := range addresses {
					m.Answers = append(m.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type}, Body: &dnsmessage.AResource{A: a.As4()},
					})
				}
				if addresses == nil {
					m.RCode = dnsmessage.RCodeNameError
				}
			}
			answer, err := m.Pack()
			if err != nil {
				return
			}
			conn.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// inside resolves the names that lead into the private network.
func inside(name string, _ int) []netip.Addr {
	switch name {
	case "loopback.example":
		return []netip.Addr{other}
	case "private.example":
		return []netip.Addr{netip.MustParseAddr("10.1.2.3")}
	case "metadata.example":
		return []netip.Addr{netip.MustParseAddr("169.254.169.254")}
	case "both.example":
		return []netip.Addr{netip.MustParseAddr("192.168.1.1"), other}
	}
	return nil
}

// forbidden are addresses that nobody may make us visit, directly or by a
// redirect. PORT is where a listener of 127.0.0.2 and of [::1] counts visits;
// cause is what the guard said, when it was asked.
var forbidden = []struct {
	name, address, words string
	cause                error
}{
	{"loopback", "http://127.0.0.2:PORT/", "private network", nil},
	{"loopback, usual port", "http://127.0.0.2/", "private network", ssrf.ErrProhibitedIP},
	{"loopback over https", "https://127.0.0.2/", "private network", ssrf.ErrProhibitedIP},
	{"loopback of IPv6", "http://[::1]:PORT/", "private network", nil},
	{"loopback of IPv6, usual port", "http://[::1]/", "private network", ssrf.ErrProhibitedIP},
	{"IPv4 in IPv6", "http://[::ffff:127.0.0.2]:PORT/", "private network", nil},
	{"IPv4 in IPv6, usual port", "http://[::ffff:127.0.0.2]/", "private network", ssrf.ErrProhibitedIP},
	{"IPv4 in IPv6 in hexadecimal", "http://[::ffff:7f00:2]/", "private network", ssrf.ErrProhibitedIP},
	{"NAT64", "http://[64:ff9b::7f00:2]/", "private network", ssrf.ErrProhibitedIP},
	{"6to4", "http://[2002:7f00:2::]/", "private network", ssrf.ErrProhibitedIP},
	{"unspecified", "http://0.0.0.0:PORT/", "private network", nil},
	{"unspecified, usual port", "http://0.0.0.0/", "private network", ssrf.ErrProhibitedIP},
	{"unspecified of IPv6", "http://[::]/", "private network", ssrf.ErrProhibitedIP},
	{"link-local", "http://169.254.169.254/latest/meta-data/", "private network", ssrf.ErrProhibitedIP},
	{"link-local of IPv6", "http://[fe80::1%25lo]/", "private network", ssrf.ErrProhibitedIP},
	{"unique local", "http://[fd00::1]/", "private network", ssrf.ErrProhibitedIP},
	{"private A", "http://10.0.0.1/", "private network", ssrf.ErrProhibitedIP},
	{"private B", "http://172.16.0.1/", "private network", ssrf.ErrProhibitedIP},
	{"private C", "http://192.168.0.1/", "private network", ssrf.ErrProhibitedIP},
	{"shared", "http://100.64.0.1/", "private network", ssrf.ErrProhibitedIP},
	{"multicast", "http://224.0.0.1/", "private network", ssrf.ErrProhibitedIP},
	{"broadcast", "http://255.255.255.255/", "private network", ssrf.ErrProhibitedIP},
	{"name of the loopback", "http://loopback.example:PORT/", "private network", nil},
	{"name of the loopback, usual port", "http://loopback.example/", "private network", ssrf.ErrProhibitedIP},
	{"name of a private address", "http://private.example/", "private network", ssrf.ErrProhibitedIP},
	{"name of the metadata", "http://metadata.example/", "private network", ssrf.ErrProhibitedIP},
	{"name of two addresses", "http://both.example/", "private network", ssrf.ErrProhibitedIP},
	{"odd port", "http://93.184.216.34:22/", "unusual port", ssrf.ErrProhibitedPort},
	{"zero", "http://0:PORT/", "not the address", nil},
	{"short", "http://127.2:PORT/", "not the address", nil},
	{"decimal", "http://2130706434:PORT/", "not the address", nil},
	{"hexadecimal", "http://0x7f000002:PORT/", "not the address", nil},
	{"octal", "http://0177.0.0.2:PORT/", "not the address", nil},
	{"dot at the end", "http://127.0.0.2.:PORT/", "not the address", nil},
	{"user and password", "http://user:pw@127.0.0.2:PORT/", "user name", nil},
	{"user", "http://user@127.0.0.2:PORT/", "user name", nil},
	{"no host", "http:///page", "not the address", nil},
	{"port alone", "http://:80/", "not the address", nil},
	{"overlong", "http://127.0.0.2:PORT/" + strings.Repeat("a", 4096), "not the address", nil},
	{"file", "file:///etc/passwd", "Only http", nil},
	{"gopher", "gopher://127.0.0.2:PORT/_GET", "Only http", nil},
	{"ftp", "ftp://127.0.0.2:PORT/", "Only http", nil},
	{"data", "data:text/html,page", "Only http", nil},
	{"javascript", "javascript:alert(1)", "Only http", nil},
}

func TestForbidden(t *testing.T) {
	t.Parallel()
	c := client(outbound.Options{Resolver: resolver(t, inside)})
	for _, tt := range forbidden {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := listen(t, other, 0)
			answer, err := c.Get(t.Context(), strings.ReplaceAll(tt.address, "PORT", strconv.Itoa(int(port(l)))), limit)
			failed(t, answer, err, outbound.Refused, tt.words)
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("%v is not because of %v", err, tt.cause)
			}
			unvisited(t, l)
		})
	}
}

// TestForbiddenToAll holds that no address at all is open by default.
func TestForbiddenToAll(t *testing.T) {
	t.Parallel()
	c := outbound.New(outbound.Options{Pace: -1})
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			at := one
			if host == "[::1]" {
				at = netip.IPv6Loopback()
			}
			l := listen(t, at, 0)
			answer, err := c.Get(t.Context(), fmt.Sprintf("http://%s:%d/", host, port(l)), limit)
			failed(t, answer, err, outbound.Refused, "private network")
			unvisited(t, l)
		})
	}
}

func TestForbiddenRedirect(t *testing.T) {
	t.Parallel()
	c := client(outbound.Options{Resolver: resolver(t, inside)})
	for _, tt := range forbidden {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := listen(t, other, 0)
			s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					http.NotFound(w, r)
					return
				}
				w.Header().Set("Location", strings.ReplaceAll(tt.address, "PORT", strconv.Itoa(int(port(l)))))
				w.WriteHeader(http.StatusFound)
			})
			answer, err := c.Get(t.Context(), s.URL+"/page", limit)
			failed(t, answer, err, outbound.Refused, tt.words)
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("%v is not because of %v", err, tt.cause)
			}
			unvisited(t, l)
			if diff := cmp.Diff([]string{"/robots.txt", "/page"}, s.asked()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestForbiddenRobots holds that robots.txt leads nowhere that a page may not.
func TestForbiddenRobots(t *testing.T) {
	t.Parallel()
	l := listen(t, other, 0)
	s := serve(t, one, http.RedirectHandler("http://"+l.Addr().String(), http.StatusFound).ServeHTTP)
	answer, err := client(outbound.Options{}).Get(t.Context(), s.URL+"/page", limit)
	failed(t, answer, err, outbound.Refused, "private network")
	unvisited(t, l)
}

// TestRebinding holds that the address that is dialled is the one that is
// judged, whatever the name resolved to before.
func TestRebinding(t *testing.T) {
	t.Parallel()
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close") // so that the name is looked up again
		http.NotFound(w, r)
	})
	l := listen(t, other, port(s.Listener))
	c := client(outbound.Options{Resolver: resolver(t, func(_ string, before int) []netip.Addr {
		return []netip.Addr{[]netip.Addr{one, other}[min(before, 1)]}
	})})
	answer, err := c.Get(t.Context(), fmt.Sprintf("http://turncoat.example:%d/page", port(l)), limit)
	failed(t, answer, err, outbound.Refused, "private network")
	unvisited(t, l)
	if diff := cmp.Diff([]string{"/robots.txt"}, s.asked()); diff != "" {
		t.Error(diff)
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	c := client(outbound.Options{Resolver: resolver(t, inside)})
	for _, address := range []string{
		"", " ", "page", "/page", "//loopback.example/", "http:loopback.example", "http://loopback.example/\x00", "http://loopback.example/a\nHost: b",
		"http://loopback\n.example/", "http://loop\tback.example/", "http://loop back.example/", "http://loopback.example/\x7f",
		"http://[::1", "http://loopback.example:http/", "ht\rtp://loopback.example/", "http://%00/",
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			answer, err := c.Get(t.Context(), address, limit)
			failed(t, answer, err, outbound.Refused, "")
		})
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/old":
			http.Redirect(w, r, "/moved", http.StatusMovedPermanently)
		case "/moved":
			http.Redirect(w, r, "/page?id=1", http.StatusFound)
		case "/page":
			w.Header().Set("Etag", `"x"`)
			io.WriteString(w, "hello")
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, "hello")
			z.Close()
		default:
			http.NotFound(w, r)
		}
	})
	tests := []struct {
		path, final string
		redirects   []string
		status      int
		body        string
	}{
		{"/page", "/page", nil, http.StatusOK, "hello"},
		{"/packed", "/packed", nil, http.StatusOK, "hello"},
		{"/old#part", "/page?id=1", []string{"/old#part", "/moved"}, http.StatusOK, "hello"},
		{"/gone", "/gone", nil, http.StatusNotFound, "404 page not found\n"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			t.Parallel()
			before := time.Now()
			got, err := client(outbound.Options{}).Get(t.Context(), " "+s.URL+tt.path+"\n", limit)
			if err != nil {
				t.Fatal(err)
			}
			var redirects []string
			for _, r := range tt.redirects {
				redirects = append(redirects, s.URL+r)
			}
			want := outbound.Response{
				Requested: s.URL + tt.path, Final: s.URL + tt.final, Redirects: redirects, Status: tt.status, Body: []byte(tt.body),
				Header: got.Header, At: got.At,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if got.At.Before(before.Truncate(0).Add(-time.Second)) || got.At.Location() != time.UTC {
				t.Errorf("fetched at %s", got.At)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.URL.Path[1:])
		switch {
		case r.URL.Path == "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case err != nil:
			http.NotFound(w, r)
		case n > 0:
			http.Redirect(w, r, "/"+strconv.Itoa(n-1), http.StatusFound)
		}
	})
	c := client(outbound.Options{})
	answer, err := c.Get(t.Context(), s.URL+"/5", limit)
	if err != nil || len(answer.Redirects) != 5 {
		t.Errorf("five redirects: %v, %v", answer.Redirects, err)
	}
	for _, path := range []string{"/6", "/loop"} {
		before := len(s.asked())
		answer, err := c.Get(t.Context(), s.URL+path, limit)
		failed(t, answer, err, outbound.Refused, "more than 5 times")
		if asked := len(s.asked()) - before; asked != 6 {
			t.Errorf("%s: %d requests were made", path, asked)
		}
	}
}

// TestTrouble is about servers that do not do what servers should.
func TestTrouble(t *testing.T) {
	t.Parallel()
	raw := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			io.WriteString(conn, answer)
			conn.Close()
		}
	}
	tests := []struct {
		name   string
		page   http.HandlerFunc
		reason outbound.Reason
		words  string
	}{
		{"endless", func(w http.ResponseWriter, _ *http.Request) {
			for some := make([]byte, 1<<16); ; {
				if _, err := w.Write(some); err != nil {
					return
				}
			}
		}, outbound.TooLarge, "larger than 1 MiB"},
		{"a byte too long", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, limit+1)) }, outbound.TooLarge, "larger than 1 MiB"},
		{"trickles", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "x")
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, outbound.Unreachable, "does not answer in time"},
		{"never answers", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, outbound.Unreachable, "does not answer in time"},
		{"header without an end", func(w http.ResponseWriter, _ *http.Request) {
			for i := range 1000 {
				w.Header().Set("X-"+strconv.Itoa(i), strings.Repeat("x", 1000))
			}
		}, outbound.Unreachable, "cannot be reached"},
		{"closes at once", raw(""), outbound.Unreachable, "cannot be reached"},
		{"no HTTP", raw("220 ready\r\n"), outbound.Unreachable, "cannot be reached"},
		{"breaks off", raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), outbound.Unreachable, "broke off"},
		{"breaks off within a chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf"), outbound.Unreachable, "broke off"},
		{"no gzip", raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain text"), outbound.Unreachable, "broke off"},
		{"redirects to nonsense", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://%zz/")
			w.WriteHeader(http.StatusFound)
		}, outbound.Unreachable, "cannot be reached"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/robots.txt" {
					http.NotFound(w, r)
					return
				}
				tt.page(w, r)
			})
			o := outbound.Options{}
			if strings.Contains(tt.words, "in time") {
				o.Timeout = soon
			}
			answer, err := client(o).Get(t.Context(), s.URL+"/page", limit)
			failed(t, answer, err, tt.reason, tt.words)
		})
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	s := serve(t, one, func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, limit)) })
	answer, err := client(outbound.Options{}).Get(t.Context(), s.URL, limit)
	if err != nil || len(answer.Body) != limit {
		t.Errorf("got %d bytes, %v", len(answer.Body), err)
	}
}

func TestNobody(t *testing.T) {
	t.Parallel()
	closed := listen(t, one, 0)
	closed.Close()
	silent := listen(t, one, 0)
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it does not like it
	secure.StartTLS()
	defer secure.Close()
	names := resolver(t, inside)
	tests := []struct {
		name, address, words string
		timeout              time.Duration
	}{
		{"nobody listens", "http://" + closed.Addr().String(), "cannot be reached", 0},
		{"nobody accepts", "http://" + silent.Addr().String(), "does not answer in time", soon},
		{"no such name", "http://nobody.example", "no server of this name", 0},
		{"a certificate of nobody", secure.URL, "cannot prove", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer, err := client(outbound.Options{Timeout: tt.timeout, Resolver: names}).Get(t.Context(), tt.address, limit)
			failed(t, answer, err, outbound.Unreachable, tt.words)
		})
	}
}

// TestBomb is not parallel: it measures memory.
func TestBomb(t *testing.T) {
	const size = 1 << 30
	var part bytes.Buffer
	z, err := gzip.NewWriterLevel(&part, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for range 16 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	bomb := bytes.Repeat(part.Bytes(), size>>24) // parts of a gzip file follow on each other
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb)
	})
	c := client(outbound.Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	answer, err := c.Get(t.Context(), s.URL, limit)
	runtime.ReadMemStats(&after)
	failed(t, answer, err, outbound.TooLarge, "larger than 1 MiB")
	if used := after.TotalAlloc - before.TotalAlloc; used > 16*limit {
		t.Errorf("%d bytes were used for a page of at most %d", used, limit)
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	s := serve(t, one, func(_ http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
	})
	c := client(outbound.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-started
		cancel()
	}()
	answer, err := c.Get(ctx, s.URL, limit)
	failed(t, answer, err, outbound.Unreachable, "cancelled")
	answer, err = c.Get(ctx, s.URL, limit) // is cancelled already
	failed(t, answer, err, outbound.Unreachable, "cancelled")
	if n := len(s.asked()); n != 1 {
		t.Errorf("%d requests were made", n)
	}
}

// TestDiscretion holds that a server learns nothing of us but who asks, not
// even from the server before it.
func TestDiscretion(t *testing.T) {
	t.Parallel()
	s := serve(t, one, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/"})
		w.Header().Set("Etag", `"1"`)
		switch r.URL.Path {
		case "/first":
			http.Redirect(w, r, "/second", http.StatusFound)
		case "/locked":
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	c := client(outbound.Options{})
	for _, path := range []string{"/first", "/locked", "/first"} {
		if _, err := c.Get(t.Context(), s.URL+path, limit); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.requests); n != 6 {
		t.Errorf("%d requests were made", n)
	}
	for _, r := range s.requests {
		if diff := cmp.Diff([]string{"Accept", "Accept-Encoding", "User-Agent"}, slices.Sorted(maps.Keys(r.Header))); diff != "" {
			t.Errorf("%s: %s", r.URL.Path, diff)
		}
		if !strings.HasPrefix(r.UserAgent(), "ClaimtrailBot/") || r.Method != http.MethodGet {
			t.Errorf("%s: %s by %s", r.URL.Path, r.Method, r.UserAgent())
		}
	}
}

// TestNoProxy is not parallel: it sets the environment. A name is asked for,
// since proxies are not used for the loopback.
func TestNoProxy(t *testing.T) {
	proxy := listen(t, one, 0)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"} {
		t.Setenv(name, "http://"+proxy.Addr().String())
	}
	s := serve(t, one, pages(map[string]string{"/page": "hello"}))
	c := client(outbound.Options{Resolver: resolver(t, func(string, int) []netip.Addr { return []netip.Addr{one} })})
	answer, err := c.Get(t.Context(), fmt.Sprintf("http://site.example:%d/page", port(s.Listener)), limit)
	if err != nil || string(answer.Body) != "hello" {
		t.Errorf("got %q, %v", answer.Body, err)
	}
	unvisited(t, proxy)
}
