package chat

import (
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// A message's frame has the same bytes as the one that x/net/websocket sends for it.
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
	c, err := judge.Dial("a client", web.Listener.Addr().String(), "/", judgetest.Patience())
	require.NoError(t, err)
	defer c.Drop()
	for _, m := range messages {
		frame := m.frame()
		sent := make([]byte, len(frame))
		_, err := io.ReadFull(c, sent)
		require.NoError(t, err)
		assert.True(t, string(sent) == string(frame), "of %.40q: % .20x is sent, % .20x is the frame", m, sent, frame)
	}
	_, err = c.Read(make([]byte, 1))
	assert.Equal(t, io.EOF, err, "after the last frame")
}

// Each close frame is whole: its length, its code and its reason.
func TestCloseFrames(t *testing.T) {
	assert.Equal(t, "\x88\x02\x03\xe8", string(goodbye), "1000")
	assert.Equal(t, "\x88\x15\x03\xf0you read too slowly", string(tooSlow), "1008")
	for _, c := range []closing{goingAway, noText, notUTF8, noMessage, silent, tooLong} {
		assert.Len(t, string(c), 2+int(c[1]))
		assert.LessOrEqual(t, int(c[1]), 125)
	}
	assert.EqualError(t, tooLong, "1009 a message is too long")
}

// payload is a message as a browser sends it: "<" is one byte here, and six bytes if
// encoding/json writes it. author and body must be texts that need no escapes.
func payload(author, body string) []byte {
	return fmt.Appendf(nil, `{"author":"%s","body":"%s"}`, author, body)
}

// Everybody hears the longest message that the server reads, although it is six times
// as long when it is sent. If a message is a byte longer, nobody hears it, and the
// server drops its sender, and no other client.
func TestLongestMessage(t *testing.T) {
	r := openRoom(t)
	speaker, other := r.Join(), r.Join()
	long := strings.Repeat("<", 128<<10-len(payload(speaker.Name, "")))
	require.Len(t, payload(speaker.Name, long), 128<<10)
	for range 2 {
		require.NoError(t, speaker.Write(judge.AppendFrame(nil, judge.Text, payload(speaker.Name, long))))
		for _, c := range []*judge.Client{speaker, other, r.Talker} {
			require.NoError(t, c.HearNext(speaker.Name, long))
		}
	}

	speaker.Write(judge.AppendFrame(nil, judge.Text, payload(speaker.Name, long+"<"))) // the server may not read all of it, so this may fail
	_, err := speaker.Hear()
	assert.Error(t, err, "what the speaker hears")
	r.AwaitOpen(2)
	r.Flow(100, 100, other)
}
