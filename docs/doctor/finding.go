package main

import (
	"fmt"
	"strings"
)

// The status of a finding, as it is printed.
const (
	ok      = "ok"
	note    = "note"    // the workshop can be held with it
	missing = "missing" // it can't
)

// finding is what one check has found.
type finding struct {
	status string
	name   text // of what was looked at
	says   text
	do     []text // about it, a line each; always there when it is missing
	begin  string // the command to begin with, where it is not the usual one
}

// text is what is said, in both languages.
type text struct{ en, ja string }

// both has the same arguments put into both languages.
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

// format is the finding's line, and a line below for each thing to do. That one
// is never cut: it may be a command with a path in it.
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

// clipped cuts what other programs say, and may be of any length, to the screen.
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

// width is how many columns a terminal gives to s. Japanese letters have two.
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
