// Command structfield keeps its channels in fields: one is put there with the
// struct, the other later. They are named after the fields.
package main

import "fmt"

type counter struct {
	add   chan int
	total chan int
}

func main() {
	c := &counter{add: make(chan int)}
	c.total = make(chan int)
	go c.run()
	c.add <- 1
	c.add <- 2
	fmt.Println(<-c.total)
}

func (c *counter) run() {
	sum := 0
	for {
		select {
		case n := <-c.add:
			sum += n
		case c.total <- sum:
			return
		}
	}
}
