// Command twoobjects has two values of one struct type, each with a channel from
// a make of its own. The channels have one name, and are two.
package main

import "fmt"

type box struct{ ch chan int }

func (b *box) put(n int) { b.ch <- n }

func (b *box) take() int { return <-b.ch }

func main() {
	left := &box{ch: make(chan int)}
	right := &box{ch: make(chan int)}
	go fill(left)
	go move(left, right)
	fmt.Println(right.take())
}

func fill(b *box) { b.put(1) }

func move(from, to *box) { to.put(from.take()) }
