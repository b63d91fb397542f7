package pages

import (
	"slices"
	"strings"

	"websocket-chat-steps/tools/pages/markdown"
)

// spellings is the page with the table of words for the Japanese pages. The second column
// has the words that they don't use, with 、 between them.
const spellings, used, notUsed = "CONTRIBUTING.ja.md", "使う", "使わない"

// checkSpelling finds words of the second column in the Japanese pages, but not in their
// code or in the table itself.
func checkSpelling(pages []*markdown.Page) (problems []markdown.Problem) {
	home := markdown.Find(pages, spellings)
	if home == nil {
		return nil // missing reports it
	}
	i := slices.IndexFunc(home.Tables, func(t markdown.Table) bool {
		return len(t.Rows) > 1 && t.Columns > 1 && t.Rows[0][0].Text == used && t.Rows[0][1].Text == notUsed
	})
	if i < 0 {
		return []markdown.Problem{home.Problem(1, "there is no table with the columns %s and %s: write it: the words of the Japanese pages are compared with it", used, notUsed)}
	}
	table := home.Tables[i]
	for _, p := range pages {
		if !p.Japanese() {
			continue
		}
		for n, line := range p.Lines {
			if p == home && n+1 >= table.Line && n <= table.Line+len(table.Rows) || inCode(p, n+1) {
				continue
			}
			for _, row := range table.Rows[1:] {
				for wrong := range strings.SplitSeq(row[1].Text, "、") {
					if strings.Contains(line, wrong) {
						problems = append(problems, p.Problem(n+1, "%q is not used: write %q (%s has the list)", wrong, row[0].Text, spellings))
					}
				}
			}
		}
	}
	return problems
}

// inCode tells whether a line is in a code block.
func inCode(p *markdown.Page, line int) bool {
	return slices.ContainsFunc(p.Code, func(c markdown.Code) bool {
		return line > c.Line && line <= c.Line+strings.Count(c.Text, "\n")
	})
}
