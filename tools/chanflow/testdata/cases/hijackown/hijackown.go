// Command hijackown hands x/net/websocket a connection of its own, which counts
// what is written: x/net/websocket calls its Write.
package main

import (
	"bufio"
	"log"
	"net"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

type counted struct {
	net.Conn
	written chan<- int
}

func (c counted) Write(b []byte) (int, error) {
	c.written <- len(b)
	return c.Conn.Write(b)
}

type hijacker struct {
	http.ResponseWriter
	written chan<- int
}

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, _, err := http.NewResponseController(h.ResponseWriter).Hijack()
	own := counted{conn, h.written}
	return own, bufio.NewReadWriter(bufio.NewReader(own), bufio.NewWriter(own)), err
}

func main() {
	written := make(chan int)
	go func() { log.Println(<-written) }()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		websocket.Handler(func(ws *websocket.Conn) {
			websocket.Message.Send(ws, "hello")
		}).ServeHTTP(hijacker{w, written}, r)
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
