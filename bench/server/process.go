package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// patience is how long a server may take to serve, and to say how many goroutines it has.
// Each takes milliseconds. Tests change it.
var patience = 20 * time.Second

// Process is a server that runs. Any goroutine may call its methods, until somebody calls
// Stop.
type Process struct {
	Server
	Addr string // host:port

	cmd  *exec.Cmd
	done chan struct{} // closed when the process is over, and cmd.ProcessState is known
	http http.Client
}

var served = regexp.MustCompile(`serves the chat at http://([^/ ]+)/`)

// Start runs a server that Build has built into dir, on a free port of loopback, and
// returns when it serves. Its log is discarded. Stop ends it. If this process ends without
// Stop, the server ends, too, but only on Linux.
func (s Server) Start(ctx context.Context, dir string) (*Process, error) {
	p := &Process{
		Server: s,
		cmd:    exec.Command(s.file(dir), slices.Concat(s.args, s.lifted.args, []string{"-addr", "127.0.0.1:0"})...),
		done:   make(chan struct{}),
		http:   http.Client{Transport: new(http.Transport), Timeout: patience},
	}
	p.cmd.SysProcAttr = attributes()
	if s.lifted.source != "" {
		p.cmd.Env = append(os.Environ(), lift+"=1")
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s can't be started: %w", s.Name, err)
	}
	line := make(chan string, 1)
	go func() {
		r := bufio.NewReader(stdout)
		first, _ := r.ReadString('\n')
		line <- first
		io.Copy(io.Discard, r) // so that the server never waits for this process
		p.cmd.Wait()           // it was mostly killed, so the error says nothing
		close(p.done)
	}()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	var problem error
	select {
	case first := <-line:
		if address := served.FindStringSubmatch(first); address != nil {
			p.Addr = address[1]
			return p, nil
		}
		// The way it ended says more than that this process killed it.
		select {
		case <-p.done:
		case <-time.After(patience / 20):
		}
		p.Stop()
		problem = fmt.Errorf("it printed %q, and ended with %q", strings.TrimSpace(first), p.cmd.ProcessState)
	case <-timeout.C:
		problem = fmt.Errorf("it has printed nothing within %v", patience)
	case <-ctx.Done():
		problem = context.Cause(ctx)
	}
	p.Stop()
	return nil, fmt.Errorf("%s does not say where it serves: %w; %s -addr 127.0.0.1:0 shows why", s.Name, problem, s.Command)
}

// Stop kills the server, and returns when it has ended. A second call does nothing.
func (p *Process) Stop() {
	p.cmd.Process.Kill() // an error means that it has ended
	<-p.done
	p.http.CloseIdleConnections()
}

// Ended returns an error that says how the server ended by itself, or nil while it
// runs.
func (p *Process) Ended() error {
	select {
	case <-p.done:
		return fmt.Errorf("%s ended by itself while it was measured: %v", p.Name, p.cmd.ProcessState)
	default:
		return nil
	}
}

// WebSocket returns where the chat is: host:port, and the path.
func (p *Process) WebSocket() (addr, path string) {
	return p.Addr, p.Path
}

// Goroutines returns how many goroutines the server has, with those that answer this. The
// answer costs the server some 50 microseconds.
func (p *Process) Goroutines() (int, error) {
	var b []byte
	response, err := p.http.Get("http://" + p.Addr + asked)
	if err == nil {
		b, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	if err != nil {
		return 0, p.because(fmt.Errorf("%s was asked for its goroutines: %w", p.Name, err))
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return 0, fmt.Errorf("%s was asked for its goroutines, and answered %s, %.100q; does it serve http.DefaultServeMux?", p.Name, response.Status, b)
	}
	return n, nil
}

// CPU returns the processor time that the server has used so far, in user and in kernel
// mode, in nanoseconds.
func (p *Process) CPU() (time.Duration, error) {
	used, err := cpu(p.cmd.Process.Pid)
	return used, p.because(err)
}

// Used returns the processor time that the server has used in all. Call it only after
// Stop.
func (p *Process) Used() time.Duration {
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// Watch begins to watch the processors. The function that it returns tells which share of
// them, from 0 to 1, other programs have used since then. These are all programs but this
// one and the servers, whose time the caller gives. The times are exact to 10 ms.
func Watch() (others func(servers time.Duration) (share float64, err error), err error) {
	used := func() (time.Duration, error) {
		all, err := busy()
		if err != nil {
			return 0, err
		}
		own, err := cpu(os.Getpid())
		return all - own, err
	}
	begin := time.Now()
	before, err := used()
	return func(servers time.Duration) (float64, error) {
		now, err := used()
		all := time.Since(begin) * time.Duration(runtime.NumCPU())
		return max(0, float64(now-before-servers)/float64(all)), err
	}, err
}

// RSS returns how many bytes of the server's memory are resident. It includes
// what Go's heap keeps for later, and not the kernel's socket buffers.
func (p *Process) RSS() (int, error) {
	bytes, err := rss(p.cmd.Process.Pid)
	return bytes, p.because(err)
}

// Socket finds the server's side of the connection whose other side is conn.
// From then on held tells whether the server still has that socket.
//
// The other side can't know it. If it doesn't read, the end of the connection waits after
// the data that it hasn't read, and never comes.
func (p *Process) Socket(conn net.Conn) (held func() bool, err error) {
	held, err = socket(p.cmd.Process.Pid, conn)
	return held, p.because(err)
}

// because returns a better reason for err, if there is one.
func (p *Process) because(err error) error {
	if ended := p.Ended(); err != nil && ended != nil {
		return ended
	}
	return err
}
