package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/steps"
)

// Program is a process that runs a step's command and serves the chat. Any goroutine may
// call its methods.
type Program struct {
	URL  string // of the page, as http://127.0.0.1:43210/
	Addr string // host:port, for -addr, to use the same address again

	step    steps.Step
	root    string
	cmd     *exec.Cmd
	stdin   io.WriteCloser // nothing is written: the system closes it when this process ends, and a watched program ends then
	stdout  output
	stderr  output
	ended   chan struct{} // closed when the process has ended and all its output is here
	asking  http.Client   // for its goroutines, over one connection: one that was opened and not used yet would be counted as the chat's
	mu      sync.Mutex
	clients []*judge.Client // all so far: the garbage collector would close one that nothing refers to
}

// Start runs the step's command with the step's Args and args, built with an overlay if there is one. It
// returns when the command says that it serves the chat. If the command or ctx ends
// before, Start returns an error with what was printed. After that the end of ctx does
// nothing: Kill ends the process.
func Start(ctx context.Context, step steps.Step, overlay gocmd.Overlay, args ...string) (*Program, error) {
	path, err := Build(ctx, step, overlay)
	if err != nil {
		return nil, err
	}
	root, err := steps.Root()
	if err != nil {
		return nil, err
	}
	p := &Program{step: step, root: root, cmd: exec.Command(path, slices.Concat(step.Args, args)...), ended: make(chan struct{}), asking: http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}}
	p.stdout.found = make(chan string, 1)
	p.stdout.want = regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(step.Name) + ` serves the chat at (http://\S+/)[ \w:/.]* \(Ctrl-C ends it\)\r?\n`)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	p.cmd.Env = append(os.Environ(), temporary(path)...)
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait() // Wait finds its error in ProcessState
		close(p.ended)
	}()
	select {
	case p.URL = <-p.stdout.found:
	case <-p.ended:
		return nil, fmt.Errorf("%s %q ended with status %d before it said that it serves the chat\n%s", step.Name, args, p.cmd.ProcessState.ExitCode(), p.printed())
	case <-ctx.Done():
		p.Kill()
		return nil, fmt.Errorf("%s %q has not said that it serves the chat: %w\n%s", step.Name, args, context.Cause(ctx), p.printed())
	}
	p.Addr = strings.TrimSuffix(strings.TrimPrefix(p.URL, "http://"), "/")
	return p, nil
}

// Interrupt does what Ctrl-C does. On Windows it returns an error: there Ctrl-C would
// reach every process of the console.
func (p *Program) Interrupt() error {
	return p.cmd.Process.Signal(os.Interrupt)
}

// Kill ends the process at once, and returns when the process has ended. If it has ended
// already, Kill does nothing.
func (p *Program) Kill() {
	p.cmd.Process.Kill() // an error means that it has ended
	<-p.ended
	p.asking.CloseIdleConnections()
}

// Wait waits until the process has ended, and returns its exit status: -1 if it was
// killed (on Windows 1).
func (p *Program) Wait(ctx context.Context) (status int, err error) {
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-ctx.Done():
		return 0, fmt.Errorf("%s has not ended: %w\n%s", p.step.Name, context.Cause(ctx), p.printed())
	}
}

// Ended is closed when the process has ended.
func (p *Program) Ended() <-chan struct{} { return p.ended }

// PID is the process's number.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Output returns what the process has printed so far, of each stream the last
// megabyte.
func (p *Program) Output() (stdout, stderr string) {
	return p.stdout.String(), p.stderr.String()
}

func (p *Program) printed() string {
	stdout, stderr := p.Output()
	return "stdout:\n" + stdout + "stderr:\n" + stderr
}

// temporary says that the step's temporary files are beside its command: a process that is
// killed leaves them behind, and Clean removes them.
func temporary(path string) []string {
	dir := filepath.Dir(path)
	return []string{"TMPDIR=" + dir, "TMP=" + dir, "TEMP=" + dir}
}

// Run runs the step's command with args, waits until it ends by itself, and returns its
// exit status and what it printed.
func Run(ctx context.Context, step steps.Step, args ...string) (status int, stdout, stderr string, err error) {
	path, err := Build(ctx, step, nil)
	if err != nil {
		return 0, "", "", err
	}
	var out, errOut bytes.Buffer
	cmd := gocmd.Command(ctx, "", temporary(path), path, args...)
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		err = nil // the status says that it failed
	}
	return cmd.ProcessState.ExitCode(), out.String(), errOut.String(), err
}

// output is what a process prints to one of its streams. A goroutine of os/exec writes
// it, and others read it.
type output struct {
	want  *regexp.Regexp // or nil
	found chan string    // gets the first group of the first match of want

	mu      sync.Mutex
	printed bytes.Buffer
}

// kept is how many bytes of a stream are kept. A step logs every message to every
// client, and may run for hours.
const kept = 1 << 20

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
	if n := o.printed.Len(); o.want == nil && n > 2*kept {
		o.printed.Next(n - kept)
	}
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.printed.String()
}
