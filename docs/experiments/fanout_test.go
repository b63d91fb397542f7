package experiments

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"websocket-chat-steps/internal/steps"
)

// TestTwoGoroutinesOrOne asks what the post guesses: that two goroutines for each
// client may be good for performance.
//
// A room of 02, with two, and one of 03, with one and another for each send, have
// 10 clients each. One of them says 50 messages at once, and 50 more when all 10
// have heard those, until they are 1,000. (50, as bursts over 100 freeze 02.) The
// rooms take turns, 5 times; measured is how many messages a second reach all 10.
// The clients run on the same processors, and log nothing, as the rooms do.
//
// Always so: all messages arrive everywhere, each once. Which room is faster isn't
// asserted: it depends on the machine.
func TestTwoGoroutinesOrOne(t *testing.T) {
	const receivers, messages, burst, runs = 10, 1000, 50, 5
	rooms := []steps.Step{raceFix, single}
	clients := make(map[string][]*client)
	said := make(map[string]map[string]bool)
	for _, step := range rooms {
		clients[step.Name] = open(t, step).joinAll(receivers)
		said[step.Name] = make(map[string]bool)
		for _, c := range clients[step.Name] {
			said[step.Name]["hello from "+c.Name] = true
		}
		for _, c := range clients[step.Name] {
			c.awaitCount(receivers)
		}
	}

	// perSecond has the messages of one run said and heard.
	perSecond := func(step steps.Step, name string, messages int) float64 {
		begun := time.Now()
		for sent := 0; sent < messages; sent += burst {
			var bodies []string
			for i := range burst {
				bodies = append(bodies, fmt.Sprintf("%s, message %d", name, sent+i))
			}
			clients[step.Name][0].say(bodies...)
			for _, body := range bodies {
				said[step.Name][body] = true
			}
			for _, c := range clients[step.Name] {
				c.awaitCount(len(said[step.Name]))
			}
		}
		return float64(messages) / time.Since(begun).Seconds()
	}

	tb := newTable("run", "02: messages/s", "03: messages/s", "03 / 02")
	for _, step := range rooms {
		perSecond(step, "to warm up", burst)
	}
	var ratios []float64
	speeds := make(map[string][]float64)
	for run := range runs {
		for _, step := range rooms {
			speeds[step.Name] = append(speeds[step.Name], perSecond(step, fmt.Sprint("run ", run), messages))
		}
		two, one := speeds[raceFix.Name][run], speeds[single.Name][run]
		ratios = append(ratios, one/two)
		tb.row(run+1, int(two), int(one), one/two)
	}
	for _, step := range rooms {
		for _, c := range clients[step.Name] {
			assertEachOnce(t, c, said[step.Name])
		}
	}
	tb.row("median", int(median(speeds[raceFix.Name])), int(median(speeds[single.Name])), median(ratios))
	tb.print(fmt.Sprintf("messages to %d clients each:", receivers))
}

func median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
