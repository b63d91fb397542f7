package experiments

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

// TestJoinWhileBusy asks the post's question about addClientCh: can it get stuck? Here
// all clients talk.
//
// In a room of each step, 10 clients say something at the same moment, and a newcomer
// dials at that moment. When all have heard all, this is repeated, 8 times, and in 3
// rooms. The test measures the time from dialling to the first message that the newcomer
// hears: then the server's goroutine has taken the client from the channel. It prints
// minimum, median and maximum. It does the same while nobody talks, in a room with one
// past message. (A room never has more than 90 messages, with the past ones, as 01 and
// 02 can freeze from 101 on: TestFreeze.)
//
// This is always so: every newcomer joins, and hears each message exactly once.
func TestJoinWhileBusy(t *testing.T) {
	const rooms, newcomers = 3, 8
	tb := newTable("step", "talking", "joined", "min ms", "median ms", "max ms")
	for _, step := range []steps.Step{original, raceFix, single} {
		for _, talkers := range []int{0, 10} {
			var times []float64 // milliseconds
			for range rooms {
				r := open(t, step)
				clients := r.joinAll(max(talkers, 1))
				said := make(map[string]bool)
				for _, c := range clients {
					said["hello from "+c.Name] = true
				}
				for n := range newcomers {
					talked := make(chan error, talkers)
					for _, c := range clients[:talkers] {
						body := fmt.Sprintf("%s, when newcomer %d comes", c.Name, n)
						said[body] = true
						go func() { talked <- c.Say(body) }()
					}
					dialled := time.Now()
					newcomer := r.connect()
					newcomer.awaitCount(1)
					took := time.Since(dialled)
					times = append(times, float64(took.Microseconds())/1000)
					for range talkers {
						require.NoError(t, <-talked)
					}
					clients = append(clients, newcomer)
					for _, c := range clients {
						c.awaitCount(len(said))
					}
				}
				for _, c := range clients {
					assertEachOnce(t, c, said)
					c.Drop()
				}
				r.program.Kill()
			}
			slices.Sort(times)
			tb.row(step.Name, talkers, fmt.Sprintf("%d/%d", len(times), rooms*newcomers), times[0], times[len(times)/2], times[len(times)-1])
		}
	}
	tb.print("from dialling to the first message heard:")
}

// assertEachOnce checks that a client has heard each of the messages once, and nothing
// else.
func assertEachOnce(t *testing.T, c *client, said map[string]bool) {
	t.Helper()
	heard := make(map[string]bool)
	strange := 0
	for _, body := range c.sofar() {
		if heard[body] || !said[body] {
			strange++
		}
		heard[body] = true
	}
	assert.Zero(t, strange, "messages that %s has heard twice, or that nobody said", c.Name)
	assert.GreaterOrEqual(t, len(heard), len(said), "different messages that %s has heard", c.Name)
}

// TestJoinBesideAStalled asks the same, while one client in the room has stopped
// reading.
//
// In a room of each step a client says up to 400 messages of 3 KiB, each when it has
// heard the one before. Another client doesn't read. If the room freezes, the client
// hears nothing any more, and stops. Then 5 newcomers dial.
//
// This is always so: in 01 and 02 the server's goroutine waits in a send on a channel on
// which only itself receives. The newcomers' goroutines wait in a send on addCh, or
// addClientCh, and hear nothing. So this channel does get stuck, but it is not the cause.
// In 03 all 400 messages arrive, and all newcomers join.
func TestJoinBesideAStalled(t *testing.T) {
	const messages, newcomers = 400, 5
	tb := newTable("step", "messages heard", "newcomers who joined", "where the server's goroutine is")
	for _, step := range []steps.Step{original, raceFix, single} {
		t.Run(step.Name, func(t *testing.T) {
			r := open(t, step)
			talker := r.join()
			r.joinStalled(talker)
			heard := 0
			for range messages {
				body := fmt.Sprintf("%d %s", heard, strings.Repeat("x", 3<<10))
				talker.say(body)
				if !r.hears(talker, body) {
					break
				}
				heard++
			}

			var came []*client
			for range newcomers {
				came = append(came, r.connect())
			}
			joined := newcomers
			if step.Name == single.Name {
				assert.Equal(t, messages, heard, "messages that the talker heard")
				for _, c := range came {
					c.awaitCount(1)
				}
				r.await("the server's goroutine to be back at its channels", func() bool { return r.loop().State == "select" })
			} else {
				r.await("the newcomers to wait for the room", func() bool {
					return count(r.goroutines(), "(*Server).Add", "chan send") == newcomers
				})
				assert.Less(t, heard, messages, "messages that the talker heard")
				assert.True(t, r.frozen(), "the room isn't frozen: the server's goroutine is in %s", r.where())
				for _, c := range came {
					if len(c.sofar()) == 0 {
						joined--
					}
				}
				assert.Zero(t, joined, "newcomers that heard something in a frozen room")
			}
			tb.row(step.Name, fmt.Sprintf("%d/%d", heard, messages), fmt.Sprintf("%d/%d", joined, newcomers), r.where())
		})
	}
	tb.print("one client has stopped reading:")
}
