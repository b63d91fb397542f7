// Package scenarios disturbs a step that runs: it brings the judge's clients, good
// and bad, says what each of its actions should come to in that step, as
// internal/steps has it, and sees what it came to. It knows nothing of the figure
// and the page.
package scenarios

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"websocket-chat-steps/internal/judge"
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
	Number   int  `json:"number"`
	Inverted bool `json:"inverted,omitempty"` // it came after one that its author said later
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
		said := Said{Number: number(message.Body)}
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
	defer r.mu.Unlock()
	r.members = append(r.members, m)
	return m
}

// present returns the members that are there and read.
func (r *Room) present() (there []*member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.members {
		if _, ended := m.SoFar(); m.reads && !m.gone && ended == nil {
			there = append(there, m)
		}
	}
	return there
}

// leaves marks a client as gone, before it goes.
func (r *Room) leaves(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m.gone = true
}

// bodies makes n messages, with the next numbers, that end with text.
func (r *Room) bodies(n int, text string) (all []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range n {
		all = append(all, strings.TrimSpace(strconv.Itoa(r.said)+" "+text))
		r.said++
	}
	return all
}
