// Command pool has many goroutines of one kind send to each other, on one channel
// for all: one may hear another, so none waits for itself alone.
package main

import "fmt"

func main() {
	jobs := make(chan int)
	done := make(chan bool)
	for range 3 {
		go work(jobs, done)
	}
	jobs <- 10
	<-done
}

func work(jobs chan int, done chan<- bool) {
	for n := range jobs {
		fmt.Println(n)
		if n == 0 {
			done <- true
		} else {
			jobs <- n - 1
		}
	}
}
