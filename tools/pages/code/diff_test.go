package code

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

// A reader can get both lists from their diff, for any two lists. The diff has no more
// changes than necessary.
func TestChanges(t *testing.T) {
	for _, from := range words(4, "a", "b", "") {
		for _, to := range words(4, "a", "b", "") {
			var left, right []string
			for _, l := range changes(from, to) {
				if l == "" || l[0] != '+' {
					left = append(left, strings.TrimLeft(l, " -"))
				}
				if l == "" || l[0] != '-' {
					right = append(right, strings.TrimLeft(l, " +"))
				}
			}
			assert.Equal(t, from, left)
			assert.Equal(t, to, right)
		}
	}
	assert.Equal(t, []string{" a", "-b", "+c", " d"}, changes([]string{"a", "b", "d"}, []string{"a", "c", "d"}))
	assert.Equal(t, []string{" a", " b", "+a", "+b"}, changes([]string{"a", "b"}, []string{"a", "b", "a", "b"}))
	statement := "return nil, err"
	assert.Equal(t, []string{"-}", " " + statement, "+}"}, changes([]string{"}", statement}, []string{statement, "}"}),
		"the longer line stays in its place")
}

func TestShortened(t *testing.T) {
	for in, want := range map[string]string{
		"+":                   "+",
		"   +   ":             "   +   ",
		"    +":               "    +", // for one line, … would be no shorter
		"     +     ":         "…   +   …",
		"+      -":            "+      -",
		"+       -":           "+       -",
		"+        -":          "+   …   -",
		"          +-       ": "…   +-   …",
	} {
		lines := func(s string) []string { return strings.Split(strings.ReplaceAll(s, "…", "!"), "") }
		got := strings.Join(shortened(lines(in)), "")
		assert.Equal(t, want, got, "%q", in)
	}
}
