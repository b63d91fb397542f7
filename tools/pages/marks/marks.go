// Package marks finds the marks in a page. A mark is an HTML comment, alone on its line.
// It says which text is between it and its closing mark. The package doesn't know how
// this text is made.
package marks

import (
	"regexp"
	"slices"
	"strings"

	"websocket-chat-steps/tools/pages/markdown"
)

// Mark is a mark, its closing mark, and the lines between them.
type Mark struct {
	Page   *markdown.Page
	Kind   string   // one of the kinds of Find
	Args   string   // after the colon
	Line   int      // of the mark
	Lines  []string // between the two, without the indent
	last   int      // the line of the closing mark
	indent string
}

// Problem returns a problem at the mark.
func (m *Mark) Problem(format string, args ...any) markdown.Problem {
	return m.Page.Problem(m.Line, format, args...)
}

// String returns the mark as the page has it.
func (m *Mark) String() string {
	if m.Args == "" {
		return "<!-- " + m.Kind + " -->"
	}
	return "<!-- " + m.Kind + ": " + m.Args + " -->"
}

// Write puts the lines between the two marks, with their indent. It moves the lines
// below, so the caller must begin with a page's last mark.
func (m *Mark) Write(lines []string) {
	indented := make([]string, len(lines))
	for i, l := range lines {
		if l != "" {
			indented[i] = m.indent + l
		}
	}
	m.Page.Lines = slices.Replace(m.Page.Lines, m.Line, m.last-1, indented...)
}

// Find finds the page's marks of these kinds, and what is wrong with them.
func Find(p *markdown.Page, kinds ...string) (found []*Mark, problems []markdown.Problem) {
	var open *Mark
	for _, c := range p.Comments {
		add := func(format string, args ...any) { problems = append(problems, p.Problem(c.Line, format, args...)) }
		text := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(c.Text, "<!--"), "-->"))
		name, closes := strings.CutPrefix(text, "/")
		name, args, colon := strings.Cut(name+" ", ": ")
		name, args = strings.TrimSpace(name), strings.TrimSpace(args)
		kind := ""
		if i := slices.IndexFunc(kinds, func(k string) bool { return startsWith(name, k) }); i >= 0 {
			kind = kinds[i]
		}
		words := len(strings.Fields(name))
		switch {
		case !closes && kind == "" && (!colon || words != 1 && words != 2):
			// a comment like any other
		case !c.Alone: // or it is in a quotation, or right after a list's bullet
			add("the mark <!-- %s --> must be alone on its line, with nothing but text or an empty line above it: put it there", text)
		case closes && (open == nil || open.Kind != name):
			add("<!-- /%s --> closes nothing: put its mark above it, or delete it", name)
		case closes:
			open.last = c.Line
			for _, l := range p.Lines[open.Line : c.Line-1] {
				open.Lines = append(open.Lines, strings.TrimPrefix(l, open.indent))
			}
			found, open = append(found, open), nil
		case kind != name && kind != "":
			add("the mark <!-- %s --> needs a colon and a space: write <!-- %s: … -->", text, kind)
		case kind == "":
			add("there is no mark %q: write one of %s, or a comment without a colon", name, strings.Join(kinds, ", "))
		case open != nil:
			add("this %s is within the %s of line %d: put <!-- /%s --> above it", name, open.Kind, open.Line, open.Kind)
		default:
			l := p.Lines[c.Line-1]
			open = &Mark{Page: p, Kind: name, Args: args, Line: c.Line, indent: l[:len(l)-len(strings.TrimLeft(l, " \t"))]}
		}
	}
	if open != nil {
		problems = append(problems, open.Problem("this %s has no end: put <!-- /%s --> below it, outside of any code", open.Kind, open.Kind))
	}
	return found, problems
}

// startsWith tells whether the first words of name are those of kind.
func startsWith(name, kind string) bool {
	rest, ok := strings.CutPrefix(name, kind)
	return ok && (rest == "" || rest[0] == ' ' || rest[0] == ':')
}

// output matches text that only a program prints.
var output = regexp.MustCompile(`WARNING: DATA RACE|--- FAIL|goroutine \d+ \[|(?m:^ok  \t)`)

// Unmarked finds text that looks like code or output and is between no marks.
func Unmarked(p *markdown.Page, marks []*Mark) (problems []markdown.Problem) {
	for _, code := range p.Code {
		add := func(format string, args ...any) { problems = append(problems, p.Problem(code.Line, format, args...)) }
		switch {
		case slices.ContainsFunc(marks, func(m *Mark) bool { return m.Page == p && m.Line < code.Line && code.Line < m.last }):
		case output.MatchString(code.Text):
			add("%q is a program's output, and nothing keeps it true: put it between <!-- run: COMMAND --> and <!-- /run -->", output.FindString(code.Text))
		case code.Language == "console" && strings.Contains("\n"+code.Text, "\n$ "):
			add("a console block with a prompt shows output, and nothing keeps it true: put it between <!-- run: COMMAND --> and <!-- /run -->, or write only the commands, without $")
		case code.Language == "go" && strings.Count(code.Text, "\n") >= 3:
			add("nothing keeps this code true: put it between <!-- excerpt: FILE NAME --> and <!-- /excerpt -->, or show less than three lines")
		}
	}
	return problems
}
