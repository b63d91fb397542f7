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
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
)

var modelSeed = flag.Uint64("model.seed", 0, "run TestModel with this seed, and not with a random one")

// TestModel lets clients do random things, on the real server. After each thing it
// compares what every client has heard with what the model says.
func TestModel(t *testing.T) {
	many, runs := max(100, fewer(250)), max(2, fewer(8))
	seen := make(map[string]int) // how often each rare event was seen, in all runs
	for n := range runs {
		seed := *modelSeed
		if seed == 0 {
			seed = rand.Uint64()
		}
		if !t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Logf("to repeat this: go test -run TestModel -model.seed %d", seed)
			synctest.Test(t, func(t *testing.T) { playModel(t, rand.New(rand.NewPCG(seed, 0)), many, seen) })
		}) || *modelSeed != 0 {
			return
		}
	}
	t.Log(seen)
	if race.Enabled || testing.Short() {
		return // with so few runs, some events may not happen
	}
	for _, what := range []string{"told 1000", "told 1008", "closed in a write", "closed after 1008", "spoke when dropped"} {
		assert.Positive(t, seen[what], "how often this was seen: %s", what)
	}
}

// side is one client, and what the model says about it. The model's time is the
// bubble's. A client that isn't stalled has always read everything.
type side struct {
	client   *modelClient
	compared int // how many of heard were compared with what it really heard

	heard    []string  // so far; a stalled client hears nothing
	stalled  bool      // it doesn't read
	deadline time.Time // of the write to it that began last
	writing  []string  // one frame, which a stalled client doesn't read
	waiting  []string  // frames behind that one
	bytes    int       // of the waiting frames
	letGo    time.Time // when the server dropped it; zero if it did not
	ended    bool      // the server has closed the connection
}

// hears says what happens to a frame that is sent to the client.
func (s *side) hears(what string, size int) {
	switch {
	case s.ended || !s.letGo.IsZero():
	case !s.stalled:
		s.begins()
		s.heard = append(s.heard, what)
	case s.writing == nil:
		s.begins()
		s.writing = []string{what}
	case s.bytes+size > 1<<20:
		s.waiting, s.letGo = []string{"1008"}, time.Now()
	default:
		s.waiting, s.bytes = append(s.waiting, what), s.bytes+size
	}
}

// begins says that a write to the client begins. It has nine to ten seconds.
func (s *side) begins() {
	if now := time.Now(); s.deadline.Sub(now) < 9*time.Second {
		s.deadline = now.Add(10 * time.Second)
	}
}

// resumes says that the client reads again, all that there is.
func (s *side) resumes() {
	if len(s.waiting) > 0 {
		s.begins()
	}
	s.heard = slices.Concat(s.heard, s.writing, s.waiting)
	s.stalled, s.writing, s.waiting, s.bytes = false, nil, nil, 0
	if s.ended {
		s.heard = append(s.heard, "the end")
	}
}

// ends says that the server closes the connection.
func (s *side) ends() {
	s.ended, s.writing, s.waiting = true, nil, nil
	if !s.stalled {
		s.heard = append(s.heard, "the end")
	}
}

// timeHasPassed ends the client if one of its deadlines has passed, and returns which.
func (s *side) timeHasPassed() string {
	const patience = 10 * time.Second
	switch now := time.Now(); {
	case s.ended:
	case s.writing != nil && !now.Before(s.deadline):
		s.ends()
		return "closed in a write"
	case !s.letGo.IsZero() && now.Sub(s.letGo) >= patience:
		s.ends()
		return "closed after 1008"
	}
	return ""
}

// model is the room as it should be.
type model struct {
	t      *testing.T
	room   *judgetest.Room
	chance *rand.Rand
	seen   map[string]int

	history []entry
	sides   []*side // of the clients that are still there
}

// entry is a message in the history.
type entry struct {
	what string
	size int // of its frame
}

// things are what may happen: how often in a hundred times, to which clients (nil: to
// none), and what happens.
var things = []struct {
	often int
	to    func(*side) bool
	do    func(*model, *side)
}{
	{10, nil, (*model).join},
	{6, nil, (*model).wait},
	{62, isOpen, (*model).post},
	{10, reads, (*model).stall},
	{7, isStalled, (*model).resume},
	{3, reads, (*model).leave},
	{2, isThere, (*model).remove},
}

func isThere(*side) bool     { return true }
func isOpen(s *side) bool    { return !s.ended }
func isStalled(s *side) bool { return s.stalled }
func reads(s *side) bool     { return !s.stalled }

func playModel(t *testing.T, chance *rand.Rand, many int, seen map[string]int) {
	m := &model{t: t, room: openRoomInBubble(t), chance: chance, seen: seen}
	m.said(&Message{m.room.Talker.Name, judgetest.Welcome})
	m.room.Talker.Drop()
	for n := range many {
		m.doSomething()
		synctest.Wait()
		m.compare(n + 1)
	}
}

// doSomething does one random thing. If there is no client for it, it does nothing.
func (m *model) doSomething() {
	roll, i := m.chance.IntN(100), 0
	for ; roll >= things[i].often; i++ {
		roll -= things[i].often
	}
	if things[i].to == nil {
		things[i].do(m, nil)
		return
	}
	some := slices.DeleteFunc(slices.Clone(m.sides), func(s *side) bool { return !things[i].to(s) })
	if len(some) > 0 {
		things[i].do(m, some[m.chance.IntN(len(some))])
	}
}

// compare compares the model with what every client has really heard.
func (m *model) compare(things int) {
	open := 0
	for _, s := range slices.Clone(m.sides) {
		heard := s.client.sofar()
		require.Equal(m.t, s.heard[s.compared:], heard[s.compared:], "what %s heard, after %d things", s.client.Name, things)
		s.compared = len(heard)
		if !s.ended {
			open++
		} else if !s.stalled {
			m.remove(s)
		}
	}
	require.Equal(m.t, open, m.room.Sockets.Open(), "connections, after %d things", things)
}

// join lets a client join. It hears the history.
func (m *model) join(*side) {
	if len(m.sides) == 8 {
		return
	}
	s := &side{client: joinModel(m.room)}
	for _, e := range m.history {
		s.hears(e.what, e.size)
	}
	m.sides = append(m.sides, s)
}

// wait lets up to 8 s pass.
func (m *model) wait(*side) {
	<-time.After(time.Duration(m.chance.IntN(8000)) * time.Millisecond)
	for _, s := range m.sides {
		if what := s.timeHasPassed(); what != "" {
			m.seen[what]++
		}
	}
}

// post lets a client say something short, long or very long. One of the two letters
// takes more bytes when the server sends it.
func (m *model) post(s *side) {
	longest := []int{100, 20_000, 100_000}[m.chance.IntN(3)]
	letter := []string{"x", "<"}[m.chance.IntN(2)]
	body := strings.Repeat(letter, m.chance.IntN(longest))
	if !s.letGo.IsZero() {
		m.seen["spoke when dropped"]++
	}
	require.NoError(m.t, s.client.Write(judge.AppendFrame(nil, judge.Text, payload(s.client.Name, body))))
	m.said(&Message{s.client.Name, body})
}

// stall lets a client stop reading.
func (m *model) stall(s *side) {
	s.client.tap.stall()
	s.stalled = true
}

// resume lets a stalled client read all that there is.
func (m *model) resume(s *side) {
	if slices.Contains(s.waiting, "1008") {
		m.seen["told 1008"]++
	}
	s.resumes()
	s.client.tap.resume()
}

// leave lets a client that has read everything say goodbye.
func (m *model) leave(s *side) {
	require.NoError(m.t, s.client.SayGoodbye())
	if s.letGo.IsZero() {
		m.seen["told 1000"]++
		s.heard = append(s.heard, "1000")
	}
	s.ends()
}

// remove closes a client's connection, if the server has not, and removes the client.
func (m *model) remove(s *side) {
	s.client.Drop()
	m.sides = slices.DeleteFunc(m.sides, func(other *side) bool { return other == s })
}

// said says that everybody hears a message, and adds it to the history.
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

// describe returns a message in few words.
func describe(payload []byte) string {
	return fmt.Sprintf("%.40s (%d bytes, %08x)", payload, len(payload), crc32.ChecksumIEEE(payload))
}

// modelClient is a client that reads in a goroutine of its own, except while it is
// stalled.
type modelClient struct {
	*judge.Client
	tap *tap

	mu    sync.Mutex
	heard []string
}

func joinModel(r *judgetest.Room) *modelClient {
	tap := &tap{Conn: r.Dial(), goOn: make(chan struct{})}
	c := &modelClient{Client: r.Enter(tap), tap: tap}
	go c.listen()
	return c
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

// tap is the client's end of a pipe. It can stop its reads, and let them go on.
type tap struct {
	net.Conn
	goOn chan struct{} // a stalled read waits for it; closed when the tap is closed
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

// stall makes the read in progress return, with an error.
func (t *tap) stall() { t.Conn.SetReadDeadline(time.Unix(1, 0)) }

func (t *tap) resume() {
	t.Conn.SetReadDeadline(time.Time{})
	t.goOn <- struct{}{}
}

// SetReadDeadline does nothing: the model's clients wait without a limit.
func (t *tap) SetReadDeadline(time.Time) error { return nil }

func (t *tap) Close() error {
	err := t.Conn.Close()
	t.once.Do(func() { close(t.goOn) })
	return err
}
