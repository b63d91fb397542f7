// Command gooutside has a go statement, and a defer, of a function outside that
// calls functions of the program's.
package main

import (
	"net/http"
	"sync"

	"golang.org/x/net/websocket"
)

func main() {
	done := make(chan bool)
	var once sync.Once
	go once.Do(func() { done <- true })
	<-done
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		defer websocket.Handler(func(*websocket.Conn) { done <- true }).ServeHTTP(w, r)
	})
	http.ListenAndServe("localhost:8080", nil)
}
