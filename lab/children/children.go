// Package children runs steps as processes for the lab: one of each step at most,
// with its source as it was when it was built. It knows nothing of goroutines.
package children

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"sync"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/live"
	"websocket-chat-steps/internal/steps"
)

// Child is a step that runs. Any goroutine may call its methods.
type Child struct {
	*live.Program
	Step    steps.Step
	sources map[string][]string // lines, by files as a stack names them
}

// built has what each step was built from when it was built last, by its name.
var built sync.Map

// Start builds a step, unless its source is as it was, and starts it. The page that
// it serves may be framed by pages of this machine, so that the lab can show it. When
// all children have ended, live.Clean removes what was built.
func Start(ctx context.Context, root string, step steps.Step) (*Child, error) {
	overlay, err := framed(root)
	if err != nil {
		return nil, err
	}
	sources, err := read(root, step)
	if err != nil {
		return nil, err
	}
	if before, ok := built.Swap(step.Name, sources); ok && !reflect.DeepEqual(before, sources) {
		live.Forget(step)
	}
	program, err := live.Watch(ctx, step, overlay)
	if err != nil {
		return nil, err
	}
	return &Child{program, step, sources}, nil
}

// framed changes what keeps the page out of a frame, and that it takes the focus,
// which browsers complain of in a frame.
func framed(root string) (gocmd.Overlay, error) {
	const file = "internal/webpage/webpage.go"
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return nil, err
	}
	text := string(b)
	for _, change := range [][2]string{
		{"frame-ancestors 'none'", "frame-ancestors http://localhost:* http://127.0.0.1:*"},
		{"Parse(pageHTML)", `Parse(strings.Replace(pageHTML, " autofocus", "", 1))`},
	} {
		if strings.Count(text, change[0]) != 1 {
			return nil, fmt.Errorf("%s has not exactly one %q, which the lab has to change to show the page in a frame", file, change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	return gocmd.Overlay{file: text}, nil
}

func read(root string, step steps.Step) (map[string][]string, error) {
	sources := make(map[string][]string)
	for _, pattern := range []string{"*.go", "chat/*.go"} {
		files, err := filepath.Glob(filepath.Join(step.Dir(root), filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			name := path.Join(step.Name, path.Dir(pattern), filepath.Base(file))
			sources[name] = strings.Split(string(text), "\n")
		}
	}
	return sources, nil
}

// Line returns a line of the source that the child was built from, without the
// space around it; "" where there is none. The step's files are remembered as they
// were then. Those of libraries don't change, and are read now.
func (c *Child) Line(file string, number int) string {
	lines := c.sources[file]
	if filepath.IsAbs(file) {
		text, _ := os.ReadFile(file) // without it, the place has to be enough
		lines = strings.Split(string(text), "\n")
	}
	if 0 < number && number <= len(lines) {
		return strings.TrimSpace(lines[number-1])
	}
	return ""
}

// Gone tells whether the child has ended, with which status, and the end of what it
// printed to stderr.
func (c *Child) Gone() (gone bool, status int, stderr string) {
	select {
	case <-c.Ended():
	default:
		return false, 0, ""
	}
	status, err := c.Wait(context.Background())
	_, stderr = c.Output()
	if err != nil {
		stderr += err.Error()
	}
	const most = 4000
	return true, status, stderr[max(0, len(stderr)-most):]
}

// Changed tells whether the step's source, or its figure, differs from what is
// committed. Where git can't tell, that is an error.
func Changed(ctx context.Context, root string, step steps.Step) (bool, error) {
	out, err := gocmd.Command(ctx, root, nil, "git", "status", "--porcelain", "--",
		":(glob)"+step.Name+"/**/*.go", ":(glob)diagrams/"+step.Name+".*", ":(exclude,glob)**/*_test.go").Output()
	if err != nil {
		return false, errors.Join(errors.New("git can't tell what has changed"), err)
	}
	return len(out) > 0, nil
}
