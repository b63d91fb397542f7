// Command unused has a method, a goroutine and a literal that nobody calls or
// starts. What they would send doesn't count.
package main

import "fmt"

type room struct{ join, leave chan string }

func main() {
	r := &room{join: make(chan string), leave: make(chan string)}
	go r.run()
	later := func() { r.leave <- "ann" }
	_ = later
	r.Join("ann")
}

func (r *room) run() {
	for {
		select {
		case name := <-r.join:
			fmt.Println(name, "joined")
		case name := <-r.leave:
			fmt.Println(name, "left")
		}
	}
}

func (r *room) Join(name string) { r.join <- name }

func (r *room) Leave(name string) { r.leave <- name }

func (r *room) LeaveSoon(name string) { go r.Leave(name) }
