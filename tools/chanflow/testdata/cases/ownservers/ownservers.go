// Command ownservers has two servers, each with a handler of its own.
package main

import (
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

func main() {
	chat := websocket.Handler(func(ws *websocket.Conn) { websocket.Message.Send(ws, "hello") })
	admin := websocket.Handler(func(ws *websocket.Conn) { websocket.Message.Send(ws, "admin") })
	go http.ListenAndServe(os.Args[1], chat)
	server := &http.Server{Addr: os.Args[2], Handler: admin}
	log.Fatal(server.ListenAndServe())
}
