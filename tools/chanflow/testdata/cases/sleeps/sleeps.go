// Command sleeps has goroutines that hear nobody, and stay: they sleep, or wait, in
// a loop. One that sleeps once doesn't.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sync"
	"time"
)

type box struct {
	mu    sync.Mutex
	full  *sync.Cond
	words []string
}

func main() {
	b := &box{}
	b.full = sync.NewCond(&b.mu)
	words := make(chan string)
	go tick(words)
	go once(words)
	go b.take(words)
	go b.poll()
	go read(words)
	go lines(words)
	go scan(words)
	for word := range words {
		fmt.Println(word)
	}
}

func tick(words chan<- string) {
	for n := range 10 {
		time.Sleep(time.Second)
		words <- fmt.Sprint(n)
	}
}

func once(words chan<- string) {
	time.Sleep(time.Second)
	words <- "once"
}

func (b *box) take(words chan<- string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.words) == 0 {
		b.full.Wait()
	}
	words <- b.words[0]
}

func (b *box) poll() {
	for !b.has() {
		time.Sleep(time.Second)
	}
}

func (b *box) has() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.words) > 0
}

func lines(words chan<- string) {
	in := bufio.NewReader(os.Stdin)
	for {
		line, _, err := in.ReadLine()
		if err != nil {
			return
		}
		words <- string(line)
	}
}

func scan(words chan<- string) {
	var word string
	for _, err := fmt.Fscan(os.Stdin, &word); err == nil; _, err = fmt.Fscan(os.Stdin, &word) {
		words <- word
	}
}

func read(words chan<- string) {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words <- lines.Text()
	}
}
