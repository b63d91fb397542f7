package runs

import (
	"regexp"
	"strings"
)

// gap stands for any text within a line. Alone on a line it stands for any lines.
const gap = "…"

// isGap tells whether a line is a gap for lines.
func isGap(line string) bool { return strings.TrimSpace(line) == gap }

// mismatch returns -1 if the lines match what is shown. Else it returns the index of the
// shown line that it can't find, or len(shown) if there are more lines than shown.
func mismatch(shown, lines []string) int {
	// Each gap line takes as few lines as possible. If the rest does not fit, the last gap
	// takes one more. The gaps before it never need to.
	i, j, far := 0, 0, 0
	gapAt, taken := -1, 0
	for j < len(lines) {
		switch {
		case i < len(shown) && isGap(shown[i]):
			gapAt, taken = i, j
			i++
		case i < len(shown) && lineMatches(strings.TrimRight(shown[i], " \t"), lines[j]):
			i, j = i+1, j+1
		case gapAt >= 0:
			taken++
			i, j = gapAt+1, taken
		default:
			return max(far, i)
		}
		far = max(far, i)
	}
	for i < len(shown) && isGap(shown[i]) {
		i++
	}
	if i < len(shown) {
		return max(far, i)
	}
	return -1
}

// lineMatches tells whether a line matches the shown one, in which a gap is any text.
func lineMatches(shown, line string) bool {
	parts := strings.Split(shown, gap)
	line, ok := strings.CutPrefix(line, parts[0])
	if len(parts) == 1 {
		return ok && line == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		var found bool
		_, line, found = strings.Cut(line, part) // the first one is always good enough
		ok = ok && found
	}
	return ok && strings.HasSuffix(line, parts[len(parts)-1])
}

var (
	number = regexp.MustCompile(`\d+(\.\d+)?`)
	blanks = regexp.MustCompile(` +`)
)

// mismatch is the same for a command. If the command's numbers vary, it first makes all
// numbers, and the spaces that align them, equal. With zeros, 0 stays 0.
func (c Command) mismatch(shown, lines []string) int {
	if !c.numbers {
		return mismatch(shown, lines)
	}
	anyNumber := func(n string) string {
		if c.zeros && strings.Trim(n, "0.") == "" {
			return "0"
		}
		return "1"
	}
	same := func(lines []string) (same []string) {
		for _, l := range lines {
			same = append(same, blanks.ReplaceAllString(number.ReplaceAllStringFunc(l, anyNumber), " "))
		}
		return same
	}
	return mismatch(same(shown), same(lines))
}
