package stepcmd

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// deadline is what anything that a step does here may take: to say that it
// serves, to end. It takes milliseconds, unless the machine is very busy.
const deadline = 10 * time.Second

// Process is a step's command that serves the chat. Only the test's own
// goroutine may call its methods.
type Process struct {
	URL  string // of the page, as http://127.0.0.1:43210/
	Addr string // host:port, to be given behind -addr when it is to be the same again

	tb     testing.TB
	step   string
	cmd    *exec.Cmd
	stdout output
	stderr output
	ended  chan struct{} // closed when it has ended and all that it printed is here
}

// Start runs the step's command with args, and returns when it says that it
// serves the chat. It fails the test if it doesn't. When the test is over the
// process is killed, if it hasn't ended before.
func Start(tb testing.TB, step string, args ...string) *Process {
	tb.Helper()
	return StartWith(tb, step, nil, args...)
}

// StartWith is Start, of a command that is built with an overlay.
func StartWith(tb testing.TB, step string, overlay Overlay, args ...string) *Process {
	tb.Helper()
	p := &Process{tb: tb, step: step, cmd: exec.Command(BuildWith(tb, step, overlay), args...), ended: make(chan struct{})}
	p.stdout.found = make(chan string, 1)
	p.stdout.want = regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(step) + ` serves the chat at (http://\S+/) \(Ctrl-C ends it\)\r?\n`)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		tb.Fatalf("stepcmd: %v", err)
	}
	go func() {
		p.cmd.Wait() // its error is in ProcessState, where Wait reads it
		close(p.ended)
	}()
	tb.Cleanup(p.Kill)

	select {
	case p.URL = <-p.stdout.found:
	case <-p.ended:
		tb.Fatalf("%s %q ended with status %d before it said that it serves the chat\n%s", step, args, p.cmd.ProcessState.ExitCode(), p.printed())
	case <-time.After(deadline):
		tb.Fatalf("%s %q didn't say within %v that it serves the chat\n%s", step, args, deadline, p.printed())
	}
	p.Addr = strings.TrimSuffix(strings.TrimPrefix(p.URL, "http://"), "/")
	return p
}

// Interrupt does what Ctrl-C does. It skips the test on Windows, where a process
// can't send another one, and it alone, what Ctrl-C sends.
func (p *Process) Interrupt() {
	p.tb.Helper()
	if runtime.GOOS == "windows" {
		p.tb.Skip("on Windows a Ctrl-C would go to every process of this console, the test's too")
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		p.tb.Fatalf("Ctrl-C to %s: %v\n%s", p.step, err, p.printed())
	}
}

// Kill ends the process, without a chance to do anything more, and returns when
// it has ended. After its end Kill does nothing.
func (p *Process) Kill() {
	p.tb.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.tb.Errorf("kill %s: %v", p.step, err)
		return
	}
	p.Wait()
}

// Wait waits for the process to end, by itself or by what the test did to it,
// and returns its exit status: -1 if it was killed (on Windows 1). It fails the
// test if that takes too long.
func (p *Process) Wait() int {
	p.tb.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(deadline):
		p.tb.Fatalf("%s didn't end within %v\n%s", p.step, deadline, p.printed())
		return 0
	}
}

// Output returns what the process has printed so far.
func (p *Process) Output() (stdout, stderr string) {
	return p.stdout.String(), p.stderr.String()
}

func (p *Process) printed() string {
	stdout, stderr := p.Output()
	return "stdout:\n" + stdout + "stderr:\n" + stderr
}

// Run runs the step's command with args to its end, for when it is to end by
// itself, and returns its exit status and what it printed. It fails the test if
// that takes too long.
func Run(tb testing.TB, step string, args ...string) (status int, stdout, stderr string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	var out, errOut bytes.Buffer
	cmd := exec.CommandContext(ctx, Build(tb, step), args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if ctx.Err() != nil {
		tb.Fatalf("%s %q didn't end within %v\nstdout:\n%sstderr:\n%s", step, args, deadline, &out, &errOut)
	}
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		tb.Fatalf("%s %q: %v", step, args, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errOut.String()
}

// output is what a process prints to one of its streams. The goroutine of
// os/exec that copies it writes, the test reads.
type output struct {
	want  *regexp.Regexp // or nil
	found chan string    // gets the first group of the first match of want

	mu      sync.Mutex
	printed bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.printed.Write(b)
	if o.want != nil {
		if match := o.want.FindSubmatch(o.printed.Bytes()); match != nil {
			o.found <- string(match[1])
			o.want = nil
		}
	}
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.printed.String()
}
