// Command handlefunc gives net/http two handlers, one of them a plain function,
// and reads and writes a connection without a codec.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

var hits = make(chan string)

func main() {
	go count()
	http.HandleFunc("/", hit)
	http.Handle("/echo", websocket.Handler(echo))
	go serve()
	select {}
}

func serve() { log.Fatal(http.ListenAndServe(os.Args[1], nil)) }

func hit(_ http.ResponseWriter, r *http.Request) { hits <- r.Method }

func echo(ws *websocket.Conn) {
	bytes := make([]byte, 100)
	for {
		n, err := ws.Read(bytes)
		if err != nil {
			return
		}
		hits <- "echo"
		ws.Write(bytes[:n])
	}
}

func count() {
	for what := range hits {
		fmt.Println(what)
	}
}
