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

// Room is a chat room with the clients of one test, for what the judge does not
// know. One client is always there: the talker, who says a flow of numbered
// messages to the others. Where something doesn't come, the test ends. Only the
// test's own goroutine may call the methods.
type Room struct {
	Talker  *judge.Client
	Sockets judge.Sockets // the server's
	Said    int           // how many messages of the flow the talker has said so far

	t     *testing.T
	dial  func() (net.Conn, error)
	conns []net.Conn // the clients' ends
	last  string     // what the talker has said last
}

// Welcome is what the talker has said when a room opens.
const Welcome = "welcome"

// Open opens a room on a port of its own, whose server's goroutine is to call run.
// When the test is over, the clients' connections are closed, and then stop is to
// end run. No goroutine may be left.
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

// OpenInBubble is Open for a test in a bubble of testing/synctest. Clients come
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

// Connect brings in a client that reads nothing yet. It has had the server's
// answer, but the server may not have let it in yet.
func (r *Room) Connect() *judge.Client {
	r.t.Helper()
	return r.Enter(r.Dial())
}

// Dial returns a connection that nothing was said on.
func (r *Room) Dial() net.Conn {
	r.t.Helper()
	conn, err := r.dial()
	r.must(err)
	return conn
}

// Enter is Connect on a connection that was dialled. What is given goes out in one
// write with the request.
func (r *Room) Enter(conn net.Conn, more ...byte) *judge.Client {
	r.t.Helper()
	name := fmt.Sprint("client ", len(r.conns))
	r.conns = append(r.conns, conn)
	c, err := judge.NewClient(name, conn, "localhost", "/", Patience(), more...)
	r.must(err)
	return c
}

// Join brings in a client that has been let in: it has heard what was said before.
// All that the talker has said must have been heard.
func (r *Room) Join() *judge.Client {
	r.t.Helper()
	c := r.Connect()
	r.must(c.HearUntil(r.last))
	return c
}

// JoinStalled is Join of a client that reads no more. Its connection holds little:
// else the system would take megabytes before the server noticed.
func (r *Room) JoinStalled() *judge.Client {
	r.t.Helper()
	c := r.Join()
	r.must(r.Sockets.Of(c.Conn).SetWriteBuffer(4 << 10))
	r.must(c.Conn.(*net.TCPConn).SetReadBuffer(128 << 10)) // with a small one, to read again would take seconds
	return c
}

// Say has the talker say the next n messages, of so many bytes each, in one write.
// Nobody hears them yet.
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

// Flow has the talker say the next n messages, of so many bytes each, and the
// talker and all listeners hear exactly those. Of them at most 64, and about 256
// KiB, are on the way, so who listens can't fall behind by more.
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

// AwaitOpen waits until the server has so many connections open.
func (r *Room) AwaitOpen(n int) {
	r.t.Helper()
	Await(r.t, fmt.Sprintf("%s to be open", stacks.Number(n, "connection")), func() bool { return r.Sockets.Open() == n })
}

// Await waits for what no event tells, and ends the test if it doesn't come.
func Await(t *testing.T, what string, done func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for late := time.After(Patience()); !done(); {
		select {
		case <-again.C:
		case <-late:
			if !done() {
				t.Fatalf("waited %v in vain for %s; at the end: %s", Patience(), what, stacks.Count(inModule(), innermost))
			}
			return
		}
	}
}

// Count counts the goroutines that are in a function, however deep, named from its
// package on: "chat.(*Client).Start".
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
