package race

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestJudge has the cases that small packages can't show, or not every time.
func TestJudge(t *testing.T) {
	const (
		report   = bar + heading + read + inNewClient + "\n" + write + inNewClient + created + bar
		ending   = "Found 1 data race(s)\n"
		testRuns = `{"Action":"run","Package":"mod/chat","Test":"TestA"}`
		testRace = `{"Action":"output","Package":"mod/chat","Test":"TestA","Output":"    testing.go:1712: race detected during execution of test\n"}`
		testFail = `{"Action":"fail","Package":"mod/chat","Test":"TestA"}`
		holds    = `{"Action":"output","Package":"mod/chat","Test":"TestA","Output":"    judgetest.go:43: it holds: all heard all\n"}`
		word     = `{"Action":"output","Package":"mod/chat","Output":"chat: port taken\n"}`
		chatFail = `{"Action":"fail","Package":"mod/chat"}`
		mainPass = `{"Action":"pass","Package":"mod"}`
		mainFail = `{"Action":"fail","Package":"mod"}`
	)
	raced := []string{testRuns, testRace, testFail, chatFail}
	tests := []struct {
		name    string
		events  []string
		stderr  string
		ok      bool
		reports string
		outcome Outcome
		reason  string
	}{
		{"passed", []string{mainPass}, "", true, "", Passed, ""},
		{"passed, with a report", []string{mainPass}, "", true, report, Failed, "in spite of a data race"},
		{"raced", append(raced, mainPass), "", false, report, Raced, ""},
		{"raced, and says what holds", append([]string{testRuns, holds}, raced[1:]...), "", false, report, Raced, ""},
		{"raced, no report", raced, "", false, "", Failed, "no report of one"},
		{"raced, half a report", raced, "", false, report[:len(report)-10], Failed, "something that is no report"},
		{"raced, the package says more", append(raced, word), "", false, report, Failed, "port taken"},
		{"raced, another package fails", append(raced, mainFail), "", false, report, Failed, "mod  fails without a data race"},
		{"two packages, each ended by the detector", []string{chatFail, mainFail}, "", false, report + ending + report + ending, Raced, ""},
		{"two packages, one ended by the detector", []string{chatFail, mainFail}, "", false, report + ending, Failed, "without a data race"},
		{"no package", nil, "go: errors parsing go.mod\n", false, "", NotBuilt, "parsing go.mod"},
		{"output cut off", []string{testRuns, testRace[:20]}, "", false, "", Failed, "no JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := judge(strings.Join(tt.events, "\n"), tt.stderr, tt.ok, tt.reports, "/mod")
			assert.Equal(t, tt.outcome, res.Outcome, res)
			assert.Contains(t, res.Reason, tt.reason)
			assert.Equal(t, tt.reason == "", res.Reason == "", "a reason: %q", res.Reason)
		})
	}
}

// Who watches gets what go test -json wrote as output, whole, however it was cut.
func TestEvents(t *testing.T) {
	var got []string
	e := &events{each: func(line string) { got = append(got, line) }}
	for _, part := range []string{`{"Action":"run"}` + "\n" + `{"Action":"output","Out`, `put":"=== RUN\n"}`, "\n", "no JSON\n", `{"Output":"PASS\n"}`} {
		n, err := e.Write([]byte(part))
		assert.NoError(t, err)
		assert.Equal(t, len(part), n)
	}
	assert.Equal(t, []string{"=== RUN\n"}, got, "what has no end yet is not told")
}
