// Package chat is the chat room with mailboxes: one goroutine for the room
// (Server.Start), one for each client (Client.Start), and one that ends at once
// for each client that has mail (mailbox.empty). Several goroutines use a mailbox,
// under its mutex. All other state has one goroutine that owns it. The package knows
// nothing about the web page.
package chat

import (
	"log"
	"slices"

	"golang.org/x/net/websocket"
)

// A newcomer gets the history into its mailbox at once. The history fills only half of
// it. Else put could drop a newcomer for what was said before it came.
const (
	historyMessages = 100              // that a newcomer hears, at most
	historyBytes    = mailboxBytes / 2 // of them, at most
)

// Server is one room. The goroutine that runs Start owns history, historySize,
// clients, clientCount and every client's id. Other goroutines ask it through the
// channels.
type Server struct {
	history     []*Message      // the last ones, oldest first
	historySize int             // their bytes
	clients     map[int]*Client // by id
	clientCount int             // how many have come so far

	addClientCh    chan *Client
	removeClientCh chan *Client
	messageCh      chan *Message
	doneCh         chan bool
}

// NewServer makes a room. It opens when Start runs.
func NewServer() *Server {
	return &Server{
		clients: make(map[int]*Client),

		addClientCh:    make(chan *Client),
		removeClientCh: make(chan *Client),
		messageCh:      make(chan *Message),
		doneCh:         make(chan bool),
	}
}

// WebsocketHandler returns what handles the room's connections. Each runs in its
// request's goroutine: it lets a client into the room, and serves it until it leaves.
func (s *Server) WebsocketHandler() websocket.Handler {
	return func(ws *websocket.Conn) {
		client := NewClient(ws, s.removeClientCh, s.messageCh)
		s.addClientCh <- client
		client.Start()
	}
}

// Done ends Start. Any goroutine but the server's own may call it.
func (s *Server) Done() {
	s.doneCh <- true
}

// Start runs the room until Done. Nothing in it waits for a client, so it soon
// listens to its channels again.
func (s *Server) Start() {
	for {
		select {
		case c := <-s.addClientCh:
			s.addClient(c)

		case c := <-s.removeClientCh:
			s.removeClient(c)

		case msg := <-s.messageCh:
			s.sendMessage(msg)

		case <-s.doneCh:
			return
		}
	}
}

// addClient gives the client its id, lets it in, and puts the past messages into its
// mailbox. Messages from now on go behind them, into the same mailbox. So a newcomer
// misses none and gets none twice. TestJoiningAFlow shows it.
func (s *Server) addClient(c *Client) {
	s.clientCount++
	c.id = s.clientCount
	s.clients[c.id] = c
	log.Println("a client joins; clients:", len(s.clients))
	for _, msg := range s.history {
		c.Send(msg)
	}
}

// removeClient takes the client out of the room. From now on nothing is put into its
// mailbox.
func (s *Server) removeClient(c *Client) {
	delete(s.clients, c.id)
	log.Println("a client leaves; clients:", len(s.clients))
}

// sendMessage puts the message into every client's mailbox, its author's too, and
// into the history. One goroutine does both, so no newcomer can come in between.
func (s *Server) sendMessage(msg *Message) {
	for _, c := range s.clients {
		c.Send(msg)
	}
	s.history = append(s.history, msg)
	s.historySize += msg.size()
	for len(s.history) > historyMessages || s.historySize > historyBytes {
		s.historySize -= s.history[0].size()
		s.history = slices.Delete(s.history, 0, 1)
	}
}
