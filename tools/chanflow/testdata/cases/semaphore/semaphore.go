// Command semaphore has a channel's buffer bound how many goroutines there are. To
// give a place back is no listening for more, so they end; one that waits to be told
// on a buffered channel doesn't.
package main

import "fmt"

func main() {
	places := make(chan struct{}, 2)
	tell := make(chan bool, 1)
	go wait(tell)
	for _, word := range []string{"one", "two", "three"} {
		places <- struct{}{}
		go func() {
			defer func() { <-places }()
			fmt.Println(word)
		}()
		go say(word, places)
	}
	tell <- true
}

func say(word string, places chan struct{}) {
	places <- struct{}{}
	fmt.Println(word)
	<-places
}

func wait(tell <-chan bool) { fmt.Println(<-tell) }
