package pages

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"websocket-chat-steps/tools/pages/markdown"
)

// workshop is the teacher's page. A plan in it adds up, talks to nobody for too
// long, and is the same in both languages; each block says all that the teacher needs.
const workshop = "docs/workshop.md"

// longestTalk is how many minutes may be talked in one piece.
const longestTalk = 20

// planned are the minutes of the plans.
var planned = []int{45, 90}

// wording is what the two pages have different words for.
type wording struct {
	plan   *regexp.Regexp // the heading of a plan, with its minutes
	blocks string         // the heading above the blocks
	kinds  []string       // talk, type, discuss, break
	parts  []string       // of a block, in their order
}

// The kinds, as places in a wording's list.
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
	kinds:  []string{"話す", "打つ", "話し合う", "休憩"},
	parts:  []string{"**ねらい。**", "**先に聞く。**", "**打つ。**", "**見えるもの。**", "**ありがちな誤解。**", "**遅れたら。**"},
}

// row is a row of a plan: its line, and what is the same in both languages.
type row struct{ line, plan, minutes, kind, block int }

// checkWorkshop holds the teacher's pages to what a plan has to be.
func checkWorkshop(pages []*markdown.Page) (problems []markdown.Problem) {
	english := markdown.Find(pages, workshop)
	if english == nil {
		return nil
	}
	rows, problems := checkPlans(english, inEnglish)
	japanese := markdown.Find(pages, markdown.Other(workshop))
	if japanese == nil {
		return problems
	}
	translated, more := checkPlans(japanese, inJapanese)
	problems = append(problems, more...)
	for i := range min(len(rows), len(translated)) { // that there are as many, checkLanguages sees to
		here, there := translated[i], rows[i]
		here.line = there.line
		if here != there {
			problems = append(problems, japanese.Problem(translated[i].line, "this row has other minutes, another kind or another block than %s:%d: make them the same", english.Path, there.line))
		}
	}
	return problems
}

// checkPlans returns the rows of a page's plans, and all that is wrong with them
// and with the blocks.
func checkPlans(p *markdown.Page, w wording) (rows []row, problems []markdown.Problem) {
	add := func(line int, format string, args ...any) {
		problems = append(problems, p.Problem(line, format, args...))
	}
	blocks := blocksOf(p, w)
	used := make(map[string]bool)
	var all []int
	for i, h := range p.Headings {
		words := w.plan.FindStringSubmatch(h.Text)
		if words == nil {
			continue
		}
		minutes, _ := strconv.Atoi(words[1]) // digits: the pattern says so
		all = append(all, minutes)
		sum, talking := 0, 0
		for _, t := range p.Tables {
			if t.Line < h.Line || t.Line >= endOf(p, i) {
				continue
			}
			for j, cells := range t.Rows[1:] {
				r := row{line: t.Line + 2 + j, plan: len(all)}
				name, problem := r.read(cells, w, blocks)
				if problem != "" {
					add(r.line, "%s", problem)
				}
				used[name] = true
				rows, sum = append(rows, r), sum+r.minutes
				if r.kind != talk {
					talking = 0
				} else if talking += r.minutes; talking > longestTalk {
					add(r.line, "the plan of %d minutes talks for %d in one piece, up to %q: put something to do in between", minutes, talking, name)
				}
			}
		}
		if sum != minutes {
			add(h.Line, "the plan of %d minutes adds up to %d: change the minutes of its rows", minutes, sum)
		}
	}
	if !slices.Equal(all, planned) {
		add(1, "there are plans of %v minutes, and should be of %v: a plan's heading is %s", all, planned, w.plan)
	}
	for _, b := range blocks {
		if !used[b.Text] {
			add(b.Line, "the block %q is in no plan: put it into one, or delete it", b.Text)
		}
		for _, problem := range b.checkParts(w) {
			add(b.Line, "%s", problem)
		}
	}
	return rows, problems
}

// read reads a row's cells. It returns the name of the block, and what is wrong.
func (r *row) read(cells []markdown.Cell, w wording, blocks []block) (name, problem string) {
	minutes, err := strconv.Atoi(cells[0].Text)
	if err != nil || len(cells) != 3 {
		return "", fmt.Sprintf("a row must be | minutes | block | kind |, and this begins with %q", cells[0].Text)
	}
	name = cells[1].Text
	r.minutes, r.kind = minutes, slices.Index(w.kinds, cells[2].Text)
	r.block = slices.IndexFunc(blocks, func(b block) bool { return b.Text == name })
	switch {
	case r.kind < 0:
		problem = fmt.Sprintf("there is no kind %q: write one of %s", cells[2].Text, strings.Join(w.kinds, ", "))
	case r.kind == pause:
	case cells[1].To == "":
		problem = fmt.Sprintf("%q must be a link to its block: write [NAME](#name)", name)
	case r.block < 0:
		problem = fmt.Sprintf("%q has no section: write ### %s, below ## %s", name, name, w.blocks)
	case cells[1].To != "#"+blocks[r.block].Anchor:
		problem = fmt.Sprintf("the link of %q leads to %s: write #%s", name, cells[1].To, blocks[r.block].Anchor)
	}
	return name, problem
}

// block is a part of the lesson: its heading, and the text below it.
type block struct {
	markdown.Heading
	text string
}

func blocksOf(p *markdown.Page, w wording) (blocks []block) {
	within := false
	for i, h := range p.Headings {
		switch {
		case h.Level <= 2:
			within = h.Text == w.blocks
		case h.Level == 3 && within:
			blocks = append(blocks, block{h, strings.Join(p.Lines[h.Line:endOf(p, i)-1], "\n")})
		}
	}
	return blocks
}

// endOf is the line of the heading behind that one, or the one behind the last.
func endOf(p *markdown.Page, heading int) int {
	if heading+1 < len(p.Headings) {
		return p.Headings[heading+1].Line
	}
	return len(p.Lines) + 1
}

// checkParts finds the parts that the block lacks.
func (b block) checkParts(w wording) (problems []string) {
	rest := b.text
	for _, aim := range w.parts {
		_, after, found := strings.Cut(rest, aim)
		if !found {
			problems = append(problems, fmt.Sprintf("the block %q has no %s, or not in its place: write it", b.Text, aim))
			continue
		}
		rest = after
		if said, _, _ := strings.Cut(after, "\n**"); strings.TrimSpace(said) == "" {
			problems = append(problems, fmt.Sprintf("in the block %q nothing stands behind %s: write it", b.Text, aim))
		}
	}
	return problems
}
