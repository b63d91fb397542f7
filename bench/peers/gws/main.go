// Command gws is the chat on lxzan/gws, like that library's examples. It has an event
// handler, whose OnMessage is called by a connection's goroutine, and a Broadcaster,
// which builds a message's frame once and puts it into the write queue of each
// connection. A goroutine empties the queue, and lives as long as the queue has
// something. Nothing bounds a queue: if a client stops reading, its queue grows until the
// deadline. There is no compression. It is there to be measured beside the
// steps.
package main

import (
	"net/http"
	"sync"
	"time"

	"github.com/lxzan/gws"

	"websocket-chat-steps/bench/peers/peer"
)

// In the examples clients must ping, or they are disconnected. The clients that are
// measured don't ping, and a browser can't: so the server does.
const (
	pongWait   = 60 * time.Second
	pingPeriod = pongWait * 9 / 10
)

func main() {
	r := &room{conns: make(map[*gws.Conn]bool)}
	upgrader := gws.NewUpgrader(r, &gws.ServerOption{
		// Not ParallelEnabled: a sender's messages would lose their order.
		ReadMaxPayloadSize: peer.MaxMessage,
	})
	go r.ping()
	peer.Main("gws", func(w http.ResponseWriter, request *http.Request) {
		conn, err := upgrader.Upgrade(w, request)
		if err != nil {
			return // Upgrade has answered
		}
		go conn.ReadLoop() // not in this goroutine, so that the request's memory can go
	})
}

// room is the event handler of all connections. The mutex guards the set and the past.
// Messages are put into the queues under the mutex, so every client hears all in the same
// order. To put a message into a queue takes no waiting.
type room struct {
	mu      sync.Mutex
	conns   map[*gws.Conn]bool
	history peer.History
}

// OnOpen lets the connection into the room. The connection's goroutine calls it first.
func (r *room) OnOpen(conn *gws.Conn) {
	conn.SetDeadline(time.Now().Add(pongWait))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[conn] = true
	for _, message := range r.history.Messages() {
		conn.WriteAsync(gws.OpcodeText, message, nil)
	}
}

// OnClose takes the connection out of the room. The connection's goroutine calls it last.
func (r *room) OnClose(conn *gws.Conn, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, conn)
}

// OnPing answers a ping. The connection's goroutine calls it.
func (r *room) OnPing(conn *gws.Conn, payload []byte) {
	conn.WritePong(payload)
}

// OnPong gives the connection more time. The connection's goroutine calls it.
func (r *room) OnPong(conn *gws.Conn, _ []byte) {
	conn.SetDeadline(time.Now().Add(pongWait))
}

// OnMessage sends what the client says to all clients. If it is no message, OnMessage
// drops the client. The connection's goroutine calls it.
func (r *room) OnMessage(conn *gws.Conn, received *gws.Message) {
	defer received.Close()
	message, err := peer.Recode(received.Bytes())
	if err != nil {
		conn.WriteClose(1007, nil) // invalid payload data
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.history.Add(message)
	r.broadcast(gws.OpcodeText, message)
}

// ping pings all clients, again and again.
func (r *room) ping() {
	for range time.Tick(pingPeriod) {
		r.mu.Lock()
		r.broadcast(gws.OpcodePing, nil)
		r.mu.Unlock()
	}
}

// broadcast needs the mutex locked.
func (r *room) broadcast(opcode gws.Opcode, payload []byte) {
	b := gws.NewBroadcaster(opcode, payload)
	defer b.Close()
	for conn := range r.conns {
		b.Broadcast(conn) // OnClose gets the error of a write
	}
}
