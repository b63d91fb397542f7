package chat

import (
	"io"
	"log"
	"net/http"
	"os"
	"testing"

	"websocket-chat-steps/internal/chattest"
	"websocket-chat-steps/internal/scoreboard"
)

// The log is discarded: it is long, and its mutex orders goroutines, which
// hides races from the detector.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// start opens a room of its own.
func start(testing.TB) chattest.Server {
	server := NewServer()
	go server.Start()
	mux := http.NewServeMux()
	mux.Handle("/ws", server.WebsocketHandler())
	return chattest.Server{
		Handler: mux,
		Path:    "/ws",
		Loop:    "chat.(*Server).Start",
		Stop:    server.Done,
	}
}

// TestProperties holds the step to its column of the scoreboard, the "no" cells
// too, and to what its README says of bad clients.
func TestProperties(t *testing.T) {
	chattest.TestServer(t, start, scoreboard.Of("04-mailbox"))
}
