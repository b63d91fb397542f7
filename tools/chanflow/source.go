// Package chanflow reads a Go program and tells which goroutines it has, who
// starts whom, and who sends and receives on which channel. It follows calls,
// closures and channels through the program's own packages; of those outside it
// knows what the table in outside.go says. It knows nothing of any chat, of
// figures, or of how the program runs.
package chanflow

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
)

// Source is the source of one program. One goroutine at a time may use it and
// what With has made of it.
type Source struct {
	root     string // an absolute directory; places are told from there
	fset     *token.FileSet
	outside  types.Importer  // of packages that are not the program's own
	packages []sourcePackage // each behind those it imports
}

// sourcePackage is a package of the program's own.
type sourcePackage struct {
	path  string
	files []sourceFile
}

type sourceFile struct {
	name    string // absolute
	content []byte
}

// Load finds the packages that the patterns name, as the go command does in a
// module's directory, which is named from root with slashes. They are the program,
// all of it but what is outside: one of them is package main. Places are told
// relative to root.
func Load(root, module string, patterns ...string) (*Source, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	listed, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedDeps | packages.NeedExportFile,
		Dir: filepath.Join(root, filepath.FromSlash(module)),
	}, patterns...)
	if err != nil {
		return nil, fmt.Errorf("list %v in %s: %w", patterns, module, err)
	}
	s := &Source{root: root, fset: token.NewFileSet()}
	own := make(map[*packages.Package]bool)
	for _, p := range listed {
		own[p] = true
	}
	exports := make(map[string]string) // by import path, the file with a package's types
	var broken []error
	packages.Visit(listed, nil, func(p *packages.Package) { // those it imports come first
		for _, err := range p.Errors {
			broken = append(broken, err)
		}
		exports[p.PkgPath] = p.ExportFile
		if !own[p] {
			return
		}
		files := sourcePackage{path: p.PkgPath}
		for _, name := range p.CompiledGoFiles {
			content, err := os.ReadFile(name)
			if err != nil {
				broken = append(broken, err)
			}
			files.files = append(files.files, sourceFile{name, content})
		}
		s.packages = append(s.packages, files)
	})
	if len(broken) > 0 {
		return nil, errors.Join(broken...)
	}
	if len(s.packages) == 0 {
		return nil, fmt.Errorf("list %v in %s: no packages", patterns, module)
	}
	s.outside = importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(exports[path])
	})
	return s, nil
}

// Under returns the program whose packages are in a directory, named from the root
// with slashes, or below it. So one Load, which is what takes time, serves many programs.
func (s *Source) Under(dir string) (*Source, error) {
	prefix := filepath.Join(s.root, filepath.FromSlash(dir)) + string(filepath.Separator)
	part := *s
	part.packages = nil
	for _, p := range s.packages {
		if len(p.files) > 0 && strings.HasPrefix(p.files[0].name, prefix) {
			part.packages = append(part.packages, p)
		}
	}
	if len(part.packages) == 0 {
		return nil, fmt.Errorf("there is no Go package in %s", dir)
	}
	return &part, nil
}

// With returns the program as it would be if the file, named from the root with
// slashes, had another content.
func (s *Source) With(file string, content []byte) (*Source, error) {
	name := filepath.Join(s.root, filepath.FromSlash(file))
	changed := *s
	changed.packages = slices.Clone(s.packages)
	for i, p := range s.packages {
		for j, f := range p.files {
			if f.name == name {
				changed.packages[i].files = slices.Clone(p.files)
				changed.packages[i].files[j].content = content
				return &changed, nil
			}
		}
	}
	return nil, fmt.Errorf("the program has no file %s", file)
}

// program is a Source in the form that is analyzed.
type program struct {
	*ssa.Program
	root string
	own  []*ssa.Package
	info map[*types.Package]*types.Info // of the program's own
}

// build type-checks the source and turns it into SSA form.
func (s *Source) build() (*program, error) {
	p := &program{
		Program: ssa.NewProgram(s.fset, ssa.InstantiateGenerics),
		root:    s.root,
		info:    make(map[*types.Package]*types.Info),
	}
	checked := importers{s.outside, make(map[string]*types.Package)}
	// Each package's types first, then the SSA form of each: what one imports of an
	// outside package may be more than what those before it did.
	var create []func()
	for _, source := range s.packages {
		var files []*ast.File
		for _, f := range source.files {
			file, err := parser.ParseFile(s.fset, f.name, f.content, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			files = append(files, file)
		}
		info := &types.Info{
			Types:        make(map[ast.Expr]types.TypeAndValue),
			Instances:    make(map[*ast.Ident]types.Instance),
			Defs:         make(map[*ast.Ident]types.Object),
			Uses:         make(map[*ast.Ident]types.Object),
			Implicits:    make(map[ast.Node]types.Object),
			Selections:   make(map[*ast.SelectorExpr]*types.Selection),
			Scopes:       make(map[ast.Node]*types.Scope),
			FileVersions: make(map[*ast.File]string),
		}
		pkg, err := (&types.Config{Importer: checked, GoVersion: "go1.26"}).Check(source.path, s.fset, files, info)
		if err != nil {
			return nil, err
		}
		checked.own[source.path] = pkg
		p.info[pkg] = info
		create = append(create, func() {
			p.createOutside(pkg.Imports())
			p.own = append(p.own, p.CreatePackage(pkg, files, info, false))
		})
	}
	for _, f := range create {
		f()
	}
	p.Build()
	return p, nil
}

// createOutside lets the program know of packages without their bodies.
func (p *program) createOutside(imports []*types.Package) {
	for _, pkg := range imports {
		if p.Package(pkg) == nil {
			p.CreatePackage(pkg, nil, nil, true)
			p.createOutside(pkg.Imports())
		}
	}
}

// importers looks among the program's own packages first.
type importers struct {
	types.Importer
	own map[string]*types.Package
}

func (i importers) Import(path string) (*types.Package, error) {
	if pkg := i.own[path]; pkg != nil {
		return pkg, nil
	}
	return i.Importer.Import(path)
}

// Place is a line of a file, named from the root with slashes.
type Place struct {
	File string
	Line int
}

func (p Place) String() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// compare orders places by file and line.
func (p Place) compare(q Place) int {
	if p.File != q.File {
		if p.File < q.File {
			return -1
		}
		return 1
	}
	return p.Line - q.Line
}

// place tells where pos is.
func (p *program) place(pos token.Pos) Place {
	at := p.Fset.Position(pos)
	file, err := filepath.Rel(p.root, at.Filename)
	if err != nil {
		file = at.Filename
	}
	return Place{filepath.ToSlash(file), at.Line}
}
