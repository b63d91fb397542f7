package chat

import (
	"log"
	"sync"

	"golang.org/x/net/websocket"
)

// queueSize is how many messages should wait for one client, at most.
const queueSize = 256

// Client is the server's side of one browser. Start reads what the browser says. While
// messages wait in queue, a second goroutine, write, sends them.
type Client struct {
	id             int             // its key in Server.clients
	ws             *websocket.Conn // Start reads, write writes
	removeClientCh chan<- *Client  // the server's
	messageCh      chan<- *Message // the server's

	mu      sync.Mutex // guards the two below
	queue   []*Message // from Send to write, the oldest first
	writing bool       // a goroutine runs write, so Send need not start one
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

// write sends the messages that wait, one after the other, until none waits.
func (c *Client) write() {
	for msg := c.take(); msg != nil; msg = c.take() {
		if err := websocket.JSON.Send(c.ws, msg); err != nil {
			log.Println("send:", err)
		}
	}
}

// take takes the oldest message out of the queue. When none waits it returns nil, and
// write ends.
func (c *Client) take() *Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		c.writing = false
		return nil
	}
	msg := c.queue[0]
	c.queue = c.queue[1:]
	return msg
}

// Send puts msg into the client's queue, and waits for no client. Only the server's
// goroutine calls it.
func (c *Client) Send(msg *Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue = append(c.queue, msg)
	if len(c.queue) > queueSize {
		log.Println("send: a client reads too slowly")
	}
	if !c.writing {
		c.writing = true
		go c.write()
	}
}
