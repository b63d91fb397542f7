// Package chat is the chat room with mailboxes that save writes: one goroutine for
// the room (Server.Start), one for each client (Client.Start), and one that ends at
// once for each client that has mail. It knows nothing of the page that it is used from.
package chat

import (
	"bufio"
	"log"
	"net"
	"net/http"
	"slices"
	"time"

	"golang.org/x/net/websocket"
)

const (
	historyMessages = 100              // that a newcomer hears, at most
	historyBytes    = mailboxBytes / 2 // of their frames, at most: a newcomer's mailbox has room for more
)

// Server is one room. The goroutine that runs Start owns history, historySize,
// clients, clientCount and every client's id; everybody else asks it through the
// channels.
type Server struct {
	history     [][]byte        // frames of the last messages, oldest first
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

// WebsocketHandler lets a client into the room for each connection, and reads
// from it in the request's goroutine, many at a time.
func (s *Server) WebsocketHandler() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := &hijacker{ResponseWriter: w}
		websocket.Handler(func(ws *websocket.Conn) {
			client := NewClient(ws, h.conn, s.removeClientCh, s.messageCh)
			s.addClientCh <- client
			client.Start()
		}).ServeHTTP(h, r)
	}
}

// Done ends Start. Any goroutine but the server's own may call it.
func (s *Server) Done() {
	s.doneCh <- true
}

// Start runs the room, until Done. Nothing in it waits for a client, so it is
// always back soon to listen to its channels.
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

// addClient gives the client its id, lets it in, and has it sent what was said
// before. What is said from now on goes behind that, into the same mailbox.
func (s *Server) addClient(c *Client) {
	s.clientCount++
	c.id = s.clientCount
	s.clients[c.id] = c
	log.Println("a client joins; clients:", len(s.clients))
	for _, frame := range s.history {
		c.Send(frame)
	}
}

// removeClient takes the client out of the room.
func (s *Server) removeClient(c *Client) {
	delete(s.clients, c.id)
	log.Println("a client leaves; clients:", len(s.clients))
}

// sendMessage puts the message's frame into every client's mailbox, its author's too.
func (s *Server) sendMessage(msg *Message) {
	frame := msg.frame()
	for _, c := range s.clients {
		c.Send(frame)
	}
	s.history = append(s.history, frame)
	s.historySize += len(frame)
	for len(s.history) > historyMessages || s.historySize > historyBytes {
		s.historySize -= len(s.history[0])
		s.history = slices.Delete(s.history, 0, 1)
	}
}

// hijacker is between net/http and x/net/websocket when the one hands a connection
// to the other. It keeps the connection for us, and makes its 4 KiB buffers smaller.
type hijacker struct {
	http.ResponseWriter
	conn net.Conn
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err == nil {
		h.conn = conn
		buf.Writer = bufio.NewWriterSize(pongs{conn}, 128) // a pong has 127 bytes, at most: one write
		if buf.Reader.Buffered() == 0 {                    // else the first frames are in it
			buf.Reader = bufio.NewReaderSize(conn, 256)
		}
	}
	return conn, buf, err
}

// pongs is what x/net/websocket writes to. It gives each write a deadline of its
// own, as empty does: the one from the write before may be over.
type pongs struct{ net.Conn }

func (p pongs) Write(b []byte) (int, error) {
	p.SetWriteDeadline(time.Now().Add(patience))
	return p.Conn.Write(b)
}
