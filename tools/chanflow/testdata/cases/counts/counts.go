// Command counts starts goroutines in a case of a select: in a function called
// there, in a range over a map, and each of the first starts more by itself.
package main

import "fmt"

type message string

type client struct{ inbox chan message }

type hub struct {
	clients map[int]*client
	join    chan *client
	say     chan message
}

func main() {
	h := &hub{clients: make(map[int]*client), join: make(chan *client), say: make(chan message)}
	go h.run()
	for range 2 {
		h.join <- &client{inbox: make(chan message)}
	}
	h.say <- "hello"
}

func (h *hub) run() {
	for {
		select {
		case c := <-h.join:
			h.add(c)
		case m := <-h.say:
			for _, c := range h.clients {
				go c.deliver(m)
			}
		}
	}
}

func (h *hub) add(c *client) {
	h.clients[len(h.clients)] = c
	go c.read()
}

func (c *client) deliver(m message) { c.inbox <- m }

func (c *client) read() {
	for m := range c.inbox {
		go show(m)
	}
}

func show(m message) { fmt.Println(m) }
