// Command lentmethods gives values with methods of its own to functions outside,
// which may call them; and a function in a struct.
package main

import (
	"container/list"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"

	"golang.org/x/net/websocket"
)

type client struct{ lines chan string }

func (c *client) Write(line []byte) (int, error) {
	c.lines <- string(line)
	return len(line), nil
}

// Close is told after Write where an io.Writer is wanted.
func (c *client) Close() { close(c.lines) }

type job struct{ run func() }

// line tells what it is when it is printed.
type line struct{ done chan bool }

func (l line) String() string {
	l.done <- true
	return "line"
}

func main() {
	http.Handle("/", websocket.Handler(func(ws *websocket.Conn) {
		c := &client{make(chan string)}
		go func() { fmt.Println("sent", <-c.lines) }()
		fmt.Fprintf(c, "hello")
		var m string
		json.NewDecoder(struct{ *websocket.Conn }{ws}).Decode(&m)
		defer sync.OnceFunc(func() { go c.Close() })()
		jobs := list.New()
		jobs.PushBack(job{func() { c.lines <- "bye" }})
		fmt.Println(line{make(chan bool)})
	}))
	http.ListenAndServe(os.Args[1], nil)
}
