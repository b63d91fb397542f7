// Package stacks reads goroutines from what runtime.Stack writes, of this process or of
// another one. Only this package knows that format. It knows nothing about what the
// goroutines do.
package stacks

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Goroutine is one goroutine, as runtime.Stack shows it.
type Goroutine struct {
	ID        string
	State     string  // "chan send", "IO wait", "running", ...; without the time
	Frames    []Frame // innermost first
	Created   Frame   // the go statement; zero for main
	CreatedBy string  // ID of the goroutine that ran it; "" for main
}

// Frame is a place in the source.
type Frame struct {
	Function string // "websocket-chat-steps/01-original/chat.(*Client).Listen"
	File     string // with slashes; relative to the module's root when inside
	Line     int
}

// Place is FILE:LINE.
func (f Frame) Place() string { return fmt.Sprintf("%s:%d", f.File, f.Line) }

// Name is the function as a reader of the code calls it, without its package:
// "Client.Listen", and "Server.Listen.func1" for a literal in it.
func (f Frame) Name() string {
	name := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
	_, name, _ = strings.Cut(name, ".")
	return strings.NewReplacer("(*", "", ")", "").Replace(name)
}

// Runs tells whether a function is anywhere on the goroutine's stack. Its name begins
// with the package, as in "chat.(*Server).Listen".
func (g Goroutine) Runs(function string) bool {
	return slices.ContainsFunc(g.Frames, func(f Frame) bool {
		return f.Function == function || strings.HasSuffix(f.Function, "/"+function)
	})
}

// Waits tells whether the goroutine waits for another goroutine, on a channel,
// and so can't go on by itself.
func (g Goroutine) Waits() bool {
	switch g.State {
	case "chan send", "chan receive", "select":
		return true
	}
	return false
}

// Moves tells whether the goroutine runs, or would run if it had a processor.
func (g Goroutine) Moves() bool {
	switch g.State {
	case "running", "runnable", "syscall", "preempted", "copystack":
		return true
	}
	return false
}

// Now returns all goroutines of this process, also the caller's own. It stops all of
// them for a moment.
func Now() []Goroutine {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 4*len(buf))
	}
	all, err := Parse(string(buf), "")
	if err != nil {
		panic(err) // an unknown format: every other answer would be wrong
	}
	return all
}

// Count says, for a person, how many goroutines there are and where. own picks the frame
// that stands for a goroutine.
func Count(all []Goroutine, own func(Goroutine) Frame) string {
	count := make(map[string]int)
	for _, g := range all {
		count[fmt.Sprintf("%s, in %s", g.State, own(g).Name())]++
	}
	var places []string
	for _, place := range slices.Sorted(maps.Keys(count)) {
		if len(count) > 1 {
			place = fmt.Sprintf("%d %s", count[place], place)
		}
		places = append(places, place)
	}
	if len(all) == 0 {
		return "no goroutine"
	}
	return Number(len(all), "goroutine") + ": " + strings.Join(places, "; ")
}

// Number returns a number with its noun: "1 goroutine", "2 goroutines".
func Number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Parse reads what runtime.Stack has written about all goroutines of a program. root is
// the directory of the program's module. With "" the names of files stay as they are.
func Parse(stacks, root string) ([]Goroutine, error) {
	if root != "" {
		root = strings.TrimSuffix(slashed(root), "/") + "/"
	}
	var all []Goroutine
	for block := range strings.SplitSeq(strings.Trim(stacks, "\n"), "\n\n") {
		g, err := parseGoroutine(strings.Split(block, "\n"), root)
		if err != nil {
			return nil, fmt.Errorf("not what runtime.Stack writes: %w, in\n%s", err, block)
		}
		all = append(all, g)
	}
	return all, nil
}

func parseGoroutine(lines []string, root string) (Goroutine, error) {
	// goroutine 12 [chan send, 2 minutes]:
	head, isHead := strings.CutPrefix(lines[0], "goroutine ")
	id, state, opens := strings.Cut(head, " [")
	state, _, closes := strings.Cut(state, "]")
	if !isHead || !opens || !closes {
		return Goroutine{}, errors.New("no goroutine's first line")
	}
	id, _, _ = strings.Cut(id, " ") // with GOTRACEBACK=system more follows
	state, _, _ = strings.Cut(state, ",")
	g := Goroutine{ID: id, State: state}

	// Then two lines for each function, the creator's last.
	for rest := lines[1:]; len(rest) > 0; rest = rest[2:] {
		if strings.HasPrefix(rest[0], "...") { // "...23 frames elided..."
			rest = rest[1:]
		}
		if len(rest) < 2 {
			return g, errors.New("no place after the last function")
		}
		file, line, err := parsePlace(rest[1], root)
		if err != nil {
			return g, err
		}
		if creator, ok := strings.CutPrefix(rest[0], "created by "); ok {
			creator, g.CreatedBy, _ = strings.Cut(creator, " in goroutine ")
			g.Created = Frame{creator, file, line}
			continue
		}
		arguments := strings.LastIndexByte(rest[0], '(')
		if arguments < 0 {
			return g, fmt.Errorf("no function in %q", rest[0])
		}
		g.Frames = append(g.Frames, Frame{rest[0][:arguments], file, line})
	}
	return g, nil
}

// parsePlace reads a line such as "\tC:/chat/client.go:67 +0x1d".
func parsePlace(text, root string) (file string, line int, err error) {
	colon := strings.LastIndexByte(text, ':')
	if !strings.HasPrefix(text, "\t") || colon < 0 {
		return "", 0, fmt.Errorf("no place in %q", text)
	}
	number, _, _ := strings.Cut(text[colon+1:], " ")
	if line, err = strconv.Atoi(number); err != nil {
		return "", 0, fmt.Errorf("no line's number in %q", text)
	}
	return strings.TrimPrefix(slashed(text[1:colon]), root), line, nil
}

// slashed is filepath.ToSlash for the paths of any system on any system.
func slashed(path string) string { return strings.ReplaceAll(path, `\`, "/") }
