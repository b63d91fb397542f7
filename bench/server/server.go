// Package server builds the chat servers that are measured, runs them as
// processes, and tells what such a process uses. It knows nothing of WebSockets,
// of load, or of results.
package server

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// Server is a chat server that can be measured: a command in a directory of its
// own.
type Server struct {
	Name   string // its directory's
	Path   string // of its WebSocket
	Module string // the WebSocket library that it uses, as a module's path; "" for none

	in string // the directory of its module, from the repository's root, with slashes
	at string // its own directory, from there
}

// List returns all servers of the repository at root, in the order in which
// results show them.
func List(root string) []Server {
	const xnet = "golang.org/x/net"
	step := func(name, path string) Server {
		return Server{Name: name, Path: path, Module: xnet, in: ".", at: name}
	}
	peer := func(name, module string) Server {
		return Server{Name: name, Path: "/ws", Module: module, in: "bench", at: "peers/" + name}
	}
	all := []Server{
		step("01-original", "/entry"),
		step("02-race-fix", "/entry"),
		step("03-single-goroutine", "/ws"),
		step("04-mailbox", "/ws"),
		peer("channel", xnet),
		peer("floor", ""),
		peer("gorilla", "github.com/gorilla/websocket"),
		peer("coder", "github.com/coder/websocket"),
		peer("gws", "github.com/lxzan/gws"),
		peer("melody", "github.com/olahol/melody"),
	}
	// A repository may end with an earlier step.
	return slices.DeleteFunc(all, func(s Server) bool {
		_, err := os.Stat(filepath.Join(root, s.Name))
		return s.Name == "04-mailbox" && err != nil
	})
}

// Command is what a reader types at the repository's root to run the server.
func (s Server) Command() string {
	if s.in == "." {
		return "go run ./" + s.at
	}
	return "go run -C " + s.in + " ./" + s.at
}

// asked is where a server tells how many goroutines it has.
const asked = "/benchmark/goroutines"

// added is the file that each server has more than its source: the default mux,
// which all of them serve, gets to tell the number of goroutines. That costs
// next to nothing even where there are 20,000, unlike net/http/pprof, which
// looks at each one's stack.
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

// Build builds the servers of the repository at root into dir, from which Start
// runs them. It takes seconds; the end of ctx ends it.
func Build(ctx context.Context, root, dir string, servers []Server) error {
	overlay := filepath.Join(dir, "added.go")
	if err := os.WriteFile(overlay, []byte(added), 0o600); err != nil {
		return err
	}
	// One go build for each module: it uses all processors by itself.
	for _, in := range []string{".", "bench"} {
		var replacements struct{ Replace map[string]string }
		replacements.Replace = make(map[string]string)
		var packages []string
		for _, s := range servers {
			if s.in != in {
				continue
			}
			source := filepath.Join(root, filepath.FromSlash(path.Join(in, s.at)))
			if _, err := os.Stat(source); err != nil {
				return fmt.Errorf("%s can't be built: %w", s.Name, err)
			}
			packages = append(packages, "./"+s.at)
			// No server has a file of this name.
			replacements.Replace[filepath.Join(source, "added_by_bench.go")] = overlay
		}
		if len(packages) == 0 {
			continue
		}
		b, err := json.Marshal(replacements)
		if err != nil {
			return err
		}
		replaced := filepath.Join(dir, "overlay.json")
		if err := os.WriteFile(replaced, b, 0o600); err != nil {
			return err
		}
		// -buildvcs=false: a git that can't read this directory is no reason to fail.
		cmd := exec.CommandContext(ctx, "go", append([]string{
			"build", "-buildvcs=false", "-overlay", replaced, "-o", dir + string(filepath.Separator),
		}, packages...)...)
		cmd.Dir = filepath.Join(root, in)
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // go build removes what it has begun
		cmd.WaitDelay = 5 * time.Second
		if out, err := cmd.CombinedOutput(); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("the servers can't be built: %q in %s: %w\n%s", cmd.Args, cmd.Dir, err, out)
		}
	}
	return nil
}

// Version returns the version of the server's WebSocket library, as Build built
// it into dir; "" for a server that uses none.
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
	file := filepath.Join(dir, s.Name)
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	return file
}
