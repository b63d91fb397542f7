package chat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// serve starts one more server of a room, and returns its address. The room is new if name is.
func serve(t *testing.T, name string) (addr string, server *Server) {
	t.Helper()
	server, stop, err := startServer(name)
	require.NoError(t, err)
	web := httptest.NewServer(server.Guard(server.WebsocketHandler()))
	t.Cleanup(func() { stop(); web.Close() })
	return web.Listener.Addr().String(), server
}

func join(t *testing.T, addr, path string) *judge.Client {
	t.Helper()
	c, err := judge.Dial("a client", addr, path, judgetest.Patience())
	require.NoError(t, err)
	t.Cleanup(c.Drop)
	return c
}

// say says a message under a key.
func say(t *testing.T, c *judge.Client, body, key string) {
	t.Helper()
	text := fmt.Sprintf(`{"author":"a client","body":"%s","key":"%s"}`, body, key)
	require.NoError(t, c.Write(judge.AppendFrame(nil, judge.Text, []byte(text))))
}

// next returns the next frame that is no ping, as it is.
func next(t *testing.T, c *judge.Client) string {
	t.Helper()
	f, err := c.HearFrame()
	require.NoError(t, err)
	require.EqualValues(t, judge.Text, f.Opcode, "%q", f.Payload)
	return string(f.Payload)
}

// Who comes back hears what it has missed, and no more. What the server no longer has, it says.
func TestAfter(t *testing.T) {
	name := fmt.Sprint("room-", rooms.Add(1))
	addr, first := serve(t, name)
	speaker := join(t, addr, "/ws?after=0")
	said := judge.Numbered(0, tailMessages+50, 0)
	for n := 0; n < len(said); n += 50 {
		bodies := said[n:min(n+50, len(said))]
		require.NoError(t, speaker.Say(bodies...))
		require.NoError(t, speaker.HearNext(speaker.Name, bodies...))
	}
	late, _ := serve(t, name) // it loads what the first one has heard
	for _, addr := range []string{addr, late} {
		for _, test := range []struct {
			after string
			heard int
		}{
			{"?after=4100", 4100}, // so the server has heard all
			{"?after=60", 60},
			{"?after=4146", 4146},
			{"?after=4100&room=" + first.stream.Room, 4100},
			{"", len(said) + 4 - 100},
		} {
			c := join(t, addr, "/ws"+test.after)
			require.NoError(t, c.HearNext(speaker.Name, said[test.heard:]...), test.after)
			require.NoError(t, c.Say("live"))
			require.NoError(t, c.HearNext(c.Name, "live"), test.after)
			said = append(said, "live")
		}
		c := join(t, addr, "/ws?after=9")
		gap := len(said) - tailMessages
		assert.Equal(t, fmt.Sprintf(`{"gap":%d}`, gap), next(t, c))
		require.NoError(t, c.HearNext(speaker.Name, said[gap:]...))
	}
	for after, want := range map[string]int{"?after=": http.StatusBadRequest, "?after=-1": http.StatusBadRequest, "?after=x": http.StatusBadRequest, "?room=x": http.StatusGone} {
		_, err := judge.Dial("a client", addr, "/ws"+after, judgetest.Patience())
		assert.Equal(t, judge.StatusError(want), err, after)
	}
}

// A message that comes back has its key and its id. Sent again, it is not heard again: its sender
// is told that it was there.
func TestKey(t *testing.T) {
	addr, _ := serve(t, fmt.Sprint("room-", rooms.Add(1)))
	other, _ := serve(t, fmt.Sprint("room-", rooms.Load()))
	a, b := join(t, addr, "/ws?after=0"), join(t, other, "/ws?after=0")
	for _, c := range []*judge.Client{a, b} {
		say(t, c, "hello", "the-key")
	}
	heard := `{"author":"a client","body":"hello","id":1,"key":"the-key"}`
	known := `{"key":"the-key","id":1}`
	both := [][]string{{next(t, a)}, {next(t, b)}}
	say(t, a, "the end", "")
	for i, c := range []*judge.Client{a, b} {
		for last := ""; !strings.Contains(last, "the end"); {
			last = next(t, c)
			both[i] = append(both[i], last)
		}
	}
	var message Message
	require.NoError(t, json.Unmarshal([]byte(both[0][len(both[0])-1]), &message))
	assert.Equal(t, Message{Author: "a client", Body: "the end", ID: 2}, message)
	counts := map[string]int{}
	for _, frames := range both {
		for _, f := range frames {
			counts[f]++
		}
	}
	assert.Equal(t, 2, counts[heard], "%q", both)
	assert.Equal(t, 1, counts[known], "%q", both)

	say(t, a, "hello", "no key!")
	f, err := a.HearFrame()
	require.NoError(t, err)
	assert.Equal(t, string(noKey[2:]), string(f.Payload))
}
