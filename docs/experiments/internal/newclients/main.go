// Command newclients calls NewClient of 01-original from several goroutines at the same
// time, as many requests do, and counts the ids that they get. It is a separate program,
// so that tests can build it with the race detector, and with an overlay that changes
// NewClient:
//
//	go run -race ./docs/experiments/internal/newclients
package main

import (
	"flag"
	"fmt"
	"reflect"
	"sync"

	"golang.org/x/net/websocket"

	"websocket-chat-steps/01-original/chat"
)

func main() {
	callers := flag.Int("callers", 8, "how many goroutines call NewClient")
	calls := flag.Int("calls", 500, "how often each of them does")
	flag.Parse()

	server := chat.NewServer("")
	begin := make(chan struct{})
	given := make([][]int64, *callers) // the ids, by caller
	var all sync.WaitGroup
	for i := range given {
		all.Go(func() {
			<-begin
			for range *calls {
				given[i] = append(given[i], id(chat.NewClient(new(websocket.Conn), server)))
			}
		})
	}
	close(begin)
	all.Wait()

	different := make(map[int64]bool)
	for _, ids := range given {
		for _, id := range ids {
			different[id] = true
		}
	}
	fmt.Printf("%d clients have %d ids\n", *callers**calls, len(different))
}

// id reads the client's id, which is a private field of another package.
func id(c *chat.Client) int64 {
	return reflect.ValueOf(c).Elem().FieldByName("id").Int()
}
