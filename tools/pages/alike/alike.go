// Package alike finds what two lists of lines, or two names, have in common. It knows
// nothing about the meaning of the lines.
package alike

import (
	"fmt"
	"slices"
	"strings"
)

// Common returns the longest common subsequence, as pairs of indexes. A longer line
// counts more, so a statement is matched before a brace.
func Common(a, b []string, same func(a, b string) bool) (pairs [][2]int) {
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

// Equal tells whether two lines are equal.
func Equal(a, b string) bool { return a == b }

// Difference says where two lists first differ: the page's lines, and the lines that
// should stand there. It is empty if they are equal.
func Difference(page, shown []string) string {
	if slices.Equal(page, shown) {
		return ""
	}
	i := 0
	for i < min(len(page), len(shown)) && page[i] == shown[i] {
		i++
	}
	at := func(lines []string) string {
		if i == len(lines) {
			return "nothing more"
		}
		return fmt.Sprintf("%q", lines[i])
	}
	return fmt.Sprintf("the page has %s, and should have %s", at(page), at(shown))
}

// Near returns the names that are like name, as the writer may have meant one of them,
// or all names. Commas separate them.
func Near(name string, names []string) string {
	letters := func(s string) []string { return strings.Split(strings.ToLower(s), "") }
	var near []string
	for _, n := range names {
		same := len(Common(letters(name), letters(n), Equal))
		if strings.HasSuffix(n, "."+name) || 3*same >= 2*max(len(name), len(n)) {
			near = append(near, n)
		}
	}
	if near == nil {
		near = names
	}
	return strings.Join(near, ", ")
}
