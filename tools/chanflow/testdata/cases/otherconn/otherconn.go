// Command otherconn has connections that are no browser's: one that it dials, and
// one that it accepts.
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	go dial(listener.Addr().String())
	conn, err := listener.Accept()
	if err != nil {
		log.Fatal(err)
	}
	io.Copy(os.Stdout, conn)
}

func dial(addr string) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	conn.Write([]byte("hello"))
}
