package site

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/stacks"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/lab/census"
	"websocket-chat-steps/lab/children"
	"websocket-chat-steps/lab/scenarios"
)

// A program is looked at this often, at most: five times a second and a little more. When a look
// takes long, there is eight times as long from one to the next, so that it costs the
// program less than a tenth of a processor: a part of the time is the lab's own. Of
// the last few looks the quickest says how long one takes: the others may have waited
// for a processor. TestLabFrames in tools/browser measures what comes of it.
const (
	period = 185 * time.Millisecond
	share  = 8
	recent = 5
)

// patience is how long a program may take to answer a look. One that is stopped by a
// debugger never does.
const patience = 10 * time.Second

// stage is one step, as all tabs of the lab see it: its process, its census and its
// room. Any goroutine may call its methods.
type stage struct {
	root string
	step steps.Step

	starting sync.Mutex // held by who starts a process
	looking  sync.Mutex // held by who looks into it

	mu       sync.Mutex // guards what follows
	child    *children.Child
	room     *scenarios.Room
	census   *census.Census
	last     judge.Inside    // of the last look
	next     time.Time       // when to look again
	took     []time.Duration // the recent looks
	snapshot Snapshot
}

// Snapshot is all that a tab shows of a step at one moment.
type Snapshot struct {
	State      string `json:"state"` // "starting", "runs", "ended" or "broken"
	Generation int    `json:"generation"`
	URL        string `json:"url,omitempty"`     // of the chat
	PID        int    `json:"pid,omitempty"`     // of the process
	Changed    string `json:"changed,omitempty"` // "source" or "figure" where the figure is not of what runs
	Why        string `json:"why,omitempty"`     // it can't be built, or how it ended
	Status     int    `json:"status"`            // with which it ended
	Busy       string `json:"busy,omitempty"`    // the action that runs

	Names   map[string]string `json:"names,omitempty"` // of goroutines, by the ids of their boxes
	Frame   *census.Frame     `json:"frame,omitempty"`
	Sockets int               `json:"sockets"`
	Heap    int               `json:"heap"`
	Heard   scenarios.Heard   `json:"heard"`
}

func newStage(root string, step steps.Step) *stage {
	return &stage{root: root, step: step, snapshot: Snapshot{State: "starting"}}
}

// start starts the step, unless it has been started.
func (s *stage) start(ctx context.Context) {
	s.starting.Lock()
	defer s.starting.Unlock()
	s.mu.Lock()
	there := s.child != nil || s.snapshot.State == "broken"
	s.mu.Unlock()
	if !there {
		s.begin(ctx)
	}
}

// restart ends the step, if it runs, and starts it from its source as it is now.
func (s *stage) restart(ctx context.Context) {
	s.starting.Lock()
	defer s.starting.Unlock()
	s.stop()
	s.begin(ctx)
}

// stop ends the step and its clients.
func (s *stage) stop() {
	s.mu.Lock()
	child, room := s.child, s.room
	s.child, s.room = nil, nil
	s.snapshot = Snapshot{State: "starting", Generation: s.snapshot.Generation, Busy: s.snapshot.Busy}
	s.mu.Unlock()
	if child != nil {
		room.Close()
		child.Kill()
	}
}

func (s *stage) begin(ctx context.Context) {
	child, err := children.Start(ctx, s.root, s.step)
	var table *census.Table
	if err == nil {
		table, err = census.Read(s.root, s.step.Name)
	}
	changed := ""
	if err == nil {
		if differs, err := children.Changed(ctx, s.root, s.step); err == nil && differs {
			changed = "source"
		}
		if !table.Fits(child.Line) {
			changed = "figure"
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.snapshot.Generation++
	if err != nil {
		if child != nil {
			child.Kill()
		}
		s.snapshot.State, s.snapshot.Why = "broken", err.Error()
		return
	}
	s.child, s.census, s.next = child, census.New(table), time.Time{}
	s.room = scenarios.NewRoom(s.step, own{child})
	s.snapshot.State, s.snapshot.URL, s.snapshot.Changed = "runs", child.URL, changed
	s.snapshot.PID = child.PID()
	s.snapshot.Names = table.Names()
}

// own is a child of whose goroutines only those are seen that are the step's own.
type own struct{ *children.Child }

func (o own) Look(ctx context.Context, collect bool) (judge.Inside, error) {
	inside, err := o.Child.Look(ctx, collect)
	inside.Goroutines = census.Own(o.Step.Name, inside.Goroutines)
	return inside, err
}

// look waits until it is time to look again, and returns what is seen then. Tabs
// that look at the same time see the same.
func (s *stage) look(ctx context.Context) (Snapshot, error) {
	s.mu.Lock()
	wait := time.Until(s.next)
	if s.child == nil || s.snapshot.State != "runs" {
		wait = period
	}
	s.mu.Unlock()
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return Snapshot{}, ctx.Err()
	}

	s.looking.Lock()
	defer s.looking.Unlock()
	s.mu.Lock()
	child, room, again := s.child, s.room, !time.Now().Before(s.next)
	s.mu.Unlock()
	if child == nil || !again {
		return s.now(), nil
	}
	begun := time.Now()
	looks, cancel := context.WithTimeout(ctx, patience)
	inside, err := child.Look(looks, false)
	cancel()
	if err != nil && ctx.Err() != nil {
		return Snapshot{}, ctx.Err()
	}
	heard := room.Heard()

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.child != child {
		return s.snapshot, nil // it was started anew meanwhile
	}
	s.took = append(s.took, time.Since(begun))
	s.took = s.took[max(0, len(s.took)-recent):]
	s.next = begun.Add(max(period, share*slices.Min(s.took)))
	if gone, status, stderr := child.Gone(); gone {
		s.snapshot.State, s.snapshot.Status, s.snapshot.Why = "ended", status, stderr
		return s.snapshot, nil
	}
	if err != nil {
		return s.snapshot, nil // it is about to end, or too busy to answer: the last frame stays
	}
	s.last = inside
	frame := s.census.Count(inside.Goroutines, begun)
	s.snapshot.Frame, s.snapshot.Heard = &frame, heard
	s.snapshot.Sockets, s.snapshot.Heap = inside.Sockets, inside.Heap
	return s.snapshot, nil
}

func (s *stage) now() Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshot
}

var (
	errBusy   = errors.New("another action runs")
	errNoStep = errors.New("the step does not run")
)

// act runs f while no other action does. name is what the tabs say of it.
func (s *stage) act(name string, f func() (scenarios.Result, error)) (scenarios.Result, error) {
	s.mu.Lock()
	if s.snapshot.Busy != "" {
		s.mu.Unlock()
		return scenarios.Result{}, errBusy
	}
	s.snapshot.Busy = name
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.snapshot.Busy = ""
		s.mu.Unlock()
	}()
	return f()
}

// do carries out the action of a name in the step's room.
func (s *stage) do(ctx context.Context, name string) (scenarios.Result, error) {
	s.mu.Lock()
	room := s.room
	s.mu.Unlock()
	if room == nil {
		return scenarios.Result{}, errNoStep
	}
	action, _ := scenarios.ActionOf(name)
	return room.Do(ctx, action)
}

// play starts the step anew and plays the scenario of the property of a name on it.
func (s *stage) play(ctx context.Context, name string) (scenarios.Result, error) {
	s.restart(ctx)
	s.mu.Lock()
	child := s.child
	s.mu.Unlock()
	if child == nil {
		return scenarios.Result{}, errNoStep
	}
	return scenarios.Play(ctx, s.step, own{child}, child.Addr, steps.Property(name))
}

// Stack is what one goroutine is doing.
type Stack struct {
	State   string `json:"state"`  // "" where the goroutine has ended
	Frames  []Line `json:"frames"` // from the step's code outwards, the innermost first
	Created *Line  `json:"created,omitempty"`
}

// Line is one function of a stack, with the line that it is at.
type Line struct {
	Function string `json:"function"`
	Place    string `json:"place"`
	Source   string `json:"source,omitempty"` // "" where it can't be read
}

// stack returns the stack of a goroutine as it was at the last look.
func (s *stage) stack(id string) Stack {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.last.Goroutines, func(g stacks.Goroutine) bool { return g.ID == id })
	if i < 0 || s.child == nil {
		return Stack{}
	}
	g := s.last.Goroutines[i]
	line := func(f stacks.Frame) Line {
		place := f.Place()
		if !strings.HasPrefix(f.File, s.step.Name+"/") { // elsewhere a path of this machine
			place = fmt.Sprintf("%s:%d", f.File[strings.LastIndexByte(f.File, '/')+1:], f.Line)
		}
		return Line{f.Function[strings.LastIndexByte(f.Function, '/')+1:], place, s.child.Line(f.File, f.Line)}
	}
	in := slices.IndexFunc(g.Frames, func(f stacks.Frame) bool { return strings.HasPrefix(f.File, s.step.Name+"/") })
	stack := Stack{State: g.State, Frames: []Line{}}
	for _, f := range g.Frames[max(in, 0):] { // all, where it runs none of the step's code
		stack.Frames = append(stack.Frames, line(f))
	}
	if g.Created != (stacks.Frame{}) {
		created := line(g.Created)
		stack.Created = &created
	}
	return stack
}
