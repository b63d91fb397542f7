// Package figures draws the figures and the tables of diagrams/ from the steps'
// code, and holds those that are there to the code. It puts together what chanflow
// finds in the code and what drawing draws, and has the words for both, in English
// and in Japanese. It knows nothing of how a program is analyzed, nor of where a
// line runs.
package figures

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"websocket-chat-steps/internal/steps"
)

// Where the figures are, and the tables that are written by hand: from the
// repository's root.
const (
	dir    = "diagrams"
	byHand = "tools/figures/byhand"
)

const remedy = "run go run -C tools ./check -write figures, and look at what has changed"

// Check holds the figures and tables of the repository at root to the code. It
// prints how the tables differ. Its error names all that is wrong, a line each, and
// what to do.
func Check(ctx context.Context, root string, out io.Writer) error {
	return check(ctx, root, steps.All, out)
}

// Write draws the figures and tables of the repository at root anew, and prints
// which have changed. Its error names all that it could not draw.
func Write(ctx context.Context, root string, out io.Writer) error {
	return write(ctx, root, steps.All, out)
}

// file is a figure or a table as it is to be in dir.
type file struct {
	name    string
	content string
}

func check(ctx context.Context, root string, all []steps.Step, out io.Writer) error {
	files, wrong := draw(ctx, root, all)
	wrong = slices.Concat(wrong, withoutTable(root, all), strangers(root, all), compare(root, files, out))
	if len(wrong) == 0 {
		fmt.Fprintf(out, "%d figures and tables, all as the code says\n", len(files))
	}
	return errors.Join(wrong...)
}

func write(ctx context.Context, root string, all []steps.Step, out io.Writer) error {
	files, wrong := draw(ctx, root, all)
	wrong = append(wrong, strangers(root, all)...)
	changed := 0
	for _, f := range files {
		path := filepath.Join(root, dir, f.name)
		if old, err := os.ReadFile(path); err == nil && string(old) == f.content {
			continue
		}
		if err := os.WriteFile(path, []byte(f.content), 0o644); err != nil {
			wrong = append(wrong, err)
			continue
		}
		fmt.Fprintln(out, "wrote", f.name)
		changed++
	}
	fmt.Fprintf(out, "%d figures and tables, %d changed\n", len(files), changed)
	return errors.Join(wrong...)
}

// compare tells which files are not as they are to be, and prints how the tables
// differ: a line of what is there begins with -, one of what is to be with +.
func compare(root string, files []file, out io.Writer) (wrong []error) {
	for _, f := range files {
		old, err := os.ReadFile(filepath.Join(root, dir, f.name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			wrong = append(wrong, fmt.Errorf("%s/%s is not there: %s", dir, f.name, remedy))
		case err != nil:
			wrong = append(wrong, err)
		case string(old) != f.content:
			wrong = append(wrong, fmt.Errorf("%s/%s is not what the code says: %s", dir, f.name, remedy))
			if strings.HasSuffix(f.name, ".edges") {
				fmt.Fprintf(out, "%s:\n", f.name)
				for _, line := range difference(string(old), f.content) {
					fmt.Fprintln(out, line)
				}
			}
		}
	}
	return wrong
}

// difference lists the lines that only one of two texts has. How many spaces are
// between two columns doesn't count, so that one long word doesn't change each line.
func difference(old, new string) (lines []string) {
	a, b := strings.Split(padding.ReplaceAllString(old, "  "), "\n"), strings.Split(padding.ReplaceAllString(new, "  "), "\n")
	for _, line := range a {
		if !slices.Contains(b, line) {
			lines = append(lines, "- "+line)
		}
	}
	for _, line := range b {
		if !slices.Contains(a, line) {
			lines = append(lines, "+ "+line)
		}
	}
	if lines == nil {
		return []string{"the same lines, but in another order, or not as often"}
	}
	return lines
}

// withoutTable tells which steps have no table that is written by hand.
func withoutTable(root string, all []steps.Step) (wrong []error) {
	for _, step := range all {
		name := byHand + "/" + step.Name + ".txt"
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); errors.Is(err, fs.ErrNotExist) {
			wrong = append(wrong, fmt.Errorf("%s is not there: write by hand, from reading the code of %s, what its goroutines and channels are, as the tables beside it do", name, step.Name))
		}
	}
	return wrong
}

// strangers tells which figures and tables are of no step.
func strangers(root string, all []steps.Step) (wrong []error) {
	known := make(map[string]bool)
	for _, step := range all {
		names := []string{step.Name}
		if step.Name == original {
			names = append(names, "race", "leaving")
		}
		known[byHand+"/"+step.Name+".txt"] = true
		known[dir+"/"+step.Name+".edges"] = true
		for _, l := range languages {
			for _, name := range names {
				known[dir+"/"+name+"."+l.code+".svg"] = true
				known[dir+"/"+name+narrow+"."+l.code+".svg"] = true
			}
		}
	}
	for _, pattern := range []string{dir + "/*.svg", dir + "/*.edges", byHand + "/*.txt"} {
		there, err := fs.Glob(os.DirFS(root), pattern)
		if err != nil {
			wrong = append(wrong, err)
		}
		for _, name := range there {
			if !known[name] {
				wrong = append(wrong, fmt.Errorf("%s is of no step: delete it, or write the step's row in internal/steps/steps.go", name))
			}
		}
	}
	return wrong
}
