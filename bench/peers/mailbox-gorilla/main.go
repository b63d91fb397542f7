// Command mailbox-gorilla is step 04-mailbox on gorilla/websocket, to be taken
// home with a message and a main of your own for package peer's. One goroutine, the room's, owns the set of clients and the history. Each
// client has a mailbox, bounded in bytes, which at most one goroutine empties:
// it starts when there is mail, and ends when there is none. A client whose
// mailbox is full reads too slowly. The room closes its connection.
//
// It lets pages of any site in (CheckOrigin), sends no pings, and so does not
// notice a client that is silent for ever: don't put it on the Internet as it is.
package main

import (
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"websocket-chat-steps/bench/peers/peer"
)

const (
	mailboxBytes = 1 << 20          // of messages that wait for a client, at most
	historyBytes = mailboxBytes / 2 // of the past, so that it fits into a newcomer's mailbox
	patience     = 10 * time.Second // for the write of one message
)

var upgrader = websocket.Upgrader{
	ReadBufferSize:  256,
	WriteBufferSize: 1024,
	WriteBufferPool: new(sync.Pool), // a client has a buffer only while something is written to it
	CheckOrigin:     func(*http.Request) bool { return true },
}

func main() {
	r := &room{clients: make(map[*client]bool), add: make(chan *client), remove: make(chan *client), said: make(chan []byte)}
	go r.run()
	peer.Main("mailbox-gorilla", r.serve)
}

// room is all that are there. The goroutine that runs run owns clients, history
// and bytes; everybody else asks it through the channels.
type room struct {
	clients map[*client]bool
	history [][]byte // the last messages, oldest first
	bytes   int      // theirs

	add    chan *client
	remove chan *client
	said   chan []byte
}

// run never waits for a client.
func (r *room) run() {
	for {
		select {
		case c := <-r.add:
			r.clients[c] = true
			for _, message := range r.history {
				c.put(message) // fits
			}

		case c := <-r.remove:
			delete(r.clients, c)

		case message := <-r.said:
			for c := range r.clients {
				if full := c.put(message); full {
					delete(r.clients, c)
					c.conn.Close() // ends a write in progress, and serve
				}
			}
			r.history = append(r.history, message)
			r.bytes += len(message)
			for len(r.history) > peer.Past || r.bytes > historyBytes {
				r.bytes -= len(r.history[0])
				r.history = r.history[1:]
			}
		}
	}
}

// serve lets a client into the room, and reads from it in the request's goroutine
// until it has gone or says what is no message.
func (r *room) serve(w http.ResponseWriter, req *http.Request) {
	conn, err := upgrader.Upgrade(w, req, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer conn.Close()
	conn.SetReadLimit(peer.MaxMessage)
	c := &client{conn: conn}
	r.add <- c
	defer func() { r.remove <- c }()
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			return
		}
		message, err := peer.Recode(b)
		if err != nil {
			return
		}
		r.said <- message
	}
}

// client is the server's side of one connection, and its mailbox.
type client struct {
	conn *websocket.Conn

	mu       sync.Mutex // guards what follows; never held during a write
	mail     [][]byte   // that waits
	bytes    int        // its
	emptying bool       // a goroutine writes, or one has failed to
}

// put adds a message, and starts a goroutine that empties the mailbox if none
// does. It waits for nobody. The room's goroutine calls it.
func (c *client) put(message []byte) (full bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bytes+len(message) > mailboxBytes {
		return true
	}
	c.mail = append(c.mail, message)
	c.bytes += len(message)
	if !c.emptying {
		c.emptying = true
		go c.empty()
	}
	return false
}

// empty writes message after message until none waits, or a write fails. Then the
// connection is over, and nobody writes any more.
func (c *client) empty() {
	for {
		c.mu.Lock()
		if len(c.mail) == 0 {
			c.mail, c.emptying = nil, false
			c.mu.Unlock()
			return
		}
		message := c.mail[0]
		c.mail = c.mail[1:]
		c.bytes -= len(message)
		c.mu.Unlock()

		c.conn.SetWriteDeadline(time.Now().Add(patience))
		if err := c.conn.WriteMessage(websocket.TextMessage, message); err != nil {
			c.conn.Close() // which ends serve
			return
		}
	}
}
