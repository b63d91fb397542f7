// Command mapchan keeps channels in a map: each has no other name than where it
// is made, and is found again by a key, or by a range over the map.
package main

import "fmt"

func main() {
	inboxes := make(map[string]chan string)
	done := make(chan bool)
	for _, name := range []string{"ann", "bob"} {
		inboxes[name] = make(chan string)
		go read(inboxes[name], done)
	}
	inboxes["ann"] <- "are you there?"
	for _, inbox := range inboxes {
		inbox <- "hello"
		close(inbox)
	}
	for range inboxes {
		<-done
	}
}

func read(inbox <-chan string, done chan<- bool) {
	for word := range inbox {
		fmt.Println(word)
	}
	done <- true
}
