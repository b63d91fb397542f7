package exercises

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// mayUse tells whether a room may use a member of a package. It must not find out who runs
// it: then it could be right for the judges alone.
func mayUse(pkg, member string) bool {
	root, _, _ := strings.Cut(pkg, "/")
	switch root {
	case "os":
		return pkg == root && strings.HasPrefix(member, "Err")
	case "runtime":
		return pkg == root && member == "Gosched"
	case "log":
		return pkg == root && !slices.Contains([]string{"Default", "Writer", "SetOutput"}, member)
	case "testing", "flag", "syscall", "plugin", "unsafe", "expvar", "debug", "C", "websocket-chat-steps":
		return false
	}
	return true
}

// Asks is the first place where a room uses what it may not, and what that is, as in
// "exercises/01-ids-mutex/chat/client.go:30: os.Args"; else "". A file that can't be parsed
// is the compiler's concern.
func (j *Judges) Asks(r Room) (string, error) {
	if r.Test || r.Report {
		return "", nil // a test is no room, and in a report only constants are read
	}
	names, err := j.filesOf(r)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		files := token.NewFileSet()
		file, err := j.parse(r, name, files)
		if err != nil {
			continue
		}
		if pos, what := asks(file); what != "" {
			return fmt.Sprintf("%s/chat/%s:%d: %s", r.At, name, files.Position(pos).Line, what), nil
		}
	}
	return "", nil
}

// filesOf are the names of the room's files, but not of tests.
func (j *Judges) filesOf(r Room) (names []string, err error) {
	dir := path.Join(r.At, "chat")
	for name := range j.overlay {
		if path.Dir(name) == dir {
			names = append(names, path.Base(name))
		}
	}
	entries, err := os.ReadDir(filepath.Join(j.root, filepath.FromSlash(dir)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		return !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go")
	})
	slices.Sort(names)
	return slices.Compact(names), nil
}

// asks is the first use in a file of what a room may not use.
func asks(file *ast.File) (at token.Pos, what string) {
	for _, group := range file.Comments {
		for _, c := range group.List {
			for _, directive := range []string{"//go:build", "//go:linkname"} {
				if strings.HasPrefix(c.Text, directive) {
					return c.Pos(), directive
				}
			}
		}
	}
	packages := make(map[string]string) // by the name in this file
	for _, spec := range file.Imports {
		pkg, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(pkg)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if (name == "." || name == "_") && !mayUse(pkg, "") {
			return spec.Pos(), pkg
		}
		packages[name] = pkg
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && what == "" {
			if x, ok := s.X.(*ast.Ident); ok && packages[x.Name] != "" && !mayUse(packages[x.Name], s.Sel.Name) {
				at, what = s.Pos(), packages[x.Name]+"."+s.Sel.Name
			}
		}
		return what == ""
	})
	return at, what
}
