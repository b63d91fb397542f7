package orders

import (
	"os"
	"strings"

	"websocket-chat-steps/internal/schedule"
)

// Source has the lines of files, as they were when a line was asked for first.
type Source map[string][]string

// Line is the line of a site, without the comment behind it and the space around it; "?" where there is none.
func (s Source) Line(at schedule.Site) string {
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

// Statement is the statement in the line of a site: of a case the operation, of an if what it does first.
func (s Source) Statement(at schedule.Site) string {
	line := s.Line(at)
	if rest, ok := strings.CutPrefix(line, "case "); ok {
		return strings.TrimSuffix(rest, ":")
	}
	if rest, ok := strings.CutPrefix(strings.TrimSuffix(line, " {"), "if "); ok {
		line, _, _ = strings.Cut(rest, "; ")
	}
	return line
}
