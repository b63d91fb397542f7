package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
)

// The room builds in an empty module, with the main that is shown for it, and with nothing
// else of this repository.
func TestTakeHome(t *testing.T) {
	read := func(file string) string {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		return string(text)
	}
	lines := regexp.MustCompile(`(?m)^go \S+|github\.com/gorilla/websocket \S+`).FindAllString(read("../../go.mod"), -1)
	require.Len(t, lines, 2, "lines of go.mod that are taken")
	yours := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module example.com/yours\n\n" + lines[0] + "\n\nrequire " + lines[1] + "\n",
		"go.sum":  read("../../go.sum"),
		"main.go": read("testdata/takehome/main.go"),
		"room.go": read("room.go"),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(yours, name), []byte(text), 0o644))
	}
	env := []string{"GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off"} // the modules are in the cache
	out, err := gocmd.Command(judgetest.Context(t), yours, env, "go", "build", ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
}
