// Package elsewhere has a race, in a function that is not NewClient.
package elsewhere

import (
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

var greetings int

func greet() {
	greetings++
}

// both runs f and g in two goroutines, which nothing orders.
func both(f, g func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	wg.Go(g)
	wg.Wait()
}

func TestRace(t *testing.T) {
	NewClient()
	both(greet, greet)
}
