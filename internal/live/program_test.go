package live

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

var (
	original = steps.Of("01-original")
	single   = steps.Of("03-single-goroutine")
)

// watched is a program with the test that watches it. Each error ends the test.
type watched struct {
	*Program
	t *testing.T
}

func watch(t *testing.T, step steps.Step) watched {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out the tests with many clients")
	}
	p, err := Watch(judgetest.Context(t), step, nil)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return watched{p, t}
}

func (w watched) goroutinesNow() []stacks.Goroutine {
	w.t.Helper()
	all, err := w.Goroutines(judgetest.Context(w.t))
	require.NoError(w.t, err)
	return all
}

func (w watched) await(what string, kinds []Kind) []stacks.Goroutine {
	w.t.Helper()
	all, err := w.Await(judgetest.Context(w.t), what, kinds)
	require.NoError(w.t, err)
	return all
}

func (w watched) connect(n int) []*judge.Client {
	w.t.Helper()
	clients, err := w.Connect(judgetest.Context(w.t), n)
	require.NoError(w.t, err)
	return clients
}

// hears reads until a message has this body.
func hears(t *testing.T, c *judge.Client, body string) {
	t.Helper()
	require.NoError(t, c.HearUntil(body))
}

// long is longer than what the network holds for a client that doesn't read.
var long = strings.Repeat("long", 64<<10)

func forEachSize(t *testing.T, test func(t *testing.T, n int)) {
	for _, n := range []int{1, 10} {
		t.Run(fmt.Sprintf("%d clients", n), func(t *testing.T) { test(t, n) })
	}
}

func TestOriginal(t *testing.T) {
	forEachSize(t, func(t *testing.T, n int) {
		p := watch(t, original)
		p.await("nobody", originalKinds(t, p, 0))
		clients := p.connect(n)
		kinds := originalKinds(t, p, n)
		assert.Empty(t, Differences(original.Name, p.goroutinesNow(), kinds), "Connect didn't wait")

		require.NoError(t, clients[0].Say("hello"))
		for _, c := range clients {
			hears(t, c, "hello")
		}
		all := p.await("all to have heard", kinds)

		// Other numbers are differences.
		for i, k := range kinds {
			others := slices.Delete(slices.Clone(kinds), i, i+1)
			if k.Want > 0 {
				assert.NotEmpty(t, Differences(original.Name, all, others), "without %s", k.Name)
			}
			k.Want++
			assert.NotEmpty(t, Differences(original.Name, all, append(others, k)), "one more of %s", k.Name)
		}
	})
}

func originalKinds(t *testing.T, p watched, clients int) []Kind {
	main, client, server := read(t, p, "main.go"), read(t, p, "chat/client.go"), read(t, p, "chat/server.go")
	return []Kind{
		{Name: "main", Want: 1},
		{Name: "Server.Listen", GoAt: main.place("go server.Listen()"), Want: 1},
		{Name: "http.Serve", GoAt: main.place("http.Serve("), Want: 1},
		{Name: "in Server.Listen", Body: server.from("func (s *Server) Listen()", "<-s.doneCh:")},
		{Name: "onConnected", Body: server.from("onConnected := func", "client.Listen()"), Want: clients},
		{Name: "Client.listenWrite", GoAt: client.place("go c.listenWrite()"), Want: clients},
	}
}

func TestSingleGoroutine(t *testing.T) {
	forEachSize(t, func(t *testing.T, n int) {
		p := watch(t, single)
		clients := p.connect(n)
		p.await("all to be in", singleKinds(t, p, n, 0, 0))

		require.NoError(t, clients[0].Say(long))
		stopped := singleKinds(t, p, n, 0, n)
		send := stopped[len(stopped)-1].GoAt
		waiting := 0
		require.NoError(t, until(judgetest.Context(t), func() (bool, string, error) {
			waiting = 0
			for _, g := range p.await("a send to each", stopped) {
				if g.Created.Place() == send && g.State == "IO wait" {
					waiting++
				}
			}
			return waiting == n, fmt.Sprint(waiting), nil
		}), "%d sends of %d wait for the network", waiting, n)
		for _, c := range clients {
			hears(t, c, long)
		}
		p.await("the sends to end", singleKinds(t, p, n, 0, 0))

		// A newcomer doesn't read either, so the goroutine that sends it past messages stays.
		newcomer := p.connect(1)[0]
		p.await("the past to be sent", singleKinds(t, p, n+1, 1, 0))
		hears(t, newcomer, long)
		p.await("the past to be over", singleKinds(t, p, n+1, 0, 0))

		for _, c := range append(clients, newcomer) {
			c.Leave()
		}
		p.await("all to have left", singleKinds(t, p, 0, 0, 0))
	})
}

func singleKinds(t *testing.T, p watched, clients, pasts, sends int) []Kind {
	main, server := read(t, p, "main.go"), read(t, p, "chat/server.go")
	return []Kind{
		{Name: "main", Want: 1},
		{Name: "Server.Start", GoAt: main.place("go server.Start()"), Want: 1},
		{Name: "http.Serve", GoAt: main.place("http.Serve("), Want: 1},
		{Name: "Client.Start", Body: server.from("return func(ws *websocket.Conn)", "client.Start()"), Want: clients},
		{Name: "sendPastMessages", GoAt: server.place("go sendPastMessages("), Want: pasts},
		{Name: "Client.Send", GoAt: server.place("go c.Send(msg)"), Want: sends},
	}
}

// If something doesn't come, the error says so, with what the program has printed.
func TestWhatDoesNotCome(t *testing.T) {
	p := watch(t, single)
	c := p.connect(1)[0]
	kinds := singleKinds(t, p, 1, 0, 0)
	p.await("the client to be in", kinds)

	defer func(before int) { enough = before }(enough)
	enough = 3
	kinds[3].Want = 2
	_, err := p.Await(judgetest.Context(t), "a second client", kinds)
	assert.ErrorContains(t, err, "waited for a second client, and "+single.Name+" still differs")
	assert.ErrorContains(t, err, "Client.Start ("+kinds[3].place()+"): 1 goroutine, want 2\n")
	assert.ErrorContains(t, err, "asked 3 times in a row, and nothing changed")
	assert.ErrorContains(t, err, "a client joins", "the program's log")

	p.step.Path = "/nowhere"
	_, err = p.Connect(judgetest.Context(t), 1)
	assert.ErrorContains(t, err, "can't connect to /nowhere of "+single.Name+": the server answered the handshake with 404")

	c.Leave()
	p.Kill()
	_, err = p.Goroutines(t.Context())
	assert.ErrorContains(t, err, "asked "+single.Name+" for its goroutines: ")
}

// A program that Watch did not start has no answer about its goroutines.
func TestNotWatched(t *testing.T) {
	_, err := start(t, single, "-addr", anyPort).Goroutines(judgetest.Context(t))
	assert.ErrorContains(t, err, "was it started by Watch?")
}

// With an overlay that the build does not use, the code would run unchanged.
func TestOverlayThatIsNotUsed(t *testing.T) {
	_, err := Watch(judgetest.Context(t), single, gocmd.Overlay{"03-single-goroutine/chat/nowhere/server.go": "package nowhere\n"})
	assert.ErrorContains(t, err, "is not used by the build of ./03-single-goroutine")
}

func TestTightenMovesNoLine(t *testing.T) {
	main := "a\n\tl, err := net.Listen(\"tcp\", *addr)\nb\n"
	got, err := tighten(main)
	require.NoError(t, err)
	assert.Equal(t, "a\n\tl, err := tightened(net.Listen(\"tcp\", *addr))\nb\n", got)

	for _, bad := range []string{"", main + main} {
		_, err := tighten(bad)
		assert.ErrorContains(t, err, "package live has to find it once")
	}
}

// source is a file of the module, for tests to find lines by their text.
type source struct {
	t     *testing.T
	name  string
	lines []string
}

// read reads a file of p's step.
func read(t *testing.T, p watched, name string) source {
	name = p.step.Name + "/" + name
	text, err := os.ReadFile(filepath.Join(p.root, filepath.FromSlash(name)))
	require.NoError(t, err)
	return source{t, name, strings.Split(string(text), "\n")}
}

// number returns the number of the one line that contains text.
func (s source) number(text string) int {
	found := 0
	for i, line := range s.lines {
		if strings.Contains(line, text) {
			require.Zero(s.t, found, "two lines of %s contain %q", s.name, text)
			found = i + 1
		}
	}
	require.NotZero(s.t, found, "no line of %s contains %q", s.name, text)
	return found
}

func (s source) place(text string) string {
	return fmt.Sprintf("%s:%d", s.name, s.number(text))
}

func (s source) from(first, last string) Lines {
	return Lines{s.name, s.number(first), s.number(last)}
}

// A watched program tells of its sockets and its memory, and ends when its
// standard input does, as it does when this process is killed.
func TestLookAndEnd(t *testing.T) {
	p := watch(t, single)
	before, err := p.Look(judgetest.Context(t), true)
	require.NoError(t, err)
	assert.Zero(t, before.Sockets, "the one that asks is left out")
	assert.Positive(t, before.Heap)

	var asking sync.WaitGroup
	for range 8 { // at the same time: not one of them counts another one's socket
		asking.Go(func() {
			for range 20 {
				i, err := p.Look(judgetest.Context(t), false)
				assert.NoError(t, err)
				assert.Zero(t, i.Sockets)
			}
		})
	}
	asking.Wait()

	clients := p.connect(2)
	after, err := p.Look(judgetest.Context(t), false)
	require.NoError(t, err)
	assert.Equal(t, 2, after.Sockets)
	assert.Greater(t, len(after.Goroutines), len(before.Goroutines))
	clients[0].Leave()
	require.NoError(t, until(judgetest.Context(t), func() (bool, string, error) {
		i, err := p.Look(judgetest.Context(t), false)
		return i.Sockets == 1, fmt.Sprint(i.Sockets), err
	}))

	require.NoError(t, p.stdin.Close())
	status, err := p.Wait(judgetest.Context(t))
	require.NoError(t, err)
	assert.Equal(t, 1, status)
}
