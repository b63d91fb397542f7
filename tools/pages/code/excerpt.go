package code

import (
	"fmt"
	"strconv"
	"strings"

	"websocket-chat-steps/tools/pages/markdown"
)

const excerptForm = `write <!-- excerpt: FILE NAME -->, or <!-- excerpt: FILE NAME from "TEXT" to "TEXT" -->`

// Excerpt is what is to stand between the marks of an excerpt.
func (f Files) Excerpt(args string) ([]string, error) {
	file, rest, _ := strings.Cut(args, " ")
	name, rest, partly := strings.Cut(strings.TrimSpace(rest), " ")
	rest = strings.TrimSpace(rest)
	if file == "" || name == "" {
		return nil, fmt.Errorf("an excerpt needs a file and the name of a declaration: %s", excerptForm)
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

// between returns the lines that the rest of the mark asks for.
func between(lines []string, where, rest string) ([]string, error) {
	var texts []string
	for _, word := range []string{"from ", "to "} {
		after, ok := strings.CutPrefix(rest, word)
		quoted, err := strconv.QuotedPrefix(strings.TrimSpace(after))
		if !ok || err != nil {
			return nil, fmt.Errorf("can't read %q: %s", rest, excerptForm)
		}
		rest = strings.TrimSpace(strings.TrimSpace(after)[len(quoted):])
		text, _ := strconv.Unquote(quoted) // QuotedPrefix has seen to it
		texts = append(texts, text)
	}
	if rest != "" {
		return nil, fmt.Errorf("can't read %q: %s", rest, excerptForm)
	}
	find := func(text string, from int) int {
		for i := from; i < len(lines); i++ {
			if strings.Contains(lines[i], text) {
				return i
			}
		}
		return -1
	}
	first := find(texts[0], 0)
	if first < 0 {
		return nil, fmt.Errorf("no line of %s contains %q: write what stands in the line to begin with", where, texts[0])
	}
	last := find(texts[1], first+1)
	if last < 0 {
		return nil, fmt.Errorf("in %s, no line below the one with %q contains %q: write what stands in the line to end with", where, texts[0], texts[1])
	}
	return dedented(lines[first : last+1]), nil
}
