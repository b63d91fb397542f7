package chat

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/race"
)

var modelSeed = flag.Uint64("model.seed", 0, "what TestModel is to run with, instead of what chance says")

// TestModel has clients do things by chance, on the real server, and after each
// thing compares what everybody has heard with what the model says.
func TestModel(t *testing.T) {
	things, runs := max(100, fewer(250)), max(2, fewer(8))
	seen := make(map[string]int) // of what is worth a look, in all runs
	for n := range runs {
		seed := *modelSeed
		if seed == 0 {
			seed = rand.Uint64()
		}
		if !t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Logf("to have this again: go test -run TestModel -model.seed %d", seed)
			synctest.Test(t, func(t *testing.T) { playModel(t, rand.New(rand.NewPCG(seed, 0)), things, seen) })
		}) || *modelSeed != 0 {
			return
		}
	}
	t.Log(seen)
	if race.Enabled || testing.Short() {
		return // in so few runs not everything happens
	}
	for _, what := range []string{"told 1000", "told 1008", "closed in a write", "closed after 1008", "spoke when let go"} {
		assert.Positive(t, seen[what], "how often one was seen that %s", what)
	}
}

// side is one client, and what the model says of it. The model's time is the
// bubble's. A client that isn't stalled has always read all that there is.
type side struct {
	client   *modelClient
	compared int // so many of heard, with what it really heard

	heard   []string  // so far; a stalled client hears nothing
	stalled bool      // it doesn't read
	writing []string  // one frame, that a stalled client doesn't read
	since   time.Time // when that write began
	waiting []string  // behind it
	bytes   int       // of those
	letGo   time.Time // when it was; zero: it wasn't
	ended   bool      // the server has closed the connection
}

// hears is what becomes of one frame for the client.
func (s *side) hears(what string, size int) {
	switch {
	case s.ended || !s.letGo.IsZero():
	case !s.stalled:
		s.heard = append(s.heard, what)
	case s.writing == nil:
		s.writing, s.since = []string{what}, time.Now()
	case s.bytes+size > 1<<20:
		s.waiting, s.letGo = []string{"1008"}, time.Now()
	default:
		s.waiting, s.bytes = append(s.waiting, what), s.bytes+size
	}
}

// resumes has it read all that there is.
func (s *side) resumes() {
	s.heard = slices.Concat(s.heard, s.writing, s.waiting)
	s.stalled, s.writing, s.waiting, s.bytes = false, nil, nil, 0
	if s.ended {
		s.heard = append(s.heard, "the end")
	}
}

// ends is that the server closes the connection.
func (s *side) ends() {
	s.ended, s.writing, s.waiting = true, nil, nil
	if !s.stalled {
		s.heard = append(s.heard, "the end")
	}
}

// timeHasPassed is what has come of deadlines by now. It says what happened.
func (s *side) timeHasPassed() string {
	const patience = 10 * time.Second
	switch now := time.Now(); {
	case s.ended:
	case s.writing != nil && now.Sub(s.since) >= patience:
		s.ends()
		return "closed in a write"
	case !s.letGo.IsZero() && now.Sub(s.letGo) >= patience:
		s.ends()
		return "closed after 1008"
	}
	return ""
}

// model is the room, as it is to be.
type model struct {
	t      *testing.T
	room   *room
	chance *rand.Rand
	seen   map[string]int

	history []entry
	sides   []*side // of the clients that haven't gone
}

// entry is a message in the history.
type entry struct {
	what string
	size int // of its frame
}

func playModel(t *testing.T, chance *rand.Rand, things int, seen map[string]int) {
	m := &model{t: t, room: openRoomInBubble(t), chance: chance, seen: seen}
	m.said(&Message{"client 0", welcome})
	for n := range things {
		m.doSomething()
		synctest.Wait()
		open := 0
		for _, s := range slices.Clone(m.sides) {
			heard := s.client.sofar()
			require.Equal(t, s.heard[s.compared:], heard[s.compared:], "what %s heard, after %d things", s.client.Name, n+1)
			s.compared = len(heard)
			if !s.ended {
				open++
			} else if !s.stalled {
				m.remove(s)
			}
		}
		require.Equal(t, open, m.room.sockets.Open(), "connections, after %d things", n+1)
	}
}

func (m *model) doSomething() {
	switch roll := m.chance.IntN(100); {
	case roll < 10:
		if len(m.sides) < 8 {
			m.join()
		}
	case roll < 13:
		if s := m.some(func(s *side) bool { return !s.stalled }); s != nil {
			m.leave(s)
		}
	case roll < 15:
		if s := m.some(func(s *side) bool { return true }); s != nil {
			m.remove(s)
		}
	case roll < 25:
		if s := m.some(func(s *side) bool { return !s.stalled }); s != nil {
			s.client.tap.stall()
			s.stalled = true
		}
	case roll < 32:
		if s := m.some(func(s *side) bool { return s.stalled }); s != nil {
			m.resume(s)
		}
	case roll < 38:
		m.wait(time.Duration(m.chance.IntN(8000)) * time.Millisecond)
	default:
		if s := m.some(func(s *side) bool { return !s.ended }); s != nil {
			longest := []int{100, 20_000, 100_000}[m.chance.IntN(3)]
			letter := []string{"x", "<"}[m.chance.IntN(2)]
			m.post(s, strings.Repeat(letter, m.chance.IntN(longest)))
		}
	}
}

// some is one of the clients of which that is true, or nil.
func (m *model) some(is func(*side) bool) *side {
	var some []*side
	for _, s := range m.sides {
		if is(s) {
			some = append(some, s)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return some[m.chance.IntN(len(some))]
}

func (m *model) join() {
	s := &side{client: m.room.joinModel()}
	for _, e := range m.history {
		s.hears(e.what, e.size)
	}
	m.sides = append(m.sides, s)
}

func (m *model) post(s *side, body string) {
	if !s.letGo.IsZero() {
		m.seen["spoke when let go"]++
	}
	require.NoError(m.t, s.client.Write(judge.AppendFrame(nil, judge.Text, payload(s.client.Name, body))))
	m.said(&Message{s.client.Name, body})
}

// said is that everybody hears a message, and it is added to the history.
func (m *model) said(message *Message) {
	payload, err := json.Marshal(message)
	require.NoError(m.t, err)
	e := entry{describe(payload), len(message.frame())}
	for _, s := range m.sides {
		s.hears(e.what, e.size)
	}
	m.history = append(m.history, e)
	bytes := 0
	for i, e := range slices.Backward(m.history) {
		if bytes += e.size; bytes > 512<<10 || len(m.history)-i > 100 {
			m.history = m.history[i+1:]
			break
		}
	}
}

func (m *model) resume(s *side) {
	if slices.Contains(s.waiting, "1008") {
		m.seen["told 1008"]++
	}
	s.resumes()
	s.client.tap.resume()
}

// leave has it say goodbye. It has read all that there is.
func (m *model) leave(s *side) {
	require.NoError(m.t, s.client.SayGoodbye())
	if s.letGo.IsZero() {
		m.seen["told 1000"]++
		s.heard = append(s.heard, "1000")
	}
	s.ends()
}

// remove has it close the connection, if the server has not, and is the end of it.
func (m *model) remove(s *side) {
	s.client.Drop()
	m.sides = slices.DeleteFunc(m.sides, func(other *side) bool { return other == s })
}

func (m *model) wait(d time.Duration) {
	<-time.After(d)
	for _, s := range m.sides {
		if what := s.timeHasPassed(); what != "" {
			m.seen[what]++
		}
	}
}

// describe is a message in few words.
func describe(payload []byte) string {
	return fmt.Sprintf("%.40s (%d bytes, %08x)", payload, len(payload), crc32.ChecksumIEEE(payload))
}

// modelClient is a client that reads in a goroutine of its own, unless it is
// stalled.
type modelClient struct {
	*judge.Client
	tap *tap

	mu    sync.Mutex
	heard []string
}

func (r *room) joinModel() *modelClient {
	conn, err := r.dial()
	require.NoError(r.t, err)
	tap := &tap{Conn: conn, goOn: make(chan struct{})}
	c, err := r.enter(tap)
	require.NoError(r.t, err)
	m := &modelClient{Client: c, tap: tap}
	go m.listen()
	return m
}

func (c *modelClient) listen() {
	for what := ""; what != "the end"; {
		switch f, err := c.HearFrame(); {
		case err != nil:
			what = "the end"
		case f.Opcode == judge.Closing:
			what = fmt.Sprint(binary.BigEndian.Uint16(f.Payload))
		case f.Opcode == judge.Text && f.Final:
			what = describe(f.Payload)
		default:
			what = fmt.Sprintf("%+v", f)
		}
		c.mu.Lock()
		c.heard = append(c.heard, what)
		c.mu.Unlock()
	}
}

func (c *modelClient) sofar() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard
}

// tap is the client's end of a pipe, which the client can stop reading from.
type tap struct {
	net.Conn
	goOn chan struct{} // what it waits for when stalled; closed when the tap is
	once sync.Once
}

func (t *tap) Read(p []byte) (int, error) {
	for {
		n, err := t.Conn.Read(p)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		<-t.goOn
	}
}

// stall breaks off the read that waits.
func (t *tap) stall() { t.Conn.SetReadDeadline(time.Unix(1, 0)) }

func (t *tap) resume() {
	t.Conn.SetReadDeadline(time.Time{})
	t.goOn <- struct{}{}
}

// SetReadDeadline does nothing: the model's clients wait for ever.
func (t *tap) SetReadDeadline(time.Time) error { return nil }

func (t *tap) Close() error {
	err := t.Conn.Close()
	t.once.Do(func() { close(t.goOn) })
	return err
}
