package judge

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// Sockets keeps count of the connections of all servers of a room: how many came,
// how many the servers have closed, and what they wrote. Any goroutine may ask.
type Sockets struct {
	mu     sync.Mutex
	conns  []*conn // also keeps stuck ones from the garbage collector, which would close them
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

// Listener is l, with its connections counted.
func (s *Sockets) Listener(l net.Listener) net.Listener { return &listener{l, s} }

// Of returns the server's side of a client's TCP connection; nil where it is not here.
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

// Open is how many connections came that the server has not closed.
func (s *Sockets) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns) - s.closed
}

// Writes is how many writes the servers have begun, on all connections together.
func (s *Sockets) Writes() int { return int(s.writes.Load()) }

// release closes what the server has left open. To the server it looks as if
// the clients had gone: a read ends with io.EOF, not with an error that says
// "closed", at which the original's reader would turn in circles.
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

// Pipes is a listener that is dialled by its own Dial, through net.Pipe: then a
// bubble of testing/synctest sees who waits for whom. A pipe holds no bytes. What
// one end has written, the other has read.
type Pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// NewPipes returns a listener that nobody has dialled yet.
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

// Close ends Accept and Dial, and no pipe. A second time it does nothing.
func (p *Pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr is no address that could be dialled.
func (p *Pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }
