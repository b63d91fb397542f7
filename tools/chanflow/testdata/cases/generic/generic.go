// Command generic has a generic function run in two goroutines, on a generic
// struct of two types. The two structs' channels have one name, and are two.
package main

import "fmt"

type queue[T any] struct{ items chan T }

func newQueue[T any]() *queue[T] {
	return &queue[T]{items: make(chan T)}
}

func (q *queue[T]) push(item T) { q.items <- item }

func drain[T any](q *queue[T]) {
	for item := range q.items {
		fmt.Println(item)
	}
}

func main() {
	numbers, words := newQueue[int](), newQueue[string]()
	go drain(numbers)
	go drain(words)
	go words.push("hello")
	numbers.push(1)
}
