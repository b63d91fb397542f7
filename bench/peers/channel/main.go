// Command channel is step 05-batch with the usual other design in place of the mailbox:
// a second goroutine for each client, which stays, and writes what is in a buffered
// channel. All else is as in the step: x/net/websocket, frames that are built once,
// small buffers, one write for all that waits, a deadline. It is there to be measured
// beside the step.
package main

import (
	"bufio"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/websocket"

	"websocket-chat-steps/bench/peers/peer"
)

const (
	sendBuffer = 256              // frames that may wait for a client; more than peer.Past
	writeBytes = 64 << 10         // about how many bytes are joined for one write
	writeWait  = 10 * time.Second // for one write
)

// Close frames with status 1000 and 1008.
var (
	goodbye = []byte{0x88, 2, 1000 >> 8, 1000 & 0xff}
	tooSlow = []byte{0x88, 2, 1008 >> 8, 1008 & 0xff}
)

func main() {
	r := &room{
		clients: make(map[*client]bool),
		add:     make(chan *client),
		remove:  make(chan *client),
		said:    make(chan peer.Message),
	}
	go r.run()
	peer.Main("channel", r.serve)
}

// room has all clients. The goroutine that runs run owns clients and history. Only this
// goroutine sends on a client's channel, and closes it.
type room struct {
	clients map[*client]bool
	history peer.History

	add    chan *client
	remove chan *client
	said   chan peer.Message
}

// client is the server's side of one connection. The request's goroutine reads
// from it, and a second one writes what is in the channel.
type client struct {
	conn  net.Conn
	send  chan []byte
	last  []byte        // the close frame, set before the room closes send
	ended chan struct{} // closed when the second goroutine has ended
}

// run never waits for a client.
func (r *room) run() {
	for {
		select {
		case c := <-r.add:
			r.clients[c] = true
			for _, frame := range r.history.Messages() {
				c.send <- frame // never waits: the channel is new, and longer than the past
			}

		case c := <-r.remove:
			r.letGo(c, goodbye)

		case m := <-r.said:
			frame := peer.Frame(m)
			r.history.Add(frame)
			for c := range r.clients {
				select {
				case c.send <- frame:
				default:
					r.letGo(c, tooSlow)
				}
			}
		}
	}
}

func (r *room) letGo(c *client, last []byte) {
	if r.clients[c] {
		delete(r.clients, c)
		c.last = last
		close(c.send)
	}
}

func (r *room) serve(w http.ResponseWriter, req *http.Request) {
	h := &hijacker{ResponseWriter: w}
	websocket.Handler(func(ws *websocket.Conn) {
		ws.MaxPayloadBytes = peer.MaxMessage
		c := &client{conn: h.conn, send: make(chan []byte, sendBuffer), ended: make(chan struct{})}
		r.add <- c
		go c.write()
		for {
			var m peer.Message
			if err := websocket.JSON.Receive(ws, &m); err != nil {
				r.remove <- c
				<-c.ended
				return
			}
			r.said <- m
		}
	}).ServeHTTP(h, req)
}

// write is the second goroutine. It writes what is in the channel, and joins what waits
// after it, until the room closes the channel or a write fails.
func (c *client) write() {
	defer close(c.ended)
	defer c.conn.Close()
	var joined []byte
	for frame := range c.send {
		joined = append(joined[:0], frame...)
		for waiting := len(c.send); waiting > 0 && len(joined) < writeBytes; waiting-- {
			joined = append(joined, <-c.send...)
		}
		c.conn.SetWriteDeadline(time.Now().Add(writeWait))
		if _, err := c.conn.Write(joined); err != nil {
			return
		}
		c.conn.SetWriteDeadline(time.Time{})
	}
	c.conn.SetWriteDeadline(time.Now().Add(writeWait))
	c.conn.Write(c.last) // fails if the client has gone
}

// hijacker notes the connection that net/http hands to x/net/websocket, and
// makes its buffers smaller.
type hijacker struct {
	http.ResponseWriter
	conn net.Conn
}

// Hijack is what x/net/websocket calls.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err == nil {
		h.conn = conn
		buf.Writer = bufio.NewWriterSize(conn, 128)
		if buf.Reader.Buffered() == 0 {
			buf.Reader = bufio.NewReaderSize(conn, 256)
		}
	}
	return conn, buf, err
}
