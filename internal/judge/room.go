package judge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// patience is how long nothing may move before the judge says that what it waits
// for does not come. As long as a goroutine runs, or would if it had a processor,
// the judge waits on, until its context ends: a busy machine is slow, and not
// wrong. A variable for the judge's own tests, which watch many servers fail.
var patience = 10 * time.Second

// silence is how long no message must have come before a room whose goroutine
// stands somewhere else than at its channels is called frozen. A variable for the
// same tests.
var silence = time.Second

const (
	// poll is how often the judge looks for what tells nobody that it changed:
	// the states of goroutines.
	poll = 10 * time.Millisecond

	// look is how often it asks whether anything moves.
	look = 100 * time.Millisecond

	// smallBuffer is the size, in bytes, of the socket buffers at both ends of a
	// client that is to stop reading. With the system's own, megabytes would
	// have to be sent before the server noticed.
	smallBuffer = 4096
)

// room is one server under judgement, with its clients.
type room struct {
	ctx     context.Context
	step    string // its name, for what is said
	server  Server
	addrs   []string // the clients' in turn
	sockets *Sockets
	https   []*http.Server
	clients []*Client
	before  ids             // goroutines from before the server
	empty   ids             // goroutines from before the first client
	base    ids             // goroutines that the scenario does not count
	home    map[string]bool // places where the server's goroutine waits when it has nothing to do
}

// openRoom starts a server of its own for one scenario.
func openRoom(ctx context.Context, start Start, step string) (*room, error) {
	r := &room{ctx: ctx, step: step, sockets: new(Sockets), before: idsOf(stacks.Now()), home: make(map[string]bool)}
	var err error
	if r.server, err = start(); err != nil {
		return nil, fmt.Errorf("the server of %s does not start: %w", step, err)
	}
	r.addrs = r.server.Addrs
	for _, handler := range r.server.Handlers {
		tcp, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			r.closeServers()
			return nil, fmt.Errorf("no port to listen on: %w", err)
		}
		web := &http.Server{Handler: handler}
		go web.Serve(r.sockets.Listener(tcp))
		r.https = append(r.https, web)
		r.addrs = append(r.addrs, tcp.Addr().String())
	}
	if r.seen() {
		if r.server.Look != nil {
			r.before = nil // of this process
		}
		if err := r.findLoops(); err != nil {
			r.closeServers()
			return nil, err
		}
	}
	r.empty = idsOf(r.now())
	r.base = r.empty
	return r, nil
}

// inside tells whether the servers are in this process, so that goroutines and
// sockets can be looked at.
func (r *room) inside() bool { return len(r.server.Handlers) > 0 }

// seen tells whether the servers' goroutines and sockets can be looked at.
func (r *room) seen() bool { return r.inside() || r.server.Look != nil }

// look is what is inside of the server, in this process or in another one.
func (r *room) look(collect bool) Inside {
	if r.server.Look == nil {
		i := Inside{Goroutines: stacks.Now(), Sockets: r.sockets.Open()}
		if collect {
			i.Heap = HeapInUse()
		}
		return i
	}
	i, err := r.server.Look(r.ctx, collect)
	if err != nil {
		panic(broken{err})
	}
	return i
}

// now returns the servers' goroutines; of this process all.
func (r *room) now() []stacks.Goroutine { return r.look(false).Goroutines }

// needInside ends a scenario that can't be judged from outside of the process.
func (r *room) needInside() {
	if !r.seen() {
		r.breakOff("the server is another process, whose goroutines and sockets can't be counted from here")
	}
}

// findLoops waits until the servers' goroutines wait at their channels, and notes
// where that is. There has to be one as soon as the server has started, so when
// nothing moves any more, and none is there, the name must be wrong.
func (r *room) findLoops() error {
	still := 0
	var others []stacks.Goroutine
	found := r.wait(nil, func() bool {
		loops, idle := r.loops(), true
		for _, g := range loops {
			idle = idle && g.Waits()
		}
		if len(loops) > 0 && idle {
			for _, g := range loops {
				r.home[own(g).Place()] = true
			}
			return true
		}
		others = nil
		for _, g := range r.all() {
			if g.Moves() {
				still = 0
				return false
			}
			if strings.HasPrefix(own(g).Function, steps.ModulePath+"/") {
				others = append(others, g)
			}
		}
		still++
		return len(loops) == 0 && still == 3
	})
	switch {
	case len(r.home) > 0:
		return nil
	case found:
		return fmt.Errorf("no goroutine runs %s, which is to be the function of the server's goroutine; of %s there %s. "+
			"Its name is declared in internal/steps/steps.go, as Loop in the row of %s: write there what the function is called now",
			r.server.Loop, r.step, areGoroutines(others), r.step)
	}
	return fmt.Errorf("waited for the server's goroutine to run %s, and to wait at its channels; there %s", r.server.Loop, areGoroutines(r.all()))
}

// all are the goroutines that the server and its clients have here.
func (r *room) all() []stacks.Goroutine { return without(r.now(), r.before) }

func (r *room) closeServers() {
	for _, web := range r.https {
		web.Close()
	}
}

// close ends the clients and the server. Where nothing is said to be left
// behind, it holds the server to that, down to its last goroutine.
func (r *room) close(v Verdict, leavesBehind bool) error {
	defer r.closeServers()
	for _, c := range r.clients {
		c.Drop()
	}
	if !r.inside() {
		return r.stop()
	}
	r.sockets.release()
	frozen := v.Kind == Freezes
	if !frozen && !r.comes(r.answers) {
		frozen = true
		if v.Kind == Holds {
			return fmt.Errorf("afterwards, waited for the server's goroutine to be back at its channels; there %s", areGoroutines(r.all()))
		}
	}
	if frozen {
		return nil // the server's goroutine can't be stopped any more
	}
	if !leavesBehind && !r.comes(func() bool { return len(without(stacks.Now(), r.empty)) == 0 }) {
		return fmt.Errorf("afterwards, waited for the clients' goroutines to end; there %s", areGoroutines(without(stacks.Now(), r.empty)))
	}
	if err := r.stop(); err != nil {
		return err
	}
	r.closeServers()
	if !leavesBehind && !r.comes(func() bool { return len(r.all()) == 0 }) {
		return fmt.Errorf("afterwards, waited for the server's goroutines to end; there %s", areGoroutines(r.all()))
	}
	return nil
}

// stop stops the server.
func (r *room) stop() error {
	if r.server.Stop == nil {
		return nil
	}
	if err := Within(r.ctx, r.server.Stop); err != nil {
		return fmt.Errorf("the server does not stop: %w", err)
	}
	return nil
}

// Within calls f, and returns an error if it has not returned when ctx ends: what
// f waited for then did not come. In that case its goroutine stays.
func Within(ctx context.Context, f func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// loops finds the servers' goroutines.
func (r *room) loops() (loops []stacks.Goroutine) {
	for _, g := range r.now() {
		if !r.before[g.ID] && g.Runs(r.server.Loop) {
			loops = append(loops, g)
		}
	}
	return loops
}

// answers tells whether all servers' goroutines are back at their channels, where
// Stop can reach them, and have nothing to do.
func (r *room) answers() bool {
	loops := r.loops()
	for _, g := range loops {
		if !g.Waits() || !r.home[own(g).Place()] {
			return false
		}
	}
	return len(loops) > 0
}

// stuck returns a server's goroutine that waits on a channel somewhere else than
// where it waits for something to do.
func (r *room) stuck() (stacks.Goroutine, bool) {
	for _, g := range r.loops() {
		if g.Waits() && !r.home[own(g).Place()] {
			return g, true
		}
	}
	return stacks.Goroutine{}, false
}

// moves tells whether anything here still may bring what is waited for: a
// goroutine that runs or wants to. Those from before the server don't count, such
// as the one that asks.
func (r *room) moves() bool {
	for _, g := range r.now() {
		if !r.before[g.ID] && g.Moves() {
			return true
		}
	}
	return false
}

// wait calls done until it is true: at each piece of news, and every now and then.
// It returns false when ctx ends, and when nothing has moved for patience.
func (r *room) wait(news <-chan struct{}, done func() bool) bool {
	again := time.NewTicker(poll)
	defer again.Stop()
	still := time.Duration(0)
	for polls := 1; !done(); {
		select {
		case <-news:
			still = 0
		case <-again.C:
			if polls++; polls%int(look/poll) != 0 {
				continue
			}
			if still += look; r.moves() {
				still = 0
			}
			if still >= patience {
				return done()
			}
		case <-r.ctx.Done():
			return done()
		}
	}
	return true
}

// comes waits for what no event tells.
func (r *room) comes(done func() bool) bool { return r.wait(nil, done) }

// fail ends the scenario: the property does not hold here, and this is how it
// was seen.
func (r *room) fail(format string, args ...any) {
	panic(Verdict{Fails, fmt.Sprintf(format, args...)})
}

// breakOff ends the scenario: it could not be played so far that it shows
// whether the property holds.
func (r *room) breakOff(format string, args ...any) {
	panic(Verdict{BreaksOff, fmt.Sprintf(format, args...)})
}

// limit is how long a client may take to connect or to write: as long as there is.
func (r *room) limit() time.Duration {
	if end, ok := r.ctx.Deadline(); ok {
		return time.Until(end)
	}
	return time.Hour
}

// pause waits for as long as people take to follow.
func (r *room) pause() {
	if r.server.Pause > 0 {
		select {
		case <-time.After(r.server.Pause):
		case <-r.ctx.Done():
		}
	}
}

// connect brings in a client that does not read yet.
func (r *room) connect() *Client {
	r.pause()
	n := len(r.clients)
	name := fmt.Sprintf("client %d", n+1)
	c, err := Dial(name, r.addrs[n%len(r.addrs)], r.server.Path, r.limit())
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
func (r *room) join() *Client {
	c := r.connect()
	c.Listen()
	r.say(c, hello)
	return c
}

// joinStalled brings in a client that never reads, and returns when witness
// has heard it, that is, when the server has let it in.
func (r *room) joinStalled(witness *Client) *Client {
	c := r.connect()
	err := c.Conn.(*net.TCPConn).SetReadBuffer(smallBuffer)
	if server := r.sockets.Of(c.Conn); server != nil { // of another process the system's own buffer stays
		err = errors.Join(err, server.SetWriteBuffer(smallBuffer))
	}
	if err != nil {
		panic(broken{fmt.Errorf("the socket buffers can't be made small: %w", err)})
	}
	r.send(c, hello)
	r.hear(witness, Message{c.Name, hello})
	return c
}

// send sends all messages in one TCP write.
func (r *room) send(c *Client, bodies ...string) {
	r.pause()
	if err := c.Say(bodies...); err != nil {
		r.breakOff("%s could not send: %v", c.Name, err)
	}
}

// say sends one message and waits until its author hears it.
func (r *room) say(c *Client, body string) Message {
	m := Message{c.Name, body}
	heard, _ := c.SoFar()
	r.send(c, body)
	r.hearFrom(c, len(heard), fmt.Sprintf("%s to hear itself say %.30q", c.Name, body), func(since []Message) bool {
		return contains(since, m)
	})
	return m
}

// hear waits until c has heard m.
func (r *room) hear(c *Client, m Message) {
	r.hearFrom(c, 0, fmt.Sprintf("%s to hear %.30q of %s", c.Name, m.Body, m.Author), func(heard []Message) bool {
		return contains(heard, m)
	})
}

// hearFrom waits until enough of what c heard, from message number first on,
// and returns that. Where it does not come, the scenario ends here: the room is
// frozen, or something is wrong that the scenario is not about.
func (r *room) hearFrom(c *Client, first int, what string, enough func([]Message) bool) []Message {
	heard, v := r.listenFor(c, first, what, enough)
	if v.Kind != Holds {
		panic(v)
	}
	return heard
}

// listenFor is hearFrom that says what came of it instead: Holds, Freezes or
// BreaksOff.
func (r *room) listenFor(c *Client, first int, what string, enough func([]Message) bool) ([]Message, Verdict) {
	var heard []Message
	var ended error
	var came, frozen bool
	var stuck stacks.Goroutine
	quiet, last := time.Now(), 0
	look := func() bool {
		heard, ended = c.SoFar()
		if came = enough(heard[first:]); came || ended != nil {
			return true
		}
		if len(heard) > last {
			last, quiet = len(heard), time.Now()
		}
		if time.Since(quiet) >= silence {
			stuck, frozen = r.stuck()
			quiet = time.Now() // and look again after another silence
		}
		return frozen
	}
	r.wait(c.News, look)
	switch {
	case came:
		return heard[first:], Verdict{Kind: Holds}
	case frozen:
		return nil, Verdict{Freezes, fmt.Sprintf("nothing for %v while waiting for %s; the server's goroutine stands in a %s, in %s",
			silence, what, strings.Replace(stuck.State, "chan ", "channel ", 1), own(stuck).Name())}
	case ended != nil:
		return nil, Verdict{BreaksOff, fmt.Sprintf("waited for %s, and its connection ended (%v)", what, ended)}
	}
	return nil, Verdict{BreaksOff, fmt.Sprintf("waited for %s, until nothing moved any more; it heard %s, and there %s",
		what, stacks.Number(len(heard), "message"), areGoroutines(r.all()))}
}

// rest says what is left of clients that have gone, all but the first stay ones,
// whose goroutines are in r.base. It waits until nothing is left, or until
// what is can't go on by itself any more.
func (r *room) rest(stay int) (left []stacks.Goroutine, open int) {
	var since time.Time // the same are left
	var last ids
	r.wait(nil, func() bool {
		inside := r.look(false)
		left = without(inside.Goroutines, r.base)
		open = inside.Sockets - stay
		if len(left) == 0 && open == 0 {
			return true
		}
		if !sameAndWaiting(left, last) || !r.answers() {
			since, last = time.Now(), idsOf(left)
		}
		return len(left) > 0 && time.Since(since) >= silence/3 // they wait for one another, and nobody else is there
	})
	return left, open
}

// sameAndWaiting tells whether left are the goroutines of last, and none can go on
// by itself.
func sameAndWaiting(left []stacks.Goroutine, last ids) bool {
	if len(left) != len(last) {
		return false
	}
	for _, g := range left {
		if !last[g.ID] || !g.Waits() {
			return false
		}
	}
	return true
}

func contains(heard []Message, m Message) bool {
	for i := len(heard) - 1; i >= 0; i-- {
		if heard[i] == m {
			return true
		}
	}
	return false
}

// ids is a set of goroutines.
type ids map[string]bool

func idsOf(all []stacks.Goroutine) ids {
	set := make(ids, len(all))
	for _, g := range all {
		set[g.ID] = true
	}
	return set
}

// without returns those that are not in set, and are not the judge's own: the
// readers of its clients.
func without(all []stacks.Goroutine, set ids) []stacks.Goroutine {
	var rest []stacks.Goroutine
	for _, g := range all {
		if !set[g.ID] && !g.Runs("judge.(*Client).listen") {
			rest = append(rest, g)
		}
	}
	return rest
}

// own is the innermost frame in this repository's code, the judge's own wrapper
// of a connection, and package live's, left out: what the reader of the server calls the place where
// the goroutine waits. Where there is none it is the innermost of all.
func own(g stacks.Goroutine) stacks.Frame {
	for _, f := range g.Frames {
		if strings.HasPrefix(f.Function, steps.ModulePath+"/") && !strings.Contains(f.Function, "/judge.(*conn).") && !strings.Contains(f.Function, "/judge.(*listener).") && !strings.Contains(f.Function, "/tight.") {
			return f
		}
	}
	if len(g.Frames) == 0 {
		return g.Created
	}
	return g.Frames[0]
}
