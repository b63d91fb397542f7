// Package raceruns tests internal/judge/race with small packages, which are broken in
// different ways: it checks what race says about real runs of go test -race.
package raceruns

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

const testdata = "./raceruns/testdata/"

// TestVerdicts runs small packages, which are broken in different ways.
func TestVerdicts(t *testing.T) {
	tests := []struct {
		dir     string
		outcome race.Outcome
		reason  string // a part of it
		failing []string
		lesson  bool // there is a report on the lesson's race
		other   bool // there is a report on another race
	}{
		{dir: "clean", outcome: race.Passed},
		{dir: "notests", outcome: race.Passed},
		{dir: "lesson", outcome: race.Raced, failing: []string{"TestRace"}, lesson: true},
		{dir: "subtest", outcome: race.Raced, failing: []string{"TestRace", "TestRace/sub"}, lesson: true},
		{dir: "noisy", outcome: race.Raced, failing: []string{"TestRace"}, lesson: true},
		{dir: "beforetests", outcome: race.Raced, lesson: true},
		{dir: "aftertests", outcome: race.Raced, lesson: true},
		{dir: "elsewhere", outcome: race.Raced, failing: []string{"TestRace"}, other: true},
		{dir: "bothraces", outcome: race.Raced, failing: []string{"TestRace"}, lesson: true, other: true},
		{dir: "oneside", outcome: race.Raced, failing: []string{"TestRace"}, other: true},
		{dir: "assertion", outcome: race.Failed, reason: "assertion_test.go:", failing: []string{"TestAssertion"}},
		{dir: "raceandassertion", outcome: race.Failed, reason: "two clients have one id", failing: []string{"TestRace"}, lesson: true},
		{dir: "raceandotherassertion", outcome: race.Failed, reason: "two clients have one id", failing: []string{"TestRace", "TestAssertion"}, lesson: true},
		{dir: "assertionafterlesson", outcome: race.Failed, reason: "the server is still there", failing: []string{"TestRace"}, lesson: true},
		{dir: "lessonwithoutrace", outcome: race.Failed, reason: "without a data race", failing: []string{"TestRace"}},
		{dir: "panics", outcome: race.Failed, reason: "panic: out of ids", failing: []string{"TestRace"}, lesson: true},
		{dir: "exits", outcome: race.Failed, reason: "without a data race", failing: []string{"TestExit"}},
		{dir: "raceandexit", outcome: race.Failed, reason: "without a data race", lesson: true},
		{dir: "nobuild", outcome: race.NotBuilt, reason: "testdata/nobuild"},
		{dir: "novet", outcome: race.NotBuilt, reason: "testdata/novet"},
		{dir: "nosuchdirectory", outcome: race.NotBuilt, reason: "testdata/nosuchdirectory"},
	}
	for _, tt := range tests {
		t.Run(tt.dir, func(t *testing.T) {
			t.Parallel()
			res := runRace(t, testdata+tt.dir)
			require.Equal(t, tt.outcome, res.Outcome, res)
			assert.ElementsMatch(t, tt.failing, res.Failing)
			assert.Contains(t, res.Reason, tt.reason)
			assert.Equal(t, tt.reason == "", res.Reason == "", "a reason: %q", res.Reason)

			var lesson, other bool
			for _, r := range res.Races {
				if r.Within(lessonPlace(t, filepath.Join(module(t), testdata, tt.dir, tt.dir+"_test.go"))) {
					lesson = true
				} else {
					other = true
				}
			}
			assert.Equal(t, tt.lesson, lesson, "a race of the lesson\n%s", res)
			assert.Equal(t, tt.other, other, "a race elsewhere\n%s", res)
		})
	}
}

// TestATestThatHangs: a test that does not end in time is not called wrong.
func TestATestThatHangs(t *testing.T) {
	res := race.Run(judgetest.Context(t), module(t), testdata+"hangs", "-timeout=1s")
	skipWithoutRaceDetector(t, res)
	require.Equal(t, race.TooSlow, res.Outcome, res)
	assert.Contains(t, res.Reason, "after 1s these tests had not ended: TestHang(")
	assert.Contains(t, res.Reason, "go test -timeout")
	assert.Less(t, strings.Count(res.String(), "\n"), 5, "a few lines, and no stacks:\n%s", res)
}

// TestStop ends a run in the middle of a test. The test's process must end, too.
func TestStop(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		t.Skip("here a test that hangs ends with its own -timeout: see package gocmd")
	}
	skipWithoutRaceDetector(t, race.Run(judgetest.Context(t), module(t), testdata+"clean"))
	ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer ln.Close()
	t.Setenv("RACE_LISTENER", ln.Addr().String())

	ctx, stop := context.WithCancel(judgetest.Context(t))
	defer stop()
	results := make(chan race.Result, 1)
	go func() { results <- race.Run(ctx, module(t), testdata+"hangs") }()

	end, _ := ctx.Deadline()
	require.NoError(t, ln.SetDeadline(end))
	conn, err := ln.Accept()
	require.NoError(t, err, "waiting for the test that hangs to start")
	defer conn.Close()
	stop()
	res := <-results
	assert.Equal(t, race.TooSlow, res.Outcome, res)
	assert.Contains(t, res.Reason, testdata+"hangs")

	require.NoError(t, conn.SetReadDeadline(end))
	_, err = conn.Read(make([]byte, 1))
	assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "waiting for the test that hangs to die")
}

// TestFlagsOfTheUser checks that the flags that a user has set for other runs change
// nothing here.
func TestFlagsOfTheUser(t *testing.T) {
	t.Setenv("GOFLAGS", "-trimpath -run=None")
	t.Setenv("GORACE", "exitcode=0 halt_on_error=1")
	t.Setenv("TMPDIR", t.TempDir()+"/my files")
	require.NoError(t, os.Mkdir(os.Getenv("TMPDIR"), 0o700))
	res := runRace(t, testdata+"bothraces")
	require.Equal(t, race.Raced, res.Outcome, res)
	assert.GreaterOrEqual(t, len(res.Races), 2)
	assert.NotEmpty(t, res.Races[0].Sides[0].File)
}

func TestNoRaceDetector(t *testing.T) {
	tests := []struct{ name, env, value, reason string }{
		{"no cgo", "CGO_ENABLED", "0", "requires cgo"},
		{"no C compiler", "CC", filepath.Join(t.TempDir(), "cc"), "C compiler"},
		{"no go command", "PATH", t.TempDir(), `"go": executable file not found`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS == "darwin" && tt.env != "PATH" {
				t.Skip("on macOS, -race needs no C compiler")
			}
			if tt.env == "CC" {
				t.Setenv("CGO_ENABLED", "1") // without it, no compiler means no cgo
			}
			t.Setenv(tt.env, tt.value)
			res := race.Run(judgetest.Context(t), module(t), testdata+"clean")
			assert.Equal(t, race.NoRaceDetector, res.Outcome, res)
			assert.Contains(t, res.Reason, tt.reason)
			assert.Contains(t, res.Reason, "install")
		})
	}
}

// module returns the directory of this module, with links resolved.
func module(t *testing.T) string {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	return filepath.Join(root, "tools")
}

func runRace(t *testing.T, pattern string) race.Result {
	t.Helper()
	res := race.Run(judgetest.Context(t), module(t), pattern)
	skipWithoutRaceDetector(t, res)
	return res
}

// skipWithoutRaceDetector skips the test, but not in CI: there nobody would notice that
// nothing is tested.
func skipWithoutRaceDetector(t *testing.T, res race.Result) {
	t.Helper()
	if res.Outcome != race.NoRaceDetector {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("CI is set, but there is no race detector: %s", res.Reason)
	}
	t.Skipf("there is no race detector: %s", res.Reason)
}

// lessonPlace returns the place of the lesson's race: the increment of maxId and its
// second read, in NewClient.
func lessonPlace(t *testing.T, file string) race.Place {
	t.Helper()
	place, err := race.Uses(file, "NewClient", "maxId")
	require.NoError(t, err)
	require.Len(t, place.Lines, 2, "the uses of maxId in NewClient")
	return place
}
