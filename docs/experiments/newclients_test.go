package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/stepcmd"
)

// newClients is the program internal/newclients, built.
type newClients struct{ path string }

// buildNewClients builds the program; with a text for client.go of 01-original
// in place of its own, unless that is "". It skips the test where the race
// detector is asked for and can't be had.
func buildNewClients(t *testing.T, race bool, client string) newClients {
	t.Helper()
	root, dir := stepcmd.Root(t), t.TempDir()
	readNewClients(t, root)
	p := newClients{filepath.Join(dir, "newclients.exe")} // only Windows wants .exe; nobody else minds
	args := []string{"build", "-o", p.path}
	if client != "" {
		args = append(args, "-overlay", writeOverlay(t, dir, filepath.Join(root, original, "chat", "client.go"), client))
	}
	const pkg = "./docs/experiments/internal/newclients"
	var noDetector string
	if race {
		out, err := goCommand(root, append(args, "-race", pkg)...)
		if err == nil {
			// One goroutine alone can't race.
			out, err = exec.Command(p.path, "-callers=1", "-calls=1").CombinedOutput()
		}
		if err == nil {
			return p
		}
		noDetector = fmt.Sprintf("%v\n%s", err, out)
	}
	out, err := goCommand(root, append(args, pkg)...)
	require.NoError(t, err, "go build: %s", out)
	if race { // so it was the detector
		t.Skipf("no race detector here: %s\n-race needs cgo, but for macOS: install a C compiler (gcc or clang), and don't set CGO_ENABLED=0", noDetector)
	}
	return p
}

// run runs the program with a GOMAXPROCS, and returns how many clients got an id
// that another one had, and whether the race detector has reported a race.
func (p newClients) run(t *testing.T, procs int) (duplicates int, reported bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path)
	const raceStatus = 66
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", procs), fmt.Sprintf("GORACE=atexit_sleep_ms=0 exitcode=%d", raceStatus))
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()

	reported = strings.Contains(stderr.String(), "WARNING: DATA RACE") && strings.Contains(stderr.String(), "chat.NewClient()")
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == raceStatus && reported {
		err = nil
	}
	require.NoError(t, err, "newclients (it had %v):\n%s%s", patience, &stdout, &stderr)
	var clients, ids int
	_, err = fmt.Sscanf(stdout.String(), "%d clients have %d ids\n", &clients, &ids)
	require.NoError(t, err, "newclients printed %q", &stdout)
	require.NotZero(t, clients, "newclients made no client")
	return clients - ids, reported
}

// changedClient returns client.go of 01-original with other words: old and new in
// turn. Each old one has to be there once.
func changedClient(t *testing.T, oldnew ...string) string {
	t.Helper()
	file := filepath.Join(stepcmd.Root(t), original, "chat", "client.go")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return change(t, file, string(text), oldnew...)
}

// change changes a file's text. Each old one of oldnew has to be there once.
func change(t *testing.T, file, text string, oldnew ...string) string {
	t.Helper()
	for i := 0; i < len(oldnew); i += 2 {
		require.Equal(t, 1, strings.Count(text, oldnew[i]), "how often %q is in %s; this test changes it there", oldnew[i], file)
		text = strings.Replace(text, oldnew[i], oldnew[i+1], 1)
	}
	return text
}

// readNewClients reads what the program is built from, and drops it: go test
// remembers a result while what the test itself has read stays the same.
func readNewClients(t *testing.T, root string) {
	t.Helper()
	for _, pattern := range []string{"go.mod", "go.sum", original + "/chat/*.go", "docs/experiments/internal/newclients/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		require.NoError(t, err)
		require.NotEmpty(t, files, "no file is called %s", pattern)
		for _, file := range files {
			_, err := os.ReadFile(file)
			require.NoError(t, err)
		}
	}
}

// writeOverlay writes to dir what -overlay of go build wants, such that file
// has the text, and returns its name.
func writeOverlay(t *testing.T, dir, file, text string) string {
	t.Helper()
	laid, overlay := filepath.Join(dir, "laid.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {file: laid}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(laid, []byte(text), 0o600))
	require.NoError(t, os.WriteFile(overlay, replace, 0o600))
	return overlay
}

// goCommand runs the go command in dir, without the user's own flags.
func goCommand(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false")
	return cmd.CombinedOutput()
}
