// Command floor is the chat without a WebSocket library, and without all that
// makes one safe to use: what is left is about the least that a chat in plain Go
// can cost. One goroutine reads for each client, and one, the room's, encodes
// each message once, makes its frame once, and writes it to one client after the
// other with one Write. There is no queue and no deadline: one client that
// doesn't read freezes the room until its connection breaks. It is there to be
// measured beside the steps, and not to be copied.
//
// This file is the room, websocket.go the protocol.
package main

import (
	"bytes"
	"encoding/json"
	"net/http"

	"websocket-chat-steps/bench/peers/peer"
)

func main() {
	r := &room{
		clients:  make(map[*client]bool),
		joins:    make(chan *client),
		leaves:   make(chan *client),
		messages: make(chan peer.Message),
	}
	go r.run()
	peer.Main("floor", r.serve)
}

// room is the set of clients. The goroutine that runs run owns clients and
// history, and is the only one that writes messages.
type room struct {
	clients map[*client]bool
	history peer.History // as frames

	joins    chan *client
	leaves   chan *client
	messages chan peer.Message
}

func (r *room) run() {
	for {
		select {
		case c := <-r.joins:
			r.clients[c] = true
			c.conn.Write(bytes.Join(r.history.Messages(), nil))

		case c := <-r.leaves:
			delete(r.clients, c)

		case message := <-r.messages:
			payload, _ := json.Marshal(message) // two strings always have a JSON
			frame := newFrame(opText, payload)
			r.history.Add(frame)
			for c := range r.clients {
				// After an error the connection is broken, and the client's own
				// goroutine finds that out, too.
				c.conn.Write(frame)
			}
		}
	}
}

// serve shakes hands, starts the client's goroutine, and returns: so the
// request's own memory can go.
func (r *room) serve(w http.ResponseWriter, request *http.Request) {
	if c := shakeHands(w, request); c != nil {
		go r.read(c)
	}
}

// read lets the client into the room, hands its messages over until it has gone
// or says what can't be taken, and lets it out.
func (r *room) read(c *client) {
	r.joins <- c
	for {
		text, err := c.nextText()
		if err != nil {
			break
		}
		var message peer.Message
		if err := json.Unmarshal(text, &message); err != nil {
			c.close(closeInvalid)
			break
		}
		r.messages <- message
	}
	c.conn.Close() // before the room is told: it may be waiting in a Write to c
	r.leaves <- c
}
