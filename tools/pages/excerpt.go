package pages

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// source is a file of code.
type source struct {
	lines []string
	decls []decl
}

// decl is a declaration of a Go file: its lines, counted from 1, with its doc
// comment.
type decl struct {
	name        string // of a method: Type.Method
	first, last int
}

// source reads a file, once. Only of Go files it knows the declarations.
func (t *Tree) source(file string) (*source, error) {
	if s, ok := t.sources[file]; ok {
		return s, nil
	}
	if !fs.ValidPath(file) {
		return nil, fmt.Errorf("%s is not below the repository's root: write files as in 01/chat/client.go", file)
	}
	code, err := fs.ReadFile(t.files, file)
	if err != nil {
		return nil, fmt.Errorf("can't read the file (%w): write its name from the repository's root", err)
	}
	s := &source{lines: strings.Split(strings.TrimSuffix(string(code), "\n"), "\n")}
	if path.Ext(file) == ".go" {
		if s.decls, err = declarations(file, code); err != nil {
			return nil, err
		}
	}
	t.sources[file] = s
	return s, nil
}

func declarations(file string, code []byte) ([]decl, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, code, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var decls []decl
	add := func(name string, doc *ast.CommentGroup, n ast.Node) {
		d := decl{name, fset.Position(n.Pos()).Line, fset.Position(n.End()).Line}
		if doc != nil {
			d.first = fset.Position(doc.Pos()).Line
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

// receiver is "Type." for a method, and empty for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	for {
		switch x := typ.(type) {
		case *ast.StarExpr:
			typ = x.X
		case *ast.IndexExpr:
			typ = x.X
		case *ast.IndexListExpr:
			typ = x.X
		case *ast.Ident:
			return x.Name + "."
		default:
			return ""
		}
	}
}

// declaration returns the lines of a declaration.
func (t *Tree) declaration(file, name string) ([]string, error) {
	s, err := t.source(file)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range s.decls {
		if d.name == name {
			return dedented(s.lines[d.first-1 : d.last]), nil
		}
		names = append(names, d.name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s declares nothing: name a Go file with declarations", file)
	}
	return nil, fmt.Errorf("%s does not declare %s: write one of %s", file, name, strings.Join(near(name, names), ", "))
}

const excerptForm = `write <!-- excerpt: FILE NAME -->, or <!-- excerpt: FILE NAME from "TEXT" to "TEXT" -->`

// excerpt is what is to stand between the marks.
func (t *Tree) excerpt(args string) ([]string, error) {
	file, rest, _ := strings.Cut(args, " ")
	name, rest, partly := strings.Cut(strings.TrimSpace(rest), " ")
	rest = strings.TrimSpace(rest)
	if file == "" || name == "" {
		return nil, fmt.Errorf("an excerpt needs a file and the name of a declaration: %s", excerptForm)
	}
	lines, err := t.declaration(file, name)
	if err != nil {
		return nil, err
	}
	if partly {
		if lines, err = between(lines, file+" "+name, rest); err != nil {
			return nil, err
		}
	}
	return fenced("go", lines), nil
}

// between returns the lines that the rest of the mark asks for.
func between(lines []string, where, rest string) ([]string, error) {
	var texts []string
	for _, word := range []string{"from ", "to "} {
		after, ok := strings.CutPrefix(rest, word)
		quoted, err := strconv.QuotedPrefix(strings.TrimSpace(after))
		if !ok || err != nil {
			return nil, fmt.Errorf("can't read %q: %s", rest, excerptForm)
		}
		rest = strings.TrimSpace(strings.TrimSpace(after)[len(quoted):])
		text, _ := strconv.Unquote(quoted) // QuotedPrefix has seen to it
		texts = append(texts, text)
	}
	if rest != "" {
		return nil, fmt.Errorf("can't read %q: %s", rest, excerptForm)
	}
	find := func(text string, from int) int {
		for i := from; i < len(lines); i++ {
			if strings.Contains(lines[i], text) {
				return i
			}
		}
		return -1
	}
	first := find(texts[0], 0)
	if first < 0 {
		return nil, fmt.Errorf("no line of %s contains %q: write what stands in the line to begin with", where, texts[0])
	}
	last := find(texts[1], first+1)
	if last < 0 {
		return nil, fmt.Errorf("in %s, no line below the one with %q contains %q: write what stands in the line to end with", where, texts[0], texts[1])
	}
	return dedented(lines[first : last+1]), nil
}

// dedented takes off the tabs that all lines begin with.
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
