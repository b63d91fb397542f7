// Package racetable runs go test -race on each step, with the commands of the README's
// table, and compares the results with that table.
package racetable

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

// lessonTests are the tests that fail under the race detector, in a step without unique
// ids. All others pass or are skipped.
var lessonTests = []string{"TestRaceInNewClient", "TestRaceThroughTheHandler"}

// maxReports is how many reports a person can read at once.
const maxReports = 8

// TestSteps runs go test -race as the README says, and compares each step with the
// scoreboard's row on ids.
func TestSteps(t *testing.T) {
	readSources(t)
	t.Parallel()
	// All run at the same time, as a step's tests mostly wait.
	ctx, root := judgetest.Context(t), moduleRoot(t)
	results := make(map[string]chan race.Result)
	for _, step := range steps.All {
		if step.Module == "." {
			result := make(chan race.Result, 1)
			results[step.Name] = result
			go func() { result <- race.Run(ctx, root, step.Packages()) }()
		}
	}
	for _, step := range steps.All {
		t.Run(step.Name, func(t *testing.T) {
			if step.Module != "." {
				t.Skipf("it is a module of its own, and its tests do this there: %s", step.Test("-race"))
			}
			res := <-results[step.Name]
			skipWithoutRaceDetector(t, res)
			if !step.DataRace() {
				require.Equal(t, race.Passed, res.Outcome, res)
				assert.NotZero(t, res.Ran, "no test ran, so none could show a race")
				return
			}
			require.Equal(t, race.Raced, res.Outcome, res)
			assert.ElementsMatch(t, lessonTests, res.Failing, "the tests that fail")
			assert.LessOrEqual(t, len(res.Races), maxReports, "reports")
			assert.Contains(t, res.Output, race.Lesson)
			place := lessonPlace(t, filepath.Join(step.Dir(root), "chat", "client.go"))
			for _, r := range res.Races {
				assert.True(t, r.Within(place), "this race is not the lesson's:\n%s", r.Text)
			}
		})
	}
}

// TestTrap makes the mistake of an exercise in 02's README: the handler reads the id
// after it has handed the client over. The step's source doesn't change. An overlay
// replaces the file for this run.
func TestTrap(t *testing.T) {
	readSources(t)
	t.Parallel()
	server := filepath.Join(moduleRoot(t), "02-race-fix", "chat", "server.go")
	source, err := os.ReadFile(server)
	require.NoError(t, err)
	const handedOver, read = "s.Add(client)\n", `log.Println("joined:", client.id)`
	before, after, found := strings.Cut(string(source), handedOver)
	require.True(t, found, "%s: no %q; the README's exercise names it", server, handedOver)
	changed := before + handedOver + read + "\n" + after
	line := func(text string) int {
		before, _, found := strings.Cut(changed, text)
		require.True(t, found, "%s: no %q", server, text)
		return 1 + strings.Count(before, "\n")
	}
	write := race.Place{File: server, Function: "(*Server).Listen", Lines: []int{line("c.id =")}}
	trap := race.Place{File: server, Function: "(*Server).Listen.func1", Lines: []int{line(read)}}

	overlay := gocmd.Overlay{"02-race-fix/chat/server.go": changed}
	laid, err := overlay.Flag(t.TempDir(), moduleRoot(t))
	require.NoError(t, err)
	res := runRace(t, "./02-race-fix/chat", laid, "-run=^TestProperties$/^EveryMessage$")
	require.NoError(t, overlay.Used(t.Context(), moduleRoot(t), moduleRoot(t), laid, "./02-race-fix/chat"))
	require.Equal(t, race.Raced, res.Outcome, res)
	require.NotEmpty(t, res.Races, res)
	for _, r := range res.Races {
		assert.True(t, r.Between(write, trap), "this race is not between the assignment and the handler's read:\n%s", r.Text)
	}
}

// runRace calls Run. It skips the test if there is no race detector, and with
// -short.
func runRace(t *testing.T, pattern string, flags ...string) race.Result {
	t.Helper()
	notShort(t)
	res := race.Run(judgetest.Context(t), moduleRoot(t), pattern, flags...)
	skipWithoutRaceDetector(t, res)
	return res
}

func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out tests that run go test -race, which takes long")
	}
}

// skipWithoutRaceDetector skips the test, but not in CI: there nobody would notice that
// nothing is tested.
func skipWithoutRaceDetector(t *testing.T, res race.Result) {
	t.Helper()
	if res.Outcome != race.NoRaceDetector {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("CI is set, but there is no race detector: %s", res.Reason)
	}
	t.Skipf("there is no race detector: %s", res.Reason)
}

// lessonPlace returns the place of the lesson's race: the increment of maxId and its
// second read, in NewClient.
func lessonPlace(t *testing.T, file string) race.Place {
	t.Helper()
	place, err := race.Uses(file, "NewClient", "maxId")
	require.NoError(t, err)
	require.Len(t, place.Lines, 2, "the uses of maxId in NewClient")
	return place
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	return root
}

// readSources reads all files that the child processes build, for the test cache.
func readSources(t *testing.T) {
	t.Helper()
	notShort(t)
	sources := []string{"go.mod", "go.sum", "internal"}
	for _, step := range steps.All {
		if step.Module == "." {
			sources = append(sources, step.Name)
		}
	}
	require.NoError(t, gocmd.ReadSources(moduleRoot(t), sources...))
}
