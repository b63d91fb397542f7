// Command coder is the chat on coder/websocket, like that library's own chat example. A
// mutex guards a set of subscribers. Each has a channel of 16 messages and a goroutine
// that writes them. If its channel is full, it is closed. In the example people talk by
// HTTP requests. Here they talk by the same WebSocket, so each subscriber has a
// goroutine that reads, too. The example's limit of ten messages a second is left out,
// as it would make the measurements impossible. It is there to be measured beside the
// steps.
package main

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"websocket-chat-steps/bench/peers/peer"
)

const (
	messageBuffer = 16              // messages that may wait for a subscriber
	writeTimeout  = 5 * time.Second // for one message
)

func main() {
	r := &room{subscribers: make(map[*subscriber]bool)}
	peer.Main("coder", r.serve)
}

// room is the set of subscribers. The mutex guards all of it.
type room struct {
	mu          sync.Mutex
	subscribers map[*subscriber]bool
	history     peer.History
}

// subscriber is the server's side of one connection: serve writes, read reads.
type subscriber struct {
	conn     *websocket.Conn
	messages chan []byte // messages that serve has to write
}

// serve subscribes the connection, and writes to it until it is over.
func (r *room) serve(w http.ResponseWriter, request *http.Request) {
	conn, err := websocket.Accept(w, request, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // any origin
	})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(peer.MaxMessage) // the default is 32 KiB

	s := &subscriber{conn: conn, messages: make(chan []byte, messageBuffer)}
	past := r.add(s)
	defer r.remove(s)

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		defer cancel()
		r.read(ctx, s)
	}()

	// The subscriber misses no message and gets none twice. But only 16 new ones can wait
	// while the past is written: in a busy room a newcomer may be too slow.
	for _, message := range past {
		if err := s.write(ctx, message); err != nil {
			return
		}
	}
	for {
		select {
		case message := <-s.messages:
			if err := s.write(ctx, message); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// read publishes what the subscriber says until it has gone, or sends something that is
// no message.
func (r *room) read(ctx context.Context, s *subscriber) {
	for {
		_, b, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		message, err := peer.Recode(b)
		if err != nil {
			return
		}
		r.publish(message)
	}
}

// add lets the subscriber into the room, and returns what was said before.
func (r *room) add(s *subscriber) (past [][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.subscribers[s] = true
	return r.history.Messages()
}

// remove takes the subscriber out of the room.
func (r *room) remove(s *subscriber) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.subscribers, s)
}

// publish puts the message into every subscriber's channel. It never waits.
func (r *room) publish(message []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history.Add(message)
	for s := range r.subscribers {
		select {
		case s.messages <- message:
		default:
			delete(r.subscribers, s) // else each further message would close it again
			// It gets the reason. Close waits for its answer for some seconds at most.
			go s.conn.Close(websocket.StatusPolicyViolation, "too slow to keep up with the messages")
		}
	}
}

// write writes one message. A write that takes too long ends the connection.
func (s *subscriber) write(ctx context.Context, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, message)
}
