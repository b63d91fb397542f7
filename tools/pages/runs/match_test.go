package runs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// words returns all lists of up to n of the letters.
func words(n int, letters ...string) [][]string {
	all := [][]string{nil}
	for last := all; n > 0; n-- {
		var longer [][]string
		for _, w := range last {
			for _, l := range letters {
				longer = append(longer, append(w[:len(w):len(w)], l))
			}
		}
		all, last = append(all, longer...), longer
	}
	return all
}

// slowly matches as the definition says, and may take any time. It works for lines of a
// text, and for letters of a line.
func slowly(shown, printed []string, same func(shown, printed string) bool) bool {
	switch {
	case len(shown) == 0:
		return len(printed) == 0
	case shown[0] == gap:
		return slowly(shown[1:], printed, same) || len(printed) > 0 && slowly(shown, printed[1:], same)
	}
	return len(printed) > 0 && same(shown[0], printed[0]) && slowly(shown[1:], printed[1:], same)
}

func equal(a, b string) bool { return a == b }

func TestLineMatchesWhateverTheLine(t *testing.T) {
	for _, shown := range words(5, "a", "b", gap) {
		for _, line := range words(5, "a", "b") {
			assert.Equal(t, slowly(shown, line, equal), lineMatches(strings.Join(shown, ""), strings.Join(line, "")), "%q shown, %q printed", shown, line)
		}
	}
}

func TestMismatchWhateverTheLines(t *testing.T) {
	for _, shown := range words(4, "a", "a"+gap, gap) {
		for _, lines := range words(4, "a", "ab", "b") {
			assert.Equal(t, slowly(shown, lines, lineMatches), mismatch(shown, lines) < 0, "%q shown, %q printed", shown, lines)
		}
	}
}

func TestLineMatches(t *testing.T) {
	for _, tt := range []struct {
		shown, line string
		want        bool
	}{
		{"… at 0x… by goroutine …:", "Read at 0x00c0 by goroutine 7:", true},
		{"…/client.go:35 +0x…", "      /home/x/client.go:35 +0x7d", true},
		{"took …", "took ", true},
		{"took …", "took", false},
		{"…s", "0.1s", true},
		{"…s", "0.1s ago", false},
		{"a…a", "a", false},
		{"a…a", "aa", true},
		{"……", "", true},
		{"", "", true},
		{"", "a", false},
		{"競合…か", "競合ですか", true},
	} {
		assert.Equal(t, tt.want, lineMatches(tt.shown, tt.line), "%q shown, %q printed", tt.shown, tt.line)
	}
}

func TestMismatch(t *testing.T) {
	split := func(s string) []string { return strings.Split(s, "|") }
	for _, tt := range []struct {
		name, shown, lines string
		want               int
	}{
		{"the same", "a|b", "a|b", -1},
		{"another line", "a|b", "a|c", 1},
		{"a line less", "a|b", "a", 1},
		{"a line more", "a|b", "a|b|c", 2},
		{"a gap for none", "a|…|b", "a|b", -1},
		{"a gap for many", "a|…|b", "a|x|b|y|b", -1},
		{"a gap at the start", "…|b", "x|b", -1},
		{"a gap at the end", "a|…", "a|x|y", -1},
		{"an indented gap", "a|    …|b", "a|x|y|b", -1},
		{"the first line that is missing is told", "a|…|b|…|c|…|d", "a|b|x|d", 4},
		{"more behind a gap", "…|b", "b|c", 2},
		{"a gap in a line is no gap for lines", "a …|b", "a|b", 0},
		{"what is left out behind a line", "a|b   ", "a|b", -1},
	} {
		assert.Equal(t, tt.want, mismatch(split(tt.shown), split(tt.lines)), tt.name)
	}
}

// Matching is fast for every page and every output.
func TestMatchingIsFast(t *testing.T) {
	assert.False(t, lineMatches(strings.Repeat("a…", 5000)+"b", strings.Repeat("a", 100_000)))
	var shown []string
	for range 200 {
		shown = append(shown, gap, "a…a…a…b", "a…")
	}
	lines := strings.Split(strings.Repeat("aaaa\n", 2000), "\n")
	assert.GreaterOrEqual(t, mismatch(shown, lines), 0)
}
