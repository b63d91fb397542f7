// Package docs_test holds the teacher's pages to what a plan has to be: its
// minutes add up, nobody is talked to for too long, and each block says all that
// the teacher needs.
package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// longestTalk is how many minutes may be talked in one piece.
const longestTalk = 20

// language is what the two pages have different words for.
type language struct {
	file   string
	plan   *regexp.Regexp // the heading of a plan, with its minutes
	blocks string         // the heading above the blocks
	kinds  []string       // talk, type, discuss, break
	parts  []string       // of a block, in their order
}

var languages = []language{
	{
		file:   "workshop.md",
		plan:   regexp.MustCompile(`^## The plan of (\d+) minutes$`),
		blocks: "## The blocks",
		kinds:  []string{"talk", "type", "discuss", "break"},
		parts:  []string{"**Aim.**", "**Ask first.**", "**Type.**", "**The room sees.**", "**Misunderstanding.**", "**When late, cut.**"},
	},
	{
		file:   "workshop.ja.md",
		plan:   regexp.MustCompile(`^## (\d+) 分の進め方$`),
		blocks: "## ブロック",
		kinds:  []string{"話す", "打つ", "話し合う", "休憩"},
		parts:  []string{"**ねらい。**", "**先に聞く。**", "**打つ。**", "**見えるもの。**", "**ありがちな誤解。**", "**遅れたら。**"},
	},
}

// The kinds, as places in a language's list.
const (
	talk = iota
	_
	_
	pause
)

// plan is one table.
type plan struct {
	minutes int // as its heading has it
	rows    []row
}

type row struct {
	minutes int
	block   string // its name
	anchor  string // of its section; empty for a break
	kind    int    // of the language's kinds
}

// section is a block's, by its heading.
type section struct {
	name string
	text string
}

var (
	tableRow  = regexp.MustCompile(`^\| (\d+) \| (.+) \| (\S+) \|$`)
	blockLink = regexp.MustCompile(`^\[(.+)\]\(#(.+)\)$`)
)

// read finds the plans and the blocks in a page, and what can't be read of them.
func (l language) read(page string) (plans []plan, sections []section, problems []string) {
	inBlocks := false
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\r\n")
		heading := l.plan.FindStringSubmatch(line)
		switch {
		case heading != nil:
			minutes, _ := strconv.Atoi(heading[1]) // digits: the pattern says so
			plans = append(plans, plan{minutes: minutes})
		case strings.HasPrefix(line, "## "):
			inBlocks = line == l.blocks
		case inBlocks && strings.HasPrefix(line, "### "):
			sections = append(sections, section{name: strings.TrimPrefix(line, "### ")})
		case inBlocks && len(sections) > 0:
			sections[len(sections)-1].text += line + "\n"
		case len(plans) > 0 && !inBlocks && strings.HasPrefix(line, "| "):
			p := &plans[len(plans)-1]
			r, problem := l.row(line)
			switch {
			case problem == "":
				p.rows = append(p.rows, r)
			case len(p.rows) > 0 || !strings.HasPrefix(line, "| --- ") && !strings.HasPrefix(line, "| minutes ") && !strings.HasPrefix(line, "| 分 "):
				problems = append(problems, problem)
			}
		}
	}
	return plans, sections, problems
}

func (l language) row(line string) (row, string) {
	cells := tableRow.FindStringSubmatch(line)
	if cells == nil {
		return row{}, fmt.Sprintf("a row must be | minutes | block | kind |, and this is %s", line)
	}
	minutes, _ := strconv.Atoi(cells[1])
	r := row{minutes: minutes, block: cells[2], kind: slices.Index(l.kinds, cells[3])}
	if r.kind < 0 {
		return r, fmt.Sprintf("no kind %q: write one of %s", cells[3], strings.Join(l.kinds, ", "))
	}
	link := blockLink.FindStringSubmatch(r.block)
	switch {
	case r.kind == pause:
		return r, ""
	case link == nil:
		return r, fmt.Sprintf("%q must be a link to its block: write [NAME](#name)", r.block)
	}
	r.block, r.anchor = link[1], link[2]
	return r, ""
}

// problems are all that is wrong with a page's plans and blocks.
func (l language) problems(page string) []string {
	plans, sections, problems := l.read(page)
	add := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	used := make(map[string]bool)
	for _, p := range plans {
		sum, talking := 0, 0
		for _, r := range p.rows {
			sum += r.minutes
			if r.kind != talk {
				talking = 0
			} else if talking += r.minutes; talking > longestTalk {
				add("the plan of %d minutes talks for %d in one piece, up to %q: put something to do in between", p.minutes, talking, r.block)
			}
			if r.kind == pause {
				continue
			}
			used[r.block] = true
			if anchor(r.block) != r.anchor {
				add("the link of %q leads to #%s: write #%s", r.block, r.anchor, anchor(r.block))
			}
			if !slices.ContainsFunc(sections, func(s section) bool { return s.name == r.block }) {
				add("%q has no section: write ### %s, below %s", r.block, r.block, l.blocks)
			}
		}
		if sum != p.minutes {
			add("the plan of %d minutes adds up to %d", p.minutes, sum)
		}
	}
	for _, s := range sections {
		if !used[s.name] {
			add("the block %q is in no plan", s.name)
		}
		rest := s.text
		for _, part := range l.parts {
			_, after, found := strings.Cut(rest, part)
			if !found {
				add("the block %q has no %s, or not in its place", s.name, part)
				continue
			}
			rest = after
			said, _, _ := strings.Cut(after, "\n**")
			if strings.TrimSpace(said) == "" {
				add("in the block %q nothing stands behind %s", s.name, part)
			}
		}
	}
	return problems
}

// anchor is what GitHub makes of a heading.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

func readPage(t *testing.T, file string) string {
	t.Helper()
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	return strings.ReplaceAll(string(page), "\r\n", "\n")
}

func TestPlans(t *testing.T) {
	for _, l := range languages {
		t.Run(l.file, func(t *testing.T) {
			page := readPage(t, l.file)
			assert.Empty(t, l.problems(page))
			plans, sections, _ := l.read(page)
			require.Len(t, plans, 2)
			assert.Equal(t, []int{45, 90}, []int{plans[0].minutes, plans[1].minutes})
			assert.NotEmpty(t, sections)
		})
	}
}

// TestSamePlans: who teaches from one page and who reads the other are in the
// same minute.
func TestSamePlans(t *testing.T) {
	english, englishBlocks, _ := languages[0].read(readPage(t, languages[0].file))
	japanese, japaneseBlocks, _ := languages[1].read(readPage(t, languages[1].file))
	require.Equal(t, len(english), len(japanese))
	require.Equal(t, len(englishBlocks), len(japaneseBlocks))
	number := func(sections []section, r row) int {
		return slices.IndexFunc(sections, func(s section) bool { return s.name == r.block })
	}
	for i := range english {
		require.Equal(t, len(english[i].rows), len(japanese[i].rows), "rows of plan %d", i+1)
		for j, e := range english[i].rows {
			ja := japanese[i].rows[j]
			assert.Equal(t, e.minutes, ja.minutes, "minutes of %q and %q", e.block, ja.block)
			assert.Equal(t, e.kind, ja.kind, "kinds of %q and %q", e.block, ja.block)
			assert.Equal(t, number(englishBlocks, e), number(japaneseBlocks, ja), "the blocks of %q and %q", e.block, ja.block)
		}
	}
}

// TestProblemsAreFound spoils a page, in one way at a time.
func TestProblemsAreFound(t *testing.T) {
	l := languages[0]
	page := readPage(t, l.file)
	for _, tt := range []struct{ name, old, new, want string }{
		{"a minute more", "| 4 | [The chat]", "| 5 | [The chat]", "the plan of 45 minutes adds up to 46"},
		{"too much talk", "| 6 | [The detector, in red](#the-detector-in-red) | type |", "| 13 | [The detector, in red](#the-detector-in-red) | talk |",
			`the plan of 45 minutes talks for 21 in one piece, up to "Reading a report"`},
		{"another kind", "(#the-chat) | type |", "(#the-chat) | sing |", `no kind "sing"`},
		{"no link", "| [One processor](#one-processor) |", "| One processor |", `"One processor" must be a link`},
		{"another anchor", "(#one-processor)", "(#two-processors)", `leads to #two-processors: write #one-processor`},
		{"no section", "### One processor", "### Two processors", `"One processor" has no section`},
		{"a section in no plan", "## The blocks\n", "## The blocks\n\n### Songs\n", `the block "Songs" is in no plan`},
		{"a part is missing", "**Aim.** A race is", "A race is", `the block "One processor" has no **Aim.**`},
		{"an empty part", "**When late, cut.** The discussion, not the uncovering.", "**When late, cut.**",
			`in the block "Back to the scoreboard" nothing stands behind **When late, cut.**`},
		{"no table row", "| 4 | [The chat]", "| four | [The chat]", "a row must be | minutes | block | kind |"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, page, tt.old, "the page has other words now: spoil something else here")
			problems := strings.Join(l.problems(strings.Replace(page, tt.old, tt.new, 1)), "\n")
			assert.Contains(t, problems, tt.want)
		})
	}
}
