// Package assertionafterlesson fails an assertion after the lesson's log.
package assertionafterlesson

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

// both runs f and g in two goroutines, which nothing orders.
func both(f, g func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	wg.Go(g)
	wg.Wait()
}

func sayLesson(t *testing.T) {
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("This failure is the lesson: two goroutines were in NewClient.\nRead on in README.md.")
		}
	})
}

func TestRace(t *testing.T) {
	t.Cleanup(func() { t.Error("the server is still there") }) // the last to run
	sayLesson(t)
	both(func() { NewClient() }, func() { NewClient() })
}
