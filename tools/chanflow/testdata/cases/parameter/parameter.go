// Command parameter has two goroutines run one function, each with a channel of
// its own as parameter. Nobody hears the one that it has no channel from.
package main

import "fmt"

func main() {
	ones, tens := make(chan int), make(chan int)
	go count(ones, 1)
	go count(tens, 10)
	go show(tens)
	for n := range ones {
		fmt.Println("ones:", n)
	}
}

func count(out chan<- int, step int) {
	for n := range 3 {
		out <- n * step
	}
	close(out)
}

func show(in <-chan int) {
	for n := range in {
		fmt.Println("tens:", n)
	}
}
