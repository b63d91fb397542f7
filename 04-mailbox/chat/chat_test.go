package chat

import (
	"io"
	"log"
	"net/http"
	"os"
	"testing"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

var step = steps.Of("04-mailbox")

// TestMain discards the log. The log is long, and its mutex orders goroutines,
// which hides races from the detector.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// start opens a new room.
func start() (judge.Server, error) {
	server := NewServer()
	go server.Start()
	mux := http.NewServeMux()
	mux.Handle(step.Path, server.WebsocketHandler())
	return judge.Server{
		Handlers: []http.Handler{mux},
		Path:     step.Path,
		Loop:     step.Loop,
		Stop:     server.Done,
	}, nil
}

// TestProperties checks each cell of the step's column of the scoreboard, the "no"
// cells too, and what its README says about bad clients.
func TestProperties(t *testing.T) {
	judgetest.Test(t, step, start)
}
