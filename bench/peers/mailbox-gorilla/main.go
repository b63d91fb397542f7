// Command mailbox-gorilla is step 04-mailbox on gorilla/websocket, and is there to
// be measured beside the steps. The room is in room.go, which you may take home.
package main

import "websocket-chat-steps/bench/peers/peer"

func main() {
	r := newRoom()
	go r.run()
	peer.Main("mailbox-gorilla", r.serve)
}
