// Command twonew calls a constructor twice: one make in the program, and two
// channels when it runs. Nobody hears the wrong one.
package main

import "fmt"

type pipe struct{ ch chan string }

func newPipe() *pipe { return &pipe{ch: make(chan string)} }

func (p *pipe) in(word string) { p.ch <- word }

func (p *pipe) out() string { return <-p.ch }

func main() {
	first, second := newPipe(), newPipe()
	go begin(first)
	go pass(first, second)
	fmt.Println(second.out())
}

func begin(p *pipe) { p.in("hello") }

func pass(from, to *pipe) { to.in(from.out()) }
