package steps

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table has a row for every directory of a step, and no other rows.
func TestTableIsTheDirectories(t *testing.T) {
	root, err := Root()
	require.NoError(t, err)
	directories, err := filepath.Glob(filepath.Join(root, "[0-9][0-9]-*"))
	require.NoError(t, err)
	var names []string
	for _, d := range directories {
		names = append(names, filepath.Base(d))
	}
	assert.Equal(t, names, Names(), "the directories, and the rows of internal/steps/steps.go: write a row, or the directory")
}

// Each row has all facts.
func TestRowsAreComplete(t *testing.T) {
	for _, s := range All {
		assert.NotEmpty(t, s.Path, "Path of %s", s.Name)
		assert.NotEmpty(t, s.Loop, "Loop of %s", s.Name)
		assert.NotEmpty(t, s.Module, "Module of %s", s.Name)
		assert.Positive(t, s.GoroutinesPerClient, "GoroutinesPerClient of %s", s.Name)
		for p, defect := range s.Lacks {
			assert.Contains(t, Properties, p, "Lacks of %s", s.Name)
			assert.NotEmpty(t, defect, "the defect of %s by which it lacks %s", s.Name, p)
		}
		for p, defect := range s.Internet {
			assert.Contains(t, Strangers, p, "Internet of %s", s.Name)
			assert.NotEmpty(t, defect, "the defect of %s by which it lacks %s", s.Name, p)
		}
		for _, b := range BadClients {
			assert.Contains(t, Reactions, s.Reactions[b], "the reaction of %s to %s", s.Name, b)
		}
	}
}

// What a stalled client costs can't be seen where it freezes the room.
func TestHas(t *testing.T) {
	first, third := Of("01-original"), Of("03-single-goroutine")
	assert.True(t, first.Has(SenderOrder))
	assert.False(t, first.Has(StalledRoom))
	assert.False(t, first.Has(StalledCost), "though it is not among what it lacks")
	assert.True(t, third.Has(StalledRoom))
	assert.False(t, third.Has(StalledCost))
}

func TestCommands(t *testing.T) {
	one, own := Of("01-original"), Step{Name: "99-far", Module: "99-far"}
	assert.Equal(t, "go run ./01-original", one.Run())
	assert.Equal(t, "go test -race ./01-original/...", one.Test("-race"))
	assert.Equal(t, "go test ./01-original/...", one.Test(""))
	assert.Equal(t, "go run -C 99-far .", own.Run())
	assert.Equal(t, "go test -C 99-far -race ./...", own.Test("-race"))
	assert.Panics(t, func() { Of("00-none") })
}

// Root finds the root from below, through a symbolic link, and with a go.mod that has
// CRLF. It does not take another module, such as bench, for the root.
func TestRoot(t *testing.T) {
	real, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	root := filepath.Join(real, "clone")
	below := filepath.Join(root, "bench", "load")
	require.NoError(t, os.MkdirAll(below, 0o755))
	write := func(file, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(root, filepath.FromSlash(file)), []byte(text), 0o644))
	}
	write("go.mod", "// a comment\r\nmodule websocket-chat-steps // the lesson\r\n\r\ngo 1.26.0\r\n")
	write("bench/go.mod", "module websocket-chat-steps/bench\n")
	write("bench/load/go.mod", "module websocket-chat-steps-of-mine // somebody's\n")

	t.Chdir(below)
	got, err := Root()
	require.NoError(t, err)
	assert.Equal(t, root, got)

	link := filepath.Join(real, "link")
	if err := os.Symlink(root, link); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	t.Chdir(filepath.Join(link, "bench"))
	got, err = Root()
	require.NoError(t, err)
	assert.Equal(t, root, got, "the link is resolved")

	t.Chdir(real)
	_, err = Root()
	assert.ErrorContains(t, err, "go to its directory and run this again")
}
