// Package race runs go test -race as a child process and tells what came of
// it: the tests passed, failed by data races and nothing else, failed in some
// other way, were too slow here, or could not be built. It knows the output of go
// test and of the race detector; of what is tested it knows nothing but the words
// of [Lesson] and [Holds].
package race

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"websocket-chat-steps/internal/gocmd"
)

// Lesson is how a test's log begins that explains a race which is there on
// purpose, and Holds that of one that says what was seen and is as it should be. No
// other log is allowed in a test that fails by data races alone.
const (
	Lesson = "This failure is the lesson"
	Holds  = "it holds: "
)

// notice is how long before the end of its context a run is told to end by itself,
// so that it can say which tests still ran.
const notice = 15 * time.Second

// Outcome is what came of a run.
type Outcome string

const (
	// Passed is a run without a failure and without a race.
	Passed Outcome = "passed"
	// Raced is a run that fails by data races alone, whichever they are.
	Raced Outcome = "failed by data races alone"
	// Failed is a run with a failing assertion, a panic or an early exit, be there a
	// race beside it or not.
	Failed Outcome = "failed"
	// TooSlow is a run that did not end in the time that there was. It says nothing
	// of what is tested: a test may hang, or the machine may be busy.
	TooSlow Outcome = "too slow here"
	// NotBuilt is a run that did not come to the tests: a package is not there,
	// does not compile, or does not pass vet.
	NotBuilt Outcome = "not built"
	// NoRaceDetector means that this machine can't run the race detector.
	NoRaceDetector Outcome = "no race detector"
)

// Result is what a run has shown.
type Result struct {
	Outcome Outcome
	Reason  string   // what made it Failed, TooSlow, NotBuilt or NoRaceDetector; else empty
	Ran     int      // how many tests ran and were not skipped, subtests included
	Failing []string // the names of those that failed or did not end
	Races   []Race   // every report of the race detector
	Output  string   // all that was printed; the reports come last
}

// String is for a test's message: the outcome, its reason, and the output, but for
// that of a run that was too slow, which is pages of stacks.
func (r Result) String() string {
	if r.Outcome == TooSlow {
		return fmt.Sprintf("%s: %s", r.Outcome, r.Reason)
	}
	return fmt.Sprintf("%s: %s\n%s", r.Outcome, cmp.Or(r.Reason, "see below"), r.Output)
}

// Run runs go test -race, with more flags if there are any, on the packages that
// match pattern, in dir, the directory of their module, its links resolved. It
// ends when ctx does, at the latest.
func Run(ctx context.Context, dir, pattern string, flags ...string) Result {
	timeout := time.Duration(0) // none
	if end, ok := ctx.Deadline(); ok {
		timeout = max(time.Until(end)-notice, time.Second)
	}
	return run(ctx, dir, pattern, timeout, flags...)
}

// run is Run with the time that the tests of a package have.
func run(ctx context.Context, dir, pattern string, timeout time.Duration, flags ...string) Result {
	// The child is in a process group of its own, which Ctrl-C does not reach.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()

	temp, err := os.MkdirTemp("", "race-")
	if err != nil {
		return Result{Outcome: Failed, Reason: err.Error()}
	}
	defer os.RemoveAll(temp)

	// The reports go to files, one for each process. In the tests' own output a
	// line of somebody's log may land in the middle of a report, even of a line.
	reports := filepath.Join(temp, "report")
	args := append([]string{"test", "-race", "-count=1", "-json", "-timeout=" + timeout.String()}, flags...)
	stdout, stderr, err := goCommand(ctx, dir, `log_path="`+reports+`"`, append(args, pattern)...)
	res := judge(stdout, stderr, err == nil, readReports(temp), dir)
	if res.Outcome != Passed && res.Ran == 0 {
		// Is it the detector that is missing? Go's words for that vary.
		if reason := noRaceDetector(ctx, temp); reason != "" {
			res.Outcome, res.Reason = NoRaceDetector, reason
		}
	}
	if err != nil && ctx.Err() != nil {
		res.Outcome = TooSlow
		res.Reason = fmt.Sprintf("go test -race %s was stopped before it ended: %v (was it still building, or does a test hang?)",
			pattern, context.Cause(ctx))
	}
	return res
}

// noRaceDetector builds and runs, with -race, a program that does nothing. It
// says why that can't be done here, or returns "".
func noRaceDetector(ctx context.Context, dir string) string {
	const remedy = "\n-race needs the go command and, but for macOS, cgo: install a C compiler (gcc or clang), and don't set CGO_ENABLED=0"
	program := filepath.Join(dir, "nothing.go")
	if err := os.WriteFile(program, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return err.Error()
	}
	_, stderr, err := goCommand(ctx, dir, "", "run", "-race", program)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, exec.ErrNotFound):
		return err.Error() + remedy
	}
	return strings.TrimSpace(stderr) + remedy
}

// goCommand runs the go command in dir, with options for the race detector.
// When ctx ends, so do the command and all that it has started.
func goCommand(ctx context.Context, dir, gorace string, args ...string) (stdout, stderr string, err error) {
	var out, errOut bytes.Buffer
	// The user's own flags (-run, -short, -trimpath ...) are not for these runs.
	// An empty GOFLAGS would not do: go then takes that of go env -w.
	cmd := gocmd.Command(ctx, dir, []string{"GOFLAGS=-trimpath=false", "GORACE=" + gorace}, "go", args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	return out.String(), errOut.String(), err
}

// readReports returns what the race detector wrote into the files in dir.
func readReports(dir string) string {
	var reports strings.Builder
	names, _ := filepath.Glob(filepath.Join(dir, "report.*")) // the pattern is well-formed
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(&reports, err) // which is no report: the judge says so
		}
		reports.Write(text)
	}
	return reports.String()
}
