// Command socketbuffer has a buffer of package bufio on a WebSocket, which it reads
// from and writes to.
package main

import (
	"bufio"
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

type client struct{ ws *websocket.Conn }

func main() {
	http.Handle("/", websocket.Handler(func(ws *websocket.Conn) {
		c := &client{ws}
		r, w := bufio.NewReader(c.ws), bufio.NewWriter(c.ws)
		line, _ := r.ReadBytes('\n')
		word, _ := r.ReadString(' ')
		w.Write(line)
		w.WriteString(word)
	}))
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
