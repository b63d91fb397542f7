package chat

import (
	"log"
	"time"

	"golang.org/x/net/websocket"
)

// queueSize is how many messages may wait for one client.
const queueSize = 256

// Client is the server's side of one browser. Two goroutines serve it: Start reads
// what the browser says, and write sends what waits in queue.
type Client struct {
	id             int             // its key in Server.clients
	ws             *websocket.Conn // Start reads, write writes
	queue          chan *Message   // from Send to write
	known          chan struct{}   // the server closes it when it has written id
	gone           chan struct{}   // Start closes it when the browser has gone
	removeClientCh chan<- *Client  // the server's
	messageCh      chan<- *Message // the server's
}

// NewClient makes a client that has no id yet: the server gives it one. Each request's
// goroutine calls it, many at the same time.
func NewClient(ws *websocket.Conn, removeClientCh chan<- *Client, messageCh chan<- *Message) *Client {
	return &Client{
		ws:             ws,
		queue:          make(chan *Message, queueSize),
		known:          make(chan struct{}),
		gone:           make(chan struct{}),
		removeClientCh: removeClientCh,
		messageCh:      messageCh,
	}
}

// Start serves the client until its browser has gone. It hands what the browser says
// to the server, and at the end the client itself, to be removed.
func (c *Client) Start() {
	go c.write()
	for {
		var msg Message
		if err := websocket.JSON.Receive(c.ws, &msg); err != nil {
			c.removeClientCh <- c
			close(c.gone)
			return
		}
		c.messageCh <- &msg
	}
}

// write sends the messages that wait, one after the other, until the browser has gone.
func (c *Client) write() {
	for {
		select {
		case msg := <-c.queue:
			if err := websocket.JSON.Send(c.ws, msg); err != nil {
				log.Println("send:", err)
			}
		case <-c.gone:
			return
		}
	}
}

// Send puts msg into the client's queue, and waits for no client. A client whose queue
// is full reads too slowly: Send ends its connection. Only the server's goroutine calls
// Send.
func (c *Client) Send(msg *Message) {
	select {
	case c.queue <- msg:
	default:
		c.ws.SetDeadline(time.Now())
	}
}
