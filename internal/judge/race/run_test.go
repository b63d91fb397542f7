package race

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/steps"
)

// lessonTests are the tests of a step without unique ids that show it to the
// race detector. All others pass or are skipped.
var lessonTests = []string{"TestRaceInNewClient", "TestRaceThroughTheHandler"}

// maxReports is how many reports can be read in one sitting.
const maxReports = 8

// TestSteps runs go test -race as the README has the reader do it, and holds
// each step to the scoreboard's row on ids.
func TestSteps(t *testing.T) {
	readSources(t)
	for _, step := range steps.All {
		t.Run(step.Name, func(t *testing.T) {
			if step.Module != "." {
				t.Skipf("it is a module of its own, and its tests do this there: %s", step.Test("-race"))
			}
			t.Parallel() // a step's tests wait for most of their time
			res := runRace(t, step.Packages())
			if !step.DataRace() {
				require.Equal(t, Passed, res.Outcome, res)
				assert.NotZero(t, res.Ran, "no test ran, so none could show a race")
				return
			}
			require.Equal(t, Raced, res.Outcome, res)
			assert.ElementsMatch(t, lessonTests, res.Failing, "the tests that fail")
			assert.LessOrEqual(t, len(res.Races), maxReports, "reports")
			assert.Contains(t, res.Output, Lesson)
			place := lessonPlace(t, filepath.Join(step.Dir(moduleRoot(t)), "chat", "client.go"))
			for _, race := range res.Races {
				assert.True(t, race.Within(place), "this race is not the lesson's:\n%s", race.Text)
			}
		})
	}
}

// TestTrap falls into the trap that 02's README tells of: the handler reads the
// id after it has handed the client over. The step's source stays as it is: the
// changed file is laid over it for this run.
func TestTrap(t *testing.T) {
	readSources(t)
	server := filepath.Join(moduleRoot(t), "02-race-fix", "chat", "server.go")
	source, err := os.ReadFile(server)
	require.NoError(t, err)
	const handedOver, read = "s.Add(client)\n", `log.Println("joined:", client.id)`
	before, after, found := strings.Cut(string(source), handedOver)
	require.True(t, found, "%s: no %q; the README's exercise names it", server, handedOver)
	changed := before + handedOver + read + "\n" + after
	line := func(text string) int {
		before, _, found := strings.Cut(changed, text)
		require.True(t, found, "%s: no %q", server, text)
		return 1 + strings.Count(before, "\n")
	}
	write := Place{server, "(*Server).Listen", []int{line("c.id =")}}
	trap := Place{server, "(*Server).Listen.func1", []int{line(read)}}

	overlay := gocmd.Overlay{"02-race-fix/chat/server.go": changed}
	laid, err := overlay.Flag(t.TempDir(), moduleRoot(t))
	require.NoError(t, err)
	res := runRace(t, "./02-race-fix/chat", laid, "-run=^TestProperties$/^EveryMessage$")
	require.NoError(t, overlay.Used(t.Context(), moduleRoot(t), moduleRoot(t), laid, "./02-race-fix/chat"))
	require.Equal(t, Raced, res.Outcome, res)
	require.NotEmpty(t, res.Races, res)
	for _, race := range res.Races {
		one, other := race.Sides[0], race.Sides[1]
		assert.True(t, one.at(write) && other.at(trap) || one.at(trap) && other.at(write),
			"this race is not between the assignment and the handler's read:\n%s", race.Text)
	}
}

// TestVerdicts runs small packages that are broken, each in its own way.
func TestVerdicts(t *testing.T) {
	readSources(t)
	tests := []struct {
		dir     string
		outcome Outcome
		reason  string // a part of it
		failing []string
		lesson  bool // there is a report on the lesson's race
		other   bool // there is a report on another race
	}{
		{dir: "clean", outcome: Passed},
		{dir: "notests", outcome: Passed},
		{dir: "lesson", outcome: Raced, failing: []string{"TestRace"}, lesson: true},
		{dir: "subtest", outcome: Raced, failing: []string{"TestRace", "TestRace/sub"}, lesson: true},
		{dir: "noisy", outcome: Raced, failing: []string{"TestRace"}, lesson: true},
		{dir: "beforetests", outcome: Raced, lesson: true},
		{dir: "aftertests", outcome: Raced, lesson: true},
		{dir: "elsewhere", outcome: Raced, failing: []string{"TestRace"}, other: true},
		{dir: "bothraces", outcome: Raced, failing: []string{"TestRace"}, lesson: true, other: true},
		{dir: "oneside", outcome: Raced, failing: []string{"TestRace"}, other: true},
		{dir: "assertion", outcome: Failed, reason: "assertion_test.go:", failing: []string{"TestAssertion"}},
		{dir: "raceandassertion", outcome: Failed, reason: "two clients have one id", failing: []string{"TestRace"}, lesson: true},
		{dir: "raceandotherassertion", outcome: Failed, reason: "two clients have one id", failing: []string{"TestRace", "TestAssertion"}, lesson: true},
		{dir: "assertionafterlesson", outcome: Failed, reason: "the server is still there", failing: []string{"TestRace"}, lesson: true},
		{dir: "lessonwithoutrace", outcome: Failed, reason: "without a data race", failing: []string{"TestRace"}},
		{dir: "panics", outcome: Failed, reason: "panic: out of ids", failing: []string{"TestRace"}, lesson: true},
		{dir: "exits", outcome: Failed, reason: "without a data race", failing: []string{"TestExit"}},
		{dir: "raceandexit", outcome: Failed, reason: "without a data race", lesson: true},
		{dir: "nobuild", outcome: NotBuilt, reason: "testdata/nobuild"},
		{dir: "novet", outcome: NotBuilt, reason: "testdata/novet"},
		{dir: "nosuchdirectory", outcome: NotBuilt, reason: "testdata/nosuchdirectory"},
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
			for _, race := range res.Races {
				if race.Within(lessonPlace(t, filepath.Join(moduleRoot(t), testdata, tt.dir, tt.dir+"_test.go"))) {
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

// TestATestThatHangs: what does not end in its time is not called wrong.
func TestATestThatHangs(t *testing.T) {
	notShort(t)
	res := run(untilDeadline(t), moduleRoot(t), testdata+"hangs", time.Second)
	skipWithoutRaceDetector(t, res)
	require.Equal(t, TooSlow, res.Outcome, res)
	assert.Contains(t, res.Reason, "after 1s these tests had not ended: TestHang(")
	assert.Contains(t, res.Reason, "go test -timeout")
	assert.Less(t, strings.Count(res.String(), "\n"), 5, "a few lines, and no stacks:\n%s", res)
}

// TestStop ends a run in the middle of a test, and sees the test's process die.
func TestStop(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		t.Skip("here a test that hangs ends with its own -timeout: see package gocmd")
	}
	notShort(t)
	skipWithoutRaceDetector(t, Run(untilDeadline(t), moduleRoot(t), testdata+"clean"))
	ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer ln.Close()
	t.Setenv("RACE_LISTENER", ln.Addr().String())

	ctx, stop := context.WithCancel(untilDeadline(t))
	defer stop()
	results := make(chan Result, 1)
	go func() { results <- Run(ctx, moduleRoot(t), testdata+"hangs") }()

	end, _ := ctx.Deadline()
	require.NoError(t, ln.SetDeadline(end))
	conn, err := ln.Accept()
	require.NoError(t, err, "waiting for the test that hangs to start")
	defer conn.Close()
	stop()
	res := <-results
	assert.Equal(t, TooSlow, res.Outcome, res)
	assert.Contains(t, res.Reason, testdata+"hangs")

	require.NoError(t, conn.SetReadDeadline(end))
	_, err = conn.Read(make([]byte, 1))
	assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "waiting for the test that hangs to die")
}

// TestFlagsOfTheUser sees that what the user has set for runs of their own
// changes nothing here.
func TestFlagsOfTheUser(t *testing.T) {
	t.Setenv("GOFLAGS", "-trimpath -run=None")
	t.Setenv("GORACE", "exitcode=0 halt_on_error=1")
	t.Setenv("TMPDIR", t.TempDir()+"/my files")
	require.NoError(t, os.Mkdir(os.Getenv("TMPDIR"), 0o700))
	res := runRace(t, testdata+"bothraces")
	require.Equal(t, Raced, res.Outcome, res)
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
			notShort(t)
			t.Setenv(tt.env, tt.value)
			res := Run(untilDeadline(t), moduleRoot(t), testdata+"clean")
			assert.Equal(t, NoRaceDetector, res.Outcome, res)
			assert.Contains(t, res.Reason, tt.reason)
			assert.Contains(t, res.Reason, "install")
		})
	}
}

const testdata = "./internal/judge/race/testdata/"

// runRace calls Run, and skips the test where there is no race detector, and under
// -short.
func runRace(t *testing.T, pattern string, flags ...string) Result {
	t.Helper()
	notShort(t)
	res := Run(untilDeadline(t), moduleRoot(t), pattern, flags...)
	skipWithoutRaceDetector(t, res)
	return res
}

func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what runs go test -race, which takes long")
	}
}

// skipWithoutRaceDetector skips the test, but not in CI, where nobody would
// see that nothing is judged any more.
func skipWithoutRaceDetector(t *testing.T, res Result) {
	t.Helper()
	if res.Outcome != NoRaceDetector {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("CI is set, and the race detector can't be had: %s", res.Reason)
	}
	t.Skipf("the race detector can't be had: %s", res.Reason)
}

// untilDeadline ends shortly before the test's own time is up: go test would
// then leave the child behind.
func untilDeadline(t *testing.T) context.Context {
	end, ok := t.Deadline()
	if !ok {
		return t.Context()
	}
	ctx, cancel := context.WithDeadline(t.Context(), end.Add(-15*time.Second))
	t.Cleanup(cancel)
	return ctx
}

// lessonPlace is the place of the lesson's race: in NewClient, the increment
// of maxId and its second read.
func lessonPlace(t *testing.T, file string) Place {
	t.Helper()
	place, err := Uses(file, "NewClient", "maxId")
	require.NoError(t, err)
	require.Len(t, place.Lines, 2, "the uses of maxId in NewClient")
	return place
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	return root
}

// readSources reads all that the child processes build, for the test cache.
func readSources(t *testing.T) {
	t.Helper()
	notShort(t)
	sources := []string{"go.mod", "go.sum", "internal"}
	for _, step := range steps.All {
		if step.Module == "." {
			sources = append(sources, step.Name)
		}
	}
	require.NoError(t, gocmd.ReadSources(moduleRoot(t), sources...))
}
