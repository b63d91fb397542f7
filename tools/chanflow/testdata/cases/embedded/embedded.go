// Command embedded keeps the channel in an embedded struct, and starts its method
// by the struct around it, by value and by pointer.
package main

import "fmt"

type voice struct{ words chan string }

func (v *voice) say(word string) { v.words <- word }

type singer struct {
	voice
	name string
}

type parrot struct{ *voice }

func main() {
	s := &singer{voice: voice{words: make(chan string)}, name: "ann"}
	p := parrot{voice: &s.voice}
	go s.say("la")
	go p.say("la la")
	fmt.Println(s.name, <-s.words)
	fmt.Println(s.name, <-s.words)
}
