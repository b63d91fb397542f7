package counts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/steps"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Question{
		"01-original two-join":      {"01-original", "two-join", false},
		"-all 01-original two-join": {"01-original", "two-join", true},
	} {
		q, err := Parse(text)
		assert.NoError(t, err)
		assert.Equal(t, want, q)
		assert.Equal(t, text, q.String())
	}
	for text, want := range map[string]string{
		"":                            "write STEP SCENARIO",
		"NewClient":                   "write STEP SCENARIO",
		"-all 01-original":            "write STEP SCENARIO",
		"01-orginal two-join":         "write one of 01-original",
		"01-original two-joins":       "-list lists them",
		"-every 01-original two-join": "write STEP SCENARIO",
	} {
		_, err := Parse(text)
		assert.ErrorContains(t, err, want)
	}
}

// What is played is the repository's own code: two binomials, and what is printed.
func TestPlay(t *testing.T) {
	if testing.Short() {
		t.Skip("it plays orders, which takes some seconds: go test -C tools ./pages/counts")
	}
	root(t)
	two, three := Question{"02-race-fix", "two-join", true}, Question{"03-single-goroutine", "two-things", false}
	none := Question{"03-single-goroutine", "buffer-full", false}
	command := Command{"-replay 'a! b!' 02-race-fix two-join", "ja"}
	var log strings.Builder
	played, err := Play(judgetest.Context(t), []Question{two, three, none}, []Command{command}, &log)
	require.NoError(t, err)
	assert.Equal(t, map[Question]Answer{
		two:   {Tally: schedule.Tally{Orders: 70}},
		three: {Tally: schedule.Tally{Orders: 8, Wrong: 4}},
		none:  {Missing: NoLimit},
	}, played.Answers)
	printed := strings.Join(played.Printed[command], "\n")
	assert.Contains(t, printed, "s.addClientCh <- c")
	assert.Contains(t, printed, "リクエスト")
	assert.Contains(t, log.String(), "3 counts of orders and 1 orders")

	_, err = Play(judgetest.Context(t), nil, []Command{{"-replay 'c!' 02-race-fix two-join", "en"}}, &log)
	assert.ErrorContains(t, err, "go run ./docs/orders -replay 'c!' 02-race-fix two-join")
}

// A step that can't be explored is left out, and the others are built.
func TestNotExplored(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a program, which takes some seconds: go test -C tools ./pages/counts")
	}
	const file = "03-single-goroutine/chat/client.go"
	text, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(file)))
	require.NoError(t, err)
	timer := strings.NewReplacer("\t\"log\"\n", "\t\"log\"\n\t\"time\"\n", "\tlog.Println(\"send:\", msg)\n", "\t<-time.After(1)\n").Replace(string(text))
	programs, err := build(judgetest.Context(t), gocmd.Overlay{file: timer}, []Question{{Step: "03-single-goroutine"}, {Step: "02-race-fix"}})
	require.NoError(t, err)
	require.Len(t, programs, 1)
	require.NotNil(t, programs["02-race-fix"])
	assert.NoError(t, programs["02-race-fix"].Close())
	a, err := ask(judgetest.Context(t), programs["03-single-goroutine"], Question{"03-single-goroutine", "two-join", false})
	assert.NoError(t, err)
	assert.Equal(t, Answer{Missing: NotExplored}, a)
}

// root returns the repository's directory, and has go test know that the result depends on
// what is in it.
func root(t *testing.T) string {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	require.NoError(t, gocmd.ReadSources(root, "."))
	return root
}
