package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// start starts one more process of the step.
func start(t *testing.T, args ...string) *live.Program {
	t.Helper()
	p, err := live.Start(judgetest.Context(t), steps.Of(step), nil, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
	require.NoError(t, err)
	t.Cleanup(func() {
		p.Kill()
		if _, stderr := p.Output(); t.Failed() {
			t.Logf("%s %q said at the end:\n%s", step, args, stderr[max(0, len(stderr)-2000):])
		}
	})
	return p
}

// brokerIn is a process whose broker the servers of a test use.
type brokerIn struct {
	*live.Program
	addr string // of its broker, as host:port
	data string
}

// startBrokerIn starts a broker in a new directory.
func startBrokerIn(t *testing.T) *brokerIn {
	t.Helper()
	b := &brokerIn{addr: judgetest.FreeAddr(t), data: t.TempDir()}
	b.again(t)
	return b
}

// again starts the broker again, on the same port and in the same directory.
func (b *brokerIn) again(t *testing.T) {
	t.Helper()
	b.Program = start(t, "-broker-addr", b.addr, "-data", b.data)
}

func (b *brokerIn) url() string { return "nats://" + b.addr }

// entry is what a member hears as one frame.
type entry struct {
	Author, Body, Key, Error string
	ID, Gap                  uint64
}

// member is a client as the page is one: it goes to another server when its own is away,
// says from where on it wants to hear, and sends again what was not acknowledged.
type member struct {
	name    string
	servers []*live.Program // it begins at the first
	say     int             // how many messages it says

	heard    []entry      // with the ids from 1 on
	count    atomic.Int64 // of heard
	own      int          // of its own messages, heard
	acked    int          // of its own messages, acknowledged
	left     atomic.Int64 // how many connections have ended before it was done
	refused  atomic.Int64 // error frames
	longest  time.Duration
	lastTime time.Time
}

// run is over when the member has heard as many messages as want says, and its own among them.
// Each of them must come once, in the order of the ids.
func (m *member) run(ctx context.Context, want int) error {
	m.lastTime = time.Now()
	for at := 0; ; at++ {
		err := m.visit(ctx, m.servers[at%len(m.servers)].Addr, want)
		var wrong wrongOrder
		if err == nil || errors.As(err, &wrong) {
			return err
		}
		m.left.Add(1)
		select {
		case <-time.After(20 * time.Millisecond): // as nobody listens there, or not yet again
		case <-ctx.Done():
			return fmt.Errorf("%s has heard %d messages of %d, and %d of its own %d: %w (%w)", m.name, len(m.heard), want, m.acked, m.say, err, context.Cause(ctx))
		}
	}
}

// wrongOrder is a message that should not come now.
type wrongOrder string

func (w wrongOrder) Error() string { return string(w) }

// visit is one connection.
func (m *member) visit(ctx context.Context, addr string, want int) error {
	const window = 4 // messages on the way
	patience := judgetest.Patience()
	c, err := judge.Dial(m.name, addr, fmt.Sprintf("/ws?after=%d", len(m.heard)), patience)
	if err != nil {
		return err
	}
	defer c.Drop()
	defer context.AfterFunc(ctx, c.Drop)()
	for sent := m.acked; len(m.heard) < want || m.acked < m.say; {
		for ; sent < m.say && sent < m.acked+window; sent++ {
			text, err := json.Marshal(map[string]string{"author": m.name, "body": strconv.Itoa(sent), "key": m.key(sent)})
			if err != nil {
				return err
			}
			if err := c.Write(judge.AppendFrame(nil, judge.Text, text)); err != nil {
				return err
			}
		}
		f, err := c.HearFrame()
		switch {
		case err != nil:
			return err
		case f.Opcode == judge.Ping:
			if err := c.Write(judge.AppendFrame(nil, judge.Pong, f.Payload)); err != nil {
				return err
			}
			continue
		case f.Opcode != judge.Text:
			return fmt.Errorf("let go: %q", f.Payload)
		}
		var e entry
		if err := json.Unmarshal(f.Payload, &e); err != nil {
			return err
		}
		switch {
		case e.Gap > 0:
			return wrongOrder(fmt.Sprintf("%s, which has heard %d messages, is told of a gap up to %d", m.name, len(m.heard), e.Gap))
		case e.Error != "":
			m.refused.Add(1)
			return errors.New(e.Error)
		case e.Body == "": // it was stored before
			if e.Key == m.key(m.acked) {
				m.acked++
			}
		default:
			if int(e.ID) != len(m.heard)+1 {
				return wrongOrder(fmt.Sprintf("%s heard message %d (%s), but %d should come next", m.name, e.ID, e.Key, len(m.heard)+1))
			}
			m.longest = max(m.longest, time.Since(m.lastTime))
			m.lastTime = time.Now()
			m.heard = append(m.heard, e)
			m.count.Add(1)
			if e.Author == m.name {
				if e.Key != m.key(m.own) {
					return wrongOrder(fmt.Sprintf("%s heard its own message %s, but %s should come next", m.name, e.Key, m.key(m.own)))
				}
				m.own++
				m.acked = max(m.acked, m.own)
			}
		}
	}
	return nil
}

func (m *member) key(n int) string { return fmt.Sprintf("%s-%d", m.name, n) }

// party are the members of a room.
type party struct {
	t       *testing.T
	members []*member
	total   int           // messages
	over    chan struct{} // closed when all members are done, or one of them can't be
	err     error         // why it can't; to be read when over is closed
}

// begin lets listeners and speakers come to each of the servers, each speaker with a number of
// messages. A member that loses its server goes to the next one.
func begin(t *testing.T, servers []*live.Program, listeners, speakers, messages int) *party {
	t.Helper()
	p := &party{t: t, over: make(chan struct{})}
	for i := range servers {
		turned := slices.Concat(servers[i:], servers[:i])
		for n := range listeners {
			p.members = append(p.members, &member{name: fmt.Sprintf("listener-%d-%d", i, n), servers: turned})
		}
		for n := range speakers {
			p.members = append(p.members, &member{name: fmt.Sprintf("speaker-%d-%d", i, n), servers: turned, say: messages})
			p.total += messages
		}
	}
	ctx, cancel := context.WithCancel(judgetest.Context(t))
	t.Cleanup(cancel)
	go func() {
		var all sync.WaitGroup
		errs := make([]error, len(p.members))
		for i, m := range p.members {
			all.Go(func() {
				if errs[i] = m.run(ctx, p.total); errs[i] != nil {
					cancel()
				}
			})
		}
		all.Wait()
		p.err = errors.Join(errs...)
		close(p.over)
	}()
	return p
}

// await waits until every member has heard n messages.
func (p *party) await(n int) {
	p.t.Helper()
	judgetest.Await(p.t, fmt.Sprintf("all to hear %d messages", n), func() bool {
		select {
		case <-p.over:
			require.NoError(p.t, p.err)
		default:
		}
		return !slices.ContainsFunc(p.members, func(m *member) bool { return m.count.Load() < int64(n) })
	})
}

// end waits until all is said and heard. All must have heard the same, each message once and
// each sender's in its order. It returns how long somebody heard nothing, at most.
func (p *party) end() (silence time.Duration) {
	p.t.Helper()
	<-p.over
	require.NoError(p.t, p.err)
	next := make(map[string]int) // of each author
	for i, e := range p.members[0].heard {
		require.Equal(p.t, strconv.Itoa(next[e.Author]), e.Body, "message %d, of %s", i+1, e.Author)
		next[e.Author]++
	}
	var left int64
	for _, m := range p.members {
		require.Equal(p.t, p.members[0].heard, m.heard, "what %s heard, and %s", p.members[0].name, m.name)
		assert.Equal(p.t, m.say, next[m.name], "messages of %s", m.name)
		left, silence = left+m.left.Load(), max(silence, m.longest)
	}
	p.t.Logf("%d members heard the same %d messages; %d connections ended before, and the longest silence was %v", len(p.members), p.total, left, silence.Round(time.Millisecond))
	return silence
}

// relay stands between a server and its broker.
type relay struct {
	net.Listener
	to string

	mu     sync.Mutex
	cond   *sync.Cond
	shut   bool              // who connects is let go
	skip   string            // what the server gets with this in it, it doesn't get, once
	held   bool              // nothing goes to the server now
	eat    func([]byte) bool // nothing goes to the server at all; when it is true of what should have gone, the connection is cut
	cut    chan struct{}     // closed then
	asked  string            // in what goes to the broker, it ends the eating
	closed bool
}

func startRelay(t *testing.T, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &relay{Listener: l, to: to}
	r.cond = sync.NewCond(&r.mu)
	t.Cleanup(func() {
		l.Close()
		r.set(func() { r.closed = true })
	})
	go func() {
		for {
			server, err := l.Accept()
			if err != nil {
				return
			}
			go r.pass(server)
		}
	}()
	return r
}

// set changes what the relay does.
func (r *relay) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	r.cond.Broadcast()
}

// eatUntil passes nothing to the server until what should have gone is the last, and then cuts the
// connection and closes the channel. The next connection is as before.
func (r *relay) eatUntil(last func([]byte) bool) <-chan struct{} {
	cut := make(chan struct{})
	r.set(func() { r.eat, r.cut = last, cut })
	return cut
}

// eatUntilAsked passes nothing to the server until the server asks for something, and then all.
func (r *relay) eatUntilAsked(what string) {
	r.set(func() { r.eat, r.asked = func([]byte) bool { return false }, what })
}

func (r *relay) pass(server net.Conn) {
	defer server.Close()
	shut := false
	if r.set(func() { shut = r.shut }); shut {
		return
	}
	broker, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	defer broker.Close()
	go func() {
		defer broker.Close()
		b := make([]byte, 64<<10)
		for {
			n, err := server.Read(b)
			if err != nil {
				return
			}
			r.set(func() {
				if r.asked != "" && bytes.Contains(b[:n], []byte(r.asked)) {
					r.eat, r.asked = nil, ""
				}
			})
			if _, err := broker.Write(b[:n]); err != nil {
				return
			}
		}
	}()
	b := make([]byte, 64<<10)
	for {
		n, err := broker.Read(b)
		if err != nil {
			return
		}
		r.mu.Lock()
		for r.held && !r.closed {
			r.cond.Wait()
		}
		skipped := r.skip != "" && bytes.Contains(b[:n], []byte(r.skip))
		if skipped {
			r.skip = ""
		}
		eating, cut := r.eat != nil || skipped, r.eat != nil && r.eat(b[:n])
		if cut {
			r.eat = nil
			close(r.cut)
		}
		r.mu.Unlock()
		if cut {
			return
		}
		if eating {
			continue
		}
		if _, err := server.Write(b[:n]); err != nil {
			return
		}
	}
}
