package pages

import (
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
	table "github.com/yuin/goldmark/extension/ast"
)

const japaneseEnd = ".ja.md"

func (p *page) japanese() bool { return strings.HasSuffix(p.path, japaneseEnd) }

// checkLanguages holds each page and the same page in Japanese to one shape.
func (t *Tree) checkLanguages() []Problem {
	var problems []Problem
	for _, p := range t.pages {
		other := strings.TrimSuffix(p.path, ".md") + japaneseEnd
		if p.japanese() {
			other = strings.TrimSuffix(p.path, japaneseEnd) + ".md"
		}
		translated := t.page(other)
		if translated == nil {
			problems = append(problems, Problem{p.path, 1, fmt.Sprintf("there is no %s: write it, every page is there in English and Japanese", other)})
		} else if p.japanese() {
			problems = append(problems, compareShapes(p, translated)...)
		}
	}
	return problems
}

// part is what both languages have in common of a heading, table or mark.
type part struct {
	line  int
	what  string
	shows string // of a run
}

func (p part) same(q part) bool { return p.what == q.what && p.shows == q.shows }

func compareShapes(p, english *page) []Problem {
	var problems []Problem
	a, b := p.parts(), english.parts()
	for i, kind := range []string{"heading", "table", "mark"} {
		here, there := a[i], b[i]
		n := 0
		for n < min(len(here), len(there)) && here[n].same(there[n]) {
			n++
		}
		if n == max(len(here), len(there)) {
			continue
		}
		at := func(parts []part) (int, string) {
			if n == len(parts) {
				return 1, "none"
			}
			return parts[n].line, parts[n].what
		}
		line, what := at(here)
		otherLine, other := at(there)
		if other == what {
			other += ", which shows something else"
		}
		problems = append(problems, Problem{p.path, line, fmt.Sprintf(
			"%s %d differs between the languages: here %s, in %s:%d %s; make both pages the same in their headings, tables and marks",
			kind, n+1, what, english.path, otherLine, other)})
	}
	return problems
}

// parts are the page's headings with their levels, its tables with their sizes,
// and its marks with, for a run, what it shows.
func (p *page) parts() (parts [3][]part) {
	p.nodes(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Heading:
			parts[0] = append(parts[0], part{line: p.lineAt(n.Pos()), what: fmt.Sprintf("one of level %d", n.Level)})
		case *table.Table:
			parts[1] = append(parts[1], part{line: p.lineAt(n.Pos()), what: fmt.Sprintf("%d rows and %d columns", n.ChildCount(), len(n.Alignments))})
		}
	})
	for _, b := range p.blocks {
		mark := part{line: b.first, what: "<!-- " + b.kind + ": " + b.args + " -->"}
		if b.kind == "run" {
			shown, _ := b.shown()
			mark.shows = strings.Join(shown, "\n")
		}
		parts[2] = append(parts[2], mark)
	}
	return parts
}
