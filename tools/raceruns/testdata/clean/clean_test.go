// Package clean is the lesson without its race: there is nothing to find.
package clean

import (
	"sync"
	"testing"
)

var (
	mu    sync.Mutex
	maxId int
)

func newID() int {
	mu.Lock()
	defer mu.Unlock()
	maxId++
	return maxId
}

// both runs f and g in two goroutines, which nothing orders.
func both(f, g func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	wg.Go(g)
	wg.Wait()
}

func TestNoRace(t *testing.T) {
	both(func() { newID() }, func() { newID() })
}
