// Command hijackwrapped has x/net/websocket write to a connection of the program's
// own, by way of bufio, and reads a line that is typed.
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

type patient struct{ net.Conn }

func (p patient) Write(b []byte) (int, error) {
	p.SetWriteDeadline(time.Now().Add(time.Second))
	return p.Conn.Write(b)
}

type hijacker struct{ http.ResponseWriter }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buf, err := http.NewResponseController(h.ResponseWriter).Hijack()
	buf.Writer = bufio.NewWriterSize(patient{conn}, 128)
	return conn, buf, err
}

func main() {
	bufio.NewReader(os.Stdin).ReadString('\n')
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		websocket.Handler(read).ServeHTTP(hijacker{w}, r)
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}

func read(ws *websocket.Conn) {
	var word string
	for websocket.Message.Receive(ws, &word) == nil {
	}
}
