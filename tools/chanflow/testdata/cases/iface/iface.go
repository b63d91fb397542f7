// Command iface sends in methods that are called through an interface, in one
// function that two goroutines run. Each runs the method of its own value only.
package main

import "fmt"

type speaker interface{ say(word string) }

type loud struct{ out chan string }

func (l loud) say(word string) { l.out <- word + "!" }

type quiet struct{ out chan string }

func (q *quiet) say(word string) { q.out <- word + " ..." }

func main() {
	l := loud{out: make(chan string)}
	q := &quiet{out: make(chan string)}
	go speak(l)
	go speak(q)
	go hear(q.out)
	fmt.Println(<-l.out)
}

func speak(s speaker) { s.say("hello") }

func hear(words <-chan string) { fmt.Println(<-words) }
