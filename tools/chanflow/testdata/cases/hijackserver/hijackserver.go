// Command hijackserver gives a websocket.Server a hijacker that asks another one,
// which is inside a struct and tells that it was called. The connection is inside a
// struct too, and is written to as an io.Writer.
package main

import (
	"bufio"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

type named struct {
	net.Conn
	name string
}

type hijacker struct {
	http.ResponseWriter
	conn  named
	taken chan<- string
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, _, err := h.ResponseWriter.(http.Hijacker).Hijack()
	h.conn = named{conn, "a browser"}
	h.taken <- h.conn.name
	return h.conn, bufio.NewReadWriter(bufio.NewReader(conn), bufio.NewWriter(conn)), err
}

type outer struct {
	*hijacker
	path string
}

type outmost struct{ http.ResponseWriter }

func (o outmost) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(o.ResponseWriter).Hijack()
}

func main() {
	taken := make(chan string)
	go count(taken)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h := outer{&hijacker{ResponseWriter: w, taken: taken}, r.URL.Path}
		server := websocket.Server{Handler: func(*websocket.Conn) { greet(h.conn) }}
		server.ServeHTTP(outmost{h}, r)
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}

func greet(w io.Writer) { w.Write([]byte{0x81, 2, 'h', 'i'}) }

func count(taken <-chan string) {
	for name := range taken {
		log.Println(name)
	}
}
