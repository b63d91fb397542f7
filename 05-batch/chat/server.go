// Package chat is the chat room with mailboxes that save writes: one goroutine for
// the room (Server.Start), one for each client (Client.Start), and one that ends at
// once for each client that has mail (mailbox.empty). Several goroutines use a mailbox,
// under its mutexes. All other state has one goroutine that owns it. The package knows
// nothing about the web page.
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

// A newcomer gets the history into its mailbox at once. The history fills only half of
// it. Else put could drop a newcomer for what was said before it came.
const (
	historyMessages = 100              // that a newcomer hears, at most
	historyBytes    = mailboxBytes / 2 // of their frames, at most
)

// Server is one room. The goroutine that runs Start owns history, historySize,
// clients, clientCount and every client's id. Other goroutines ask it through the
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

// WebsocketHandler returns what handles the room's connections. Each runs in its
// request's goroutine: it lets a client into the room, and serves it until it leaves.
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
	for _, frame := range s.history {
		c.Send(frame)
	}
}

// removeClient takes the client out of the room. From now on nothing is put into its
// mailbox.
func (s *Server) removeClient(c *Client) {
	delete(s.clients, c.id)
	log.Println("a client leaves; clients:", len(s.clients))
}

// sendMessage puts the message's frame into every client's mailbox, its author's too, and
// into the history. One goroutine does both, so no newcomer can come in between.
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

// hijacker stands between net/http and x/net/websocket. They don't give us the
// connection under a WebSocket, but empty has to write to it. So hijacker keeps it.
type hijacker struct {
	http.ResponseWriter
	conn net.Conn // set by Hijack, before x/net/websocket calls our handler
}

// Hijack hands the connection over to x/net/websocket. Its two buffers have 4 KiB each,
// which is much for a quiet client. Hijack puts smaller ones in their place.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err == nil {
		h.conn = conn
		// After the handshake x/net/websocket writes only pongs, of at most 127 bytes.
		// With room for 128 each is one write, so no bytes of ours get into it
		// (TestPongIsOneWrite).
		buf.Writer = bufio.NewWriterSize(pongs{conn}, 128)
		if buf.Reader.Buffered() == 0 { // else the client's first frames are in it
			buf.Reader = bufio.NewReaderSize(conn, 256)
		}
	}
	return conn, buf, err
}

// pongs is what x/net/websocket writes to. It gives each write a new deadline, as the
// one that empty has set may have passed long ago (TestPongAfterSilence).
type pongs struct{ net.Conn }

func (p pongs) Write(b []byte) (int, error) {
	p.SetWriteDeadline(time.Now().Add(patience))
	return p.Conn.Write(b)
}
