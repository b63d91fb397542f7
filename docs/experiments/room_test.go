package experiments

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// room is the program of a step, which runs as a process of its own. Only the
// test's own goroutine may call its methods.
type room struct {
	t       *testing.T
	step    steps.Step
	program *live.Program
}

// poll is how often a program is asked for its goroutines.
const poll = 20 * time.Millisecond

// quiet is the file that the program has more than what live.Watch adds: it drops
// the log, which would be measured too.
const quiet = `package main

import (
	"io"
	"log"
)

func init() { log.SetOutput(io.Discard) }
`

// open builds the program of a step and runs it until the test is over; with
// other words in its chat/server.go if there are any: old and new in turn.
func open(t *testing.T, step steps.Step, oldnew ...string) *room {
	t.Helper()
	notShort(t)
	overlay := gocmd.Overlay{step.Name + "/experiments.go": quiet}
	if len(oldnew) > 0 {
		overlay[step.Name+"/chat/server.go"] = changed(t, step.Name+"/chat/server.go", oldnew...)
	}
	program, err := live.Watch(judgetest.Context(t), step, overlay)
	require.NoError(t, err)
	t.Cleanup(program.Kill)
	return &room{t, step, program}
}

// connect brings in a client that listens. The room may let it in a little later.
func (r *room) connect() *client {
	r.t.Helper()
	c := r.dial()
	c.Listen()
	return c
}

// join brings in a client that says hello, and waits until it hears that: the
// room has let it in. One joins after the other, so that the race for ids in
// 01-original has no part in this.
func (r *room) join() *client {
	r.t.Helper()
	c := r.connect()
	c.sayAndHear("hello from " + c.Name)
	return c
}

// joinAll has n clients join.
func (r *room) joinAll(n int) []*client {
	r.t.Helper()
	var clients []*client
	for range n {
		clients = append(clients, r.join())
	}
	return clients
}

// joinStalled brings in a client that never reads. witness hears when the room
// has let it in.
func (r *room) joinStalled(witness *client) *client {
	r.t.Helper()
	c := r.dial()
	hello := "hello from " + c.Name
	c.say(hello)
	witness.await("to hear of a client that doesn't read", func() bool { return witness.hasHeard(hello) })
	return c
}

// goroutines returns all that the program has now.
func (r *room) goroutines() []stacks.Goroutine {
	r.t.Helper()
	all, err := r.program.Goroutines(judgetest.Context(r.t))
	require.NoError(r.t, err)
	return all
}

// inClients returns the goroutines that are in a method of a client.
func (r *room) inClients() []stacks.Goroutine {
	r.t.Helper()
	var in []stacks.Goroutine
	for _, g := range r.goroutines() {
		if slices.ContainsFunc(g.Frames, func(f stacks.Frame) bool {
			return strings.Contains(f.Function, "/chat.(*Client).")
		}) && !r.isLoop(g) {
			in = append(in, g)
		}
	}
	return in
}

// count counts the goroutines that are in a function of a package chat, such as
// "(*Server).Add"; those in one of the states, such as "chan send", if any are
// named.
func count(all []stacks.Goroutine, function string, states ...string) int {
	n := 0
	for _, g := range all {
		if runs(g, function) && (len(states) == 0 || slices.Contains(states, g.State)) {
			n++
		}
	}
	return n
}

// runs tells whether a goroutine is in a function of a package chat, however deep.
func runs(g stacks.Goroutine, function string) bool { return g.Runs("chat." + function) }

func (r *room) isLoop(g stacks.Goroutine) bool { return g.Runs(r.step.Loop) }

// loop returns the server's goroutine.
func (r *room) loop() stacks.Goroutine {
	r.t.Helper()
	all := r.goroutines()
	i := slices.IndexFunc(all, r.isLoop)
	require.GreaterOrEqual(r.t, i, 0, "%s has no goroutine for the room", r.step.Name)
	return all[i]
}

// frozen tells whether the server's goroutine stands in a send on a channel. It
// does so only in Client.Write of 01 and 02, and only it receives there: it waits
// for itself, for ever.
func (r *room) frozen() bool {
	r.t.Helper()
	loop := r.loop()
	return loop.State == "chan send" && runs(loop, "(*Client).Write")
}

// stuck tells whether the server's goroutine stands in a write to a client. That
// may end by itself: when a client that doesn't read is nearly full, the network
// loses something now and then, and sends it again a little later.
func (r *room) stuck() bool {
	r.t.Helper()
	loop := r.loop()
	return loop.State == "IO wait" && runs(loop, "(*Client).Send")
}

// where says in one or two words what the server's goroutine does.
func (r *room) where() string {
	r.t.Helper()
	loop := r.loop()
	f := loop.Frames[0]
	for _, f = range loop.Frames {
		if strings.HasPrefix(f.File, r.step.Name+"/") {
			break
		}
	}
	return fmt.Sprintf("%s, in %s", loop.State, f.Name())
}

// comes waits until c has heard what enough wants, and tells whether it has. If
// not, the room stands still: its goroutine was seen frozen or stuck ten times in
// a row, with nothing for c in between. It fails the test if neither comes.
func (r *room) comes(c *client, what string, enough func() bool) bool {
	r.t.Helper()
	deadline := time.After(judgetest.Patience())
	again := time.NewTicker(poll)
	defer again.Stop()
	for still := 0; !enough(); {
		select {
		case <-c.News:
			still = 0
		case <-again.C:
			still++
			if !r.frozen() && !r.stuck() {
				still = 0
			}
			if still == 10 {
				return enough()
			}
		case <-deadline:
			r.t.Fatalf("%s of %s waited %v %s; it has heard %d messages, and the server's goroutine is in %s", c.Name, r.step.Name, judgetest.Patience(), what, len(c.sofar()), r.where())
		}
	}
	return true
}

// hears is comes for a message.
func (r *room) hears(c *client, body string) bool {
	r.t.Helper()
	return r.comes(c, fmt.Sprintf("to hear %.20q", body), func() bool { return c.hasHeard(body) })
}

// await waits for a change in the program, which tells nobody that it comes, and
// fails the test if it doesn't.
func (r *room) await(what string, done func() bool) {
	r.t.Helper()
	deadline := time.After(judgetest.Patience())
	again := time.NewTicker(poll)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-deadline:
			r.t.Fatalf("waited %v for %s, in %s; the server's goroutine is in %s", judgetest.Patience(), what, r.step.Name, r.where())
		}
	}
}
