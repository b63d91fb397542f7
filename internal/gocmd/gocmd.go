// Package gocmd runs the go command as a child process: it ends with all that it
// has started, may have an overlay laid over the source, and its reads are told
// to the test cache. It knows nothing of what is built or tested.
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

// Command is a command to be run in dir ("" is this process's own), with more
// variables in its environment.
// When ctx ends, the command and all that it has started are killed: go test, for
// one, does not take its test binary with it. (On Windows the command alone is.)
func Command(ctx context.Context, dir string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if dir != "" {
		// So that a directory behind a symbolic link has the name that is given here.
		cmd.Env = append(cmd.Env, "PWD="+dir)
	}
	cmd.WaitDelay = waitDelay
	killAll(cmd)
	return cmd
}

// Overlay is the text of files that a build is to take in place of those that
// are there, or besides, by their paths from the repository's root, with slashes.
type Overlay map[string]string

// Flag writes the overlay to dir, and returns the flag that has a build use it. root is the
// repository's directory, from steps.Root: its links are resolved.
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

// Used returns an error if a file of the overlay is not a part of what the
// packages are built from, their own tests included. The go command says nothing of a file
// that it doesn't use, and whoever laid it there would look at the code unchanged.
// flag is what Flag returned, and in the directory in which the packages are built.
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
			return fmt.Errorf("the overlay's %s is not used by the build of %s: what runs would be the code as it is; is %s a file of it?",
				name, strings.Join(packages, " "), file)
		}
	}
	return nil
}

// ReadSources reads all files below the directories and files that are named, from
// root, and drops them. The go command remembers a test's result for as long as
// the files that the test itself opened stay the same; what a child process opens
// it doesn't see. Without this it would say "ok (cached)" of code that has changed.
//
// What is outside of the test's own module the go command doesn't look at, unless
// its name begins with that of the working directory: so it is named here.
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
				return nil // somebody else's, and gone meanwhile
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
