package code

import (
	"fmt"
	"slices"
	"strings"

	"websocket-chat-steps/tools/pages/markdown"
)

const excerptForm = `write <!-- excerpt: FILE -->, <!-- excerpt: FILE NAME -->, or <!-- excerpt: FILE NAME from "TEXT" to "TEXT" -->`

// Excerpt returns the text between the marks of an excerpt.
func (f Files) Excerpt(args string) ([]string, error) {
	file, rest, _ := strings.Cut(args, " ")
	name, rest, partly := strings.Cut(strings.TrimSpace(rest), " ")
	rest = strings.TrimSpace(rest)
	if file == "" {
		return nil, fmt.Errorf("an excerpt needs a file: %s", excerptForm)
	}
	lines, err := f.declaration(file, name)
	if err != nil {
		return nil, err
	}
	if partly {
		if lines, err = between(lines, file+" "+name, rest); err != nil {
			return nil, err
		}
	}
	return markdown.Fenced("go", lines), nil
}

// between returns the lines that the rest of the mark selects.
func between(lines []string, where, rest string) ([]string, error) {
	var from, to string
	if _, err := fmt.Sscanf(rest+" .", "from %q to %q .", &from, &to); err != nil {
		return nil, fmt.Errorf("can't read %q: %s", rest, excerptForm)
	}
	first := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, from) })
	if first < 0 {
		return nil, fmt.Errorf("no line of %s contains %q: write text of the line to begin with", where, from)
	}
	length := slices.IndexFunc(lines[first+1:], func(l string) bool { return strings.Contains(l, to) })
	if length < 0 {
		return nil, fmt.Errorf("in %s, no line below the one with %q contains %q: write text of the line to end with", where, from, to)
	}
	return dedented(lines[first : first+length+2]), nil
}
