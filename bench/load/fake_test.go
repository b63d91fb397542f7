package load

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fake is a chat server in the test's process. says decides what it does.
type fake struct {
	listener   net.Listener
	space      int // of a connection's buffers; 0 for the default
	goroutines sync.WaitGroup
	open       sync.Map // net.Conn to nothing

	mu    sync.Mutex
	conns []*fakeConn // in the order in which they came
	count int         // messages so far, the hello included
	// says is called with each message. The hello is number 0. By default everybody hears
	// the message. mu is held during the call.
	says func(f *fake, number int, from *fakeConn, message []byte)

	ended error           // what Ended says
	greet func(*fakeConn) // returns what a newcomer hears at once; may be nil

	rss  atomic.Int64
	more atomic.Int64 // goroutines
	held atomic.Bool  // what Socket's function says
	used atomic.Int64 // what CPU says, nanoseconds
}

type fakeConn struct {
	net.Conn
	index int
}

// serve starts a fake. At the end of the test, the fake and its goroutines end, too.
func serve(t testing.TB, says func(f *fake, number int, from *fakeConn, message []byte)) *fake {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := &fake{listener: listener, says: says}
	f.held.Store(true)
	if says == nil {
		f.says = func(f *fake, _ int, _ *fakeConn, message []byte) { f.tell(message) }
	}
	f.goroutines.Go(f.accept)
	t.Cleanup(func() {
		f.listener.Close()
		// Not under mu: the goroutine that holds it may wait in a Write to one of these.
		f.open.Range(func(conn, _ any) bool {
			conn.(net.Conn).Close()
			return true
		})
		f.goroutines.Wait()
	})
	return f
}

func (f *fake) accept() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.open.Store(conn, nil)
		f.goroutines.Go(func() { f.talk(conn) })
	}
}

func (f *fake) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	request, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	if request.Header.Get("Origin") != "http://"+request.Host {
		io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\n\r\n")
		return
	}
	if f.space > 0 {
		conn.(*net.TCPConn).SetWriteBuffer(f.space)
		conn.(*net.TCPConn).SetReadBuffer(f.space)
	}
	c := &fakeConn{Conn: conn}
	f.mu.Lock()
	c.index = len(f.conns)
	f.conns = append(f.conns, c)
	f.more.Add(1)
	f.rss.Add(1000)
	io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+accept+"\r\n\r\n")
	if f.greet != nil {
		f.greet(c)
	}
	f.mu.Unlock()
	for {
		opcode, payload, err := readFrame(in)
		if err != nil {
			return
		}
		if opcode != text {
			continue
		}
		f.mu.Lock()
		number := f.count
		f.count++
		f.says(f, number, c, payload)
		f.mu.Unlock()
	}
}

// readFrame reads a client's frame. Its mask must be all zeros.
func readFrame(in *bufio.Reader) (opcode byte, payload []byte, err error) {
	var header [2]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		return 0, nil, err
	}
	size := int(header[1] & 0x7F)
	if size == 126 {
		var long [2]byte
		if _, err := io.ReadFull(in, long[:]); err != nil {
			return 0, nil, err
		}
		size = int(binary.BigEndian.Uint16(long[:]))
	}
	var mask [4]byte
	if _, err := io.ReadFull(in, mask[:]); err != nil {
		return 0, nil, err
	}
	if header[1]&0x80 == 0 || mask != [4]byte{} || size == 127 {
		return 0, nil, fmt.Errorf("not a frame of our clients: % x", header)
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(in, payload)
	return header[0] & 0x0F, payload, err
}

// tell sends a message to all but some clients.
func (f *fake) tell(message []byte, but ...int) {
	for _, c := range f.conns {
		if !slices.Contains(but, c.index) {
			c.Write(frame(0x80|text, message))
		}
	}
}

// frame returns a server's frame.
func frame(first byte, payload []byte) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

func (f *fake) WebSocket() (addr, path string) { return f.listener.Addr().String(), "/ws" }

func (f *fake) Ended() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ended
}

func (f *fake) CPU() (time.Duration, error) {
	return time.Duration(f.used.Add(int64(time.Millisecond))), nil
}
func (f *fake) RSS() (int, error) { return 1_000_000 + int(f.rss.Load()), nil }

func (f *fake) Goroutines() (int, error) { return 10 + int(f.more.Load()), nil }

func (f *fake) Socket(net.Conn) (held func() bool, err error) { return f.held.Load, nil }

// deadline is a context that ends before the test binary's own time is over.
func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Minute,
		fmt.Errorf("%s has taken a minute, and takes about a second", t.Name()))
	t.Cleanup(cancel)
	return ctx
}
