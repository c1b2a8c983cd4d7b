package express_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/express"
)

// site answers pages from memory where it can; /kept is one that is kept.
type site struct {
	*httptest.Server

	express *express.Listener
	read    chan struct{} // something was read of a connection
	panics  chan any
	found   atomic.Int64 // answers from memory
	handled atomic.Int64 // requests that net/http was lent
}

const (
	kept    = "a kept page"
	keptTag = `"k"`
)

// page is what net/http answers: the same for the kept page, and an echo for others.
func page(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "took %q", body)
		return
	}
	if r.RequestURI != "/kept" || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		fmt.Fprintf(w, "%s %q %q", r.Method, r.RequestURI, r.Host)
		return
	}
	w.Header().Set("Etag", keptTag)
	if r.Header.Get("If-None-Match") == keptTag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(kept)))
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, kept)
}

func newSite(t testing.TB, h http.HandlerFunc) *site {
	t.Helper()
	s := &site{read: make(chan struct{}, 1000), panics: make(chan any, 10)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handled.Add(1)
		h(w, r)
	}))
	s.express = express.Listen(watched{s.Listener, s.read}, s.find, express.Limits{First: time.Minute, Idle: time.Minute, Write: time.Minute}, func(p any, _ []byte) { s.panics <- p })
	s.Listener, s.Config.ConnState = s.express, s.express.ConnState
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// watched says when something was read of its connections, as far as somebody listens.
type watched struct {
	net.Listener

	read chan<- struct{}
}

func (l watched) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return watchedConn{conn.(*net.TCPConn), l.read}, nil
}

type watchedConn struct {
	*net.TCPConn

	read chan<- struct{}
}

func (c watchedConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if n > 0 {
		select {
		case c.read <- struct{}{}:
		default:
		}
	}
	return n, err
}

func (s *site) find(r express.Request) (express.Answer, bool) {
	count := func() { s.found.Add(1) }
	switch {
	case r.Target == "/panic":
		panic("of a test")
	case r.Target != "/kept":
		return express.Answer{}, false
	case r.IfNoneMatch == keptTag:
		return express.Answer{Unchanged: true, Fields: []byte("Etag: " + keptTag + "\r\n\r\n"), Sent: count}, true
	}
	fields := "Content-Length: " + strconv.Itoa(len(kept)) + "\r\nContent-Type: text/plain\r\nEtag: " + keptTag + "\r\n\r\n"
	return express.Answer{Fields: []byte(fields), Body: []byte(kept), Sent: count}, true
}

func dial(t testing.TB, s *httptest.Server) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	check(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	check(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	return conn.(*net.TCPConn)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readAnswer(t testing.TB, from *bufio.Reader, method string) (status int, sent, content string) {
	t.Helper()
	answer, err := http.ReadResponse(from, &http.Request{Method: method})
	check(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(t, err)
	return answer.StatusCode, answer.Header.Get("Date"), string(body)
}

// said gives everything that a server answers to bytes, cut where the pieces end.
func said(t testing.TB, s *httptest.Server, pieces ...[]byte) string {
	t.Helper()
	conn := dial(t, s)
	for _, piece := range pieces {
		if _, err := conn.Write(piece); err != nil {
			break // the server closed it already
		}
	}
	_ = conn.CloseWrite() // as above
	answer, err := io.ReadAll(conn)
	var reset *net.OpError
	if err != nil && !errors.As(err, &reset) {
		t.Fatal(err)
	}
	_ = conn.Close()
	return date.ReplaceAllString(string(answer), "")
}

var date = regexp.MustCompile(`Date: [^\r]*\r\n`)

const (
	get     = "GET /kept HTTP/1.1\r\nHost: a\r\n\r\n"
	head    = "HEAD /kept HTTP/1.1\r\nHost: a\r\n\r\n"
	same    = "GET /kept HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"k\"\r\n\r\n"
	other   = "GET /other HTTP/1.1\r\nHost: a\r\n\r\n"
	post    = "POST /kept HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
	chunked = "POST /kept HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
)

var streams = []string{
	get, head, same, other, get + get + get, get + other + get, other + get + same, get + head + get,
	post + "12345" + get, chunked + "5\r\nGET /\r\n0\r\n\r\n" + get, get + post + get,
	// A request hidden in what another server may take for a body.
	"GET /kept HTTP/1.1\r\nHost: a\r\nContent-Length: 51\r\n\r\n" + get + get,
	"GET /other HTTP/1.1\r\nHost: a\r\nContent-Length: 43\r\n\r\n" + get + get,
	"GET /kept HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get,
	"GET /kept HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n28\r\n" + get + "\r\n0\r\n\r\n" + get, get + "\x9f",
	"GET /kept HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n12345" + get,
	"GET /kept HTTP/1.1\r\nHost: a\r\nX: y\r\n Content-Length: 5\r\n\r\n12345" + get,
	"GET /kept HTTP/1.1\r\nHost: a\r\nX: y\rContent-Length: 5\r\n\r\n12345" + get,
	"GET /kept HTTP/1.1\r\nHost: a\r\nX: y\nContent-Length: 5\r\n\r\n12345" + get,
	"GET /kept HTTP/1.1\nHost: a\n\n" + get, "\r\n" + get, "\n" + get, "\r\n\r\n" + get, " " + get, "X" + get,
	"GET  /kept HTTP/1.1\r\nHost: a\r\n\r\n", "GET /kept  HTTP/1.1\r\nHost: a\r\n\r\n", "GET /kept\r\nHost: a\r\n\r\n", "GET /kept HTTP/1.1 \r\nHost: a\r\n\r\n",
	"get /kept HTTP/1.1\r\nHost: a\r\n\r\n", "GET kept HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/kept HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /kept HTTP/1.0\r\n\r\n" + get, "GET /kept HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get, "GET /kept HTTP/2.0\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	"GET /kept HTTP/1.1\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost:\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost:\r\nHost: a\r\n\r\n" + get,
	"GET /kept HTTP/1.1\r\nHost: a b\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost: a\x00\r\n\r\n", "GET /kept HTTP/1.1\r\nHost: a\r\nX\x00: y\r\n\r\n", "GET /kept HTTP/1.1\r\nHost: a\r\nX: y\x00\r\n\r\n",
	"GET /kept HTTP/1.1\r\nHost: a\r\nX: y\x7f\r\n\r\n", "GET /kept HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n", "GET /kept HTTP/1.1\r\nHost: a\r\ny\r\n\r\n", "GET /k\x80ept HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /kept HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive, close\r\n\r\n" + get,
	"GET /kept HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n" + get, "GET /other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + get,
	"GET /kept HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n",
	"GET /kept HTTP/1.1\r\nHost: a\r\nTrailer: x\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost: a\r\nIf-None-Match:   \"k\"\t\r\nIf-None-Match: x\r\n\r\n" + get,
	"GET /kept HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\nCookie: c=d\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nhost: a\r\nIF-NONE-MATCH: \"k\"\r\n\r\n" + get, get[:20], get + get[:20], other + get[:20], "",
	"GET /kept HTTP/1.1\r\nHost: a\r\nCookie: " + strings.Repeat("c", 3900) + "\r\n\r\n" + get, "GET /kept HTTP/1.1\r\nHost: a\r\nCookie: " + strings.Repeat("c", 9000) + "\r\n\r\n" + get,
}

// FuzzSameAsPlain: whatever is sent, in pieces or at once, the answers are those of
// net/http alone, one for one.
func FuzzSameAsPlain(f *testing.F) {
	ours := newSite(f, page)
	plain := httptest.NewServer(http.HandlerFunc(page))
	f.Cleanup(plain.Close)
	// A second request that ends within three bytes it refuses silently.
	const refused = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
	for i, stream := range streams {
		f.Add([]byte(stream), uint16(i)) //nolint:gosec // some dozens
		f.Add([]byte(stream), uint16(len(stream)/2))
		f.Add([]byte(stream), uint16(len(stream)))
	}
	f.Fuzz(func(t *testing.T, stream []byte, cut uint16) {
		at := min(int(cut), len(stream))
		got, want := said(t, ours.Server, stream[:at], stream[at:]), said(t, plain, stream)
		if strings.TrimSuffix(got, refused) != strings.TrimSuffix(want, refused) {
			t.Errorf("%q is answered\n%q\nby net/http alone\n%q", stream, got, want)
		}
	})
}

// TestComesBack: a connection comes back after each request that net/http was lent
// it for, and stays there when there was a body, or more than one request.
func TestComesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, page)
	conn := dial(t, s.Server)
	answers := bufio.NewReader(conn)
	ask := func(request, want string) {
		t.Helper()
		_, err := io.WriteString(conn, request)
		check(t, err)
		method, _, _ := strings.Cut(request, " ")
		status, date, body := readAnswer(t, answers, method)
		sent, err := http.ParseTime(date)
		if age := time.Since(sent); err != nil || age < -time.Second || age > time.Minute || !strings.Contains(body, want) {
			t.Errorf("%q is answered %d %q at %v, %v", request, status, body, sent, err)
		}
	}
	expect := func(found, handled int64) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); s.found.Load() < found && time.Now().Before(deadline); { // it is counted when it was written
		}
		if s.found.Load() != found || s.handled.Load() != handled {
			t.Errorf("%d answers from memory and %d by net/http, not %d and %d", s.found.Load(), s.handled.Load(), found, handled)
		}
	}
	for n := range int64(20) {
		ask(get, kept)
		ask(other, "/other")
		ask(head, "")
		ask(same, "")
		expect(3*(n+1), n+1)
	}
	ask(post+"12345", "12345")
	ask(get, kept)
	expect(60, 22)
}

// TestPieces: the beginning of a request that comes with the one before it, or while
// that is answered, is not taken for a request of its own.
func TestPieces(t *testing.T) {
	t.Parallel()
	s := newSite(t, page)
	hidden := "GET /other?" + get // a request of its own from its twelfth byte on
	for _, first := range []string{get, other, post + "12345"} {
		for _, cut := range []int{1, 3, 11} {
			conn := dial(t, s.Server)
			answers := bufio.NewReader(conn)
			for _, piece := range []string{first + hidden[:cut], hidden[cut:]} {
				_, err := io.WriteString(conn, piece)
				check(t, err)
				status, _, body := readAnswer(t, answers, http.MethodGet)
				if refused := status == http.StatusBadRequest; refused != (piece == hidden[cut:]) {
					t.Errorf("%q: %d %q", piece, status, body)
				}
			}
		}
	}
}

// TestReadsWhileAnswered: net/http notices that a client is gone while a lent
// request is answered, and what a client sends meanwhile is its next request.
func TestReadsWhileAnswered(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}, 1), make(chan struct{})
	gone := make(chan error, 1)
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		if r.URL.Path == "/until-gone" {
			<-r.Context().Done()
			gone <- r.Context().Err()
			return
		}
		<-goOn
		page(w, r)
	})
	conn := dial(t, s.Server)
	_, err := io.WriteString(conn, other)
	check(t, err)
	<-begun
	<-s.read
	_, err = io.WriteString(conn, other+get) // while the first is under way
	check(t, err)
	<-s.read // by net/http, which watches whether the client goes away
	goOn <- struct{}{}
	<-begun
	goOn <- struct{}{}
	<-begun
	goOn <- struct{}{}
	answers := bufio.NewReader(conn)
	for _, want := range []string{`GET "/other"`, `GET "/other"`, kept} {
		_, _, body := readAnswer(t, answers, http.MethodGet)
		if !strings.Contains(body, want) {
			t.Errorf("%q, not %q", body, want)
		}
	}
	left := dial(t, s.Server)
	_, err = io.WriteString(left, "GET /until-gone HTTP/1.1\r\nHost: a\r\n\r\n")
	check(t, err)
	<-begun
	check(t, left.Close())
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestPanic: a panic ends its connection, and nothing else.
func TestPanic(t *testing.T) {
	t.Parallel()
	s := newSite(t, page)
	conn := dial(t, s.Server)
	_, err := io.WriteString(conn, "GET /panic HTTP/1.1\r\nHost: a\r\n\r\n")
	check(t, err)
	if rest, err := io.ReadAll(conn); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
	if p := <-s.panics; p != "of a test" {
		t.Errorf("%v is reported", p)
	}
	conn = dial(t, s.Server)
	_, err = io.WriteString(conn, get)
	check(t, err)
	if status, _, _ := readAnswer(t, bufio.NewReader(conn), http.MethodGet); status != http.StatusOK {
		t.Errorf("afterwards: %d", status)
	}
}

// TestShutdown: the end waits for what is under way, here and at net/http, and ends
// connections that wait for a request; nobody else gets in.
func TestShutdown(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-goOn
		page(w, r)
	})
	waiting, busy := dial(t, s.Server), dial(t, s.Server)
	_, err := io.WriteString(waiting, get)
	check(t, err)
	readAnswer(t, bufio.NewReader(waiting), http.MethodGet)
	_, err = io.WriteString(busy, other)
	check(t, err)
	<-begun
	ended := make(chan error, 1)
	go func() {
		ended <- errors.Join(s.Config.Shutdown(t.Context()), s.express.Shutdown(t.Context()))
	}()
	rest, err := io.ReadAll(waiting)
	check(t, err)
	if !bytes.HasSuffix(append([]byte(kept), rest...), []byte(kept)) {
		t.Errorf("%q after the answer", rest)
	}
	select {
	case err := <-ended:
		t.Fatalf("ended before the answer under way: %v", err)
	default:
	}
	close(goOn)
	status, _, _ := readAnswer(t, bufio.NewReader(busy), http.MethodGet)
	if status != http.StatusOK {
		t.Errorf("what was under way: %d", status)
	}
	check(t, <-ended)
	if _, err := net.Dial("tcp", s.Listener.Addr().String()); err == nil {
		t.Error("somebody else gets in")
	}
}

// limited listens with limits, and answers every request with a body.
func limited(t *testing.T, body []byte, limits express.Limits) (*express.Listener, *httptest.Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	fields := fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body))
	e := express.Listen(l, func(express.Request) (express.Answer, bool) {
		return express.Answer{Fields: fields, Body: body, Sent: func() {}}, true
	}, limits, func(panicked any, stack []byte) { t.Errorf("%v %s", panicked, stack) })
	t.Cleanup(func() { check(t, e.Shutdown(context.Background())) })
	return e, &httptest.Server{Listener: l}
}

// TestLimits: a connection that is silent at first, or between requests, and one that
// does not take its answer, are closed.
func TestLimits(t *testing.T) {
	t.Parallel()
	const short = 50 * time.Millisecond
	_, s := limited(t, []byte(kept), express.Limits{First: short, Idle: time.Minute, Write: time.Minute})
	if n, err := dial(t, s).Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("a silent connection: %d, %v", n, err)
	}
	_, s = limited(t, []byte(kept), express.Limits{First: time.Minute, Idle: short, Write: time.Minute})
	conn := dial(t, s)
	_, err := io.WriteString(conn, get)
	check(t, err)
	if got, err := io.ReadAll(conn); err != nil || !bytes.HasSuffix(got, []byte(kept)) {
		t.Errorf("one that is silent after an answer: %q, %v", got, err)
	}
	large := bytes.Repeat([]byte("x"), 64<<20) // more than the kernel takes
	e, s := limited(t, large, express.Limits{First: time.Minute, Idle: time.Minute, Write: short})
	slow := dial(t, s)
	_, err = io.WriteString(slow, get)
	check(t, err)
	_, err = io.ReadFull(slow, make([]byte, 100)) // it is being answered
	check(t, err)
	check(t, e.Shutdown(t.Context())) // waits until it is given up
	read, err := io.Copy(io.Discard, slow)
	if read >= int64(len(large)) || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("one that does not take its answer: %d bytes, %v", read, err)
	}
}
