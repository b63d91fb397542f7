// Command select waits in one select for two goroutines, and for a third to take
// what it has. Each case is a receive or a send of its own.
package main

import "fmt"

func main() {
	words := make(chan string)
	numbers := make(chan int)
	total := make(chan int)
	go speak(words)
	go count(numbers)
	go collect(words, numbers, total)
	fmt.Println(<-total)
}

func speak(words chan<- string) { words <- "hello" }

func count(numbers chan<- int) {
	for n := range 3 {
		numbers <- n
	}
}

func collect(words <-chan string, numbers <-chan int, total chan<- int) {
	heard := 0
	for {
		select {
		case word := <-words:
			heard += len(word)
		case n := <-numbers:
			heard += n
		case total <- heard:
			return
		}
	}
}
