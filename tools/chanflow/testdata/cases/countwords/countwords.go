// Command countwords starts goroutines in loops of every other kind: by turns,
// over values without a name, over an array, and after a receive. A word that
// would come twice comes once.
package main

import (
	"errors"
	"fmt"
)

type point struct{ x, y int }

func main() {
	errs := make(chan error)
	for i := 0; i < 2; i++ {
		for range 3 {
			go try(errs)
		}
	}
lines:
	for _, words := range [][]string{{"a", "b"}, {""}} {
		for _, word := range words {
			if word == "" {
				continue lines
			}
			go say(word)
		}
	}
	for _, p := range [2]point{{1, 2}, {3, 4}} {
		go plot(p)
	}
	for {
		err := <-errs
		go report(err)
	}
}

func try(errs chan<- error) { errs <- errors.New("no") }

func say(word string) { fmt.Println(word) }

func plot(p point) { fmt.Println(p.x, p.y) }

func report(err error) { fmt.Println(err) }
