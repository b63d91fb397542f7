package live

import (
	"fmt"
	"slices"
	"strings"

	"websocket-chat-steps/internal/stacks"
)

// Kind is what is said of some of a program's goroutines.
type Kind struct {
	Name string // for messages, such as "Client.listenWrite"
	GoAt string // the go statement that starts them, as "01-original/chat/client.go:69"; "" for main and where there is a Body
	Body Lines  // the function of the step's that they run, when net/http started them; zero otherwise
	Want int    // how many there must be now
}

// Lines are the lines of a file from First to Last, both included.
type Lines struct {
	File        string // relative to the module's root, with slashes
	First, Last int
}

func (l Lines) contain(f stacks.Frame) bool {
	return l.File == f.File && l.First <= f.Line && f.Line <= l.Last
}

func (k Kind) isMain() bool { return k.GoAt == "" && k.Body == Lines{} }

// place says where goroutines of this kind are looked for.
func (k Kind) place() string {
	if k.isMain() {
		return "main"
	}
	if k.GoAt != "" {
		return k.GoAt
	}
	return fmt.Sprintf("%s:%d-%d", k.Body.File, k.Body.First, k.Body.Last)
}

// Differences says in what a program, of which these are all goroutines,
// differs from what its step is said to have: nothing when they agree.
// Goroutines that neither run code of the step's directory nor were created in
// it don't count.
func Differences(step string, all []stacks.Goroutine, kinds []Kind) []string {
	have := make([]int, len(kinds))
	strangers := make(map[string]int) // how many, by what there is to say of them
	for _, g := range all {
		own := framesIn(g, step)
		if len(own) == 0 && !in(g.Created, step) {
			continue
		}
		if i := kindOf(g, step, own, kinds); i >= 0 {
			have[i]++
		} else {
			strangers[describe(g, step, own)]++
		}
	}
	var differences []string
	for i, k := range kinds {
		if have[i] != k.Want {
			differences = append(differences, fmt.Sprintf("%s (%s): %s, want %d", k.Name, k.place(), stacks.Number(have[i], "goroutine"), k.Want))
		}
	}
	for what, n := range strangers {
		differences = append(differences, stacks.Number(n, "goroutine")+" of no kind that was named: "+what)
	}
	slices.Sort(differences)
	return differences
}

func in(f stacks.Frame, step string) bool { return strings.HasPrefix(f.File, step+"/") }

func framesIn(g stacks.Goroutine, step string) []stacks.Frame {
	var own []stacks.Frame
	for _, f := range g.Frames {
		if in(f, step) {
			own = append(own, f)
		}
	}
	return own
}

// listens tells whether g is a goroutine of net/http's that waits, in the step's
// code, for what its client says. When the handshake is over, the room hasn't
// heard of the client yet; when this waits, the room has let the client in.
func listens(g stacks.Goroutine, step string) bool {
	return g.State == "IO wait" && g.Created != stacks.Frame{} && !in(g.Created, step) && len(framesIn(g, step)) > 0
}

// kindOf returns the index of the kind of a goroutine of the step's, or -1. own
// are its frames in the step.
func kindOf(g stacks.Goroutine, step string, own []stacks.Frame, kinds []Kind) int {
	if g.Created == (stacks.Frame{}) {
		return slices.IndexFunc(kinds, Kind.isMain)
	}
	if in(g.Created, step) {
		return slices.IndexFunc(kinds, func(k Kind) bool { return k.GoAt == g.Created.Place() })
	}
	best, length := -1, 0
	for i, k := range kinds {
		// The shortest: of a function and a literal in it, the literal is run.
		if n := k.Body.Last - k.Body.First; k.Body.contain(own[len(own)-1]) && (best < 0 || n < length) {
			best, length = i, n
		}
	}
	return best
}

// describe says of a goroutine of the step's where it comes from and where it
// is: in the step, if it runs the step's code.
func describe(g stacks.Goroutine, step string, own []stacks.Frame) string {
	created := "main's"
	if in(g.Created, step) {
		created = "created at " + g.Created.Place()
	} else if g.Created != (stacks.Frame{}) {
		created = "created by " + g.Created.Function
	}
	now := "no function"
	if innermost := slices.Concat(own, g.Frames); len(innermost) > 0 {
		f := innermost[0]
		now = fmt.Sprintf("%s (%s)", f.Function[strings.LastIndexByte(f.Function, '/')+1:], f.Place())
	}
	return fmt.Sprintf("%s, now in %s [%s]", created, now, g.State)
}
