package pages

import (
	"context"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/tools/pages/counts"
	"websocket-chat-steps/tools/pages/markdown"
	"websocket-chat-steps/tools/pages/marks"
)

// ordersPage is the page that says what an order is. A link to it may state a count:
// its title asks for that, as in [2,072 of 3,432](docs/orders.md "-all 01-original two-join").
const ordersPage = "docs/orders.md"

// play plays the orders that the marks tell of, and those whose counts links state, if
// these are wanted. If it fails, nothing is known of them.
func (t *tree) play(ctx context.Context, links bool, log io.Writer) error {
	var questions []counts.Question
	var commands []counts.Command
	add := func(q counts.Question) {
		if !slices.Contains(questions, q) {
			questions = append(questions, q)
		}
	}
	for _, m := range t.marks {
		switch m.Kind {
		case "scenarios":
			for _, sc := range slices.Backward(room.Scenarios) { // the longest first
				for _, s := range t.steps {
					add(counts.Question{Step: s.Name, Scenario: sc.Name})
					if slices.Contains(counts.EveryOrder, sc.Name) {
						add(counts.Question{Step: s.Name, Scenario: sc.Name, Every: true})
					}
				}
			}
		case "orders":
			if c := command(m); !slices.Contains(commands, c) {
				commands = append(commands, c)
			}
		}
	}
	for _, p := range t.pages {
		for _, l := range p.Links {
			if q, err := counts.Parse(l.Title); links && err == nil && statesCount(p, l) {
				add(q)
			}
		}
	}
	if len(questions)+len(commands) == 0 {
		return nil
	}
	played, err := counts.Play(ctx, questions, commands, log)
	if err == nil {
		t.played = played
	}
	return err
}

// command is what a mark shows.
func command(m *marks.Mark) counts.Command {
	if m.Page.Japanese() {
		return counts.Command{Words: m.Args, Lang: "ja"}
	}
	return counts.Command{Words: m.Args, Lang: "en"}
}

// statesCount tells whether a link states a count of orders.
func statesCount(p *markdown.Page, l markdown.Link) bool {
	file := p.Path
	if to, _, _ := strings.Cut(l.To, "#"); to != "" {
		file = path.Join(path.Dir(p.Path), to)
	}
	return l.Title != "" && (file == ordersPage || file == markdown.Other(ordersPage))
}

var numbers = regexp.MustCompile(`[0-9][0-9,]*`)

// checkCounts holds the counts that links state to what was counted.
func (t *tree) checkCounts() (problems []markdown.Problem) {
	for _, p := range t.pages {
		for _, l := range p.Links {
			if !statesCount(p, l) {
				continue
			}
			q, err := counts.Parse(l.Title)
			if err != nil {
				problems = append(problems, p.Problem(l.Line, "the title of the link %q: %v", l.Text, err))
				continue
			}
			if t.played == nil {
				continue
			}
			a := t.played.Answers[q]
			if a.Missing != "" {
				problems = append(problems, p.Problem(l.Line, "%q states a count, and %v has none: %s", l.Text, q, a.Missing))
				continue
			}
			var stated []int
			for _, text := range numbers.FindAllString(l.Text, -1) {
				n, _ := strconv.Atoi(strings.ReplaceAll(text, ",", "")) // digits: the pattern says so
				stated = append(stated, n)
			}
			slices.Sort(stated)
			if !slices.Equal(stated, []int{a.Wrong, a.Orders}) {
				problems = append(problems, p.Problem(l.Line, "%q is no longer so: %s, write that", l.Text,
					fmt.Sprintf("of %s orders %s go wrong in %v", orders.Number(a.Orders), orders.Number(a.Wrong), q)))
			}
		}
	}
	return problems
}
