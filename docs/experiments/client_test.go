package experiments

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// client is a chat client. Only the test's own goroutine may call its methods,
// but for listen.
type client struct {
	t    *testing.T
	name string
	conn *gathering
	ws   *websocket.Conn

	news chan struct{} // has room for one: something was heard, or the end came

	mu    sync.Mutex
	heard []string // all bodies, in the order they came
	first time.Time
	ended error // why there will be no more
}

type message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// dial returns a client that doesn't read yet. In the first two steps the room
// may open a moment after the page does, so it tries again.
func (r *room) dial() *client {
	r.t.Helper()
	r.clients++
	c := &client{t: r.t, name: fmt.Sprintf("client %d", r.clients), news: make(chan struct{}, 1)}
	config, err := websocket.NewConfig("ws://"+r.process.Addr+r.path(), r.process.URL)
	require.NoError(r.t, err)
	for deadline := time.Now().Add(patience); ; {
		err = c.handshake(config, r.process.Addr)
		if !errors.Is(err, websocket.ErrBadStatus) || time.Now().After(deadline) {
			break
		}
	}
	require.NoError(r.t, err, "%s waited for a connection to %s", c.name, r.step)
	r.t.Cleanup(c.leave)
	return c
}

func (c *client) handshake(config *websocket.Config, addr string) error {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	conn.SetDeadline(time.Now().Add(patience))
	c.conn = &gathering{Conn: conn}
	if c.ws, err = websocket.NewClient(config, c.conn); err != nil {
		conn.Close()
		return err
	}
	return conn.SetDeadline(time.Time{})
}

// listen reads all that comes, until the connection ends.
func (c *client) listen() {
	for {
		var m message
		err := websocket.JSON.Receive(c.ws, &m)
		c.mu.Lock()
		if len(c.heard) == 0 {
			c.first = time.Now()
		}
		if err != nil {
			c.ended = err
		} else {
			c.heard = append(c.heard, m.Body)
		}
		c.mu.Unlock()
		select {
		case c.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// say sends the messages, all of them in one TCP write.
func (c *client) say(bodies ...string) {
	c.t.Helper()
	require.NoError(c.t, c.trySay(bodies...), "%s could not send", c.name)
}

// trySay is say for other goroutines than the test's.
func (c *client) trySay(bodies ...string) error {
	c.conn.hold = true
	for _, body := range bodies {
		if err := websocket.JSON.Send(c.ws, message{c.name, body}); err != nil {
			return err
		}
	}
	return c.conn.release()
}

// leave closes the connection. A second time it does nothing.
func (c *client) leave() {
	c.conn.hold = false
	c.ws.Close()
}

// sofar returns the bodies of all that the client has heard.
func (c *client) sofar() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard[:len(c.heard):len(c.heard)]
}

func (c *client) hasHeard(body string) bool {
	heard := c.sofar()
	for i := len(heard) - 1; i >= 0; i-- {
		if heard[i] == body {
			return true
		}
	}
	return false
}

// await waits for what comes with a message to the client, and fails the test if
// it doesn't.
func (c *client) await(what string, done func() bool) {
	c.t.Helper()
	deadline := time.After(patience)
	for !done() {
		c.mu.Lock()
		heard, ended := len(c.heard), c.ended
		c.mu.Unlock()
		require.NoError(c.t, ended, "%s waited %s, and its connection ended", c.name, what)
		select {
		case <-c.news:
		case <-deadline:
			c.t.Fatalf("%s waited %v %s; it has heard %d messages", c.name, patience, what, heard)
		}
	}
}

// sayAndHear says a message and waits until the client itself hears it.
func (c *client) sayAndHear(body string) {
	c.t.Helper()
	c.say(body)
	c.await("to hear itself", func() bool { return c.hasHeard(body) })
}

// awaitCount waits until the client has heard n messages since it came.
func (c *client) awaitCount(n int) {
	c.t.Helper()
	c.await(fmt.Sprintf("to hear %d messages", n), func() bool { return len(c.sofar()) >= n })
}

// firstHeard returns when the client heard its first message, and waits for it.
func (c *client) firstHeard() time.Time {
	c.t.Helper()
	c.awaitCount(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first
}

// gathering is a connection that can hold back what is written, to write it at once.
type gathering struct {
	net.Conn
	hold bool
	held bytes.Buffer
}

func (g *gathering) Write(b []byte) (int, error) {
	if g.hold {
		return g.held.Write(b)
	}
	return g.Conn.Write(b)
}

func (g *gathering) release() error {
	g.hold = false
	g.Conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := g.held.WriteTo(g.Conn)
	return err
}
