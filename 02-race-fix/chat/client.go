package chat

import (
	"fmt"
	"io"
	"log"

	"golang.org/x/net/websocket"
)

// channelBufSize is how many messages may wait for one client.
const channelBufSize = 100

// Client is the server's side of one browser. Two goroutines serve it:
// listenRead and listenWrite.
type Client struct {
	id     int             // its key in Server.clients; the server's goroutine owns it
	ws     *websocket.Conn // listenRead reads, listenWrite writes
	server *Server
	ch     chan *Message // from Write to listenWrite
	doneCh chan bool     // the goroutine that ends tells the other one
}

// NewClient makes a client that has no id yet: the server gives it one.
// It panics without a connection or a server.
func NewClient(ws *websocket.Conn, server *Server) *Client {
	if ws == nil || server == nil {
		panic("chat: NewClient needs a connection and a server")
	}
	ch := make(chan *Message, channelBufSize)
	doneCh := make(chan bool)
	return &Client{ws: ws, server: server, ch: ch, doneCh: doneCh}
}

// Conn returns the connection. The original has it; nothing here uses it.
func (c *Client) Conn() *websocket.Conn {
	return c.ws
}

// Write puts msg into ch, for the browser. It should never wait. The server's
// goroutine calls it.
func (c *Client) Write(msg *Message) {
	select {
	case c.ch <- msg:
	default:
		// DEFECT: Del sends to the server's goroutine, and that is this one. It waits
		// for itself, and the room freezes. LongHistory and StalledRoom show it.
		c.server.Del(c)
		//lint:ignore ST1005 the original's sentence, full stop included
		c.server.Err(fmt.Errorf("client %d is disconnected.", c.id))
	}
}

// Done ends one of the two goroutines, which ends the other one. Nobody calls it.
func (c *Client) Done() {
	c.doneCh <- true
}

// Listen serves the client until it leaves. listenWrite gets a new goroutine.
// listenRead runs in the caller's, which is the request handler's.
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
			c.doneCh <- true // for listenRead. DEFECT: listenRead may send, too. See there
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
			c.doneCh <- true // for listenWrite. DEFECT: it may have ended already
			return
		default:
			var msg Message
			err := websocket.JSON.Receive(c.ws, &msg)
			if err == io.EOF {
				// DEFECT: listenWrite receives this, and then sends on doneCh itself. Mostly
				// listenRead reads EOF again first, and sends, too: both wait for ever.
				// Or listenWrite ends, and listenRead waits for ever. NothingLeft shows it.
				c.doneCh <- true
			} else if err != nil {
				c.server.Err(err) // DEFECT: after an error that lasts, it loops for ever
			} else {
				c.server.SendAll(&msg)
			}
		}
	}
}
