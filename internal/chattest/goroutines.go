package chattest

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
)

// goroutine is one goroutine, as runtime.Stack shows it.
type goroutine struct {
	id    string
	state string // "chan send", "IO wait", "running", ...
	stack string
}

// goroutines returns all that there are, the caller's own too.
func goroutines() []goroutine {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 4*len(buf))
	}
	var all []goroutine
	for block := range strings.SplitSeq(string(buf), "\n\n") {
		// goroutine 12 [chan send, 2 minutes]:
		head, stack, _ := strings.Cut(block, "\n")
		head = strings.TrimPrefix(head, "goroutine ")
		id, state, _ := strings.Cut(head, " [")
		state, _, _ = strings.Cut(state, "]")
		state, _, _ = strings.Cut(state, ",")
		all = append(all, goroutine{id, state, stack})
	}
	return all
}

// runs tells whether function, such as "chat.(*Server).Listen", is on the stack.
func (g goroutine) runs(function string) bool {
	return strings.Contains(g.stack, function+"(")
}

// top is the innermost function of the program's own: what the goroutine waits in.
func (g goroutine) top() string {
	for line := range strings.Lines(g.stack) {
		if strings.HasPrefix(line, modulePath) {
			name, _, _ := strings.Cut(strings.TrimPrefix(line, modulePath), "(0x")
			return strings.TrimSuffix(strings.TrimSpace(name), "(...)")
		}
	}
	first, _, _ := strings.Cut(g.stack, "\n")
	return first
}

// idle tells whether the goroutine waits for another goroutine, and so can't
// go on by itself.
func (g goroutine) idle() bool {
	switch g.state {
	case "chan send", "chan receive", "select":
		return true
	}
	return false
}

// modulePath begins the names of this module's functions.
const modulePath = "websocket-chat-steps/"

// ids is a set of goroutines.
type ids map[string]bool

func idsOf(all []goroutine) ids {
	set := make(ids, len(all))
	for _, g := range all {
		set[g.id] = true
	}
	return set
}

// without returns those that are not in set, and are not the judge's own: the
// readers of its clients.
func without(all []goroutine, set ids) []goroutine {
	var rest []goroutine
	for _, g := range all {
		if !set[g.id] && !g.runs("chattest.(*client).read") {
			rest = append(rest, g)
		}
	}
	return rest
}

// stacks prints goroutines for a person: how many, and where they are.
func stacks(all []goroutine) string {
	count := make(map[string]int)
	for _, g := range all {
		count[fmt.Sprintf("%s, in %s", g.state, g.top())]++
	}
	if len(count) == 0 {
		return "none"
	}
	var lines []string
	for _, line := range slices.Sorted(maps.Keys(count)) {
		lines = append(lines, fmt.Sprintf("%d goroutines: %s", count[line], line))
	}
	return strings.Join(lines, "; ")
}
