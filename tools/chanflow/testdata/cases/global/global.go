// Command global keeps its channels in package variables. One is made before main
// runs, the other by main.
package main

import "fmt"

var jobs = make(chan int)

var done chan bool

func main() {
	done = make(chan bool)
	go work()
	jobs <- 1
	<-done
}

func work() {
	fmt.Println(<-jobs)
	done <- true
}
