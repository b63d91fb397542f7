package children

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
)

// A change of the step's source is told, whether git knows the file or not; a change
// of its tests or its page in words is none.
func TestChanged(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip(err)
	}
	root, step := t.TempDir(), steps.All[0]
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"}, args...)
		out, err := gocmd.Command(judgetest.Context(t), root, nil, "git", args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	changed := func() bool {
		t.Helper()
		is, err := Changed(judgetest.Context(t), root, step)
		require.NoError(t, err)
		return is
	}
	_, err := Changed(judgetest.Context(t), root, step)
	if is, _ := Changed(judgetest.Context(t), root, step); is || err == nil {
		t.Skip("the directory for temporary files is in a git repository")
	}

	git("init", "-q")
	source := step.Name + "/chat/server.go"
	write(source, "package chat\n")
	git("add", ".")
	git("commit", "-qm", "a step")
	assert.False(t, changed())
	write(step.Name+"/chat/server_test.go", "package chat\n")
	write(step.Name+"/README.md", "# A step\n")
	write("02-race-fix/chat/server.go", "package chat\n")
	assert.False(t, changed())
	write(source, "package chat // mine\n")
	assert.True(t, changed())
	git("checkout", "-q", source)
	assert.False(t, changed())
	write(step.Name+"/chat/new.go", "package chat\n")
	assert.True(t, changed())
}

// The source that a child was built from is told line by line.
func TestLine(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	sources, err := read(root, steps.Of("01-original"))
	require.NoError(t, err)
	c := &Child{sources: sources}
	assert.Equal(t, "maxId++", c.Line("01-original/chat/client.go", 35))
	assert.Equal(t, "package main", c.Line("01-original/main.go", 3))
	for _, n := range []int{-1, 0, 100000} {
		assert.Empty(t, c.Line("01-original/chat/client.go", n))
	}
	assert.Empty(t, c.Line("02-race-fix/chat/client.go", 35))

	library := filepath.Join(t.TempDir(), "library.go")
	require.NoError(t, os.WriteFile(library, []byte("package library\n\n\tvar x int\n"), 0o644))
	assert.Equal(t, "var x int", c.Line(library, 3))
	assert.Empty(t, c.Line(library, 9))
	assert.Empty(t, c.Line(library+".gone", 3))

	overlay, err := framed(root)
	require.NoError(t, err)
	assert.Contains(t, overlay["internal/webpage/webpage.go"], "frame-ancestors http://localhost:*")
	_, err = framed(t.TempDir())
	assert.Error(t, err)
}
