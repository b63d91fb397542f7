// Command tworooms has two rooms, whose goroutines start others by the same go
// statement, each for its own words, which it takes from an iterator: so how many
// there are for each word can't be told.
package main

import (
	"fmt"
	"iter"
)

type word string

type room struct{ words []word }

func (r *room) all() iter.Seq[word] {
	return func(yield func(word) bool) {
		for _, w := range r.words {
			if !yield(w) {
				return
			}
		}
	}
}

func (r *room) run(out chan<- word) {
	for w := range r.all() {
		go say(w, out)
	}
}

func say(w word, out chan<- word) { out <- w }

func main() {
	out := make(chan word)
	go (&room{[]word{"a", "b"}}).run(out)
	go (&room{[]word{"c", "d"}}).run(out)
	for range 4 {
		fmt.Println(<-out)
	}
}
