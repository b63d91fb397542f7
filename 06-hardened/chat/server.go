// Package chat is the chat room of 05-batch for strangers: one goroutine for
// the room (Server.Start), one for each client (Client.Start), and one that ends at
// once for each client that has mail (mailbox.empty). Several goroutines use a mailbox,
// under its mutexes. All other state has one goroutine that owns it. The
// package knows nothing about the web page.
package chat

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/net/websocket"
	"golang.org/x/time/rate"
)

// A newcomer gets the history into its mailbox at once. The history fills only half of
// it. Else put could drop a newcomer for what was said before it came.
const (
	historyMessages = 100              // that a newcomer hears, at most
	historyBytes    = mailboxBytes / 2 // of their frames, at most
)

// Server is one room. The goroutine that runs Start owns history, historySize,
// clients, clientCount, closing and every client's id. Other goroutines ask it through
// the channels.
type Server struct {
	history     [][]byte        // frames of the last messages, oldest first
	historySize int             // their bytes
	clients     map[int]*Client // by id
	clientCount int             // how many have come so far
	closing     bool            // all clients are told to go

	addClientCh    chan *Client
	removeClientCh chan *Client
	messageCh      chan *Message
	doneCh         chan bool

	// Each request's goroutine uses these (see door.go).
	config Config
	inside atomic.Int64    // clients that are here
	full   atomic.Bool     // somebody found no place, and nobody has come in since
	some   *rate.Sometimes // refusals are logged, so that nobody can fill the disk
}

// NewServer makes a room. It opens when Start runs.
func NewServer(config Config) *Server {
	return &Server{
		clients: make(map[int]*Client),

		addClientCh:    make(chan *Client),
		removeClientCh: make(chan *Client),
		messageCh:      make(chan *Message),
		doneCh:         make(chan bool),

		config: config,
		some:   &rate.Sometimes{First: 100, Interval: time.Second},
	}
}

// WebsocketHandler returns what handles the room's connections. Each runs in its
// request's goroutine: it lets a client into the room, and serves it until it leaves.
func (s *Server) WebsocketHandler() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer s.inside.Add(-1)
		if int(s.inside.Add(1)) > s.config.MaxClients {
			s.refuse(w, r, "full", http.StatusServiceUnavailable, "the room is full; try again later")
			return
		}
		s.full.Store(false)
		Counts.Add("clients", 1)
		defer Counts.Add("clients", -1)
		h := &hijacker{ResponseWriter: w}
		websocket.Server{Handler: func(*websocket.Conn) { // it does the handshake, and no more
			client := NewClient(h.conn, h.early, &s.config, s.removeClientCh, s.messageCh)
			slog.Info("a client joins", "address", r.RemoteAddr)
			s.addClientCh <- client
			why := client.Start()
			slog.Info("a client leaves", "address", r.RemoteAddr, "why", why)
		}}.ServeHTTP(h, r)
	}
}

// Start runs the room until Shutdown. Nothing in it waits for a client, so it soon
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

		case <-s.doneCh: // once to let all go, and once more when they have gone
			if s.closing {
				return
			}
			s.closing = true
			for _, c := range s.clients {
				c.Send([]byte(goingAway))
			}
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
	for _, frame := range s.history {
		c.Send(frame)
	}
	if s.closing { // it was at the door when the others were told
		c.Send([]byte(goingAway))
	}
}

// removeClient takes the client out of the room. From now on nothing is put into its
// mailbox.
func (s *Server) removeClient(c *Client) {
	delete(s.clients, c.id)
}

// sendMessage puts the message's frame into every client's mailbox, its author's too, and
// into the history. One goroutine does both, so no newcomer can come in between.
func (s *Server) sendMessage(msg *Message) {
	Counts.Add("messages", 1)
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
// connection under a WebSocket, but we read from it and write to it. So hijacker keeps it.
type hijacker struct {
	http.ResponseWriter
	conn  net.Conn // set by Hijack, before x/net/websocket calls our handler
	early []byte   // what was read from it with the handshake: the client's first frames
}

// Hijack hands the connection over to x/net/websocket, for the handshake.
func (h *hijacker) Hijack() (conn net.Conn, buf *bufio.ReadWriter, err error) {
	if conn, buf, err = http.NewResponseController(h.ResponseWriter).Hijack(); err == nil {
		h.conn = conn
		h.early, _ = buf.Reader.Peek(buf.Reader.Buffered())
	}
	return conn, buf, err
}
