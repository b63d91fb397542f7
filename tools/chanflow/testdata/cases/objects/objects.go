// Command objects makes structs: one for each client, by way of two handlers; one when
// it is missing; one as a value that goes through others; and two.
package main

import (
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

type client struct{ in *room }

type room struct{ clients map[*client]bool }

type lobby struct{ rooms map[string]*room }

type wall struct{ texts []string }

func main() {
	l := new(lobby{make(map[string]*room)})
	walls := []*wall{{}, {}}
	http.Handle("/", websocket.Handler(func(ws *websocket.Conn) { l.enter(&client{}) }))
	http.Handle("/old", websocket.Handler(func(ws *websocket.Conn) { l.enter(&client{}) }))
	http.ListenAndServe(os.Args[len(walls)], nil)
}

func (l *lobby) enter(c *client) {
	if l.rooms["all"] == nil {
		l.rooms["all"] = &room{make(map[*client]bool)}
	}
	c.in = l.rooms["all"]
}
