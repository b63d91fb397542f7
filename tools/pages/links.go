package pages

import (
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// link is a link or an image.
type link struct {
	line        int
	to          string
	text, title string
}

var (
	htmlLink   = regexp.MustCompile(`\b(?:src|href)="([^"]*)"`)
	htmlAnchor = regexp.MustCompile(`\b(?:id|name)="([^"]*)"`)
	lineAnchor = regexp.MustCompile(`^L([0-9]+)(?:-L([0-9]+))?$`)
)

func (p *page) links() (links []link) {
	inHTML := func(line int, text string) {
		for _, at := range htmlLink.FindAllStringSubmatchIndex(text, -1) {
			links = append(links, link{line: line + strings.Count(text[:at[0]], "\n"), to: html.UnescapeString(text[at[2]:at[3]])})
		}
	}
	p.nodes(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Link:
			links = append(links, link{p.lineAt(n.Pos()), string(n.Destination), p.plain(n), string(n.Title)})
		case *ast.Image:
			links = append(links, link{p.lineAt(n.Pos()), string(n.Destination), p.plain(n), string(n.Title)})
		case *ast.RawHTML:
			inHTML(p.lineAt(n.Segments.At(0).Start), string(n.Segments.Value(p.text)))
		case *ast.HTMLBlock:
			inHTML(p.lineAt(n.Lines().At(0).Start), p.html(n))
		}
	})
	return links
}

// plain is the text of a node, without its markup.
func (p *page) plain(n ast.Node) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		text, ok := n.(*ast.Text)
		if !entering || !ok {
			return ast.WalkContinue, nil
		}
		value := text.Value(p.text)
		if _, code := n.Parent().(*ast.CodeSpan); !code {
			value = []byte(html.UnescapeString(string(util.UnescapePunctuations(value))))
		}
		b.Write(value)
		if text.SoftLineBreak() || text.HardLineBreak() {
			b.WriteByte(' ')
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// anchors are what a link to the page may have behind #: its headings, in
// GitHub's way of writing them, and what its HTML names.
func (p *page) anchors() []string {
	var anchors []string
	seen := make(map[string]int)
	p.nodes(func(n ast.Node) {
		var text string
		switch n := n.(type) {
		case *ast.Heading:
			slug := anchor(p.plain(n))
			seen[slug]++
			if times := seen[slug]; times > 1 {
				slug += "-" + strconv.Itoa(times-1)
			}
			anchors = append(anchors, slug)
			return
		case *ast.RawHTML:
			text = string(n.Segments.Value(p.text))
		case *ast.HTMLBlock:
			text = p.html(n)
		}
		for _, name := range htmlAnchor.FindAllStringSubmatch(text, -1) {
			anchors = append(anchors, name[1])
		}
	})
	return anchors
}

// anchor is what GitHub makes of a heading: lower case, hyphens for spaces, and
// of the rest only letters, their marks, digits, hyphens and what connects words.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}

func (t *Tree) checkLinks(p *page) []Problem {
	var problems []Problem
	for _, l := range p.links() {
		if problem := t.checkLink(p, l); problem != "" {
			problems = append(problems, Problem{p.path, l.line, fmt.Sprintf("the link to %s %s", l.to, problem)})
		}
	}
	return problems
}

// checkLink says what is wrong with a link within the repository, and the remedy.
func (t *Tree) checkLink(p *page, l link) string {
	to, err := url.Parse(l.to)
	if err != nil {
		return fmt.Sprintf("can't be read (%v): write it anew", err)
	}
	if to.Scheme != "" || to.Host != "" {
		return "" // it leads out, and tests need no network
	}
	file := path.Join(path.Dir(p.path), to.Path)
	switch {
	case to.Path == "":
		file = p.path
	case strings.HasPrefix(to.Path, "/"): // GitHub takes it from the root
		file = path.Join(".", to.Path[1:])
	}
	if !fs.ValidPath(file) {
		return "leads out of the repository: write where it is on the web"
	}
	if _, err := fs.Stat(t.files, file); err != nil {
		return "leads nowhere, there is no " + file + ": mend it, or write that file"
	}
	if to.Fragment == "" {
		return ""
	}
	if target := t.page(file); target != nil {
		anchors := target.anchors()
		for _, a := range anchors {
			if a == to.Fragment {
				return ""
			}
		}
		return fmt.Sprintf("leads to no heading: write one of #%s", strings.Join(near(to.Fragment, anchors), ", #"))
	}
	lines := lineAnchor.FindStringSubmatch(to.Fragment)
	if lines == nil || path.Ext(file) != ".go" {
		return "names a place that nothing can keep true: behind # write a page's heading, or L and the line of a Go file"
	}
	first, _ := strconv.Atoi(lines[1]) // digits: the pattern says so
	last := first
	if lines[2] != "" {
		last, _ = strconv.Atoi(lines[2])
	}
	return t.checkLines(file, first, last, l)
}

// checkLines says what is wrong with a link to lines of a Go file. Its text, or
// its title, names the declaration that they are in: so it is seen when they move.
func (t *Tree) checkLines(file string, first, last int, l link) string {
	s, err := t.source(file)
	if err != nil {
		return err.Error()
	}
	var named string
	for _, d := range s.decls {
		if d.name == l.text || d.name == l.title {
			if d.first <= first && first <= last && last <= d.last {
				return ""
			}
			named += fmt.Sprintf("; %s is at #L%d-L%d", d.name, d.first, d.last)
		}
	}
	for _, d := range s.decls {
		if d.first <= first && first <= last && last <= d.last {
			return fmt.Sprintf("is called %q and leads into %s: call it `%s`, in its text or title, or mend the line%s", l.text, d.name, d.name, named)
		}
	}
	return fmt.Sprintf("leads into no declaration of %s, which has %d lines: mend the line%s", file, len(s.lines), named)
}
