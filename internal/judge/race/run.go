// Package race runs go test -race as a child process and says how the run ended: the
// tests passed, failed only by data races, failed in some other way, were too slow
// here, or could not be built. It knows the output of go test and of the race
// detector. About the tests themselves it knows only the words of [Lesson] and
// [Holds].
package race

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"websocket-chat-steps/internal/gocmd"
)

// Lesson is the beginning of a test's log that explains a race which is there on
// purpose. Holds is the beginning of one that says what was seen to hold. A test that
// fails only by data races may print no other log.
const (
	Lesson = "This failure is the lesson"
	Holds  = "it holds: "
)

// notice is how long before the end of its context a run must end by itself. So it can
// say which tests were still running.
const notice = 15 * time.Second

// Outcome says how a run ended.
type Outcome string

const (
	// Passed is a run without a failure and without a race.
	Passed Outcome = "passed"
	// Raced is a run that fails only by data races, of any kind.
	Raced Outcome = "failed by data races alone"
	// Failed is a run with a failing assertion, a panic or an early exit. There may also
	// be a race.
	Failed Outcome = "failed"
	// TooSlow is a run that did not end in time. It says nothing about what is tested: a
	// test may hang, or the machine may be busy.
	TooSlow Outcome = "too slow here"
	// NotBuilt is a run that did not reach the tests: a package is missing, does not
	// compile, or does not pass vet.
	NotBuilt Outcome = "not built"
	// NoRaceDetector means that this machine can't run the race detector.
	NoRaceDetector Outcome = "no race detector"
)

// Result is all that a run has shown.
type Result struct {
	Outcome Outcome
	Reason  string   // why it is Failed, TooSlow, NotBuilt or NoRaceDetector; else empty
	Ran     int      // how many tests ran and were not skipped, subtests included
	Failing []string // the names of those that failed or did not end
	Races   []Race   // every report of the race detector
	Output  string   // all that was printed; the reports come last
}

// String is for a test's message: the outcome, its reason, and the output. It leaves out
// the output of a run that was too slow, which is pages of stacks.
func (r Result) String() string {
	if r.Outcome == TooSlow {
		return fmt.Sprintf("%s: %s", r.Outcome, r.Reason)
	}
	return fmt.Sprintf("%s: %s\n%s", r.Outcome, cmp.Or(r.Reason, "see below"), r.Output)
}

// Run runs go test -race with the given flags on the packages that match pattern. dir is
// the directory of their module, with its links resolved. The run ends when ctx ends, or
// before.
func Run(ctx context.Context, dir, pattern string, flags ...string) Result {
	return Watch(ctx, dir, pattern, func(string) {}, flags...)
}

// Watch is Run. It calls each with what the tests and the go command print, line by line, while
// they run. That is without the reports.
func Watch(ctx context.Context, dir, pattern string, each func(line string), flags ...string) Result {
	timeout := time.Duration(0) // none
	if end, ok := ctx.Deadline(); ok {
		timeout = max(time.Until(end)-notice, time.Second)
	}
	return run(ctx, dir, pattern, timeout, each, flags...)
}

// run is Run with a time limit for the tests of a package.
func run(ctx context.Context, dir, pattern string, timeout time.Duration, each func(line string), flags ...string) Result {
	args := append([]string{"test", "-race", "-count=1", "-json", "-timeout=" + timeout.String()}, flags...)
	return child(ctx, dir, nil, "go test -race "+pattern, each, append(args, pattern)...)
}

// RunBuilt runs a test program that go test -race -c has built into file, with the given
// flags, as in -test.run=Races, and with more variables in its environment. root is the
// directory of its module, with links resolved. It ends like Run.
func RunBuilt(ctx context.Context, root, file string, env []string, flags ...string) Result {
	args := []string{"tool", "test2json", "-t", "-p", filepath.Base(file), file, "-test.v=test2json", "-test.count=1"}
	if end, ok := ctx.Deadline(); ok {
		args = append(args, "-test.timeout="+max(time.Until(end)-notice, time.Second).String())
	}
	return child(ctx, root, env, file, func(string) {}, append(args, flags...)...)
}

// Missing says why this machine can't run the race detector, and what to do, or returns "".
func Missing(ctx context.Context) string {
	temp, err := os.MkdirTemp("", "race-")
	if err != nil {
		return err.Error()
	}
	defer os.RemoveAll(temp)
	return noRaceDetector(ctx, temp)
}

// child runs the go command with args, which run tests, and judges what they print. what
// is what people call it. each is called with every line that they print.
func child(ctx context.Context, dir string, env []string, what string, each func(line string), args ...string) Result {
	// The child is in a process group of its own, and Ctrl-C does not reach it.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()

	temp, err := os.MkdirTemp("", "race-")
	if err != nil {
		return Result{Outcome: Failed, Reason: err.Error()}
	}
	defer os.RemoveAll(temp)

	// The reports go to files, one for each process. In the tests' own output, a log line
	// can get into the middle of a report, or even of a line.
	reports := filepath.Join(temp, "report")
	stdout, stderr, err := goCommand(ctx, dir, `log_path="`+reports+`"`, env, &events{each: each}, args...)
	res := judge(stdout, stderr, err == nil, readReports(temp), dir)
	if res.Outcome != Passed && res.Ran == 0 {
		// Perhaps the detector is missing. Go's words for that vary.
		if reason := noRaceDetector(ctx, temp); reason != "" {
			res.Outcome, res.Reason = NoRaceDetector, reason
		}
	}
	if err != nil && ctx.Err() != nil {
		res.Outcome = TooSlow
		res.Reason = fmt.Sprintf("%s was stopped before it ended: %v (was it still building, or does a test hang?)",
			what, context.Cause(ctx))
	}
	return res
}

// noRaceDetector builds and runs, with -race, a program that does nothing. If that
// doesn't work here, it says why. Else it returns "".
func noRaceDetector(ctx context.Context, dir string) string {
	const remedy = "\n-race needs the go command and, except on macOS, cgo: install a C compiler (gcc or clang), and don't set CGO_ENABLED=0"
	program := filepath.Join(dir, "nothing.go")
	if err := os.WriteFile(program, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return err.Error()
	}
	_, stderr, err := goCommand(ctx, dir, "", nil, io.Discard, "run", "-race", program)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, exec.ErrNotFound):
		return err.Error() + remedy
	}
	return strings.TrimSpace(stderr) + remedy
}

// goCommand runs the go command in dir, with options for the race detector.
// What it prints to stdout also goes to watch. When ctx ends, the command and all that it has
// started end, too.
func goCommand(ctx context.Context, dir, gorace string, env []string, watch io.Writer, args ...string) (stdout, stderr string, err error) {
	var out, errOut bytes.Buffer
	// The user's own flags (-run, -short, -trimpath ...) are not for these runs.
	// An empty GOFLAGS is not enough: go would take the one of go env -w.
	cmd := gocmd.Command(ctx, dir, append([]string{"GOFLAGS=-trimpath=false", "GORACE=" + gorace}, env...), "go", args...)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, watch), &errOut
	err = cmd.Run()
	return out.String(), errOut.String(), err
}

// events calls each with the output in what go test -json writes to it.
type events struct {
	each func(line string)
	rest []byte // the beginning of a line
}

func (e *events) Write(b []byte) (int, error) {
	e.rest = append(e.rest, b...)
	for {
		line, rest, whole := bytes.Cut(e.rest, []byte("\n"))
		if !whole {
			return len(b), nil
		}
		e.rest = rest
		var one event
		if json.Unmarshal(line, &one) == nil && one.Output != "" { // judge says so, if it is no JSON
			e.each(one.Output)
		}
	}
}

// readReports returns what the race detector wrote into the files in dir.
func readReports(dir string) string {
	var reports strings.Builder
	names, _ := filepath.Glob(filepath.Join(dir, "report.*")) // the pattern is well-formed
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			fmt.Fprintln(&reports, err) // this is no report, and judge says so
		}
		reports.Write(text)
	}
	return reports.String()
}
