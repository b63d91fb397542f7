package runs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parse reads a mark that has no error.
func parse(t *testing.T, args string) Command {
	t.Helper()
	c, err := Parse(args)
	require.NoError(t, err)
	return c
}

// Lines that a person has edited stay if they still match.
func TestWritten(t *testing.T) {
	c := parse(t, "fails: A=b go test")
	printed := []string{"=== RUN", "x", "y", "--- FAIL: TestX (0.10s)", "    x_test.go:12: 5 of 7", "FAIL"}
	o := Output{Command: c, lines: printed, varying: split(goEnv{}.varying("/src", strings.Join(printed, "\n"))), version: "go1.27"}
	block := func(shown ...string) []string { return c.layout(shown, "go1.26", false) }
	const caption = "(run with go1.27; “…” varies or is left out)"
	whole := []string{"```console", "$ A=b go test", "=== RUN", "x", "y", "--- FAIL: TestX (…)", "    x_test.go:12: 5 of 7", "FAIL", "```", caption}
	fresh := block("=== RUN", "…", "--- FAIL: TestX (…)", "    x_test.go:12: … of 7", "FAIL")
	for _, tt := range []struct {
		name        string
		block, want []string
	}{
		{"nothing yet", nil, whole},
		{"no lines yet", block(), whole},
		{"nothing but a gap", block(gap), whole},
		{"it matches, so it stays, and so does the version", fresh, fresh},
		{"one line has changed", block("=== RUN", "…", "--- FAIL: TestX (…)", "    x_test.go:10: … of 7", "FAIL"),
			[]string{"```console", "$ A=b go test", "=== RUN", "…", "--- FAIL: TestX (…)", "    x_test.go:12: 5 of 7", "FAIL", "```", caption}},
		{"nothing stands around the gap any more", block("=== RUN", "…", "PASS"), whole},
	} {
		assert.Equal(t, tt.want, o.Written(tt.block, false), tt.name)
	}
	japanese := o.Written(block("=== RUN", "…", "FAIL"), true)
	assert.Equal(t, "（go1.27 で実行。「…」は実行のたびに変わる部分か、省いた部分）", japanese[len(japanese)-1])
	fence := Output{Command: c, lines: []string{"```"}, varying: []string{"```"}, version: "go1.27"}
	assert.Equal(t, []string{"````console", "$ A=b go test", "```", "````", "（go1.27 で実行）"}, fence.Written(block(), true))
}

func TestCheck(t *testing.T) {
	c := parse(t, "go test")
	block := c.layout([]string{"a", gap, "b"}, "go1.26", false)
	for last, want := range map[string]string{
		"b": "",
		"c": `go test prints something else, or nothing, where the page has "b"`,
	} {
		assert.Equal(t, want, Output{Command: c, lines: []string{"a", "x", last}}.Check(block))
	}
	assert.Equal(t, "go test prints more than the page has", Output{Command: c, lines: []string{"a", "b", "c"}}.Check(block))
}

// With numbers: a number matches any other number, also if other spaces align it. Words
// must be the same. With zeros: 0 matches only 0.
func TestNumbersVary(t *testing.T) {
	shown := []string{"way     ns per id", "mutex        12.5", "  1            9"}
	for _, tt := range []struct {
		name, args string
		printed    []string
		matches    bool
	}{
		{"other numbers", "numbers: go test", []string{"way   ns per id", "mutex       135", " 12     0.25"}, true},
		{"the same without numbers:", "go test", []string{"way   ns per id", "mutex       135", " 12     0.25"}, false},
		{"the same with zeros:", "numbers: zeros: go test", []string{"way   ns per id", "mutex       135", " 12     0.25"}, true},
		{"another word", "numbers: go test", []string{"way   ns per id", "atomic      135", " 12     0.25"}, false},
		{"one number more", "numbers: go test", []string{"way   ns per id", "mutex 1 2", " 12     0.25"}, false},
		{"none", "numbers: go test", []string{"way   ns per id", "mutex         0", " 12     0.25"}, true},
		{"none with zeros:", "numbers: zeros: go test", []string{"way   ns per id", "mutex         0", " 12     0.25"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := parse(t, tt.args)
			block := c.layout(shown, "go1.26", false)
			o := Output{Command: c, lines: tt.printed, varying: tt.printed, version: "go1.27"}
			assert.Equal(t, tt.matches, o.Check(block) == "")
			if tt.matches {
				assert.Equal(t, block, o.Written(block, false), "it stays")
			} else {
				assert.Subset(t, o.Written(block, true), []string{tt.printed[1]}, "it is written again")
			}
		})
	}
	c := parse(t, "numbers: go test")
	printed := []string{"PASS", "way  ns", "new  1", "mutex  7", "ok"}
	o := Output{Command: c, lines: printed, varying: printed}
	assert.Equal(t, []string{"…", "way  ns", "new  1", "mutex  7", "…"}, o.merged([]string{"…", "way  ns", "old  1", "mutex 12", "…"}), "a word has changed: all numbers are new, and the gaps stay")
	assert.Contains(t, c.layout(shown, "go1.26", false), "(run with go1.26; numbers vary)")
	assert.Contains(t, c.layout(shown, "go1.26", true), "（go1.26 で実行。数字は実行のたびに変わる）")
}
