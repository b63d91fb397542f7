package chat

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/judge/judgetest"
)

// openRoom opens a room that the test's clients reach through TCP. At the end of the
// test they have gone, and then the server must have removed them all.
func openRoom(t *testing.T) *judgetest.Room {
	server := newServer(t)
	return judgetest.Open(t, server.WebsocketHandler(), server.Start, server.Done)
}

// openRoomInBubble opens a room in a bubble of testing/synctest, where no wait takes
// any time. Clients reach the room through net.Pipe, and a pipe holds no bytes.
func openRoomInBubble(t *testing.T) *judgetest.Room {
	server := newServer(t)
	return judgetest.OpenInBubble(t, server.WebsocketHandler(), server.Start, server.Done)
}

func newServer(t *testing.T) *Server {
	server := NewServer()
	t.Cleanup(func() { assert.Empty(t, server.clients, "clients that the server has not removed") })
	return server
}
