// Command closing ends a range by a close, and a wait by another, which is
// deferred. Who waits for a close listens to the one that closes.
package main

import "fmt"

func main() {
	jobs := make(chan int)
	ended := make(chan struct{})
	go work(jobs, ended)
	for n := range 3 {
		jobs <- n
	}
	close(jobs)
	<-ended
}

func work(jobs <-chan int, ended chan<- struct{}) {
	defer close(ended)
	for n := range jobs {
		fmt.Println(n)
	}
}
