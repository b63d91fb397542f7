// Command gorilla is the chat on gorilla/websocket, like that library's own chat example,
// with its constants. A hub owns the set of clients. Each client has two goroutines: one
// reads, and one writes what the hub puts into the client's channel. The hub drops a
// client whose channel is full. All that waits in a channel is sent together, in one
// WebSocket message, with newlines in between. It is there to be measured beside the
// steps. It is also measured with -queue: with a longer channel it does not drop healthy
// clients.
package main

import (
	"flag"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"websocket-chat-steps/bench/peers/peer"
)

const (
	writeWait  = 10 * time.Second  // for one write
	pongWait   = 60 * time.Second  // for a sign of life
	pingPeriod = pongWait * 9 / 10 // shorter than pongWait
	sendBuffer = 256               // messages that may wait for a client, unless -queue says otherwise
)

var queue = flag.Int("queue", sendBuffer, "let so many `messages` wait for a client; no fewer than a newcomer hears of the past")

var upgrader = websocket.Upgrader{
	ReadBufferSize:  1024,
	WriteBufferSize: 1024,
	CheckOrigin:     func(*http.Request) bool { return true },
}

func main() {
	h := newHub()
	go h.run()
	peer.Main("gorilla", h.serve)
}

// hub is the room. The goroutine that runs run owns clients and history. Only this
// goroutine sends on a client's channel, and closes it.
type hub struct {
	clients map[*client]bool
	history peer.History

	register   chan *client
	unregister chan *client
	broadcast  chan []byte
}

func newHub() *hub {
	return &hub{
		clients:    make(map[*client]bool),
		register:   make(chan *client),
		unregister: make(chan *client),
		broadcast:  make(chan []byte),
	}
}

// run never waits for a client.
func (h *hub) run() {
	for {
		select {
		case c := <-h.register:
			h.clients[c] = true
			for _, message := range h.history.Messages() {
				c.send <- message // never waits: the channel is new, and not shorter than the past
			}

		case c := <-h.unregister:
			h.remove(c)

		case message := <-h.broadcast:
			h.history.Add(message)
			for c := range h.clients {
				select {
				case c.send <- message:
				default:
					h.remove(c)
				}
			}
		}
	}
}

// remove ends the client's writePump. That closes the connection, and so readPump
// ends, too.
func (h *hub) remove(c *client) {
	if h.clients[c] {
		delete(h.clients, c)
		close(c.send)
	}
}

// serve starts a client's two goroutines and returns, so the request's own memory gets
// free.
func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	c := &client{hub: h, conn: conn, send: make(chan []byte, max(*queue, peer.Past))}
	h.register <- c
	go c.writePump()
	go c.readPump()
}

// client is the server's side of one connection: readPump reads, writePump writes.
type client struct {
	hub  *hub
	conn *websocket.Conn
	send chan []byte // frames to write; the hub closes it
}

// readPump hands messages to the hub until the client has gone, sends something that is no
// message, or has been silent for too long.
func (c *client) readPump() {
	defer func() {
		c.hub.unregister <- c
		c.conn.Close()
	}()
	// The example's limit of 512 bytes is too small for the measured messages.
	c.conn.SetReadLimit(peer.MaxMessage)
	c.conn.SetReadDeadline(time.Now().Add(pongWait))
	c.conn.SetPongHandler(func(string) error {
		return c.conn.SetReadDeadline(time.Now().Add(pongWait))
	})
	for {
		_, b, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		message, err := peer.Recode(b)
		if err != nil {
			return
		}
		c.hub.broadcast <- message
	}
}

// writePump writes what is in the channel, and sometimes a ping, until the hub closes the
// channel or a write fails.
func (c *client) writePump() {
	ticker := time.NewTicker(pingPeriod)
	defer func() {
		ticker.Stop()
		c.conn.Close()
	}()
	for {
		select {
		case message, ok := <-c.send:
			c.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if !ok {
				c.conn.WriteMessage(websocket.CloseMessage, nil)
				return
			}
			if err := c.writeWithWaiting(message); err != nil {
				return
			}

		case <-ticker.C:
			c.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if err := c.conn.WriteMessage(websocket.PingMessage, nil); err != nil {
				return
			}
		}
	}
}

// writeWithWaiting writes the message and those that wait after it as one. JSON has no raw
// newline in it, so a client can separate them.
func (c *client) writeWithWaiting(message []byte) error {
	w, err := c.conn.NextWriter(websocket.TextMessage)
	if err != nil {
		return err
	}
	w.Write(message) // Close returns the same error again
	for range len(c.send) {
		w.Write([]byte{'\n'})
		w.Write(<-c.send)
	}
	return w.Close()
}
