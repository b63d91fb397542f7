// Package chat is a chat room: one goroutine for the room (Server.Start), and two for
// each client (Client.Start, Client.write).
package chat

import (
	"log"

	"golang.org/x/net/websocket"
)

// historyMessages is how many of the past messages a newcomer hears, at most.
const historyMessages = 100

// Server is one room. The goroutine that runs Start owns its fields and every client's
// id. Other goroutines ask it through the channels.
type Server struct {
	history     []*Message      // the last ones, oldest first
	clients     map[int]*Client // by id
	clientCount int             // how many have come so far
	online      int             // how many are in the room

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
// request's goroutine: it lets a client into the room, waits until that has an id, logs
// who joined, and serves it until it leaves.
func (s *Server) WebsocketHandler() websocket.Handler {
	return func(ws *websocket.Conn) {
		client := NewClient(ws, s.removeClientCh, s.messageCh)
		s.addClientCh <- client
		<-client.known
		log.Println("joined:", client.id)
		log.Println("in the room:", s.online)
		client.Start()
	}
}

// Done ends Start. Any goroutine but the server's own may call it.
func (s *Server) Done() {
	s.doneCh <- true
}

// Start runs the room until Done.
func (s *Server) Start() {
	for {
		s.online = len(s.clients)
		select {
		case c := <-s.addClientCh:
			s.clientCount++
			c.id = s.clientCount
			s.clients[c.id] = c
			close(c.known)
			for _, msg := range s.history {
				c.Send(msg)
			}

		case c := <-s.removeClientCh:
			delete(s.clients, c.id)

		case msg := <-s.messageCh:
			s.history = append(s.history, msg)
			if len(s.history) > historyMessages {
				s.history = s.history[1:]
			}
			for _, c := range s.clients {
				c.Send(msg)
			}

		case <-s.doneCh:
			return
		}
	}
}
