package chat

import (
	"io"
	"log"
	"net"

	"golang.org/x/net/websocket"
)

// Client is the server's side of one browser. One goroutine serves it, the
// request handler's, which runs Start. It listens only to the browser. A second
// one is there while the mailbox has something, and empties it.
type Client struct {
	id             int             // its key in Server.clients; the server's goroutine owns it
	ws             *websocket.Conn // Start reads; meanwhile x/net/websocket answers pings
	mailbox        *mailbox        // holds what is still to be sent
	removeClientCh chan<- *Client  // the server's
	messageCh      chan<- *Message // the server's
}

// NewClient makes a client that has no id yet: the server gives it one.
// The client tells the server on removeClientCh that its browser has gone, and on
// messageCh what the browser says. conn is the connection under ws.
func NewClient(ws *websocket.Conn, conn net.Conn, removeClientCh chan<- *Client, messageCh chan<- *Message) *Client {
	// Each message must fit into an empty mailbox. A longer one is an error for Start.
	// TestLongestMessage shows it.
	ws.MaxPayloadBytes = maxMessageBytes
	return &Client{
		ws:             ws,
		mailbox:        &mailbox{conn: conn},
		removeClientCh: removeClientCh,
		messageCh:      messageCh,
	}
}

// Start hands the browser's messages to the server until there is an error: the
// browser has gone, it sent something that isn't a message, or the server has
// dropped the client. Then Start hands over the client itself, to be removed, and
// empties the mailbox, so that all that waits goes out before it returns.
// x/net/websocket closes the connection after that.
func (c *Client) Start() {
	for {
		var msg Message
		if err := websocket.JSON.Receive(c.ws, &msg); err != nil {
			log.Println("receive:", err)
			// From now on the server puts nothing into the mailbox, so a goodbye is the last.
			c.removeClientCh <- c
			if err == io.EOF { // the browser's goodbye, which needs an answer
				c.mailbox.put(goodbye)
			}
			c.mailbox.empty() // also waits for a write in progress. TestGoodbye shows it
			return
		}
		c.messageCh <- &msg
	}
}

// Send puts frame into the client's mailbox, and waits for no client. Only the
// server's goroutine calls it, so all mailboxes get the messages in one order.
func (c *Client) Send(frame []byte) {
	c.mailbox.put(frame)
}
