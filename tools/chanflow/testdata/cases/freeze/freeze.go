// Command freeze has a goroutine send on a channel that only it receives on, by
// a method that others may call: it waits for itself. And it waits for a word to
// quit that nobody gives.
package main

import "fmt"

type room struct {
	join, leave chan string
	quit        chan bool
}

func main() {
	r := &room{join: make(chan string), leave: make(chan string), quit: make(chan bool)}
	go r.run()
	r.join <- "ann"
	r.leave <- "ann"
}

func (r *room) run() {
	for {
		select {
		case name := <-r.join:
			if name == "" {
				r.remove(name)
			}
		case name := <-r.leave:
			fmt.Println(name, "left")
		case <-r.quit:
			return
		}
	}
}

func (r *room) remove(name string) { r.leave <- name }
