// Command 99-own-module has its own module, whose name is not the directory's.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
)

func main() {
	addr := flag.String("addr", "", "serve on this `host:port`")
	flag.Parse()
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		panic(err)
	}
	fmt.Printf("99-own-module serves the chat at http://%s/ (Ctrl-C ends it)\n", listener.Addr())
	http.Serve(listener, nil)
}
