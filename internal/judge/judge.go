// Package judge judges a chat server from outside, over real sockets. It connects good
// and bad clients, plays the scenario of a property, and returns a verdict with a
// sentence that says what was seen.
// It is the same for every step. Of the inside of a step it knows only one name: that
// of the function that the server's goroutine runs. It knows nothing about testing.
// Package judgetest makes a test of it.
package judge

import (
	"context"
	"net/http"
	"sync"
	"time"

	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// Server is one running chat room, which the judge is asked to judge.
type Server struct {
	// Handlers serve the WebSocket at Path, from now on. If there is more than one,
	// each is a server of the same room and gets an address of its own. The judge
	// spreads its clients over them.
	Handlers []http.Handler

	// Addrs are the addresses (host:port) of servers of the room that run in other
	// processes. The judge can't see their goroutines and sockets, unless there is a
	// Look. A scenario that needs them breaks off, and says so.
	Addrs []string

	// Look, where the server is one other process, tells what is inside: of its
	// goroutines those that are the chat's, and after a garbage collection if
	// collect says so.
	Look func(ctx context.Context, collect bool) (Inside, error)

	// Pause is how long the judge waits before each client that it brings and
	// each thing that it says, so that people can follow. Tests need none.
	Pause time.Duration

	Path string // as in "/entry"
	Loop string // the function that the server's goroutine runs, as in "chat.(*Server).Listen"
	Stop func() // ends that goroutine; not called when the room is frozen
}

// Inside is what a server's process has inside at one moment.
type Inside struct {
	Goroutines []stacks.Goroutine
	Sockets    int // that are open
	Heap       int // bytes of memory that is in use
}

// Start starts a new server at each call, and returns when it is ready.
type Start func() (Server, error)

// Kind is the result of a scenario.
type Kind int

// The kinds.
const (
	Holds     Kind = iota
	Fails          // the property does not hold
	Freezes        // it does not hold, because the room is frozen
	BreaksOff      // the scenario could not show whether the property holds
)

func (k Kind) String() string {
	return [...]string{"holds", "fails", "freezes", "breaks off"}[k]
}

// Verdict is the result of a scenario, and how it was seen.
type Verdict struct {
	Kind Kind
	Seen string
}

// Judge judges the servers that one step starts. Only one goroutine at a time may call
// its methods. Nothing else should start goroutines at the same time, as the judge
// counts them.
type Judge struct {
	start Start
	step  steps.Step

	stalledCost func(context.Context) (Verdict, error) // is played only once, for a property and for a bad client
}

// New returns a judge of the servers that start makes. If step says that its server
// leaves nothing behind, the judge checks this after every scenario, whatever the
// scenario is about.
func New(start Start, step steps.Step) *Judge {
	j := &Judge{start: start, step: step}
	var mu sync.Mutex
	var played bool
	var v Verdict
	j.stalledCost = func(ctx context.Context) (Verdict, error) {
		mu.Lock()
		defer mu.Unlock()
		if played {
			return v, nil
		}
		var err error
		v, err = j.play(ctx, stalledCost)
		played = err == nil
		return v, err
	}
	return j
}

// Property plays the scenario of a property on a new server. It ends when ctx ends, or
// before. An error means that the judge could not work, or that the server did not end
// as step says. Then the property was not judged.
//
// UniqueIDs can't be judged from outside. The race detector judges it, in package
// race.
func (j *Judge) Property(ctx context.Context, p steps.Property) (Verdict, error) {
	if p == steps.StalledCost {
		return j.stalledCost(ctx)
	}
	return j.play(ctx, scenarios[p])
}

// Goroutines counts the goroutines that stay for each client, and compares their number
// with the declared one. Errors are those of Property.
func (j *Judge) Goroutines(ctx context.Context) (Verdict, error) {
	return j.play(ctx, func(r *room) string { return r.count(j.step.GoroutinesPerClient) })
}

// play runs a scenario on a new server. The scenario returns a sentence that says how
// the property was seen to hold. If the property doesn't hold, it panics with a Verdict.
func (j *Judge) play(ctx context.Context, scenario func(*room) string) (v Verdict, err error) {
	var r *room
	defer func() {
		switch p := recover().(type) {
		case nil:
		case Verdict: // the scenario ended early
			v = p
		case broken:
			err = p.error
		default:
			panic(p)
		}
		if r == nil {
			return
		}
		if closing := r.close(v, j.step.LeavesBehind()); err == nil {
			err = closing
		}
	}()
	if r, err = openRoom(ctx, j.start, j.step.Name); err != nil {
		return Verdict{}, err
	}
	return Verdict{Holds, scenario(r)}, nil
}

// broken is an error of the judge itself, which ends a scenario.
type broken struct{ error }
