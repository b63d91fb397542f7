package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
)

// The tests start this test binary again as the command.
const asCommand = "LAB_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

func runIt(t *testing.T, args ...string) (status int, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // if it serves all the same, it ends at once
	status = run(ctx, args, &out, &errOut)
	return status, errOut.String()
}

func TestRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()

	status, stderr := runIt(t, "-addr", taken.Addr().String())
	assert.Equal(t, 1, status)
	assert.Regexp(t, `^lab: .*in use.*; give another address, as in -addr localhost:8091\n$|^lab: .*Only one usage.*\n$`, stderr)

	status, stderr = runIt(t, "-addr", "0.0.0.0:0")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "is not on loopback")
	status, _ = runIt(t, "-addr", ":0")
	assert.Equal(t, 1, status, "every address of the machine")

	status, stderr = runIt(t, "now")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, `unexpected argument "now"`)
	status, _ = runIt(t, "-h")
	assert.Zero(t, status)
	status, _ = runIt(t, "-addr", "127.0.0.1:0")
	assert.Zero(t, status, "served, and ended")
}

// started is the lab as a process of its own, with a step that runs.
func started(t *testing.T) (lab *exec.Cmd, child string) {
	t.Helper()
	t.Parallel()
	if testing.Short() {
		t.Skip("-short leaves out what builds a step")
	}
	lab = exec.Command(os.Args[0], "-addr", "127.0.0.1:0")
	dir := t.TempDir() // what it has built stays when it is killed
	lab.Env = append(os.Environ(), asCommand+"=1", "TMPDIR="+dir, "TMP="+dir, "TEMP="+dir)
	out, err := lab.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, lab.Start())
	t.Cleanup(func() { lab.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	match := regexp.MustCompile(`^The lab is at (http://localhost:\d+/)#token=(\w+)\n$`).FindStringSubmatch(line)
	require.NotNil(t, match, line)

	request, err := http.NewRequestWithContext(judgetest.Context(t), http.MethodGet, match[1]+"api/watch/03-single-goroutine", nil)
	require.NoError(t, err)
	request.Header.Set("Lab-Token", match[2])
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	for lines := json.NewDecoder(response.Body); ; {
		var snapshot struct{ State, URL, Why string }
		require.NoError(t, lines.Decode(&snapshot))
		require.NotEqual(t, "broken", snapshot.State, snapshot.Why)
		if snapshot.State == "runs" {
			return lab, snapshot.URL
		}
	}
}

// gone waits until nobody serves at url any more, after end. A connection that is
// open before tells of the end. While a process ends, there may still be others.
func gone(t *testing.T, url string, end func()) {
	t.Helper()
	addr := regexp.MustCompile(`[\d.]+:\d+`).FindString(url)
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	end()
	for err == nil {
		require.NoError(t, conn.SetDeadline(time.Now().Add(judgetest.Patience())))
		_, err = io.ReadAll(conn)
		conn.Close()
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the step has not ended") // a reset is an end, too
		conn, err = net.Dial("tcp", addr)
	}
}

// Ctrl-C ends the lab with status 0, and what it has started.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there Ctrl-C goes to all processes of the console")
	}
	lab, child := started(t)
	gone(t, child, func() {
		require.NoError(t, lab.Process.Signal(os.Interrupt))
		require.NoError(t, lab.Wait())
	})
}

// When the lab is killed, what it has started ends all the same.
func TestKilled(t *testing.T) {
	lab, child := started(t)
	gone(t, child, func() {
		require.NoError(t, lab.Process.Kill())
		var exit *exec.ExitError
		require.True(t, errors.As(lab.Wait(), &exit))
	})
}
