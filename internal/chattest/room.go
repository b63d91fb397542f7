package chattest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"
)

// patience is how long the judge waits for what should come, before it says
// that it didn't. A variable for the judge's own tests, which watch many
// servers fail.
var patience = 10 * time.Second

const (
	// silence is how long no message must have come before a room that stands
	// in a channel send is called frozen, or goroutines that don't change are
	// said to stay.
	silence = time.Second

	// poll is how often the judge looks for what tells nobody that it changed:
	// the states of goroutines.
	poll = 10 * time.Millisecond

	// smallBuffer is the size, in bytes, of the socket buffers at both ends of a
	// client that is to stop reading. With the system's own, megabytes would
	// have to be sent before the server noticed.
	smallBuffer = 4096
)

// room is one server under judgement, with its clients.
type room struct {
	tb       testing.TB
	server   Server
	listener *listener
	http     *http.Server
	clients  []*client
	before   ids // goroutines from before the server
	empty    ids // goroutines from before the first client
	base     ids // goroutines that the scenario does not count
}

// openRoom starts a server of its own for one scenario.
func openRoom(tb testing.TB, start Start) *room {
	r := &room{tb: tb, before: idsOf(goroutines())}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("no port to listen on: %v", err)
	}
	r.listener = &listener{Listener: tcp}
	r.server = start(tb)
	r.http = &http.Server{Handler: r.server.Handler}
	go r.http.Serve(r.listener)
	r.await("the server's goroutine to run "+r.server.Loop, func() bool {
		_, found := r.loop()
		return found
	})
	r.empty = idsOf(goroutines())
	r.base = r.empty
	return r
}

// close ends the clients and the server. Where nothing is said to be left
// behind, it holds the server to that, down to its last goroutine.
func (r *room) close(v verdict, leavesBehind bool) {
	for _, c := range r.clients {
		c.drop()
	}
	r.listener.release()
	switch {
	case v.kind == holds:
		r.await("the server's goroutine to be back at its channels", r.answers)
	case v.kind == freezes || !r.comes(r.answers):
		r.http.Close()
		return // the server's goroutine can't be stopped any more
	}
	if !leavesBehind {
		r.await("the clients' goroutines to end", func() bool {
			return len(without(goroutines(), r.empty)) == 0
		})
	}
	Within(r.tb, "the server to stop", r.server.Stop)
	r.http.Close()
	if !leavesBehind {
		r.await("the server's goroutines to end", func() bool {
			return len(without(goroutines(), r.before)) == 0
		})
	}
}

// answers tells whether the server's goroutine is back at its select, where
// Stop can reach it, and has nothing to do.
func (r *room) answers() bool {
	loop, found := r.loop()
	return found && (loop.state == "select" || loop.state == "chan receive")
}

// loop finds the server's goroutine.
func (r *room) loop() (goroutine, bool) {
	for _, g := range goroutines() {
		if !r.before[g.id] && g.runs(r.server.Loop) {
			return g, true
		}
	}
	return goroutine{}, false
}

// Within calls f, and fails tb if it does not return in time: what f waited for
// then did not come. f must not end the test. In that case its goroutine stays.
func Within(tb testing.TB, what string, f func()) {
	tb.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		tb.Fatalf("waited %v for %s", patience, what)
	}
}

// await waits for what no event tells, and fails the test if it doesn't come.
func (r *room) await(what string, done func() bool) {
	r.tb.Helper()
	if !r.comes(done) {
		r.tb.Fatalf("waited %v for %s; goroutines:\n%s", patience, what, stacks(without(goroutines(), r.before)))
	}
}

// comes tells whether done became true in time.
func (r *room) comes(done func() bool) bool {
	deadline := time.After(patience)
	again := time.NewTicker(poll)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-deadline:
			return done()
		}
	}
	return true
}

// fail ends the scenario: the property does not hold here, and this is how it
// was seen.
func (r *room) fail(format string, args ...any) {
	panic(verdict{fails, fmt.Sprintf(format, args...)})
}

// breakOff ends the scenario: it could not be played so far that it shows
// whether the property holds.
func (r *room) breakOff(format string, args ...any) {
	panic(verdict{breaksOff, fmt.Sprintf(format, args...)})
}

// connect brings in a client that does not read yet.
func (r *room) connect() *client {
	name := fmt.Sprintf("client %d", len(r.clients)+1)
	c, err := dial(name, r.listener.Addr().String(), r.server.Path)
	if err != nil {
		r.breakOff("%s could not connect: %v", name, err)
	}
	r.clients = append(r.clients, c)
	return c
}

// hello is what a client says first.
const hello = "hello"

// join brings in a client and waits until it hears itself: only then has the
// server let it in. One joins after the other, so that the race for ids in
// 01-original has no part in other properties.
func (r *room) join() *client {
	c := r.connect()
	c.listen()
	r.say(c, hello)
	return c
}

// joinStalled brings in a client that never reads, and returns when witness
// has heard it, that is, when the server has let it in.
func (r *room) joinStalled(witness *client) *client {
	c := r.connect()
	if err := errors.Join(
		c.conn.SetReadBuffer(smallBuffer),
		r.listener.of(c.conn).SetWriteBuffer(smallBuffer),
	); err != nil {
		r.tb.Fatalf("the socket buffers can't be made small: %v", err)
	}
	r.send(c, message{c.name, hello})
	r.hear(witness, message{c.name, hello})
	return c
}

// send sends all messages in one TCP write.
func (r *room) send(c *client, messages ...message) {
	if err := c.send(messages...); err != nil {
		r.breakOff("%s could not send: %v", c.name, err)
	}
}

// say sends one message and waits until its author hears it.
func (r *room) say(c *client, body string) message {
	m := message{c.name, body}
	heard, _ := c.sofar()
	r.send(c, m)
	r.hearFrom(c, len(heard), fmt.Sprintf("%s to hear itself say %.30q", c.name, body), func(since []message) bool {
		return contains(since, m)
	})
	return m
}

// hear waits until c has heard m.
func (r *room) hear(c *client, m message) {
	r.hearFrom(c, 0, fmt.Sprintf("%s to hear %.30q of %s", c.name, m.Body, m.Author), func(heard []message) bool {
		return contains(heard, m)
	})
}

// hearFrom waits until enough of what c heard, from message number first on,
// and returns that. Where it does not come, the scenario ends here: the room is
// frozen, or something is wrong that the scenario is not about.
func (r *room) hearFrom(c *client, first int, what string, enough func([]message) bool) []message {
	heard, v := r.listenFor(c, first, what, enough)
	if v.kind != holds {
		panic(v)
	}
	return heard
}

// listenFor is hearFrom that says what came of it instead: holds, freezes or
// breaksOff.
func (r *room) listenFor(c *client, first int, what string, enough func([]message) bool) ([]message, verdict) {
	deadline := time.After(patience)
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		heard, ended := c.sofar()
		if enough(heard[first:]) {
			return heard[first:], verdict{kind: holds}
		}
		if ended != nil {
			return nil, verdict{breaksOff, fmt.Sprintf("waited for %s, and its connection ended (%v)", what, ended)}
		}
		select {
		case <-c.news:
			quiet.Reset(silence)
		case <-quiet.C:
			if loop, found := r.loop(); found && loop.state == "chan send" {
				return nil, verdict{freezes, fmt.Sprintf(
					"nothing for %v while waiting for %s; the server's goroutine stands in a channel send, in %s",
					silence, what, loop.top())}
			}
			quiet.Reset(silence)
		case <-deadline:
			return nil, verdict{breaksOff, fmt.Sprintf("waited %v for %s; it heard %d messages", patience, what, len(heard))}
		}
	}
}

// rest says what is left of clients that have gone, all but the first stay ones,
// whose goroutines are in r.base. It waits until nothing is left, or until
// what is can't go on by itself any more.
func (r *room) rest(stay int) (goroutinesLeft []goroutine, socketsLeft int) {
	deadline := time.After(patience)
	again := time.NewTicker(poll)
	defer again.Stop()
	var since time.Time // the same are left
	var last ids
	for {
		left := without(goroutines(), r.base)
		open := r.listener.open() - stay
		if len(left) == 0 && open == 0 {
			return nil, 0
		}
		if !sameAndIdle(left, last) || !r.answers() {
			since, last = time.Now(), idsOf(left)
		}
		if len(left) > 0 && time.Since(since) >= silence {
			return left, open
		}
		select {
		case <-again.C:
		case <-deadline:
			return left, open
		}
	}
}

// sameAndIdle tells whether left are the goroutines of last, and none can go on
// by itself.
func sameAndIdle(left []goroutine, last ids) bool {
	if len(left) != len(last) {
		return false
	}
	for _, g := range left {
		if !last[g.id] || !g.idle() {
			return false
		}
	}
	return true
}

func contains(heard []message, m message) bool {
	for i := len(heard) - 1; i >= 0; i-- {
		if heard[i] == m {
			return true
		}
	}
	return false
}
