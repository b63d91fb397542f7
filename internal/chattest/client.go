package chattest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"
)

// message is what a chat client sends and hears.
type message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// client is a chat client on a TCP connection of its own. It speaks the
// WebSocket protocol by itself, so that it can also speak it badly. Its methods
// may be called from any goroutine.
type client struct {
	name string
	conn *net.TCPConn
	in   *bufio.Reader // after dial, read's alone

	news chan struct{} // has room for one: something was heard, or the end came

	mu    sync.Mutex
	heard []message // all, in the order they came
	ended error     // why there will be no more; nil before
}

// dial connects to the WebSocket at path on addr and returns when the server
// has agreed. Nothing is read after that until listen.
func dial(name, addr, path string) (*client, error) {
	tcp, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	c := &client{
		name: name,
		conn: tcp.(*net.TCPConn),
		in:   bufio.NewReader(tcp),
		news: make(chan struct{}, 1),
	}
	request := "GET " + path + " HTTP/1.1\r\n" +
		"Host: " + addr + "\r\n" +
		"Origin: http://" + addr + "\r\n" +
		"Upgrade: websocket\r\n" +
		"Connection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: bm90IHJhbmRvbSBhdCBhbA==\r\n\r\n"
	c.conn.SetDeadline(time.Now().Add(patience))
	defer c.conn.SetDeadline(time.Time{})
	if _, err := c.conn.Write([]byte(request)); err != nil {
		c.conn.Close()
		return nil, err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.conn.Close()
		return nil, err
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		c.conn.Close()
		return nil, fmt.Errorf("the server answered the handshake with %s", response.Status)
	}
	return c, nil
}

// listen has a goroutine of its own read all that the server sends, until the
// connection ends.
func (c *client) listen() {
	go c.read()
}

// read notes every message that comes, and answers pings.
func (c *client) read() {
	var whole []byte // of a message that comes in several frames
	for {
		f, err := readFrame(c.in)
		if err != nil {
			c.note(func() { c.ended = err })
			return
		}
		switch f.opcode {
		case ping:
			c.write(appendFrame(nil, pong, f.payload))
		case text, continuation:
			whole = append(whole, f.payload...)
			if !f.final {
				continue
			}
			var m message
			err := json.Unmarshal(whole, &m)
			if err == nil && !utf8.Valid(whole) {
				err = errors.New("invalid UTF-8")
			}
			if err != nil {
				c.note(func() { c.ended = fmt.Errorf("the server sent %.80q: %w", whole, err) })
				return
			}
			c.note(func() { c.heard = append(c.heard, m) })
			whole = whole[:0]
		}
	}
}

// note changes what is guarded by mu, and tells whoever waits.
func (c *client) note(change func()) {
	c.mu.Lock()
	change()
	c.mu.Unlock()
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// sofar returns what was heard, and why there will be no more, if so.
func (c *client) sofar() (heard []message, ended error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard[:len(c.heard):len(c.heard)], c.ended
}

// send sends the messages, all their frames in one TCP write.
func (c *client) send(messages ...message) error {
	var b []byte
	for _, m := range messages {
		payload, err := json.Marshal(m)
		if err != nil {
			return err
		}
		b = appendFrame(b, text, payload)
	}
	return c.write(b)
}

// write sends bytes as they are.
func (c *client) write(b []byte) error {
	c.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := c.conn.Write(b)
	return err
}

// A client can go in three ways.

// leave says goodbye with a close frame and closes the connection.
func (c *client) leave() {
	c.write(appendFrame(nil, closing, []byte{1000 >> 8, 1000 & 0xFF}))
	c.conn.Close()
}

// drop closes the connection without a word.
func (c *client) drop() {
	c.conn.Close()
}

// reset ends the connection with a TCP reset, as a machine that has crashed and
// come back does.
func (c *client) reset() {
	c.conn.SetLinger(0)
	c.conn.Close()
}
