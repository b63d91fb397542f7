package chat

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync/atomic"
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

var rooms atomic.Int64

// pattern is another one for each room: the default mux takes none twice.
func pattern() string {
	return fmt.Sprintf("/entry/%d", rooms.Add(1))
}

// start opens a room of its own.
func start(testing.TB) chattest.Server {
	server := NewServer(pattern())
	go server.Listen()
	server.Err(errors.New("open?")) // is taken when Listen has registered the pattern
	return chattest.Server{
		Handler: http.DefaultServeMux,
		Path:    server.pattern,
		Loop:    "chat.(*Server).Listen",
		Stop:    server.Done,
	}
}

// TestProperties holds the step to its column of the scoreboard, the "no" cells
// too, and to what its README says of bad clients.
func TestProperties(t *testing.T) {
	chattest.TestServer(t, start, scoreboard.Of("02-race-fix"))
}
