// Package gocmd runs the go command as a child process. It can end a command with all
// that the command has started, replace source files by an overlay, and tell the test
// cache which files a command reads. It knows nothing about what is built or tested.
package gocmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// waitDelay is how long a command that was stopped may keep its output open.
const waitDelay = 10 * time.Second

// Command returns a command that runs in dir ("" is this process's own), with the
// variables of env added to its environment.
// When ctx ends, the command is killed, and all that it has started: go test does
// not end its test binary by itself. (On Windows only the command is killed.)
func Command(ctx context.Context, dir string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if dir != "" {
		// Else a directory behind a symbolic link would not keep the name that dir gives it.
		cmd.Env = append(cmd.Env, "PWD="+dir)
	}
	cmd.WaitDelay = waitDelay
	killAll(cmd)
	return cmd
}

// Overlay has the text of files that a build uses in place of its own files, or in
// addition to them. The keys are their paths from the repository's root, with slashes.
type Overlay map[string]string

// Flag writes the overlay to dir, and returns the flag that makes a build use it. root is
// the repository's directory, from steps.Root: its links are resolved.
func (o Overlay) Flag(dir, root string) (string, error) {
	replace := make(map[string]string)
	for name, text := range o {
		file := filepath.Join(dir, fmt.Sprintf("overlay%d.go", len(replace)))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, filepath.FromSlash(name))] = file
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	return "-overlay=" + file, os.WriteFile(file, b, 0o600)
}

// Used returns an error if the packages, with their own tests, are built without a file
// of the overlay. The go command is silent about a file that it doesn't use. Then the
// caller would look at unchanged code and not know it.
// flag is what Flag returned, and in is the directory in which the packages are built.
func (o Overlay) Used(ctx context.Context, in, root, flag string, packages ...string) error {
	const files = `{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}}
{{end}}{{range .CgoFiles}}{{$dir}}/{{.}}
{{end}}{{range .TestGoFiles}}{{$dir}}/{{.}}
{{end}}{{range .XTestGoFiles}}{{$dir}}/{{.}}
{{end}}`
	args := slices.Concat([]string{"list", "-deps", "-f", files, flag}, packages)
	out, err := Command(ctx, in, nil, "go", args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w\n%s", err, exit.Stderr)
		}
		return fmt.Errorf("go list with an overlay: %w", err)
	}
	used := make(map[string]bool)
	for line := range strings.Lines(string(out)) {
		used[filepath.Clean(strings.TrimSpace(line))] = true
	}
	for name := range o {
		if file := filepath.Join(root, filepath.FromSlash(name)); !used[file] {
			return fmt.Errorf("the overlay's %s is not used by the build of %s, so the code would run unchanged; is %s a file of it?",
				name, strings.Join(packages, " "), file)
		}
	}
	return nil
}

// ReadSources reads the named files, and all files below the named directories, from
// root, and does nothing with them. The go command remembers a test's result as long
// as the files that the test itself opened don't change. It doesn't see what a child
// process opens: without this it would say "ok (cached)" about code that has changed.
//
// The go command ignores files outside of the test's own module, unless their names
// begin with the name of the working directory. So the names here begin with it.
func ReadSources(root string, names ...string) error {
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	if to, err := filepath.Rel(wd, root); err == nil {
		root = wd + string(filepath.Separator) + to
	}
	files := os.DirFS(root)
	for _, name := range names {
		err := fs.WalkDir(files, name, func(file string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() && entry.Name() == ".git" {
				return fs.SkipDir
			}
			if err == nil && entry.Type().IsRegular() {
				_, err = fs.ReadFile(files, file)
			}
			if file != name && errors.Is(err, fs.ErrNotExist) {
				return nil // another program's file, which is gone by now
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
