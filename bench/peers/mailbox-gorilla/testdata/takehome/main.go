package main

import (
	"log"
	"net/http"
)

func main() {
	r := newRoom()
	go r.run()
	http.HandleFunc("/ws", r.serve)
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
