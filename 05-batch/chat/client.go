package chat

import (
	"io"
	"log"
	"net"

	"golang.org/x/net/websocket"
)

// Client is the server's side of one browser. One goroutine serves it, the
// request handler's, which runs Start. It listens to the browser alone. A second
// one is there while the mailbox has something, and empties it.
type Client struct {
	id             int             // its key in Server.clients; the server's goroutine owns it
	ws             *websocket.Conn // Start reads; x/net/websocket also writes to it, pongs
	mailbox        *mailbox        // what is still to be sent
	removeClientCh chan<- *Client  // the server's
	messageCh      chan<- *Message // the server's
}

// NewClient makes a client that has no id yet: the server gives it one. ws is on
// conn. The client will tell the server on removeClientCh that its browser has
// gone, and on messageCh what the browser says.
func NewClient(ws *websocket.Conn, conn net.Conn, removeClientCh chan<- *Client, messageCh chan<- *Message) *Client {
	ws.MaxPayloadBytes = maxMessageBytes
	return &Client{
		ws:             ws,
		mailbox:        &mailbox{conn: conn},
		removeClientCh: removeClientCh,
		messageCh:      messageCh,
	}
}

// Start hands the browser's messages to the server until there is an error: the
// browser has gone, it sent what isn't a message, or it was let go. Then Start
// hands over the client itself, to be removed, and returns when nothing is being
// sent any more.
func (c *Client) Start() {
	for {
		var msg Message
		if err := websocket.JSON.Receive(c.ws, &msg); err != nil {
			log.Println("receive:", err)
			c.removeClientCh <- c
			if err == io.EOF { // it said goodbye, and is told the same
				c.mailbox.put(goodbye)
			}
			c.mailbox.empty()
			return
		}
		c.messageCh <- &msg
	}
}

// Send puts frame into the client's mailbox, and waits for nobody. Only the
// server's goroutine calls it, so all mailboxes have one order.
func (c *Client) Send(frame []byte) {
	c.mailbox.put(frame)
}
