// Package judge judges a chat server from outside, over real sockets: it brings
// clients, good and bad ones, plays the scenario of a property, and returns a
// verdict with the sentence that says how it was seen. It is the same for every
// step, and knows nothing of how a step works inside, but for the name of the
// function that its server's goroutine runs. It knows nothing of testing either:
// package judgetest makes a test of it.
package judge

import (
	"context"
	"net/http"
	"sync"
	"time"

	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// Server is one running chat room, as it is handed over to be judged.
type Server struct {
	// Handlers serve the WebSocket at Path, from now on. Several are several
	// servers of one room: each gets an address of its own, and the clients are
	// spread over them.
	Handlers []http.Handler

	// Addrs, as host:port, are where servers of the room listen by themselves, in
	// other processes. There the judge sees no goroutines and no sockets, unless
	// there is a Look: what needs them breaks off, and says so.
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

// Start starts a server of its own at each call, and returns when it is ready.
type Start func() (Server, error)

// Kind is what came of a scenario.
type Kind int

// The kinds.
const (
	Holds     Kind = iota
	Fails          // the property does not hold
	Freezes        // it does not hold, because the room is frozen
	BreaksOff      // the scenario did not come so far that it shows
)

func (k Kind) String() string {
	return [...]string{"holds", "fails", "freezes", "breaks off"}[k]
}

// Verdict is what came of a scenario, and how that was seen.
type Verdict struct {
	Kind Kind
	Seen string
}

// Judge judges the servers that one step starts. One goroutine at a time may
// call its methods, and nothing else should start goroutines meanwhile: they are
// counted.
type Judge struct {
	start Start
	step  steps.Step

	stalledCost func(context.Context) (Verdict, error) // played once: a property and a bad client ask for it
}

// New returns a judge of the servers that start makes. They are held to what is
// declared of step where a scenario is about something else: a server that is
// said to leave nothing behind may not do so in any scenario.
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

// Property plays the scenario of a property on a server of its own. It ends at
// the latest when ctx does. An error means that the judge could not work, or that
// the server did not end as it was said to; then nothing is said of the property.
//
// UniqueIDs can't be judged from outside. The race detector judges it, in package
// race.
func (j *Judge) Property(ctx context.Context, p steps.Property) (Verdict, error) {
	if p == steps.StalledCost {
		return j.stalledCost(ctx)
	}
	return j.play(ctx, scenarios[p])
}

// Goroutines counts the goroutines that stay for each client, and holds them to
// what is declared. Errors are those of Property.
func (j *Judge) Goroutines(ctx context.Context) (Verdict, error) {
	return j.play(ctx, func(r *room) string { return r.count(j.step.GoroutinesPerClient) })
}

// play runs a scenario on a server of its own. The scenario returns how it was
// seen that the property holds, or ends early.
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

// broken ends a scenario that the judge itself could not play.
type broken struct{ error }
