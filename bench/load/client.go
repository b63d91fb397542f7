package load

import (
	"bytes"
	"errors"
	"sync/atomic"
	"time"
)

// client is a healthy client of a run: it reads at once what comes. The goroutine that
// runs listen owns its fields. When it has ended, the run owns them. Any goroutine may
// read the atomic ones.
type client struct {
	frames
	run   *run
	index int

	from       []from // by sender
	counted    int    // deliveries between the marks
	inversions int    // between the marks
	delays     delays // between the marks
	order      uint64 // depends on all messages heard, and on their order
	set        uint64 // and this one does not depend on their order
	all        int64  // messages heard

	heard    atomic.Int64 // all, at the last read
	greeted  atomic.Bool  // has heard the hello
	answered atomic.Bool  // has heard the probe
	out      atomic.Bool  // the server dropped it, or never let it in
	why      error        // why it is out; guarded by run.mu
}

// errSilent is the reason of a client that was never let in.
var errSilent = errors.New("it never heard the first message")

// from is what a client has heard from one sender.
type from struct {
	messages int32
	next     int32 // 1 + the highest number
}

// listen reads until the connection ends. Then the server has dropped the client, or the
// run is over.
func (c *client) listen() {
	defer c.run.goroutines.Done()
	c.run.left(c, c.read())
}

func (c *client) read() error {
	for {
		if err := c.fill(); err != nil {
			return err
		}
		// The clock is read once for all that one read brings.
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

var newline = []byte{'\n'}

// hear takes the messages of one frame: one, or several with newlines between.
func (c *client) hear(payload []byte, now int64, counts bool) error {
	for len(payload) > 0 {
		var message []byte
		if message, payload, _ = bytes.Cut(payload, newline); len(message) == 0 {
			continue // a newline at the end, as json.Encoder writes it
		}
		sender, number, at, err := parseMessage(message)
		switch {
		case err != nil:
			return err
		case sender < len(c.from):
			c.take(sender, int32(number), now-at, counts)
		case sender == hello:
			c.greeted.Store(true)
		case sender == probe:
			c.answered.Store(true)
		case sender == noise: // it costs the same to read, and counts for nothing
		default:
			return notOurs(message)
		}
	}
	return nil
}

// take takes one message of a talking client.
func (c *client) take(sender int, number int32, delay int64, counts bool) {
	c.all++
	mixed := mix(sender, number)
	c.order = (c.order ^ mixed) * 0x100000001b3
	c.set += mixed
	f := &c.from[sender]
	f.messages++
	if counts {
		c.counted++
		if number+1 < f.next {
			c.inversions++
		}
		c.delays.add(delay)
	}
	f.next = max(f.next, number+1)
	if r := c.run; r.Rate == 0 && (r.All || sender == c.index) && !c.out.Load() {
		r.senders[sender].acknowledge(number)
	}
}

// mix makes a number of a message, which is different for each message.
func mix(sender int, number int32) uint64 {
	x := (uint64(sender)<<32 | uint64(number)) * 0xbf58476d1ce4e5b9
	return (x ^ x>>31) * 0x94d049bb133111eb
}

// ring is how many messages of one sender may be on the way.
const ring = 1024

// sender is the sending side of a client. It has its own goroutine, so a client that
// waits to send still reads.
type sender struct {
	client *client
	heard  [ring]atomic.Int32 // by number%ring: how many of the clients that it waits for have heard it
	wake   chan struct{}      // there may be something to send
	out    []byte             // frames to write; the sender's goroutine owns it

	// Guarded by run.mu.
	sent    int // messages
	counted int // between the marks
	done    int // messages before this number are not on the way
}

// Each client that a message waits for calls acknowledge.
func (s *sender) acknowledge(number int32) {
	if s.heard[number%ring].Add(1) >= s.client.run.awaited() {
		s.look()
	}
}

// look tells the sender to check whether it may send.
func (s *sender) look() {
	select {
	case s.wake <- struct{}{}:
	default: // it will check anyway
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

// fill makes the frames that are due, or for which the window has room.
func (s *sender) fill() {
	r := s.client.run
	r.mu.Lock()
	defer r.mu.Unlock()
	s.out = s.out[:0]
	now := time.Since(r.begin)
	for !r.stopped && !s.client.out.Load() && (r.limit == 0 || s.sent < r.limit) {
		at := now
		if r.Rate > 0 {
			// The delay begins when the message was due, also if it goes out late.
			if at = r.due(s.sent*r.Senders + s.client.index); at > now {
				return
			}
		} else {
			if s.underWay() >= r.Window || s.sent-s.done == ring {
				return
			}
			s.heard[s.sent%ring].Store(0)
		}
		s.out = appendMessage(s.out, s.client.index, s.sent, int64(at), r.Payload)
		s.sent++
		r.sent.Add(1)
		if r.phase.Load() == counting {
			s.counted++
		}
	}
}

// underWay returns how many messages have not reached all clients that they wait for. If
// the server drops a client, it still counts for messages that it has heard.
func (s *sender) underWay() (n int) {
	awaited := s.client.run.awaited()
	for number := s.done; number < s.sent; number++ {
		if s.heard[number%ring].Load() < awaited {
			n++
		} else if n == 0 {
			s.done++
		}
	}
	return n
}
