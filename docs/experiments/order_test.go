package experiments

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

const burstSize = 50 // messages in one TCP write

// TestOrder asks what the goroutine for each send, in 03, does to the order of
// messages.
//
// In a room of 03, one client says 50 messages in one TCP write. When two others have
// heard all of them, the test counts how many of the 1,225 pairs of messages came in the
// wrong order (inversions), and checks whether both heard the same order. It does this 5
// times, and goes on until it has seen an inversion and two different orders.
//
// This is always so: every client hears every message once. Sooner or later there is an
// inversion, and the two hear different orders.
func TestOrder(t *testing.T) {
	r := open(t, single)
	sender, a, b := r.join(), r.join(), r.join()
	a.awaitCount(3) // all hellos
	b.awaitCount(3)

	tb := newTable("burst", "inversions at A", "inversions at B", "the same order")
	bursts, inverted, differed := 0, false, false
	burst := func() {
		bursts++
		heard := sayAtOnce(t, sender, fmt.Sprint("burst ", bursts), a, b)
		same := "yes"
		if !slices.Equal(heard[0], heard[1]) {
			same, differed = "no", true
		}
		atA, atB := inversions(heard[0]), inversions(heard[1])
		inverted = inverted || atA+atB > 0
		if bursts <= 5 {
			tb.row(bursts, atA, atB, same)
		}
	}
	for range 5 {
		burst()
	}
	untilFound(t, "an inversion, and two orders", func() bool {
		if inverted && differed {
			return true
		}
		burst()
		return false
	})
	tb.print("03, 50 messages in one TCP write:")
}

// sayAtOnce lets sender say a burst, and returns what each listener has heard of it, as
// numbers. It checks that they have heard each message once, and nothing else.
func sayAtOnce(t *testing.T, sender *client, name string, listeners ...*client) [][]int {
	t.Helper()
	var bodies []string
	number := make(map[string]int)
	for i := range burstSize {
		body := fmt.Sprintf("%s, message %d", name, i)
		bodies = append(bodies, body)
		number[body] = i
	}
	before := make([]int, len(listeners))
	for i, c := range listeners {
		before[i] = len(c.sofar())
	}
	sender.say(bodies...)

	var heard [][]int
	for i, c := range listeners {
		c.awaitCount(before[i] + burstSize)
		since := c.sofar()[before[i]:]
		assert.ElementsMatch(t, bodies, since, "what %s has heard of %s", c.Name, name)
		var numbers []int
		for _, body := range since {
			numbers = append(numbers, number[body])
		}
		heard = append(heard, numbers)
	}
	return heard
}

// inversions counts the pairs that are in the wrong order.
func inversions(numbers []int) int {
	n := 0
	for i := range numbers {
		for _, later := range numbers[i+1:] {
			if later < numbers[i] {
				n++
			}
		}
	}
	return n
}
