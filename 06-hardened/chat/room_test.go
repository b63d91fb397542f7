package chat

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
)

// openRoom opens a room that the test's clients reach through TCP. At the end of the
// test they have gone, and then the server must have removed them all.
func openRoom(t *testing.T) *judgetest.Room {
	return openRoomWith(t, as05, judgetest.Open)
}

// openRoomInBubble opens a room in a bubble of testing/synctest, where no wait takes
// any time. Clients reach the room through net.Pipe, and a pipe holds no bytes.
func openRoomInBubble(t *testing.T) *judgetest.Room {
	return openRoomWith(t, as05, judgetest.OpenInBubble)
}

// as05 are limits for the tests that 05 has, too: as far as they can notice, there are none.
var as05 = func() Config {
	c := unhurried
	c.Idle = 24 * time.Hour
	c.MaxMessage = 128 << 10
	return c
}()

func openRoomWith(t *testing.T, config Config, open func(*testing.T, http.Handler, func(), func()) *judgetest.Room) *judgetest.Room {
	server := NewServer(config)
	t.Cleanup(func() { assert.Empty(t, server.clients, "clients that the server has not removed") })
	return open(t, server.Guard(server.WebsocketHandler()), server.Start, server.Shutdown)
}

// fewer returns n. With the race detector, which makes all slower, and with -short it
// returns a tenth of n.
func fewer(n int) int {
	if race.Enabled || testing.Short() {
		return n / 10
	}
	return n
}
