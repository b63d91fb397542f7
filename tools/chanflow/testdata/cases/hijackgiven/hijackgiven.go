// Command hijackgiven takes a connection from net/http, and has functions outside
// write to it.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		json.NewEncoder(conn).Encode("hello")
		buf.WriteString("bye")
		buf.Flush()
		bufio.NewWriter(conn).Flush()
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
