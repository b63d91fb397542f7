// Command hijackwrappedgiven writes by way of bufio to connections of its own,
// and has x/net/websocket write to one that tells what it wrote.
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
	conn, buf, err := http.NewResponseController(h.ResponseWriter).Hijack()
	bufio.NewWriter(struct{ net.Conn }{conn}).Flush()
	buf.Writer = bufio.NewWriter(counted{conn, h.written})
	return conn, buf, err
}

func main() {
	written := make(chan int)
	go func() { log.Println(<-written) }()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		websocket.Handler(func(*websocket.Conn) {}).ServeHTTP(hijacker{w, written}, r)
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
