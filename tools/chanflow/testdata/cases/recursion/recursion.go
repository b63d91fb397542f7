// Command recursion sends from a function that calls itself: one send, however
// deep.
package main

import "fmt"

type tree struct {
	left, right *tree
	value       int
}

func main() {
	values := make(chan int)
	root := &tree{&tree{nil, nil, 1}, &tree{nil, nil, 3}, 2}
	go func() {
		walk(root, values)
		close(values)
	}()
	for value := range values {
		fmt.Println(value)
	}
}

func walk(t *tree, values chan<- int) {
	if t == nil {
		return
	}
	walk(t.left, values)
	values <- t.value
	walk(t.right, values)
}
