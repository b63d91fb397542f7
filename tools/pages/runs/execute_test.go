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

// run runs what stands in a mark, in an empty directory.
func run(t *testing.T, args string) (Output, error) {
	t.Helper()
	return parse(t, args).output(t.Context(), t.TempDir())
}

func TestOutput(t *testing.T) {
	t.Setenv("GOFLAGS", "-count=7 -mod=mod -race")
	got, err := run(t, "GOARCH=arm64 go env GOFLAGS GOARCH GORACE")
	require.NoError(t, err)
	assert.Equal(t, []string{"-mod=mod -trimpath=false", "arm64"}, got.lines)
	assert.Regexp(t, `^go1\.`, got.version)

	got, err = run(t, "fails: go nosuchcommand")
	require.NoError(t, err)
	assert.Contains(t, got.String(), "unknown command")
	for args, want := range map[string]string{
		"fails: go version":      "go version ends with exit status 0, and its mark says that it fails",
		"go nosuchcommand":       "go nosuchcommand ends with exit status 2: write fails: before it",
		"go nosuchcommand more":  "unknown command", // what it printed
		"nosuchprogram a":        "nosuchprogram",
		"fails: nosuchprogram a": "nosuchprogram", // what can't be run doesn't fail as declared
	} {
		_, err = run(t, args)
		assert.ErrorContains(t, err, want, args)
	}
}

// A test knows how long it has, and stays within it; what its command says itself
// counts more.
func TestTimeout(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module m\n",
		"m_test.go": "package m\n\nimport (\n\t\"testing\"\n\t\"time\"\n)\n\nfunc TestM(t *testing.T) {\n\tdeadline, ok := t.Deadline()\n\tt.Log(time.Until(deadline) > 30*time.Minute, ok)\n}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Hour)
	defer stop()
	for args, want := range map[string]string{"go test -v": "true true", "go test -v -timeout=20m": "false true"} {
		o, err := parse(t, args).output(ctx, dir)
		require.NoError(t, err)
		assert.Contains(t, o.String(), want, args)
	}
}

func TestLeftOut(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows lacks everything")
	}
	var log strings.Builder
	t.Setenv("CGO_ENABLED", "0")
	results := All(t.Context(), t.TempDir(), []Command{parse(t, "needs=race: go version"), parse(t, "go version")}, &log)
	require.Len(t, results, 2)
	if runtime.GOOS != "darwin" { // which needs no cgo for it
		assert.Contains(t, results[0].LeftOut, "install a C compiler")
		assert.Contains(t, log.String(), "left out    $ go version\n            it needs the race detector")
	}
	assert.Empty(t, results[1].LeftOut)
	assert.NoError(t, results[1].Err)
	assert.Contains(t, results[1].Output.String(), "go version")
	assert.Regexp(t, `ran +\d+\.\ds \$ go version\n`, log.String())
}

// The leak profile is an experiment of one release. What a later one says of it
// is no problem of the page: the run is left out, and says why.
func TestExperimentOfAnotherRelease(t *testing.T) {
	needs["future"] = need{[]string{"GOEXPERIMENT=xyzzy"}, needs["leakprofile"].command, needs["leakprofile"].why}
	defer delete(needs, "future")
	result := parse(t, "needs=future: go version").run(t.Context(), t.TempDir())
	assert.Contains(t, result.LeftOut, "it is Go 1.26's command; Go 1.27 needs no experiment: there the test simply runs (go: unknown GOEXPERIMENT xyzzy)")
}

func TestNoTimeLeft(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	for _, r := range All(ctx, t.TempDir(), []Command{parse(t, "go version"), parse(t, "needs=race: go version")}, io.Discard) {
		assert.ErrorContains(t, r.Err, "go version was not run, as there was no time left: context deadline exceeded")
		assert.Empty(t, r.LeftOut)
	}
}

// What a command has started ends with it: nobody holds what its child wrote to.
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

// What varies from run to run, and from machine to machine, becomes a gap.
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
		assert.Equal(t, []string{want}, goes.varying("/src/repo", []string{line}))
		assert.Less(t, mismatch([]string{want}, []string{line}), 0, line)
	}
	assert.Empty(t, goes.varying("/src/repo", nil))
}
