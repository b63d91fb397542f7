package scenarios

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

// That each action comes to what it should, in each step, a test in tools/browser
// shows: it takes minutes.

// What should come of an action is one of its choices, in every step; and some step
// differs from another, or there would be nothing to predict.
func TestExpectations(t *testing.T) {
	for _, a := range Actions {
		for _, step := range steps.All {
			assert.Contains(t, a.Choices, a.expect(step), "%s in %s", a.Name, step.Name)
		}
		_, ok := ActionOf(a.Name)
		assert.True(t, ok)
	}
	_, ok := ActionOf("no such action")
	assert.False(t, ok)

	first, third := steps.Of("01-original"), steps.Of("03-single-goroutine")
	for name, want := range map[string][2]Outcome{
		"bring2": {"2", "1"}, "burst": {InOrder, OutOfOrder}, "stall": {Freezes, PilesUp},
		"leave": {Leaks, NoTrace}, "history": {Freezes, GoesOn}, "comeandgo": {Leaks, NoTrace},
	} {
		a, _ := ActionOf(name)
		assert.Equal(t, want, [2]Outcome{a.expect(first), a.expect(third)}, name)
	}
}

// What a client hears is listed in its order, and what its author had said earlier
// than something that came before is an inversion.
func TestInversions(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	go func() { // a server that agrees to anything
		buf := make([]byte, 1<<10)
		there.Read(buf)
		there.Write([]byte("HTTP/1.1 101 Switching Protocols\r\n\r\n"))
	}()
	c, err := judge.NewClient("a", here, "host", "/", judgetest.Patience())
	require.NoError(t, err)
	r := NewRoom(steps.All[0], nil)
	r.add(c, true)
	defer r.Close()
	for _, m := range []judge.Message{{Author: "x", Body: "0"}, {Author: "x", Body: "2 long"}, {Author: "y", Body: "1"}, {Author: "x", Body: "1"}, {Author: "somebody", Body: "hello"}, {Author: "x", Body: "3"}} {
		frame := judge.AppendMessage(nil, m)
		frame[1] &^= 0x80 // as a server sends it: without a mask
		_, err := there.Write(append(frame[:2], frame[6:]...))
		require.NoError(t, err)
		<-c.News
	}
	got := r.Heard()
	assert.Equal(t, Heard{Clients: 1, Messages: 6, Inversions: 1, Listeners: []Listener{{Name: "a", Reads: true, Heard: []Said{
		{0, false}, {2, false}, {1, false}, {1, true}, {3, false},
	}}}}, got)
	assert.Equal(t, got.Inversions, r.Heard().Inversions, "counted once")
}

func TestNumber(t *testing.T) {
	for body, want := range map[string]int{"7": 7, "12 xxxx": 12, "hello": -1, "": -1} {
		assert.Equal(t, want, number(body), body)
	}
}
