package pages

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"websocket-chat-steps/tools/pages/markdown"
)

// workshop is the teacher's page. The minutes of a plan must add up, row by row, and the
// teacher must not talk for too long. A plan must be the same in both languages. Each
// block must have all that the teacher needs.
const workshop = "docs/workshop.md"

// longestTalk is how many minutes the teacher may talk without a pause.
const longestTalk = 20

// planned are the lengths of the plans in minutes.
var planned = []int{45, 90}

// wording has the words that differ between the two pages.
type wording struct {
	plan   *regexp.Regexp // the heading of a plan, with its minutes
	blocks string         // the heading above the blocks
	kinds  []string       // talk, type, discuss, break
	parts  []string       // of a block, in their order
}

// The kinds, as indexes of a wording's list.
const (
	talk  = 0
	pause = 3
)

var inEnglish = wording{
	plan:   regexp.MustCompile(`^The plan of (\d+) minutes$`),
	blocks: "The blocks",
	kinds:  []string{"talk", "type", "discuss", "break"},
	parts:  []string{"**Aim.**", "**Ask first.**", "**Type.**", "**The room sees.**", "**Misunderstanding.**", "**When late, cut.**"},
}

var inJapanese = wording{
	plan:   regexp.MustCompile(`^(\d+) 分の進め方$`),
	blocks: "ブロック",
	kinds:  []string{"話す", "操作", "話し合う", "休憩"},
	parts:  []string{"**ねらい**：", "**質問**：", "**操作**：", "**結果**：", "**よくある誤解**：", "**時間がなければ**："},
}

// row is a row of a plan: its line, and what both languages have in common.
type row struct{ line, minutes, kind, block int }

// checkWorkshop checks the plans of the teacher's pages.
func checkWorkshop(pages []*markdown.Page) (problems []markdown.Problem) {
	english, japanese := markdown.Find(pages, workshop), markdown.Find(pages, markdown.Other(workshop))
	if english == nil || japanese == nil {
		return nil
	}
	rows, problems := checkPlans(english, inEnglish)
	translated, more := checkPlans(japanese, inJapanese)
	problems = append(problems, more...)
	for i := range min(len(rows), len(translated)) { // checkLanguages checks that both have as many rows
		here, there := translated[i], rows[i]
		if there.line = here.line; here != there {
			problems = append(problems, japanese.Problem(here.line, "this row has other minutes, another kind or another block than %s:%d: make them the same", workshop, rows[i].line))
		}
	}
	return problems
}

// checkPlans returns the rows of a page's plans, and all that is wrong with the plans and
// the blocks.
func checkPlans(p *markdown.Page, w wording) (rows []row, problems []markdown.Problem) {
	add := func(line int, format string, args ...any) {
		problems = append(problems, p.Problem(line, format, args...))
	}
	blocks := blocksOf(p, w)
	used := make(map[string]bool)
	var plans []int
	for _, heading := range p.Headings {
		words := w.plan.FindStringSubmatch(heading.Text)
		i := slices.IndexFunc(p.Tables, func(t markdown.Table) bool { return heading.Line < t.Line && t.Line < endOf(p, heading) })
		switch {
		case words == nil:
			continue
		case i < 0 || p.Tables[i].Columns != 4:
			add(heading.Line, "this plan has no table with four columns: write | at | minutes | block | kind | and its rows below it")
			continue
		}
		minutes, _ := strconv.Atoi(words[1]) // digits: the pattern says so
		plans = append(plans, minutes)
		sum, talking := 0, 0
		for j, cells := range p.Tables[i].Rows[1:] {
			line, name := p.Tables[i].Line+2+j, cells[2].Text
			r := row{line, 0, slices.Index(w.kinds, cells[3].Text), slices.IndexFunc(blocks, func(b markdown.Heading) bool { return b.Text == name })}
			var err error
			r.minutes, err = strconv.Atoi(cells[1].Text)
			switch {
			case err != nil:
				add(line, "a row must be | at | minutes | block | kind |, and the minutes of this are %q", cells[1].Text)
			case cells[0].Text != strconv.Itoa(sum):
				add(line, "%q begins after %d minutes, and the row says %q: write %d", name, sum, cells[0].Text, sum)
			case r.kind < 0:
				add(line, "there is no kind %q: write one of %s", cells[3].Text, strings.Join(w.kinds, ", "))
			case r.kind == pause:
			case cells[2].To == "":
				add(line, "%q must be a link to its block: write [NAME](#name)", name)
			case r.block < 0:
				add(line, "%q has no section: write ### %s, below ## %s", name, name, w.blocks)
			case cells[2].To != "#"+blocks[r.block].Anchor:
				add(line, "the link of %q leads to %s: write #%s", name, cells[2].To, blocks[r.block].Anchor)
			}
			rows, sum, talking, used[name] = append(rows, r), sum+r.minutes, talking+r.minutes, true
			if r.kind != talk {
				talking = 0
			} else if talking > longestTalk {
				add(line, "in the plan of %d minutes the teacher talks for %d without a pause, up to %q: put something to do in between", minutes, talking, name)
			}
		}
		if sum != minutes {
			add(heading.Line, "the plan of %d minutes adds up to %d: change the minutes of its rows", minutes, sum)
		}
	}
	if !slices.Equal(plans, planned) {
		add(1, "there are plans of %v minutes, and should be of %v: a plan's heading is %s", plans, planned, w.plan)
	}
	for _, b := range blocks {
		if !used[b.Text] {
			add(b.Line, "the block %q is in no plan: put it into one, or delete it", b.Text)
		}
		rest := strings.Join(p.Lines[b.Line:endOf(p, b)-1], "\n")
		for _, aim := range w.parts {
			_, after, found := strings.Cut(rest, aim)
			if !found {
				add(b.Line, "the block %q has no %s, or not in its place: write it", b.Text, aim)
				continue
			}
			rest = after
			if said, _, _ := strings.Cut(after, "\n**"); strings.TrimSpace(said) == "" {
				add(b.Line, "in the block %q nothing follows %s: write it", b.Text, aim)
			}
		}
	}
	return rows, problems
}

// blocksOf returns the headings of the blocks.
func blocksOf(p *markdown.Page, w wording) (blocks []markdown.Heading) {
	within := false
	for _, h := range p.Headings {
		if h.Level <= 2 {
			within = h.Text == w.blocks
		} else if within {
			blocks = append(blocks, h)
		}
	}
	return blocks
}

// endOf returns the line of the next heading, or the one after the page's last line.
func endOf(p *markdown.Page, heading markdown.Heading) int {
	for _, h := range p.Headings {
		if h.Line > heading.Line {
			return h.Line
		}
	}
	return len(p.Lines) + 1
}
