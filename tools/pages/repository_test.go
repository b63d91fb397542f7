package pages

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

// The repository's own pages are true, in all that can be checked without running a
// command. With -short no orders are played. The check plays them.
func TestPagesAreTrue(t *testing.T) {
	var problems []Problem
	if testing.Short() {
		tree, err := open(os.DirFS(root(t)), steps.All)
		require.NoError(t, err)
		problems = append(tree.check(t.Context()), tree.missing()...)
	} else {
		problems = Check(judgetest.Context(t), root(t), t.Output())
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

// Each command on a page prints what the page says.
func TestRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs all commands that the pages show, which takes minutes: go test -C tools ./pages")
	}
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		// A command that has not ended by then is reported. The rest of the time is for that.
		var stop context.CancelFunc
		ctx, stop = context.WithDeadline(ctx, time.Now().Add(time.Until(deadline)*9/10))
		defer stop()
	}
	for _, problem := range CheckRuns(ctx, root(t), t.Output()) {
		t.Error(problem)
	}
}

// root returns the repository's directory. It reads all files in it, so go test knows
// that this test's result depends on them.
func root(t *testing.T) string {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	require.NoError(t, gocmd.ReadSources(root, "."))
	return root
}
