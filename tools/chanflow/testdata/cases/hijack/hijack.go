// Command hijack keeps the connection that net/http hands over to
// x/net/websocket, and writes to it beside the WebSocket. Nobody in the program
// calls Hijack.
package main

import (
	"bufio"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/net/websocket"
)

type hijacker struct {
	http.ResponseWriter
	conn net.Conn
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err == nil {
		h.conn = conn
		buf.Writer = bufio.NewWriterSize(conn, 256)
		if buf.Reader.Buffered() == 0 {
			buf.Reader = bufio.NewReaderSize(conn, 512)
		}
	}
	return conn, buf, err
}

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h := &hijacker{ResponseWriter: w}
		websocket.Handler(func(ws *websocket.Conn) {
			words := make(chan string)
			go write(h.conn, words)
			read(ws, words)
		}).ServeHTTP(h, r)
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}

func read(ws *websocket.Conn, words chan<- string) {
	defer close(words)
	var word string
	for websocket.Message.Receive(ws, &word) == nil {
		words <- word
	}
}

func write(conn net.Conn, words <-chan string) {
	defer conn.Close()
	for word := range words {
		log.Println("to", conn.RemoteAddr())
		conn.SetWriteDeadline(time.Now().Add(time.Second))
		conn.Write(append([]byte{0x81, byte(len(word))}, word...))
	}
}
