// Command servehttp hands handlers out as an http.Handler: a type of its own, with
// its method on the value; a struct that embeds one; and one that embeds a mux.
package main

import (
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

type room struct{ say chan string }

func (r room) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	websocket.Handler(func(ws *websocket.Conn) {
		var m string
		for websocket.Message.Receive(ws, &m) == nil {
			r.say <- m
		}
	}).ServeHTTP(w, req)
}

type page interface{ http.Handler }

type named struct {
	page
	name string
}

type site struct {
	*http.ServeMux
	name string
}

func main() {
	r := &room{say: make(chan string)}
	s := site{http.NewServeMux(), "chat"}
	s.Handle("/room/", http.StripPrefix("/room", r))
	s.Handle("/echo/", named{websocket.Handler(func(ws *websocket.Conn) { websocket.Message.Send(ws, "hello") }), "echo"})
	go func() { log.Fatal(http.ListenAndServe(os.Args[1], s)) }()
	for m := range r.say {
		log.Println(m)
	}
}
