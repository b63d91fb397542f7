package judge

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// Sockets counts the connections of all servers of a room: how many came, how many the
// servers have closed, and how often they wrote. Any goroutine may call its methods.
type Sockets struct {
	mu     sync.Mutex
	conns  []*conn // all: the garbage collector would close a stuck one that nothing refers to
	closed int
	writes atomic.Int64
}

// listener hands out connections that are counted.
type listener struct {
	net.Listener
	sockets *Sockets
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

// Listener returns l, with its connections counted.
func (s *Sockets) Listener(l net.Listener) net.Listener { return &listener{l, s} }

// Of returns the server's side of a client's TCP connection, or nil if it isn't here.
func (s *Sockets) Of(client net.Conn) *net.TCPConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		if c.RemoteAddr().String() == client.LocalAddr().String() {
			return c.Conn.(*net.TCPConn)
		}
	}
	return nil
}

// Open is how many connections the servers have accepted and not closed.
func (s *Sockets) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns) - s.closed
}

// Writes is how many writes the servers have begun, on all connections together.
func (s *Sockets) Writes() int { return int(s.writes.Load()) }

// release closes the connections that the server has left open. For the server this
// looks as if the clients had gone: its reads end with io.EOF. With any other error
// the original's reader would read again and again, for ever.
func (s *Sockets) release() {
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
	sockets  *Sockets
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

func (c *conn) Write(p []byte) (int, error) {
	c.sockets.writes.Add(1)
	return c.Conn.Write(p)
}

func (c *conn) Close() error {
	c.once.Do(func() {
		c.sockets.mu.Lock()
		c.sockets.closed++
		c.sockets.mu.Unlock()
	})
	return c.Conn.Close()
}

// Pipes is a listener for net.Pipe: its own Dial connects to it. So testing/synctest
// sees when all goroutines wait. A pipe holds no bytes: a write ends when the other
// end has read everything.
type Pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// NewPipes returns a new listener.
func NewPipes() *Pipes {
	return &Pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial returns the client's end of a new pipe when the server has accepted the
// other, and net.ErrClosed when the listener is closed.
func (p *Pipes) Dial() (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Accept returns the server's end of the next pipe that is dialled.
func (p *Pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Dial, but no pipe. A second call does nothing.
func (p *Pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr returns an address that nobody can dial.
func (p *Pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }
