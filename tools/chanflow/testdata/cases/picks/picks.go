// Command picks takes channels, and structs and functions, out of an array, a slice and
// maps by constants, some of them arguments.
package main

import "fmt"

type room struct{ say chan string }

func main() {
	pair := [2]chan int{make(chan int), make(chan int)}
	go func() { pair[0] <- 1 }()
	fmt.Println(<-pair[1])
	rooms := map[string]*room{"go": {make(chan string)}, "js": {make(chan string)}}
	rooms["go"].say <- "hello"
	list := []fmt.Stringer{&room{make(chan string)}, &room{make(chan string)}}
	fmt.Println(list[1].String())
	one := make(chan int)
	todo := map[string]func(){"send": func() { one <- 2 }, "receive": func() { <-one }}
	todo["send"]()
	fmt.Println(<-at(pair, 1))
	go serve(pair, 0)

	// With these, nothing is wrong: there is one channel; which is first varies; and
	// all have their turn.
	alone := []chan int{make(chan int)}
	go func() { alone[0] <- 1 }()
	<-alone[0]
	tasks := []func(){func() { one <- 3 }, func() { <-one }}
	for len(tasks) > 0 {
		tasks[0]()
		tasks = tasks[1:]
	}
	for n := range pair {
		<-at(pair, n)
	}
}

func at(list [2]chan int, n int) chan int { return list[n] }

func serve(list [2]chan int, n int) { list[n] <- n }

func (r *room) String() string { return <-r.say }
