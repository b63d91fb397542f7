// Command replyfield sends a channel through a channel, in a struct: each request
// brings the channel that its answer is to come back on.
package main

import "fmt"

type request struct {
	n     int
	reply chan int
}

func main() {
	requests := make(chan request)
	for n := range 3 {
		go ask(requests, n)
	}
	for r := range requests {
		r.reply <- 2 * r.n
	}
}

func ask(requests chan<- request, n int) {
	r := request{n: n, reply: make(chan int)}
	requests <- r
	fmt.Println(<-r.reply)
}
