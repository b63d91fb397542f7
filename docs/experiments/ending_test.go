package experiments

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/steps"
)

// TestEnding asks whether one goroutine for each client is easier to end than two.
//
// 50 clients join a room of each step, and leave. The test counts the goroutines of the
// program that are in a client's methods: while all clients are there, and after they
// have left, when the goroutines that are still there can't go on any more.
//
// This is always so: in 01 and 02 there are 100, and between 50 and 100 stay for ever.
// Each client's reader waits until its writer receives on doneCh. The writer waits for
// the reader in the same way, unless it has ended already. In 03 there are 50, and none
// stays.
func TestEnding(t *testing.T) {
	const clients = 50
	tb := newTable("step", "while they are there", "after they have gone")
	for _, step := range []steps.Step{original, raceFix, single} {
		t.Run(step.Name, func(t *testing.T) {
			r := open(t, step)
			all := r.joinAll(clients)
			for _, c := range all {
				c.awaitCount(clients) // all hellos
			}
			there := 2 * clients
			if step.Name == single.Name {
				there = clients
			}
			r.await("the clients' goroutines", func() bool { // in 03 some that send may not have ended yet
				return len(r.inClients()) == there
			})

			for _, c := range all {
				c.Drop()
			}
			left := 0
			r.await("the clients' goroutines to end, or to wait for each other", func() bool {
				in := r.inClients()
				left = len(in)
				stuck := count(in, "(*Client).Listen", "chan send") + count(in, "(*Client).listenWrite", "chan send")
				// A goroutine that waits for the server will still go on.
				return left == 0 || stuck == left && count(in, "(*Server).Del", "chan send") == 0
			})
			if step.Name == single.Name {
				assert.Zero(t, left, "goroutines that are left")
			} else {
				assert.GreaterOrEqual(t, left, clients, "goroutines that are left")
				assert.LessOrEqual(t, left, 2*clients, "goroutines that are left")
			}
			tb.row(step.Name, there, left)
		})
	}
	tb.print("goroutines of 50 clients:")
}
