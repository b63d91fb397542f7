// Command melody is the chat on olahol/melody, like that library's chat example:
// HandleMessage calls Broadcast. Melody has the rest, and owns it: the set of sessions,
// and two goroutines for each, on gorilla/websocket. If 256 messages wait for a session,
// Melody drops the next message, and the session stays. So a slow client misses messages.
// It is there to be measured beside the steps.
package main

import (
	"net/http"
	"sync"

	"github.com/olahol/melody"

	"websocket-chat-steps/bench/peers/peer"
)

func main() {
	var (
		mu      sync.Mutex // guards history; a newcomer and a message never come at the same time
		history peer.History
	)
	m := melody.New()                         // lets pages of any origin connect
	m.Config.MaxMessageSize = peer.MaxMessage // the default is 512

	m.HandleMessage(func(s *melody.Session, b []byte) {
		message, err := peer.Recode(b)
		if err != nil {
			s.Close()
			return
		}
		mu.Lock()
		defer mu.Unlock()
		history.Add(message)
		m.Broadcast(message)
	})

	// When Melody calls this, the session is in its set already. So a newcomer
	// misses nothing, but a message of this moment may come twice: as a past one,
	// and as a new one.
	m.HandleConnect(func(s *melody.Session) {
		mu.Lock()
		defer mu.Unlock()
		for _, message := range history.Messages() {
			s.Write(message)
		}
	})

	peer.Main("melody", func(w http.ResponseWriter, r *http.Request) {
		m.HandleRequest(w, r) // on an error the client has its answer
	})
}
