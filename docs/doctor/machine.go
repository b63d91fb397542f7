package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// machine is all that the checks look at. The tests give them machines that lack
// something.
type machine struct {
	goos       string
	root       string // of the repository
	needs      string // the oldest Go that is new enough, as in go1.26.0
	runs       string // the Go that this program is built with
	processors int

	getenv func(string) string
	exists func(path string) bool
	// lookPath finds a program, or says why it can't.
	lookPath func(name string) (string, error)
	// typed finds the go that a person at the prompt runs.
	typed func() (string, error)
	// command runs a program in dir, with more variables in its environment, and
	// returns all that it printed.
	command func(dir string, env []string, name string, args ...string) (string, error)
	// lookup returns the addresses of a host that the system knows.
	lookup func(host string) ([]string, error)
	// listen tries to listen on a TCP address, and closes it again.
	listen func(address string) error
}

// patience is longer than any of the commands should take, also on a slow machine that
// has built nothing yet.
const patience = 15 * time.Minute

func thisMachine(root, needs string) *machine {
	return &machine{
		goos:       runtime.GOOS,
		root:       root,
		needs:      needs,
		runs:       runtime.Version(),
		processors: runtime.GOMAXPROCS(0),
		getenv:     os.Getenv,
		exists:     func(path string) bool { _, err := os.Stat(path); return err == nil },
		lookPath:   exec.LookPath,
		typed:      typedGo,
		command:    command,
		lookup:     net.LookupHost,
		listen:     listen,
	}
}

func command(dir string, env []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second // for processes that the program has started
	err := cmd.Run()
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return out.String(), err
}

func listen(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	if err := listener.Close(); err != nil {
		return err
	}
	if answers(address) {
		return fmt.Errorf("listen tcp %s: another program answers there", address)
	}
	return nil
}

// answers tells whether a program takes connections on the address. On some systems one
// can listen on the loopback although a program listens on all addresses.
func answers(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second/2) // on Windows a refusal takes long
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// typedGo looks for go in the shell's PATH. go run adds the directory of its own go in
// front of all others. This one entry doesn't count.
func typedGo() (string, error) {
	path := os.Getenv("PATH")
	if self, err := os.Executable(); err == nil && goRuns.MatchString(self) {
		_, rest, _ := strings.Cut(path, string(os.PathListSeparator))
		os.Setenv("PATH", rest)
		defer os.Setenv("PATH", path)
	}
	return exec.LookPath("go")
}

// goRuns matches the places of programs of go run: first where it builds them, later in
// the build cache, which may be in any directory.
var goRuns = regexp.MustCompile(`[/\\](go-build\d+|[0-9a-f]{64}-d)[/\\]`)
