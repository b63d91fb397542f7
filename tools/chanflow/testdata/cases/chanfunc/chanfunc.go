// Command chanfunc sends functions through a channel. The goroutine that takes
// one out and calls it is the one that sends.
package main

import "fmt"

func main() {
	tasks := make(chan func())
	results := make(chan int)
	go work(tasks)
	tasks <- func() { results <- 6 * 7 }
	fmt.Println(<-results)
}

func work(tasks <-chan func()) {
	for task := range tasks {
		task()
	}
}
