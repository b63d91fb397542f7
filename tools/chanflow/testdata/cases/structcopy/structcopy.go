// Command structcopy copies a struct that holds a channel, by assignment and as a
// parameter. The copy has the same channel, and another struct has not.
package main

import "fmt"

type box struct{ ch chan int }

func main() {
	first := box{ch: make(chan int)}
	second := box{ch: make(chan int)}
	same := first
	go fill(same)
	go move(first, second)
	fmt.Println(<-second.ch)
}

func fill(b box) { b.ch <- 1 }

func move(from, to box) { to.ch <- <-from.ch }
