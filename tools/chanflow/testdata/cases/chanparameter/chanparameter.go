// Command chanparameter has functions whose type parameter is a channel, which they
// receive on, and then start goroutines.
package main

import "fmt"

type word string

func main() {
	words, out := make(chan word), make(chan word)
	go relay(words, out)
	go each(words, out)
	words <- "hello"
	words <- "bye"
	fmt.Println(<-out, <-out)
}

func relay[C chan word | <-chan word](in C, out chan<- word) {
	for {
		w := <-in
		go say(w, out)
	}
}

func each[C ~chan E, E any](in C, out chan<- E) {
	for w := range in {
		go tell(w, out)
	}
}

func say(w word, out chan<- word) { out <- w }

func tell[E any](w E, out chan<- E) { out <- w }
