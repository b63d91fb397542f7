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

// machine is what the checks look at. The tests give them machines that lack
// something.
type machine struct {
	goos       string
	root       string // of the repository
	needs      string // the oldest Go that will do, as in go1.26.0
	runs       string // the Go that this program is built with
	processors int

	getenv func(string) string
	exists func(path string) bool
	// lookPath finds a program, or says why it can't.
	lookPath func(name string) (string, error)
	// typed finds the go that a person at the prompt gets.
	typed func() (string, error)
	// command runs a program in dir, with more environment, and returns all that
	// it printed.
	command func(dir string, env []string, name string, args ...string) (string, error)
	// lookup is what the system knows of a host's addresses.
	lookup func(host string) ([]string, error)
	// listen tries to listen on a TCP address, and lets it go again.
	listen func(address string) error
}

// patience is more than any of the commands should take, on a slow machine that
// has never built anything.
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
	cmd.WaitDelay = time.Second // for what the program itself has started
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

// answers says whether a program takes connections on the address. Some systems
// let one listen on the loopback beside a program that listens everywhere.
func answers(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second/2) // Windows takes its time to say no
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// typedGo looks for go in PATH as the shell has it. go run puts the directory of
// the go that runs before all others; that one entry doesn't count.
func typedGo() (string, error) {
	path := os.Getenv("PATH")
	if self, err := os.Executable(); err == nil && goRuns.MatchString(self) {
		_, rest, _ := strings.Cut(path, string(os.PathListSeparator))
		os.Setenv("PATH", rest)
		defer os.Setenv("PATH", path)
	}
	return exec.LookPath("go")
}

// goRuns is where go run has its programs: first where it builds, later in the
// build cache, which may be anywhere.
var goRuns = regexp.MustCompile(`[/\\](go-build\d+|[0-9a-f]{64}-d)[/\\]`)
