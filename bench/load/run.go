package load

import (
	"bytes"
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

// The states of a run.
const (
	warming int32 = iota
	counting
	finishing
)

const (
	apart      = time.Millisecond       // from one group of clients to the next one
	afterwards = 100 * time.Millisecond // a process ends at most so long after its connections
	look       = 10 * time.Millisecond  // from one look at the progress of a run to the next
)

// drain is how long an open load waits after the second mark for messages on the way.
// Tests change it.
var drain = 2 * time.Second

// run is a measurement of one scenario. The goroutine that made it calls its methods,
// except for left, pace and flood.
type run struct {
	result.Scenario
	Timing
	limit int // messages of each sender; 0: as many as possible in the time

	process Process
	clients []*client
	senders []*sender // of the first clients, by index
	begin   time.Time

	phase  atomic.Int32
	sent   atomic.Int64  // messages of all senders
	kept   atomic.Int32  // clients that are not out
	stop   chan struct{} // closed: nobody sends any more
	failed chan error    // why the server can't be measured; has room for one
	ended  atomic.Bool   // the run itself closes the connections

	mu      sync.Mutex // guards the fields below, and those of clients and senders that name it
	stopped bool       // nobody sends any more

	goroutines sync.WaitGroup

	// The results. Times are since begin.
	talk     time.Duration // when the senders began
	from, to time.Duration // the marks
	cpu      time.Duration // first the value at the mark, then that of the time between the marks
	rss      [2]int        // before the first client, and at the second mark
	frozen   bool
	behind   bool // the open load's time was over while deliveries still came
}

// newRun connects all clients. Close it also after an error of its methods.
func newRun(ctx context.Context, p Process, s result.Scenario, t Timing) (*run, error) {
	r := &run{Scenario: s, Timing: t, process: p, stop: make(chan struct{}), failed: make(chan error, 1)}
	if err := roomFor(s.Clients); err != nil {
		return nil, err
	}
	var err error
	if r.rss[0], err = p.RSS(); err != nil {
		return nil, err
	}
	for i := range s.Clients {
		// Clients come one after the other: in 01-original two that come at the same
		// time may get one id, and then one of them hears nothing. And after the
		// handshake a server still has something to do for the client.
		if i%max(1, t.Group) == 0 {
			err = sleep(ctx, apart)
		}
		var f frames
		if err == nil {
			f, err = connect(ctx, p, make([]byte, readBuffer), 0)
		}
		if err != nil {
			r.close()
			return nil, err
		}
		c := &client{frames: f, run: r, index: i, from: make([]from, s.Senders)}
		r.clients = append(r.clients, c)
		if i < s.Senders {
			r.senders = append(r.senders, &sender{client: c, wake: make(chan struct{}, 1)})
		}
	}
	return r, nil
}

// measure does the whole measurement, and closes the run.
func (r *run) measure(ctx context.Context) (l result.Load, note string, err error) {
	defer r.close()
	if err := r.start(ctx, r.clients[len(r.clients)-1].conn); err != nil {
		return l, "", err
	}
	if err := r.watch(ctx); err != nil {
		return l, "", err
	}
	r.close()
	return r.result()
}

// start makes the last client say hello. Clients hear it only when they are in the room.
// When all have heard it, start lets the senders talk. A client that doesn't hear it
// within Quiet after another client counts as dropped.
func (r *run) start(ctx context.Context, last net.Conn) error {
	r.begin = time.Now()
	r.kept.Store(int32(len(r.clients)))
	for _, c := range r.clients {
		r.goroutines.Add(1)
		go c.listen()
	}
	if _, err := last.Write(appendMessage(nil, hello, 0, 0, r.Payload)); err != nil {
		return fmt.Errorf("the first message can't be sent: %w", err)
	}
	silent, since := len(r.clients), time.Now()
	for silent > 0 && time.Since(since) <= r.Quiet {
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		missing := 0
		for _, c := range r.clients {
			if !c.out.Load() && !c.greeted.Load() {
				missing++
			}
		}
		if missing < silent {
			silent, since = missing, time.Now()
		}
	}
	if silent == len(r.clients) {
		return fmt.Errorf("within %v, none of %d clients heard the first message", r.Quiet, silent)
	}
	for _, c := range r.clients {
		if !c.greeted.Load() {
			r.out(c, errSilent) // from now on nobody waits for it
		}
	}
	r.talk = time.Since(r.begin)
	if r.WarmUp == 0 {
		if err := r.openMark(); err != nil {
			return err
		}
	}
	for _, s := range r.senders {
		if !s.client.out.Load() {
			r.goroutines.Add(1)
			go s.talk()
		}
	}
	if r.Rate > 0 {
		r.goroutines.Go(r.pace)
	}
	if r.Flood {
		r.goroutines.Go(func() { r.flood(ctx) })
	}
	return nil
}

// flood is a client beside the others. It reads what comes, and sends without pause until
// the run's stop. If the server drops it, it comes again.
func (r *run) flood(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	r.goroutines.Go(func() {
		<-r.stop
		cancel()
	})
	many := bytes.Repeat(appendMessage(nil, noise, 0, 0, r.Payload), 100)
	for ctx.Err() == nil {
		f, err := connect(ctx, r.process, make([]byte, idleBuffer), 0)
		if err != nil {
			if ctx.Err() == nil {
				r.fail(err)
			}
			return
		}
		context.AfterFunc(ctx, func() { f.conn.Close() })
		r.goroutines.Go(func() { io.Copy(io.Discard, f.conn) })
		for err == nil {
			_, err = f.conn.Write(many)
		}
		f.conn.Close()
	}
}

// due returns when message n of an open load is due, since begin. The senders take
// turns.
func (r *run) due(n int) time.Duration {
	return r.talk + time.Duration(n)*time.Second/time.Duration(r.Rate)
}

// dueBefore returns how many messages of an open load are due before a time.
func (r *run) dueBefore(t time.Duration) int {
	return int(((t-r.talk)*time.Duration(r.Rate) + time.Second - 1) / time.Second)
}

// pace wakes each sender of an open load when its next message is due.
func (r *run) pace() {
	for n := 0; ; n++ {
		nap(r.due(n) - time.Since(r.begin))
		select {
		case <-r.stop:
			return
		default:
			r.senders[n%r.Senders].look()
		}
	}
}

// awaited returns how many clients must hear a message.
func (r *run) awaited() int32 {
	if r.All {
		return r.kept.Load()
	}
	return 1 // its sender
}

// A client's goroutine calls left when its connection is over.
func (r *run) left(c *client, err error) {
	if r.ended.Load() {
		return
	}
	var code closed
	var broken *net.OpError
	if !errors.Is(err, io.EOF) && !errors.As(err, &code) && !errors.As(err, &broken) {
		r.fail(err)
	}
	c.conn.Close()
	r.out(c, err)
	for _, s := range r.senders {
		s.look()
	}
}

// fail ends the run: the server can't be measured.
func (r *run) fail(err error) {
	select {
	case r.failed <- err:
	default: // one is enough
	}
}

// out notes that a client is out, and why.
func (r *run) out(c *client, why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !c.out.Swap(true) {
		c.why = why
		r.kept.Add(-1)
	}
}

// watch sets the marks. It returns when all that was sent was heard, when nothing is heard
// any more, or when an open load's time is over.
func (r *run) watch(ctx context.Context) error {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	var before int64
	progress := r.talk // when something was last heard
	for {
		phase := r.phase.Load()
		if phase == warming && time.Since(r.begin) >= r.talk+r.WarmUp {
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
		heard, waiting := r.state()
		if heard != before {
			before, progress = heard, now
		}
		allSent := phase == finishing || r.limit > 0 && r.sent.Load() == int64(r.limit)*int64(r.Senders)
		switch {
		case r.kept.Load() == 0:
			// It dropped all clients, or it has ended. It takes a moment to find out.
			if err := sleep(ctx, afterwards); err != nil {
				return err
			}
			if err := r.process.Ended(); err != nil {
				return err
			}
			return r.closeMark(time.Since(r.begin) - progress)
		case allSent && waiting == 0:
			return r.closeMark(0)
		case now-progress >= r.Quiet:
			if err := r.closeMark(now - progress); err != nil {
				return err
			}
			return r.probe(ctx)
		case r.Rate > 0 && phase == finishing && now-r.to >= drain:
			r.behind = true
			return nil
		case r.limit == 0 && phase == counting && now-r.from >= r.Measured:
			if err := r.closeMark(0); err != nil {
				return err
			}
		}
	}
}

// openMark and closeMark set the two marks. All between them is counted, but not a time
// without any delivery before the second one. After the second mark nobody
// sends.
func (r *run) openMark() (err error) {
	r.cpu, err = r.process.CPU()
	r.from = time.Since(r.begin)
	r.phase.Store(counting)
	return err
}

func (r *run) closeMark(still time.Duration) (err error) {
	r.stopSending()
	now := time.Since(r.begin)
	if r.phase.Swap(finishing) != counting {
		return nil // closed already, or never opened
	}
	cpu, err := r.process.CPU()
	if err != nil {
		return err
	}
	r.cpu = cpu - r.cpu
	r.to = max(r.from, now-still)
	r.rss[1], err = r.process.RSS()
	return err
}

// state returns how many deliveries there were, and how many clients that are not
// out have yet to hear something.
func (r *run) state() (heard int64, waiting int) {
	sent := r.sent.Load()
	for _, c := range r.clients {
		n := c.heard.Load()
		heard += n
		if n < sent && !c.out.Load() {
			waiting++
		}
	}
	return heard, waiting
}

// stopSending stops the senders.
func (r *run) stopSending() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		r.stopped = true
		close(r.stop)
	}
}

// probe finds out whether the room is frozen. Some clients say something more. If no
// client hears it, the room is frozen.
func (r *run) probe(ctx context.Context) error {
	const tries = 5
	message := appendMessage(nil, probe, 0, 0, r.Payload)
	said := 0
	// Begin with the last client: it sends least, so it is not stuck in a write.
	for _, c := range slices.Backward(r.clients) {
		if said < tries && !c.out.Load() {
			// A frozen server may not even read any more.
			c.conn.SetWriteDeadline(time.Now().Add(r.Quiet))
			c.conn.Write(message)
			said++
		}
	}
	r.frozen = true
	for deadline := time.Now().Add(r.Quiet); r.frozen && time.Now().Before(deadline); {
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		r.frozen = !slices.ContainsFunc(r.clients, func(c *client) bool { return c.answered.Load() })
	}
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
	l = result.Load{Scenario: r.Scenario, Seconds: (r.to - r.from).Seconds(), CPU: r.cpu.Seconds(),
		RSSBefore: r.rss[0], RSSAfter: r.rss[1], Frozen: r.frozen}
	expected := make([]int32, r.Senders)
	var set uint64 // of all messages
	sure := true   // tells that expected is what was sent
	for i, s := range r.senders {
		l.Sent += s.counted
		expected[i] = int32(s.sent)
		if s.client.out.Load() {
			// Its last messages may never have reached the server. Messages that nobody
			// heard don't count.
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
	if r.Rate > 0 {
		l.Sent = r.dueBefore(r.to) - r.dueBefore(r.from)
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
		missing := 0
		for sender, f := range c.from {
			if f.messages > expected[sender] {
				return l, "", fmt.Errorf("client %d heard %d messages of sender %d, who sent %d: some came twice",
					c.index, f.messages, sender, expected[sender])
			}
			missing += int(expected[sender] - f.messages)
		}
		switch {
		case r.behind:
			l.Unheard += missing
		case missing > 0:
			l.Lost += missing
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
