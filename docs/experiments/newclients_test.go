package experiments

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

// newClients is the built program internal/newclients.
type newClients struct{ path string }

// clientFile is the file that an overlay may replace when newclients is built.
const clientFile = "01-original/chat/client.go"

// buildNewClients builds the program. If client is not "", it replaces client.go of
// 01-original. If the caller wants the race detector, and there is none, the test is
// skipped.
func buildNewClients(t *testing.T, race bool, client string) newClients {
	t.Helper()
	notShort(t)
	const pkg = "./docs/experiments/internal/newclients"
	root, dir := moduleRoot(t), t.TempDir()
	require.NoError(t, gocmd.ReadSources(root, "go.mod", "go.sum", original.Name, "docs/experiments/internal/newclients"))
	p := newClients{filepath.Join(dir, "newclients.exe")} // Windows needs .exe, and other systems accept it
	args := []string{"build", "-buildvcs=false", "-ldflags=-w", "-o", p.path}
	if client != "" {
		overlay := gocmd.Overlay{clientFile: client}
		flag, err := overlay.Flag(dir, root)
		require.NoError(t, err)
		require.NoError(t, overlay.Used(judgetest.Context(t), root, root, flag, pkg))
		args = append(args, flag)
	}
	build := func(args ...string) ([]byte, error) {
		return gocmd.Command(judgetest.Context(t), root, []string{"GOFLAGS=-trimpath=false"}, "go", append(args, pkg)...).CombinedOutput()
	}
	var noDetector string
	if race {
		out, err := build(append(args, "-race")...)
		if err == nil {
			// One goroutine alone can't race.
			out, err = exec.Command(p.path, "-callers=1", "-calls=1").CombinedOutput()
		}
		if err == nil {
			return p
		}
		noDetector = fmt.Sprintf("%v\n%s", err, out)
	}
	out, err := build(args...)
	require.NoError(t, err, "go build: %s", out)
	if race { // so the detector was the reason
		t.Skipf("no race detector here: %s\n-race needs cgo, except on macOS: install a C compiler (gcc or clang), and don't set CGO_ENABLED=0", noDetector)
	}
	return p
}

// run runs the program with the given GOMAXPROCS. It returns how many clients got an id
// that another client had, and whether the race detector reported a race.
func (p newClients) run(t *testing.T, procs int) (duplicates int, reported bool) {
	t.Helper()
	cmd := exec.CommandContext(judgetest.Context(t), p.path)
	const raceStatus = 66
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", procs), fmt.Sprintf("GORACE=atexit_sleep_ms=0 exitcode=%d", raceStatus))
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()

	reported = strings.Contains(stderr.String(), "WARNING: DATA RACE") && strings.Contains(stderr.String(), "chat.NewClient()")
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == raceStatus && reported {
		err = nil
	}
	require.NoError(t, err, "newclients:\n%s%s", &stdout, &stderr)
	var clients, ids int
	_, err = fmt.Sscanf(stdout.String(), "%d clients have %d ids\n", &clients, &ids)
	require.NoError(t, err, "newclients printed %q", &stdout)
	require.NotZero(t, clients, "newclients made no client")
	return clients - ids, reported
}

// changed returns a file of the repository with some texts replaced: oldnew has old and
// new texts in turn. Each old text must be there exactly once.
func changed(t *testing.T, file string, oldnew ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(moduleRoot(t), filepath.FromSlash(file)))
	require.NoError(t, err)
	text := string(b)
	for i := 0; i < len(oldnew); i += 2 {
		require.Equal(t, 1, strings.Count(text, oldnew[i]), "how often %q is in %s; this test changes it there", oldnew[i], file)
		text = strings.Replace(text, oldnew[i], oldnew[i+1], 1)
	}
	return text
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	return root
}
