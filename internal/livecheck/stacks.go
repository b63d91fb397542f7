package livecheck

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Goroutine is one goroutine, as runtime.Stack shows it.
type Goroutine struct {
	ID        string
	State     string  // "chan send", "IO wait", "running", ...; not for how long
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

func (f Frame) place() string { return fmt.Sprintf("%s:%d", f.File, f.Line) }

// Parse reads what runtime.Stack has written of all goroutines of a program of
// the module whose directory is root.
func Parse(stacks, root string) ([]Goroutine, error) {
	root = strings.TrimSuffix(slashed(root), "/") + "/"
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
	id, _, _ = strings.Cut(id, " ") // with GOTRACEBACK=system there is more
	state, _, _ = strings.Cut(state, ",")
	g := Goroutine{ID: id, State: state}

	// Then two lines for each function, the creator's last.
	for rest := lines[1:]; len(rest) > 0; rest = rest[2:] {
		if strings.HasPrefix(rest[0], "...") { // "...23 frames elided..."
			rest = rest[1:]
		}
		if len(rest) < 2 {
			return g, errors.New("no place behind the last function")
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
