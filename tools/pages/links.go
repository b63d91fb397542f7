package pages

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"websocket-chat-steps/tools/pages/alike"
	"websocket-chat-steps/tools/pages/code"
	"websocket-chat-steps/tools/pages/markdown"
)

var lineAnchor = regexp.MustCompile(`^L([0-9]+)(?:-L([0-9]+))?$`)

// checkLinks checks that each link within the repository leads to the right place.
func checkLinks(pages []*markdown.Page, files code.Files) (problems []markdown.Problem) {
	for _, p := range pages {
		for _, l := range p.Links {
			if problem := checkLink(p, l, pages, files); problem != "" {
				problems = append(problems, p.Problem(l.Line, "the link to %s %s", l.To, problem))
			}
		}
	}
	return problems
}

// checkLink says what is wrong with a link, and what to do.
func checkLink(p *markdown.Page, l markdown.Link, pages []*markdown.Page, files code.Files) string {
	to, err := url.Parse(l.To)
	if err != nil {
		return fmt.Sprintf("can't be read (%v): write it again", err)
	}
	if to.Scheme != "" || to.Host != "" {
		return "" // it leads to another site, and tests use no network
	}
	file := path.Join(path.Dir(p.Path), to.Path)
	switch {
	case to.Path == "":
		file = p.Path
	case strings.HasPrefix(to.Path, "/"): // for GitHub this is a path from the root
		file = path.Join(".", to.Path[1:])
	}
	if !fs.ValidPath(file) {
		return "leads out of the repository: write its address on the web"
	}
	if _, err := fs.Stat(files, file); err != nil {
		return "leads nowhere, there is no " + file + ": correct the link, or write that file"
	}
	if to.Fragment == "" {
		return ""
	}
	if target := markdown.Find(pages, file); target != nil {
		if slices.Contains(target.Anchors, to.Fragment) {
			return ""
		}
		return "leads to no heading: write one of #" + strings.ReplaceAll(alike.Near(to.Fragment, target.Anchors), ", ", ", #")
	}
	lines := lineAnchor.FindStringSubmatch(to.Fragment)
	if lines == nil || path.Ext(file) != ".go" {
		return "names a place that nothing can keep true: after # write a page's heading, or L and the line of a Go file"
	}
	first, _ := strconv.Atoi(lines[1]) // digits: the pattern says so
	last := first
	if lines[2] != "" {
		last, _ = strconv.Atoi(lines[2])
	}
	read, err := files.File(file)
	if err != nil {
		return err.Error()
	}
	return checkLines(read, file, first, last, l)
}

// checkLines says what is wrong with a link to lines of a Go file. The link's text or
// title names the declaration of these lines. So checkLines sees when the lines move.
func checkLines(read *code.File, file string, first, last int, l markdown.Link) string {
	var in, named string
	for _, d := range read.Decls {
		isIn := d.First <= first && first <= last && last <= d.Last
		isNamed := d.Name == l.Text || d.Name == l.Title
		switch {
		case isIn && isNamed:
			return ""
		case isNamed:
			named += fmt.Sprintf("; %s is at #L%d-L%d", d.Name, d.First, d.Last)
		case isIn && in == "":
			in = d.Name
		}
	}
	if in != "" {
		return fmt.Sprintf("is called %q and leads into %s: call it `%s`, in its text or title, or correct the line%s", l.Text, in, in, named)
	}
	return fmt.Sprintf("leads into no declaration of %s, which has %d lines: correct the line%s", file, len(read.Lines), named)
}
