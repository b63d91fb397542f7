package room

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// conn is the server's end of a connection in memory. What the browser sends is there
// to be read at once. What the server writes is taken at once, unless the browser
// stalls: then a write waits. A deadline in the future never passes.
type conn struct {
	name string // of the browser
	room *Room

	mu      sync.Mutex
	changed sync.Cond
	in, out []byte
	left    bool // the browser has closed its end
	closed  bool // the server has closed this one
	stalls  bool
	writing bool
	past    struct{ read, write bool } // deadlines that have passed
}

func newConn(room *Room, name string) *conn {
	c := &conn{name: name, room: room}
	c.changed.L = &c.mu
	return c
}

// change has f change the connection, and wakes all who wait for that.
func (c *conn) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	c.changed.Broadcast()
}

// The two directions of a connection are touched apart.
func (c *conn) touchIn()  { c.room.run.Touch("connection to the server of " + c.name) }
func (c *conn) touchOut() { c.room.run.Touch("connection from the server of " + c.name) }

func (c *conn) Read(b []byte) (int, error) {
	c.touchIn()
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case c.past.read:
			return 0, os.ErrDeadlineExceeded
		case len(c.in) > 0:
			n := copy(b, c.in)
			c.in = c.in[n:]
			return n, nil
		case c.left:
			return 0, io.EOF
		}
		c.changed.Wait()
	}
}

func (c *conn) Write(b []byte) (int, error) {
	c.touchOut()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writing {
		c.room.run.Problem(c.room.say("two goroutines write to the connection of %s at the same time", c.name))
	}
	c.writing = true
	defer func() { c.writing = false }()
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case c.past.write:
			return 0, os.ErrDeadlineExceeded
		case c.left:
			return 0, syscall.EPIPE
		case !c.stalls:
			c.out = append(c.out, b...)
			return len(b), nil
		}
		c.changed.Wait()
	}
}

func (c *conn) Close() error {
	c.touchIn()
	c.touchOut()
	c.change(func() { c.closed = true })
	return nil
}

// leave closes the browser's end.
func (c *conn) leave() {
	c.touchIn()
	c.touchOut()
	c.change(func() { c.left = true })
}

// A deadline touches its direction even where nobody can see that it was set: another one, in the
// past, would end a call. Without that, 05 would have 234 orders of leave-while-put, and not 306.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.touchIn()
	c.change(func() { c.past.read = passed(t) })
	return nil
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.touchOut()
	c.change(func() { c.past.write = passed(t) })
	return nil
}

func (c *conn) SetDeadline(t time.Time) error {
	c.SetWriteDeadline(t)
	return c.SetReadDeadline(t)
}

// passed tells whether a deadline is no later than now: in a run it is always the same time.
func passed(t time.Time) bool { return !t.IsZero() && !t.After(time.Now()) }

func (c *conn) LocalAddr() net.Addr  { return addr("server") }
func (c *conn) RemoteAddr() net.Addr { return addr(c.name) }

type addr string

func (addr) Network() string  { return "memory" }
func (a addr) String() string { return string(a) }

// listener accepts connections in memory.
type listener struct{ conns chan net.Conn }

func (l listener) Accept() (net.Conn, error) {
	if c, ok := <-l.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l listener) Close() error   { return nil }
func (l listener) Addr() net.Addr { return addr("server") }
