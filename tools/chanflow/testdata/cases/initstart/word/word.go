// Package word counts words.
package word

import "fmt"

// All are the words.
var All = make(chan string)

var counts = make(chan int)

func init() { go count() }

func count() {
	n := 0
	for d := range counts {
		n += d
		fmt.Println(n)
	}
}

// Say says a word.
func Say(word string) {
	counts <- 1
	All <- word
}
