package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
)

// order prints the steps of an order, each in the column of its goroutine: where it
// is, and the text of the source. Where two meet, both have a cell in one line. What a
// browser does stands over all columns.
func (c *command) order(step steps.Step, a room.Answer) {
	var columns []string
	for _, s := range a.Order.Steps {
		for _, name := range []string{s.Who, s.With} {
			if name != "" && s.Act == "" && !slices.Contains(columns, name) {
				columns = append(columns, name)
			}
		}
	}
	slices.Sort(columns)
	const numbers, gap = 4, 2
	wide := max(16, (c.width-numbers)/max(1, len(columns))-gap)
	text := source{}
	row := func(n string, cells map[string][]string) {
		for i := 0; ; i++ {
			line, more := fmt.Sprintf("%*s", numbers-1, n), false
			for k, name := range columns {
				if cell := cells[name]; i < len(cell) {
					line += strings.Repeat(" ", numbers-1+k*(wide+gap)+1-cellWidth(line)) + cell[i]
					more = true
				}
			}
			if !more {
				return
			}
			fmt.Fprintln(c.out, line)
			n = ""
		}
	}
	heads, rules := make(map[string][]string), make(map[string][]string)
	for _, name := range columns {
		heads[name] = wrap(c.head(step, name, a.Order.Started[name]), wide, 2)
		rules[name] = []string{strings.Repeat("-", wide)}
	}
	row("", heads)
	row("", rules)
	for i, s := range a.Order.Steps {
		if s.Act != "" {
			fmt.Fprintf(c.out, "%*d %s\n", numbers-1, i+1, fmt.Sprintf(c.words.browser, s.Who, s.Act))
			continue
		}
		cells := map[string][]string{s.Who: c.cell(text, s.At, wide)}
		if s.With != "" {
			cells[s.With] = c.cell(text, s.WithAt, wide)
		}
		row(fmt.Sprint(i+1), cells)
	}
	fmt.Fprintln(c.out)
	if a.Order.Wrong != "" {
		fmt.Fprintf(c.out, c.words.wrong+"\n", a.Order.Wrong)
	}
}

// head says what a goroutine is.
func (c *command) head(step steps.Step, name string, at schedule.Site) string {
	switch {
	case name == room.ServerGoroutine:
		return c.words.server
	case at.File == "":
		return fmt.Sprintf(c.words.request, name)
	}
	return name + " (" + fmt.Sprintf(c.words.started, at) + ")"
}

// cell is what is said of one goroutine's part in a step.
func (c *command) cell(text source, at schedule.Site, wide int) []string {
	where := at.String()
	switch at.Does {
	case "read":
		where += " " + c.words.read
	case "write":
		where += " " + c.words.write
	default:
		where += " " + at.Does
	}
	line := text.line(at)
	if line == "default:" {
		line += " " + c.words.fallback
	}
	return append([]string{strings.TrimSpace(where)}, wrap(line, wide, 3)...)
}

// source has the lines of files.
type source map[string][]string

func (s source) line(at schedule.Site) string {
	lines, ok := s[at.File]
	if !ok {
		b, err := os.ReadFile(at.File)
		if err != nil {
			return "?"
		}
		lines = strings.Split(string(b), "\n")
		s[at.File] = lines
	}
	if at.Line < 1 || at.Line > len(lines) {
		return "?"
	}
	line, _, _ := strings.Cut(lines[at.Line-1], " // ")
	return strings.TrimSpace(line)
}

// wrap breaks text into lines that are no wider than that, most at the most; what is
// more is cut off.
func wrap(text string, wide, most int) []string {
	var lines []string
	line := ""
	for _, r := range text {
		if cellWidth(line+string(r)) > wide {
			lines = append(lines, line)
			line = ""
		}
		line += string(r)
	}
	lines = append(lines, line)
	if len(lines) > most {
		lines = lines[:most]
		last := []rune(lines[most-1])
		lines[most-1] = string(last[:len(last)-1]) + "…"
	}
	return lines
}

// cellWidth is how many columns of a terminal the text takes: two for a letter of Japanese.
func cellWidth(text string) (n int) {
	for _, r := range text {
		n++
		if r >= 0x2E80 && r < 0xFFE0 && r != 0xFF61 {
			n++
		}
	}
	return n
}
