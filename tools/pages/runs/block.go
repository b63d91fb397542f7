package runs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"websocket-chat-steps/tools/pages/alike"
	"websocket-chat-steps/tools/pages/markdown"
)

// Shown has the lines between a run's marks: what the command prints, and what is
// below.
func Shown(block []string) (lines []string, caption string) {
	if len(block) == 0 {
		return nil, ""
	}
	fence := block[0][:len(block[0])-len(strings.TrimLeft(block[0], "`"))]
	end := slices.Index(block[1:], fence) + 1
	if fence == "" || end < 1 {
		return nil, ""
	}
	lines, caption = block[1:end], strings.Join(block[end+1:], " ")
	if len(lines) > 0 && strings.HasPrefix(lines[0], "$ ") {
		lines = lines[1:]
	}
	return lines, caption
}

// saysNothing tells whether the lines match every output.
func saysNothing(shown []string) bool {
	return len(shown) > 0 && !slices.ContainsFunc(shown, func(l string) bool { return !isGap(l) })
}

var goVersion = regexp.MustCompile(`\bgo\d[\w.-]*`)

// CheckForm says how the form of the lines differs from the form that the tool writes. It
// doesn't know what the command prints.
func (c Command) CheckForm(block []string, japanese bool) string {
	shown, caption := Shown(block)
	version := goVersion.FindString(caption)
	if saysNothing(shown) || version == "" {
		return "this run doesn't say yet what the command prints, or with which Go"
	}
	if differs := alike.Difference(block, c.layout(shown, version, japanese)); differs != "" {
		return fmt.Sprintf("this run is not as it is written (%s)", differs)
	}
	return ""
}

// Check says where the lines show something else than was printed.
func (o Output) Check(block []string) string {
	shown, _ := Shown(block)
	switch at := o.mismatch(shown, o.lines); {
	case at < 0:
		return ""
	case at < len(shown):
		return fmt.Sprintf("%s prints something else, or nothing, where the page has %q", o.Text, shown[at])
	}
	return o.Text + " prints more than the page has"
}

// String returns what was printed.
func (o Output) String() string { return strings.Join(o.lines, "\n") }

// Written returns the lines between the marks, for the output that the command has now.
// Lines that are there already stay, if they match.
func (o Output) Written(block []string, japanese bool) []string {
	shown, _ := Shown(block)
	if saysNothing(shown) {
		shown = nil
	}
	matches := o.mismatch(shown, o.lines) < 0
	if matches && o.CheckForm(block, japanese) == "" {
		return block
	}
	if !matches {
		shown = o.merged(shown)
	}
	return o.layout(shown, o.version, japanese)
}

// merged returns the new output, with gaps where outputs vary. Lines of the page that
// still match stay as they are, so gaps that a person wrote stay, too. Numbers that vary
// all come from this run.
func (o Output) merged(shown []string) []string {
	var out []string
	i, j := 0, 0
	add := func(a, b int) { // the lines before a and b
		if a-i == 1 && isGap(shown[i]) {
			out = append(out, shown[i])
		} else {
			out = append(out, o.varying[j:b]...)
		}
		i, j = a, b
	}
	same := func(shown, line string) bool { return !isGap(shown) && o.mismatch([]string{shown}, []string{line}) < 0 }
	for _, both := range alike.Common(shown, o.lines, same) {
		add(both[0], both[1])
		if lineMatches(shown[i], o.lines[j]) {
			out = append(out, shown[i])
		} else {
			out = append(out, o.varying[j])
		}
		i, j = i+1, j+1
	}
	add(len(shown), len(o.lines))
	return out
}

// layout puts the shown lines between the command and the caption. The caption has the
// version of Go of this run.
func (c Command) layout(shown []string, version string, japanese bool) []string {
	ran, vary, gaps, between, open, end := "run with "+version, "numbers vary", "“…” varies or is left out", "; ", "(", ")"
	if japanese {
		ran, vary, gaps, between, open, end = version+" で実行", "数字は実行のたびに変わる", "「…」は実行のたびに変わる部分か、省いた部分", "。", "（", "）"
	}
	notes := []string{ran}
	if c.numbers {
		notes = append(notes, vary)
	}
	if strings.Contains(strings.Join(shown, ""), gap) {
		notes = append(notes, gaps)
	}
	return append(markdown.Fenced("console", append([]string{"$ " + c.Text}, shown...)), open+strings.Join(notes, between)+end)
}
