package chat

import (
	"bufio"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"
)

// A message's frame is what x/net/websocket sends for it, byte for byte.
func TestFrame(t *testing.T) {
	const empty = len(`{"author":"","body":""}`)
	messages := []*Message{
		{},
		{"a \"quoted\" <author>", "two\nlines, 日本語, \u2028 and \x00"},
		{"", "no UTF-8: caf\xe9"},
	}
	for _, length := range []int{124, 125, 126, 127, 1<<16 - 2, 1<<16 - 1, 1 << 16, 1<<16 + 1, 1 << 18} {
		messages = append(messages, &Message{"", strings.Repeat("x", length-empty)})
	}

	web := httptest.NewServer(websocket.Handler(func(ws *websocket.Conn) {
		for _, m := range messages {
			websocket.JSON.Send(ws, m)
		}
	}))
	defer web.Close()
	conn, err := net.Dial("tcp", web.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	c := &client{conn: conn, in: bufio.NewReader(conn)}
	require.NoError(t, c.shakeHands(nil))
	conn.SetReadDeadline(time.Now().Add(inTime))
	for _, m := range messages {
		frame := m.frame()
		sent := make([]byte, len(frame))
		_, err := io.ReadFull(c.in, sent)
		require.NoError(t, err)
		assert.True(t, string(sent) == string(frame), "of %.40q: % .20x is sent, % .20x is the frame", m, sent, frame)
	}
	_, err = c.in.ReadByte()
	assert.Equal(t, io.EOF, err, "after the last frame")
}

// The longest message that is read goes to everybody, though it is six times
// as long when it is sent. Of one that is longer by a byte nobody hears, and
// its sender is let go, alone.
func TestLongestMessage(t *testing.T) {
	r := openRoom(t)
	clients := []*client{r.join(), r.join(), r.join()}
	speaker := clients[0]
	long := strings.Repeat("<", maxMessageBytes-len(payload(speaker.name, "")))
	require.Len(t, payload(speaker.name, long), maxMessageBytes)
	for range 2 {
		require.NoError(t, speaker.say(long))
		for _, c := range clients {
			require.NoError(t, c.expect(long))
		}
	}

	speaker.say(long + "<") // which may not be read to its end
	_, err := speaker.hear()
	assert.Error(t, err, "what the speaker hears")
	await(t, "the speaker to be let go", func() bool { return r.listener.open() == 2 })
	require.NoError(t, flow(clients[1], clients[1:], 0, 100, 100))
}
