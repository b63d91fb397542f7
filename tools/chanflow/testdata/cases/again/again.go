// Command again has loops without a for statement: functions that call themselves. One
// starts a goroutine each time, one sleeps, and one listens, by way of another.
package main

import (
	"fmt"
	"time"
)

type word string

func main() {
	words := make(chan word)
	go listen(words)
	go tick()
	tell([]word{"hello", "there"}, words)
	select {}
}

func tell(all []word, to chan<- word) {
	if len(all) == 0 {
		return
	}
	go say(all[0], to)
	tell(all[1:], to)
}

func say(w word, to chan<- word) { to <- w }

func tick() {
	time.Sleep(time.Second)
	tick()
}

func listen(words <-chan word) { hear(words) }

func hear(words <-chan word) {
	fmt.Println(<-words)
	next(words)
}

func next(words <-chan word) { hear(words) }
