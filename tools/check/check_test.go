package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
)

// madeUp replaces the parts in one test.
func madeUp(t *testing.T, all ...part) {
	before := parts
	parts = all
	t.Cleanup(func() { parts = before })
}

func saying(text string, err error) func(context.Context, string, io.Writer) error {
	return func(_ context.Context, _ string, out io.Writer) error {
		fmt.Fprintln(out, text)
		return err
	}
}

func do(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	status = run(t.Context(), args, &out, &errOut)
	return status, out.String(), errOut.String()
}

func TestRun(t *testing.T) {
	madeUp(t,
		part{name: "good", what: "it is good", check: saying("looked", nil), writes: "the good", write: saying("wrote", nil)},
		part{name: "bad", what: "it is bad", check: saying("looked, too", errors.New("page.md:3: no such thing\npage.md:5: nor this")), mend: "write it"},
		part{name: "last", what: "it is last", check: saying("looked at the last", nil)},
		part{name: "hours", what: "it takes hours", check: saying("looked for hours", nil), onRequest: true},
	)
	status, out, _ := do(t)
	assert.Equal(t, 1, status)
	assert.Contains(t, out, "== good: it is good\nlooked\ngood: ok")
	assert.Contains(t, out, "looked at the last", "it goes on after a part has failed")
	assert.NotContains(t, out, "looked for hours")
	end := out[strings.Index(out, "\nFAILED: 1 of 3 parts"):]
	assert.Regexp(t, `^\nFAILED: 1 of 3 parts, in \ds\nbad\n  page.md:3: no such thing\n  page.md:5: nor this\n  to repair it: write it\n  only this part: go run -C tools ./check bad\n$`, end)

	status, out, _ = do(t, "good", "last")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "all is well: 2 parts")
	assert.NotContains(t, out, "looked, too")

	status, out, _ = do(t, "hours")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "looked for hours")

	status, out, _ = do(t, "-write")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, "wrote")
	assert.NotContains(t, out, "looked")

	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"ugly"}, `there is no part "ugly"; -h lists them`},
		{[]string{"-write", "bad"}, "bad has nothing to write"},
		{[]string{"-wirte"}, "flag provided but not defined"},
	} {
		status, out, errOut := do(t, test.args...)
		assert.Equal(t, 2, status, test.args)
		assert.Empty(t, out)
		assert.Contains(t, errOut, test.says)
	}
	status, _, errOut := do(t, "-h")
	assert.Equal(t, 0, status)
	assert.Contains(t, errOut, "bad          it is bad\n")
	assert.Contains(t, errOut, "good         the good\n")
}

// A check that is stopped before its end doesn't say that all is well.
func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	madeUp(t, part{name: "long", check: func(context.Context, string, io.Writer) error { stop(); return nil }})
	var out bytes.Buffer
	assert.Equal(t, 1, run(ctx, nil, &out, &out))
	assert.Contains(t, out.String(), "stopped in long")
	assert.NotContains(t, out.String(), "all is well")
}

// Each part has its own name, and all that it needs.
func TestParts(t *testing.T) {
	names := make(map[string]bool)
	for _, p := range parts {
		assert.False(t, names[p.name], p.name)
		names[p.name] = true
		assert.NotEmpty(t, p.what, p.name)
		assert.NotNil(t, p.check, p.name)
		assert.Equal(t, p.write == nil, p.writes == "", p.name)
	}
}

// If a step has only a row, complete says all that it lacks. The steps of the repository
// lack nothing.
func TestComplete(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	assert.NoError(t, complete(root, steps.All))

	err = complete(root, append(steps.All, steps.Step{Name: "99-made-up", Module: "."}))
	for _, what := range []string{
		"99-made-up has no main.go", "no chat/server.go", "no chat/chat_test.go", "no README.md", "no README.ja.md",
		"no line in .gitignore for the program of go build: write /99-made-up/99-made-up there",
	} {
		assert.ErrorContains(t, err, what)
	}

	made := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(made, "99-made-up", "chat"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(made, ".gitignore"), nil, 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(made, "99-made-up", "chat", "chat_test.go"), []byte("package chat\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(made, "99-made-up", "main.go"), []byte("package main\n\nimport \"websocket-chat-steps/98-before/chat\"\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(made, "README.md"), nil, 0o644))
	err = complete(made, []steps.Step{{Name: "99-made-up", Module: "."}})
	for _, what := range []string{
		"no “judgetest.Test(” in 99-made-up/chat/chat_test.go",
		`no “steps.Of("99-made-up")” in 99-made-up/chat/chat_test.go: without it the step is compared with another step's row`,
		`no “/99-made-up/chat"” in 99-made-up/main.go`,
		"no “go test -race ./99-made-up/...” in README.md",
	} {
		assert.ErrorContains(t, err, what)
	}
}

// A command's output is shown whole, and its error has a few lines of it.
func TestCommand(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, command(t.Context(), t.TempDir(), &out, nil, "go", "env", "GOOS"))
	assert.Contains(t, out.String(), "$ go env GOOS\n")

	err := command(t.Context(), t.TempDir(), &out, nil, "go", "vet", "./nowhere")
	assert.ErrorContains(t, err, "go vet ./nowhere: exit status 1\n  ")

	long := "=== RUN   TestA\n--- FAIL: TestA (0.00s)\n    a_test.go:3: why\n    --- FAIL: TestA/b (0.00s)\nFAIL\nFAIL\tm/a\t0.1s\nok  \tm/b\n"
	assert.Equal(t, "\n  --- FAIL: TestA (0.00s)\n      --- FAIL: TestA/b (0.00s)\n  FAIL\tm/a\t0.1s", gist(long))
	assert.Contains(t, gist(strings.Repeat("--- FAIL: TestA (0s)\n", 20)), "and 8 more lines like these")
	assert.Equal(t, "\n  b\n  c\n  d", gist("a\nb\nc\nd\n"))
}

// The terminal shows why a test was skipped.
func TestSkipped(t *testing.T) {
	printed := "=== RUN   TestA\n=== RUN   TestA/one\n=== NAME  TestA/one\n    a_test.go:3: no browser\n=== CONT  TestB\n    b_test.go:9: something else\n" +
		"--- PASS: TestA (0s)\n    --- SKIP: TestA/one (0.00s)\n--- PASS: TestB (0s)\n"
	assert.Equal(t, []string{"skipped: TestA/one: no browser"}, skipped(printed))

	var out bytes.Buffer
	q := &quiet{out: &out}
	for _, piece := range []string{"=== RUN ", "  TestA\n--- PA", "SS: TestA\n=== NAME x\nok\n"} {
		_, err := q.Write([]byte(piece))
		require.NoError(t, err)
	}
	assert.Equal(t, "--- PASS: TestA\nok\n", out.String())
}
