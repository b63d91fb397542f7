package chat

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
)

// What the tests share: a room, clients that go through frame by frame what
// comes to them, and looks at the goroutines.

// inTime is how long a test waits for what should come. In a bubble of
// testing/synctest that is no time at all.
const inTime = 20 * time.Second

// lessUnderRace is n, or a tenth of it where the race detector slows all down.
func lessUnderRace(n int) int {
	if race.Enabled {
		return n / 10
	}
	return n
}

// room is a server that runs, with the clients of one test.
type room struct {
	t        *testing.T
	listener *listener

	mu      sync.Mutex
	clients []*client
}

// welcome is what was said in every room before the test: who has heard it has
// been let in.
const welcome = "welcome"

// openRoom opens a room on a port of its own.
func openRoom(t *testing.T) *room {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err, "a port to listen on")
	return open(t, &listener{Listener: tcp, dial: func() (net.Conn, error) {
		return net.DialTimeout("tcp", tcp.Addr().String(), inTime)
	}})
}

// openRoomInBubble opens a room that is reached through net.Pipe, which holds
// no bytes: what the server writes, it has written when the client has read it.
func openRoomInBubble(t *testing.T) *room {
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	return open(t, &listener{Listener: p, dial: p.dial})
}

// open opens a room that is closed when the test is over. Then no goroutine, no
// socket and no client may be left.
func open(t *testing.T, l *listener) *room {
	r := &room{t: t, listener: l}
	server := NewServer()
	web := &http.Server{Handler: server.WebsocketHandler()}
	stopped, unserved := make(chan struct{}), make(chan struct{})
	go func() { server.Start(); close(stopped) }()
	go func() { web.Serve(l); close(unserved) }()
	t.Cleanup(func() {
		for _, c := range r.clients {
			c.conn.Close()
		}
		await(t, "the clients' goroutines to end", func() bool {
			return l.open() == 0 && goroutinesIn("(*Client).") == 0 && goroutinesIn("(*mailbox).") == 0
		})
		assert.NoError(t, judge.Within(judgetest.Context(t), func() { server.Done(); <-stopped }), "waited for the server to stop")
		assert.Empty(t, server.clients, "clients that the server has not removed")
		assert.NoError(t, judge.Within(judgetest.Context(t), func() { web.Close(); <-unserved }), "waited for the listener to close")
	})

	host := r.connect()
	require.NoError(t, errors.Join(host.say(welcome), host.expect(welcome)))
	host.conn.Close()
	await(t, "the host to be gone", func() bool { return l.open() == 0 })
	return r
}

// connect brings in a client. It has had the server's answer, but may not be in
// the room yet.
func (r *room) connect() *client {
	r.t.Helper()
	c, err := r.tryConnect()
	require.NoError(r.t, err)
	return c
}

// tryConnect is connect for any goroutine. What is given goes out in one write
// with the request.
func (r *room) tryConnect(atOnce ...byte) (*client, error) {
	conn, err := r.listener.dial()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	c := &client{name: fmt.Sprint("client ", len(r.clients)), conn: conn, in: bufio.NewReader(conn)}
	r.clients = append(r.clients, c)
	r.mu.Unlock()
	return c, c.shakeHands(atOnce)
}

// join brings in a client that has been let in and has heard the welcome. In
// the room nothing else must have been said yet.
func (r *room) join() *client {
	r.t.Helper()
	c := r.connect()
	require.NoError(r.t, c.expect(welcome))
	return c
}

// joinStalled brings in a client that is let in and reads no more, on a
// connection that holds little. In the room something must have been said.
func (r *room) joinStalled() *client {
	r.t.Helper()
	c := r.connect()
	_, err := c.hear()
	require.NoError(r.t, err)
	require.NoError(r.t, errors.Join(
		r.listener.last().Conn.(*net.TCPConn).SetWriteBuffer(smallBuffer),
		c.conn.(*net.TCPConn).SetReadBuffer(128<<10), // with a small one too, reading again would take seconds
	))
	return c
}

const smallBuffer = 4096 // bytes, of a socket

// client is one browser, on a connection of its own. One goroutine may write,
// and one read.
type client struct {
	name string
	conn net.Conn
	in   *bufio.Reader
}

func (c *client) shakeHands(atOnce []byte) error {
	const request = "GET /ws HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n" +
		"Upgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bm90IHJhbmRvbSBhdCBhbA==\r\n\r\n"
	if err := c.write(append([]byte(request), atOnce...)); err != nil {
		return err
	}
	c.conn.SetReadDeadline(time.Now().Add(inTime))
	response, err := http.ReadResponse(c.in, nil)
	if err == nil && response.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("the server answered the handshake with %s", response.Status)
	}
	return err
}

// write sends bytes as they are.
func (c *client) write(b []byte) error {
	c.conn.SetWriteDeadline(time.Now().Add(inTime))
	_, err := c.conn.Write(b)
	return err
}

// say sends messages, all in one write.
func (c *client) say(bodies ...string) error {
	var b []byte
	for _, body := range bodies {
		b = appendFrame(b, text, payload(c.name, body))
	}
	return c.write(b)
}

// sayGoodbye sends a close frame.
func (c *client) sayGoodbye() error {
	return c.write(appendFrame(nil, closing, []byte{1000 >> 8, 1000 & 0xff}))
}

// reset ends the connection with a TCP reset.
func (c *client) reset() {
	c.conn.(*net.TCPConn).SetLinger(0)
	c.conn.Close()
}

// closed is what hear returns for a close frame: its code.
type closed int

func (code closed) Error() string { return fmt.Sprintf("a close frame came, with %d", int(code)) }

// hear returns the next message. Whatever else comes is an error: a close frame
// too, and the end of the connection, io.EOF.
func (c *client) hear() (m Message, err error) {
	b, err := c.hearPayload()
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	return m, err
}

// hearPayload is hear that leaves the message as it came.
func (c *client) hearPayload() ([]byte, error) {
	opcode, b, err := c.read()
	switch {
	case err != nil:
		return nil, err
	case opcode == closing && len(b) == 2:
		return nil, closed(binary.BigEndian.Uint16(b))
	case opcode != text:
		return nil, fmt.Errorf("a frame came that is no text: %#x, %q", opcode, b)
	}
	return b, nil
}

// expect returns an error unless the next messages are these, from anybody.
func (c *client) expect(bodies ...string) error {
	for i, body := range bodies {
		switch m, err := c.hear(); {
		case err != nil:
			return fmt.Errorf("%s, waiting for %.40q (%d of %d): %w", c.name, body, i+1, len(bodies), err)
		case m.Body != body:
			return fmt.Errorf("%s heard %.40q where %.40q was to come (%d of %d)", c.name, m.Body, body, i+1, len(bodies))
		}
	}
	return nil
}

// hearOn hears messages with numbers that follow each other, until enough says
// so. It returns the first number and the one behind the last.
func (c *client) hearOn(enough func(first, next int) bool) (first, next int, err error) {
	for first = -1; !enough(first, next); next++ {
		m, err := c.hear()
		if err != nil {
			return first, next, err
		}
		n, err := number(m.Body)
		if err != nil {
			return first, next, err
		}
		if first < 0 {
			first, next = n, n
		}
		if n != next {
			return first, next, fmt.Errorf("%s heard number %d where %d was to come (its first was %d)", c.name, n, next, first)
		}
	}
	return first, next, nil
}

// numbered makes a message of so many bytes, or few more, that has a number.
func numbered(n, size int) string {
	s := strconv.Itoa(n) + " "
	return s + strings.Repeat("x", max(0, size-len(s)))
}

func number(body string) (int, error) {
	n, _, _ := strings.Cut(body, " ")
	return strconv.Atoi(n)
}

// flow has talker say the messages from first to behind last, of so many bytes
// each, and everybody in listeners hear exactly those. At most 64 are on the
// way, and at most a quarter of a mailbox, so who listens is never let go.
func flow(talker *client, listeners []*client, first, last, size int) error {
	for first < last {
		var bodies []string
		var payloads [][]byte
		for range min(64, max(1, mailboxBytes/4/max(1, size)), last-first) {
			body := numbered(first, size)
			bodies = append(bodies, body)
			payloads = append(payloads, payload(talker.name, body))
			first++
		}
		if err := talker.say(bodies...); err != nil {
			return err
		}
		for _, c := range listeners {
			for _, want := range payloads {
				got, err := c.hearPayload()
				if err != nil {
					return fmt.Errorf("%s, waiting for %.40q: %w", c.name, want, err)
				}
				if !bytes.Equal(got, want) {
					return fmt.Errorf("%s heard %.40q where %.40q was to come", c.name, got, want)
				}
			}
		}
	}
	return nil
}

// atOnce runs f for 0 to n-1, each in a goroutine of its own, and ends the test
// if one returns an error.
func atOnce(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	errs := make(chan error, n)
	for i := range n {
		go func() { errs <- f(i) }()
	}
	for range n {
		require.NoError(t, <-errs)
	}
}

// await waits for what no event tells, and ends the test if it doesn't come.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(inTime); !done(); {
		select {
		case <-again.C:
		case <-deadline:
			if done() {
				return
			}
			require.FailNowf(t, "waited in vain", "for %s, %v; goroutines of the clients:\n%s",
				what, inTime, bytes.Join(append(stacksWith("(*Client)."), stacksWith("(*mailbox).")...), []byte("\n\n")))
		}
	}
}

// goroutinesIn counts the goroutines that are in a function of this package, or
// in one of those that begin so.
func goroutinesIn(function string) int { return len(stacksWith(function)) }

// stacksWith returns those goroutines' stacks.
func stacksWith(function string) (found [][]byte) {
	stacks := make([]byte, 1<<20)
	n := runtime.Stack(stacks, true)
	for n == len(stacks) {
		stacks = make([]byte, 4*len(stacks))
		n = runtime.Stack(stacks, true)
	}
	for stack := range bytes.SplitSeq(stacks[:n], []byte("\n\n")) {
		calls, _, _ := bytes.Cut(stack, []byte("\ncreated by "))
		if bytes.Contains(calls, []byte("/chat."+function)) {
			found = append(found, stack)
		}
	}
	return found
}

// listener hands the server connections that it keeps.
type listener struct {
	net.Listener
	dial func() (net.Conn, error) // the clients' side

	mu     sync.Mutex
	conns  []*served // in the order in which they came
	closed int
}

func (l *listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &served{Conn: conn, listener: l}
	l.conns = append(l.conns, c)
	return c, nil
}

// last is the server's end of the connection that came last.
func (l *listener) last() *served {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conns[len(l.conns)-1]
}

// open is how many connections the server has not closed.
func (l *listener) open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.conns) - l.closed
}

// served is the server's end of a connection.
type served struct {
	net.Conn
	listener *listener
	writes   atomic.Int64 // how often the server has called Write
	once     sync.Once
}

func (c *served) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

func (c *served) Close() error {
	c.once.Do(func() {
		c.listener.mu.Lock()
		c.listener.closed++
		c.listener.mu.Unlock()
	})
	return c.Conn.Close()
}

// pipes is a listener for the other ends of net.Pipe.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial() (net.Conn, error) {
	here, there := net.Pipe()
	p.conns <- there
	return here, nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// What a frame carries: RFC 6455, section 5.2.
const (
	text    = 0x1
	closing = 0x8
	ping    = 0x9
	pong    = 0xa
)

// payload is a message as a browser sends it. (The server makes "<", ">" and "&"
// longer.)
func payload(author, body string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(&Message{author, body}); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// appendFrame adds a frame to b as a client sends it: masked, with a key of zeros.
func appendFrame(b []byte, opcode byte, payload []byte) []byte {
	b = append(b, 0x80|opcode)
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	return append(append(b, 0, 0, 0, 0), payload...)
}

// read reads the next frame. It must be a whole message, in one of the lengths
// that a server may send, and not masked.
func (c *client) read() (opcode byte, payload []byte, err error) {
	c.conn.SetReadDeadline(time.Now().Add(inTime))
	var head [10]byte
	if _, err := io.ReadFull(c.in, head[:2]); err != nil {
		return 0, nil, err
	}
	length := uint64(head[1])
	switch length {
	case 126:
		_, err = io.ReadFull(c.in, head[2:4])
		length = uint64(binary.BigEndian.Uint16(head[2:]))
	case 127:
		_, err = io.ReadFull(c.in, head[2:10])
		length = binary.BigEndian.Uint64(head[2:])
	}
	if err != nil {
		return 0, nil, err
	}
	if head[0]&0xf0 != 0x80 || head[1]&0x80 != 0 || length > 1<<20 {
		return 0, nil, fmt.Errorf("what came to %s is no frame: % x", c.name, head)
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(c.in, payload)
	return head[0] & 0xf, payload, err
}
