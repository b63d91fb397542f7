package byhand

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
)

// shared builds each step's program once for all tests.
var shared *Player

func TestMain(m *testing.M) {
	root, err := steps.Root()
	if err != nil {
		panic(err)
	}
	shared = New(root)
	status := m.Run()
	shared.Close()
	os.Exit(status)
}

func player(t *testing.T) *Player {
	t.Helper()
	if testing.Short() {
		t.Skip("-short leaves out what builds the program that plays orders")
	}
	require.NoError(t, gocmd.ReadSources(shared.root, "internal/schedule", "internal/judge", "diagrams", "01-original", "02-race-fix", "03-single-goroutine", "04-mailbox"))
	return shared
}

func level(t *testing.T, name, step string) Level {
	t.Helper()
	l, ok := Find(name, step)
	require.True(t, ok)
	return l
}

// Each level is solved by its shortest order, pick by pick, in its first step, and the command
// that is shared plays that again. In its second step no order solves it.
func TestLevels(t *testing.T) {
	p := player(t)
	for _, l := range Levels {
		t.Run(l.Name, func(t *testing.T) {
			t.Parallel()
			yes, no := l.Steps[0], l.Steps[1]
			all, err := p.Explore(l, yes, "")
			require.NoError(t, err)
			require.NotZero(t, all.Wrong, "orders that reach the goal")
			for n := range all.Shortest {
				v, err := p.Play(l, yes, strings.Join(all.Shortest[:n], " "), "en", false)
				require.NoError(t, err)
				require.False(t, v.Over)
				require.Empty(t, v.Wrong, "before the end")
				assert.Contains(t, labels(v), all.Shortest[n], "it can be picked")
			}
			v, err := p.Play(l, yes, strings.Join(all.Shortest, " "), "en", false)
			require.NoError(t, err)
			assert.True(t, v.Over)
			require.NotEmpty(t, v.Wrong)
			assert.Equal(t, all.Shortest, v.Picks)

			before, name, _ := strings.Cut(strings.TrimPrefix(v.Command, `go run ./docs/orders -replay "`), `" `)
			assert.Equal(t, yes+" "+l.Scenario, name)
			again, err := p.Play(l, yes, before, "en", true)
			require.NoError(t, err)
			assert.Equal(t, v.Wrong, again.Wrong)
			assert.Equal(t, v.Picks, again.Picks)

			none, err := p.Explore(l, no, "")
			require.NoError(t, err)
			assert.Zero(t, none.Wrong, "orders that reach the goal in %s", no)
			assert.NotZero(t, none.Orders)
			assert.Empty(t, none.Shortest)
			v, err = p.Play(l, no, "", "en", true)
			require.NoError(t, err)
			assert.True(t, v.Over)
			assert.Empty(t, v.Wrong)
		})
	}
}

func labels(v *View) (all []string) {
	for _, b := range v.Browsers {
		all = append(all, b.Label)
	}
	for _, c := range v.Columns {
		for _, n := range c.Next {
			for _, p := range n.Picks {
				all = append(all, p.Label)
			}
		}
	}
	return all
}

// The pages' links lead to levels that there are.
func TestLinks(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(shared.root, "docs", "*.md"))
	require.NoError(t, err)
	links := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`#schedule/([^/)]*)/([^/)]*)\)`).FindAllStringSubmatch(string(text), -1) {
			links++
			_, ok := Find(m[1], m[2])
			assert.True(t, ok, "%s: %s", page, m[0])
		}
	}
	assert.NotZero(t, links)
}

// From any place the shortest way to the goal begins with what was picked, and where there is
// none, that is said.
func TestHints(t *testing.T) {
	p := player(t)
	l := level(t, "one-id", "01-original")
	c, err := p.Explore(l, "01-original", "b! b")
	require.NoError(t, err)
	assert.NotZero(t, c.Wrong)
	assert.Equal(t, []string{"b!", "b"}, c.Shortest[:2])
	v, err := p.Play(l, "01-original", strings.Join(c.Shortest, " "), "en", false)
	require.NoError(t, err)
	assert.NotEmpty(t, v.Wrong)

	c, err = p.Explore(l, "01-original", "a! a a a b! b") // a has its id before b looks
	require.NoError(t, err)
	assert.Zero(t, c.Wrong)
	assert.NotZero(t, c.Orders)
}

// What is seen is told in lines of the source, by names of the code: who can go on, how, and with whom;
// who can't, and what for it waits.
func TestView(t *testing.T) {
	p := player(t)
	l := level(t, "one-id", "01-original")
	v, err := p.Play(l, "01-original", "a! a a a", "en", false)
	require.NoError(t, err)
	column := func(name string) Column {
		i := slices.IndexFunc(v.Columns, func(c Column) bool { return c.Name == name })
		require.GreaterOrEqual(t, i, 0, name)
		return v.Columns[i]
	}
	assert.Equal(t, Done{Who: "a", Line: Line{"client.go:35", "maxId++", "write"}}, v.Done[2])
	assert.Equal(t, []ID{{"a", 1}}, v.IDs)
	assert.Equal(t, map[string]string{"maxId": "1"}, v.Variables)
	assert.Equal(t, []Browser{{Name: "a", Heard: []string{}}, {Name: "b", Heard: []string{}, Act: "connects", Label: "b!"}}, v.Browsers)

	a, server := column("a"), column(room.ServerGoroutine)
	assert.Equal(t, "Client.listenRead", a.Title)
	assert.Equal(t, "Server.Listen", server.Title)
	add := Line{"server.go:47", "s.addCh <- c", ""}
	takes := Line{"server.go:102", "c := <-s.addCh", ""}
	assert.Equal(t, []Next{{add, "send", "s.addCh", []Pick{{"a>server:0", "server", &takes}}}}, a.Next, "a meets the server")
	assert.Equal(t, Next{takes, "receive", "s.addCh", []Pick{{"a>server:0", "a", &add}}}, server.Next[0], "and the server a")
	assert.Equal(t, "s.delCh", server.Next[1].Channel)
	assert.Empty(t, server.Next[1].Picks)

	stay := level(t, "stay", "01-original")
	v, err = p.Play(stay, "01-original", "", "ja", true)
	require.NoError(t, err)
	assert.Equal(t, "goroutine が残っている: a (client.go:103 で待っている)、a.1 (client.go:82 で待っている)", v.Wrong)
	writer := column("a.1")
	assert.Equal(t, "Client.listenWrite", writer.Title)
	assert.Equal(t, "client.go:69", writer.Started)
	assert.Equal(t, string(schedule.Stands), writer.State)
	assert.Equal(t, []Next{{Line{"client.go:82", "c.doneCh <- true", ""}, "send", "c.doneCh", []Pick{}}}, writer.Next)

	_, err = p.Play(l, "01-original", "a! nobody", "en", false)
	assert.ErrorContains(t, err, "it was to go on with nobody")
	_, err = p.Play(l, "01-original", "a!", "en", false)
	assert.NoError(t, err, "and then it goes on")
}

// When the source changes, the program is built anew. When it ends by itself, it is started again.
func TestSourceChanges(t *testing.T) {
	p := player(t)
	step := "02-race-fix"
	l := level(t, "one-id", step)
	_, err := p.Play(l, step, "", "en", false)
	require.NoError(t, err)
	built := p.programs[step].built

	// The source stays as it is: what is remembered of it doesn't.
	p.programs[step].files[filepath.Join(p.root, step, "chat", "client.go")] += " "
	_, err = p.Play(l, step, "", "en", false)
	require.NoError(t, err)
	assert.NotSame(t, built, p.programs[step].built)

	p.programs[step].session.Close()
	_, err = p.Play(l, step, "", "en", false)
	assert.Error(t, err)
	_, err = p.Play(l, step, "", "en", false)
	assert.NoError(t, err)

	closed := New(p.root)
	closed.Close()
	_, err = closed.Play(l, step, "", "en", false)
	assert.ErrorIs(t, err, context.Canceled)
}
