// Command 01-original uses, when it is asked, what the benchmark measures.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

var kept []byte

func main() {
	addr := flag.String("addr", "", "serve on this `host:port`")
	flag.Parse()
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		panic(err)
	}
	// All take a number n.
	on("/burn", func(int) {
		go func() {
			for {
			}
		}()
	})
	on("/grow", func(bytes int) {
		kept = make([]byte, bytes)
		for i := range kept {
			kept[i] = 1
		}
	})
	on("/start", func(goroutines int) {
		for range goroutines {
			go func() { select {} }()
		}
	})
	on("/end", os.Exit)
	// held is a connection that ends after n bytes, or after as many of them as the other
	// side has taken in a moment.
	release := make(chan bool)
	http.HandleFunc("/held", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.FormValue("n"))
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		io.WriteString(conn, "held")
		<-release
		conn.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		conn.Write(make([]byte, n))
		conn.Close()
	})
	on("/release", func(int) { release <- true })
	fmt.Printf("01-original serves the chat at http://%v/ (Ctrl-C ends it)\n", listener.Addr())
	panic(http.Serve(listener, nil))
}

func on(path string, do func(n int)) {
	http.HandleFunc(path, func(_ http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.FormValue("n"))
		if err != nil {
			panic(err)
		}
		do(n)
	})
}
