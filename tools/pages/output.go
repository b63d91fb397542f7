package pages

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// gap stands for anything within a line; alone on a line, for any lines.
const gap = "…"

// Problems are the pages that show something else than what was printed.
func (r Run) Problems(o Output) []Problem {
	var problems []Problem
	for _, b := range r.blocks {
		shown, _ := b.shown()
		at := mismatch(r.comparable(shown), r.comparable(o.Lines))
		if at < 0 {
			continue
		}
		where := "prints more than what stands here"
		if at < len(shown) {
			where = fmt.Sprintf("prints something else, or nothing, where %q stands here", shown[at])
		}
		problems = append(problems, b.problem(fmt.Errorf("%s %s: %s, or mend what it runs. It printed:\n%s",
			r.Command, where, remedy, strings.Join(o.Lines, "\n"))))
	}
	return problems
}

var (
	number = regexp.MustCompile(`\d+(\.\d+)?`)
	blanks = regexp.MustCompile(` +`)
)

// comparable is the lines with every number, and what aligns it, made the same, if
// the run's numbers vary; with zeros, 0 stays what it is.
func (r Run) comparable(lines []string) []string {
	if !r.numbers {
		return lines
	}
	same := make([]string, len(lines))
	for i, l := range lines {
		same[i] = blanks.ReplaceAllString(number.ReplaceAllStringFunc(l, r.anyNumber), " ")
	}
	return same
}

func (r Run) anyNumber(n string) string {
	if r.zeros && strings.Trim(n, "0.") == "" {
		return "0"
	}
	return "1"
}

// mismatch returns -1 if the lines are what is shown, else the index of the line
// that is shown and could not be found, or len(shown) if there are more lines.
func mismatch(shown, lines []string) int {
	// Each line that is a gap takes as few lines as it can. When the rest does not
	// fit, the last gap takes one more; the gaps before it never need to.
	i, j, far := 0, 0, 0
	gapAt, taken := -1, 0
	for j < len(lines) {
		switch {
		case i < len(shown) && strings.TrimSpace(shown[i]) == gap:
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
	for i < len(shown) && strings.TrimSpace(shown[i]) == gap {
		i++
	}
	if i < len(shown) {
		return max(far, i)
	}
	return -1
}

// lineMatches tells whether a line is what is shown, gaps in it being anything.
func lineMatches(shown, line string) bool {
	parts := strings.Split(shown, gap)
	line, ok := strings.CutPrefix(line, parts[0])
	if len(parts) == 1 {
		return ok && line == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		var found bool
		_, line, found = strings.Cut(line, part) // the first is as good as any later
		ok = ok && found
	}
	return ok && strings.HasSuffix(line, parts[len(parts)-1])
}

// varies is what is different from run to run, or with another version of Go.
var varies = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\b0x[0-9a-f]+`), "0x" + gap},
	{regexp.MustCompile(`\b([Gg]oroutine) \d+`), "$1 " + gap},
	{regexp.MustCompile(`\(cached\)`), gap},
	{regexp.MustCompile(`\b\d+\.\d+(ns|µs|ms|s)\b`), gap},
	{regexp.MustCompile(`\btesting\.go:\d+`), "testing.go:" + gap},
}

// varying is the output with gaps where outputs commonly vary, and where they
// say where things are on this machine.
func (o Output) varying(root string) []string {
	text := strings.Join(o.Lines, "\n")
	temp := []string{os.TempDir()}
	if real, err := filepath.EvalSymlinks(temp[0]); err == nil {
		temp = []string{real, temp[0]} // the longer one first
	}
	replace := func(pattern, with string) {
		text = regexp.MustCompile(pattern).ReplaceAllString(text, with)
	}
	replace(regexp.QuoteMeta(root)+`\b`, gap)
	if o.goes.goroot != "" {
		replace(regexp.QuoteMeta(o.goes.goroot)+`(/\S+\.(?:go|s)):\d+`, gap+"$1:"+gap)
		replace(regexp.QuoteMeta(o.goes.goroot)+`\b`, gap)
	}
	if o.goes.modcache != "" {
		replace(regexp.QuoteMeta(o.goes.modcache)+`\b`, gap)
	}
	for _, dir := range temp {
		replace(regexp.QuoteMeta(strings.TrimRight(dir, `/\`))+`[/\\][^/\\\s:"]+`, gap)
	}
	for _, v := range varies {
		text = v.what.ReplaceAllString(text, v.with)
	}
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// shown is what the block says that the command prints, and what stands below.
func (b *block) shown() (lines []string, caption string) {
	if len(b.lines) == 0 {
		return nil, ""
	}
	fence := b.lines[0][:len(b.lines[0])-len(strings.TrimLeft(b.lines[0], "`"))]
	end := slices.Index(b.lines[1:], fence) + 1
	if fence == "" || end < 1 {
		return nil, ""
	}
	lines, caption = b.lines[1:end], strings.Join(b.lines[end+1:], " ")
	if len(lines) > 0 && strings.HasPrefix(lines[0], "$ ") {
		lines = lines[1:]
	}
	return lines, caption
}

// withOutput is what is to stand between the marks, given what the command
// prints now: what stands there already, as long as it matches.
func (b *block) withOutput(o Output, root string, japanese bool) []string {
	shown, _ := b.shown()
	if saysNothing(shown) {
		shown = nil
	}
	r, _ := parseRun(b.args) // whoever calls has seen to it
	matches := mismatch(r.comparable(shown), r.comparable(o.Lines)) < 0
	if matches && b.checkForm(japanese) == "" {
		return b.lines
	}
	if !matches {
		shown = merged(shown, o.Lines, o.varying(root))
	}
	return b.layout(shown, o.goes.version, japanese)
}

// saysNothing tells whether the lines would match any output.
func saysNothing(shown []string) bool {
	return len(shown) > 0 && !slices.ContainsFunc(shown, func(l string) bool { return strings.TrimSpace(l) != gap })
}

// merged is what is printed now, in its varying form, but for what is shown
// already and still matches: so the gaps stay that somebody put there by hand.
func merged(shown, lines, varying []string) []string {
	var out []string
	i, j := 0, 0
	add := func(a, b int) { // what stands before a and b
		if a-i == 1 && strings.TrimSpace(shown[i]) == gap {
			out = append(out, shown[i])
		} else {
			out = append(out, varying[j:b]...)
		}
		i, j = a, b
	}
	same := func(shown, line string) bool { return strings.TrimSpace(shown) != gap && lineMatches(shown, line) }
	for _, both := range common(shown, lines, same) {
		add(both[0], both[1])
		out = append(out, shown[i])
		i, j = i+1, j+1
	}
	add(len(shown), len(lines))
	return out
}

var goVersion = regexp.MustCompile(`\bgo\d[\w.-]*`)

// checkForm says in what the block is not laid out as one that was written. What
// the command prints it doesn't know.
func (b *block) checkForm(japanese bool) string {
	shown, caption := b.shown()
	if saysNothing(shown) || goVersion.FindString(caption) == "" {
		return "this run doesn't say yet what the command prints, or with which Go"
	}
	if want := b.layout(shown, goVersion.FindString(caption), japanese); !slices.Equal(want, b.lines) {
		return fmt.Sprintf("this run is not as it is written (%s)", firstDifference(b.lines, want))
	}
	return ""
}

// layout puts what is shown between the command and the caption, which says with
// which version of Go it was run.
func (b *block) layout(shown []string, version string, japanese bool) []string {
	r, _ := parseRun(b.args) // whoever calls has seen to it
	var notes []string
	hasGaps := strings.Contains(strings.Join(shown, ""), gap)
	if japanese {
		notes = append(notes, version+" で実行")
		if r.numbers {
			notes = append(notes, "数字は実行のたびに変わる")
		}
		if hasGaps {
			notes = append(notes, "「…」は実行のたびに変わる部分か、省いた部分")
		}
		return append(fenced("console", append([]string{"$ " + r.Command}, shown...)), "（"+strings.Join(notes, "。")+"）")
	}
	notes = append(notes, "run with "+version)
	if r.numbers {
		notes = append(notes, "numbers vary")
	}
	if hasGaps {
		notes = append(notes, "“…” varies or is left out")
	}
	return append(fenced("console", append([]string{"$ " + r.Command}, shown...)), "("+strings.Join(notes, "; ")+")")
}
