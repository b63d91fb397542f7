// Command halfsilent has two rooms run by one go statement. Nobody sends to the
// second one, but as both have one name, it can't be said that nobody sends.
package main

import "fmt"

type room struct{ words, end chan string }

func newRoom() *room { return &room{make(chan string), make(chan string)} }

func (r *room) run() {
	for {
		select {
		case word := <-r.words:
			fmt.Println(word)
		case <-r.end:
			return
		}
	}
}

func main() {
	first := newRoom()
	for _, r := range []*room{first, newRoom()} {
		go r.run()
	}
	first.words <- "hello"
}
