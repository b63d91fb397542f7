// Command handler is a small chat: net/http starts the handler for each client,
// and it is named after the loop that it runs, which is in a function it calls.
package main

import (
	"log"
	"net"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

type message struct{ Body string }

type room struct {
	join chan *websocket.Conn
	say  chan message
}

func main() {
	r := &room{join: make(chan *websocket.Conn), say: make(chan message)}
	go r.run()
	http.Handle("/", websocket.Handler(func(ws *websocket.Conn) {
		r.join <- ws
		read(ws, r.say)
	}))
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(listener, nil)) }()
	select {}
}

func read(ws *websocket.Conn, say chan<- message) {
	var m message
	for websocket.JSON.Receive(ws, &m) == nil {
		say <- m
	}
}

func (r *room) run() {
	var all []*websocket.Conn
	for {
		select {
		case ws := <-r.join:
			all = append(all, ws)
		case m := <-r.say:
			for _, ws := range all {
				websocket.JSON.Send(ws, m)
			}
		}
	}
}
