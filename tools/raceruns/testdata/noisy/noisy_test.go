// Package noisy has the race of the lesson while other goroutines write to the log, as a
// server's do.
package noisy

import (
	"log"
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

func sayLesson(t *testing.T) {
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("This failure is the lesson: two goroutines were in NewClient.\nRead on in README.md.")
		}
	})
}

func TestRace(t *testing.T) {
	sayLesson(t)
	start := make(chan bool)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			<-start
			for range 100 {
				log.Println("a client joins")
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			<-start
			NewClient()
		})
	}
	close(start)
	wg.Wait()
}
