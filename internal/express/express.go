// Package express answers requests for what is kept ready straight on their
// connection, with one read and one write, and lends every other request to
// net/http: a connection comes back when it is answered. What is not plainly a
// request without a body stays there for good, so whatever HTTP allows beyond the
// plain case is understood in one place only.
package express

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// Answer is an answer as it goes over the wire.
type Answer struct {
	Unchanged bool   // 304, else 200
	Fields    []byte // every field but Date, each with its line end, and the empty line
	Body      []byte // neither HEAD nor 304 gets one
	Sent      func() // is called when it was written
}

// Find finds the answer to a request, if it is ready.
type Find func(Request) (Answer, bool)

// headSize bounds what is read of a request here, in bytes; a longer one is net/http's.
const headSize = 4 << 10

// Limits are those of connections whose requests are answered here.
type Limits struct {
	First time.Duration // how long a new connection may stay silent
	Idle  time.Duration // how long one may between requests
	Write time.Duration // how long an answer may take to be written
}

// Listener takes connections for an [http.Server], which must be told of their
// states: its ConnState must be the listener's.
type Listener struct {
	inner  net.Listener
	find   Find
	limits Limits
	report func(panicked any, stack []byte)
	lent   chan accepted
	closed chan struct{}
	close  func() error
	loops  sync.WaitGroup
	lines  statusLines

	mu   sync.Mutex
	idle map[net.Conn]struct{} // connections that are not lent
}

// accepted is what Accept gives.
type accepted struct {
	conn net.Conn
	err  error
}

// Listen answers what find finds to requests on the connections that come in at l. A
// panic ends its connection only, and is reported.
func Listen(l net.Listener, find Find, limits Limits, report func(panicked any, stack []byte)) *Listener {
	e := &Listener{inner: l, find: find, limits: limits, report: report, lent: make(chan accepted), closed: make(chan struct{}), idle: map[net.Conn]struct{}{}}
	e.close = sync.OnceValue(e.shut)
	go e.accept()
	return e
}

// accept takes connections until the listener is closed. Who calls Accept decides
// how long to wait after an error.
func (l *Listener) accept() {
	for {
		conn, err := l.inner.Accept()
		if err != nil {
			if !l.lend(accepted{err: err}) {
				return
			}
			continue
		}
		if !l.claim(conn, true) {
			_ = conn.Close() // it came too late
			return
		}
		go func() {
			defer l.loops.Done()
			defer l.survive(conn)
			l.serve(conn)
		}()
	}
}

// survive keeps a panic from ending the program.
func (l *Listener) survive(conn net.Conn) {
	if panicked := recover(); panicked != nil {
		l.report(panicked, debug.Stack())
		l.release(conn)
		_ = conn.Close() // nothing more can be said
	}
}

// lend waits until net/http takes what it is lent, and reports whether it did.
func (l *Listener) lend(a accepted) bool {
	select {
	case l.lent <- a:
		return true
	case <-l.closed:
		return false
	}
}

// Accept gives the next connection with a request that is not answered here.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case a := <-l.lent:
		return a.conn, a.err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Addr is the address that is listened on.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Close takes no more connections and ends those that wait for a request. Answers
// under way are finished.
func (l *Listener) Close() error { return l.close() }

func (l *Listener) shut() error {
	close(l.closed)
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.idle {
		_ = conn.SetReadDeadline(time.Unix(1, 0)) // it is about to be closed
	}
	return l.inner.Close()
}

// Shutdown closes the listener and waits for the answers under way; those that are
// not finished when the context ends are cut off.
func (l *Listener) Shutdown(ctx context.Context) error {
	err := l.Close()
	done := make(chan struct{})
	go func() {
		l.loops.Wait()
		close(done)
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
	}
	l.mu.Lock()
	for conn := range l.idle {
		_ = conn.Close() // it is not waited for
	}
	l.mu.Unlock()
	return errors.Join(err, ctx.Err())
}

// claim takes a connection among those that are not lent, unless it is too late. A
// new one is waited for from then on.
func (l *Listener) claim(conn net.Conn, isNew bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.closed:
		return false
	default:
	}
	if isNew {
		l.loops.Add(1)
	}
	l.idle[conn] = struct{}{}
	return true
}

func (l *Listener) release(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.idle, conn)
}

// ConnState notes when net/http has answered what it was lent.
func (l *Listener) ConnState(conn net.Conn, state http.ConnState) {
	if c, ours := conn.(*loan); ours && state == http.StateIdle {
		c.settle()
	}
}

// serve answers what it can on a connection, and lends it for what it cannot, until
// it ends or stays with net/http.
func (l *Listener) serve(conn net.Conn) {
	c := &connection{Conn: conn, limits: l.limits, lines: &l.lines, isNew: true}
	buffer := make([]byte, headSize)
	ahead := 0 // how much of the next request is in the buffer
	for {
		unread, alone, err := l.answer(c, buffer, ahead)
		l.release(conn)
		if err != nil {
			_ = conn.Close() // nobody is left to be told
			return
		}
		lent := &loan{Conn: conn, unread: unread, once: alone, buffer: buffer, back: make(chan bool, 1)}
		if !l.lend(accepted{conn: lent}) {
			_ = conn.Close() // nobody would answer it
			return
		}
		if !alone || !<-lent.back {
			return
		}
		if !l.claim(conn, false) {
			_ = conn.Close() // the listener was closed meanwhile
			return
		}
		ahead = lent.ahead
		c.readBy, c.writtenBy = time.Time{}, time.Time{} // they were net/http's
	}
}

// answer answers the requests on a connection up to one that is not kept, and gives
// what was read from there on, and whether it is one plain request alone. So many
// bytes of the buffer were read before.
func (l *Listener) answer(c *connection, buffer []byte, ahead int) (unread []byte, alone bool, err error) {
	unread = buffer[:ahead]
	for {
		if len(unread) == 0 {
			n, err := c.next(buffer, l.closed)
			if err != nil {
				return nil, false, err
			}
			unread = buffer[:n]
		}
		request, rest, plain := Parse(unread)
		if !plain {
			return unread, false, nil
		}
		answer, found := l.find(request)
		if !found {
			return unread, len(rest) == 0, nil
		}
		if err := c.send(&answer, request.Head); err != nil {
			return nil, false, err
		}
		unread = rest
	}
}
