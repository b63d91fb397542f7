package main

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/judgetest"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/schedule/show"
	"websocket-chat-steps/internal/steps"
)

// program plays the steps that the tests ask for. It is built once.
var program = sync.OnceValues(func() (*orders.Program, error) {
	return orders.Build(context.Background(), nil, steps.Of("01-original"), steps.Of("03-single-goroutine"))
})

func built(ctx context.Context, _ steps.Step) (*orders.Program, func() error, error) {
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	p, err := program()
	return p, func() error { return nil }, err
}

func TestMain(m *testing.M) {
	status := m.Run()
	if p, err := program(); err == nil {
		p.Close()
	}
	os.Exit(status)
}

func run(ctx context.Context, width int, args ...string) (status int, out, errOut string) {
	var o, e strings.Builder
	c := command{out: &o, errOut: &e, width: width, build: built}
	status = c.run(ctx, args)
	return status, o.String(), e.String()
}

// One command counts, shows the shortest order in columns, and that order can be
// played again.
func TestOne(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	require.NoError(t, gocmd.ReadSources(root, "01-original", "03-single-goroutine", "internal/schedule"))
	status, out, errOut := run(judgetest.Context(t), 80, "-lang", "en", "01-original", "two-join")
	require.Equal(t, 0, status, errOut)
	assert.Contains(t, out, "32 of 40 orders go wrong")
	assert.Contains(t, out, "The shortest: 14 steps; preemptions: 1.")
	assert.Less(t, strings.Index(out, "request of b"), strings.Index(out, "request of a"), "goroutines, in the order in which they act")
	for _, text := range []string{"browser a connects", "maxId++", "(read)", "(write)", "… id: maxId …", "client.go:", "s.addCh <- c", "never hears what a says"} {
		assert.Contains(t, out, text)
	}
	for line := range strings.Lines(out) {
		if !strings.Contains(line, "orders go wrong") && !strings.Contains(line, "01-original") {
			assert.LessOrEqual(t, show.CellWidth(strings.TrimSuffix(line, "\n")), 80, line)
		}
	}
	again := regexp.MustCompile(`-replay "(.*)" 01-original two-join`).FindStringSubmatch(out)
	require.NotNil(t, again, out)
	status, replayed, errOut := run(judgetest.Context(t), 80, "-lang", "ja", "-replay", again[1], "01-original", "two-join")
	require.Equal(t, 0, status, errOut)
	assert.Contains(t, replayed, "結果: そのあと、a の発言 \"hello\" が a に届かない。")
	assert.Contains(t, replayed, "ブラウザ a が接続する")
	assert.Contains(t, replayed, "maxId++")

	status, _, errOut = run(judgetest.Context(t), 80, "-lang", "en", "-replay", "a! a.7", "01-original", "two-join")
	assert.Equal(t, 1, status)
	assert.Contains(t, errOut, "the run diverged: after “a!” it was to go on with a.7, and possible is b!, a")

	stopped, stop := context.WithCancel(t.Context())
	stop()
	status, _, errOut = run(stopped, 80, "-lang", "en", "01-original", "two-join")
	assert.Equal(t, 1, status)
	assert.Contains(t, errOut, "stopped after 0 orders")
}

// Who stops it while it counts is told how far it came.
func TestStopped(t *testing.T) {
	ctx, stop := context.WithCancel(judgetest.Context(t))
	defer stop()
	var out, errOut strings.Builder
	c := command{out: &out, errOut: &errOut, width: 80, progress: stopper{stop}, build: built}
	assert.Equal(t, 1, c.run(ctx, []string{"-lang", "en", "-all", "01-original", "two-join-one-speaks"}))
	assert.Regexp(t, `^stopped after [1-9][\d,]* orders, of which `, errOut.String())
	assert.NotContains(t, out.String(), "orders go wrong")
}

// stopper is a terminal that stops the command when it says how far it came.
type stopper struct{ stop func() }

func (s stopper) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "orders so far") {
		s.stop()
	}
	return len(b), nil
}

// Where the terminal has no room for all goroutines, they stand in one column.
func TestNarrow(t *testing.T) {
	status, out, errOut := run(judgetest.Context(t), 80, "-lang", "en", "-replay", "a! a! a>server:2 a a>server:2 a server.3 server.5", "03-single-goroutine", "two-things")
	require.Equal(t, 0, status, errOut)
	assert.Contains(t, out, "server.5  client.go:50 → a  err := websocket.JSON.Send(c.ws, msg)\n")
	for line := range strings.Lines(out) {
		assert.True(t, strings.HasPrefix(line, "03-single") || show.CellWidth(strings.TrimSuffix(line, "\n")) <= 80, line)
	}
}

func TestArguments(t *testing.T) {
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"01-original"}, "it takes a step and a scenario"},
		{[]string{"09-none", "two-join"}, `no step "09-none"`},
		{[]string{"01-original", "no-such"}, `no scenario "no-such"`},
		{[]string{"-lang", "fr"}, "-lang takes en or ja"},
		{[]string{"-all"}, "it takes a step and a scenario"},
		{[]string{"-replay", ""}, "it takes a step and a scenario"},
	} {
		status, _, errOut := run(t.Context(), 80, append([]string{"-lang", "en"}, test.args...)...)
		assert.Equal(t, 2, status, test.args)
		assert.Contains(t, errOut, test.says)
	}
}

// Every scenario has its words, in both languages.
func TestWords(t *testing.T) {
	for lang := range languages {
		for _, sc := range slices.Concat(room.Scenarios, room.More) {
			assert.NotEmpty(t, show.Scenario(lang, sc.Name), "%s, %s", lang, sc.Name)
		}
		status, out, _ := run(t.Context(), 80, "-lang", lang, "-list")
		assert.Equal(t, 0, status)
		assert.Contains(t, out, show.Scenario(lang, "two-speak"))
	}
}
