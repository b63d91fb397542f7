// Package pages keeps the repository's Markdown pages true to its code, its
// commands and each other. It knows nothing of what the pages are about.
//
// Marks are HTML comments, each alone on its line. What stands between a mark
// and its closing mark is written by go -C tools generate ./pages, and tests
// hold it to the code. Files are named from the repository's root.
//
//	<!-- excerpt: FILE NAME -->                         a declaration: NewClient, Client.Write
//	<!-- excerpt: FILE NAME from "TEXT" to "TEXT" -->   lines of it, found by what they contain
//	<!-- /excerpt -->
//	<!-- diff: FILE FILE -->                            how the second differs from the first
//	<!-- diff: FILE FILE NAME -->                       the same of one declaration
//	<!-- diff: FILE FILE NAME NAME -->                  which is called otherwise in the second
//	<!-- /diff -->
//	<!-- run: COMMAND -->                               a command and what it prints
//	<!-- run: NAME=value COMMAND -->                    with an environment variable
//	<!-- run: fails: needs=race: COMMAND -->            it must not exit with 0, and needs something
//	<!-- run: numbers: COMMAND -->                      it measures: any number matches any other
//	<!-- run: numbers: zeros: COMMAND -->               but 0 only 0
//	<!-- /run -->
//
// A run is written again only when its output no longer matches what the page
// says. In the page, … matches anything within its line, and a line that is … alone
// any number of lines: what varies is written so, and whoever edits the page may
// put more of them.
//
// A mark that begins with “written by” is another generator's, and left to it.
package pages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

//go:generate go run ./write

const remedy = "run go -C tools generate ./pages"

// Problem is something in a page that isn't true or can't be read, and what to
// do about it.
type Problem struct {
	Path string // of the page, from the root
	Line int
	Text string
}

// Error is FILE:LINE: what is wrong.
func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Text)
}

// Tree is a directory with pages in it and in what is below it.
type Tree struct {
	root    string // where commands are run
	files   fs.FS
	pages   []*page // by path
	sources map[string]*source
}

// page is one Markdown file.
type page struct {
	path     string
	text     []byte
	lines    []string // of text, without their ends
	doc      ast.Node
	blocks   []*block
	problems []Problem // of its marks
}

// Open reads the pages below root, but for those of others (vendor), of tests
// (testdata), and in directories that begin with a dot.
func Open(root string) (*Tree, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	return open(root, os.DirFS(root))
}

func open(root string, files fs.FS) (*Tree, error) {
	t := &Tree{root: root, files: files, sources: make(map[string]*source)}
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != "." && (name == "testdata" || name == "vendor" || name[0] == '.'):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".md"):
			return nil
		}
		markdown, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		t.pages = append(t.pages, parse(path, markdown))
		return nil
	})
	return t, err
}

func parse(path string, markdown []byte) *page {
	p := &page{path: path, text: markdown, lines: strings.Split(string(markdown), "\n")}
	p.doc = goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(markdown))
	p.findBlocks()
	return p
}

func (t *Tree) page(path string) *page {
	if i := slices.IndexFunc(t.pages, func(p *page) bool { return p.path == path }); i >= 0 {
		return t.pages[i]
	}
	return nil
}

// lineAt returns the number of the line that holds the byte at offset.
func (p *page) lineAt(offset int) int {
	return 1 + strings.Count(string(p.text[:max(offset, 0)]), "\n")
}

// nodes calls visit with each node of the page, in their order.
func (p *page) nodes(visit func(ast.Node)) {
	ast.Walk(p.doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			visit(n)
		}
		return ast.WalkContinue, nil
	})
}

// Problems are all that can be found without running a command, in the order of
// the pages and their lines.
func (t *Tree) Problems() []Problem {
	var all []Problem
	for _, p := range t.pages {
		all = append(all, p.problems...)
		for _, b := range p.blocks {
			add := func(format string, args ...any) {
				all = append(all, Problem{p.path, b.first, fmt.Sprintf(format, args...)})
			}
			switch want, err := t.content(b); {
			case err != nil:
				add("%v", err)
			case b.kind == "run":
				if problem := b.checkForm(p.japanese()); problem != "" {
					add("%s: %s", problem, remedy)
				}
			case want != nil && !slices.Equal(want, b.lines):
				add("this %s is not what the code says (%s): %s", b.kind, firstDifference(b.lines, want), remedy)
			}
		}
		all = append(all, p.checkUnmarked()...)
		all = append(all, t.checkLinks(p)...)
	}
	all = append(all, t.checkLanguages()...)
	slices.SortStableFunc(all, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return all
}

// firstDifference tells two lists of lines apart that are not equal.
func firstDifference(page, code []string) string {
	i := 0
	for i < min(len(page), len(code)) && page[i] == code[i] {
		i++
	}
	at := func(lines []string) string {
		if i == len(lines) {
			return "nothing more"
		}
		return fmt.Sprintf("%q", lines[i])
	}
	return fmt.Sprintf("here stands %s, there %s", at(page), at(code))
}

// content is what is to stand between the marks of an excerpt or a diff. It is
// nil for other marks.
func (t *Tree) content(b *block) ([]string, error) {
	switch b.kind {
	case "excerpt":
		return t.excerpt(b.args)
	case "diff":
		return t.diff(b.args)
	case "run":
		_, err := parseRun(b.args)
		return nil, err
	}
	return nil, nil
}

// Write writes all excerpts and diffs below root anew, runs all commands, writes
// the outputs that don't match any more, and says on log what it does. If there
// are words in only, it leaves alone the pages whose path begins with none of them.
// What it can't write it leaves as it is, and returns why.
func Write(ctx context.Context, root string, log io.Writer, only ...string) error {
	t, err := Open(root)
	if err != nil {
		return err
	}
	t.pages = slices.DeleteFunc(t.pages, func(p *page) bool {
		return len(only) > 0 && !slices.ContainsFunc(only, func(o string) bool { return strings.HasPrefix(p.path, o) })
	})
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	var problems []error
	outputs := make(map[string]Output)
	for _, run := range t.Runs() {
		fmt.Fprintln(log, "$", run.Command)
		if missing := run.Missing(ctx); missing != "" {
			fmt.Fprintln(log, "left as it is:", missing)
			continue
		}
		output, err := run.Output(ctx)
		if ctx.Err() != nil {
			return fmt.Errorf("stopped, and nothing is written: %w", context.Cause(ctx))
		}
		if err != nil {
			problems = append(problems, run.blocks[0].problem(err))
			continue
		}
		outputs[run.args] = output
	}
	for _, p := range t.pages {
		for _, problem := range p.problems {
			problems = append(problems, problem)
		}
		// From the last to the first, as each may change the lines behind it.
		for _, b := range slices.Backward(p.blocks) {
			lines, err := t.content(b)
			if err != nil {
				problems = append(problems, Problem{p.path, b.first, err.Error()})
				continue
			}
			if output, ok := outputs[b.args]; ok && b.kind == "run" {
				lines = b.withOutput(output, t.root, p.japanese())
			}
			if lines != nil {
				p.lines = slices.Replace(p.lines, b.first, b.last-1, indented(lines, b.indent)...)
			}
		}
		if written := strings.Join(p.lines, "\n"); written != string(p.text) {
			fmt.Fprintln(log, p.path, "is changed")
			if err := os.WriteFile(filepath.Join(t.root, filepath.FromSlash(p.path)), []byte(written), 0o644); err != nil {
				problems = append(problems, err)
			}
		}
	}
	return errors.Join(problems...)
}
