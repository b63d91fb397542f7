// Package server builds the chat servers that are measured, runs them as processes, and
// tells what such a process uses. It knows nothing about WebSockets, load, or
// results.
package server

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/steps"
)

// Server is a chat server that can be measured: a command in its own
// directory.
type Server struct {
	Name    string // the name of its directory, or another one for the same command with arguments
	Path    string // of its WebSocket
	Module  string // the WebSocket library that it uses, as a module's path; "" for none
	Command string // what a reader types at the repository's root to run it

	at   string   // its directory, from the repository's root, with slashes
	in   string   // that of its module
	pkg  string   // its package, as the go command names it there
	args []string // of its command

	lifted lifted // what lets the load's clients in, and lets them send as they like
}

// lifted takes away a server's limits for strangers: most loads have more clients than it
// lets in, and each sends more than it may.
type lifted struct {
	args   []string // of its command
	source string   // a file of its package main
}

// hardened are the lifted limits of 06. It has no flag for the rate.
var hardened = lifted{[]string{"-max-clients", "100000"}, `package main

import (
	"os"

	"websocket-chat-steps/06-hardened/chat"
)

func init() {
	if os.Getenv("` + lift + `") != "" {
		chat.Defaults.Rate = 1 << 40
	}
}
`}

// lift is set in the environment of a server whose limits are lifted.
const lift = "BENCH_LIFTS_LIMITS"

// Limited returns the server with the limits that it has by default. The one of List has
// none that holds the load up.
func (s Server) Limited() Server {
	s.lifted = lifted{}
	return s
}

const xnet = "golang.org/x/net"

// List returns all servers of the repository, in the order in which results show
// them: the steps, and then the same chat on other libraries.
func List() []Server {
	var all []Server
	for _, s := range steps.All {
		all = append(all, step(s))
	}
	// gorilla-deep drops no client that is slow for a moment.
	deep := peer("gorilla", "github.com/gorilla/websocket", "-queue", deepQueue)
	deep.Name = "gorilla-deep"
	return append(all,
		peer("channel", xnet),
		peer("floor", ""),
		peer("gorilla", "github.com/gorilla/websocket"),
		deep,
		peer("mailbox-gorilla", "github.com/gorilla/websocket"),
		peer("coder", "github.com/coder/websocket"),
		peer("gws", "github.com/lxzan/gws"),
		peer("melody", "github.com/olahol/melody"),
	)
}

// deepQueue is how many messages may wait for a client of gorilla-deep. On two cores, 2048
// are too few in an open load that is near the server's limit. 8192 were enough in every
// scenario. This is twice that.
const deepQueue = "16384"

func step(s steps.Step) Server {
	server := Server{Name: s.Name, Path: s.Path, Module: xnet, Command: s.Run(), at: s.Name, in: s.Module, pkg: s.Package()}
	if s.Name == "06-hardened" {
		server.lifted = hardened
	}
	return server
}

func peer(name, module string, args ...string) Server {
	pkg := "./peers/" + name
	command := strings.Join(append([]string{"go run -C bench", pkg}, args...), " ")
	return Server{Name: name, Path: "/ws", Module: module, Command: command, at: "bench/peers/" + name, in: "bench", pkg: pkg, args: args}
}

// asked is the path at which a server says how many goroutines it has.
const asked = "/benchmark/goroutines"

// added is a file that each server has in addition to its source. It makes the default
// mux, which all of them serve (06 because build changes it), say the number of
// goroutines. That costs almost nothing, also with 20,000 goroutines. net/http/pprof would
// look at the stack of each one.
const added = `package main

import (
	"fmt"
	"net/http"
	"runtime"
)

func init() {
	http.HandleFunc("` + asked + `", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, runtime.NumGoroutine())
	})
}
`

// Build builds the servers of the repository at root into dir, from which Start runs them.
// root has its links resolved. It takes seconds. When ctx ends, Build ends.
func Build(ctx context.Context, root, dir string, servers []Server) error {
	// One go build for each module: it uses all processors by itself.
	of := make(map[string][]Server)
	for _, s := range servers {
		of[s.in] = append(of[s.in], s)
	}
	for _, in := range slices.Sorted(maps.Keys(of)) {
		if err := build(ctx, root, filepath.Join(root, filepath.FromSlash(in)), dir, of[in]); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("the servers can't be built: %w", err)
		}
	}
	return nil
}

// build builds servers of one module, whose directory is in.
func build(ctx context.Context, root, in, dir string, servers []Server) error {
	overlay := make(gocmd.Overlay)
	var packages []string
	for _, s := range servers {
		// The overlay would make a directory where there is none.
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(s.at))); err != nil {
			return fmt.Errorf("%s is not there: %w", s.Name, err)
		}
		overlay[s.at+"/added_by_bench.go"] = added // no server has a file of this name
		if s.lifted.source != "" {
			overlay[s.at+"/lifted_by_bench.go"] = s.lifted.source
			// Its page, which no load asks for, makes room for the default mux.
			name := s.at + "/main.go"
			main, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			if err != nil {
				return err
			}
			overlay[name] = strings.Replace(string(main), `webpage.Handler(step, "/ws")`, "http.DefaultServeMux", 1)
		}
		packages = append(packages, s.pkg)
	}
	flag, err := overlay.Flag(dir, root)
	if err != nil {
		return err
	}
	if err := overlay.Used(ctx, in, root, flag, packages...); err != nil {
		return err
	}
	out := dir + string(filepath.Separator) // each has the name of its directory
	if len(servers) == 1 {
		out = servers[0].file(dir) // but not if that belongs to another module
	}
	// -buildvcs=false: the build must work where git can't read this directory.
	cmd := gocmd.Command(ctx, in, nil, "go", append([]string{"build", "-buildvcs=false", flag, "-o", out}, packages...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // go build removes what it has begun
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%q in %s: %w\n%s", cmd.Args, in, err, out)
	}
	return nil
}

// Version returns the version of the WebSocket library in the server that Build has built
// into dir, or "" for a server that uses none.
func (s Server) Version(dir string) (string, error) {
	if s.Module == "" {
		return "", nil
	}
	info, err := buildinfo.ReadFile(s.file(dir))
	if err != nil {
		return "", err
	}
	for _, module := range info.Deps {
		if module.Path == s.Module {
			return module.Version, nil
		}
	}
	return "", fmt.Errorf("%s is said to use %s, but is built without it", s.Name, s.Module)
}

func (s Server) file(dir string) string {
	file := filepath.Join(dir, path.Base(s.at))
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	return file
}
