package load

import (
	"bytes"
	"errors"
	"sync/atomic"
	"time"
)

// ring is how many of a sender's messages are told apart while they are under
// way; a power of two.
const ring = 1024

// client is a healthy client of a run: it reads what comes, at once. Its fields
// belong to the goroutine that runs listen, and when that has ended, to the run;
// the atomic ones are for all to read.
type client struct {
	frames
	run   *run
	index int

	from       []from // by sender
	counted    int    // deliveries between the marks
	inversions int    // likewise
	delays     delays // likewise
	order      uint64 // depends on all messages heard, and on their order
	set        uint64 // and this not on their order
	all        int64  // messages heard

	heard    atomic.Int64 // all, as of the last read
	greeted  atomic.Bool  // has heard the hello
	answered atomic.Bool  // has heard the probe
	out      atomic.Bool  // the server let it go, or never let it in
	why      error        // then; guarded by run.mu
}

// from is what a client has heard from one sender.
type from struct {
	messages int32
	next     int32   // 1 + the highest number
	taken    []int32 // by number%ring: 1 + the number, if heard; nil where nobody waits for this client to hear
}

// listen reads until the connection ends. Then the server has let the client go,
// unless the run is over.
func (c *client) listen() {
	defer c.run.goroutines.Done()
	c.run.left(c, c.read())
}

func (c *client) read() error {
	for {
		if err := c.fill(); err != nil {
			return err
		}
		// One look at the clock for all that one read brings.
		now := int64(time.Since(c.run.begin))
		counts := c.run.phase.Load() == counting
		for {
			payload, ok, err := c.next()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if err := c.hear(payload, now, counts); err != nil {
				return err
			}
		}
		c.heard.Store(c.all)
	}
}

// hear takes the messages of one frame: one, or several with newlines between.
func (c *client) hear(payload []byte, now int64, counts bool) error {
	size := c.run.Payload
	for len(payload) > 0 {
		// Nearly always it is a message of the usual size.
		message := payload
		if len(payload) > size && payload[size] == '\n' {
			message, payload = payload[:size], payload[size+1:]
		} else if i := bytes.IndexByte(payload, '\n'); i >= 0 {
			message, payload = payload[:i], payload[i+1:]
		} else {
			payload = nil
		}
		if len(message) == 0 {
			continue // a newline at the end, as json.Encoder writes it
		}
		sender, number, at, err := parseMessage(message)
		if err != nil {
			return err
		}
		if sender >= len(c.from) {
			switch sender {
			case hello:
				c.greeted.Store(true)
			case probe:
				c.answered.Store(true)
			default:
				return notOurs(message)
			}
			continue
		}
		c.take(sender, int32(number), now-at, counts)
	}
	return nil
}

// take takes one message that clients talk with.
func (c *client) take(sender int, number int32, delay int64, counts bool) {
	c.all++
	mixed := mix(sender, number)
	c.order = (c.order ^ mixed) * 0x100000001b3
	c.set += mixed

	f := &c.from[sender]
	f.messages++
	inverted := number+1 < f.next
	f.next = max(f.next, number+1)
	if counts {
		c.counted++
		if inverted {
			c.inversions++
		}
		c.delays.add(delay)
	}
	if f.taken != nil && f.taken[number%ring] != number+1 && !c.out.Load() {
		f.taken[number%ring] = number + 1
		c.run.senders[sender].acknowledge(number)
	}
}

// mix makes of a message a number that looks like none of another's.
func mix(sender int, number int32) uint64 {
	x := uint64(sender)<<32 | uint64(uint32(number))
	x = (x + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9
	x ^= x >> 31
	x *= 0x94d049bb133111eb
	return x ^ x>>29
}

// sender is the sending side of a client, in a goroutine of its own: a client
// that waits to send still reads. Its fields are guarded by run.mu, but for the
// atomic ones.
type sender struct {
	client  *client
	sent    int                // messages
	counted int                // between the marks
	number  [ring]int32        // by number%ring: the message that is or was there
	waits   [ring]atomic.Int32 // by number%ring: how many clients have yet to hear it
	under   atomic.Int32       // messages under way
	wake    chan struct{}
	out     []byte // frames to write; the sender's goroutine's own
}

// acknowledge is called by each client that a message waits for, once.
func (s *sender) acknowledge(number int32) {
	if s.waits[number%ring].Add(-1) > 0 {
		return
	}
	s.under.Add(-1)
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// talk sends while it may, until the run's stop.
func (s *sender) talk() {
	defer s.client.run.goroutines.Done()
	for {
		s.fill()
		if len(s.out) > 0 {
			if _, err := s.client.conn.Write(s.out); err != nil {
				return // the client finds out, too
			}
		}
		select {
		case <-s.wake:
		case <-s.client.run.stop:
			return
		}
	}
}

// fill makes the frames that the window has room for.
func (s *sender) fill() {
	r := s.client.run
	r.mu.Lock()
	defer r.mu.Unlock()
	s.out = s.out[:0]
	now := int64(time.Since(r.begin))
	for !r.stopped && !s.client.out.Load() && s.under.Load() < int32(r.Window) && (r.limit == 0 || s.sent < r.limit) {
		place := s.sent % ring
		if s.waits[place].Load() > 0 {
			break // a message of long ago is still under way
		}
		waits := 1 // for the sender itself
		if r.All {
			waits = r.kept
		}
		s.number[place] = int32(s.sent)
		s.waits[place].Store(int32(waits))
		s.under.Add(1)
		s.out = appendMessage(s.out, s.client.index, s.sent, now, r.Payload)
		s.sent++
		r.sent.Add(1)
		if r.phase.Load() == counting {
			s.counted++
		}
	}
}

// forget has nobody wait for a client any more. It is called by the goroutine
// that runs the client's listen, with run.mu held.
func (s *sender) forget(c *client) {
	f := &c.from[s.client.index]
	if f.taken == nil {
		return
	}
	for place := range min(s.sent, ring) {
		if number := s.number[place]; f.taken[place] != number+1 {
			s.acknowledge(number)
		}
	}
}

// errSilent is why a client is out that was never in.
var errSilent = errors.New("it never heard the first message")
