// Command unknowncall gives a channel to a function outside the program, which
// may do with it whatever it likes.
package main

import (
	"fmt"
	"reflect"
)

func main() {
	words := make(chan string)
	go say(words)
	_ = reflect.ValueOf(words)
	fmt.Println(<-words)
}

func say(words chan<- string) { words <- "hello" }
