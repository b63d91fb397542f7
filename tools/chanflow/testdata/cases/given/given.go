// Command given has helpers that start goroutines, each of which calls what the helper
// is given: a function, a method of an interface. Two may be given different ones.
package main

import "fmt"

type runner interface{ run() }

type reader struct{ in chan int }

type writer struct{ out chan<- int }

func main() {
	numbers := make(chan int)
	safely(func() { numbers <- 1 })
	safely(func() { fmt.Println(<-numbers) })
	begin(reader{numbers})
	begin(&writer{numbers})
	again(func() { numbers <- 2 })
	begin2(reader{numbers})
	for _, r := range []runner{reader{numbers}, &writer{numbers}} {
		spawn(r.run)
	}
	select {}
}

func (r reader) run()  { fmt.Println(<-r.in) }
func (w *writer) run() { w.out <- 3 }

func safely(f func()) {
	go func() {
		defer func() { recover() }()
		f()
	}()
}

func begin(r runner) { go start(r) }

func start(r runner) { r.run() }

func spawn(f func()) { go f() }

// again is given one function, and begin2 one reader: nothing is wrong with that.
func again(f func()) {
	go func() {
		for {
			f()
		}
	}()
}

func begin2(r runner) { go start(r) }
