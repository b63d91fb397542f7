// Command otherconn has connections that are no browser's: two that it dials, one of
// them a WebSocket, and one that it accepts; and a listener that it hands out.
package main

import (
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(named{listener, "chat"}, nil)
	go dial(listener.Addr().String())
	conn, err := listener.Accept()
	if err != nil {
		log.Fatal(err)
	}
	io.Copy(os.Stdout, conn)
}

type named struct {
	net.Listener
	name string
}

func dial(addr string) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	conn.Write([]byte("hello"))
	ws, err := websocket.Dial("ws://"+addr, "", "http://"+addr)
	if err != nil {
		log.Fatal(err)
	}
	websocket.Message.Send(ws, "hello")
}
