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

// poll is how often package live asks a program for its goroutines. No event tells it
// when their states change.
const poll = 10 * time.Millisecond

// enough is how many answers in a row may be the same before Await gives up. Each answer
// takes the program some time, so on a busy machine Await waits longer. Tests change
// it.
var enough = 1000

// Watch builds a program that can be asked for its goroutines, and starts it on a free
// port of loopback. The network holds little for a client of it that doesn't read. The
// program's source has the same lines as the step's own, or as an overlay's, if there
// is one. The program ends when this process does, killed or not.
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

// added is a file that the program has in addition to the step's files. It makes the
// default mux answer with the goroutines. Some steps serve that mux. Those that have an
// http.Server get it before their own handler.
const added = `package main

import "websocket-chat-steps/internal/live/tight"

var tightened, telling = tight.Listener, tight.Telling

var _ = telling // some steps have no http.Server

func init() { tight.Watched() }
`

// tighten wraps the call in main.go that opens the listener, and the listener that an
// http.Server gets. No line moves.
func tighten(main string) (string, error) {
	const call = `net.Listen("tcp", *addr)`
	if n := strings.Count(main, call); n != 1 {
		return "", fmt.Errorf("%s is there %d times, but package live has to find it once, to wrap it; write it as before, or change tighten", call, n)
	}
	main = strings.Replace(main, call, "tightened("+call+")", 1)
	return strings.Replace(main, "web.Serve(listener)", "web.Serve(telling(web, listener))", 1), nil
}

// Goroutines returns all goroutines that a watched program has now, also net/http's.
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
		return judge.Inside{}, p.because(fmt.Errorf("asked %s for its goroutines: %w", p.step.Name, err))
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

// Await waits until the program has the goroutines that kinds describe, and returns all
// goroutines of that moment. If ctx ends before, or if nothing changes any more, the
// error says how the program differs. what names the state that Await waits for.
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
		err = p.because(fmt.Errorf("waited for %s, and %s still differs from what it should have:\n  %s\n(%w)",
			what, p.step.Name, strings.Join(differences, "\n  "), err))
	}
	return all, err
}

// Connect connects n clients to a watched program, and returns when the room has let all
// of them in. They read only when the caller asks for it. They come one after the other,
// so that the race on ids in 01-original can't happen.
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

// Dial returns a client that has done the handshake and doesn't read yet. The room may
// let it in a little later. In the first two steps the room may open later than the
// page, so Dial tries again.
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

// because adds the last part of the program's stderr to err.
func (p *Program) because(err error) error {
	_, stderr := p.Output()
	return fmt.Errorf("%w\nits stderr ends with:\n%s", err, stderr[max(0, len(stderr)-2000):])
}

// until asks again and again, until it is done or fails, or ctx ends, or enough answers
// in a row were the same.
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
