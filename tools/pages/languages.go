package pages

import (
	"fmt"
	"strings"

	"websocket-chat-steps/tools/pages/markdown"
	"websocket-chat-steps/tools/pages/marks"
	"websocket-chat-steps/tools/pages/runs"
)

// forAssistants is the page that is for programs. They read English.
const forAssistants = "AGENTS.md"

// checkLanguages checks that each page and its Japanese page have the same structure.
func checkLanguages(pages []*markdown.Page, all []*marks.Mark) (problems []markdown.Problem) {
	for _, p := range pages {
		switch other := markdown.Find(pages, markdown.Other(p.Path)); {
		case p.Path == forAssistants:
		case other == nil:
			problems = append(problems, p.Problem(1, "there is no %s: write it, every page is there in English and Japanese", markdown.Other(p.Path)))
		case p.Japanese():
			problems = append(problems, compareShapes(p, other, partsOf(p, all), partsOf(other, all))...)
		}
	}
	return problems
}

// part is a heading, table or mark, without the words of its language.
type part struct {
	line  int
	what  string
	shows string // of a run
}

func compareShapes(p, english *markdown.Page, a, b [3][]part) (problems []markdown.Problem) {
	at := func(parts []part, n int) part {
		if n < len(parts) {
			return parts[n]
		}
		return part{line: 1, what: "none"}
	}
	for i, kind := range []string{"heading", "table", "mark"} {
		for n := range max(len(a[i]), len(b[i])) {
			here, there := at(a[i], n), at(b[i], n)
			if here.what == there.what && here.shows == there.shows {
				continue
			}
			if here.what == there.what {
				there.what += ", which shows something else"
			}
			problems = append(problems, p.Problem(here.line,
				"%s %d differs between the languages: here %s, in %s:%d %s; make both pages the same in their headings, tables and marks",
				kind, n+1, here.what, english.Path, there.line, there.what))
			break
		}
	}
	return problems
}

// partsOf returns the page's headings with their levels, its tables with their sizes,
// and its marks. For a run it also has what the page shows.
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
