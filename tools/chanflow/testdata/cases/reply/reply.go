// Command reply sends a channel through a channel, for the answer to come back on.
package main

import "fmt"

func main() {
	asks := make(chan chan int)
	go answer(asks)
	reply := make(chan int)
	asks <- reply
	fmt.Println(<-reply)
}

func answer(asks <-chan chan int) {
	for to := range asks {
		to <- 42
	}
}
