// Package show shows an order that was played to people: its steps in columns, in English or
// Japanese, in the language of their system. It knows nothing of how orders are found.
package show

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
)

const (
	numbers   = 4  // columns of the terminal, for the number of a step
	gap       = 2  // between goroutines
	narrowest = 16 // that a goroutine's column may be
)

// page is what an order is printed on.
type page struct {
	out   io.Writer
	width int
	words words
}

// Order prints the steps of an order, each in the column of its goroutine: where it
// is, and the text of the source. Where two meet, both have a cell in one row. What a
// browser does stands over all columns. Goroutines stand in the order in which they act.
// Where the terminal has no room for so many, they stand in one column, each with its name.
// lang is "en" or "ja", and width that of the terminal.
func Order(out io.Writer, lang string, width int, a room.Answer) {
	c := page{out, width, languages[lang]}
	var names []string
	for _, s := range a.Order.Steps {
		for _, name := range []string{s.Who, s.With} {
			if name != "" && s.Act == "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	wide := (c.width-numbers)/max(1, len(names)) - gap
	apart := wide >= narrowest
	if !apart {
		wide = c.width - numbers
		for _, name := range names {
			head := c.head(name, a.Order.Started[name])
			if !strings.HasPrefix(head, name) {
				head = name + ": " + head
			}
			fmt.Fprintf(c.out, "%*s %s\n", numbers-1, "", head)
		}
		fmt.Fprintln(c.out)
	} else {
		heads, rules := make(map[string][]string), make(map[string][]string)
		for _, name := range names {
			heads[name] = wrap(c.head(name, a.Order.Started[name]), wide, 2)
			rules[name] = []string{strings.Repeat("-", wide)}
		}
		c.row("", names, wide, heads)
		c.row("", names, wide, rules)
	}
	text := orders.Source{}
	for i, s := range a.Order.Steps {
		n := fmt.Sprint(i + 1)
		if s.Act != "" {
			verb, what, _ := strings.Cut(s.Act, " ")
			fmt.Fprintf(c.out, "%*s %s\n", numbers-1, n, strings.TrimSpace(fmt.Sprintf(c.words.acts[verb], s.Who, what)))
			continue
		}
		cells := make(map[string][]string)
		cell := func(name string, at schedule.Site) {
			where, line := c.where(at), c.line(text, at, variable(s), wide)
			if apart {
				cells[name] = append(wrap(where, wide, 2), wrap(line, wide, 3)...)
			} else {
				c.row(n, []string{""}, wide, map[string][]string{"": wrap(name+"  "+where+"  "+line, wide, 3)})
				n = ""
			}
		}
		cell(s.Who, s.At)
		if s.With != "" {
			cell(s.With, s.WithAt)
		}
		if apart {
			c.row(n, names, wide, cells)
		}
	}
	fmt.Fprintln(c.out)
	if a.Order.Wrong != "" {
		fmt.Fprintf(c.out, c.words.wrong+"\n", a.Order.Wrong)
	}
}

// row prints the cells of a step, each in the column of its goroutine.
func (c *page) row(n string, names []string, wide int, cells map[string][]string) {
	for i := 0; ; i++ {
		line, more := fmt.Sprintf("%*s", numbers-1, n), false
		for k, name := range names {
			if cell := cells[name]; i < len(cell) {
				line += strings.Repeat(" ", numbers+k*(wide+gap)-CellWidth(line)) + cell[i]
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

// variable is the package variable that a step reads or writes, or "".
func variable(s schedule.Done) string {
	for _, t := range s.Touched {
		if name := t.What[strings.LastIndexByte(t.What, '.')+1:]; s.At.Does == "read" || s.At.Does == "write" {
			if !strings.HasPrefix(t.What, "goroutine ") {
				return name
			}
		}
	}
	return ""
}

// head says what a goroutine is.
func (c *page) head(name string, at schedule.Site) string {
	switch {
	case name == room.ServerGoroutine:
		return c.words.server
	case at.File == "":
		return fmt.Sprintf(c.words.request, name)
	}
	return name + " (" + fmt.Sprintf(c.words.started, at) + ")"
}

// where is the place of a step, and what is done there that the line alone does not say.
func (c *page) where(at schedule.Site) string {
	where := at.String()
	switch at.Does {
	case "read":
		where += " " + c.words.read
	case "write":
		where += " " + c.words.write
	default:
		where += " " + at.Does
	}
	return strings.TrimSpace(where)
}

// line is the text of the source at a step: the part that matters, where it is long.
func (c *page) line(text orders.Source, at schedule.Site, variable string, wide int) string {
	line := text.Statement(at)
	if line == "default:" {
		return line + " " + c.words.fallback
	}
	if i := strings.Index(line, variable); variable != "" && i >= 0 && CellWidth(line) > wide {
		from := strings.LastIndexAny(line[:i], "{(,") + 1
		line = "… " + strings.TrimSpace(line[from:i+len(variable)]) + " …"
	}
	return line
}

// Line is a line of a file, without its comment.
func Line(file string, line int) string {
	return orders.Source{}.Line(schedule.Site{File: file, Line: line})
}

// wrap breaks text into lines that are no wider than that, most at the most: at a space where there
// is one, else behind a sign. What is more is cut off.
func wrap(text string, wide, most int) []string {
	var lines []string
	for text != "" {
		end, space, sign := 0, 0, 0 // of what goes into this line
		for i, r := range text {
			if CellWidth(text[:i])+CellWidth(string(r)) > wide {
				break
			}
			end = i + utf8.RuneLen(r)
			switch {
			case r == ' ':
				space = end
			case strings.ContainsRune(".,(:、。", r) || CellWidth(string(r)) > 1:
				sign = end
			}
		}
		if end < len(text) && text[end] != ' ' && max(space, sign) > 0 {
			end = cmp.Or(space, sign)
		}
		lines = append(lines, strings.TrimRight(text[:end], " "))
		text = strings.TrimLeft(text[end:], " ")
	}
	if len(lines) > most {
		lines = lines[:most]
		last := []rune(lines[most-1])
		for CellWidth(string(last)) > wide-1 {
			last = last[:len(last)-1]
		}
		lines[most-1] = string(last) + "…"
	}
	return lines
}

// CellWidth is how many columns of a terminal the text takes: two for a letter of Japanese.
func CellWidth(text string) (n int) {
	for _, r := range text {
		n++
		if r >= 0x2E80 && r < 0xFFE0 && r != 0xFF61 {
			n++
		}
	}
	return n
}

// Width is how many columns the terminal has.
func Width() int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	cmd := exec.Command("stty", "size")
	cmd.Stdin = os.Stdin
	out, err := cmd.Output()
	if fields := strings.Fields(string(out)); err == nil && len(fields) == 2 {
		if n, err := strconv.Atoi(fields[1]); err == nil && n > 0 {
			return n
		}
	}
	return 100
}

// Lang is the language of the environment: "ja", or "en".
func Lang() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "ja") {
				return "ja"
			}
			return "en"
		}
	}
	return "en"
}
