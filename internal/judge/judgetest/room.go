package judgetest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// Room is a chat room with the clients of one test, for tests that are not the judge's.
// One client is always there: the talker, who says a flow of numbered messages to the
// others. If something that must come doesn't come, the test ends. Only the test's own
// goroutine may call the methods.
type Room struct {
	Talker  *judge.Client
	Sockets judge.Sockets // the server's
	Said    int           // how many messages of the flow the talker has said so far

	t     *testing.T
	dial  func() (net.Conn, error)
	conns []net.Conn // the clients' ends
	last  string     // what the talker has said last
}

// Welcome is the first message in each room. The talker says it.
const Welcome = "welcome"

// Open opens a room on a free port, and starts a goroutine for run, the server's loop.
// When the test is over, Open closes the clients' connections and calls stop, which
// must end run. No goroutine may be left.
func Open(t *testing.T, handler http.Handler, run, stop func()) *Room {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return open(t, handler, run, stop, tcp, func() (net.Conn, error) {
		return net.DialTimeout("tcp", tcp.Addr().String(), Patience())
	})
}

// OpenInBubble is Open for a test in a bubble of testing/synctest. Clients connect
// through pipes that hold no bytes, and no wait takes any time.
func OpenInBubble(t *testing.T, handler http.Handler, run, stop func()) *Room {
	t.Helper()
	pipes := judge.NewPipes()
	return open(t, handler, run, stop, pipes, pipes.Dial)
}

func open(t *testing.T, handler http.Handler, run, stop func(), l net.Listener, dial func() (net.Conn, error)) *Room {
	t.Helper()
	r := &Room{t: t, dial: dial, last: Welcome}
	before := len(inModule())
	web := &http.Server{Handler: handler}
	var running sync.WaitGroup
	running.Go(run)
	running.Go(func() { web.Serve(r.Sockets.Listener(l)) })
	t.Cleanup(func() {
		for _, conn := range r.conns {
			conn.Close()
		}
		r.AwaitOpen(0)
		// A connection may be closed before the server has removed its client. Two
		// goroutines stay: the server's, and the one that serves.
		Await(t, "the clients' goroutines to end", func() bool { return len(inModule()) <= before+2 })
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), Patience())
		defer cancel()
		if err := judge.Within(ctx, func() { stop(); web.Close(); running.Wait() }); err != nil {
			t.Errorf("waited for the server to stop: %v", err)
		}
		Await(t, "no goroutine to be left", func() bool { return len(inModule()) <= before })
	})

	r.Talker = r.Connect()
	r.must(r.Talker.Say(Welcome))
	r.must(r.Talker.HearNext(r.Talker.Name, Welcome))
	return r
}

func (r *Room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// Connect connects a client that reads nothing yet. The handshake is done, but the room
// may not have let the client in yet.
func (r *Room) Connect() *judge.Client {
	r.t.Helper()
	return r.Enter(r.Dial())
}

// Dial returns a connection on which nothing was sent yet.
func (r *Room) Dial() net.Conn {
	r.t.Helper()
	conn, err := r.dial()
	r.must(err)
	return conn
}

// Enter is Connect on a connection of Dial. The given bytes go out in the same write as
// the request.
func (r *Room) Enter(conn net.Conn, more ...byte) *judge.Client {
	r.t.Helper()
	name := fmt.Sprint("client ", len(r.conns))
	r.conns = append(r.conns, conn)
	c, err := judge.NewClient(name, conn, "localhost", "/", Patience(), more...)
	r.must(err)
	return c
}

// Join connects a client, and returns when the client has heard the talker's last
// message, so the room has let it in. The talker must have heard all its messages.
func (r *Room) Join() *judge.Client {
	r.t.Helper()
	c := r.Connect()
	r.must(c.HearUntil(r.last))
	return c
}

// Say makes the talker say the next n messages, of size bytes each, in one write. It
// doesn't wait until they are heard.
func (r *Room) Say(n, size int) {
	r.t.Helper()
	r.say(judge.Numbered(r.Said, r.Said+n, size))
}

func (r *Room) say(bodies []string) {
	r.t.Helper()
	r.must(r.Talker.Say(bodies...))
	r.Said += len(bodies)
	r.last = bodies[len(bodies)-1]
}

// Flow makes the talker say the next n messages, of size bytes each. The talker and all
// listeners must hear exactly those. At most 64 messages, and about 256 KiB, are on the
// way at the same time, so no listener can fall behind by more.
func (r *Room) Flow(n, size int, listeners ...*judge.Client) {
	r.t.Helper()
	all := judge.Numbered(r.Said, r.Said+n, size)
	for bodies := range slices.Chunk(all, min(64, max(1, 256<<10/max(1, size)))) {
		r.say(bodies)
		for _, c := range slices.Concat([]*judge.Client{r.Talker}, listeners) {
			r.must(c.HearNext(r.Talker.Name, bodies...))
		}
	}
}

// AwaitOpen waits until the server has n connections open.
func (r *Room) AwaitOpen(n int) {
	r.t.Helper()
	Await(r.t, fmt.Sprintf("%s to be open", stacks.Number(n, "connection")), func() bool { return r.Sockets.Open() == n })
}

// Await calls done until it is true. If that never happens, it ends the test.
func Await(t *testing.T, what string, done func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for late := time.After(Patience()); !done(); {
		select {
		case <-again.C:
		case <-late:
			if !done() {
				t.Fatalf("waited %v for %s, and it did not come; at the end: %s", Patience(), what, stacks.Count(inModule(), innermost))
			}
			return
		}
	}
}

// Count counts the goroutines that have a function anywhere on their stacks. Its name
// begins with the package: "chat.(*Client).Start".
func Count(function string) int {
	n := 0
	for _, g := range stacks.Now() {
		if g.Runs(function) {
			n++
		}
	}
	return n
}

// inModule returns the goroutines that are in code of this repository.
func inModule() []stacks.Goroutine {
	return slices.DeleteFunc(stacks.Now(), func(g stacks.Goroutine) bool { return !slices.ContainsFunc(g.Frames, isOurs) })
}

func innermost(g stacks.Goroutine) stacks.Frame { return g.Frames[slices.IndexFunc(g.Frames, isOurs)] }

func isOurs(f stacks.Frame) bool { return strings.HasPrefix(f.Function, steps.ModulePath+"/") }
