package census

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"websocket-chat-steps/internal/stacks"
)

// Kind is what a goroutine does now.
type Kind string

// The kinds.
const (
	Runs     Kind = "runs" // or would, if it had a processor
	Outside  Kind = "io"   // waits for the network, a signal, a time: for what comes from outside
	Selects  Kind = "select"
	Sends    Kind = "send"    // blocked in a channel send
	Receives Kind = "receive" // blocked in a channel receive
	Locks    Kind = "lock"    // blocked at a mutex, or the like
)

// MaxDots is how many goroutines of a box are named one by one. Of more there are
// numbers, and one of each kind by its name.
const MaxDots = 50

// long is how long a goroutine is blocked before it is shown as one that is stuck.
const long = time.Second

// Dot is one goroutine.
type Dot struct {
	ID    string `json:"id"`
	Kind  Kind   `json:"kind"`
	Long  bool   `json:"long,omitempty"`  // blocked for longer than a second
	Where string `json:"where,omitempty"` // function and place, of those in the tray
}

// Box is what stands in one box of the figure.
type Box struct {
	N     int          `json:"n"`
	Kinds map[Kind]int `json:"kinds"`
	Long  map[Kind]int `json:"long,omitempty"`
	Dots  []Dot        `json:"dots"` // by id, or where there are more than MaxDots one of each kind
}

// Frame is a step's figure at one moment.
type Frame struct {
	Boxes      map[string]*Box `json:"boxes"`  // by the ids of boxes; those that are empty are not here
	Arrows     map[string]bool `json:"arrows"` // by the ids of arrows that somebody is blocked on: whether for longer than a second
	Tray       []Dot           `json:"tray"`   // goroutines of the step's that the figure doesn't know
	Goroutines int             `json:"goroutines"`
}

// Census counts again and again, and remembers since when each goroutine stands
// where it is. One goroutine at a time may use it.
type Census struct {
	table *Table
	seen  map[string]stand
}

// stand is where a goroutine stood when it was looked at.
type stand struct {
	state, place string
	since        time.Time
}

// New returns a census that has seen nothing yet.
func New(t *Table) *Census { return &Census{table: t} }

// Own returns those that run code of the step's or were started by it: net/http's
// own, which serve the page and whoever asks for all this, are left out.
func Own(step string, all []stacks.Goroutine) []stacks.Goroutine {
	in := func(f stacks.Frame) bool { return strings.HasPrefix(f.File, step+"/") }
	var own []stacks.Goroutine
	for _, g := range all {
		if in(g.Created) || slices.ContainsFunc(g.Frames, in) {
			own = append(own, g)
		}
	}
	return own
}

// Count puts all goroutines of a moment into their boxes.
func (c *Census) Count(all []stacks.Goroutine, now time.Time) Frame {
	frame := Frame{Boxes: make(map[string]*Box), Arrows: make(map[string]bool), Tray: []Dot{}}
	seen := make(map[string]stand)
	for _, g := range Own(c.table.step, all) {
		frame.Goroutines++
		name := c.table.name(g)
		inner, at := c.table.at(name, g)
		kind, blocked := c.table.kind(g, at)
		s := stand{g.State, inner.Place(), now}
		if before := c.seen[g.ID]; before.state == s.state && before.place == s.place {
			s.since = before.since
		}
		seen[g.ID] = s
		dot := Dot{ID: g.ID, Kind: kind, Long: blocked && now.Sub(s.since) >= long}
		id := c.table.boxes[name]
		if id == "" {
			dot.Where = inner.Name() + ", " + inner.Place()
			frame.Tray = append(frame.Tray, dot)
			continue
		}
		if blocked && at != (op{}) {
			for _, id := range c.table.lit(name, at) {
				frame.Arrows[id] = frame.Arrows[id] || dot.Long
			}
		}
		frame.box(id).add(dot)
	}
	c.seen = seen
	for _, b := range frame.Boxes {
		b.shorten()
	}
	slices.SortFunc(frame.Tray, byID)
	frame.Tray = frame.Tray[:min(len(frame.Tray), MaxDots)]
	return frame
}

func (f *Frame) box(id string) *Box {
	if f.Boxes[id] == nil {
		f.Boxes[id] = &Box{Kinds: make(map[Kind]int), Long: make(map[Kind]int)}
	}
	return f.Boxes[id]
}

func (b *Box) add(d Dot) {
	b.N++
	b.Kinds[d.Kind]++
	if d.Long {
		b.Long[d.Kind]++
	}
	b.Dots = append(b.Dots, d)
}

func (b *Box) shorten() {
	slices.SortFunc(b.Dots, byID)
	if b.N <= MaxDots {
		return
	}
	// One of each kind, and one that is stuck before one that is not.
	age := map[bool]int{true: 1}
	slices.SortStableFunc(b.Dots, func(x, y Dot) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(age[y.Long], age[x.Long]))
	})
	b.Dots = slices.CompactFunc(b.Dots, func(x, y Dot) bool { return x.Kind == y.Kind })
}

func byID(x, y Dot) int { return cmp.Compare(number(x.ID), number(y.ID)) }

func number(id string) int {
	n, _ := strconv.Atoi(id) // runtime.Stack writes nothing but digits
	return n
}

// name returns the name that the table has for a goroutine of the step's, "" if none.
func (t *Table) name(g stacks.Goroutine) string {
	if g.Created == (stacks.Frame{}) {
		return "main"
	}
	if strings.HasPrefix(g.Created.File, t.step+"/") {
		return t.started[g.Created.Place()]
	}
	// net/http started it, for a request.
	if len(t.handlers) == 1 {
		return t.handlers[0]
	}
	for _, h := range t.handlers {
		if slices.ContainsFunc(g.Frames, func(f stacks.Frame) bool { _, does := t.ops[h][f.Place()]; return does || f.Name() == h }) {
			return h
		}
	}
	return ""
}

// at returns the innermost frame of a goroutine in the step, or else where it began,
// and what the table says that it does at the innermost place that the table knows.
func (t *Table) at(name string, g stacks.Goroutine) (inner stacks.Frame, at op) {
	inner = g.Created
	for _, f := range g.Frames {
		if !strings.HasPrefix(f.File, t.step+"/") {
			continue
		}
		if inner == g.Created {
			inner = f
		}
		if o, ok := t.ops[name][f.Place()]; ok {
			return inner, o
		}
	}
	return inner, op{}
}

// kind says what a goroutine does, and whether it is blocked: by another goroutine,
// or in a write to the network that nobody reads. Who waits for something to come
// from outside, or at a select, is not blocked.
func (t *Table) kind(g stacks.Goroutine, at op) (kind Kind, blocked bool) {
	state, _, _ := strings.Cut(g.State, " (") // "chan send (nil chan)"
	switch {
	case g.Moves():
		return Runs, false
	case state == "IO wait":
		return Outside, at.sends
	case state == "sleep" || state == "chan receive" && t.outside[at.channel]:
		return Outside, false
	case state == "select":
		return Selects, false
	case state == "chan send":
		return Sends, true
	case state == "chan receive":
		return Receives, true
	}
	return Locks, true
}
