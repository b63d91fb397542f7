// Command twoservers has two servers, and handlers that either may serve.
package main

import (
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

func main() {
	chat, admin := http.NewServeMux(), http.NewServeMux()
	chat.Handle("/", websocket.Handler(func(ws *websocket.Conn) { websocket.Message.Send(ws, "hello") }))
	admin.Handle("/", websocket.Handler(func(ws *websocket.Conn) { websocket.Message.Send(ws, "admin") }))
	go func() { log.Fatal(http.ListenAndServe(os.Args[1], chat)) }()
	log.Fatal(http.ListenAndServe(os.Args[2], admin))
}
