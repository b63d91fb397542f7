// Package rewrite makes a package take part in package schedule: its channels, its
// locks, its package variables, and what it does on connections. It changes the text
// in place and moves no line, so a line of what runs is that line of what is read.
// What it can't make take part is an error with file and line.
package rewrite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"websocket-chat-steps/internal/gocmd"
)

// Source is a package as it is, with its types.
type Source struct {
	Dir   string
	Types *types.Package

	fset  *token.FileSet
	files []*ast.File
	text  map[string][]byte // by file
	info  *types.Info
}

// Load reads packages, named as from dir, which is the directory of a module below
// root. Files of the overlay are taken in place of those that are there. The error
// of a package that doesn't compile is the compiler's.
func Load(ctx context.Context, root, dir string, overlay gocmd.Overlay, packages ...string) ([]*Source, error) {
	temp, err := os.MkdirTemp("", "orders")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,CgoFiles,Export,DepOnly"}
	if len(overlay) > 0 {
		flag, err := overlay.Flag(temp, root)
		if err != nil {
			return nil, err
		}
		args = append(args, flag)
	}
	out, err := gocmd.Command(ctx, dir, nil, "go", append(args, packages...)...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%s", exit.Stderr)
		}
		return nil, fmt.Errorf("go list: %w", err)
	}

	exports := make(map[string]string)
	var sources []*Source
	var names [][]string
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath, Dir, Export string
			GoFiles, CgoFiles       []string
			DepOnly                 bool
		}
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			if len(p.CgoFiles) > 0 {
				return nil, fmt.Errorf("%s: cgo is not understood here", filepath.Join(p.Dir, p.CgoFiles[0]))
			}
			sources = append(sources, &Source{Dir: p.Dir, Types: types.NewPackage(p.ImportPath, "")})
			names = append(names, p.GoFiles)
		}
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	for i, s := range sources {
		s.fset = fset
		if err := s.check(root, overlay, names[i], imports); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

// check parses the files and finds the types.
func (s *Source) check(root string, overlay gocmd.Overlay, names []string, imports types.Importer) error {
	s.text = make(map[string][]byte)
	for _, name := range names {
		file := filepath.Join(s.Dir, name)
		in, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		text, laid := overlay[filepath.ToSlash(in)]
		b := []byte(text)
		if !laid {
			if b, err = os.ReadFile(file); err != nil {
				return err
			}
		}
		f, err := parser.ParseFile(s.fset, file, b, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s.files = append(s.files, f)
		s.text[file] = b
	}
	s.info = &types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue),
		Defs:       make(map[*ast.Ident]types.Object),
		Uses:       make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}
	var err error
	s.Types, err = (&types.Config{Importer: imports}).Check(s.Types.Path(), s.fset, s.files, s.info)
	return err
}
