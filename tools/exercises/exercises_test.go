package exercises

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

var only = flag.String("only", "", "judge only solutions of exercises whose names begin with this")

// The checker passes every right solution, and catches every wrong one for the reason
// that is stated.
func TestMatrix(t *testing.T) {
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
	for _, e := range exercises.All {
		right, wrong, clean := 0, 0, 0
		for _, row := range m.Rows {
			switch {
			case row.Name != e.Name:
			case row.Right:
				right++
			default:
				wrong++
				if row.Clean {
					clean++
				}
			}
		}
		if right+wrong == 0 {
			continue // not judged
		}
		t.Logf("%s: %d right, %d wrong, of which %d are clean under the race detector", e.Name, right, wrong, clean)
	}
}
