// Command syncpool takes a struct with a channel out of a sync.Pool: what New
// makes, which is called by who takes it, or what was put in. A mutex and
// slices.Delete beside it are nothing of goroutines.
package main

import (
	"fmt"
	"slices"
	"sync"
)

type line struct{ words chan string }

var made = make(chan bool)

var lines = sync.Pool{New: func() any {
	made <- true
	return &line{words: make(chan string)}
}}

func main() {
	go count()
	old := make(chan string)
	lines.Put(&line{old})
	l := lines.Get().(*line)
	var mu sync.Mutex
	mu.Lock()
	all := slices.Delete([]*line{l, l}, 0, 1)
	mu.Unlock()
	go say(l)
	fmt.Println(<-l.words, len(all))
}

func count() {
	for range made {
		fmt.Println("made one")
	}
}

func say(l *line) { l.words <- "hello" }
