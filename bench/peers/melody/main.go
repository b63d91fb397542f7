// Command melody is the chat on olahol/melody, in the shape of that library's
// chat example: HandleMessage, which calls Broadcast. Melody brings the rest,
// and owns it: the set of sessions, and two goroutines for each, on
// gorilla/websocket. For a session that has 256 messages waiting, a further one
// is dropped, and the session stays: a slow client misses messages. It is there
// to be measured beside the steps.
package main

import (
	"net/http"
	"sync"

	"github.com/olahol/melody"

	"websocket-chat-steps/bench/peers/peer"
)

func main() {
	var (
		mu      sync.Mutex // guards history, and holds newcomers and messages apart
		history peer.History
	)
	m := melody.New()                         // lets pages of any origin connect
	m.Config.MaxMessageSize = peer.MaxMessage // 512 unless told otherwise

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

	// Melody calls this when the session is in its set already. So a newcomer
	// misses nothing, but what is said at this moment may come twice: as past,
	// and as new.
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
