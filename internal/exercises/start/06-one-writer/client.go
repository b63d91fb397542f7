package chat

import (
	"log"

	"golang.org/x/net/websocket"
)

// Client is the server's side of one browser. Start reads what the browser says. Each
// message that is sent to it has a goroutine of its own.
type Client struct {
	id             int             // its key in Server.clients
	ws             *websocket.Conn // Start reads, each Send writes
	removeClientCh chan<- *Client  // the server's
	messageCh      chan<- *Message // the server's
}

// NewClient makes a client that has no id yet: the server gives it one. Each request's
// goroutine calls it, many at the same time.
func NewClient(ws *websocket.Conn, removeClientCh chan<- *Client, messageCh chan<- *Message) *Client {
	return &Client{
		ws:             ws,
		removeClientCh: removeClientCh,
		messageCh:      messageCh,
	}
}

// Start serves the client until its browser has gone. It hands what the browser says
// to the server, and at the end the client itself, to be removed.
func (c *Client) Start() {
	for {
		var msg Message
		if err := websocket.JSON.Receive(c.ws, &msg); err != nil {
			c.removeClientCh <- c
			return
		}
		c.messageCh <- &msg
	}
}

// Send writes msg to the browser, and waits until it is written.
func (c *Client) Send(msg *Message) {
	if err := websocket.JSON.Send(c.ws, msg); err != nil {
		log.Println("send:", err)
	}
}
