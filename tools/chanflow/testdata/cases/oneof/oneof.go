// Command oneof has go statements that start one of several functions: a method of an
// interface, one of a list, and what a variable holds; and a call of one of several
// that starts one. How many of each can't be told.
package main

import "fmt"

type receiver interface{ send(message) }

type message string

type client struct{ got chan message }

type record struct{ lines []message }

func main() {
	all := []receiver{&client{make(chan message)}, &record{}}
	for _, r := range all {
		go r.send("hello")
	}
	for _, f := range []func(){one, two} {
		go f()
	}
	f := one
	if len(all) > 2 {
		f = three
	}
	go f()
	for _, option := range []func(){withFour, func() {}} {
		option()
	}
}

func withFour() { go four() }

func (c *client) send(m message) { c.got <- m }
func (r *record) send(m message) { r.lines = append(r.lines, m) }

func one()   { fmt.Println(1) }
func two()   { fmt.Println(2) }
func three() { fmt.Println(3) }
func four()  { fmt.Println(4) }
