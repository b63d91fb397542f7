// Command gosend starts a goroutine with a function outside, which writes to the
// browser.
package main

import (
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

func main() {
	http.Handle("/", websocket.Handler(func(ws *websocket.Conn) {
		go websocket.Message.Send(ws, "hello")
		defer websocket.Message.Send(ws, "bye")
		ws.Read(nil)
	}))
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
