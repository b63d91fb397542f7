// Package chat is a chat room over WebSocket, as golang-samples/websocket had
// it in 2014: one goroutine for the room (Server.Listen), two for each client
// (Client.listenRead, Client.listenWrite). It knows nothing about the web page.
// It still has the original's defects. Each is marked with DEFECT.
package chat

import (
	"log"
	"net/http"

	"golang.org/x/net/websocket"
)

// Server is one room. The goroutine that runs Listen owns messages and
// clients. Other goroutines ask it through the channels.
type Server struct {
	pattern  string          // where the room is on the default mux
	messages []*Message      // all of them, since the beginning
	clients  map[int]*Client // by id

	addCh chan *Client

	delCh     chan *Client
	sendAllCh chan *Message
	doneCh    chan bool
	errCh     chan error
}

// NewServer makes a room for pattern. It opens when Listen runs.
func NewServer(pattern string) *Server {
	return &Server{
		pattern: pattern,
		clients: make(map[int]*Client),

		addCh: make(chan *Client),

		delCh:     make(chan *Client),
		sendAllCh: make(chan *Message),
		doneCh:    make(chan bool),
		errCh:     make(chan error),
	}
}

// Add lets a client into the room. It waits until the server's goroutine takes it,
// so every other goroutine may call it. The same is true of the four below.
func (s *Server) Add(c *Client) {
	s.addCh <- c
}

// Del takes a client out of the room.
func (s *Server) Del(c *Client) {
	s.delCh <- c
}

// SendAll sends msg to every client, its author too.
func (s *Server) SendAll(msg *Message) {
	s.sendAllCh <- msg
}

// Done ends Listen.
func (s *Server) Done() {
	s.doneCh <- true
}

// Err hands over err, which is then logged.
func (s *Server) Err(err error) {
	s.errCh <- err
}

// sendPastMessages gives a newcomer all past messages.
func (s *Server) sendPastMessages(c *Client) {
	for _, msg := range s.messages {
		c.Write(msg)
	}
}

// sendAll gives every client the message.
func (s *Server) sendAll(msg *Message) {
	for _, c := range s.clients {
		c.Write(msg)
	}
}

// Listen opens the room and runs it, until Done.
func (s *Server) Listen() {
	// onConnected runs in the request's goroutine, many at a time.
	onConnected := func(ws *websocket.Conn) {
		defer func() {
			if err := ws.Close(); err != nil {
				s.errCh <- err
			}
		}()
		client := NewClient(ws, s)
		s.Add(client)
		client.Listen()
	}
	// DEFECT: a request that comes before this line gets a 404.
	http.Handle(s.pattern, websocket.Handler(onConnected))

	for {
		select {
		case c := <-s.addCh:
			log.Println("a client joins")
			s.clients[c.id] = c
			log.Println("clients:", len(s.clients))
			s.sendPastMessages(c)

		case c := <-s.delCh:
			log.Println("a client leaves")
			delete(s.clients, c.id)

		case msg := <-s.sendAllCh:
			log.Println("to all:", msg)
			s.messages = append(s.messages, msg) // DEFECT: grows for ever
			s.sendAll(msg)

		case err := <-s.errCh:
			log.Println("error:", err)

		case <-s.doneCh:
			return
		}
	}
}
