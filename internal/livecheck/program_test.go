package livecheck

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/stepcmd"
)

func TestMain(m *testing.M) {
	status := m.Run()
	if err := stepcmd.Clean(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

const (
	original = "01-original"
	single   = "03-single-goroutine"
)

// long is longer than what the network holds for a client that doesn't read.
var long = strings.Repeat("long", 64<<10)

func forEachSize(t *testing.T, test func(t *testing.T, n int)) {
	for _, n := range []int{5, 100} {
		t.Run(fmt.Sprintf("%d clients", n), func(t *testing.T) { test(t, n) })
	}
}

func TestOriginal(t *testing.T) {
	forEachSize(t, func(t *testing.T, n int) {
		p := Start(t, original)
		p.Await("nobody", originalKinds(t, p, 0))
		clients := p.Connect(n, "/entry")
		kinds := originalKinds(t, p, n)
		assert.Empty(t, Differences(original, p.Goroutines(), kinds), "Connect didn't wait")

		clients[0].Send("hello")
		for _, c := range clients {
			c.Hear("hello")
		}
		all := p.Await("all to have heard", kinds)

		// Who says anything else is told.
		for i, k := range kinds {
			others := slices.Delete(slices.Clone(kinds), i, i+1)
			if k.Want > 0 {
				assert.NotEmpty(t, Differences(original, all, others), "without %s", k.Name)
			}
			k.Want++
			assert.NotEmpty(t, Differences(original, all, append(others, k)), "one more of %s", k.Name)
		}
	})
}

func originalKinds(t *testing.T, p *Program, clients int) []Kind {
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
		p := Start(t, single)
		clients := p.Connect(n, "/ws")
		p.Await("all to be in", singleKinds(t, p, n, 0, 0))

		clients[0].Send(long)
		stopped := singleKinds(t, p, n, 0, n)
		send := stopped[len(stopped)-1].GoAt
		waiting := 0
		assert.True(t, comes(func() bool {
			waiting = 0
			for _, g := range p.Await("a send to each", stopped) {
				if g.Created.Place() == send && g.State == "IO wait" {
					waiting++
				}
			}
			return waiting == n
		}), "%d sends of %d wait for the network", waiting, n)
		for _, c := range clients {
			c.Hear(long)
		}
		p.Await("the sends to end", singleKinds(t, p, n, 0, 0))

		// A newcomer doesn't read either, and keeps what sends past messages.
		newcomer := p.Connect(1, "/ws")[0]
		p.Await("the past to be sent", singleKinds(t, p, n+1, 1, 0))
		newcomer.Hear(long)
		p.Await("the past to be over", singleKinds(t, p, n+1, 0, 0))

		for _, c := range append(clients, newcomer) {
			c.Leave()
		}
		p.Await("all to have left", singleKinds(t, p, 0, 0, 0))
	})
}

func singleKinds(t *testing.T, p *Program, clients, pasts, sends int) []Kind {
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

// What can't come has to be told, and isn't waited for longer than patience.
func TestWhatDoesNotCome(t *testing.T) {
	tb := &recorder{TB: t}
	p := Start(tb, single)
	c := p.Connect(1, "/ws")[0]
	kinds := singleKinds(t, p, 1, 0, 0)
	p.Await("the client to be in", kinds)

	defer func(before time.Duration) { patience = before }(patience)
	patience = 50 * time.Millisecond

	kinds[3].Want = 2
	said := tb.fails(func() { p.Await("a second client", kinds) })
	assert.Contains(t, said, "waited 50ms for a second client, and "+single+" still differs")
	assert.Contains(t, said, "Client.Start ("+kinds[3].place()+"): 1 goroutine, want 2\n")
	assert.Contains(t, said, "a client joins", "the program's log")

	assert.Contains(t, tb.fails(func() { c.Hear("what nobody says") }), `client 1 waited to hear "what nobody says"`)
	assert.Contains(t, tb.fails(func() { p.Connect(1, "/nowhere") }), "can't connect to /nowhere of "+single)

	c.Leave()
	assert.Contains(t, tb.fails(func() { c.Send("too late") }), `client 1 could not send "too late"`)
	p.process.Kill()
	assert.Contains(t, tb.fails(func() { p.Goroutines() }), single+" was asked for its goroutines: ")
}

// recorder is a test that goes on after it has failed.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// fails returns with what words f fails the test.
func (r *recorder) fails(f func()) string {
	r.said = "it didn't fail"
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
	return r.said
}

func TestTightenMovesNoLine(t *testing.T) {
	main := "a\n\tl, err := net.Listen(\"tcp\", *addr)\nb\n"
	got, err := tighten(main)
	require.NoError(t, err)
	assert.Equal(t, "a\n\tl, err := tightened(net.Listen(\"tcp\", *addr))\nb\n", got)

	for _, bad := range []string{"", main + main} {
		_, err := tighten(bad)
		assert.ErrorContains(t, err, "livecheck has to find it once")
	}
}

// source is a file of the module, for tests to find lines by their text.
type source struct {
	t     *testing.T
	name  string
	lines []string
}

// read reads a file of p's step.
func read(t *testing.T, p *Program, name string) source {
	name = p.step + "/" + name
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
