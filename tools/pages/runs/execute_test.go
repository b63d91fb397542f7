package runs

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// run runs the command of a mark, in an empty directory.
func run(t *testing.T, args string) Output {
	t.Helper()
	return parse(t, args).run(t.Context(), t.TempDir())
}

func TestOutput(t *testing.T) {
	t.Setenv("GOFLAGS", "-count=7 -mod=mod -race")
	got := run(t, "GOARCH=arm64 go env GOFLAGS GOARCH GORACE")
	require.NoError(t, got.Err)
	assert.Equal(t, []string{"-mod=mod -trimpath=false", "arm64"}, got.lines)
	assert.Regexp(t, `^go1\.`, got.version)

	got = run(t, "fails: go nosuchcommand")
	require.NoError(t, got.Err)
	assert.Contains(t, got.String(), "unknown command")
	for args, want := range map[string]string{
		"fails: go version":      "go version ends with exit status 0, and its mark says that it fails",
		"go nosuchcommand":       "go nosuchcommand ends with exit status 2: write fails: before it",
		"go nosuchcommand more":  "unknown command", // what it printed
		"nosuchprogram a":        "nosuchprogram",
		"fails: nosuchprogram a": "nosuchprogram", // a command that can't be run doesn't count as one that fails
	} {
		assert.ErrorContains(t, run(t, args).Err, want, args)
	}
}

// A test gets a time limit. If its command has one, that one counts.
func TestLimited(t *testing.T) {
	c := parse(t, "go test -timeout=1m ./x")
	assert.Equal(t, []string{"go", "test", "-count=1", "-timeout=1m", "./x"}, c.limited(context.Background()))
	ctx, stop := context.WithTimeout(t.Context(), 1000*time.Hour)
	defer stop()
	assert.Regexp(t, `^go test -count=1 -timeout=899h59m\S+ -timeout=1m ./x$`, strings.Join(c.limited(ctx), " "))
	assert.Equal(t, []string{"go", "version"}, parse(t, "go version").limited(ctx))
}

// If a machine, or another release of Go, lacks something, that is no problem of the
// page. The run is left out, and the log says why.
func TestLeftOut(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows lacks everything")
	}
	needs["future"] = need{[]string{"GOEXPERIMENT=xyzzy"}, needs["leakprofile"].command, needs["leakprofile"].why}
	defer delete(needs, "future")
	t.Setenv("CGO_ENABLED", "0")
	var log strings.Builder
	outputs := All(t.Context(), t.TempDir(), []Command{parse(t, "needs=race: go version"), parse(t, "needs=future: go version"), parse(t, "go version")}, &log)
	if runtime.GOOS != "darwin" { // macOS needs no cgo for it
		assert.Contains(t, outputs[0].LeftOut, "install a C compiler")
	}
	assert.Equal(t, "it is Go 1.26's command; Go 1.27 needs no experiment: there the test simply runs (go: unknown GOEXPERIMENT xyzzy)", outputs[1].LeftOut)
	assert.Contains(t, log.String(), "left out    $ go version\n            it is Go 1.26's command")
	assert.Empty(t, outputs[2].LeftOut)
	assert.Contains(t, outputs[2].String(), "go version")
	assert.Regexp(t, `ran +\d+\.\ds \$ go version\n`, log.String())
}

func TestNoTimeLeft(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	for _, r := range All(ctx, t.TempDir(), []Command{parse(t, "go version"), parse(t, "needs=race: go version")}, io.Discard) {
		assert.ErrorContains(t, r.Err, "go version did not run, as there was no time left: context deadline exceeded")
		assert.Empty(t, r.LeftOut)
	}
}

// When a command ends, all that it has started ends, too: no child still has its output open.
func TestStoppingEndsAllOfIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows there are no process groups to end")
	}
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	require.NoError(t, exec.Command("mkfifo", fifo).Run())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended, opened := make(chan error, 1), make(chan *os.File, 1)
	go func() {
		_, err := execute(ctx, dir, nil, []string{"sh", "-c", "sleep 600 >fifo & wait"})
		ended <- err
	}()
	go func() {
		r, err := os.Open(fifo) // it waits for the child
		assert.NoError(t, err)
		opened <- r
	}()
	select {
	case err := <-ended:
		require.NoError(t, err, "it ended before its child had started")
	case r := <-opened:
		defer r.Close()
		stop()
		assert.ErrorContains(t, <-ended, "and was stopped (context canceled): does it wait for something, or serve?")
		require.NoError(t, r.SetReadDeadline(time.Now().Add(time.Minute)))
		_, err := io.ReadAll(r)
		assert.NoError(t, err, "waited for the child to end")
	}
}

// Text that varies from run to run, or from machine to machine, becomes a gap.
func TestVarying(t *testing.T) {
	goes := goEnv{version: "go1.26.8", goroot: "/opt/go", modcache: "/home/x/mod"}
	temp := filepath.Join(os.TempDir(), "go-build1234", "b001", "chat.test")
	for line, want := range map[string]string{
		"Read at 0x00c000012345 by goroutine 11:":                       "Read at 0x… by goroutine …:",
		"Goroutine 7 (running) created at:":                             "Goroutine … (running) created at:",
		"      /src/repo/01/client.go:35 +0x7d":                         "      …/01/client.go:35 +0x…",
		"      /src/repository/client.go:35":                            "      /src/repository/client.go:35",
		"      /opt/go/src/sync/waitgroup.go:238 +0x72":                 "      …/src/sync/waitgroup.go:… +0x…",
		"\t/home/x/mod/golang.org/x/net@v0.62.0/websocket/server.go:89": "\t…/golang.org/x/net@v0.62.0/websocket/server.go:89",
		"main.f(0xc0000120a0, {0x1, 0x2?})":                             "main.f(0x…, {0x…, 0x…?})",
		"--- FAIL: TestX (0.12s)":                                       "--- FAIL: TestX (…)",
		"ok  \tchat\t12.345s":                                           "ok  \tchat\t…",
		"ok  \tchat\t(cached)":                                          "ok  \tchat\t…",
		"took 1.5ms or 7.25µs, of 10s":                                  "took … or …, of 10s",
		"    testing.go:1712: race detected":                            "    testing.go:…: race detected",
		"exec " + temp + ": no":                                         "exec …" + filepath.FromSlash("/b001/chat.test") + ": no",
		"v0.62.0 has 2 goroutines and 3 messages":                       "v0.62.0 has 2 goroutines and 3 messages",
	} {
		assert.Equal(t, want, goes.varying("/src/repo", line))
		assert.Less(t, mismatch([]string{want}, []string{line}), 0, line)
	}
}
