// Package chat is the chat room of 06-hardened on several servers. The room's goroutine no
// longer decides the order of the messages: a stream of NATS JetStream does, for all
// servers. On each of them there is one goroutine for
// the room (Server.Start), one for each client (Client.Start), and one that ends at
// once for each client that has mail (mailbox.empty). Several goroutines use a mailbox,
// under its mutexes. All other state has one goroutine that owns it. The
// package knows nothing about the web page.
package chat

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/net/websocket"
	"golang.org/x/time/rate"
)

// A newcomer gets the newest messages of the tail into its mailbox at once, and a client that
// comes back gets what it has missed. The tail fills only half of a mailbox. Else put could
// drop a client for what was said before it came.
const (
	historyMessages = 100              // that a newcomer hears, at most
	tailMessages    = 4096             // that a server has, for clients that come back, at most
	tailBytes       = mailboxBytes / 2 // of their frames, at most
)

// Server is one server of the room. The goroutine that runs Start owns tail, tailSize, newest,
// clients, clientCount, closing and every client's id. Other goroutines ask it through
// the channels.
type Server struct {
	tail        [][]byte        // frames of the last messages, oldest first; their ids have no gap
	tailSize    int             // their bytes
	newest      uint64          // the id of the last message
	clients     map[int]*Client // by id
	clientCount int             // how many have come so far
	closing     bool            // all clients are told to go

	addClientCh    chan *Client
	removeClientCh chan *Client
	messageCh      chan *Message
	doneCh         chan bool

	stream  *Stream
	publish func(*Message) (known uint64, err error) // Stream.publish, but in tests
	leaving context.Context                          // ends when clients are told to go
	leave   context.CancelFunc
	ctx     context.Context // ends when Start does
	end     context.CancelFunc

	// Each request's goroutine uses these (see door.go).
	config Config
	inside atomic.Int64    // clients that are here
	full   atomic.Bool     // somebody found no place, and nobody has come in since
	some   *rate.Sometimes // refusals are logged, so that nobody can fill the disk
}

// NewServer makes a server of the stream's room. It opens when Start runs, and Follow.
func NewServer(config Config, stream *Stream) *Server {
	ctx, end := context.WithCancel(context.Background())
	leaving, leave := context.WithCancel(ctx)
	s := &Server{
		newest:  stream.heard.Load(),
		stream:  stream,
		leaving: leaving,
		leave:   leave,
		ctx:     ctx,
		end:     end,
		clients: make(map[int]*Client),

		addClientCh:    make(chan *Client),
		removeClientCh: make(chan *Client),
		messageCh:      make(chan *Message),
		doneCh:         make(chan bool),

		config: config,
		some:   &rate.Sometimes{First: 100, Interval: time.Second},
	}
	s.publish = func(m *Message) (uint64, error) { return stream.publish(m, s.leaving) }
	return s
}

// Follow lets the server hear the stream, until Shutdown. It returns at once. Any goroutine
// may call it, once.
func (s *Server) Follow() error {
	if err := s.stream.open(); err != nil {
		return err
	}
	go s.hear()
	return nil
}

// hear hands each message of the stream to the room.
func (s *Server) hear() {
	for s.ctx.Err() == nil {
		msg := s.stream.next()
		if msg == nil {
			continue
		}
		select {
		case s.messageCh <- msg:
		case <-s.ctx.Done():
		}
	}
}

// WebsocketHandler returns what handles the room's connections. Each runs in its
// request's goroutine: it lets a client into the room, and serves it until it leaves.
func (s *Server) WebsocketHandler() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		comesBack, after, ok := s.resumes(w, r)
		if !ok {
			return
		}
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
			client := NewClient(h.conn, h.early, &s.config, s.removeClientCh, s.publish)
			client.comesBack, client.after = comesBack, after
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
	defer s.end()
	for {
		var addClientCh chan *Client // nobody comes in before what was said until now is there
		if s.newest >= s.stream.whole || s.closing {
			addClientCh = s.addClientCh
		}
		select {
		case c := <-addClientCh:
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

// addClient gives the client its id, lets it in, and puts past messages into its
// mailbox: the last ones, or those that it has missed. If some of these are not in the tail
// any more, it is told. Messages from now on go behind them, into the same mailbox. So a newcomer
// misses none and gets none twice. TestJoiningAFlow shows it.
func (s *Server) addClient(c *Client) {
	s.clientCount++
	c.id = s.clientCount
	s.clients[c.id] = c
	oldest := s.newest + 1 - uint64(len(s.tail))
	from := max(0, len(s.tail)-historyMessages)
	switch {
	case !c.comesBack:
	case c.after+1 < oldest:
		from = 0
		c.Send(notice{Gap: oldest - 1}.frame())
	default: // another server may have told it more than this one has heard
		from = int(min(c.after, s.newest) + 1 - oldest)
	}
	for _, frame := range s.tail[from:] {
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
// into the tail. One goroutine does both, so no newcomer can come in between. If the stream
// no longer has the messages before it, because this server was away for long, all are told.
func (s *Server) sendMessage(msg *Message) {
	Counts.Add("messages", 1)
	missed := s.newest > 0 && msg.ID > s.newest+1
	if missed || s.newest == 0 {
		s.tail, s.tailSize = nil, 0
	}
	s.newest = msg.ID
	frame := msg.frame()
	for _, c := range s.clients {
		if msg.ID <= c.after { // it has heard it from another server
			continue
		}
		if missed {
			c.Send(notice{Gap: msg.ID - 1}.frame())
		}
		c.Send(frame)
	}
	s.tail = append(s.tail, frame)
	s.tailSize += len(frame)
	for len(s.tail) > tailMessages || s.tailSize > tailBytes {
		s.tailSize -= len(s.tail[0])
		s.tail = slices.Delete(s.tail, 0, 1)
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
