// Package live runs a step's command as a process, as a person at a prompt does, and
// tells which goroutines the process has at this moment. It knows nothing about testing,
// nor why a caller looks at the goroutines. It identifies goroutines by places in the
// source, never by the names of functions.
//
// A program that uses Build must call Clean at the end.
package live

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/steps"
)

// builds remembers what this process has built. A build holds the lock, as two builds
// at the same time would not be faster.
var builds struct {
	sync.Mutex
	dir  string            // where the commands are; "" before the first
	path map[string]string // by step and overlay
}

// Build builds the step's command, with the files of an overlay if there are any, and
// returns its path. A process builds each of them only once. Any goroutine may call
// Build. If the build does not use a file of the overlay, Build returns an error.
func Build(ctx context.Context, step steps.Step, overlay gocmd.Overlay) (string, error) {
	root, err := steps.Root()
	if err != nil {
		return "", err
	}
	builds.Lock()
	defer builds.Unlock()
	key := fmt.Sprint(step.Name, " ", overlay)
	if path, ok := builds.path[key]; ok {
		return path, nil
	}
	path, err := build(ctx, root, step, overlay)
	if err != nil {
		return "", fmt.Errorf("%s can't be built: %w", step.Name, err)
	}
	if builds.path == nil {
		builds.path = make(map[string]string)
	}
	builds.path[key] = path
	return path, nil
}

// Forget has the next Build of a step build it anew, from its source as it is then.
// What was built stays until Clean: it may be running.
func Forget(step steps.Step) {
	builds.Lock()
	defer builds.Unlock()
	maps.DeleteFunc(builds.path, func(key, path string) bool { return strings.HasPrefix(key, step.Name+" ") })
}

// Clean removes what was built.
func Clean() error {
	builds.Lock()
	defer builds.Unlock()
	err := os.RemoveAll(builds.dir)
	builds.dir, builds.path = "", nil
	return err
}

// Main runs a package's tests, removes what was built for them, and exits. m is the
// *testing.M of a TestMain that does nothing else.
func Main(m interface{ Run() int }) {
	status := m.Run()
	if err := Clean(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func build(ctx context.Context, root string, step steps.Step, overlay gocmd.Overlay) (path string, err error) {
	if err := gocmd.ReadSources(root, "go.mod", "go.sum", step.Name, "internal/webpage", "internal/live/tight"); err != nil {
		return "", err
	}
	if builds.dir == "" {
		if builds.dir, err = os.MkdirTemp("", "live-"); err != nil {
			return "", err
		}
	}
	dir, err := os.MkdirTemp(builds.dir, "")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, step.Name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	// -buildvcs=false: the build must work where git can't read this directory.
	// -trimpath=false: a stack must say where its files are, whatever GOFLAGS says.
	// -ldflags=-w: nobody debugs it, and so it takes less time to link.
	args := []string{"build", "-buildvcs=false", "-trimpath=false", "-ldflags=-w", "-o", path}
	in := step.ModuleDir(root)
	if overlay != nil {
		flag, err := overlay.Flag(dir, root)
		if err != nil {
			return "", err
		}
		if err := overlay.Used(ctx, in, root, flag, step.Package()); err != nil {
			return "", err
		}
		args = append(args, flag)
	}
	cmd := gocmd.Command(ctx, in, nil, "go", append(args, step.Package())...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return path, nil
}
