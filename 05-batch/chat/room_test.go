package chat

import (
	"bytes"
	"context"

	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
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
	"websocket-chat-steps/internal/stacks"
)

// What the tests share: a room, what its clients say and are to hear, and looks
// at the goroutines. In a bubble of testing/synctest no wait takes any time at all.

// fewer is n, or a tenth of it where the race detector slows all down, and under
// -short.
func fewer(n int) int {
	if race.Enabled || testing.Short() {
		return n / 10
	}
	return n
}

// room is a server that runs, with the clients of one test.
type room struct {
	t       *testing.T
	dial    func() (net.Conn, error)
	sockets judge.Sockets // the server's
	pipes   *pipes        // nil where it is reached through TCP

	mu    sync.Mutex
	conns []net.Conn // the clients' ends
}

// welcome is what was said in every room before the test: who has heard it has
// been let in.
const welcome = "welcome"

// openRoom opens a room on a port of its own.
func openRoom(t *testing.T) *room {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err, "a port to listen on")
	r := &room{t: t, dial: func() (net.Conn, error) {
		return net.DialTimeout("tcp", tcp.Addr().String(), judgetest.Patience())
	}}
	r.open(tcp)
	return r
}

// openRoomInBubble opens a room that is reached through net.Pipe, which holds
// no bytes: what the server writes, it has written when the client has read it.
func openRoomInBubble(t *testing.T) *room {
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	r := &room{t: t, dial: p.dial, pipes: p}
	r.open(p)
	return r
}

// open opens the room, which is closed when the test is over. Then no goroutine,
// no socket and no client may be left.
func (r *room) open(l net.Listener) {
	server := NewServer()
	web := &http.Server{Handler: server.WebsocketHandler()}
	stopped, unserved := make(chan struct{}), make(chan struct{})
	go func() { server.Start(); close(stopped) }()
	go func() { web.Serve(r.sockets.Listener(l)); close(unserved) }()
	r.t.Cleanup(func() {
		for _, conn := range r.conns {
			conn.Close()
		}
		await(r.t, "the clients' goroutines to end", func() bool {
			return r.sockets.Open() == 0 && countIn("(*Client).") == 0 && countIn("(*mailbox).") == 0
		})
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), judgetest.Patience())
		defer cancel()
		require.NoError(r.t, judge.Within(ctx, func() { server.Done(); <-stopped }), "waited for the server to stop")
		assert.Empty(r.t, server.clients, "clients that the server has not removed")
		assert.NoError(r.t, judge.Within(ctx, func() { web.Close(); <-unserved }), "waited for the listener to close")
	})

	host := r.connect()
	require.NoError(r.t, errors.Join(host.Say(welcome), expect(host, welcome)))
	host.Drop()
	await(r.t, "the host to be gone", func() bool { return r.sockets.Open() == 0 })
}

// connect brings in a client. It has had the server's answer, but may not be in
// the room yet.
func (r *room) connect() *judge.Client {
	r.t.Helper()
	c, err := r.tryConnect()
	require.NoError(r.t, err)
	return c
}

// tryConnect is connect for any goroutine. What is given goes out in one write
// with the request.
func (r *room) tryConnect(more ...byte) (*judge.Client, error) {
	conn, err := r.dial()
	if err != nil {
		return nil, err
	}
	return r.enter(conn, more...)
}

// enter is tryConnect on a connection that was dialled.
func (r *room) enter(conn net.Conn, more ...byte) (*judge.Client, error) {
	r.mu.Lock()
	name := fmt.Sprint("client ", len(r.conns))
	r.conns = append(r.conns, conn)
	r.mu.Unlock()
	return judge.NewClient(name, conn, "localhost", step.Path, judgetest.Patience(), more...)
}

// join brings in a client that has been let in and has heard the welcome. In
// the room nothing else must have been said yet.
func (r *room) join() *judge.Client {
	r.t.Helper()
	c := r.connect()
	require.NoError(r.t, expect(c, welcome))
	return c
}

// joinStalled brings in a client that is let in and reads no more, on a
// connection that holds little. In the room something must have been said.
func (r *room) joinStalled() *judge.Client {
	r.t.Helper()
	c := r.connect()
	_, err := c.Hear()
	require.NoError(r.t, err)
	require.NoError(r.t, errors.Join(
		r.sockets.Of(c.Conn).SetWriteBuffer(smallBuffer),
		c.Conn.(*net.TCPConn).SetReadBuffer(128<<10), // with a small one too, reading again would take seconds
	))
	return c
}

const smallBuffer = 4096 // bytes, of a socket

// payload is a message as a browser sends it: "<" is one byte, and not six as in
// what encoding/json makes of it. Both texts have no need of escapes.
func payload(author, body string) []byte {
	return fmt.Appendf(nil, `{"author":"%s","body":"%s"}`, author, body)
}

// isText tells whether a frame is a whole message, and which.
func isText(f judge.Frame, payload []byte) bool {
	return f.Final && f.Opcode == judge.Text && bytes.Equal(f.Payload, payload)
}

// expect returns an error unless the next messages are these, from anybody.
func expect(c *judge.Client, bodies ...string) error {
	for i, body := range bodies {
		switch m, err := c.Hear(); {
		case err != nil:
			return fmt.Errorf("%s, waiting for %.40q (%d of %d): %w", c.Name, body, i+1, len(bodies), err)
		case m.Body != body:
			return fmt.Errorf("%s heard %.40q where %.40q was to come (%d of %d)", c.Name, m.Body, body, i+1, len(bodies))
		}
	}
	return nil
}

// hearOn hears messages with numbers that follow each other, until enough says
// so. It returns the first number and the one behind the last.
func hearOn(c *judge.Client, enough func(first, next int) bool) (first, next int, err error) {
	for first = -1; !enough(first, next); next++ {
		m, err := c.Hear()
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
			return first, next, fmt.Errorf("%s heard number %d where %d was to come (its first was %d)", c.Name, n, next, first)
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
func flow(talker *judge.Client, listeners []*judge.Client, first, last, size int) error {
	for first < last {
		var bodies []string
		for range min(64, max(1, mailboxBytes/4/max(1, size)), last-first) {
			bodies = append(bodies, numbered(first, size))
			first++
		}
		if err := talker.Say(bodies...); err != nil {
			return err
		}
		for _, c := range listeners {
			for _, body := range bodies {
				want := payload(talker.Name, body)
				switch f, err := c.HearFrame(); {
				case err != nil:
					return fmt.Errorf("%s, waiting for %.40q: %w", c.Name, want, err)
				case !isText(f, want):
					return fmt.Errorf("%s heard %.40q (opcode %#x) where %.40q was to come", c.Name, f.Payload, f.Opcode, want)
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
	for late := time.After(judgetest.Patience()); !done(); {
		select {
		case <-again.C:
		case <-late:
			if done() {
				return
			}
			clients := append(goroutinesIn("(*Client)."), goroutinesIn("(*mailbox).")...)
			require.FailNowf(t, "waited in vain", "for %s, %v; the clients have %s",
				what, judgetest.Patience(), stacks.Count(clients, innermost))
		}
	}
}

// goroutinesIn returns the goroutines that are in a function of this package, or
// in one of those that begin so.
func goroutinesIn(function string) []stacks.Goroutine {
	return slices.DeleteFunc(stacks.Now(), func(g stacks.Goroutine) bool {
		return !slices.ContainsFunc(g.Frames, func(f stacks.Frame) bool { return strings.Contains(f.Function, "/chat."+function) })
	})
}

func countIn(function string) int { return len(goroutinesIn(function)) }

// innermost is the innermost frame that is in this package.
func innermost(g stacks.Goroutine) stacks.Frame {
	i := slices.IndexFunc(g.Frames, func(f stacks.Frame) bool { return strings.Contains(f.Function, "/chat.") })
	return g.Frames[i]
}

// pipes is a listener for the other ends of net.Pipe. One goroutine dials.
type pipes struct {
	conns  chan net.Conn
	last   *counted // the server's end of the pipe that was dialled last
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial() (net.Conn, error) {
	here, there := net.Pipe()
	p.last = &counted{Conn: there}
	p.conns <- p.last
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

// counted counts how often the server calls Write.
type counted struct {
	net.Conn
	writes atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}
