package pages

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// slowly matches what is shown as its definition says, without any care for the
// time that takes. It is for lines in a text, and for letters in a line.
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

// No page and no output makes the matching take longer than a moment.
func TestMatchingIsFast(t *testing.T) {
	assert.False(t, lineMatches(strings.Repeat("a…", 5000)+"b", strings.Repeat("a", 100_000)))
	var shown []string
	for range 200 {
		shown = append(shown, gap, "a…a…a…b", "a…")
	}
	lines := strings.Split(strings.Repeat("aaaa\n", 2000), "\n")
	assert.GreaterOrEqual(t, mismatch(shown, lines), 0)
}

func TestVarying(t *testing.T) {
	o := Output{goes: goEnv{version: "go1.26.8", goroot: "/opt/go", modcache: "/home/x/mod"}}
	temp := filepath.Join(os.TempDir(), "go-build1234", "b001", "chat.test")
	for line, want := range map[string]string{
		"Read at 0x00c000012345 by goroutine 11:":                       "Read at 0x… by goroutine …:",
		"Goroutine 7 (running) created at:":                             "Goroutine … (running) created at:",
		"      /src/repo/01/client.go:35 +0x7d":                         "      …/01/client.go:35 +0x…",
		"      /src/repository/client.go:35":                            "      /src/repository/client.go:35",
		"      /opt/go/src/sync/waitgroup.go:238 +0x72":                 "      …/src/sync/waitgroup.go:… +0x…",
		"\t/home/x/mod/golang.org/x/net@v0.62.0/websocket/server.go:89": "\t…/golang.org/x/net@v0.62.0/websocket/server.go:89",
		"main.f(0xc0000120a0, {0x1, 0x2?})":                             "main.f(0x…, {0x…, 0x…?})",
		"--- FAIL: TestX (0.12s)":                                       "--- FAIL: TestX (…)",
		"ok  \tchat\t12.345s":                                           "ok  \tchat\t…",
		"ok  \tchat\t(cached)":                                          "ok  \tchat\t…",
		"took 1.5ms or 7.25µs, of 10s":                                  "took … or …, of 10s",
		"    testing.go:1712: race detected":                            "    testing.go:…: race detected",
		"exec " + temp + ": no":                                         "exec …" + filepath.FromSlash("/b001/chat.test") + ": no",
		"v0.62.0 has 2 goroutines and 3 messages":                       "v0.62.0 has 2 goroutines and 3 messages",
	} {
		o.Lines = []string{line}
		assert.Equal(t, []string{want}, o.varying("/src/repo"))
		assert.Less(t, mismatch([]string{want}, o.Lines), 0, line)
	}
	assert.Empty(t, Output{}.varying("/src/repo"))
}

// What somebody made of an output by hand stays where it still matches.
func TestWithOutput(t *testing.T) {
	printed := Output{Lines: []string{"=== RUN", "x", "y", "--- FAIL: TestX (0.10s)", "    x_test.go:12: 5 of 7", "FAIL"}, goes: goEnv{version: "go1.27"}}
	block := func(shown ...string) *block {
		b := &block{kind: "run", args: "fails: A=b go test"}
		b.lines = b.layout(shown, "go1.26", false)
		return b
	}
	whole := []string{"```console", "$ A=b go test", "=== RUN", "x", "y", "--- FAIL: TestX (…)", "    x_test.go:12: 5 of 7", "FAIL", "```", "(run with go1.27; “…” varies or is left out)"}

	assert.Equal(t, whole, block().withOutput(printed, "/src", false), "nothing yet")
	assert.Equal(t, whole, block(gap).withOutput(printed, "/src", false), "nothing but a gap")
	fresh := block("=== RUN", "…", "--- FAIL: TestX (…)", "    x_test.go:12: … of 7", "FAIL")
	assert.Equal(t, fresh.lines, fresh.withOutput(printed, "/src", false), "it matches, so it stays, and so does the version")
	moved := block("=== RUN", "…", "--- FAIL: TestX (…)", "    x_test.go:10: … of 7", "FAIL")
	assert.Equal(t, []string{"```console", "$ A=b go test", "=== RUN", "…", "--- FAIL: TestX (…)", "    x_test.go:12: 5 of 7", "FAIL", "```", "(run with go1.27; “…” varies or is left out)"},
		moved.withOutput(printed, "/src", false), "one line has changed")
	other := block("=== RUN", "…", "PASS")
	assert.Equal(t, whole, other.withOutput(printed, "/src", false), "nothing stands around the gap any more")

	japanese := block("=== RUN", "…", "FAIL").withOutput(printed, "/src", true)
	assert.Equal(t, "（go1.27 で実行。「…」は実行のたびに変わる部分か、省いた部分）", japanese[len(japanese)-1])
	fence := block().withOutput(Output{Lines: []string{"```"}, goes: printed.goes}, "/src", true)
	assert.Equal(t, []string{"````console", "$ A=b go test", "```", "````", "（go1.27 で実行）"}, fence)
}

func TestRunProblems(t *testing.T) {
	b := &block{path: "page.md", first: 7, kind: "run", args: "go test"}
	b.lines = b.layout([]string{"a", gap, "b"}, "go1.26", false)
	r := Run{Command: "go test", blocks: []*block{b}}
	assert.Empty(t, r.Problems(Output{Lines: []string{"a", "x", "b"}}))
	problems := r.Problems(Output{Lines: []string{"a", "x", "c"}})
	assert.Len(t, problems, 1)
	assert.Equal(t, "page.md:7: go test prints something else, or nothing, where \"b\" stands here: "+
		"run go -C tools generate ./pages, or mend what it runs. It printed:\na\nx\nc", problems[0].Error())
	assert.ErrorContains(t, r.Problems(Output{Lines: []string{"a", "b", "c"}})[0], "prints more than what stands here")
}

// Under numbers: any number is as good as any other, and so is what aligns it.
// Words are not.
func TestNumbersVary(t *testing.T) {
	b := &block{path: "page.md", first: 7, kind: "run", args: "numbers: go test"}
	table := []string{"way     ns per id", "mutex        12.5", "  1            9"}
	b.lines = b.layout(table, "go1.26", false)
	assert.Equal(t, "(run with go1.26; numbers vary)", b.lines[len(b.lines)-1])
	r, err := parseRun(b.args)
	assert.NoError(t, err)
	r.blocks = []*block{b}
	measured := Output{Lines: []string{"way   ns per id", "mutex       135", " 12     0.25"}, goes: goEnv{version: "go1.27"}}
	assert.Empty(t, r.Problems(measured))
	assert.Equal(t, b.lines, b.withOutput(measured, "/src", false), "it matches, so it stays")

	renamed := Output{Lines: []string{"way   ns per id", "atomic      135", " 12     0.25"}, goes: goEnv{version: "go1.27"}}
	assert.Len(t, r.Problems(renamed), 1)
	assert.Equal(t, []string{"```console", "$ go test", "way   ns per id", "atomic      135", " 12     0.25", "```", "（go1.27 で実行。数字は実行のたびに変わる）"}, b.withOutput(renamed, "/src", true)[0:7])
	more := Output{Lines: []string{"way   ns per id", "mutex 1 2", " 12     0.25"}}
	assert.Len(t, r.Problems(more), 1, "one number more")
	r.zeros = true
	assert.Empty(t, r.Problems(measured))
	none := Output{Lines: []string{"way   ns per id", "mutex         0", " 12     0.25"}}
	assert.Len(t, r.Problems(none), 1, "with zeros: none is not some")
	r.zeros = false
	assert.Empty(t, r.Problems(none))
	r.numbers = false
	assert.Len(t, r.Problems(measured), 1, "and without numbers: they count")
}
