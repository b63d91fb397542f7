package pages

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// beside is how many unchanged lines are shown beside a change.
const beside = 3

// diff is what is to stand between the marks.
func (t *Tree) diff(args string) ([]string, error) {
	words := strings.Fields(args)
	var from, to []string
	var err, err2 error
	switch len(words) {
	case 2:
		var a, b *source
		if a, err = t.source(words[0]); err == nil {
			from = a.lines
		}
		if b, err2 = t.source(words[1]); err2 == nil {
			to = b.lines
		}
	case 3, 4:
		from, err = t.declaration(words[0], words[2])
		to, err2 = t.declaration(words[1], words[len(words)-1])
	default:
		err = errors.New("a diff needs two files: write <!-- diff: FILE FILE -->, and behind it NAME or NAME NAME for one declaration")
	}
	if err := errors.Join(err, err2); err != nil {
		return nil, err
	}
	if slices.Equal(from, to) {
		return nil, fmt.Errorf("there is no difference to show (%s): delete this diff, or show the code as an excerpt", args)
	}
	return fenced("diff", shortened(changes(from, to))), nil
}

// changes are the lines of both, each behind a space, a minus or a plus. An empty
// line that is in both stays empty: editors would take the space away.
func changes(from, to []string) []string {
	var lines []string
	i, j := 0, 0
	add := func(a, b int) { // what stands before a and b is in one of them only
		for ; i < a; i++ {
			lines = append(lines, "-"+from[i])
		}
		for ; j < b; j++ {
			lines = append(lines, "+"+to[j])
		}
	}
	for _, both := range common(from, to, func(a, b string) bool { return a == b }) {
		add(both[0], both[1])
		lines = append(lines, strings.TrimRight(" "+from[i], " \t"))
		i, j = i+1, j+1
	}
	add(len(from), len(to))
	return lines
}

// shortened puts … for what is far from any change.
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
		case j-i > 1: // for one line … would be no shorter
			out = append(out, "…")
			i = j
		default:
			out = append(out, lines[i])
			i++
		}
	}
	return out
}

// common is the longest common subsequence, as pairs of indexes. A line counts
// for as much as it says, so that a brace is not matched at a statement's cost.
func common(a, b []string, same func(a, b string) bool) (pairs [][2]int) {
	weight := func(i int) int { return 1 + len(strings.TrimSpace(a[i])) }
	best := make([][]int, len(a)+1) // best[i][j]: of a[i:] and b[j:]
	best[len(a)] = make([]int, len(b)+1)
	for i := len(a) - 1; i >= 0; i-- {
		best[i] = make([]int, len(b)+1)
		for j := len(b) - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if same(a[i], b[j]) {
				best[i][j] = max(best[i][j], best[i+1][j+1]+weight(i))
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case same(a[i], b[j]) && best[i][j] == best[i+1][j+1]+weight(i):
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// near returns those of names that somebody who wrote name may have meant, or
// all of them.
func near(name string, names []string) []string {
	letters := func(s string) []string { return strings.Split(strings.ToLower(s), "") }
	var out []string
	for _, n := range names {
		same := len(common(letters(name), letters(n), func(a, b string) bool { return a == b }))
		if strings.HasSuffix(n, "."+name) || 3*same >= 2*max(len(name), len(n)) {
			out = append(out, n)
		}
	}
	if out == nil {
		return names
	}
	return out
}
