// Package refused has what can't take part, each with a comment that says so.
package refused

import (
	"context" // want nothing
	"os"
	"os/signal"
	"sync"
	"time"
)

var (
	shared  int
	pointer = &shared // want the address of a package variable
	list    []int
)

func init() {} // want init runs once

func timers(c chan int) {
	time.Sleep(1)   // want a timer is not understood here: time.Sleep
	<-time.After(1) // want time.After
	_ = time.Now()
	var t *time.Timer // want time.Timer
	_ = t
	select {
	case c <- <-c: // want such as a receive
	}
}

func contexts(ctx context.Context) { // want a context is not understood here
	<-ctx.Done() // want a context is not understood here
}

func others(m map[any]int, signals chan os.Signal) {
	signal.Notify(signals) // want shared with code that is not scheduled
	var c sync.Cond        // want sync.Cond is not understood here
	_ = c
	var mu sync.Mutex
	mu.TryLock()  // want sync.TryLock is not understood here
	for range m { // want its keys, of type any, have none
	}
	shared, list = 1, nil // want assigned to together with others
	_ = len(signals)      // want the length of a channel
	list[shared] = 1      // want needs no other steps
	list[0]++             // want needs no other steps
}
