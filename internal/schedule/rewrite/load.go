// Package rewrite makes a package take part in package schedule: its channels, its
// locks, its package variables, and what it does on connections. It changes the text
// in place and moves no line, so a line of what runs is that line of what is read.
// What it can't make take part is an error with file and line.
package rewrite

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"

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

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles, CgoFiles       []string
	DepOnly                 bool
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
	flag, err := overlay.Flag(temp, root)
	if err != nil {
		return nil, err
	}
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,CgoFiles,Export,DepOnly", flag}
	cmd := gocmd.Command(ctx, dir, nil, "go", append(args, packages...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &said)
	}
	fset := token.NewFileSet()
	exports := make(map[string]string)
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	laid := make(map[string][]byte)
	for name, text := range overlay {
		laid[filepath.Join(root, filepath.FromSlash(name))] = []byte(text)
	}
	var sources []*Source
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); { // a package comes behind what it imports
		var p listed
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			s := &Source{Dir: p.Dir, fset: fset, text: make(map[string][]byte)}
			if err := s.check(p, laid, imports); err != nil {
				return nil, err
			}
			sources = append(sources, s)
		}
	}
	return sources, nil
}

// check parses the files and finds the types.
func (s *Source) check(p listed, laid map[string][]byte, imports types.Importer) (err error) {
	for _, name := range append(p.GoFiles, p.CgoFiles...) {
		file := filepath.Join(s.Dir, name)
		text, ok := laid[file]
		if !ok {
			if text, err = os.ReadFile(file); err != nil {
				return err
			}
		}
		f, err := parser.ParseFile(s.fset, file, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s.files = append(s.files, f)
		s.text[file] = text
	}
	s.info = &types.Info{
		Types:      make(map[ast.Expr]types.TypeAndValue),
		Defs:       make(map[*ast.Ident]types.Object),
		Uses:       make(map[*ast.Ident]types.Object),
		Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}
	s.Types, err = (&types.Config{Importer: imports}).Check(p.ImportPath, s.fset, s.files, s.info)
	return err
}
