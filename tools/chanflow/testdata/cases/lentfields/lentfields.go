// Command lentfields has functions of its own in fields of structs of outside, which
// calls them, and a WebSocket.
package main

import (
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"

	"golang.org/x/net/websocket"
)

func main() {
	states := make(chan http.ConnState)
	origins := make(chan string)
	go func() {
		for {
			select {
			case s := <-states:
				log.Println(s)
			case o := <-origins:
				log.Println(o)
			}
		}
	}()
	http.Handle("/", websocket.Server{
		Handshake: func(_ *websocket.Config, r *http.Request) error {
			origins <- r.Header.Get("Origin")
			return nil
		},
		Handler: func(ws *websocket.Conn) {
			date := exec.Command("date")
			date.Stdout = ws
			date.Run()
		},
	})
	server := http.Server{Addr: os.Args[1]}
	server.ConnState = func(_ net.Conn, s http.ConnState) { states <- s }
	log.Fatal(server.ListenAndServe())
}
