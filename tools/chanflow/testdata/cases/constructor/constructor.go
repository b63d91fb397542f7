// Command constructor gives one struct's channel to another struct, through the
// other's constructor. It is one channel under one name, the maker's.
package main

import "fmt"

type room struct {
	leave chan string
	empty chan bool
}

func newRoom() *room {
	return &room{leave: make(chan string), empty: make(chan bool)}
}

func (r *room) run() {
	for range 2 {
		fmt.Println(<-r.leave, "left")
	}
	r.empty <- true
}

type guest struct {
	name  string
	leave chan<- string // the room's
}

func newGuest(name string, leave chan<- string) *guest {
	return &guest{name: name, leave: leave}
}

func (g *guest) stay() { g.leave <- g.name }

func main() {
	r := newRoom()
	go r.run()
	for _, name := range []string{"ann", "bob"} {
		go newGuest(name, r.leave).stay()
	}
	<-r.empty
}
