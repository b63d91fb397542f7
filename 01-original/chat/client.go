package chat

import (
	"fmt"
	"io"
	"log"

	"golang.org/x/net/websocket"
)

// channelBufSize is how many messages may wait for one client.
const channelBufSize = 100

// maxId is the id that was given last. DEFECT: nobody owns it, every
// request's goroutine changes it in NewClient. See race_test.go.
var maxId int

// Client is the server's side of one browser. Two goroutines serve it:
// listenRead and listenWrite.
type Client struct {
	id     int             // its key in Server.clients; never changes
	ws     *websocket.Conn // listenRead reads, listenWrite writes
	server *Server
	ch     chan *Message // from Write to listenWrite
	doneCh chan bool     // the one that ends tells the other
}

// NewClient makes a client with an id of its own, or so it means to: each
// request's goroutine calls it, and two may be in it at the same time.
// It panics without a connection or a server.
func NewClient(ws *websocket.Conn, server *Server) *Client {
	if ws == nil || server == nil {
		panic("chat: NewClient needs a connection and a server")
	}
	maxId++
	ch := make(chan *Message, channelBufSize)
	doneCh := make(chan bool)
	// The second read. By now maxId may be another client's.
	return &Client{id: maxId, ws: ws, server: server, ch: ch, doneCh: doneCh}
}

// Conn returns the connection. It is the original's; nothing here uses it.
func (c *Client) Conn() *websocket.Conn {
	return c.ws
}

// Write queues msg for the browser, and is meant never to wait. The server's
// goroutine calls it.
func (c *Client) Write(msg *Message) {
	select {
	case c.ch <- msg:
	default:
		// DEFECT: Del sends to the goroutine that we are in. It waits for
		// itself, and the room is frozen. Shown by LongHistory and StalledRoom.
		c.server.Del(c)
		//lint:ignore ST1005 the original's sentence, full stop included
		c.server.Err(fmt.Errorf("client %d is disconnected.", c.id))
	}
}

// Done ends one of the two goroutines, which is to end the other; unused, too.
func (c *Client) Done() {
	c.doneCh <- true
}

// Listen serves the client until it leaves: writing in a goroutine of its
// own, reading in the caller's, which is the request handler's.
func (c *Client) Listen() {
	go c.listenWrite()
	c.listenRead()
}

// listenWrite listens to the server and writes to the browser.
func (c *Client) listenWrite() {
	for {
		select {
		case msg := <-c.ch:
			log.Println("send:", msg)
			websocket.JSON.Send(c.ws, msg) // DEFECT: no deadline, and the error is lost
		case <-c.doneCh:
			c.server.Del(c)
			c.doneCh <- true // for listenRead. DEFECT: see there
			return
		}
	}
}

// listenRead listens to the browser and hands its messages to the server.
func (c *Client) listenRead() {
	for {
		select {
		case <-c.doneCh:
			c.server.Del(c)
			c.doneCh <- true // for listenWrite. DEFECT: it may have ended
			return
		default:
			var msg Message
			err := websocket.JSON.Receive(c.ws, &msg)
			if err == io.EOF {
				// DEFECT: listenWrite takes this one and sends its own. If we read
				// EOF again first, both send, and neither ever receives; if we take
				// it first, listenWrite ends, and we alone send. See NothingLeft.
				c.doneCh <- true
			} else if err != nil {
				c.server.Err(err) // DEFECT: what breaks but by EOF breaks again
			} else {
				c.server.SendAll(&msg)
			}
		}
	}
}
