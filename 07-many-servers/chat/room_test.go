package chat

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
)

// openRoom opens a room without a broker, that the test's clients reach through TCP. At the end
// of the test they have gone, and then the server must have removed them all.
func openRoom(t *testing.T) *judgetest.Room {
	config := unhurried
	config.MaxMessage = 128 << 10
	server := NewServer(config, new(Stream))
	server.publish = withoutBroker(server)
	t.Cleanup(func() { assert.Empty(t, server.clients, "clients that the server has not removed") })
	return judgetest.Open(t, server.Guard(server.WebsocketHandler()), server.Start, server.Shutdown)
}

// fewer returns n. With the race detector, which makes all slower, and with -short it
// returns a tenth of n.
func fewer(n int) int {
	if race.Enabled || testing.Short() {
		return n / 10
	}
	return n
}

// withoutBroker publishes as a stream does, without a broker and without other servers: the
// messages get their ids one after the other, and come back in that order.
func withoutBroker(server *Server) func(*Message) (uint64, error) {
	last := make(chan uint64, 1)
	last <- 0
	return func(m *Message) (uint64, error) {
		m.ID = 1 + <-last
		server.messageCh <- m
		last <- m.ID
		return 0, nil
	}
}
