// Package runs runs all commands that the repository's pages show with their
// output. It is apart from internal/pages because it takes a while.
package runs

import (
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/tools/pages"
)

const root = "../../.."

// What a page says that a command prints, it prints.
func TestRuns(t *testing.T) {
	readSources(t)
	tree, err := pages.Open(root)
	require.NoError(t, err)
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	t.Cleanup(stop) // when all that run beside one another are over
	for _, run := range tree.Runs() {
		t.Run(run.Command, func(t *testing.T) {
			t.Parallel() // most of them wait for most of their time
			if missing := run.Missing(ctx); missing != "" {
				t.Skip(missing)
			}
			started := time.Now()
			output, err := run.Output(ctx)
			t.Logf("%s took %v", run.Command, time.Since(started).Round(time.Millisecond))
			require.NoError(t, err)
			for _, problem := range run.Problems(output) {
				t.Error(problem)
			}
		})
	}
}

// readSources reads all that the commands may read.
// go test knows which files this process has opened, but not what its children
// have: without this it would say "ok (cached)" of an output that has changed.
func readSources(t *testing.T) {
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == ".git" {
			return fs.SkipDir
		}
		if err == nil && entry.Type().IsRegular() {
			_, err = os.ReadFile(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another test's, and gone
		}
		return err
	}))
}
