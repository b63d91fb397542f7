// Command generator makes its channels and goroutines in functions that return
// the channel. They are called where main's loop begins, not in it: once.
package main

import "fmt"

func main() {
	for n := range double(count()) {
		fmt.Println(n)
	}
}

func count() <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for n := range 3 {
			out <- n
		}
	}()
	return out
}

func double(in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for n := range in {
			out <- 2 * n
		}
	}()
	return out
}
