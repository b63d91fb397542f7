// Command own starts pairs of goroutines, each pair with a channel of its own that
// both send and receive on. Each hears the other, never itself.
package main

import "fmt"

func main() {
	for range 2 {
		ball := make(chan int)
		go left(ball)
		go right(ball)
	}
	select {}
}

func left(ball chan int) {
	ball <- 1
	fmt.Println(<-ball)
}

func right(ball chan int) {
	fmt.Println(<-ball)
	ball <- 2
}
