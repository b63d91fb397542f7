// Command socket gives a WebSocket to a function outside, which may read from it
// or write to it.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

func main() {
	http.Handle("/", websocket.Handler(func(ws *websocket.Conn) {
		json.NewEncoder(ws).Encode("hello")
	}))
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
