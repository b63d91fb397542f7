package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

// built is the directory in which the servers of small are built.
var built string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if os.Getenv(abandoned) != "" {
		abandon()
		return 0
	}
	dir, err := os.MkdirTemp("", "bench-server-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	built = dir
	if err := Build(context.Background(), small(), dir, listed()); err != nil {
		panic(err)
	}
	status := m.Run()
	if left := running(dir); len(left) > 0 {
		fmt.Fprintln(os.Stderr, "still running after the tests:", left)
		return 1
	}
	return status
}

// running returns the processes of programs that were built in dir, if there is /proc.
func running(dir string) (left []string) {
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		if file, err := os.Readlink(link); err == nil && filepath.Dir(file) == dir {
			left = append(left, file)
		}
	}
	return left
}

// small returns a repository with servers of different kinds: see its go.mod.
func small() string {
	root, err := steps.Root()
	if err != nil {
		panic(err)
	}
	return filepath.Join(root, "bench", "server", "testdata", "repository")
}

// own is a step with its own module.
var own = step(steps.Step{Name: "99-own-module", Module: "99-own-module", Path: "/ws"})

// listed are the servers that small has: the first steps, floor, and own.
func listed() []Server {
	return slices.DeleteFunc(append(List(), own), func(s Server) bool {
		_, err := os.Stat(filepath.Join(small(), s.at))
		return err != nil
	})
}

func names(servers []Server) (all []string) {
	for _, s := range servers {
		all = append(all, s.Name)
	}
	return all
}

func TestListIsInOrder(t *testing.T) {
	one := slices.DeleteFunc(steps.Names(), func(name string) bool { return name == many })
	assert.Equal(t, append(one, "channel", "floor", "gorilla", "gorilla-deep", "mailbox-gorilla", "coder", "gws", "melody"), names(List()))
}

// What the list says about this repository's servers is true.
func TestListIsTrue(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	all := List()
	for _, s := range all {
		assert.FileExists(t, filepath.Join(root, s.at, "main.go"))
		assert.NoFileExists(t, filepath.Join(root, s.at, "added_by_bench.go"))
	}
	assert.Equal(t, "go run ./01-original", all[0].Command)
	assert.Equal(t, "go run -C bench ./peers/melody", all[len(all)-1].Command)
	deep := all[slices.Index(names(all), "gorilla-deep")]
	assert.Equal(t, "go run -C bench ./peers/gorilla -queue "+deepQueue, deep.Command)
	assert.Equal(t, []string{"-queue", deepQueue}, deep.args)
	assert.Equal(t, "go run -C 99-own-module .", own.Command)
}

// A step with its own module is built and runs like the others.
func TestAStepWithAModuleOfItsOwn(t *testing.T) {
	p, err := own.Start(t.Context(), built)
	require.NoError(t, err)
	defer p.Stop()
	n, err := p.Goroutines()
	require.NoError(t, err)
	assert.Positive(t, n)
}

func TestBuildSaysWhatIsWrong(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "01-original"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("module m\n\ngo 1.26\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(root, "01-original", "main.go"), []byte("package main\n\nfunc main() { undefined() }\n"), 0o600))
	err = Build(t.Context(), root, dir, List()[:1])
	assert.ErrorContains(t, err, "the servers can't be built")
	assert.ErrorContains(t, err, "main.go:3:15: undefined: undefined")

	err = Build(t.Context(), root, dir, List()[1:2])
	assert.ErrorContains(t, err, "the servers can't be built: 02-race-fix is not there: ")
	assert.ErrorIs(t, err, os.ErrNotExist)

	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	assert.ErrorIs(t, Build(ctx, root, dir, List()[:1]), why)
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	servers := List()
	t.Run("it ends", func(t *testing.T) {
		_, err := servers[1].Start(t.Context(), built)
		assert.ErrorContains(t, err, `02-race-fix does not say where it serves: it printed "something else", and ended with "exit status 3"; go run ./02-race-fix -addr 127.0.0.1:0 shows why`)
	})
	t.Run("it doesn't know its arguments", func(t *testing.T) {
		s := servers[0]
		s.args = []string{"-unknown"}
		_, err := s.Start(t.Context(), built)
		assert.ErrorContains(t, err, `and ended with "exit status 2"`)
	})
	t.Run("it says nothing", func(t *testing.T) {
		was := patience
		defer func() { patience = was }()
		patience = 100 * time.Millisecond
		_, err := servers[2].Start(t.Context(), built)
		assert.ErrorContains(t, err, "03-single-goroutine does not say where it serves: it has printed nothing within 100ms")
	})
	t.Run("nobody waits for it any more", func(t *testing.T) {
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		_, err := servers[2].Start(ctx, built)
		assert.ErrorIs(t, err, why)
	})
	t.Run("it was not built", func(t *testing.T) {
		_, err := servers[0].Start(t.Context(), t.TempDir())
		assert.ErrorContains(t, err, "01-original can't be started: ")
	})
}

func TestVersion(t *testing.T) {
	_, err := List()[0].Version(built)
	assert.ErrorContains(t, err, "01-original is said to use golang.org/x/net, but is built without it")
	version, err := listed()[3].Version(built)
	assert.NoError(t, err)
	assert.Empty(t, version, "floor uses none")
	_, err = List()[0].Version(t.TempDir())
	assert.ErrorIs(t, err, os.ErrNotExist)
}
