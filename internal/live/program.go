package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/live/tight"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// poll is how often a program is asked for its goroutines, whose states tell
// nobody that they changed.
const poll = 10 * time.Millisecond

// enough is how often a program may be asked and nothing be seen to change, before
// what is waited for is said not to come. Each answer takes it a little time, so a
// busy machine makes that longer. A variable for the tests.
var enough = 1000

// Watch builds the step's command such that it tells of its goroutines, and that
// the network holds little for a client that doesn't read, and starts it on a free
// port of loopback. Its source is the step's own, line by line; or what an overlay
// says, if there is one. It ends when this process does, killed or not.
func Watch(ctx context.Context, step steps.Step, overlay gocmd.Overlay) (*Program, error) {
	root, err := steps.Root()
	if err != nil {
		return nil, err
	}
	main, err := os.ReadFile(filepath.Join(step.Dir(root), "main.go"))
	if err != nil {
		return nil, err
	}
	tightened, err := tighten(string(main))
	if err != nil {
		return nil, fmt.Errorf("%s/main.go: %w", step.Name, err)
	}
	laid := gocmd.Overlay{step.Name + "/main.go": tightened, step.Name + "/live.go": added}
	maps.Copy(laid, overlay)
	return Start(ctx, step, laid, "-addr", "127.0.0.1:0")
}

// added is the file that the program has more than the step. With it the default
// mux, which the steps serve, serves the goroutines, too.
const added = `package main

import "websocket-chat-steps/internal/live/tight"

var tightened = tight.Listener

func init() { tight.Watched() }
`

// tighten wraps the call in main.go that opens the listener, and moves no line.
func tighten(main string) (string, error) {
	const call = `net.Listen("tcp", *addr)`
	if n := strings.Count(main, call); n != 1 {
		return "", fmt.Errorf("%s is there %d times, but package live has to find it once, to wrap it; write it so again, or change tighten", call, n)
	}
	return strings.Replace(main, call, "tightened("+call+")", 1), nil
}

// Goroutines returns all that a watched program has now, net/http's too.
func (p *Program) Goroutines(ctx context.Context) ([]stacks.Goroutine, error) {
	inside, err := p.Look(ctx, false)
	return inside.Goroutines, err
}

// Look tells what a watched program has inside now: all its goroutines, net/http's
// too, its open sockets, and its memory; after garbage was collected, if collect
// says so. The program's world stops for it.
func (p *Program) Look(ctx context.Context, collect bool) (judge.Inside, error) {
	inside, err := p.look(ctx, collect)
	if err != nil {
		return judge.Inside{}, p.because(fmt.Errorf("%s was asked for its goroutines: %w", p.step.Name, err))
	}
	return inside, nil
}

func (p *Program) look(ctx context.Context, collect bool) (inside judge.Inside, err error) {
	url := p.URL + strings.TrimPrefix(tight.Path, "/")
	if collect {
		url += "?collect"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return inside, err
	}
	response, err := p.asking.Do(request)
	if err != nil {
		return inside, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return inside, err
	}
	if response.StatusCode != http.StatusOK {
		return inside, fmt.Errorf("it answered %s; was it started by Watch?", response.Status)
	}
	if inside.Sockets, err = strconv.Atoi(response.Header.Get(tight.SocketsHeader)); err != nil {
		return inside, err
	}
	if inside.Heap, err = strconv.Atoi(response.Header.Get(tight.HeapHeader)); err != nil {
		return inside, err
	}
	inside.Goroutines, err = stacks.Parse(string(text), p.root)
	return inside, err
}

// Await waits until the program has what kinds say, and returns all goroutines of
// that moment. If that doesn't come before ctx ends, the error says what, in the
// words of what, and how the program differs. So it is when nothing changes any more.
func (p *Program) Await(ctx context.Context, what string, kinds []Kind) ([]stacks.Goroutine, error) {
	var all []stacks.Goroutine
	var differences []string
	err := until(ctx, func() (done bool, seen string, err error) {
		if all, err = p.Goroutines(ctx); err != nil {
			return false, "", err
		}
		differences = Differences(p.step.Name, all, kinds)
		return len(differences) == 0, strings.Join(differences, "\n"), nil
	})
	if len(differences) > 0 {
		err = p.because(fmt.Errorf("waited for %s, and %s still differs from what it is said to have:\n  %s\n(%w)",
			what, p.step.Name, strings.Join(differences, "\n  "), err))
	}
	return all, err
}

// Connect brings n clients into the room of a watched program, and returns when all are in. They
// read only when they are told to. One comes after the other, so that the race for
// ids in 01-original has no part in this.
func (p *Program) Connect(ctx context.Context, n int) ([]*judge.Client, error) {
	known := make(map[string]bool)
	all, err := p.Goroutines(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range all {
		known[g.ID] = true
	}
	var clients []*judge.Client
	for range n {
		c, err := p.Dial(ctx)
		if err != nil {
			return clients, err
		}
		clients = append(clients, c)
		if err := until(ctx, func() (bool, string, error) {
			all, err := p.Goroutines(ctx)
			for _, g := range all {
				if !known[g.ID] && listens(g, p.step.Name) {
					known[g.ID] = true
					return true, "", nil
				}
			}
			return false, "", err
		}); err != nil {
			return clients, p.because(fmt.Errorf("waited for %s to let %s in: %w", p.step.Name, c.Name, err))
		}
	}
	return clients, nil
}

// Dial returns a client whose handshake is done, which doesn't read yet; the room
// may let it in a little later. In the first two steps the room may open a moment
// after the page does, so it tries again.
func (p *Program) Dial(ctx context.Context) (*judge.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := fmt.Sprintf("client %d", len(p.clients)+1)
	limit := time.Hour
	if end, ok := ctx.Deadline(); ok {
		limit = time.Until(end)
	}
	var c *judge.Client
	var refused error
	err := until(ctx, func() (bool, string, error) {
		conn, err := net.DialTimeout("tcp", p.Addr, limit)
		if err == nil {
			err = conn.(*net.TCPConn).SetReadBuffer(tight.ReadBuffer)
		}
		if err != nil {
			return false, "", err
		}
		c, err = judge.NewClient(name, conn, p.Addr, p.step.Path, limit)
		if err != nil {
			conn.Close()
		}
		if status := judge.StatusError(0); errors.As(err, &status) && status == http.StatusNotFound {
			refused = err
			return false, "", nil
		}
		return err == nil, "", err
	})
	if err != nil {
		return nil, p.because(fmt.Errorf("%s can't connect to %s of %s: %w", name, p.step.Path, p.step.Name, errors.Join(refused, err)))
	}
	p.clients = append(p.clients, c)
	return c, nil
}

// because adds the end of what the program has printed.
func (p *Program) because(err error) error {
	_, stderr := p.Output()
	return fmt.Errorf("%w\nits stderr ends with:\n%s", err, stderr[max(0, len(stderr)-2000):])
}

// until asks again and again, until it is done, fails, or ctx ends; or until what
// it has seen has been the same so often that it is enough.
func until(ctx context.Context, ask func() (done bool, seen string, err error)) error {
	again := time.NewTicker(poll)
	defer again.Stop()
	before := ""
	for same := 1; ; same++ {
		done, seen, err := ask()
		if done || err != nil {
			return err
		}
		if seen != before {
			before, same = seen, 1
		}
		if same >= enough {
			return fmt.Errorf("asked %d times in a row, and nothing changed", same)
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
