// Command conditions starts goroutines under a condition, in several ways, and
// others in several loops: then no number is told, and of the words those that all
// ways have in common. What an if does before its condition is under none. A continue
// is one, for what comes behind it in its loop.
package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

var first sync.Once

type client struct{ ready bool }

type message string

func main() {
	if len(os.Args) > 1 {
		go once()
	}
	if ready := begin(); ready {
		fmt.Println("ready")
	}
	clients := map[int]*client{1: {}, 2: {ready: true}}
	for _, c := range clients {
		if c.ready {
			continue
		} else {
			go wake(c)
		}
	}
others:
	for _, c := range clients {
		go greet(c)
		first.Do(func() { go begun() })
		for _, d := range clients {
			if d == c {
				continue
			}
			if d.ready {
				continue others
			}
		}
		for range clients {
			continue
		}
		go nudge(c)
		if c.ready && ask() {
			break
		}
	}
	join, say := make(chan *client), make(chan message)
	for {
		select {
		case c := <-join:
			post(c)
			for _, err := range []error{errors.New("no")} {
				tell(c, err)
			}
		case m := <-say:
			for _, c := range clients {
				post(c)
				tell(c, m)
			}
		default:
			go idle()
		}
	}
}

func ask() bool {
	go asked()
	return false
}

func begin() bool {
	go warm()
	return true
}

func post(c *client) {
	switch {
	case c.ready:
		go send(c)
	}
	start(c)
	if !c.ready {
		start(c)
	}
}

func tell(c *client, what any) { go show(c, what) }

func start(c *client) { go surely(c) }

func begun()                   { fmt.Println("begun") }
func once()                    { fmt.Println("once") }
func warm()                    { fmt.Println("warm") }
func greet(c *client)          { fmt.Println(c.ready) }
func nudge(c *client)          { go nudged(c) }
func asked()                   { fmt.Println("asked") }
func nudged(c *client)         { fmt.Println(c.ready) }
func wake(c *client)           { go woken(c) }
func woken(c *client)          { fmt.Println(c.ready) }
func send(c *client)           { fmt.Println(c.ready) }
func show(c *client, what any) { fmt.Println(c.ready, what) }
func surely(c *client)         { fmt.Println(c.ready) }
func idle()                    { fmt.Println("idle") }
