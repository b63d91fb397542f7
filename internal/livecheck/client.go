package livecheck

import (
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// Client is a chat client that reads only while it is asked to hear something.
type Client struct {
	tb   testing.TB
	name string
	ws   *websocket.Conn
}

type message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// Send says body, and fails the test if the program doesn't take it.
func (c *Client) Send(body string) {
	c.tb.Helper()
	c.ws.SetWriteDeadline(time.Now().Add(patience))
	if err := websocket.JSON.Send(c.ws, message{c.name, body}); err != nil {
		c.tb.Fatalf("%s could not send %.30q: %v", c.name, body, err)
	}
}

// Hear reads until somebody says body, and fails the test if nobody does.
func (c *Client) Hear(body string) {
	c.tb.Helper()
	c.ws.SetReadDeadline(time.Now().Add(patience))
	for m := (message{}); m.Body != body; {
		if err := websocket.JSON.Receive(c.ws, &m); err != nil {
			c.tb.Fatalf("%s waited to hear %.30q: %v", c.name, body, err)
		}
	}
}

// Leave closes the connection. A second time it does nothing.
func (c *Client) Leave() { c.ws.Close() }
