// Package stepcmd builds the steps' commands and runs them as child processes,
// for tests that want to see what somebody at a prompt sees. It knows nothing of
// WebSockets or of the page.
//
// A test package that uses it removes what was built in its TestMain:
//
//	func TestMain(m *testing.M) {
//		status := m.Run()
//		stepcmd.Clean()
//		os.Exit(status)
//	}
package stepcmd

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"websocket-chat-steps/internal/steps"
)

// builds guards what this process has built. Building is done under the lock:
// two at a time would only take the processors from one another.
var builds struct {
	sync.Mutex
	dir  string            // where the commands are; "" before the first
	path map[string]string // by step and overlay
}

// Overlay is the text of files that the module is to seem to have, in place of
// its own or besides, by their paths from its root, with slashes. What only an
// overlay imports, its maker has to import too: see readSources.
type Overlay map[string]string

// Build returns the path of the command of a step, by its directory's name. It builds the first time
// that this process asks for it. It skips the test where there is no go command,
// and fails it when the step can't be built. Any goroutine that may call
// tb.FailNow may call it.
func Build(tb testing.TB, step string) string {
	tb.Helper()
	return BuildWith(tb, step, nil)
}

// BuildWith is Build, with an overlay.
func BuildWith(tb testing.TB, step string, overlay Overlay) string {
	tb.Helper()
	goCmd := goCommand(tb)

	builds.Lock()
	defer builds.Unlock()
	key := fmt.Sprint(step, overlay)
	if path, ok := builds.path[key]; ok {
		return path
	}
	path, err := build(goCmd, step, overlay)
	if err != nil {
		tb.Fatalf("stepcmd: %v", err)
	}
	if builds.path == nil {
		builds.path = make(map[string]string)
	}
	builds.path[key] = path
	return path
}

// Root returns the module's directory. It skips and fails the test as Build does.
func Root(tb testing.TB) string {
	tb.Helper()
	root, err := steps.Root()
	if err != nil {
		tb.Fatalf("stepcmd: %v", err)
	}
	return root
}

func goCommand(tb testing.TB) string {
	tb.Helper()
	goCmd, err := exec.LookPath("go")
	if err != nil {
		tb.Skipf("no go command to build the steps with: %v", err)
	}
	return goCmd
}

// Clean removes what Build has built. TestMain calls it when every test is over.
func Clean() error {
	builds.Lock()
	defer builds.Unlock()
	err := os.RemoveAll(builds.dir)
	builds.dir, builds.path = "", nil
	return err
}

func build(goCmd, step string, overlay Overlay) (path string, err error) {
	root, err := steps.Root()
	if err != nil {
		return "", err
	}
	if err := readSources(root, step); err != nil {
		return "", err
	}
	if builds.dir == "" {
		if builds.dir, err = os.MkdirTemp("", "stepcmd-"); err != nil {
			return "", err
		}
	}
	dir, err := os.MkdirTemp(builds.dir, "")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, step)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	// -buildvcs=false: a git that can't read this directory is no reason to fail.
	// -trimpath=false: a stack is to say where its files are, whatever GOFLAGS says.
	cmd := exec.Command(goCmd, "build", "-buildvcs=false", "-trimpath=false", "-o", path)
	if overlay != nil {
		replacements, err := writeOverlay(dir, root, overlay)
		if err != nil {
			return "", err
		}
		cmd.Args = append(cmd.Args, "-overlay", replacements)
	}
	cmd.Args = append(cmd.Args, "./"+step)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return path, nil
}

// writeOverlay writes to dir what -overlay of go build wants, and returns its name.
func writeOverlay(dir, root string, overlay Overlay) (string, error) {
	var replacements struct{ Replace map[string]string } // all paths absolute
	replacements.Replace = make(map[string]string)
	for name, text := range overlay {
		file := filepath.Join(dir, fmt.Sprintf("%d.go", len(replacements.Replace)))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", err
		}
		replacements.Replace[filepath.Join(root, filepath.FromSlash(name))] = file
	}
	b, err := json.Marshal(replacements)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, b, 0o600)
}

// readSources reads all that the step's command is built from, and drops it.
// The go command remembers a test's result for as long as the files that the
// test itself opened stay the same; what a child process opens it doesn't see.
func readSources(root, step string) error {
	for _, name := range []string{"go.mod", "go.sum", step, filepath.Join("internal", "webpage")} {
		err := filepath.WalkDir(filepath.Join(root, name), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			_, err = os.ReadFile(path)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
