// Command recorder puts a ResponseWriter of its own between net/http and a
// WebSocket, and has forgotten its method Hijack.
package main

import (
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	if f, ok := r.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

func main() {
	chat := websocket.Handler(func(ws *websocket.Conn) { websocket.Message.Send(ws, "hello") })
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: &recorder{ResponseWriter: w}}
		rec.WriteHeader(200)
		chat.ServeHTTP(rec, r)
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
