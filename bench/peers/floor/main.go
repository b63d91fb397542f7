// Command floor is the chat without all that makes a chat safe to use. It costs about the
// least that a chat in plain Go can cost. Each client has one goroutine that reads. The
// room's goroutine builds each message's frame once and writes it to one client after
// the other, with one Write on the connection itself. There is no queue and no deadline:
// a client that doesn't read freezes the room until its connection breaks.
// gorilla/websocket only does the handshake and reads. It is there to be measured beside
// the steps, and not to be copied.
package main

import (
	"bytes"
	"net"
	"net/http"

	"github.com/gorilla/websocket"

	"websocket-chat-steps/bench/peers/peer"
)

var upgrader = websocket.Upgrader{
	ReadBufferSize:  256,
	WriteBufferSize: 128, // for pongs
	CheckOrigin:     func(*http.Request) bool { return true },
}

func main() {
	r := &room{
		clients:  make(map[net.Conn]bool),
		joins:    make(chan net.Conn),
		leaves:   make(chan net.Conn),
		messages: make(chan peer.Message),
	}
	go r.run()
	peer.Main("floor", r.serve)
}

// room is the set of clients. The goroutine that runs run owns clients and
// history, and is the only one that writes messages.
type room struct {
	clients map[net.Conn]bool
	history peer.History // as frames

	joins    chan net.Conn
	leaves   chan net.Conn
	messages chan peer.Message
}

func (r *room) run() {
	for {
		select {
		case c := <-r.joins:
			r.clients[c] = true
			c.Write(bytes.Join(r.history.Messages(), nil))

		case c := <-r.leaves:
			delete(r.clients, c)

		case message := <-r.messages:
			frame := peer.Frame(message)
			r.history.Add(frame)
			for c := range r.clients {
				// After an error the connection is broken, and the goroutine of the client
				// notices it, too.
				c.Write(frame)
			}
		}
	}
}

// serve starts the client's goroutine and returns, so the request's own memory gets
// free.
func (r *room) serve(w http.ResponseWriter, request *http.Request) {
	ws, err := upgrader.Upgrade(w, request, nil)
	if err != nil {
		return // Upgrade has answered
	}
	ws.SetReadLimit(peer.MaxMessage)
	go r.read(ws)
}

// read lets the client into the room, and hands its messages over until it has gone or
// sends something that is no message. Then it lets the client out.
func (r *room) read(ws *websocket.Conn) {
	c := ws.NetConn()
	r.joins <- c
	for {
		var message peer.Message
		if err := ws.ReadJSON(&message); err != nil {
			break
		}
		r.messages <- message
	}
	c.Close() // before the room is told: it may be waiting in a Write to c
	r.leaves <- c
}
