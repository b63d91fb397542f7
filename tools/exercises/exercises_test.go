package exercises

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

var only = flag.String("only", "", "judge only solutions whose exercise and title begin with this, as in 08-no-gap/own")

// The checker passes every right solution, and catches every wrong one for the reason
// that is stated.
func TestMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves it out, since it takes minutes; go run -C tools ./check exercises does it")
	}
	root, err := steps.Root()
	require.NoError(t, err)
	require.NoError(t, gocmd.ReadSources(root, "go.mod", "internal", "tools/exercises"))
	m, err := Judge(judgetest.Context(t), *only, t.Output())
	require.NoError(t, err)
	for _, row := range m.Rows {
		t.Run(row.Name+"/"+row.Title, func(t *testing.T) {
			if row.Problem != "" {
				t.Error(row.Problem)
			}
		})
	}
}

// Each exercise is tried with enough solutions, and some wrong ones pass the race detector.
func TestEnough(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	clean := 0
	for _, e := range exercises.All {
		solutions, err := e.Solutions(os.DirFS(root))
		require.NoError(t, err)
		right, wrong := 0, 0
		for _, s := range solutions {
			assert.NotEmpty(t, s.Why["en"], "%s/%s", e.Name, s.Title)
			assert.NotEmpty(t, s.Why["ja"], "%s/%s", e.Name, s.Title)
			switch {
			case s.Right:
				right++
			default:
				wrong++
			}
			if s.Clean {
				clean++
			}
		}
		assert.GreaterOrEqual(t, right, 3, "right solutions of %s", e.Name)
		assert.GreaterOrEqual(t, wrong, 5, "wrong solutions of %s", e.Name)
	}
	assert.GreaterOrEqual(t, clean, 5, "wrong solutions that are clean under the race detector")
}

// What a hint quotes is in the exercise, or in one of its right solutions: hints lead there.
func TestHintsQuote(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	quoted := regexp.MustCompile("`([^`]+)`")
	quotes := 0
	for _, e := range exercises.All {
		begin, err := e.Start("")
		require.NoError(t, err)
		var code strings.Builder
		for _, text := range begin {
			code.WriteString(text)
		}
		solutions, err := e.Solutions(os.DirFS(root))
		require.NoError(t, err)
		for _, s := range solutions {
			if s.Right {
				_, files, err := s.Room()
				require.NoError(t, err)
				for _, text := range files {
					code.WriteString(text)
				}
			}
		}
		for _, cause := range e.Causes() {
			for _, lang := range []string{"en", "ja"} {
				_, hints := e.Hints(lang, cause)
				for _, hint := range hints {
					for _, quote := range quoted.FindAllStringSubmatch(hint, -1) {
						quotes++
						assert.Contains(t, code.String(), strings.TrimSuffix(quote[1], ":"), "a hint of %s, %s: %s", e.Name, cause, hint)
					}
				}
			}
		}
	}
	assert.Greater(t, quotes, 20)
}
