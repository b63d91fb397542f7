package experiments

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestDirectSend asks whether the server of 03 must start a goroutine for each send.
// The post says that it would block without one.
//
// The test builds 03 as it is, and without the word go in sendMessage. In a room of
// each, a client says 20 bursts of 50 messages to another, each in one TCP write. The
// test counts the inversions: the messages that come after a later one. Then it says 400 messages of 3 KiB while a third client
// doesn't read: the network can't hold as much for that one. The third client leaves
// when the other has heard all, or when the server's goroutine is stuck.
//
// This is always so: with go the other client hears all, and there is an inversion
// sooner or later (the table shows the first 20 bursts that had one). Without go there
// is none, but the server's goroutine gets stuck in the write to the third client. The
// other hears the rest only when the third has left. (It depends on the network how
// much it hears before that.)
func TestDirectSend(t *testing.T) {
	const bursts, messages = 20, 400
	const with, without = "go c.Send(msg)", "c.Send(msg)"
	tb := newTable("sendMessage", "inversions", "heard of 400", "when it has left")
	for _, call := range []string{with, without} {
		t.Run(call, func(t *testing.T) {
			r := open(t, single, with, call)
			talker, listener := r.join(), r.join()
			listener.awaitCount(2) // both hellos
			inverted := 0
			round := func() bool {
				inverted = 0
				for n := range bursts {
					inverted += inversions(sayAtOnce(t, talker, fmt.Sprint("burst ", n), listener))
				}
				return inverted > 0
			}
			if call == with {
				untilFound(t, "an inversion", round)
			} else {
				round()
				assert.Zero(t, inverted, "inversions without go")
			}

			stalled := r.joinStalled(listener)
			before := len(listener.sofar())
			var bodies []string
			for n := range messages {
				bodies = append(bodies, fmt.Sprintf("%d %s", n, strings.Repeat("x", 3<<10)))
			}
			talked := make(chan error, 1)
			go func() { talked <- talker.Say(bodies...) }()
			hearsAll := r.comes(listener, "to hear all", func() bool { return len(listener.sofar()) >= before+messages })
			beside := len(listener.sofar()) - before
			if call == with {
				assert.True(t, hearsAll, "beside the stalled client the other heard %d of %d messages, and the server's goroutine was stuck in a write", beside, messages)
			} else {
				assert.False(t, hearsAll, "beside the stalled client the other heard all %d messages", messages)
			}

			stalled.Drop()
			listener.awaitCount(before + messages)
			assert.NoError(t, <-talked)
			heard := make(map[string]bool)
			for _, body := range listener.sofar()[before:] {
				heard[body] = true
			}
			assert.Len(t, heard, messages, "different messages heard in the end")
			tb.row(call, inverted, beside, len(heard))
		})
	}
	tb.print(fmt.Sprintf("03, %d bursts of 50 messages, then 400 messages beside a client that doesn't read:", bursts))
}

const burstSize = 50 // messages in one TCP write

// sayAtOnce lets talker say a burst, and returns what the listener has heard of it, as
// numbers. It checks that the listener has heard each message once, and nothing else.
func sayAtOnce(t *testing.T, talker *client, name string, listener *client) (numbers []int) {
	t.Helper()
	var bodies []string
	number := make(map[string]int)
	for i := range burstSize {
		body := fmt.Sprintf("%s, message %d", name, i)
		bodies = append(bodies, body)
		number[body] = i
	}
	before := len(listener.sofar())
	talker.say(bodies...)
	listener.awaitCount(before + burstSize)
	since := listener.sofar()[before:]
	assert.ElementsMatch(t, bodies, since, "what %s has heard of %s", listener.Name, name)
	for _, body := range since {
		numbers = append(numbers, number[body])
	}
	return numbers
}

// inversions counts the numbers that come after a larger one.
func inversions(numbers []int) (n int) {
	largest := -1
	for _, number := range numbers {
		if number < largest {
			n++
		}
		largest = max(largest, number)
	}
	return n
}
