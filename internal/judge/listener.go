package judge

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// sockets keeps count of the connections of all servers of a room: how many came,
// and how many the servers have closed.
type sockets struct {
	mu     sync.Mutex
	conns  []*conn // also keeps stuck ones from the garbage collector, which would close them
	closed int
}

// listener hands out connections that are counted.
type listener struct {
	net.Listener
	sockets *sockets
}

func (l *listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: accepted, sockets: l.sockets}
	l.sockets.mu.Lock()
	l.sockets.conns = append(l.sockets.conns, c)
	l.sockets.mu.Unlock()
	return c, nil
}

// of returns the server's side of a client's connection; nil where it is not here.
func (s *sockets) of(client net.Conn) *net.TCPConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		if c.RemoteAddr().String() == client.LocalAddr().String() {
			return c.Conn.(*net.TCPConn)
		}
	}
	return nil
}

// open is how many connections came that the server has not closed.
func (s *sockets) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns) - s.closed
}

// release closes what the server has left open. To the server it looks as if
// the clients had gone: a read ends with io.EOF, not with an error that says
// "closed", at which the original's reader would turn in circles.
func (s *sockets) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.released.Store(true)
		c.Conn.Close()
	}
	s.conns, s.closed = nil, 0
}

// conn is a connection on the server's side.
type conn struct {
	net.Conn
	sockets  *sockets
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
		c.sockets.mu.Lock()
		c.sockets.closed++
		c.sockets.mu.Unlock()
	})
	return c.Conn.Close()
}
