package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

// reader is somebody with the exercises as they are in the beginning, in a directory of
// their own. So what is changed in exercises/ does not disturb the tests.
type reader struct {
	t    *testing.T
	root string
	in   string
}

func newReader(t *testing.T) *reader {
	root, err := steps.Root()
	require.NoError(t, err)
	require.NoError(t, gocmd.ReadSources(root, "internal"))
	r := &reader{t: t, root: t.TempDir()}
	for _, e := range exercises.All {
		dir := exercises.Dir + "/" + e.Name
		files, err := e.Start(dir)
		require.NoError(t, err)
		for _, name := range []string{dir + "/README.md", dir + "/README.ja.md", exercises.SolutionsDir + "/" + e.Name + ".txt"} {
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			require.NoError(t, err)
			files[name] = string(text)
		}
		for name, text := range files {
			r.write(name, text)
		}
	}
	return r
}

func (r *reader) file(name string) string { return filepath.Join(r.root, filepath.FromSlash(name)) }

func (r *reader) write(name, text string) {
	r.t.Helper()
	require.NoError(r.t, os.MkdirAll(filepath.Dir(r.file(name)), 0o755))
	saved := r.file("saved") // nobody sees the half of it
	require.NoError(r.t, os.WriteFile(saved, []byte(text), 0o644))
	require.NoError(r.t, os.Rename(saved, r.file(name)))
}

// room lays the reader's files into the repository. One property is enough here:
// tools/exercises asks for all.
func (r *reader) room(e exercises.Exercise) (exercises.Room, gocmd.Overlay, error) {
	e.Properties = e.Properties[:min(1, len(e.Properties))]
	room := exercises.Room{Exercise: e, At: exercises.Dir + "/" + e.Name + "/reader"}
	files, err := filepath.Glob(r.file(exercises.Dir + "/" + e.Name + "/chat/*.go"))
	overlay := make(gocmd.Overlay)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return room, nil, err
		}
		overlay[path.Join(room.At, "chat", filepath.Base(file))] = string(text)
	}
	return room, overlay, err
}

func (r *reader) command(out, errOut *output) command {
	return command{in: strings.NewReader(r.in), out: out, errOut: errOut, width: 100, root: r.root, room: r.room}
}

// run runs the command, and returns what it printed.
func (r *reader) run(args ...string) (status int, out, errOut string) {
	r.t.Helper()
	var o, e output
	c := r.command(&o, &e)
	status = c.run(judgetest.Context(r.t), append([]string{"-lang", "en"}, args...))
	return status, o.String(), e.String()
}

// output is what was printed so far. What is waited for is told.
type output struct {
	mu    sync.Mutex
	text  strings.Builder
	waits map[string]chan struct{} // closed when the key is there
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(b)
	for what, there := range o.waits {
		if strings.Contains(o.text.String(), what) {
			close(there)
			delete(o.waits, what)
		}
	}
	return len(b), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits until what is printed.
func (o *output) await(t *testing.T, what string, ended <-chan int) {
	t.Helper()
	there := make(chan struct{})
	o.mu.Lock()
	if o.waits == nil {
		o.waits = make(map[string]chan struct{})
	}
	if strings.Contains(o.text.String(), what) {
		close(there)
	} else {
		o.waits[what] = there
	}
	o.mu.Unlock()
	select {
	case <-there:
	case status := <-ended:
		t.Fatalf("it ended with %d, and did not print %q:\n%s", status, what, o)
	case <-judgetest.Context(t).Done():
		t.Fatalf("waited for %q, and was printed:\n%s", what, o)
	}
}

// A reader watches exercise 2, and saves what does not compile.
func TestWatch(t *testing.T) {
	r := newReader(t)
	var out, errOut output
	c := r.command(&out, &errOut)
	c.progress = io.Discard // a terminal
	ended := make(chan int, 1)
	ctx, stop := context.WithCancel(judgetest.Context(t))
	defer stop()
	go func() { ended <- c.run(ctx, []string{"-lang", "en", "watch", "2"}) }()

	waiting := languages["en"].watching
	out.await(t, waiting, ended)
	for _, text := range []string{
		"hold: EveryMessage\n", "two-join: goes wrong in 8 of 12 orders\n", "leave-join: none of 2 orders goes wrong\n", "client.go:31",
		`What goes wrong: afterwards, a never hears what a says: "hello".`, "A hint: go run ./exercises hint 2",
	} {
		assert.Contains(t, out.String(), text)
	}
	assert.NotContains(t, out.String(), "race detector", "it is not asked when something else is wrong")
	_, hint, _ := r.run("hint", "2")
	assert.Contains(t, hint, "1/3: In the columns, both goroutines call `Add`")

	before := len(out.String())
	r.write("exercises/02-ids-atomic/chat/more.go", "package chat\n\nfunc more() { less() }\n")
	out.await(t, "undefined: less", ended)
	out.await(t, "undefined: less\n"+waiting, ended)
	printed := out.String()[before:]
	assert.Regexp(t, `^\n== .*\n# websocket-chat-steps/exercises/02-ids-atomic/reader/chat\n.*\.go:3:\d+: undefined: less\n`+waiting, printed, "the compiler's words, and nothing else")

	stop()
	assert.Equal(t, 0, <-ended, errOut.String())
}

// What is solved stays so, and the next one is named. tools/exercises judges solutions.
func TestSolved(t *testing.T) {
	r := newReader(t)
	var out, errOut output
	c := r.command(&out, &errOut)
	c.lang, c.words = "en", languages["en"]
	p, err := exercises.ReadProgress(c.root)
	require.NoError(t, err)
	solved := exercises.Verdict{Exercise: exercises.All[1], Race: race.Result{Outcome: race.Passed}}
	require.True(t, solved.Solved())
	require.NoError(t, c.conclude(p, solved))
	assert.Contains(t, out.String(), "02-ids-atomic is solved.\nNext: go run ./exercises check 1, and read exercises/01-ids-mutex/README.md\n")

	unseen := solved
	unseen.Explored.NotExplored = "client.go:1: a timer is not understood here: time.Sleep"
	assert.False(t, unseen.Solved(), "only the orders show what it is about")
	for lang, says := range map[string]string{"en": "2 could not be judged to its end", "ja": "演習 2 は最後まで判定できませんでした"} {
		var out output
		c := r.command(&out, &errOut)
		c.lang, c.words = lang, languages[lang]
		require.NoError(t, c.conclude(p, unseen))
		assert.Contains(t, out.String(), says)
		assert.NotContains(t, out.String(), languages[lang].notSolved[:20])
		require.NoError(t, c.hint(p, unseen.Exercise))
		assert.Contains(t, out.String(), languages[lang].unseen)
	}
	ja := command{lang: "ja"}
	for line, says := range map[string]string{
		"client.go:1: a timer is not understood here: time.Sleep": "client.go:1: タイマーは調べられない: time.Sleep",
		"chat: two-things: a context is not understood here":      "chat: two-things: context は調べられない",
		"chat: nobody has words for this":                         "chat: nobody has words for this",
	} {
		assert.Equal(t, says, ja.notExplored(line))
	}
	unseen.MustExplore = false
	assert.True(t, unseen.Solved())

	_, list, _ := r.run()
	assert.Contains(t, list, "[x]  2  An id by an atomic counter\n")
	assert.Contains(t, list, "Next: read exercises/01-ids-mutex/README.md")
}

// Each time there is one hint more, three at the most.
func TestHint(t *testing.T) {
	r := newReader(t)
	_, out, _ := r.run("hint", "1")
	assert.Contains(t, out, "go run ./exercises check 1 says what is wrong")
	assert.Contains(t, out, "1/3: ")
	for _, want := range []string{"2/3: ", "3/3: Declare a sync.Mutex"} {
		_, out, _ = r.run("hint", "1")
		assert.Contains(t, out, want)
		assert.NotContains(t, out, "no more")
	}
	_, out, _ = r.run("hint", "1")
	assert.Contains(t, out, "There are no more of these. go run ./exercises solution 1")

	r.write("exercises/.progress.json", `{"Solved": ["01-ids-mutex"]}`)
	_, out, _ = r.run("hint", "1")
	assert.Equal(t, "(01-ids-mutex is solved. go run ./exercises solution 1 shows other ways.)\n", out)
}

// A room that asks who runs it is not judged.
func TestAsks(t *testing.T) {
	for text, what := range map[string]string{
		"import \"testing\"\n\nvar judged = testing.Testing()\n":                      "5: testing.Testing",
		"import o \"os\"\n\nvar judged = len(o.Args) > 1\n":                           "5: os.Args",
		"import _ \"unsafe\"\n":                                                       "3: unsafe",
		"import \"log\"\n\nfunc quiet() bool { return log.Writer() == nil }\n":        "5: log.Writer",
		"//go:build race\n":                                                           "3: //go:build",
		"import \"os\"\n\nfunc late(err error) bool { return err == os.ErrClosed }\n": "",
		"import \"runtime\"\n\nfunc yield() { runtime.Gosched() }\n":                  "",
	} {
		r := newReader(t)
		r.write("exercises/01-ids-mutex/chat/more.go", "package chat\n\n"+text)
		room, overlay, err := r.room(exercises.All[0])
		require.NoError(t, err)
		j, err := exercises.NewJudges(judgetest.Context(t), overlay, room)
		require.NoError(t, err)
		defer j.Close()
		got, err := j.Asks(room)
		require.NoError(t, err)
		if what == "" {
			assert.Empty(t, got, text)
			continue
		}
		assert.Equal(t, "exercises/01-ids-mutex/reader/chat/more.go:"+what, got)
		status, out, _ := r.run("check", "1")
		assert.Equal(t, 1, status)
		assert.Contains(t, out, got+"\nA chat room may not find out who runs it")
	}
}

// Who has deleted a file hears how to get it back, behind the compiler's words.
func TestMissing(t *testing.T) {
	r := newReader(t)
	require.NoError(t, os.Remove(r.file("exercises/01-ids-mutex/chat/message.go")))
	status, out, _ := r.run("check", "1")
	assert.Equal(t, 1, status)
	assert.Regexp(t, `undefined: Message\n(.*\n)*exercises/01-ids-mutex/chat/message.go is not there any more. go run ./exercises reset 1 gives it back`, out)
}

// Reset gives back the beginning, without git, and loses nothing.
func TestReset(t *testing.T) {
	r := newReader(t)
	const client = "exercises/04-nothing-left/chat/client.go"
	begin, err := os.ReadFile(r.file(client))
	require.NoError(t, err)
	r.write(client, "package chat\n\n// my work\n")
	r.write("exercises/04-nothing-left/chat/mine.go", "package chat\n")
	r.write("exercises/.progress.json", `{"Solved": ["04-nothing-left", "05-own-channel"]}`)

	status, out, errOut := r.run("reset", "4")
	require.Equal(t, 0, status, errOut)
	assert.Contains(t, out, "What you had is in exercises/.kept/04-nothing-left-1.")
	now, err := os.ReadFile(r.file(client))
	require.NoError(t, err)
	assert.Equal(t, string(begin), string(now))
	assert.NoFileExists(t, r.file("exercises/04-nothing-left/chat/mine.go"))
	kept, err := os.ReadFile(r.file("exercises/.kept/04-nothing-left-1/client.go"))
	require.NoError(t, err)
	assert.Contains(t, string(kept), "my work")
	_, list, _ := r.run()
	assert.Contains(t, list, "[ ]  4 ")
	assert.Contains(t, list, "[x]  5 ")

	status, out, _ = r.run("reset", "4")
	require.Equal(t, 0, status)
	assert.NotContains(t, out, "kept", "nothing was changed")

	require.NoError(t, os.RemoveAll(r.file("exercises/04-nothing-left/chat")))
	status, _, errOut = r.run("reset", "all")
	require.Equal(t, 0, status, errOut)
	assert.FileExists(t, r.file(client))
	_, list, _ = r.run()
	assert.NotContains(t, list, "[x]")
}

// A solution is shown only to who wants it.
func TestSolution(t *testing.T) {
	r := newReader(t)
	for in, shown := range map[string]bool{"": false, "n\n": false, "y\n": true} {
		r.in = in
		status, out, _ := r.run("solution", "1")
		assert.Equal(t, 0, status)
		assert.Contains(t, out, "Show a solution of exercise 1? [y/N] ")
		assert.Equal(t, shown, strings.Contains(out, "+ \tdefer idMu.Unlock()"), out)
	}
}

func TestArguments(t *testing.T) {
	r := newReader(t)
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"check", "99"}, `there is no exercise "99"`},
		{[]string{"chekc"}, `"chekc"`},
		{[]string{"check", "1", "2"}, "wrong argument: 2"},
		{[]string{"reset"}, "reset 1, or reset all"},
	} {
		status, _, errOut := r.run(test.args...)
		assert.Equal(t, 2, status, test.args)
		assert.Contains(t, errOut, test.says)
		assert.Contains(t, errOut, "usage: go run ./exercises")
	}
	for _, args := range [][]string{{"-h"}, {"check", "1", "-h", "-lang", "en"}} {
		status, out, errOut := r.run(args...)
		assert.Equal(t, 0, status, errOut)
		assert.Contains(t, out, "usage: go run ./exercises")
	}
	_, out, _ := r.run("hint", "1", "-lang", "ja")
	assert.Contains(t, out, "1/3: 2 か所とも")
	status, _, errOut := r.run("-x")
	assert.Equal(t, 2, status)
	assert.Contains(t, errOut, "not defined: -x")

	r.write("exercises/.progress.json", "{")
	status, _, errOut = r.run()
	assert.Equal(t, 1, status)
	assert.Contains(t, errOut, "delete it")
}

// Both languages have all words.
func TestWords(t *testing.T) {
	r := newReader(t)
	for _, lang := range []string{"en", "ja"} {
		var out, errOut output
		c := r.command(&out, &errOut)
		assert.Equal(t, 0, c.run(t.Context(), []string{"-lang", lang}))
		assert.Contains(t, out.String(), "go run ./exercises check 1")
		for _, e := range exercises.All {
			for _, p := range e.Properties {
				assert.NotEmpty(t, languages[lang].wants[p], "%s, %s", lang, p)
			}
		}
		for _, kind := range []string{exercises.ReplyEmpty, exercises.ReplyOther, exercises.ReplyNotNamed, exercises.ReplyOneLine, exercises.ReplyNowhere, exercises.ReplyOrdered} {
			said := fmt.Sprintf(languages[lang].replies[kind], "client.go:12")
			assert.NotEmpty(t, said, kind)
			assert.NotContains(t, said, "%!", kind)
			assert.Equal(t, kind != exercises.ReplyEmpty, strings.Contains(said, "client.go:12"), kind)
		}
		w := languages[lang]
		for _, said := range []string{fmt.Sprintf(w.tells, 3, 4, 9), fmt.Sprintf(w.misses, "3"), fmt.Sprintf(w.testCrashes, "panic")} {
			assert.NotContains(t, said, "%!")
		}
		b, err := json.Marshal(languages[lang].accesses)
		require.NoError(t, err)
		assert.Contains(t, string(b), "Previous write")
	}
}
