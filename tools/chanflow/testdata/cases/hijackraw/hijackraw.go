// Command hijackraw takes a connection from net/http, and speaks on it without a
// WebSocket: it reads and writes.
package main

import (
	"errors"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", echo)
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}

func echo(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if errors.Is(err, http.ErrNotSupported) {
		return
	}
	defer conn.Close()
	bytes := make([]byte, 100)
	for {
		n, err := conn.Read(bytes)
		if err != nil {
			return
		}
		conn.Write(bytes[:n])
	}
}
