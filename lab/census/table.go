// Package census tells in which box of a step's figure each goroutine stands, what
// it does there, and which arrows are lit. It knows goroutines by places in the
// code, from the table that the figure is drawn from. It knows nothing of
// processes, nor of where in the picture a box is.
package census

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Table is what a diagrams/*.edges file says of one step.
type Table struct {
	step     string
	boxes    map[string]string        // the box's id, by the goroutine's name
	started  map[string]string        // the goroutine's name, by the place of the go statement
	handlers []string                 // the goroutines that net/http starts for its requests
	ops      map[string]map[string]op // what a goroutine does at a place
	outside  map[string]bool          // channels on which no goroutine sends, but an object
	arrows   []arrow
	claims   []claim
}

// op is a statement that may wait.
type op struct {
	sends   bool // else it receives
	channel string
}

// arrow is a grey line: who listens to whom, on which channel.
type arrow struct{ id, who, whom, channel string }

// claim is what the table says of a line: that a word is on it.
type claim struct {
	file string
	line int
	word string
}

// browser is what a WebSocket is called as the channel of sends and receives, and
// socket what the arrows call it.
const browser, socket = "browser", "ws"

var columns = regexp.MustCompile(`\s{2,}`)

// Read reads the table of a step in the repository at root.
func Read(root, step string) (*Table, error) {
	text, err := os.ReadFile(filepath.Join(root, "diagrams", step+".edges"))
	if err != nil {
		return nil, err
	}
	t := &Table{step: step, boxes: make(map[string]string), started: make(map[string]string),
		ops: make(map[string]map[string]op), outside: make(map[string]bool)}
	objects := make(map[string]bool)
	inside := make(map[string]bool) // channels on which a goroutine sends
	for line := range strings.Lines(string(text)) {
		f := columns.Split(strings.TrimSpace(line), -1)
		if f[0] == "" || strings.HasPrefix(f[0], "#") {
			continue
		}
		if err := t.add(f, objects, inside); err != nil {
			return nil, fmt.Errorf("diagrams/%s.edges: %w in %q", step, err, strings.TrimSpace(line))
		}
	}
	if len(t.boxes) == 0 {
		return nil, fmt.Errorf("diagrams/%s.edges names no goroutine", step)
	}
	for channel := range inside {
		delete(t.outside, channel)
	}
	return t, nil
}

func (t *Table) add(f []string, objects, inside map[string]bool) error {
	want := map[string]int{"goroutine": 6, "object": 3, "starts": 5, "sends": 5, "receives": 5, "closes": 5, "listens": 6, "finding": 3}[f[0]]
	if want == 0 || len(f) < want {
		return fmt.Errorf("no line that is known, or too few columns,")
	}
	switch f[0] {
	case "goroutine":
		t.boxes[f[1]] = f[5]
		return t.claim(f[4], f[1])
	case "object":
		objects[f[1]] = true
	case "starts":
		if starter, _, _ := strings.Cut(f[1], "@"); starter == "http.Serve" {
			t.handlers = append(t.handlers, f[2])
			return nil
		}
		t.started[f[4]] = f[2]
		return t.claim(f[4], "go ")
	case "sends", "receives":
		if t.ops[f[1]] == nil {
			t.ops[f[1]] = make(map[string]op)
		}
		t.ops[f[1]][f[4]] = op{f[0] == "sends", f[2]}
		if f[0] == "sends" && objects[f[1]] {
			t.outside[f[2]] = true
		} else if f[0] == "sends" {
			inside[f[2]] = true
		}
		if !objects[f[2]] { // a context or a timer has another word in the source
			return t.claim(f[4], f[2])
		}
	case "listens":
		t.arrows = append(t.arrows, arrow{f[5], f[1], f[2], f[3]})
	}
	return nil
}

// Names returns the goroutines' names by the ids of their boxes.
func (t *Table) Names() map[string]string {
	names := make(map[string]string)
	for name, id := range t.boxes {
		names[id] = name
	}
	return names
}

// Goroutine returns the name of the goroutine that the go statement at a place starts, as in
// "01-original/chat/client.go:69"; of one that serves a request, where place is "". Where the table
// doesn't say, that is "".
func (t *Table) Goroutine(place string) string {
	if place == "" && len(t.handlers) == 1 {
		return t.handlers[0]
	}
	return t.started[place]
}

// claim notes that the last part of a name is to stand in the line at place. A line
// behind "@" tells two of one name apart, and a function literal is called func4.
func (t *Table) claim(place, name string) error {
	file, number, _ := strings.Cut(place, ":")
	word, _, _ := strings.Cut(name[strings.LastIndexByte(name, '.')+1:], "@")
	if strings.HasPrefix(word, "func") {
		word = "func"
	}
	c := claim{file: file, word: word}
	if _, err := fmt.Sscan(number, &c.line); err != nil {
		return fmt.Errorf("no place")
	}
	t.claims = append(t.claims, c)
	return nil
}

// Fits tells whether each line that the table names has what the table says of it.
// line returns the text of a line of the step's source, "" where there is none.
func (t *Table) Fits(line func(file string, number int) string) bool {
	for _, c := range t.claims {
		if !strings.Contains(line(c.file, c.line), c.word) {
			return false
		}
	}
	return true
}

// lit returns the ids of the arrows of a channel on which a goroutine waits.
func (t *Table) lit(name string, o op) (ids []string) {
	channel := o.channel
	if channel == browser {
		channel = socket
	}
	for _, a := range t.arrows {
		if a.channel == channel && (o.sends && a.whom == name || !o.sends && a.who == name) {
			ids = append(ids, a.id)
		}
	}
	return ids
}
