// Command muxcalled calls a mux, whose handlers then run in a handler of its own.
package main

import (
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

func main() {
	mux := http.NewServeMux()
	mux.Handle("/", websocket.Handler(func(ws *websocket.Conn) { websocket.Message.Send(ws, "hello") }))
	log.Fatal(http.ListenAndServe(os.Args[1], logged(mux)))
}

func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Println(r.URL)
		next.ServeHTTP(w, r)
	})
}
