package racing

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

func root(t *testing.T) string {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	return root
}

// A report is told with the lines of the source: the lesson's with its variable, another one
// without. One that is not understood is left as it was printed.
func TestTell(t *testing.T) {
	dir := steps.Of("01-original").Dir(root(t))
	file := filepath.Join(dir, "chat", "client.go")
	uses, err := race.Uses(file, "NewClient", "maxId")
	require.NoError(t, err)
	side := func(access, function string, line int) race.Side {
		return race.Side{Access: access, Function: function, File: file, Line: line}
	}
	write := side("Write", "NewClient", uses.Lines[0])
	res := race.Result{
		Outcome: race.Raced,
		Output:  "    race_test.go:1: " + race.Lesson + ", if it is\n        so: yes.\n--- FAIL: TestX\n        more\n",
		Races: []race.Race{
			{Sides: [2]race.Side{write, side("Previous read", "NewClient", uses.Lines[1])}, Text: "one"},
			{Sides: [2]race.Side{write, side("Previous read", "(*Client).Conn", uses.Lines[1])}, Text: "two"},
			{Sides: [2]race.Side{write, {Access: "Previous read"}}, Text: "the stack is lost"},
		},
	}
	got := tell(res, dir)
	assert.Equal(t, race.Lesson+", if it is so: yes.", got.Lesson)
	require.Len(t, got.Reports, 3)
	assert.Equal(t, &Side{"Write", "NewClient", "client.go:35", "maxId++"}, got.Reports[0].Sides[0])
	assert.Equal(t, "return &Client{id: maxId, ws: ws, server: server, ch: ch, doneCh: doneCh}", got.Reports[0].Sides[1].Source)
	assert.Equal(t, []string{"maxId", "", ""}, []string{got.Reports[0].Variable, got.Reports[1].Variable, got.Reports[2].Variable})
	assert.Len(t, got.Reports[1].Sides, 2)
	assert.Equal(t, Report{Text: "the stack is lost", Sides: []*Side{}}, got.Reports[2])

	// 02 has no such variable.
	assert.Empty(t, tell(res, steps.Of("02-race-fix").Dir(root(t))).Reports[0].Variable)
}

// Without cgo the doctor says what is missing.
func TestNoRaceDetector(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves out what builds the doctor")
	}
	if runtime.GOOS == "darwin" {
		t.Skip("-race needs no cgo on macOS")
	}
	t.Setenv("CGO_ENABLED", "0")
	got := Run(judgetest.Context(t), root(t), steps.Of("02-race-fix"), "ja", func(string) {})
	assert.Equal(t, race.NoRaceDetector, got.Outcome)
	assert.Contains(t, got.Doctor, "C コンパイラ")
	assert.Contains(t, got.Doctor, "CGO_ENABLED")
	assert.Empty(t, got.Reports)
}
