// Package chat is the chat room as the post rewrites it: one goroutine for the
// room (Server.Start), one for each client (Client.Start), and one that ends at
// once for each send. Nobody listens to the room any more. It knows nothing about
// the web page. Its defects are marked with DEFECT.
package chat

import (
	"log"

	"golang.org/x/net/websocket"
)

// Server is one room. The goroutine that runs Start owns messages, clients,
// clientCount and every client's id. Other goroutines ask it through the channels.
type Server struct {
	messages    []*Message      // all of them, since the beginning
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

// addClient gives the client its id, lets it in, and starts a goroutine that sends
// it all past messages.
func (s *Server) addClient(c *Client) {
	s.clientCount++
	c.id = s.clientCount
	s.clients[c.id] = c
	log.Println("a client joins; clients:", len(s.clients))
	go sendPastMessages(c, s.messages)
}

// sendPastMessages runs in a goroutine that only sends. The server's goroutine may
// append to its slice at the same time. It never changes what is in it already.
func sendPastMessages(c *Client, messages []*Message) {
	for _, msg := range messages {
		c.Send(msg)
	}
}

// removeClient takes the client out of the room.
func (s *Server) removeClient(c *Client) {
	delete(s.clients, c.id)
	log.Println("a client leaves; clients:", len(s.clients))
}

// sendMessage starts a goroutine for each client, the author's too, that only sends
// the message.
func (s *Server) sendMessage(msg *Message) {
	s.messages = append(s.messages, msg) // DEFECT: grows for ever
	for _, c := range s.clients {
		// DEFECT: goroutines run in any order, so messages arrive in any order
		// (SenderOrder, SameOrder). And nothing bounds their number (StalledCost).
		go c.Send(msg)
	}
}
