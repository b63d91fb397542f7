package main

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// This file is a whole chat room on gorilla/websocket, which you may take home: it needs
// nothing else of this repository. testdata/takehome/main.go is a main for it.
//
// One goroutine, the room's, owns the set of clients and the history. Each client
// has a mailbox, bounded in bytes, which at most one goroutine empties: it starts
// when there is mail, and ends when there is none. A client whose mailbox is full
// reads too slowly. The room closes its connection.
//
// The room lets pages of any site in (CheckOrigin) and sends no pings, so it does
// not notice a client that is silent for ever: don't put it on the Internet as it is.

const (
	maxMessage      = 128 << 10        // bytes of a client's message, at most
	mailboxBytes    = 1 << 20          // of messages that wait for a client, at most
	historyMessages = 100              // that a newcomer hears, at most
	historyBytes    = mailboxBytes / 2 // of them, at most, so that they fit into a newcomer's mailbox
	patience        = 10 * time.Second // for the write of one message
)

var upgrader = websocket.Upgrader{
	ReadBufferSize:  256,
	WriteBufferSize: 1024,
	WriteBufferPool: new(sync.Pool), // a client has a buffer only during a write
	CheckOrigin:     func(*http.Request) bool { return true },
}

// message is what travels between a client and the room, in both directions, as
// JSON in one text message.
type message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// room has all clients. The goroutine that runs run owns clients, history and bytes. Other
// goroutines ask it through the channels.
type room struct {
	clients map[*client]bool
	history [][]byte // the last messages, oldest first
	bytes   int      // theirs

	add    chan *client
	remove chan *client
	said   chan []byte
}

// newRoom makes a room. It opens when run runs.
func newRoom() *room {
	return &room{clients: make(map[*client]bool), add: make(chan *client), remove: make(chan *client), said: make(chan []byte)}
}

// run runs the room, for ever. It never waits for a client.
func (r *room) run() {
	for {
		select {
		case c := <-r.add:
			r.clients[c] = true
			for _, b := range r.history {
				c.put(b) // fits
			}

		case c := <-r.remove:
			delete(r.clients, c)

		case b := <-r.said:
			for c := range r.clients {
				if full := c.put(b); full {
					delete(r.clients, c)
					c.conn.Close() // ends a write in progress, and serve
				}
			}
			r.history = append(r.history, b)
			r.bytes += len(b)
			for len(r.history) > historyMessages || r.bytes > historyBytes {
				r.bytes -= len(r.history[0])
				r.history = r.history[1:]
			}
		}
	}
}

// serve lets a client into the room, and reads from it in the request's goroutine until it
// has gone or sends something that is no message.
func (r *room) serve(w http.ResponseWriter, req *http.Request) {
	conn, err := upgrader.Upgrade(w, req, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer conn.Close()
	conn.SetReadLimit(maxMessage)
	c := &client{conn: conn}
	r.add <- c
	defer func() { r.remove <- c }()
	for {
		var m message
		if err := conn.ReadJSON(&m); err != nil {
			return
		}
		b, _ := json.Marshal(m) // two strings: there is no error
		r.said <- b
	}
}

// client is the server's side of one connection, and its mailbox.
type client struct {
	conn *websocket.Conn

	mu       sync.Mutex // guards the fields below; nobody holds it during a write
	mail     [][]byte   // that waits
	bytes    int        // its
	emptying bool       // a goroutine writes, or one has failed to
}

// put adds a message. If no goroutine empties the mailbox, put starts one. It waits for no
// client. Only the room's goroutine calls it.
func (c *client) put(b []byte) (full bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bytes+len(b) > mailboxBytes {
		return true
	}
	c.mail = append(c.mail, b)
	c.bytes += len(b)
	if !c.emptying {
		c.emptying = true
		go c.empty()
	}
	return false
}

// empty writes message after message until none waits, or until a write fails. Then the
// connection is over, and nobody writes any more.
func (c *client) empty() {
	for {
		c.mu.Lock()
		if len(c.mail) == 0 {
			c.mail, c.emptying = nil, false
			c.mu.Unlock()
			return
		}
		b := c.mail[0]
		c.mail = c.mail[1:]
		c.bytes -= len(b)
		c.mu.Unlock()

		c.conn.SetWriteDeadline(time.Now().Add(patience))
		if err := c.conn.WriteMessage(websocket.TextMessage, b); err != nil {
			c.conn.Close() // which ends serve
			return
		}
	}
}
