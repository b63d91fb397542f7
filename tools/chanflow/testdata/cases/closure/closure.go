// Command closure uses channels that function literals have captured: in the
// literal that is the goroutine, in one within it, and in one that main calls.
package main

import "fmt"

func main() {
	words := make(chan string)
	done := make(chan bool)
	go func() {
		for word := range words {
			fmt.Println(word)
		}
		func() { done <- true }()
	}()
	say := func(word string) { words <- word }
	say("hello")
	say("bye")
	close(words)
	<-done
}
