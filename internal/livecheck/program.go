package livecheck

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"

	"websocket-chat-steps/internal/livecheck/tight"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/stepcmd"
)

// patience is how long anything here may take. It takes milliseconds, unless
// the machine is very busy. A variable for the tests, which see it fail.
var patience = 10 * time.Second

// poll is how often a program is asked for its goroutines, whose states tell
// nobody that they changed.
const poll = 5 * time.Millisecond

// Program is a step's program that runs. Only the test's own goroutine may call
// its methods, and its clients'.
type Program struct {
	tb      testing.TB
	step    string
	root    string
	process *stepcmd.Process
	http    *http.Client
	clients int // so far
}

// Start builds the step's program, such that it tells of its goroutines, and
// runs it until the test is over. Its source is the step's own, line by line.
func Start(tb testing.TB, step string) *Program {
	tb.Helper()
	p := &Program{tb: tb, step: step, root: stepcmd.Root(tb)}
	main, err := os.ReadFile(filepath.Join(p.root, step, "main.go"))
	if err != nil {
		tb.Fatalf("livecheck: %v", err)
	}
	tightened, err := tighten(string(main))
	if err != nil {
		tb.Fatalf("livecheck: %s/main.go: %v", step, err)
	}
	p.process = stepcmd.StartWith(tb, step, stepcmd.Overlay{
		step + "/main.go":      tightened,
		step + "/livecheck.go": added,
	}, "-addr", "127.0.0.1:0")
	p.http = &http.Client{Transport: new(http.Transport), Timeout: patience}
	tb.Cleanup(p.http.CloseIdleConnections)
	return p
}

// added is the file that the program has more than the step. The default mux,
// which the steps serve, gets to serve the goroutines.
const added = `package main

import (
	_ "net/http/pprof"

	"websocket-chat-steps/internal/livecheck/tight"
)

var tightened = tight.Listener
`

// tighten wraps the call in main.go that opens the listener, and moves no line.
func tighten(main string) (string, error) {
	const call = `net.Listen("tcp", *addr)`
	if n := strings.Count(main, call); n != 1 {
		return "", fmt.Errorf("%s is there %d times, but livecheck has to find it once, to wrap it; write it so again, or change tighten", call, n)
	}
	return strings.Replace(main, call, "tightened("+call+")", 1), nil
}

// Goroutines returns all that the program has now, net/http's too.
func (p *Program) Goroutines() []Goroutine {
	p.tb.Helper()
	response, err := p.http.Get(p.process.URL + "debug/pprof/goroutine?debug=2")
	if err != nil {
		p.fatalf("%s was asked for its goroutines: %v", p.step, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		p.fatalf("%s was asked for its goroutines: %s, %v", p.step, response.Status, err)
	}
	all, err := stacks.Parse(string(text), p.root)
	if err != nil {
		p.fatalf("the goroutines of %s: %v", p.step, err)
	}
	return all
}

// Await waits until the program has what kinds say, and returns all goroutines
// of that moment. It fails the test if that doesn't come; what says what is
// waited for.
func (p *Program) Await(what string, kinds []Kind) []Goroutine {
	p.tb.Helper()
	var all []Goroutine
	var differences []string
	if !comes(func() bool {
		all = p.Goroutines()
		differences = Differences(p.step, all, kinds)
		return len(differences) == 0
	}) {
		p.fatalf("waited %v for %s, and %s still differs from what it is said to have:\n  %s",
			patience, what, p.step, strings.Join(differences, "\n  "))
	}
	return all
}

// Connect brings n clients in, at the path of the step's WebSocket, and returns
// when all are in the room. One comes after the other, so that the race for ids
// in 01-original has no part in this.
func (p *Program) Connect(n int, path string) []*Client {
	p.tb.Helper()
	known := make(map[string]bool)
	for _, g := range p.Goroutines() {
		known[g.ID] = true
	}
	var clients []*Client
	for range n {
		c := p.dial(path)
		if !comes(func() bool {
			for _, g := range p.Goroutines() {
				if !known[g.ID] && listens(g, p.step) {
					known[g.ID] = true
					return true
				}
			}
			return false
		}) {
			p.fatalf("waited %v for %s to let %s in", patience, p.step, c.name)
		}
		clients = append(clients, c)
	}
	return clients
}

// dial returns a client whose handshake is done. In the first two steps the room
// may open a moment after the page does, so it tries again.
func (p *Program) dial(path string) *Client {
	p.tb.Helper()
	p.clients++
	c := &Client{tb: p.tb, name: fmt.Sprintf("client %d", p.clients)}
	config, err := websocket.NewConfig("ws://"+p.process.Addr+path, p.process.URL)
	if err != nil {
		p.tb.Fatalf("%s: %v", c.name, err)
	}
	comes(func() bool {
		c.ws, err = handshake(config, p.process.Addr)
		return !errors.Is(err, websocket.ErrBadStatus)
	})
	if err != nil {
		p.fatalf("%s can't connect to %s of %s: %v", c.name, path, p.step, err)
	}
	p.tb.Cleanup(c.Leave)
	return c
}

func handshake(config *websocket.Config, addr string) (*websocket.Conn, error) {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(patience))
	var ws *websocket.Conn
	if err = conn.(*net.TCPConn).SetReadBuffer(tight.ReadBuffer); err == nil {
		ws, err = websocket.NewClient(config, conn)
	}
	if err != nil {
		conn.Close()
	}
	return ws, err
}

// fatalf fails the test, and shows the end of what the program has printed.
func (p *Program) fatalf(format string, args ...any) {
	p.tb.Helper()
	_, stderr := p.process.Output()
	p.tb.Fatalf("%s\nits stderr ends with:\n%s", fmt.Sprintf(format, args...), stderr[max(0, len(stderr)-2000):])
}

// comes tells whether done became true in time.
func comes(done func() bool) bool {
	deadline := time.After(patience)
	again := time.NewTicker(poll)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-deadline:
			return done()
		}
	}
	return true
}
