package chat

import (
	"log"

	"golang.org/x/net/websocket"
)

// Client is the server's side of one browser. One goroutine serves it, the
// request handler's, which runs Start. It listens only to the browser.
type Client struct {
	id             int             // its key in Server.clients; the server's goroutine owns it
	ws             *websocket.Conn // Start reads; each Send, in a goroutine of its own, writes
	removeClientCh chan<- *Client  // the server's
	messageCh      chan<- *Message // the server's
}

// NewClient makes a client that has no id yet: the server gives it one.
// The client tells the server on removeClientCh that its browser has gone, and on
// messageCh what the browser says.
func NewClient(ws *websocket.Conn, removeClientCh chan<- *Client, messageCh chan<- *Message) *Client {
	return &Client{
		ws:             ws,
		removeClientCh: removeClientCh,
		messageCh:      messageCh,
	}
}

// Start hands the browser's messages to the server until there is an error: the
// browser has gone, or it sent something that isn't a message. Then Start hands
// over the client itself, to be removed, and returns.
func (c *Client) Start() {
	for {
		var msg Message
		if err := websocket.JSON.Receive(c.ws, &msg); err != nil {
			log.Println("receive:", err)
			c.removeClientCh <- c
			return
		}
		c.messageCh <- &msg
	}
}

// Send writes msg to the browser, and waits until it is written. Any goroutine
// may call it: x/net/websocket lets one write at a time.
func (c *Client) Send(msg *Message) {
	log.Println("send:", msg)
	// DEFECT: no deadline. If a browser has stopped reading, this waits as long as
	// the connection lasts. StalledCost shows it.
	if err := websocket.JSON.Send(c.ws, msg); err != nil {
		log.Println("send:", err)
	}
}

// Close closes the connection, and so ends Start. Nobody calls it here: when
// Start returns, x/net/websocket closes the connection by itself.
func (c *Client) Close() error {
	return c.ws.Close()
}
