// Command diagrams draws the figures of this directory from the steps' code: run
// it in the repository, as go run -C tools ./figures. With -check it writes nothing, and
// fails when a figure is not what the code says.
//
// It puts together what internal/chanflow finds in the code and what
// internal/drawing draws, and has the words for both. It knows nothing of how a
// program is analyzed, nor of where a line runs.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"websocket-chat-steps/internal/steps"
)

// dir is where the figures are, from the root of the repository.
const dir = "diagrams"

func main() {
	check := flag.Bool("check", false, "write nothing; fail if a figure is not what the code says")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "diagrams: unexpected argument %q; it draws all steps, and takes -check alone\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := run(*check, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "diagrams: %v\n", err)
		os.Exit(1)
	}
}

// run draws the figures and writes them, or checks those that are there.
func run(check bool, out io.Writer) error {
	root, err := steps.Root()
	if err != nil {
		return err
	}
	files, err := draw(root)
	if err != nil {
		return err
	}
	if check {
		return compare(filepath.Join(root, dir), files, out)
	}
	return write(filepath.Join(root, dir), files, out)
}

// file is a figure as it is to be in dir.
type file struct {
	name    string
	content string
}

// write puts the files into dir, and says which have changed.
func write(dir string, files []file, out io.Writer) error {
	if err := strangers(dir, files); err != nil {
		return err
	}
	changed := 0
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if old, err := os.ReadFile(path); err == nil && string(old) == f.content {
			continue
		}
		if err := os.WriteFile(path, []byte(f.content), 0o644); err != nil {
			return err
		}
		fmt.Fprintln(out, "wrote", f.name)
		changed++
	}
	fmt.Fprintf(out, "%d figures and tables, %d changed\n", len(files), changed)
	return nil
}

// compare fails if dir hasn't the files as they are to be, and prints which, and
// how the tables differ: a line of what is there begins with -, one of what is to
// be with +.
func compare(dir string, files []file, out io.Writer) error {
	if err := strangers(dir, files); err != nil {
		return err
	}
	var stale []string
	for _, f := range files {
		old, err := os.ReadFile(filepath.Join(dir, f.name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && string(old) == f.content {
			continue
		}
		stale = append(stale, f.name)
		if strings.HasSuffix(f.name, ".svg") {
			fmt.Fprintf(out, "%s is another picture\n", f.name)
			continue
		}
		fmt.Fprintf(out, "%s is not what the code says:\n", f.name)
		for _, line := range difference(unpadded(string(old)), unpadded(f.content)) {
			fmt.Fprintln(out, line)
		}
	}
	if len(stale) > 0 {
		return fmt.Errorf("%d of %d are stale: %s; run go run -C tools ./figures, and look at what has changed", len(stale), len(files), strings.Join(stale, ", "))
	}
	fmt.Fprintf(out, "%d figures and tables, all as the code says\n", len(files))
	return nil
}

var padding = regexp.MustCompile(" {2,}")

// unpadded is a table whose columns are two spaces apart, however long their
// words, so that one long word doesn't change each line.
func unpadded(table string) string { return padding.ReplaceAllString(table, "  ") }

// strangers fails if there is a figure in dir that is of no step.
func strangers(dir string, files []file) error {
	for _, pattern := range []string{"*.svg", "*.edges"} {
		there, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range there {
			name := filepath.Base(path)
			if !slices.ContainsFunc(files, func(f file) bool { return f.name == name }) {
				return fmt.Errorf("%s is drawn from nothing that there is: delete it, or write its row in internal/steps/steps.go", name)
			}
		}
	}
	return nil
}

// difference lists the lines that only one of two texts has, in the order of the
// texts: those of a longest sequence that both have are left out.
func difference(old, new string) (lines []string) {
	a, b := strings.Split(old, "\n"), strings.Split(new, "\n")
	// common[i][j] is how many lines a[i:] and b[j:] have in common, in order.
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			lines = append(lines, "- "+a[i])
			i++
		default:
			lines = append(lines, "+ "+b[j])
			j++
		}
	}
	return lines
}
