package figures

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/chanflow"
)

// drawn is drawn once for all tests.
var drawn = sync.OnceValues(func() ([]file, error) {
	files, wrong := draw(context.Background(), root, steps.All)
	return files, errors.Join(wrong...)
})

// TestFresh holds the files of diagrams/ to the code.
func TestFresh(t *testing.T) {
	var out bytes.Buffer
	assert.NoError(t, Check(judgetest.Context(t), root, &out), "%s", &out)
	assert.Contains(t, out.String(), "all as the code says")
}

// program has a goroutine that sends to main.
const program = `package main

func main() {
	ch := make(chan int)
	go send(ch)
	<-ch
}

func send(ch chan int) { ch <- 1 }
`

// madeUp is a repository with a step, and the table of its steps.
func madeUp(t *testing.T) (root string, table []steps.Step) {
	t.Helper()
	root = t.TempDir()
	put(t, root, "go.mod", "module example.com/chat\n\ngo 1.26\n")
	put(t, root, "01-one/main.go", program)
	put(t, root, byHand+"/01-one.txt", "")
	require.NoError(t, os.Mkdir(filepath.Join(root, dir), 0o755))
	return root, []steps.Step{{Name: "01-one", Module: "."}}
}

// put writes a file of a repository, whose name has slashes.
func put(t *testing.T, root, name, content string) {
	t.Helper()
	path := filepath.Join(root, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}

// lines are an error's, none if it is nil.
func lines(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

// TestStale: a figure that is not what the code says is told, with what differs;
// Write mends it, and to write again changes nothing.
func TestStale(t *testing.T) {
	root, table := madeUp(t)
	var out bytes.Buffer
	require.NoError(t, write(t.Context(), root, table, &out))
	require.NoError(t, check(t.Context(), root, table, &out))
	assert.Contains(t, out.String(), "5 figures and tables, 5 changed")
	assert.Contains(t, out.String(), "5 figures and tables, all as the code says")

	const name = dir + "/01-one.edges"
	path := filepath.Join(root, filepath.FromSlash(name))
	fresh, err := os.ReadFile(path)
	require.NoError(t, err)
	old := strings.Replace(string(fresh), "goroutine  send ", "goroutine  post ", 1)
	require.NotEqual(t, old, string(fresh))
	put(t, root, name, old)
	svg := dir + "/01-one.en.svg"
	put(t, root, svg, "<svg/>")
	require.NoError(t, os.Remove(filepath.Join(root, dir, "01-one.ja.svg")))
	out.Reset()
	assert.Equal(t, []string{
		name + " is not what the code says: run go run -C tools ./check -write figures, and look at what has changed",
		svg + " is not what the code says: run go run -C tools ./check -write figures, and look at what has changed",
		dir + "/01-one.ja.svg is not there: run go run -C tools ./check -write figures, and look at what has changed",
	}, lines(check(t.Context(), root, table, &out)))
	assert.Regexp(t, `(?m)^- goroutine  post `, out.String())
	assert.Regexp(t, `(?m)^\+ goroutine  send `, out.String())
	assert.Equal(t, 3, strings.Count(out.String(), "\n"), "one line that has changed, and no more: %s", &out)
	still, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, old, string(still), "a check writes nothing")

	out.Reset()
	require.NoError(t, write(t.Context(), root, table, &out))
	assert.Contains(t, out.String(), "wrote 01-one.edges")
	assert.Contains(t, out.String(), " 3 changed")
	require.NoError(t, check(t.Context(), root, table, &out))
	out.Reset()
	require.NoError(t, write(t.Context(), root, table, &out))
	assert.Contains(t, out.String(), " 0 changed")
}

// TestRows: of rows that somebody has added, all that is missing is told, each with
// what to do, and what is there is drawn.
func TestRows(t *testing.T) {
	root, table := madeUp(t)
	table = append(table,
		steps.Step{Name: "02-nowhere", Module: "."},
		steps.Step{Name: "03-empty", Module: "."},
		steps.Step{Name: "04-own", Module: "04-own"},
		steps.Step{Name: "05-broken", Module: "05-broken"},
		steps.Step{Name: "06-gone", Module: "06-gone"},
	)
	put(t, root, "03-empty/README.md", "")
	put(t, root, "04-own/go.mod", "module example.com/chat/own\n\ngo 1.26\n")
	put(t, root, "04-own/main.go", program)
	put(t, root, "05-broken/go.mod", "module example.com/chat/broken\n\ngo 1.26\n")
	put(t, root, "05-broken/main.go", strings.Replace(program, "<-ch", "<-channel", 1))
	const (
		write1 = " is not there: write it and then its figures (go run -C tools ./check -write figures), or take its row out of internal/steps/steps.go"
		write2 = " is not there: write by hand, from reading the code of "
	)
	undrawn := []string{"02-nowhere" + write1, "06-gone" + write1,
		"no step of the module in 05-broken can be drawn before this is mended: "}
	unread := "03-empty can't be drawn: there is no Go package in 03-empty: write it, or take its row out of internal/steps/steps.go"
	var out bytes.Buffer
	got := lines(check(t.Context(), root, table, &out))
	want := slices.Concat(undrawn, []string{"main.go:6:4: undefined: channel", unread})
	for _, name := range []string{"02-nowhere", "03-empty", "04-own", "05-broken", "06-gone"} {
		want = append(want, byHand+"/"+name+".txt"+write2+name)
	}
	for _, name := range []string{"01-one.edges", "01-one.en.svg", "01-one.narrow.en.svg", "01-one.ja.svg", "01-one.narrow.ja.svg", "04-own.edges", "04-own.en.svg", "04-own.narrow.ja.svg"} {
		want = append(want, dir+"/"+name+" is not there: run go run -C tools ./check -write figures")
	}
	for _, line := range want {
		assert.Condition(t, func() bool { return slices.ContainsFunc(got, func(l string) bool { return strings.Contains(l, line) }) }, "not told: %s\nbut:\n%s", line, strings.Join(got, "\n"))
	}

	err := write(t.Context(), root, table, &out)
	for _, line := range append(undrawn, unread) {
		assert.ErrorContains(t, err, line)
	}
	assert.Contains(t, out.String(), "10 figures and tables, 10 changed")
	assert.NotContains(t, check(t.Context(), root, table, &out).Error(), remedy, "what could be drawn is there")
	written, err := os.ReadFile(filepath.Join(root, dir, "04-own.edges"))
	require.NoError(t, err)
	assert.Contains(t, string(written), "04-own/main.go:5", "places are told from the repository's root")
}

// TestStranger: a figure of a step that is gone is told, and kept.
func TestStranger(t *testing.T) {
	root, table := madeUp(t)
	var out bytes.Buffer
	require.NoError(t, write(t.Context(), root, table, &out))
	strangers := []string{dir + "/99-gone.edges", dir + "/99-gone.en.svg", dir + "/race.ja.svg", dir + "/leaving.narrow.en.svg", dir + "/99-gone.narrow.ja.svg", byHand + "/99-gone.txt"}
	for _, name := range strangers {
		put(t, root, name, "")
	}
	for _, err := range []error{check(t.Context(), root, table, &out), write(t.Context(), root, table, &out)} {
		assert.Len(t, lines(err), len(strangers))
		for _, name := range strangers {
			assert.ErrorContains(t, err, name+" is of no step: delete it, or write the step's row")
			assert.FileExists(t, filepath.Join(root, name))
		}
	}
}

// TestNothing: an empty table, and a root that is none, are told and don't panic.
func TestNothing(t *testing.T) {
	var out bytes.Buffer
	assert.NoError(t, check(t.Context(), t.TempDir(), nil, &out))
	err := Check(t.Context(), t.TempDir(), &out)
	for _, name := range steps.Names() {
		assert.ErrorContains(t, err, name+" is not there")
	}
}

func TestDifference(t *testing.T) {
	assert.Equal(t, []string{"- b", "+ x"}, difference("a\nb\nc", "a\nx\nc"))
	assert.Equal(t, []string{"+ b"}, difference("a\nc", "a\nb\nc"))
	assert.Equal(t, []string{"- ", "+ a"}, difference("", "a"))
	assert.Equal(t, []string{"+ a  longer"}, difference("b     c", "b  c\na  longer"), "spaces between columns don't count")
	assert.Equal(t, []string{"the same lines, but in another order, or not as often"}, difference("a\nb", "b\na"))
}

// named finds the ids in a figure.
var named = regexp.MustCompile(` id="([^"]*)"`)

// idsByRow is what a table calls each of its lines that is drawn, by what else the
// line says but its place.
func idsByRow(table string) map[string]string {
	ids := make(map[string]string)
	for line := range strings.Lines(table) {
		words := strings.Split(padding.ReplaceAllString(strings.TrimSpace(line), "  "), "  ")
		switch words[0] {
		case "object":
			ids[strings.Join(words[:2], "  ")] = words[len(words)-1]
		case "goroutine", "starts", "listens":
			ids[strings.Join(words[:len(words)-2], "  ")] = words[len(words)-1]
		}
	}
	return ids
}

// sameIDs wants each id of a table once in its figure, and no other there.
func sameIDs(t *testing.T, table, svg string) {
	t.Helper()
	want := slices.Sorted(maps.Values(idsByRow(table)))
	for _, id := range want {
		assert.Regexp(t, `^(box|starts|listens)-[a-z][a-z0-9]*(-[a-z0-9]+|--[a-z0-9]+)*$`, id)
	}
	var got []string
	for _, match := range named.FindAllStringSubmatch(svg, -1) {
		got = append(got, match[1])
	}
	slices.Sort(got)
	assert.Equal(t, slices.Compact(want), got)
}

// TestIDs: a page can light in the figures whatever a table names.
func TestIDs(t *testing.T) {
	files, err := drawn()
	require.NoError(t, err)
	content := make(map[string]string)
	for _, f := range files {
		content[f.name] = f.content
	}
	for _, l := range languages {
		for _, step := range steps.Names() {
			t.Run(step+"."+l.code, func(t *testing.T) {
				table := content[step+".edges"]
				require.Contains(t, table, "  box-main\n")
				sameIDs(t, table, content[step+"."+l.code+".svg"])
				sameIDs(t, table, content[step+narrow+"."+l.code+".svg"])
			})
		}
		for _, name := range []string{"race", "leaving"} {
			for _, name := range []string{name, name + narrow} {
				assert.NotRegexp(t, named, content[name+"."+l.code+".svg"], "%s has no table that could name its ids", name)
			}
		}
	}
	assert.Equal(t, "listens-server-listen--client-listenread--server-addch", id("listens", "Server.Listen", "Client.listenRead", "Server.addCh"))
	assert.NotEqual(t, id("starts", "a.b", "c"), id("starts", "a", "b.c"))
}

// TestSameID: two goroutines whose names would give the same id can't be drawn so.
func TestSameID(t *testing.T) {
	root, table := madeUp(t)
	put(t, root, "01-one/main.go", program+"\nfunc init() { go Send(make(chan int)) }\n\nfunc Send(ch chan int) { ch <- 1 }\n")
	var out bytes.Buffer
	assert.ErrorContains(t, write(t.Context(), root, table, &out), `have the ID "box-send": give one of them another`)
}

// TestLetters: on a phone, where a picture has 358 of 390 pixels, no letter has
// less than 11.
func TestLetters(t *testing.T) {
	files, err := drawn()
	require.NoError(t, err)
	number := func(in, pattern string) (all []int) {
		for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(in, -1) {
			n, err := strconv.Atoi(match[1])
			require.NoError(t, err)
			all = append(all, n)
		}
		return all
	}
	tested := 0
	for _, f := range files {
		if strings.Contains(f.name, narrow+".") {
			width := number(f.content, ` viewBox="0 0 (\d+) `)[0]
			size := slices.Min(number(f.content, ` font-size="(\d+)"`))
			assert.GreaterOrEqual(t, float64(size)*358/float64(width), 11.0, f.name)
			tested++
		}
	}
	assert.Equal(t, len(languages)*(len(steps.Names())+2), tested)
}

// TestPages: diagrams/README.md shows every figure, each step's README its own,
// each page in its own language, and on a phone the narrow one.
func TestPages(t *testing.T) {
	const phone = `<picture><source media="(max-width: 600px)" srcset="`
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
			switch {
			case strings.HasSuffix(f.name, narrow+"."+lang+".svg"):
				assert.Contains(t, here, phone+f.name+`"><img `, name)
			case strings.HasSuffix(f.name, ".edges"), strings.HasSuffix(f.name, "."+lang+".svg"):
				assert.Contains(t, here, "("+f.name+")", name)
			}
		}
		for _, step := range steps.Names() {
			assert.Contains(t, page(step, name), "](../diagrams/"+step+"."+lang+".svg)", "%s/%s", step, name)
			assert.Contains(t, page(step, name), phone+"../diagrams/"+step+narrow+"."+lang+`.svg"><img src="../diagrams/`+step+"."+lang+`.svg"`, "%s/%s", step, name)
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

// raced plays the race once for all tests.
var raced = sync.OnceValues(func() ([]raceOrder, error) {
	return raceOrders(context.Background(), accesses)
})

// accesses are those of NewClient in 01, as read by hand.
var accesses = []chanflow.Access{
	{Kind: chanflow.Loads, Place: chanflow.Place{File: "01-original/chat/client.go", Line: 35}},
	{Kind: chanflow.Adds, Place: chanflow.Place{File: "01-original/chat/client.go", Line: 35}},
	{Kind: chanflow.Stores, Place: chanflow.Place{File: "01-original/chat/client.go", Line: 35}},
	{Kind: chanflow.Loads, Place: chanflow.Place{File: "01-original/chat/client.go", Line: 39}},
}

// TestRaceFigure reads the figure of the race as a person does.
func TestRaceFigure(t *testing.T) {
	found, err := sources(t)["01-original"].Accesses("NewClient", "maxId")
	require.NoError(t, err)
	assert.Equal(t, accesses, found)
	all, err := raced()
	require.NoError(t, err)
	assert.Len(t, all, 20, "6!/(3!3!)")
	figure, err := race(all, accesses, english)
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
		"A load 0 (client.go:35); B load 0 (client.go:35); B add 1, store 1 (client.go:35); B load again: id 1 (client.go:39); A add 1, store 1 (client.go:35); A load again: id 1 (client.go:39); ",
		"A load 0 (client.go:35); A add 1, store 1 (client.go:35); B load 1 (client.go:35); B add 1, store 2 (client.go:35); B load again: id 2 (client.go:39); A load again: id 2 (client.go:39); ",
	}, stories)
	assert.Equal(t, []string{"A has id 1, B has id 1; `maxId` is 1."}, figure.Panels[0].Result)
	assert.Equal(t, []string{"A has id 2, B has id 2; `maxId` is 2."}, figure.Panels[1].Result)
}

// An order that is not what the code does to maxId is not drawn.
func TestRaceOrdersAreReal(t *testing.T) {
	for name, spoil := range map[string]func([]chanflow.Access) []chanflow.Access{
		"another line":       func(a []chanflow.Access) []chanflow.Access { a[3].Place.Line++; return a },
		"a write too much":   func(a []chanflow.Access) []chanflow.Access { return append(a, a[2]) },
		"a read that is not": func(a []chanflow.Access) []chanflow.Access { return a[:3] },
		"no addition":        func(a []chanflow.Access) []chanflow.Access { return slices.Delete(a, 1, 2) },
		"a write first":      func(a []chanflow.Access) []chanflow.Access { a[0], a[2] = a[2], a[0]; return a },
	} {
		_, err := raceOrders(judgetest.Context(t), spoil(slices.Clone(accesses)))
		assert.ErrorContains(t, err, "maxId", name)
	}
}

// Without the second read there is no such figure, and without the hand-over no
// other.
func TestFiguresOfTimeNeedTheirDefects(t *testing.T) {
	all := sources(t)
	played, err := raced()
	require.NoError(t, err)
	played = slices.DeleteFunc(slices.Clone(played), func(o raceOrder) bool { return o.last == 1 })
	_, err = race(played, accesses, english)
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

	m = analyze(t, sources(t)["05-batch"])
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
