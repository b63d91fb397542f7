// Package aftertests has the race of the lesson after its tests have passed. So it ends
// with the status of the race detector.
package aftertests

import (
	"os"
	"sync"
	"testing"
)

var maxId int

type Client struct{ id int }

func NewClient() *Client {
	maxId++
	return &Client{
		id: maxId,
	}
}

// both runs f and g in two goroutines, which nothing orders.
func both(f, g func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	wg.Go(g)
	wg.Wait()
}

func TestMain(m *testing.M) {
	status := m.Run()
	both(func() { NewClient() }, func() { NewClient() })
	os.Exit(status)
}

func TestNothing(t *testing.T) {}
