// Package scenarios disturbs a step that runs: it brings the judge's clients, good
// and bad, says what each of its actions should come to in that step, as
// internal/steps has it, and sees what it came to. It knows nothing of the figure
// and the page.
package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
)

// Program is a step that runs: live.Program, of whose goroutines Look returns those
// alone that are the step's own.
type Program interface {
	Dial(ctx context.Context) (*judge.Client, error)
	Connect(ctx context.Context, n int) ([]*judge.Client, error)
	Look(ctx context.Context, collect bool) (judge.Inside, error)
}

// Room is the room of a program, and the clients that the lab has brought into it.
// Any goroutine may call its methods; actions wait for one another.
type Room struct {
	step    steps.Step
	program Program
	acting  sync.Mutex // held by the one action at a time

	mu      sync.Mutex // guards what follows
	members []*member
	said    int // how many numbered messages so far; each is said with the next number
	counted Heard
}

// member is a client that the lab has brought.
type member struct {
	*judge.Client
	reads bool // else it has stopped reading, and hears nothing
	gone  bool

	counted int            // of the messages that it has heard, those that are counted
	latest  map[string]int // the highest number that it has heard, by author
	list    []Said         // what it heard, the last ones
}

// Said is a message as the lab's list shows it.
type Said struct {
	From     string `json:"from"`
	Number   int    `json:"number"`
	Inverted bool   `json:"inverted,omitempty"` // it came after one that its author said later
}

// Listener is what one client has heard, in its order.
type Listener struct {
	Name  string `json:"name"`
	Reads bool   `json:"reads"`
	Heard []Said `json:"heard"` // the last ones
}

// Heard is what all clients have heard.
type Heard struct {
	Clients    int        `json:"clients"` // that are there
	Messages   int        `json:"messages"`
	Inversions int        `json:"inversions"`
	Listeners  []Listener `json:"listeners"` // some of them
}

const (
	listed    = 50 // how many messages of a client are listed
	listeners = 6  // and of how many clients
)

// NewRoom returns the room of a program that has just started.
func NewRoom(step steps.Step, program Program) *Room { return &Room{step: step, program: program} }

// Heard returns what has been heard so far.
func (r *Room) Heard() Heard {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counted.Clients = 0
	shown := []Listener{}
	for _, m := range r.members {
		r.count(m)
		if m.gone {
			continue
		}
		r.counted.Clients++
		if len(shown) < listeners {
			shown = append(shown, Listener{m.Name, m.reads, append([]Said{}, m.list...)})
		}
	}
	r.counted.Listeners = shown
	return r.counted
}

// count counts what a client has heard since the last time.
func (r *Room) count(m *member) {
	heard, _ := m.SoFar()
	for _, message := range heard[m.counted:] {
		r.counted.Messages++
		said := Said{From: message.Author, Number: number(message.Body)}
		if latest, ok := m.latest[message.Author]; ok && said.Number < latest {
			said.Inverted = true
			r.counted.Inversions++
		}
		if said.Number < 0 {
			continue // somebody at the page said it
		}
		m.latest[message.Author] = max(m.latest[message.Author], said.Number)
		m.list = append(m.list, said)
	}
	m.counted = len(heard)
	m.list = m.list[max(0, len(m.list)-listed):]
}

// number is the number that the lab's messages begin with; -1 where there is none.
func number(body string) int {
	digits, _, _ := strings.Cut(body, " ")
	if n, err := strconv.Atoi(digits); err == nil {
		return n
	}
	return -1
}

// Close ends all clients.
func (r *Room) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		m.gone = true
		m.Drop()
	}
}

// add makes a client a member, which reads or does not.
func (r *Room) add(c *judge.Client, reads bool) *member {
	m := &member{Client: c, reads: reads, latest: make(map[string]int)}
	if reads {
		c.Listen()
	}
	r.mu.Lock()
	r.members = append(r.members, m)
	r.mu.Unlock()
	return m
}

// join brings in n clients, one after the other, and waits until the room has let
// them in. They say nothing: a hundred that do are enough to freeze 01-original.
func (r *Room) join(ctx context.Context, n int) ([]*member, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var clients []*judge.Client
	var err error
	in := make(chan struct{})
	go func() {
		defer close(in)
		clients, err = r.program.Connect(ctx, n)
	}()
	frozen := r.until(ctx, in, func() (bool, error) {
		select {
		case <-in:
			return true, nil
		default:
			return false, nil
		}
	})
	cancel()
	<-in
	var joined []*member
	for _, c := range clients {
		joined = append(joined, r.add(c, true))
	}
	if frozen != nil {
		return joined, frozen
	}
	return joined, err
}

// readers returns clients that read, and brings in as many as it takes to have n.
func (r *Room) readers(ctx context.Context, n int) ([]*member, error) {
	r.mu.Lock()
	var there []*member
	for _, m := range r.members {
		if _, ended := m.SoFar(); m.reads && !m.gone && ended == nil {
			there = append(there, m)
		}
	}
	r.mu.Unlock()
	if len(there) >= n {
		return there, nil
	}
	more, err := r.join(ctx, n-len(there))
	return append(there, more...), err
}

// leaves marks a client as gone, before it goes.
func (r *Room) leaves(m *member) {
	r.mu.Lock()
	m.gone = true
	r.mu.Unlock()
}

// bodies makes n messages, with the next numbers, that end with text.
func (r *Room) bodies(n int, text string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for range n {
		all = append(all, strings.TrimSpace(strconv.Itoa(r.said)+" "+text))
		r.said++
	}
	return all
}

// errFrozen ends an action: the server's goroutine waits in a channel send, and
// nobody hears anything.
var errFrozen = errors.New("the room is frozen")

// say has a client say text, and waits until it hears itself.
func (r *Room) say(ctx context.Context, m *member, text string) error {
	body := r.bodies(1, text)[0]
	if err := m.Say(body); err != nil {
		return err
	}
	return r.hears(ctx, m, 1, judge.Message{Author: m.Name, Body: body})
}

// hears waits until a client has heard n messages of which each is one of those.
func (r *Room) hears(ctx context.Context, m *member, n int, those ...judge.Message) error {
	return r.until(ctx, m.News, func() (bool, error) {
		heard, ended := m.SoFar()
		found := 0
		for i := len(heard) - 1; i >= 0 && found < n; i-- { // the latest are looked for
			if slices.Contains(those, heard[i]) {
				found++
			}
		}
		if found < n && ended != nil {
			return false, fmt.Errorf("the connection of %s has ended: %w", m.Name, ended)
		}
		return found >= n, nil
	})
}

// poll is how often is looked at what tells nobody that it changed.
const poll = 250 * time.Millisecond

// until waits until something is so. News say when to look again. A room that is
// frozen ends it, with errFrozen.
func (r *Room) until(ctx context.Context, news <-chan struct{}, so func() (bool, error)) error {
	again := time.NewTicker(poll)
	defer again.Stop()
	for stuck := 0; ; {
		if done, err := so(); done || err != nil {
			return err
		}
		select {
		case <-news:
			stuck = 0
		case <-again.C:
			// Four times in a row, with no news between: that is a second.
			frozen, err := r.Stuck(ctx)
			if err != nil {
				return err
			}
			if stuck++; !frozen {
				stuck = 0
			}
			if stuck >= 4 {
				return errFrozen
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Stuck tells whether the server's goroutine waits in a channel send now. In no
// step does it do so when all is well: it waits at a select.
func (r *Room) Stuck(ctx context.Context) (bool, error) {
	inside, err := r.program.Look(ctx, false)
	return slices.ContainsFunc(inside.Goroutines, func(g stacks.Goroutine) bool {
		return g.State == "chan send" && g.Runs(r.step.Loop)
	}), err
}

// settle waits until the step has want goroutines and sockets besides those of
// before, and says what it has: by then, or when nothing has changed in ten looks.
func (r *Room) settle(ctx context.Context, before judge.Inside, want int) (goroutines, open int, err error) {
	const still = 10
	last := ""
	for same := 0; same < still; {
		inside, err := r.program.Look(ctx, false)
		if err != nil {
			return 0, 0, err
		}
		goroutines, open = len(inside.Goroutines)-len(before.Goroutines), inside.Sockets-before.Sockets
		if goroutines == want && open == want/max(1, r.step.GoroutinesPerClient) {
			return goroutines, open, nil
		}
		ids := make([]string, len(inside.Goroutines))
		for i, g := range inside.Goroutines {
			ids[i] = g.ID
		}
		slices.Sort(ids)
		if now := fmt.Sprint(open, ids); now != last {
			last, same = now, 0
		}
		same++
		select {
		case <-time.After(poll):
		case <-ctx.Done():
			return 0, 0, context.Cause(ctx)
		}
	}
	return goroutines, open, nil
}
