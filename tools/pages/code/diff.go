package code

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"websocket-chat-steps/tools/pages/alike"
	"websocket-chat-steps/tools/pages/markdown"
)

// beside is how many unchanged lines a diff shows before and after a change.
const beside = 3

// Diff returns the text between the marks of a diff.
func (f Files) Diff(args string) ([]string, error) {
	words := strings.Fields(args)
	if len(words) < 2 || len(words) > 4 {
		return nil, errors.New("a diff needs two files: write <!-- diff: FILE FILE -->, and add NAME or NAME NAME for one declaration")
	}
	if len(words) == 2 {
		words = append(words, "")
	}
	from, err := f.declaration(words[0], words[2])
	to, err2 := f.declaration(words[1], words[len(words)-1])
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	if slices.Equal(from, to) {
		return nil, fmt.Errorf("there is no difference to show (%s): delete this diff, or show the code as an excerpt", args)
	}
	return markdown.Fenced("diff", shortened(changes(from, to))), nil
}

// changes returns the lines of both, each with a space, a minus or a plus before it. An
// empty line that is in both stays empty, as editors would remove the space.
func changes(from, to []string) []string {
	var lines []string
	i, j := 0, 0
	add := func(a, b int) { // the lines before a and b are only in one of the two
		for ; i < a; i++ {
			lines = append(lines, "-"+from[i])
		}
		for ; j < b; j++ {
			lines = append(lines, "+"+to[j])
		}
	}
	for _, both := range alike.Common(from, to, alike.Equal) {
		add(both[0], both[1])
		lines = append(lines, strings.TrimRight(" "+from[i], " \t"))
		i, j = i+1, j+1
	}
	add(len(from), len(to))
	return lines
}

// shortened writes … for lines that are far from any change.
func shortened(lines []string) []string {
	changed := func(l string) bool { return l != "" && l[0] != ' ' }
	near := func(i int) bool {
		return slices.ContainsFunc(lines[max(0, i-beside):min(len(lines), i+beside+1)], changed)
	}
	var out []string
	for i := 0; i < len(lines); {
		j := i
		for j < len(lines) && !near(j) {
			j++
		}
		switch {
		case j-i > 1: // for one line, … would not be shorter
			out = append(out, "…")
			i = j
		default:
			out = append(out, lines[i])
			i++
		}
	}
	return out
}
