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

// TestJoinWhileBusy asks what the post asks of its addClientCh: may it clog? Here
// while everybody talks.
//
// In a room of each step, 10 clients say something at the same moment, and a
// newcomer dials at that moment; when all have heard all, again, 8 times; in 3
// rooms. Measured is the time from dialling to the first message that the newcomer
// hears, which means that the server's goroutine has taken it from the channel:
// minimum, median and maximum; and the same while nobody talks, after one message
// that the newcomer gets to hear. (There are never more than 90 messages in a
// room, past ones included, for 01 and 02 may freeze from 101 on: TestFreeze.)
//
// Always so: every newcomer joins, and hears all that was said, each message once.
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

// assertEachOnce holds a client to have heard each of the messages once, and
// nothing else.
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

// TestJoinBesideAStalled asks the same with one client in the room that has
// stopped reading.
//
// In a room of each step a client says up to 400 messages of 3 KiB, each when it
// has heard the one before, beside one that doesn't read; until it hears nothing
// any more, for the room is frozen. Then 5 newcomers dial.
//
// Always so: in 01 and 02 the server's goroutine stands in a send on a channel that
// only itself receives on, the newcomers' goroutines in a send on addCh, or
// addClientCh, and none of them hears anything. So there it does clog; but it is
// not that channel's fault. In 03 all 400 messages arrive, and all newcomers join.
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
				r.await("the newcomers to stand before the room", func() bool {
					return count(r.goroutines(), "(*Server).Add", "chan send") == newcomers
				})
				assert.Less(t, heard, messages, "messages that the talker heard")
				assert.True(t, r.frozen(), "the room isn't frozen: the server's goroutine is in %s", r.where())
				for _, c := range came {
					if len(c.sofar()) == 0 {
						joined--
					}
				}
				assert.Zero(t, joined, "newcomers who heard something in a frozen room")
			}
			tb.row(step.Name, fmt.Sprintf("%d/%d", heard, messages), fmt.Sprintf("%d/%d", joined, newcomers), r.where())
		})
	}
	tb.print("one client has stopped reading:")
}
