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

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

var step = steps.Of("02-race-fix")

// TestMain discards the log. The log is long, and its mutex orders goroutines,
// which hides races from the detector.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

var rooms atomic.Int64

// pattern returns a new pattern for each room: the default mux takes each only once.
func pattern() string {
	return fmt.Sprintf("%s/%d", step.Path, rooms.Add(1))
}

// start opens a new room.
func start() (judge.Server, error) {
	server := NewServer(pattern())
	go server.Listen()
	server.Err(errors.New("open?")) // Listen takes this after it has registered the pattern
	return judge.Server{
		Handlers: []http.Handler{http.DefaultServeMux},
		Path:     server.pattern,
		Loop:     step.Loop,
		Stop:     server.Done,
	}, nil
}

// TestProperties checks each cell of the step's column of the scoreboard, the "no"
// cells too, and what its README says about bad clients.
func TestProperties(t *testing.T) {
	if step.DataRace() && race.Enabled {
		t.Skip("under -race this package shows one race only, the lesson's; run it without -race for the properties")
	}
	judgetest.Test(t, step, start)
}
