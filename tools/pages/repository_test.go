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

// The repository's own pages are true, as far as can be told without running a
// command. With -short no orders are played: the check does that.
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

// What a page says that a command prints, it prints.
func TestRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs all commands that the pages show, which takes minutes: go test -C tools ./pages")
	}
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		// What is not over then is told, and the rest of the time is for that.
		var stop context.CancelFunc
		ctx, stop = context.WithDeadline(ctx, time.Now().Add(time.Until(deadline)*9/10))
		defer stop()
	}
	for _, problem := range CheckRuns(ctx, root(t), t.Output()) {
		t.Error(problem)
	}
}

// root returns the repository's directory. It reads all that is in it, for go test
// to know what this test's result depends on.
func root(t *testing.T) string {
	t.Helper()
	root, err := steps.Root()
	require.NoError(t, err)
	require.NoError(t, gocmd.ReadSources(root, "."))
	return root
}
