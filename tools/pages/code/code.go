// Package code makes the parts of code that pages show: declarations, lines of them, and
// differences between two of them. It knows nothing about pages.
package code

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"strings"

	"websocket-chat-steps/tools/pages/alike"
)

// Files are the files of the repository.
type Files struct{ fs.FS }

// File is a file. Only a Go file has declarations.
type File struct {
	Lines []string
	Decls []Decl
}

// Decl is a declaration of a Go file: its lines, counted from 1, with its doc
// comment.
type Decl struct {
	Name        string // for a method: Type.Method
	First, Last int
}

// File reads the file of that path from the root.
func (f Files) File(file string) (*File, error) {
	if !fs.ValidPath(file) {
		return nil, fmt.Errorf("%s is not below the repository's root: write files as in 01/chat/client.go", file)
	}
	code, err := fs.ReadFile(f, file)
	if err != nil {
		return nil, fmt.Errorf("can't read the file (%w): write its name from the repository's root", err)
	}
	read := &File{Lines: strings.Split(strings.TrimSuffix(string(code), "\n"), "\n")}
	if path.Ext(file) == ".go" {
		read.Decls, err = declarations(file, code)
	}
	return read, err
}

func declarations(file string, code []byte) ([]Decl, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, code, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var decls []Decl
	add := func(name string, doc *ast.CommentGroup, n ast.Node) {
		d := Decl{name, fset.Position(n.Pos()).Line, fset.Position(n.End()).Line}
		if doc != nil {
			d.First = fset.Position(doc.Pos()).Line
		}
		decls = append(decls, d)
	}
	for _, d := range tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(receiver(d)+d.Name.Name, d.Doc, d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				var names []*ast.Ident
				var doc *ast.CommentGroup
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names, doc = []*ast.Ident{spec.Name}, spec.Doc
				case *ast.ValueSpec:
					names, doc = spec.Names, spec.Doc
				}
				for _, name := range names {
					if d.Lparen.IsValid() {
						add(name.Name, doc, spec)
					} else {
						add(name.Name, d.Doc, d)
					}
				}
			}
		}
	}
	return decls, nil
}

// receiver returns "Type." for a method, and "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	name, _, _ := strings.Cut(strings.TrimLeft(types.ExprString(d.Recv.List[0].Type), "*"), "[")
	return name + "."
}

// declaration returns the lines of a declaration. Without a name it returns all lines.
func (f Files) declaration(file, name string) ([]string, error) {
	read, err := f.File(file)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return read.Lines, nil
	}
	var names []string
	for _, d := range read.Decls {
		if d.Name == name {
			return dedented(read.Lines[d.First-1 : d.Last]), nil
		}
		names = append(names, d.Name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s declares nothing: name a Go file with declarations", file)
	}
	return nil, fmt.Errorf("%s does not declare %s: write one of %s", file, name, alike.Near(name, names))
}

// dedented removes the tabs with which all lines begin.
func dedented(lines []string) []string {
	tabs := -1
	for _, l := range lines {
		if n := len(l) - len(strings.TrimLeft(l, "\t")); l != "" && (tabs < 0 || n < tabs) {
			tabs = n
		}
	}
	var out []string
	for _, l := range lines {
		out = append(out, l[min(max(tabs, 0), len(l)):])
	}
	return out
}
