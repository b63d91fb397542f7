// Package beforetests has the race of the lesson before its first test.
package beforetests

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
	both(func() { NewClient() }, func() { NewClient() })
	os.Exit(m.Run())
}

func TestNothing(t *testing.T) {}
