package chat

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// A newcomer hears the last 100 messages, in order, and then the new ones.
func TestHistory(t *testing.T) {
	for _, said := range []int{98, 99, 100, 101, 250} { // after the welcome
		if !t.Run(fmt.Sprint(said), func(t *testing.T) {
			r := openRoom(t)
			r.Flow(said, 100)
			newcomer := r.Connect()
			if said < 100 {
				require.NoError(t, newcomer.HearNext(r.Talker.Name, judgetest.Welcome))
			}
			first, _, err := newcomer.HearFlow(said)
			require.NoError(t, err)
			assert.Equal(t, max(0, said-100), first, "the first that it hears")
			r.Flow(10, 100, newcomer)
		}) {
			return // the others would wait for nothing, too
		}
	}
}

// If messages are long, a newcomer hears only the last that fit into historyBytes.
func TestLongHistory(t *testing.T) {
	const size, said = 32 << 10, 40
	r := openRoom(t)
	r.Flow(said, size)
	first, next, err := r.Connect().HearFlow(said)
	require.NoError(t, err)
	frame := len((&Message{r.Talker.Name, judge.Numbered(10, 11, size)[0]}).frame())
	assert.Equal(t, historyBytes/frame, next-first, "messages of %d bytes", frame)
}

// Clients that join while messages flow hear past messages and then live ones: each
// message once, in order, and from the first that they hear none is missing.
func TestJoiningAFlow(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 { // else a goroutine for the past messages would run at once, and in time
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	}
	const atOnce = 8
	r := openRoom(t)
	r.Flow(300, 100)
	for range max(5, fewer(40)) {
		before := r.Said
		var newcomers []*judge.Client
		for range atOnce {
			r.Say(16, 100) // these are on the way while the newcomer connects and joins
			newcomers = append(newcomers, r.Connect())
		}
		r.Say(50, 100)
		_, _, err := r.Talker.HearFlow(r.Said)
		require.NoError(t, err)
		for _, c := range newcomers {
			first, _, err := c.HearFlow(r.Said)
			require.NoError(t, err)
			assert.LessOrEqual(t, before-100, first, "the first that it hears")
			assert.GreaterOrEqual(t, r.Said-100, first, "the first that it hears")
			c.Drop()
		}
	}
}
