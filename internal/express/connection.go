package express

import (
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// renewal is how old a limit of time may be before it is set again.
const renewal = time.Second

// connection is one whose requests are answered here.
type connection struct {
	net.Conn

	limits    Limits
	lines     *statusLines
	isNew     bool
	readBy    time.Time // the limits of time that are set
	writtenBy time.Time
	pieces    [3][]byte
}

// next waits for bytes. What closes the listener lets a read end at once after it
// closed the channel.
func (c *connection) next(buffer []byte, closed <-chan struct{}) (int, error) {
	patience := c.limits.Idle
	if c.isNew {
		patience, c.isNew = c.limits.First, false
	}
	if by := time.Now().Add(patience); by.Before(c.readBy) || by.Sub(c.readBy) > renewal {
		c.readBy = by
		if err := c.SetReadDeadline(by); err != nil {
			return 0, err
		}
	}
	select {
	case <-closed:
		return 0, net.ErrClosed
	default:
		return c.Read(buffer)
	}
}

// send writes an answer, at once.
func (c *connection) send(a *Answer, head bool) error {
	now := time.Now()
	if by := now.Add(c.limits.Write); by.Sub(c.writtenBy) > renewal {
		c.writtenBy = by
		if err := c.SetWriteDeadline(by); err != nil {
			return err
		}
	}
	c.pieces = [3][]byte{c.lines.at(now, a.Unchanged), a.Fields, a.Body}
	pieces := net.Buffers(c.pieces[:])
	if head || a.Unchanged {
		pieces = pieces[:2]
	}
	if _, err := pieces.WriteTo(c.Conn); err != nil {
		return err
	}
	a.Sent()
	return nil
}

// statusLines holds the first two lines of answers, made anew each second.
type statusLines struct{ newest atomic.Pointer[linesOf] }

type linesOf struct {
	second        int64
	ok, unchanged []byte
}

// at gives the status line of an answer, and its date.
func (s *statusLines) at(now time.Time, unchanged bool) []byte {
	lines := s.newest.Load()
	if second := now.Unix(); lines == nil || lines.second != second {
		date := "\r\nDate: " + now.UTC().Format(http.TimeFormat) + "\r\n"
		lines = &linesOf{second, []byte("HTTP/1.1 200 OK" + date), []byte("HTTP/1.1 304 Not Modified" + date)}
		s.newest.Store(lines)
	}
	if unchanged {
		return lines.unchanged
	}
	return lines.ok
}

// loan is a connection in the hands of net/http, for one request or for good.
type loan struct {
	net.Conn

	mu     sync.Mutex
	unread []byte // what was read of it already
	once   bool   // it is lent for one request, of which unread is the whole
	buffer []byte // takes what comes after that one request
	ahead  int    // how much came
	idle   bool   // what was lent is answered
	closed bool
	back   chan bool // whether it comes back
}

// Read gives what was read already, and then what comes in. When it is lent for one
// request there is nothing more in it: net/http only looks whether the client is still
// there, and is given nothing of the next request.
func (c *loan) Read(p []byte) (int, error) {
	for {
		n, once, err := c.readAlready(p)
		switch {
		case n > 0 || err != nil:
			return n, err
		case !once:
			return c.Conn.Read(p)
		}
		n, err = c.Conn.Read(c.buffer[c.ahead:])
		c.hold(n)
		if err != nil {
			return 0, err
		}
	}
}

func (c *loan) readAlready(p []byte) (n int, once bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isBack() {
		return 0, true, io.EOF
	}
	n = copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, c.once, nil
}

func (c *loan) isBack() bool { return c.once && c.idle && len(c.unread) == 0 }

// hold keeps back what came ahead of its time. More than there is room for stays with
// net/http, and the connection with it.
func (c *loan) hold(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += n
	if c.ahead == len(c.buffer) {
		c.unread, c.once = c.buffer, false
	}
}

// settle notes that what was asked is answered.
func (c *loan) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = true
}

// Close gives the connection back when the one request was answered; else it closes
// it.
func (c *loan) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.closed = true
	c.back <- c.isBack()
	if c.isBack() {
		return nil
	}
	return c.Conn.Close()
}

// CloseWrite is for net/http, which so lets a client read the end of an answer before
// a connection with something unread is closed.
func (c *loan) CloseWrite() error {
	if half, able := c.Conn.(interface{ CloseWrite() error }); able {
		return half.CloseWrite()
	}
	return nil
}
