package pages

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseRun(t *testing.T) {
	r, err := parseRun("fails: needs=race: A=b C='d e' go test -run 'TestX/(a|b)' ./x")
	require.NoError(t, err)
	assert.Equal(t, "A=b C='d e' go test -run 'TestX/(a|b)' ./x", r.Command)
	assert.Equal(t, []string{"A=b", "C=d e"}, r.env)
	assert.Equal(t, []string{"go", "test", "-run", "TestX/(a|b)", "./x"}, r.words)
	assert.True(t, r.fails)
	assert.Equal(t, []string{"race"}, r.needs)

	r, err = parseRun("go run . -say 'so: this' A=b ''")
	require.NoError(t, err)
	assert.Equal(t, []string{"go", "run", ".", "-say", "so: this", "A=b", ""}, r.words)
	assert.False(t, r.fails)

	for args, want := range map[string]string{
		"":                     "needs a command",
		"fails:":               "needs a command",
		"go test > x":          `'>' in "go test > x" is for a shell`,
		"go test $HOME":        "is for a shell",
		"go test 'x":           "has no end",
		"needs=luck: go test":  `no need "luck"`,
		"fails: A=b":           "needs a command",
		"needs=race: fails: ":  "needs a command",
		"go test -run \"a b\"": "'single quotes'",
	} {
		_, err := parseRun(args)
		assert.ErrorContains(t, err, want, args)
	}
}

// A command that several pages show is run once.
func TestRunsOfAllPages(t *testing.T) {
	page := "<!-- run: go version -->\n<!-- /run -->\n\n<!-- run: fails: go test -->\n<!-- /run -->\n\n<!-- run: go version -->\n<!-- /run -->\n"
	tree, err := open(".", fstest.MapFS{"a.md": {Data: []byte(page)}, "a.ja.md": {Data: []byte(page)}})
	require.NoError(t, err)
	runs := tree.Runs()
	require.Len(t, runs, 2)
	assert.Equal(t, "go version", runs[0].Command)
	assert.Len(t, runs[0].blocks, 4)
	assert.Equal(t, "go test", runs[1].Command)
	assert.Len(t, runs[1].blocks, 2)
}

// run runs what stands in a mark, in an empty directory.
func run(t *testing.T, args string) (Output, error) {
	t.Helper()
	r, err := parseRun(args)
	require.NoError(t, err)
	r.root = t.TempDir()
	return r.Output(t.Context())
}

func TestOutput(t *testing.T) {
	t.Setenv("GOFLAGS", "-count=7 -mod=mod -race")
	got, err := run(t, "GOARCH=arm64 go env GOFLAGS GOARCH GORACE")
	require.NoError(t, err)
	assert.Equal(t, []string{"-mod=mod -trimpath=false", "arm64"}, got.Lines)
	assert.Regexp(t, `^go1\.`, got.goes.version)

	_, err = run(t, "fails: go version")
	assert.ErrorContains(t, err, "go version ends with exit status 0, and its mark says that it fails")
	got, err = run(t, "fails: go nosuchcommand")
	require.NoError(t, err)
	assert.Contains(t, got.Lines[0], "unknown command")
	_, err = run(t, "go nosuchcommand")
	assert.ErrorContains(t, err, "go nosuchcommand ends with exit status 2: write fails: before it")
	assert.ErrorContains(t, err, "unknown command", "what it printed")
	for _, args := range []string{"nosuchprogram a", "fails: nosuchprogram a"} {
		_, err = run(t, args)
		assert.ErrorContains(t, err, "nosuchprogram", "what can't be run doesn't fail as declared")
	}
}

func TestMissing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows lacks everything")
	}
	r, err := parseRun("needs=race: go version")
	require.NoError(t, err)
	r.root = t.TempDir()
	t.Setenv("CGO_ENABLED", "0")
	if runtime.GOOS != "darwin" { // which needs no cgo for it
		assert.Contains(t, r.Missing(t.Context()), "install a C compiler")
	}
	r.needs = nil
	assert.Empty(t, r.Missing(t.Context()))
}

func TestDeadline(t *testing.T) {
	_, err := execute(t.Context(), time.Nanosecond, t.TempDir(), nil, []string{"go", "version"})
	assert.ErrorContains(t, err, "it did not end within 1ns, and was stopped")
}

// What a command has started ends with it. Were its child still there, with what
// the output is read from, that would be waited for.
func TestStoppingEndsAllOfIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows there are no process groups to end")
	}
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := execute(ctx, deadline, dir, nil, []string{"sh", "-c", "sleep 600 & touch started; wait"})
		ended <- err
	}()
	require.Eventually(t, func() bool {
		_, err := os.Stat(filepath.Join(dir, "started"))
		return err == nil
	}, 10*time.Second, time.Millisecond, "waited for the command to start a child")
	stop()
	select {
	case err := <-ended:
		assert.ErrorContains(t, err, "stopped")
	case <-time.After(5 * time.Second):
		require.Fail(t, "stopped, but its child is still there")
	}
}
