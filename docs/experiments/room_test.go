package experiments

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/livecheck"
	_ "websocket-chat-steps/internal/livecheck/tight" // so that a change in it runs these tests again: see added
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/stepcmd"
)

// room is the program of a step, which runs as a process of its own. Only the
// test's own goroutine may call its methods.
type room struct {
	t       *testing.T
	step    string
	root    string
	process *stepcmd.Process
	clients int // so far
}

// poll is how often a program is asked for its goroutines.
const poll = 20 * time.Millisecond

// added is the file that the program has more than the step. It lets the test
// ask for its goroutines, keeps the network from holding megabytes for a client
// that doesn't read, and drops the log, which would be measured too.
const added = `package main

import (
	"io"
	"log"
	_ "net/http/pprof"

	"websocket-chat-steps/internal/livecheck/tight"
)

func init() { log.SetOutput(io.Discard) }

var tightened = tight.Listener
`

// open builds the program of a step and runs it until the test is over; with
// other words in its chat/server.go if there are any: old and new in turn.
func open(t *testing.T, step string, oldnew ...string) *room {
	t.Helper()
	r := &room{t: t, step: step, root: stepcmd.Root(t)}
	const listen = `net.Listen("tcp", *addr)`
	main, server := step+"/main.go", step+"/chat/server.go"
	r.process = stepcmd.StartWith(t, step, stepcmd.Overlay{
		step + "/experiments.go": added,
		main:                     change(t, main, r.read(main), listen, "tightened("+listen+")"),
		server:                   change(t, server, r.read(server), oldnew...),
	}, "-addr", "127.0.0.1:0")
	return r
}

func (r *room) read(name string) string {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(name)))
	require.NoError(r.t, err)
	return string(text)
}

// path is where the room is.
func (r *room) path() string {
	if r.step == single {
		return "/ws"
	}
	return "/entry"
}

// connect brings in a client that listens. The room may let it in a little later.
func (r *room) connect() *client {
	r.t.Helper()
	c := r.dial()
	go c.listen()
	return c
}

// join brings in a client that says hello, and waits until it hears that: the
// room has let it in. One joins after the other, so that the race for ids in
// 01-original has no part in this.
func (r *room) join() *client {
	r.t.Helper()
	c := r.connect()
	c.sayAndHear("hello from " + c.name)
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
	hello := "hello from " + c.name
	c.say(hello)
	witness.await("to hear of a client that doesn't read", func() bool { return witness.hasHeard(hello) })
	return c
}

// goroutines returns all that the program has now.
func (r *room) goroutines() []livecheck.Goroutine {
	r.t.Helper()
	asking := http.Client{Timeout: patience}
	response, err := asking.Get(r.process.URL + "debug/pprof/goroutine?debug=2")
	require.NoError(r.t, err, "asking %s for its goroutines", r.step)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(r.t, err, "asking %s for its goroutines", r.step)
	all, err := stacks.Parse(string(text), r.root)
	require.NoError(r.t, err)
	return all
}

// inClients returns the goroutines that are in a method of a client.
func (r *room) inClients() []livecheck.Goroutine {
	r.t.Helper()
	var in []livecheck.Goroutine
	for _, g := range r.goroutines() {
		if slices.ContainsFunc(g.Frames, func(f livecheck.Frame) bool {
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
func count(all []livecheck.Goroutine, function string, states ...string) int {
	n := 0
	for _, g := range all {
		if runs(g, function) && (len(states) == 0 || slices.Contains(states, g.State)) {
			n++
		}
	}
	return n
}

// runs tells whether a goroutine is in a function of a package chat, however deep.
func runs(g livecheck.Goroutine, function string) bool {
	return slices.ContainsFunc(g.Frames, func(f livecheck.Frame) bool {
		return strings.HasSuffix(f.Function, "/chat."+function)
	})
}

func (r *room) isLoop(g livecheck.Goroutine) bool {
	if r.step == single {
		return runs(g, "(*Server).Start")
	}
	return runs(g, "(*Server).Listen")
}

// loop returns the server's goroutine.
func (r *room) loop() livecheck.Goroutine {
	r.t.Helper()
	all := r.goroutines()
	i := slices.IndexFunc(all, r.isLoop)
	require.GreaterOrEqual(r.t, i, 0, "%s has no goroutine for the room", r.step)
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
		if strings.HasPrefix(f.File, r.step+"/") {
			break
		}
	}
	return fmt.Sprintf("%s, in %s", loop.State, f.Function[strings.LastIndex(f.Function, "/chat.")+len("/chat."):])
}

// comes waits until c has heard what enough wants, and tells whether it has. If
// not, the room stands still: its goroutine was seen frozen or stuck ten times in
// a row, with nothing for c in between. It fails the test if neither comes.
func (r *room) comes(c *client, what string, enough func() bool) bool {
	r.t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(poll)
	defer again.Stop()
	for still := 0; !enough(); {
		select {
		case <-c.news:
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
			r.t.Fatalf("%s of %s waited %v %s; it has heard %d messages, and the server's goroutine is in %s", c.name, r.step, patience, what, len(c.sofar()), r.where())
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
	deadline := time.After(patience)
	again := time.NewTicker(poll)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-deadline:
			r.t.Fatalf("waited %v for %s, in %s; the server's goroutine is in %s", patience, what, r.step, r.where())
		}
	}
}
