package chat

import (
	"log/slog"
	"net/http"
	"os"
	"testing"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

var step = steps.Of("06-hardened")

// TestMain discards the log. The log is long, and its mutex orders goroutines,
// which hides races from the detector.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// unhurried are the Defaults for clients that send much, for a quick test: there is no limit of
// what they send.
var unhurried = func() Config {
	c := Defaults
	c.Origins = []string{"http://localhost"} // what clients say whose connections have no port
	c.Rate = 1 << 40
	return c
}()

// start opens a new room.
func start() (judge.Server, error) {
	server := NewServer(unhurried)
	go server.Start()
	mux := http.NewServeMux()
	mux.Handle(step.Path, server.Guard(server.WebsocketHandler()))
	return judge.Server{
		Handlers: []http.Handler{mux},
		Path:     step.Path,
		Loop:     step.Loop,
		Stop:     server.Shutdown,
	}, nil
}

// TestProperties checks each cell of the step's column of the scoreboard, the "no"
// cells too, and what its README says about bad clients.
func TestProperties(t *testing.T) {
	judgetest.Test(t, step, start)
}
