package live

import (
	"fmt"
	"slices"
	"strings"

	"websocket-chat-steps/internal/stacks"
)

// Kind describes some of a program's goroutines.
type Kind struct {
	Name string // for messages, such as "Client.listenWrite"
	GoAt string // the go statement that starts them, as "01-original/chat/client.go:69"; "" for main and where there is a Body
	Body Lines  // the step's function that they run, if net/http started them; else zero
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

// place says where Differences looks for goroutines of this kind.
func (k Kind) place() string {
	if k.isMain() {
		return "main"
	}
	if k.GoAt != "" {
		return k.GoAt
	}
	return fmt.Sprintf("%s:%d-%d", k.Body.File, k.Body.First, k.Body.Last)
}

// Differences compares all goroutines of a program with the kinds that its step should
// have. It returns one sentence for each difference, and nothing if they agree. A
// goroutine counts only if it runs code of the step's directory, or if code of the
// step's directory started it.
func Differences(step string, all []stacks.Goroutine, kinds []Kind) []string {
	have := make([]int, len(kinds))
	strangers := make(map[string]int) // how many, by their description
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
		differences = append(differences, stacks.Number(n, "goroutine")+" of no kind in the list: "+what)
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

// listens tells whether g is a goroutine of net/http that waits, in the step's code, for
// its client's messages. Then the room has let the client in. The end of the handshake
// doesn't show that yet.
func listens(g stacks.Goroutine, step string) bool {
	return g.State == "IO wait" && g.Created != stacks.Frame{} && !in(g.Created, step) && len(framesIn(g, step)) > 0
}

// kindOf returns the index of the kind of a goroutine of the step, or -1. own are its
// frames in the step.
func kindOf(g stacks.Goroutine, step string, own []stacks.Frame, kinds []Kind) int {
	if g.Created == (stacks.Frame{}) {
		return slices.IndexFunc(kinds, Kind.isMain)
	}
	if in(g.Created, step) {
		return slices.IndexFunc(kinds, func(k Kind) bool { return k.GoAt == g.Created.Place() })
	}
	best, length := -1, 0
	for i, k := range kinds {
		// Take the shortest: of a function and a literal in it, the goroutine runs the literal.
		if n := k.Body.Last - k.Body.First; k.Body.contain(own[len(own)-1]) && (best < 0 || n < length) {
			best, length = i, n
		}
	}
	return best
}

// describe says where a goroutine of the step was started and where it is now: in the
// step, if it runs the step's code.
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
