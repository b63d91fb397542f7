package judge

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"
)

// Message is what a chat client says and hears.
type Message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// Client is a chat client on a connection of its own. It uses no WebSocket library, so
// that it can also break the protocol. One goroutine may say something while another
// one hears. After Listen, nobody may call Hear.
type Client struct {
	Name string   // the author of its messages
	Conn net.Conn // for tests that use the connection itself
	News chan struct{}

	in       *bufio.Reader
	patience time.Duration

	mu    sync.Mutex
	heard []Message // all, in the order they came
	ended error     // why no more messages come; nil as long as they may come
}

// Dial connects to the WebSocket at path on addr, within patience, and returns
// when the server has agreed. Nothing is read after that until Hear or Listen.
func Dial(name, addr, path string, patience time.Duration) (*Client, error) {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	c, err := NewClient(name, conn, addr, path, patience)
	if err != nil {
		conn.Close()
	}
	return c, err
}

// NewClient does the handshake on a connection that exists already. The bytes of more go
// out in the same write as the request. No write and no Hear takes longer than patience.
func NewClient(name string, conn net.Conn, host, path string, patience time.Duration, more ...byte) (*Client, error) {
	return NewClientFrom("http://"+host, name, conn, host, path, patience, more...)
}

// NewClientFrom is NewClient for a page of the origin.
func NewClientFrom(origin, name string, conn net.Conn, host, path string, patience time.Duration, more ...byte) (*Client, error) {
	c := &Client{Name: name, Conn: conn, in: bufio.NewReader(conn), News: make(chan struct{}, 1), patience: patience}
	request := "GET " + path + " HTTP/1.1\r\n" +
		"Host: " + host + "\r\n" +
		"Origin: " + origin + "\r\n" +
		"Upgrade: websocket\r\n" +
		"Connection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: bm90IHJhbmRvbSBhdCBhbA==\r\n\r\n"
	if err := c.Write(append([]byte(request), more...)); err != nil {
		return nil, err
	}
	conn.SetReadDeadline(time.Now().Add(patience))
	defer conn.SetReadDeadline(time.Time{})
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		return nil, StatusError(response.StatusCode)
	}
	return c, nil
}

// StatusError is the HTTP status of a server that did not open a WebSocket.
type StatusError int

func (e StatusError) Error() string {
	return fmt.Sprintf("the server answered the handshake with %d %s", int(e), http.StatusText(int(e)))
}

// Closed is the last thing that a client hears when the server says goodbye: the code
// of its close frame, or 1005 if the frame has no code.
type Closed int

func (code Closed) Error() string { return fmt.Sprintf("a close frame came, with %d", int(code)) }

// Hear waits for the next message and returns it. It answers pings. All else is an
// error: Closed for a close frame, io.EOF for the end of the connection.
func (c *Client) Hear() (Message, error) {
	c.Conn.SetReadDeadline(time.Now().Add(c.patience))
	return c.next()
}

// HearFrame waits for the next frame of any kind and returns it. It answers no
// pings.
func (c *Client) HearFrame() (Frame, error) {
	c.Conn.SetReadDeadline(time.Now().Add(c.patience))
	return ReadFrame(c.in)
}

// Read reads bytes as they come. It makes a client an io.Reader.
func (c *Client) Read(b []byte) (int, error) {
	c.Conn.SetReadDeadline(time.Now().Add(c.patience))
	return c.in.Read(b)
}

// HearUntil hears messages until somebody says body.
func (c *Client) HearUntil(body string) error {
	for {
		m, err := c.Hear()
		if err != nil {
			return fmt.Errorf("%s waited to hear %.30q: %w", c.Name, body, err)
		}
		if m.Body == body {
			return nil
		}
	}
}

func (c *Client) next() (m Message, err error) {
	var whole []byte
	for {
		f, err := ReadFrame(c.in)
		if err != nil {
			return m, err
		}
		switch f.Opcode {
		case Ping:
			if err := c.Write(AppendFrame(nil, Pong, f.Payload)); err != nil {
				return m, err
			}
		case Closing:
			if len(f.Payload) < 2 {
				return m, Closed(1005)
			}
			return m, Closed(binary.BigEndian.Uint16(f.Payload))
		case Text, continuation:
			whole = append(whole, f.Payload...)
			if !f.Final {
				continue
			}
			err := json.Unmarshal(whole, &m)
			if err == nil && !utf8.Valid(whole) {
				err = errors.New("invalid UTF-8")
			}
			if err != nil {
				err = fmt.Errorf("the server sent %.80q: %w", whole, err)
			}
			return m, err
		default:
			return m, fmt.Errorf("a frame came that is no text: opcode %#x, %.80q", f.Opcode, f.Payload)
		}
	}
}

// Listen starts a goroutine that hears all that the server sends, until the connection
// ends. When there is more to hear, it puts a value into News, which has room for one.
// SoFar returns what it has heard.
func (c *Client) Listen() {
	c.Conn.SetReadDeadline(time.Time{})
	go c.listen()
}

func (c *Client) listen() {
	for {
		m, err := c.next()
		c.mu.Lock()
		if err == nil {
			c.heard = append(c.heard, m)
		}
		c.ended = err
		c.mu.Unlock()
		select {
		case c.News <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// SoFar returns what was heard since Listen, and why no more comes, if no more comes.
// Any goroutine may call it.
func (c *Client) SoFar() (heard []Message, ended error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard[:len(c.heard):len(c.heard)], c.ended
}

// Say says the bodies as its own messages, all their frames in one write.
func (c *Client) Say(bodies ...string) error {
	var b []byte
	for _, body := range bodies {
		b = AppendMessage(b, Message{c.Name, body})
	}
	return c.Write(b)
}

// Write sends bytes as they are.
func (c *Client) Write(b []byte) error {
	c.Conn.SetWriteDeadline(time.Now().Add(c.patience))
	_, err := c.Conn.Write(b)
	return err
}

// A client can leave in three ways.

// Leave says goodbye with a close frame and closes the connection.
func (c *Client) Leave() {
	c.SayGoodbye()
	c.Conn.Close()
}

// Drop closes the connection without a close frame. A second call does nothing.
func (c *Client) Drop() {
	c.Conn.Close()
}

// Reset ends the connection with a TCP reset. A machine that has crashed and started
// again does the same.
func (c *Client) Reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Conn.Close()
}

// SayGoodbye sends a close frame, with 1000.
func (c *Client) SayGoodbye() error {
	return c.Write(AppendFrame(nil, Closing, binary.BigEndian.AppendUint16(nil, 1000)))
}
