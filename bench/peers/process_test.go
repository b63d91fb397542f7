package peers_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deadline is the limit for things that take milliseconds, unless the machine is very
// busy.
const deadline = 30 * time.Second

var peerNames = []string{"gorilla", "mailbox-gorilla", "coder", "gws", "melody", "channel", "floor"}

// binaries is the directory of the peers' commands, after buildOnce has returned nil.
// TestMain removes it.
var binaries string

var buildOnce = sync.OnceValue(func() (err error) {
	if binaries, err = os.MkdirTemp("", "peers-"); err != nil {
		return err
	}
	return build(binaries)
})

func TestMain(m *testing.M) {
	status := m.Run()
	if err := os.RemoveAll(binaries); err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// build builds the peers into dir, with pprof, as they are when they are measured.
func build(dir string) error {
	if err := readSources(); err != nil {
		return err
	}
	pprof := filepath.Join(dir, "pprof.go")
	if err := os.WriteFile(pprof, []byte("package main\n\nimport _ \"net/http/pprof\"\n"), 0o600); err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	var overlay struct{ Replace map[string]string }
	overlay.Replace = make(map[string]string)
	args := []string{"build", "-buildvcs=false", raceFlag, "-overlay", filepath.Join(dir, "overlay.json"), "-o", dir + string(filepath.Separator)}
	for _, name := range peerNames {
		overlay.Replace[filepath.Join(here, name, "pprof.go")] = pprof
		args = append(args, "./"+name)
	}
	b, err := json.Marshal(overlay)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), b, 0o600); err != nil {
		return err
	}
	cmd := exec.Command("go", args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return nil
}

// readSources reads the sources of the peers, and does nothing with them. go test remembers
// a result as long as the files that the test opens don't change. It doesn't see the files
// that the go command opens for the test.
func readSources() error {
	for _, root := range []string{".", "../go.mod", "../go.sum"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
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

func command(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	require.NoError(t, buildOnce())
	return exec.Command(filepath.Join(binaries, name), args...)
}

// process is a peer that runs. Only the test's own goroutine may use it.
type process struct {
	t      *testing.T
	name   string
	addr   string // host:port
	cmd    *exec.Cmd
	stderr bytes.Buffer  // may be read when the process has ended
	ended  chan struct{} // closed when it has ended
}

// start runs a peer, and returns when it says that it serves. At the end of the test the
// peer is killed, if it hasn't ended before. If it prints something to stderr, such as the
// race detector's report, the test fails.
func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	cmd := command(t, name, append(args, "-addr", "127.0.0.1:0")...)
	p := &process{t: t, name: name, cmd: cmd, ended: make(chan struct{})}
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	first := make(chan string, 1)
	go func() {
		out := bufio.NewReader(stdout)
		line, _ := out.ReadString('\n')
		first <- line
		io.Copy(io.Discard, out)
		p.cmd.Wait() // its error is in ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() {
		if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("kill %s: %v", name, err)
			return
		}
		p.wait()
		assert.Empty(t, p.stderr.String(), "stderr of %s", name)
	})

	select {
	case line := <-first:
		serves := regexp.MustCompile(`^` + name + ` serves the chat at http://(127\.0\.0\.1:\d+)/ \(Ctrl-C ends it\)\r?\n$`)
		match := serves.FindStringSubmatch(line)
		require.NotNil(t, match, "the first line of %s: %q", name, line)
		p.addr = match[1]
	case <-time.After(deadline):
		require.Fail(t, "timeout", "%s didn't say within %v that it serves", name, deadline)
	}
	return p
}

// wait waits for the end of the process, and returns its status.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(deadline):
		require.Fail(p.t, "timeout", "%s didn't end within %v", p.name, deadline)
		return 0
	}
}

// get returns what is at a path of the server. It uses a new connection.
func (p *process) get(path string) (string, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: deadline}
	response, err := client.Get("http://" + p.addr + path)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %s: %s", path, response.Status, body)
	}
	return string(body), err
}

var profileTotal = regexp.MustCompile(`^goroutine profile: total (\d+)\n`)

// goroutines returns how many goroutines the server has, with those that answer this
// question.
func (p *process) goroutines() (int, error) {
	profile, err := p.get("/debug/pprof/goroutine?debug=1")
	if err != nil {
		return 0, err
	}
	match := profileTotal.FindStringSubmatch(profile)
	if match == nil {
		return 0, fmt.Errorf("no goroutine profile: %q", profile)
	}
	return strconv.Atoi(match[1])
}

var heapObjects = regexp.MustCompile(`(?m)^# HeapObjects = (\d+)$`)

// heapObjects returns how many objects the server has, after a collection.
func (p *process) heapObjects() (int, error) {
	profile, err := p.get("/debug/pprof/heap?gc=1&debug=1")
	if err != nil {
		return 0, err
	}
	match := heapObjects.FindStringSubmatch(profile)
	if match == nil {
		return 0, fmt.Errorf("no heap profile: %q", profile)
	}
	return strconv.Atoi(match[1])
}

// run runs a peer that must end by itself, and returns its status and output.
func run(t *testing.T, name string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd := command(t, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	require.NoError(t, cmd.Start())
	tooLong := time.AfterFunc(deadline, func() { cmd.Process.Kill() })
	cmd.Wait() // its error is in ProcessState
	require.True(t, tooLong.Stop(), "%s %q didn't end within %v\n%s%s", name, args, deadline, &out, &errOut)
	return cmd.ProcessState.ExitCode(), out.String(), errOut.String()
}

// interrupt does what Ctrl-C does.
func (p *process) interrupt() {
	p.t.Helper()
	if runtime.GOOS == "windows" {
		p.t.Skip("on Windows a Ctrl-C would go to this test, too")
	}
	require.NoError(p.t, p.cmd.Process.Signal(os.Interrupt))
}
