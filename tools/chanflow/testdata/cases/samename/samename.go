// Command samename starts goroutines by one go statement that are two: of a method with
// two types, and of two methods.
package main

type queue[T any] struct{ items chan T }

type counter struct{ counts chan int }

func main() {
	numbers, words := queue[int]{make(chan int)}, queue[string]{make(chan string)}
	numbers.start()
	words.start()
	one, two := &counter{make(chan int)}, &counter{make(chan int)}
	spawn(one.count)
	spawn(two.count)
	select {}
}

func (q queue[T]) start() { go q.drain() }

func (q queue[T]) drain() {
	for range q.items {
	}
}

func (c *counter) count() { c.counts <- 1 }

func spawn(f func()) { go f() }
