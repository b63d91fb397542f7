package chat

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
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
	say(t, a, "hello", "the-key")
	for _, c := range []*judge.Client{a, b} {
		assert.Equal(t, `{"author":"a client","body":"hello","id":1,"key":"the-key"}`, next(t, c))
	}
	for _, c := range []*judge.Client{b, a} {
		say(t, c, "hello", "the-key")
		assert.Equal(t, `{"key":"the-key","id":1}`, next(t, c))
	}
	say(t, a, "the end", "")
	for _, c := range []*judge.Client{a, b} {
		assert.Equal(t, `{"author":"a client","body":"the end","id":2}`, next(t, c))
	}

	say(t, a, "hello", "no key!")
	f, err := a.HearFrame()
	require.NoError(t, err)
	assert.Equal(t, string(noKey[2:]), string(f.Payload))
}

// A broker that takes no more messages refuses one at once. Its sender is told, and stays.
func TestRefused(t *testing.T) {
	addr, server := serve(t, fmt.Sprint("room-", rooms.Add(1)))
	c := join(t, addr, "/ws")
	say(t, c, "hello", "one")
	assert.Contains(t, next(t, c), `"key":"one"`)
	stream, err := server.stream.js.Stream(t.Context(), server.stream.name)
	require.NoError(t, err)
	config := stream.CachedInfo().Config
	config.Sealed = true
	_, err = server.stream.js.UpdateStream(t.Context(), config)
	require.NoError(t, err)
	tries, err := server.stream.js.Conn().SubscribeSync(server.stream.name)
	require.NoError(t, err)
	for _, key := range []string{"two", "three"} {
		say(t, c, "hello", key)
		assert.Regexp(t, `^{"key":"`+key+`","error":".*sealed`, next(t, c))
	}
	n, _, err := tries.Pending()
	require.NoError(t, err)
	assert.LessOrEqual(t, n, 2, "a message that is refused is not tried again")
}

// A server that has just started lets nobody in before it has heard what was said. So a newcomer
// hears the last messages, and not all of them.
func TestNobodyComesInBefore(t *testing.T) {
	name := fmt.Sprint("room-", rooms.Add(1))
	addr, first := serve(t, name)
	speaker := join(t, addr, "/ws?after=0")
	said := judge.Numbered(0, 300, 0)
	for bodies := range slices.Chunk(said, 50) {
		require.NoError(t, speaker.Say(bodies...))
		require.NoError(t, speaker.HearNext(speaker.Name, bodies...))
	}
	stream, err := OpenStream(first.stream.js.Conn(), name, 1, nil)
	require.NoError(t, err)
	server := NewServer(unhurried, stream)
	go server.Start()
	web := httptest.NewServer(server.Guard(server.WebsocketHandler()))
	defer web.Close()
	c := join(t, web.Listener.Addr().String(), "/ws") // before there is anything
	require.NoError(t, server.Follow())
	defer func() { c.Drop(); server.Shutdown() }()
	require.NoError(t, c.HearNext(speaker.Name, said[200:]...))
}

// A server was away for so long that the stream no longer has what was said meanwhile. Its clients
// are told, and so is who comes back later.
func TestGap(t *testing.T) {
	server := NewServer(unhurried, new(Stream))
	go server.Start()
	web := httptest.NewServer(server.Guard(server.WebsocketHandler()))
	defer web.Close()
	defer server.Shutdown()
	addr := web.Listener.Addr().String()
	c := join(t, addr, "/ws")
	defer c.Drop()
	server.messageCh <- &Message{Author: "a", Body: "one", ID: 1}
	require.NoError(t, c.HearNext("a", "one"))
	server.messageCh <- &Message{Author: "a", Body: "five", ID: 5}
	assert.Equal(t, `{"gap":4}`, next(t, c))
	require.NoError(t, c.HearNext("a", "five"))

	back := join(t, addr, "/ws?after=1")
	defer back.Drop()
	assert.Equal(t, `{"gap":4}`, next(t, back))
	require.NoError(t, back.HearNext("a", "five"))
}
