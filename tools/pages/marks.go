package pages

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// kinds are the marks of this package.
var kinds = []string{"excerpt", "diff", "run"}

// block is a mark, its closing mark, and what stands between them.
type block struct {
	path   string // of its page
	kind   string // one of kinds, or another generator's word
	args   string
	first  int // the line of the mark, counted from 1
	last   int // the line of the closing mark
	indent string
	lines  []string // between the two, without the indent
}

func (b *block) problem(err error) Problem {
	return Problem{b.path, b.first, err.Error()}
}

// findBlocks finds the page's marks, and what is wrong with them.
func (p *page) findBlocks() {
	var open *block
	p.comments(func(line int, comment string, alone bool) {
		problem := func(format string, args ...any) {
			p.problems = append(p.problems, Problem{p.path, line, fmt.Sprintf(format, args...)})
		}
		text := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(comment, "<!--"), "-->"))
		name, closes := strings.CutPrefix(text, "/")
		name, args, colon := strings.Cut(name+" ", ": ")
		name, args = strings.TrimSpace(name), strings.TrimSpace(args)
		words := strings.Fields(name)
		switch known := len(words) > 0 && slices.Contains(kinds, strings.TrimSuffix(words[0], ":")); {
		case !closes && !known && (!colon || len(words) != 1 && len(words) != 2):
			return // a comment like any other
		case !alone || strings.TrimSpace(p.lines[line-1]) != comment: // in a quotation, or right behind a list's bullet
			problem("the mark <!-- %s --> must be alone on its line, with nothing but text or an empty line above it: put it there", text)
		case closes && (open == nil || open.kind != name):
			problem("<!-- /%s --> closes nothing: put <!-- %s: … --> above it, or delete it", name, name)
		case closes:
			open.last = line
			for _, l := range p.lines[open.first : line-1] {
				open.lines = append(open.lines, strings.TrimPrefix(l, open.indent))
			}
			p.blocks = append(p.blocks, open)
			open = nil
		case known && (!colon || len(words) > 1):
			problem("the mark <!-- %s --> needs a colon and a space: write <!-- %s: … -->", text, strings.TrimSuffix(words[0], ":"))
		case !known && !strings.HasPrefix(args, "written by "):
			problem("there is no mark %q: write one of %s, or a comment without a colon", name, strings.Join(kinds, ", "))
		case open != nil:
			problem("this %s stands within the %s of line %d: put <!-- /%s --> above it", name, open.kind, open.first, open.kind)
		default:
			l := p.lines[line-1]
			open = &block{path: p.path, kind: name, args: args, first: line, indent: l[:len(l)-len(strings.TrimLeft(l, " \t"))]}
		}
	})
	if open != nil {
		p.problems = append(p.problems, Problem{p.path, open.first,
			fmt.Sprintf("this %s has no end: put <!-- /%s --> below it, outside of any code", open.kind, open.kind)})
	}
}

var htmlComment = regexp.MustCompile(`(?s)<!--.*?(-->|$)`)

// comments calls visit with each HTML comment that is one for Markdown too, so
// not with those in code.
func (p *page) comments(visit func(line int, comment string, alone bool)) {
	p.nodes(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.RawHTML:
			for _, comment := range htmlComment.FindAllString(string(n.Segments.Value(p.text)), -1) {
				visit(p.lineAt(n.Segments.At(0).Start), comment, false)
			}
		case *ast.HTMLBlock:
			text := p.html(n)
			start := p.lineAt(n.Lines().At(0).Start)
			for _, at := range htmlComment.FindAllStringIndex(text, -1) {
				comment := text[at[0]:at[1]]
				alone := n.HTMLBlockType == ast.HTMLBlockType2 && strings.TrimSpace(text) == comment && !strings.Contains(comment, "\n")
				visit(start+strings.Count(text[:at[0]], "\n"), comment, alone)
			}
		}
	})
}

func (p *page) html(n *ast.HTMLBlock) string {
	text := string(n.Lines().Value(p.text))
	if n.HasClosure() {
		text += string(n.ClosureLine.Value(p.text))
	}
	return text
}

// output is what only a program prints.
var output = regexp.MustCompile(`WARNING: DATA RACE|--- FAIL|goroutine \d+ \[|(?m:^ok  \t)`)

// checkUnmarked finds what looks like code or output and is not held to any.
func (p *page) checkUnmarked() (problems []Problem) {
	p.nodes(func(n ast.Node) {
		code, ok := n.(*ast.FencedCodeBlock)
		if !ok || code.Lines().Len() == 0 {
			return
		}
		line := p.lineAt(code.Lines().At(0).Start) - 1
		if slices.ContainsFunc(p.blocks, func(b *block) bool { return b.first < line && line < b.last }) {
			return
		}
		text := string(code.Lines().Value(p.text))
		language := string(code.Language(p.text))
		problem := func(text string) { problems = append(problems, Problem{p.path, line, text}) }
		switch {
		case output.MatchString(text):
			problem(fmt.Sprintf("%q is a program's output, and nothing keeps it true: put it between <!-- run: COMMAND --> and <!-- /run -->", output.FindString(text)))
		case language == "console" && strings.Contains("\n"+text, "\n$ "):
			problem("a console block with a prompt shows output, and nothing keeps it true: put it between <!-- run: COMMAND --> and <!-- /run -->, or write the commands alone, without $")
		case language == "go" && code.Lines().Len() >= 3:
			problem("nothing keeps this code true: put it between <!-- excerpt: FILE NAME --> and <!-- /excerpt -->, or show less than three lines")
		}
	})
	return problems
}

// fenced puts lines into a code block.
func fenced(language string, lines []string) []string {
	fence := "```"
	for strings.Contains(strings.Join(lines, "\n"), fence) {
		fence += "`"
	}
	return slices.Concat([]string{fence + language}, lines, []string{fence})
}

// indented puts the indent before each line that isn't empty.
func indented(lines []string, indent string) []string {
	var out []string
	for _, l := range lines {
		if l != "" {
			l = indent + l
		}
		out = append(out, l)
	}
	return out
}
