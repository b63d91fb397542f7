package pages

import (
	"fmt"
	"strings"

	"websocket-chat-steps/tools/pages/markdown"
	"websocket-chat-steps/tools/pages/marks"
	"websocket-chat-steps/tools/pages/runs"
)

// checkLanguages holds each page and the same page in Japanese to one shape.
func checkLanguages(pages []*markdown.Page, all []*marks.Mark) (problems []markdown.Problem) {
	for _, p := range pages {
		switch other := markdown.Find(pages, markdown.Other(p.Path)); {
		case other == nil:
			problems = append(problems, p.Problem(1, "there is no %s: write it, every page is there in English and Japanese", markdown.Other(p.Path)))
		case p.Japanese():
			problems = append(problems, compareShapes(p, other, partsOf(p, all), partsOf(other, all))...)
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

func compareShapes(p, english *markdown.Page, a, b [3][]part) (problems []markdown.Problem) {
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
		problems = append(problems, p.Problem(line,
			"%s %d differs between the languages: here %s, in %s:%d %s; make both pages the same in their headings, tables and marks",
			kind, n+1, what, english.Path, otherLine, other))
	}
	return problems
}

// partsOf are the page's headings with their levels, its tables with their sizes,
// and its marks with, for a run, what it shows.
func partsOf(p *markdown.Page, all []*marks.Mark) (parts [3][]part) {
	for _, h := range p.Headings {
		parts[0] = append(parts[0], part{line: h.Line, what: fmt.Sprintf("one of level %d", h.Level)})
	}
	for _, t := range p.Tables {
		parts[1] = append(parts[1], part{line: t.Line, what: fmt.Sprintf("%d rows and %d columns", len(t.Rows), t.Columns)})
	}
	for _, m := range all {
		if m.Page != p {
			continue
		}
		mark := part{line: m.Line, what: m.String()}
		if m.Kind == "run" {
			shown, _ := runs.Shown(m.Lines)
			mark.shows = strings.Join(shown, "\n")
		}
		parts[2] = append(parts[2], mark)
	}
	return parts
}
