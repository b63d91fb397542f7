package peers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/bench/peers/peer"
)

// client is a chat client. Only one goroutine may call its methods.
type client struct {
	conn *websocket.Conn
	rest []string // came in one WebSocket message with one that was heard already; they are next
}

// connect connects to the chat as a page from elsewhere does. A message is
// written in fragments of writeBuffer bytes, if it is longer.
func connect(p *process, writeBuffer int) (*client, error) {
	dialer := websocket.Dialer{WriteBufferSize: writeBuffer, HandshakeTimeout: deadline}
	conn, _, err := dialer.Dial("ws://"+p.addr+"/ws", http.Header{"Origin": {"http://elsewhere.example"}})
	if err != nil {
		return nil, err
	}
	return &client{conn: conn}, nil
}

// join is connect, for the test's own goroutine. The connection is closed when
// the test is over.
func join(t *testing.T, p *process) *client {
	t.Helper()
	c, err := connect(p, 2*peer.MaxMessage)
	require.NoError(t, err)
	t.Cleanup(func() { c.conn.Close() })
	return c
}

func (c *client) say(message peer.Message) error {
	b, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return c.sayText(string(b))
}

func (c *client) sayText(text string) error {
	c.conn.SetWriteDeadline(time.Now().Add(deadline))
	return c.conn.WriteMessage(websocket.TextMessage, []byte(text))
}

// hear returns the next message.
func (c *client) hear() (message peer.Message, err error) {
	text, err := c.hearText()
	if err != nil {
		return message, err
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&message); err != nil {
		return message, fmt.Errorf("%w: %q", err, text)
	}
	return message, nil
}

// hearText returns the next message, as it came. Peers may join some with newlines.
func (c *client) hearText() (string, error) {
	if len(c.rest) == 0 {
		c.conn.SetReadDeadline(time.Now().Add(deadline))
		kind, b, err := c.conn.ReadMessage()
		if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
			return "", fmt.Errorf("nothing came within %v: %w", deadline, os.ErrDeadlineExceeded) // gorilla hides it
		}
		if err != nil {
			return "", err
		}
		if kind != websocket.TextMessage {
			return "", fmt.Errorf("a message that is no text: %d, %q", kind, b)
		}
		c.rest = strings.Split(string(b), "\n")
	}
	text := c.rest[0]
	c.rest = c.rest[1:]
	return text, nil
}

// mustSay and mustHear are say and hear for the test's own goroutine.
func (c *client) mustSay(t *testing.T, message peer.Message) {
	t.Helper()
	require.NoError(t, c.say(message))
}

func (c *client) mustHear(t *testing.T) peer.Message {
	t.Helper()
	message, err := c.hear()
	require.NoError(t, err, "waiting for the next message")
	return message
}
