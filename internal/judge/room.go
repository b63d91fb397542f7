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

// patience is how long the judge waits while nothing moves. Then it says that what it
// waits for does not come. As long as a goroutine runs, or would run if it had a
// processor, the judge waits on, until its context ends: a busy machine is slow, but
// not wrong. The judge's own tests, which watch many servers fail, make it shorter.
var patience = 10 * time.Second

// SetPatience is for programs in which many servers are watched as they fail, and a person waits.
// Call it before all else.
func SetPatience(d time.Duration) { patience = d }

// silence is how long no message comes before the judge calls a room frozen. The room's
// goroutine must also wait somewhere else than at its channels. The same tests make it
// shorter.
var silence = time.Second

const (
	// poll is how often the judge looks at the states of goroutines. No event tells it
	// when they change.
	poll = 10 * time.Millisecond

	// look is how often it checks whether anything moves.
	look = 100 * time.Millisecond

	// smallBuffer is the size, in bytes, of the socket buffers at both ends of a client
	// that will stop reading. With the system's own buffers the server would notice
	// only after megabytes.
	smallBuffer = 4096
)

// room is the server of one scenario, with its clients.
type room struct {
	ctx     context.Context
	step    string // its name, for messages
	server  Server
	addrs   []string // the clients take them in turn
	sockets *Sockets
	https   []*http.Server
	clients []*Client
	stopped bool            // the scenario has stopped the server itself
	before  ids             // goroutines from before the server
	empty   ids             // goroutines from before the first client
	base    ids             // goroutines that the scenario does not count
	home    map[string]bool // places where the server's goroutine waits when it has nothing to do
}

// openRoom starts a new server for one scenario.
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

// inside tells whether the servers are in this process. Only then can the judge see
// their goroutines and sockets.
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

// needInside ends a scenario that can't be judged from another process.
func (r *room) needInside() {
	if !r.seen() {
		r.breakOff("the server is another process, so its goroutines and sockets can't be counted from here")
	}
}

// findLoops waits until the servers' goroutines wait at their channels, and notes where
// that is. A started server has such a goroutine. So if nothing moves any more and
// there is none, the name of its function must be wrong.
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
		return fmt.Errorf("no goroutine runs %s, which should be the function of the server's goroutine; of %s there %s. "+
			"Its name is declared in internal/steps/steps.go, as Loop in the row of %s: write there what the function is called now",
			r.server.Loop, r.step, areGoroutines(others), r.step)
	}
	return fmt.Errorf("waited for the server's goroutine to run %s, and to wait at its channels; there %s", r.server.Loop, areGoroutines(r.all()))
}

// all returns the goroutines that the server and its clients have here.
func (r *room) all() []stacks.Goroutine { return without(r.now(), r.before) }

func (r *room) closeServers() {
	for _, web := range r.https {
		web.Close()
	}
}

// close ends the clients and the server. If the server should leave nothing behind,
// close checks this, for all its goroutines.
func (r *room) close(v Verdict, leavesBehind bool) error {
	defer r.closeServers()
	for _, c := range r.clients {
		c.Drop()
	}
	if !r.inside() {
		return r.stop()
	}
	r.sockets.release()
	if r.stopped {
		return nil // the scenario has looked whether all has ended
	}
	frozen := v.Kind == Freezes
	if !frozen && !r.comes(r.answers) {
		frozen = true
		if v.Kind == Holds {
			return fmt.Errorf("afterwards, waited for the server's goroutine to be back at its channels; there %s", areGoroutines(r.all()))
		}
	}
	if frozen {
		return nil // nobody can stop the server's goroutine any more
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

// Within calls f in a goroutine, and waits until f returns. If ctx ends before, Within
// returns an error: what f waits for did not come. Then the goroutine of f stays.
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

// answers tells whether all servers' goroutines wait at their channels again. Then they
// have nothing to do, and Stop can reach them.
func (r *room) answers() bool {
	loops := r.loops()
	for _, g := range loops {
		if !g.Waits() || !r.home[own(g).Place()] {
			return false
		}
	}
	return len(loops) > 0
}

// stuck returns a server's goroutine that waits on a channel, but not at the place where
// it waits for something to do.
func (r *room) stuck() (stacks.Goroutine, bool) {
	for _, g := range r.loops() {
		if g.Waits() && !r.home[own(g).Place()] {
			return g, true
		}
	}
	return stacks.Goroutine{}, false
}

// moves tells whether a goroutine here runs, or could run: it may still bring what the
// judge waits for. Goroutines from before the server, such as the judge's own, don't
// count.
func (r *room) moves() bool {
	for _, g := range r.now() {
		if !r.before[g.ID] && g.Moves() {
			return true
		}
	}
	return false
}

// wait calls done until it is true: at each news, and also every poll. It returns false
// when ctx ends, and when nothing has moved for patience.
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

// comes waits until done is true. It is for things that send no event.
func (r *room) comes(done func() bool) bool { return r.wait(nil, done) }

// fail ends the scenario, as the property does not hold. The message says how that was
// seen.
func (r *room) fail(format string, args ...any) {
	panic(Verdict{Fails, fmt.Sprintf(format, args...)})
}

// breakOff ends the scenario, as it can't show whether the property holds. The message
// says why.
func (r *room) breakOff(format string, args ...any) {
	panic(Verdict{BreaksOff, fmt.Sprintf(format, args...)})
}

// limit is how long a client may take to connect or to write: all the time that is left.
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

// connect connects a client that does not read yet.
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

// join connects a client and waits until it hears itself. Before that, the server may not
// have let it in. Clients join one after the other, so the race on ids of 01-original
// doesn't disturb other properties.
func (r *room) join() *Client {
	c := r.connect()
	c.Listen()
	r.say(c, hello)
	return c
}

// joinStalled connects a client that never reads, and waits until witness has heard it.
// Then the server has let it in.
func (r *room) joinStalled(witness *Client) *Client {
	c := r.connect()
	err := c.Conn.(*net.TCPConn).SetReadBuffer(smallBuffer)
	if server := r.sockets.Of(c.Conn); server != nil { // another process keeps the system's own buffer
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

// hearFrom waits until enough is true of what c has heard, from message number first on,
// and returns these messages. If that never happens, the scenario ends here: the room is
// frozen, or something else is wrong.
func (r *room) hearFrom(c *Client, first int, what string, enough func([]Message) bool) []Message {
	heard, v := r.listenFor(c, first, what, enough)
	if v.Kind != Holds {
		panic(v)
	}
	return heard
}

// listenFor is hearFrom, but it returns the result: Holds, Freezes or BreaksOff. It
// never ends the scenario.
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
		return nil, Verdict{Freezes, fmt.Sprintf("nothing for %v while waiting for %s; the server's goroutine waits in a %s, in %s",
			silence, what, strings.Replace(stuck.State, "chan ", "channel ", 1), own(stuck).Name())}
	case ended != nil:
		return nil, Verdict{BreaksOff, fmt.Sprintf("waited for %s, and its connection ended (%v)", what, ended)}
	}
	return nil, Verdict{BreaksOff, fmt.Sprintf("waited for %s, until nothing moved any more; it heard %s, and there %s",
		what, stacks.Number(len(heard), "message"), areGoroutines(r.all()))}
}

// rest returns what clients have left behind: all clients except for the first ones, stay
// of them, whose goroutines are in r.base. It waits until nothing is left, or until what
// is left can't go on by itself any more.
func (r *room) rest(stay int) (left []stacks.Goroutine, open int) {
	var since time.Time // since when the same goroutines are left
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
		return len(left) > 0 && time.Since(since) >= silence/3 // they wait for each other, and no other goroutine is there
	})
	return left, open
}

// sameAndWaiting tells whether left has the same goroutines as last, and none of them
// can go on by itself.
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

// without returns the goroutines that are not in set, without the judge's own, which
// read for its clients.
func without(all []stacks.Goroutine, set ids) []stacks.Goroutine {
	var rest []stacks.Goroutine
	for _, g := range all {
		if !set[g.ID] && !g.Runs("judge.(*Client).listen") {
			rest = append(rest, g)
		}
	}
	return rest
}

// own returns the innermost frame in this repository's code, but not in the judge's
// wrapper of a connection, nor in package live: a reader of the server looks there for
// the place where the goroutine waits. If there is none, own returns the innermost
// frame of all.
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
