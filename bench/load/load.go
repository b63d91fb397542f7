// Package load puts load on a chat server and measures what comes of it: clients
// that talk, WebSocket and JSON included, the scenarios in which they do, and how
// what they heard is judged. It knows nothing of which server it is, nor of how
// results are shown.
//
// The clients share the processors with the server, so they are made to be
// cheap: one goroutine for each, many messages in one read, no library, and no
// memory for a message.
package load

import (
	"context"
	"net"
	"time"

	"websocket-chat-steps/bench/result"
)

// Process is a server that runs, as it looks from beside.
type Process interface {
	// WebSocket returns where the chat is: host:port, and the path.
	WebSocket() (addr, path string)
	// Ended returns how it ended by itself; nil while it runs.
	Ended() error
	// CPU returns the processor time used so far.
	CPU() (time.Duration, error)
	// RSS returns how many bytes of memory are resident.
	RSS() (int, error)
	// Goroutines returns how many there are.
	Goroutines() (int, error)
	// Socket finds the server's side of conn; held tells whether it still has it.
	Socket(conn net.Conn) (held func() bool, err error)
}

// Timing is how long the parts of a measurement last.
type Timing struct {
	WarmUp   time.Duration // not counted
	Measured time.Duration
	Quiet    time.Duration // with nothing heard for so long, nothing will be
	Group    int           // clients that connect before it waits a millisecond; 0 is 1
}

// Load measures the server p under a scenario. It fills all fields but Server
// and Round; where there is something to say of clients that the server let go,
// note says it. An error means that the server can't be measured so; what the
// server does wrong is not an error, but in the result.
//
// All clients connect before the first message, one after the other. Deliveries,
// inversions, delays, sent messages and CPU time are those between two marks, the
// end of the warm-up and the end of the measured time; a delivery counts if it was
// heard between them, whenever it was sent. Disagree, Lost and Dropped are of the
// whole run: after the second mark nobody sends, and everything that is under
// way is waited for.
//
// With a rate, message after message has a time at which it is due, which nothing
// that the server does changes. Its delay begins then, so a server that makes its
// senders wait does not look faster for it. After the second mark an open load
// waits for some seconds only: what is still coming then is Unheard.
//
// If everything stands still before the second mark, the counted time ends with
// the last delivery. If somebody then hears a message that another client sends,
// messages were lost; if nobody does, the server is frozen.
func Load(ctx context.Context, p Process, s result.Scenario, t Timing) (l result.Load, note string, err error) {
	r, err := newRun(ctx, p, s, t)
	if err != nil {
		return l, "", err
	}
	return r.measure(ctx)
}
