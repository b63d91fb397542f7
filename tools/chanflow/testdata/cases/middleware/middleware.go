// Command middleware puts handlers of its own around others, two around one. What
// starts is what net/http calls; what the handler calls within, it runs.
package main

import (
	"log"
	"net/http"

	"golang.org/x/net/websocket"
)

func main() {
	texts := make(chan string)
	chat := websocket.Handler(func(ws *websocket.Conn) {
		var text string
		for websocket.Message.Receive(ws, &text) == nil {
			texts <- text
		}
	})
	http.Handle("/chat", logged(counted(chat)))
	go http.ListenAndServe("localhost:8080", nil)
	for text := range texts {
		log.Println(text)
	}
}

var n int

func logged(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Println(r.URL)
		h.ServeHTTP(w, r)
	})
}

func counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		h.ServeHTTP(w, r)
	})
}
