// Command lentquiet gives functions and methods of its own to functions outside,
// and to fields of its structs. They do nothing that a figure shows, so nothing is
// wrong with that. What package slices gives back is what it was given.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"sort"
	"sync/atomic"

	"golang.org/x/net/websocket"
)

type client struct {
	name string
	ch   chan string
}

func (c *client) String() string { return c.name }

// Close is none of the methods that log.Println calls.
func (c *client) Close() { close(c.ch) }

type byName []*client

func (b byName) Len() int           { return len(b) }
func (b byName) Less(i, j int) bool { return b[i].name < b[j].name }
func (b byName) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

// tell is called by nobody: outside knows only what has a capital.
func (b byName) tell() { b[0].ch <- b[1].name }

func main() {
	var last atomic.Pointer[client]
	last.Store(&client{"a", make(chan string)})
	all := slices.Insert([]*client(nil), 0, &client{"b", make(chan string)})
	sort.Sort(byName(all))
	slices.SortFunc(all, func(a, b *client) int { return len(a.name) - len(b.name) })
	if !slices.ContainsFunc(all, func(c *client) bool { return c.name == "a" }) {
		log.Printf("%v %v %T", all[0], all, all[0].Close)
	}
	go func() { last.Load().ch <- "hello" }()
	go func() { slices.Clone(all)[0].ch <- "bye" }()
	fmt.Println(<-last.Load().ch, <-slices.MaxFunc(all, func(a, b *client) int { return len(a.name) - len(b.name) }).ch)
	server := http.Server{
		Addr:      os.Args[1],
		ConnState: func(c net.Conn, s http.ConnState) { log.Println(c.RemoteAddr(), s) },
		Handler: websocket.Server{
			Handshake: func(_ *websocket.Config, r *http.Request) error { return r.Context().Err() },
			Handler:   func(ws *websocket.Conn) { websocket.Message.Send(ws, "hello") },
		},
	}
	log.Fatal(server.ListenAndServe())
}
