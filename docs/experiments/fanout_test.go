package experiments

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"websocket-chat-steps/internal/steps"
)

// TestTwoGoroutinesOrOne checks a guess of the post: two goroutines for each client may
// be good for performance.
//
// A room of 02 has two goroutines for each client. A room of 03 has one, and another for
// each send. Each room has 10 clients. One of them says 50 messages at once. When all 10
// have heard them, it says 50 more, up to 1,000. (A burst of more than 100 freezes 02.)
// The rooms take turns, 5 times. The test measures how many messages in a second reach
// all 10. Clients and rooms run on the same processors, and log nothing.
//
// This is always so: all messages reach all clients, each once. The test doesn't assert
// which room is faster: that depends on the machine.
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

	// perSecond makes one run, until all messages are heard.
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
