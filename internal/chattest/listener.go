package chattest

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// listener hands out connections that it keeps count of: how many came, and
// how many the server has closed.
type listener struct {
	net.Listener

	mu     sync.Mutex
	conns  []*conn // also keeps stuck ones from the garbage collector, which would close them
	closed int
}

func (l *listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: accepted, listener: l}
	l.mu.Lock()
	l.conns = append(l.conns, c)
	l.mu.Unlock()
	return c, nil
}

// of returns the server's side of a client's connection.
func (l *listener) of(client net.Conn) *net.TCPConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		if c.RemoteAddr().String() == client.LocalAddr().String() {
			return c.Conn.(*net.TCPConn)
		}
	}
	return nil
}

// open is how many connections came that the server has not closed.
func (l *listener) open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.conns) - l.closed
}

// release closes what the server has left open. To the server it looks as if
// the clients had gone: a read ends with io.EOF, not with an error that says
// "closed", at which the original's reader would turn in circles.
func (l *listener) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		c.released.Store(true)
		c.Conn.Close()
	}
	l.conns, l.closed = nil, 0
}

// conn is a connection on the server's side.
type conn struct {
	net.Conn
	listener *listener
	once     sync.Once
	released atomic.Bool
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && c.released.Load() {
		err = io.EOF
	}
	return n, err
}

func (c *conn) Close() error {
	c.once.Do(func() {
		c.listener.mu.Lock()
		c.listener.closed++
		c.listener.mu.Unlock()
	})
	return c.Conn.Close()
}
