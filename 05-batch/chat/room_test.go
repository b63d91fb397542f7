package chat

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
)

// openRoom opens a room that the test's clients reach through TCP. When the test
// is over and they have gone, the server must have removed them all.
func openRoom(t *testing.T) *judgetest.Room {
	server := newServer(t)
	return judgetest.Open(t, server.WebsocketHandler(), server.Start, server.Done)
}

// openRoomInBubble opens a room that is reached through net.Pipe, in a bubble of
// testing/synctest: no wait takes any time, and a pipe holds no bytes.
func openRoomInBubble(t *testing.T) *judgetest.Room {
	server := newServer(t)
	return judgetest.OpenInBubble(t, server.WebsocketHandler(), server.Start, server.Done)
}

func newServer(t *testing.T) *Server {
	server := NewServer()
	t.Cleanup(func() { assert.Empty(t, server.clients, "clients that the server has not removed") })
	return server
}

// fewer is n, or a tenth of it where the race detector slows all down, and under
// -short.
func fewer(n int) int {
	if race.Enabled || testing.Short() {
		return n / 10
	}
	return n
}
