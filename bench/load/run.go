package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"websocket-chat-steps/bench/result"
)

// What a run is doing.
const (
	warming int32 = iota
	counting
	finishing
)

// apart is how long the next client waits after one has connected.
const apart = time.Millisecond

// afterwards is how long after its connections a process has ended, at most.
const afterwards = 100 * time.Millisecond

// look is how often a run looks at how far it is.
const look = 10 * time.Millisecond

// run is a measurement of one scenario. The goroutine that made it calls its
// methods, but for left.
type run struct {
	result.Scenario
	Timing
	limit int // messages of each sender; 0: as many as there is time for

	process Process
	clients []*client
	senders []*sender // of the first clients, by index
	begin   time.Time

	phase  atomic.Int32
	sent   atomic.Int64  // messages of all senders
	stop   chan struct{} // closed: nobody sends any more
	failed chan error    // why the server can't be measured; has room for one
	ended  atomic.Bool   // we close the connections ourselves

	mu      sync.Mutex // guards what follows, and the senders
	kept    int        // clients that are not out
	stopped bool       // nobody sends any more

	goroutines sync.WaitGroup

	// What came of it.
	talk    time.Duration // when the senders began, since begin
	mark    time.Duration // the first, likewise
	cpu     time.Duration // first at the mark, then of the time between the marks
	seconds float64       // between the marks
	frozen  bool
}

// newRun connects all clients. Close it also after an error of its methods.
func newRun(ctx context.Context, p Process, s result.Scenario, t Timing) (*run, error) {
	switch {
	case s.Payload < MinPayload || s.Payload > 0xFFFF:
		return nil, fmt.Errorf("a payload of %d bytes; it has to be %d to 65535", s.Payload, MinPayload)
	case s.Senders < 1 || s.Senders > s.Clients || s.Window < 1 || s.Window > ring:
		return nil, fmt.Errorf("%d senders of %d clients with a window of %d; there has to be a sender, no more than clients, and a window of 1 to %d",
			s.Senders, s.Clients, s.Window, ring)
	}
	r := &run{
		Scenario: s,
		Timing:   t,
		process:  p,
		stop:     make(chan struct{}),
		failed:   make(chan error, 1),
	}
	if err := roomFor(s.Clients); err != nil {
		return nil, err
	}
	for i := range s.Clients {
		// One after the other, and not at once: in 01-original two that come at the
		// same time may get one id, and then one of them hears nothing. A server
		// still has something to do for a client that has its answer.
		if err := sleep(ctx, apart); err != nil {
			r.close()
			return nil, err
		}
		f, err := connect(ctx, p, make([]byte, readBuffer), 0)
		if err != nil {
			r.close()
			return nil, err
		}
		c := &client{frames: f, run: r, index: i, from: make([]from, s.Senders)}
		r.clients = append(r.clients, c)
		if i < s.Senders {
			r.senders = append(r.senders, &sender{client: c, wake: make(chan struct{}, 1)})
		}
		for sender := range c.from {
			if s.All || sender == i {
				c.from[sender].taken = make([]int32, ring)
			}
		}
	}
	return r, nil
}

// measure does all that there is to do, and closes the run.
func (r *run) measure(ctx context.Context) (l result.Load, note string, err error) {
	defer r.close()
	if err := r.start(ctx); err != nil {
		return l, "", err
	}
	if err := r.watch(ctx); err != nil {
		return l, "", err
	}
	r.close()
	return r.result()
}

// start has the last client, or another connection that came later, say hello;
// and when all have heard it, which they don't before they are in the room, it
// has the senders talk. A client that doesn't hear it counts as dropped.
func (r *run) start(ctx context.Context) error {
	return r.startAfter(ctx, r.clients[len(r.clients)-1].conn)
}

func (r *run) startAfter(ctx context.Context, last net.Conn) error {
	r.begin = time.Now()
	r.kept = len(r.clients)
	for _, c := range r.clients {
		r.goroutines.Add(1)
		go c.listen()
	}
	if _, err := last.Write(appendMessage(nil, hello, 0, 0, r.Payload)); err != nil {
		return fmt.Errorf("the first message can't be sent: %w", err)
	}
	silent := r.await(ctx, func(c *client) bool { return c.greeted.Load() })
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if silent == len(r.clients) {
		return fmt.Errorf("within %v, none of %d clients heard the first message", r.Quiet, silent)
	}
	r.talk = time.Since(r.begin)
	if r.WarmUp == 0 {
		if err := r.openMark(); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.clients {
		if !c.greeted.Load() && !c.out.Load() {
			c.out.Store(true)
			c.why = errSilent
			r.kept--
			// Nobody waits for it, whatever it hears from now on.
		}
	}
	for _, s := range r.senders {
		if !s.client.out.Load() {
			r.goroutines.Add(1)
			go s.talk()
		}
	}
	return nil
}

// await waits until all clients are as they should be, but no longer than Quiet
// after one more was. It returns how many are not, those that are out not counted.
func (r *run) await(ctx context.Context, done func(*client) bool) (missing int) {
	before, since := -1, time.Now()
	for {
		missing = 0
		for _, c := range r.clients {
			if !c.out.Load() && !done(c) {
				missing++
			}
		}
		if missing != before {
			before, since = missing, time.Now()
		}
		if missing == 0 || time.Since(since) > r.Quiet || sleep(ctx, pause) != nil {
			return missing
		}
	}
}

// left is called by a client's goroutine when its connection is over.
func (r *run) left(c *client, err error) {
	if r.ended.Load() {
		return
	}
	var code closed
	var broken *net.OpError
	if !errors.Is(err, io.EOF) && !errors.As(err, &code) && !errors.As(err, &broken) {
		select {
		case r.failed <- err:
		default: // one is enough
		}
	}
	c.conn.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.out.Load() {
		return
	}
	c.out.Store(true)
	c.why = err
	r.kept--
	for _, s := range r.senders {
		s.forget(c)
	}
}

// watch sets the marks, and returns when all that was sent was heard, or when
// nothing is heard any more.
func (r *run) watch(ctx context.Context) error {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	var before int64
	progress := r.talk // when something was last heard
	for {
		if r.phase.Load() == warming && time.Since(r.begin) >= r.talk+r.WarmUp {
			if err := r.openMark(); err != nil {
				return err
			}
		}
		select {
		case err := <-r.failed:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
		now := time.Since(r.begin)
		heard, kept, waiting := r.state()
		if heard != before {
			before, progress = heard, now
		}
		stuck := now-progress >= r.Quiet
		allSent := r.limit > 0 && r.sent.Load() == int64(r.limit)*int64(r.Senders)
		switch {
		case r.phase.Load() == finishing && waiting == 0:
			return nil
		case allSent && waiting == 0:
			r.stopSending()
			return r.closeMark(0)
		case kept == 0:
			// It let all go, or it is no more, which takes a moment to be known.
			r.stopSending()
			if err := sleep(ctx, afterwards); err != nil {
				return err
			}
			if err := r.process.Ended(); err != nil {
				return err
			}
			return r.closeMark(time.Since(r.begin) - progress)
		case stuck:
			r.stopSending()
			if err := r.closeMark(now - progress); err != nil {
				return err
			}
			return r.probe(ctx)
		case r.limit == 0 && r.phase.Load() == counting && now-r.mark >= r.Measured:
			r.stopSending()
			if err := r.closeMark(0); err != nil {
				return err
			}
		}
	}
}

// openMark and closeMark set the two marks. What is between them is counted, but
// not how long everything has stood still before the second one.
func (r *run) openMark() error {
	cpu, err := r.process.CPU()
	if err != nil {
		return err
	}
	r.cpu, r.mark = cpu, time.Since(r.begin)
	r.phase.Store(counting)
	return nil
}

func (r *run) closeMark(still time.Duration) error {
	now := time.Since(r.begin)
	if r.phase.Swap(finishing) != counting {
		return nil // closed already, or never opened
	}
	cpu, err := r.process.CPU()
	if err != nil {
		return err
	}
	r.cpu = cpu - r.cpu
	r.seconds = max(0, now-r.mark-still).Seconds()
	return nil
}

// state returns how many deliveries there were, how many clients are not out, and
// how many of these have yet to hear something.
func (r *run) state() (heard int64, kept, waiting int) {
	sent := r.sent.Load()
	for _, c := range r.clients {
		n := c.heard.Load()
		heard += n
		if !c.out.Load() {
			kept++
			if n < sent {
				waiting++
			}
		}
	}
	return heard, kept, waiting
}

// stopSending has the senders send no more.
func (r *run) stopSending() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		r.stopped = true
		close(r.stop)
	}
}

// probe finds out whether the room is frozen: some clients say something more,
// and somebody hears it, or nobody does.
func (r *run) probe(ctx context.Context) error {
	const tries = 5
	message := appendMessage(nil, probe, 0, 0, r.Payload)
	said := 0
	// From the last one, which sends least, and so isn't stuck in that.
	for _, c := range slices.Backward(r.clients) {
		if c.out.Load() {
			continue
		}
		// A frozen server may not even read any more.
		c.conn.SetWriteDeadline(time.Now().Add(r.Quiet))
		c.conn.Write(message)
		if said++; said == tries {
			break
		}
	}
	for deadline := time.Now().Add(r.Quiet); time.Now().Before(deadline); {
		for _, c := range r.clients {
			if c.answered.Load() {
				return nil
			}
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
	r.frozen = true
	return nil
}

// close ends all connections and goroutines of the run. It may be called again.
func (r *run) close() {
	r.stopSending()
	r.ended.Store(true)
	for _, c := range r.clients {
		c.conn.Close()
	}
	r.goroutines.Wait()
}

// result sums up what the clients heard. It is called after close.
func (r *run) result() (l result.Load, note string, err error) {
	l = result.Load{Scenario: r.Scenario, Seconds: r.seconds, CPU: r.cpu.Seconds(), Frozen: r.frozen}
	expected := make([]int32, r.Senders)
	var set uint64 // of all messages
	sure := true   // that expected is what was sent
	for i, s := range r.senders {
		l.Sent += s.counted
		expected[i] = int32(s.sent)
		if s.client.out.Load() {
			// What it sent last may never have come to the server: what nobody
			// heard doesn't count.
			sure = false
			expected[i] = 0
			for _, c := range r.clients {
				if !c.out.Load() {
					expected[i] = max(expected[i], c.from[i].messages)
				}
			}
		}
		for number := range expected[i] {
			set += mix(i, number)
		}
	}

	var delays delays
	var order uint64
	for _, c := range r.clients {
		l.Deliveries += c.counted
		l.Inversions += c.inversions
		delays.merge(&c.delays)
		if c.out.Load() {
			l.Dropped++
			if note == "" {
				note = c.why.Error()
			}
			continue
		}
		lost := 0
		for sender, f := range c.from {
			if f.messages > expected[sender] {
				return l, "", fmt.Errorf("client %d heard %d messages of sender %d, who sent %d: some came twice",
					c.index, f.messages, sender, expected[sender])
			}
			lost += int(expected[sender] - f.messages)
		}
		l.Lost += lost
		switch {
		case lost > 0:
		case sure && c.set != set:
			return l, "", fmt.Errorf("client %d heard as many messages as were sent, but not the same: some came twice", c.index)
		case order == 0:
			order = c.order
		case c.order != order:
			l.Disagree++
		}
	}
	l.P50, l.P99 = delays.quantile(0.50), delays.quantile(0.99)
	return l, note, nil
}
