package main

import (
	"fmt"
	"strings"
)

// The status of a finding, as it is printed.
const (
	ok      = "ok"
	note    = "note"    // the workshop works with it
	missing = "missing" // the workshop doesn't work
)

// finding is the result of one check.
type finding struct {
	status string
	name   text // of the thing that was checked
	says   text
	do     []text // what to do about it, a line each; never empty if the status is missing
	begin  string // the command to begin with, if it is not the usual one
}

// text is a text in both languages.
type text struct{ en, ja string }

// both puts the same arguments into both languages.
func both(en, ja string, args ...any) text {
	return text{fmt.Sprintf(en, args...), fmt.Sprintf(ja, args...)}
}

func (t text) in(lang string) string {
	if lang == "ja" {
		return t.ja
	}
	return t.en
}

const (
	screen    = 80 // columns
	nameAt    = 9
	saysAt    = 25
	remedy    = "-> "
	saysWidth = screen - saysAt
)

// format returns the finding's line, and one more line for each thing to do. Those are
// never cut, as they may be a command with a path.
func (f finding) format(lang string) string {
	var b strings.Builder
	b.WriteString(padded(f.status, nameAt) + padded(f.name.in(lang), saysAt-nameAt) + clipped(f.says.in(lang), saysWidth) + "\n")
	for i, do := range f.do {
		mark := remedy
		if i > 0 {
			mark = ""
		}
		b.WriteString(padded("", nameAt) + padded(mark, len(remedy)) + do.in(lang) + "\n")
	}
	return b.String()
}

func padded(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-width(s)))
}

// clipped cuts s to the width of the screen. Other programs' messages may be long.
func clipped(s string, columns int) string {
	const more = "..."
	if width(s) <= columns {
		return s
	}
	for runes := []rune(s); len(runes) > 0; runes = runes[:len(runes)-1] {
		if width(string(runes))+len(more) <= columns {
			return string(runes) + more
		}
	}
	return more
}

// width is how many columns s takes in a terminal. Japanese letters take two.
func width(s string) int {
	columns := 0
	for _, r := range s {
		columns++
		if r >= 0x1100 {
			columns++
		}
	}
	return columns
}
