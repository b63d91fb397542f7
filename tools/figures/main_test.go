package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/chanflow"
)

// drawn is drawn once for all tests.
var drawn = sync.OnceValues(func() ([]file, error) { return draw(root) })

// TestFresh holds the files of this directory to the code: what
// go run -C tools ./figures -check does.
func TestFresh(t *testing.T) {
	var out bytes.Buffer
	assert.NoError(t, run(true, &out), "%s", &out)
}

// TestStale: a figure that is not what the code says is told, with what differs; to write
// mends it, and to write again changes nothing.
func TestStale(t *testing.T) {
	files, err := drawn()
	require.NoError(t, err)
	there := t.TempDir()
	var out bytes.Buffer
	require.NoError(t, write(there, files, &out))
	require.NoError(t, compare(there, files, &out))

	const name = "03-single-goroutine.edges"
	path := filepath.Join(there, name)
	fresh, err := os.ReadFile(path)
	require.NoError(t, err)
	old := strings.Replace(string(fresh), "Client.Send ", "Client.Post ", 1)
	require.NotEqual(t, old, string(fresh))
	require.NoError(t, os.WriteFile(path, []byte(old), 0o644))
	out.Reset()
	err = compare(there, files, &out)
	assert.ErrorContains(t, err, name)
	assert.ErrorContains(t, err, "run go run -C tools ./figures")
	assert.Regexp(t, `(?m)^- goroutine  Client\.Post `, out.String())
	assert.Regexp(t, `(?m)^\+ goroutine  Client\.Send `, out.String())
	assert.Equal(t, 3, strings.Count(out.String(), "\n"), "one line that has changed, and no more: %s", &out)
	still, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, old, string(still), "a check writes nothing")

	require.NoError(t, os.Remove(filepath.Join(there, "race.ja.svg")))
	assert.ErrorContains(t, compare(there, files, &out), "race.ja.svg")

	out.Reset()
	require.NoError(t, write(there, files, &out))
	assert.Contains(t, out.String(), "wrote "+name)
	assert.Contains(t, out.String(), "2 changed")
	require.NoError(t, compare(there, files, &out))
	out.Reset()
	require.NoError(t, write(there, files, &out))
	assert.Contains(t, out.String(), " 0 changed")
}

// TestStranger: a figure of a step that is gone is told, and kept.
func TestStranger(t *testing.T) {
	there := t.TempDir()
	path := filepath.Join(there, "99-gone.en.svg")
	require.NoError(t, os.WriteFile(path, []byte("<svg/>"), 0o644))
	var out bytes.Buffer
	assert.ErrorContains(t, write(there, nil, &out), "99-gone.en.svg")
	assert.ErrorContains(t, compare(there, nil, &out), "99-gone.en.svg")
	assert.FileExists(t, path)
}

func TestDifference(t *testing.T) {
	assert.Empty(t, difference("a\nb", "a\nb"))
	assert.Equal(t, []string{"- b", "+ x"}, difference("a\nb\nc", "a\nx\nc"))
	assert.Equal(t, []string{"+ b"}, difference("a\nc", "a\nb\nc"))
	assert.Equal(t, []string{"- ", "+ a"}, difference("", "a"))
}

// TestCommand runs it as somebody at a prompt does.
func TestCommand(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	run := func(in string, args ...string) (int, string, string) {
		var out, errOut bytes.Buffer
		cmd := exec.Command(self, args...) // TestMain runs main
		cmd.Env = append(os.Environ(), "DIAGRAMS_RUN_MAIN=1")
		cmd.Dir, cmd.Stdout, cmd.Stderr = in, &out, &errOut
		if err := cmd.Run(); cmd.ProcessState == nil {
			require.NoError(t, err)
		}
		return cmd.ProcessState.ExitCode(), out.String(), errOut.String()
	}
	status, out, errOut := run("..", "-check")
	assert.Zero(t, status, "%s", errOut)
	assert.Contains(t, out, "all as the code says")

	status, _, errOut = run("..", "01-original")
	assert.Equal(t, 2, status)
	assert.Contains(t, errOut, `unexpected argument "01-original"`)

	status, _, errOut = run("..", "-chek")
	assert.Equal(t, 2, status)
	assert.Contains(t, errOut, "-check")

	status, _, errOut = run(t.TempDir(), "-check")
	assert.Equal(t, 1, status)
	assert.Contains(t, errOut, "go to its directory and run this again")
}

// TestPages: diagrams/README.md shows every figure, each step's README its own,
// each page in its own language.
func TestPages(t *testing.T) {
	files, err := drawn()
	require.NoError(t, err)
	page := func(path ...string) string {
		content, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
		require.NoError(t, err)
		return string(content)
	}
	for lang, name := range map[string]string{"en": "README.md", "ja": "README.ja.md"} {
		here := page("diagrams", name)
		for _, f := range files {
			if strings.HasSuffix(f.name, ".edges") || strings.HasSuffix(f.name, "."+lang+".svg") {
				assert.Contains(t, here, "("+f.name+")", name)
			}
		}
		for _, step := range steps.Names() {
			assert.Contains(t, page(step, name), "](../diagrams/"+step+"."+lang+".svg)", "%s/%s", step, name)
		}
	}
}

// TestWords: no word is missing in any language.
func TestWords(t *testing.T) {
	var check func(v reflect.Value, at string)
	check = func(v reflect.Value, at string) {
		if v.Kind() == reflect.Struct {
			for i := range v.NumField() {
				check(v.Field(i), at+"."+v.Type().Field(i).Name)
			}
			return
		}
		assert.False(t, v.IsZero() && !strings.HasSuffix(at, "ja.space"), "no words at %s", at)
	}
	for _, l := range languages {
		check(reflect.ValueOf(*l), l.code)
	}
}

// TestRaceFigure reads the figure of the race as a person does.
func TestRaceFigure(t *testing.T) {
	source := sources(t)["01-original"]
	accesses, err := source.Accesses("NewClient", "maxId")
	require.NoError(t, err)
	figure, err := race(accesses, english)
	require.NoError(t, err)
	require.Len(t, figure.Panels, 2)
	var stories []string
	for _, p := range figure.Panels {
		story := ""
		assert.Equal(t, "0", p.Events[0].Value)
		for _, e := range p.Events[1:] {
			who := "A"
			if max(e.From, e.To) == 2 {
				who = "B"
			}
			story += who + " " + e.Text + " (" + e.Place + "); "
		}
		stories = append(stories, story)
	}
	assert.Equal(t, []string{
		"A load 0 (client.go:35); A add 1: 1 (client.go:35); B load 0 (client.go:35); B add 1: 1 (client.go:35); B store 1 (client.go:35); B load again: id 1 (client.go:39); A store 1 (client.go:35); A load again: id 1 (client.go:39); ",
		"A load 0 (client.go:35); A add 1: 1 (client.go:35); A store 1 (client.go:35); B load 1 (client.go:35); B add 1: 2 (client.go:35); B store 2 (client.go:35); B load again: id 2 (client.go:39); A load again: id 2 (client.go:39); ",
	}, stories)
	assert.Equal(t, []string{"A has id 1, B has id 1; `maxId` is 1."}, figure.Panels[0].Result)
	assert.Equal(t, []string{"A has id 2, B has id 2; `maxId` is 2."}, figure.Panels[1].Result)
}

// Without the second read there is no such figure, and without the hand-over no
// other.
func TestFiguresOfTimeNeedTheirDefects(t *testing.T) {
	all := sources(t)
	accesses, err := all["01-original"].Accesses("NewClient", "maxId")
	require.NoError(t, err)
	_, err = race(accesses[:3], english)
	assert.ErrorContains(t, err, "maxId")

	// Each change mends the leaving, or changes how it goes.
	const file = "chat/client.go"
	for _, tc := range []struct{ old, new, want string }{
		{"c.doneCh <- true // for listenRead", "// for listenRead", "Client.listenWrite no longer sends on Client.doneCh"},
		{"c.doneCh <- true\n", "c.doneCh <- true\n\t\t\t\treturn\n", "Client.listenRead no longer comes from"},
		{"c.doneCh <- true // for listenWrite", "// for listenWrite", "client.go:92 to"},
		{"c.doneCh <- true // for listenRead", "select { case c.doneCh <- true: default: } // for listenRead", "no longer waits at"},
		{"doneCh := make(chan bool)", "doneCh := make(chan bool, 2)", "no longer waits at"},
	} {
		source := change{"01-original", file, tc.old, tc.new}.apply(t, all)
		_, err = leaving(source, analyze(t, source), english)
		assert.ErrorContains(t, err, tc.want, "%s", tc.new)
	}
	for _, step := range []string{"01-original", "02-race-fix"} {
		_, err = leaving(all[step], analyze(t, all[step]), english)
		assert.NoError(t, err, step)
	}
	_, err = leaving(all["03-single-goroutine"], analyze(t, all["03-single-goroutine"]), english)
	assert.Error(t, err)
	_, err = all["02-race-fix"].Accesses("NewClient", "maxId")
	assert.Error(t, err)
}

// TestCounts: what the notes count is what the model has.
func TestCounts(t *testing.T) {
	m := analyze(t, sources(t)["03-single-goroutine"])
	assert.Equal(t, "Goroutines that stay: 3, and 1 for each client.", notes(m, english)[0])
	assert.Equal(t, "No two goroutines listen to each other.", notes(m, english)[1])
	assert.Equal(t, "メッセージ × クライアントごとに 1 つ", japaneseCount(m.Goroutine("Client.Send").Count))
	assert.Equal(t, "1 for each message and client", m.Goroutine("Client.Send").Count.String())
	assert.Equal(t, chanflow.Count{N: 1}, m.Goroutine("main").Count)

	m = analyze(t, sources(t)["04-mailbox"])
	assert.Equal(t, "Goroutines that stay: 3, and 1 for each client.", notes(m, english)[0])
	assert.Regexp(t, "^`mailbox.empty` is started under a condition, .*: `chat/mailbox.go:[0-9]+`", notes(m, english)[2])
	for _, tc := range []struct {
		count             chanflow.Count
		english, japanese string
	}{
		{m.Goroutine("mailbox.empty").Count, "for each client, under a condition", "クライアントごと、条件つき"},
		{chanflow.Count{If: true}, "under a condition", "条件つき"},
		{chanflow.Count{Each: []string{"client"}}, "some for each client", "クライアントごとにいくつか"},
		{chanflow.Count{}, "some", "いくつか"},
		{chanflow.Count{N: 2}, "2", "2 つ"},
	} {
		assert.Equal(t, tc.english, english.count(tc.count))
		assert.Equal(t, tc.japanese, japanese.count(tc.count))
	}
}
