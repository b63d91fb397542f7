// Package load puts load on a chat server and measures the results. It has clients that
// talk, with WebSocket and JSON, scenarios for them, and checks of what they have heard.
// It knows nothing about the server that it measures, nor about how results are
// shown.
//
// The clients run on the same processors as the server, so they must be cheap: one
// goroutine for each, many messages in one read, no library, and no memory for a
// message.
package load

import (
	"context"
	"net"
	"time"

	"websocket-chat-steps/bench/result"
)

// Process is a server that runs, seen from another process.
type Process interface {
	// WebSocket returns where the chat is: host:port, and the path.
	WebSocket() (addr, path string)
	// Ended returns how the server ended by itself, or nil while it runs.
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
	Quiet    time.Duration // if nothing was heard for so long, nothing more will be
	Group    int           // clients that connect before it waits a millisecond; 0 is 1
}

// Load measures the server p under a scenario. It fills all fields except for Server and
// Round. If the server has dropped clients, note says why. An error means that the server
// can't be measured in this way. What the server does wrong is no error: it is in the
// result.
//
// All clients connect before the first message, one after the other. Deliveries,
// inversions, delays, sent messages and CPU time are those between two marks: the end of
// the warm-up and the end of the measured time. A delivery counts if it was heard between
// them, no matter when it was sent. Disagree, Lost and Dropped are for the whole run:
// after the second mark nobody sends, and Load waits for all messages that are on the
// way.
//
// With a rate, each message has a time at which it is due. The server can't change this
// time. The delay begins then. So a server that makes its senders wait does not look
// faster. After the second mark an open load waits only for some seconds. Messages that
// come later are Unheard.
//
// If nothing moves any more before the second mark, the counted time ends with the last
// delivery. If a client then hears a new message of another client, messages were lost.
// If no client does, the server is frozen.
func Load(ctx context.Context, p Process, s result.Scenario, t Timing) (l result.Load, note string, err error) {
	r, err := newRun(ctx, p, s, t)
	if err != nil {
		return l, "", err
	}
	return r.measure(ctx)
}
