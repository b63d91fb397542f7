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

// room is the program of a step, which runs as a separate process. Only the test's own
// goroutine may call its methods.
type room struct {
	t       *testing.T
	step    steps.Step
	program *live.Program
}

// poll is how often a program is asked for its goroutines.
const poll = 20 * time.Millisecond

// quiet is one more file of the program, besides those of live.Watch. It discards the
// log, which would cost time in the measurements.
const quiet = `package main

import (
	"io"
	"log"
)

func init() { log.SetOutput(io.Discard) }
`

// open builds the program of a step and runs it until the test is over. oldnew replaces
// texts in its chat/server.go: old and new texts in turn.
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

// connect connects a client that listens. The room may let it in a little later.
func (r *room) connect() *client {
	r.t.Helper()
	c := r.dial()
	c.Listen()
	return c
}

// join connects a client that says hello, and waits until the client hears it: then the
// room has let it in. Clients join one after the other, so the race on ids of
// 01-original can't happen.
func (r *room) join() *client {
	r.t.Helper()
	c := r.connect()
	c.sayAndHear("hello from " + c.Name)
	return c
}

// joinAll lets n clients join.
func (r *room) joinAll(n int) []*client {
	r.t.Helper()
	var clients []*client
	for range n {
		clients = append(clients, r.join())
	}
	return clients
}

// joinStalled connects a client that never reads, and waits until witness has heard it:
// then the room has let it in.
func (r *room) joinStalled(witness *client) *client {
	r.t.Helper()
	c := r.dial()
	hello := "hello from " + c.Name
	c.say(hello)
	witness.await("to hear of a client that doesn't read", func() bool { return witness.hasHeard(hello) })
	return c
}

// goroutines returns all goroutines that the program has now.
func (r *room) goroutines() []stacks.Goroutine {
	r.t.Helper()
	all, err := r.program.Goroutines(judgetest.Context(r.t))
	require.NoError(r.t, err)
	return all
}

// count counts the goroutines that are in a function of a package chat, such as
// "(*Server).Add". If states are given, such as "chan send", it counts only goroutines
// in one of them.
func count(all []stacks.Goroutine, function string, states ...string) int {
	n := 0
	for _, g := range all {
		if runs(g, function) && (len(states) == 0 || slices.Contains(states, g.State)) {
			n++
		}
	}
	return n
}

// runs tells whether a function of a package chat is on the goroutine's stack.
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

// frozen tells whether the server's goroutine waits in a send on a channel. It sends only
// in Client.Write of 01 and 02, and only itself receives from that channel: so it waits
// for itself, for ever.
func (r *room) frozen() bool {
	r.t.Helper()
	loop := r.loop()
	return loop.State == "chan send" && runs(loop, "(*Client).Write")
}

// stuck tells whether the server's goroutine waits in a write to a client. Such a wait
// can end by itself: when the buffers of a client that doesn't read are nearly full, the
// network sometimes loses something, and sends it again a little later.
func (r *room) stuck() bool {
	r.t.Helper()
	loop := r.loop()
	return loop.State == "IO wait" && runs(loop, "(*Client).Send")
}

// where says in one or two words where the server's goroutine waits.
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

// comes waits until enough is true of what c has heard, and returns true. It returns
// false if the room doesn't move: its goroutine was frozen or stuck ten times in a row,
// and c heard nothing in between. If neither happens, the test fails.
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

// hears is comes for one message.
func (r *room) hears(c *client, body string) bool {
	r.t.Helper()
	return r.comes(c, fmt.Sprintf("to hear %.20q", body), func() bool { return c.hasHeard(body) })
}

// await waits until done is true, for changes in the program that send no event. If that
// takes too long, the test fails.
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
