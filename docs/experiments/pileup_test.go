package experiments

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPileUp asks what the goroutine for each send, in 03, costs when a client stops
// reading.
//
// In a room of 03 a client says messages of 3 KiB, each when it has heard the one
// before. Another client doesn't read. When the network holds no more, a first goroutine
// waits in Client.Send. From then on the test counts how many wait there after 100, 200
// and 400 more messages. Then the client that doesn't read leaves.
//
// This is always so: each count is greater than the one before, and when the client has
// left, all these goroutines end. (It isn't exactly one for each message: the network
// still takes a few.)
func TestPileUp(t *testing.T) {
	r := open(t, single)
	talker := r.join()
	stalled := r.joinStalled(talker)
	said := 0
	say := func() {
		said++
		talker.sayAndHear(fmt.Sprintf("%d %s", said, strings.Repeat("x", 3<<10)))
	}
	// sends is how many goroutines wait in Client.Send, when all others have ended.
	sends := func() (waiting int) {
		r.await("goroutines in Client.Send to wait or to end", func() bool {
			all := r.goroutines()
			waiting = count(all, "(*Client).Send", "IO wait", "sync.Mutex.Lock")
			return waiting == count(all, "(*Client).Send")
		})
		return waiting
	}

	untilFound(t, "a goroutine that waits in Client.Send", func() bool {
		for range 10 {
			say()
		}
		return sends() > 0
	})
	tb := newTable("messages", "goroutines in Client.Send")
	full, last := said, sends()
	for _, messages := range []int{100, 200, 400} {
		for said < full+messages {
			say()
		}
		now := sends()
		assert.Greater(t, now, last, "goroutines in Client.Send after %d messages", messages)
		last = now
		tb.row(messages, now)
	}
	stalled.Drop()
	r.await("goroutines in Client.Send to end", func() bool { return sends() == 0 })
	tb.row("it left", sends())
	tb.print("03, messages to a client that has stopped reading:")
}
