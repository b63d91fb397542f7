package main

import (
	"log"
	"net/http"

	"example.com/yours/chat"
)

func main() {
	server := chat.NewServer()
	go server.Start()
	http.Handle("/ws", server.WebsocketHandler())
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
