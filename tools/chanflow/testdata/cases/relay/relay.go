// Command relay has goroutines of one kind, each with a channel of its own, that send
// to each other's. None waits for itself.
package main

import "fmt"

type stage struct{ in chan int }

func main() {
	var next *stage
	for range 3 {
		s := &stage{make(chan int)}
		go s.run(next)
		next = s
	}
	next.in <- 1
	select {}
}

func (s *stage) run(next *stage) {
	for n := range s.in {
		fmt.Println(n)
		if next != nil {
			next.in <- n + 1
		}
	}
}
