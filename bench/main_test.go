package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/bench/load"
	"websocket-chat-steps/bench/result"
	"websocket-chat-steps/bench/server"
	"websocket-chat-steps/internal/steps"
)

func measurable(t *testing.T) {
	if err := server.Measurable(); err != nil {
		t.Skip(err)
	}
}

// temporary puts all temporary files of the test into a directory. At the end of the test
// it must be empty, and no program that was built there may still run.
func temporary(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Cleanup(func() {
		left, err := os.ReadDir(dir)
		assert.NoError(t, err)
		assert.Empty(t, left, "files were left behind")
		links, err := filepath.Glob("/proc/[0-9]*/exe")
		assert.NoError(t, err)
		for _, link := range links {
			if file, err := os.Readlink(link); err == nil {
				assert.False(t, strings.HasPrefix(file, dir), "%s still runs", file)
			}
		}
	})
}

func TestAShortRun(t *testing.T) {
	measurable(t)
	out := filepath.Join(t.TempDir(), "measurements.json")
	temporary(t)
	args := []string{"-short", "-rounds", "2", "-servers", "gorilla,03-single-goroutine", "-out", out}
	var stdout, stderr bytes.Buffer
	status := bench(t.Context(), args, &stdout, &stderr)
	require.Zero(t, status, "%s", &stderr)

	f, err := result.Read(out)
	require.NoError(t, err)
	assert.Equal(t, "go run -C bench . "+strings.Join(args, " "), f.Command)
	assert.Equal(t, []string{"03-single-goroutine", "gorilla"}, f.Servers)
	assert.Equal(t, 2, f.Rounds)
	assert.True(t, f.Short)
	assert.Regexp(t, `^v\d+\.\d+\.\d+$`, f.Versions["golang.org/x/net"])
	assert.Regexp(t, `^v\d+\.\d+\.\d+$`, f.Versions["github.com/gorilla/websocket"])
	assert.Len(t, f.Versions, 2)
	assert.Positive(t, f.Machine.Cores)
	assert.Positive(t, f.Machine.MemoryMiB)
	assert.NotEqual(t, "unknown", f.Machine.Kernel)

	assert.GreaterOrEqual(t, f.OtherShare, 0.0)
	assert.LessOrEqual(t, f.OtherShare, 1.0)
	assert.Equal(t, f.OtherShare >= quietShare, f.OtherWork)
	// The order is round by round and scenario by scenario. Each round begins with
	// another server.
	var want, got []string
	for round := 1; round <= 2; round++ {
		for _, scenario := range []string{"one", "forty", "thousand", "growth", "open"} {
			for i := range f.Servers {
				for _, s := range newSize(true).loads {
					if s.Name == scenario {
						want = append(want, fmt.Sprint(round, s.Scenario, f.Servers[(i+round-1)%2]))
					}
				}
			}
		}
	}
	for _, l := range f.Loads {
		got = append(got, fmt.Sprint(l.Round, l.Scenario, l.Server))
		assert.Zero(t, l.Lost, "%+v", l)
		assert.False(t, l.Frozen, "%+v", l)
		assert.Positive(t, l.Deliveries)
		assert.Positive(t, l.CPU)
		assert.Positive(t, l.P99)
		assert.Greater(t, l.RSSAfter, l.RSSBefore)
		if l.Server == "gorilla" {
			// It may drop clients that are slow for a moment.
			assert.Zero(t, l.Inversions+l.Disagree, "%+v", l)
		} else {
			assert.Zero(t, l.Dropped, "%+v", l)
		}
	}
	if !slices.ContainsFunc(f.Loads, func(l result.Load) bool { return l.Rate > 0 && !l.KeptUp() }) {
		assert.Equal(t, want, got) // on a very busy machine an open load may end early
	}
	require.Len(t, f.Idles, 2*2)
	for _, idle := range f.Idles {
		assert.Equal(t, newSize(true).idle, idle.Connected)
		assert.Greater(t, idle.RSSAfter, idle.RSSBefore)
		each := map[string]int{"03-single-goroutine": 1, "gorilla": 2}[idle.Server]
		assert.Equal(t, each*newSize(true).idle, idle.GoroutinesAfter-idle.GoroutinesBefore, "%s", idle.Server)
	}
	require.Len(t, f.Stalled, 2*2)
	for _, s := range f.Stalled {
		assert.Positive(t, s.P99Alone)
		assert.Positive(t, s.P99)
		assert.NotEmpty(t, s.Samples)
		assert.False(t, s.Frozen)
	}

	for _, part := range []string{"speed one", "care forty", "growth cpu", "open p99", "idle", "stalled cost", "-short: too little", out} {
		assert.Contains(t, stdout.String(), part)
	}
	assert.Contains(t, stderr.String(), "28/28 round 2")
	assert.Contains(t, stderr.String(), "; about 0 min left\n")
}

// The first rate that is too high ends an open series, and is kept.
func TestAnOpenSeriesEnds(t *testing.T) {
	measurable(t)
	root, err := steps.Root()
	require.NoError(t, err)
	dir := t.TempDir()
	servers, err := choose(server.List(), "floor", func(s server.Server) string { return s.Name })
	require.NoError(t, err)
	require.NoError(t, server.Build(t.Context(), root, dir, servers))
	timing := load.Timing{WarmUp: 50 * time.Millisecond, Measured: 100 * time.Millisecond, Quiet: time.Second}
	m := measurement{f: new(result.File), size: size{loads: open(timing, 200, 500_000, 600_000)}, server: servers[0], dir: dir, round: 1}
	what, err := m.run(t.Context(), "open")
	require.NoError(t, err)
	assert.Regexp(t, `^200/s: .*; not 500000/s: .*, not yet heard: \d+$`, what)
	require.Len(t, m.f.Loads, 2)
	assert.Equal(t, 200, m.f.Loads[0].Rate)
	assert.True(t, m.f.Loads[0].KeptUp())
	assert.Equal(t, 500_000, m.f.Loads[1].Rate)
	assert.False(t, m.f.Loads[1].KeptUp())
	assert.Positive(t, m.used)
}

// A load is not held up by the limits of 06, which are there when they are measured.
func TestLimits(t *testing.T) {
	measurable(t)
	root, err := steps.Root()
	require.NoError(t, err)
	dir := t.TempDir()
	servers, err := choose(server.List(), "06-hardened", func(s server.Server) string { return s.Name })
	require.NoError(t, err)
	require.NoError(t, server.Build(t.Context(), root, dir, servers))
	seconds := func(s server.Server, messages int) float64 {
		p, err := s.Start(t.Context(), dir)
		require.NoError(t, err)
		defer p.Stop()
		l, _, err := load.Alone(t.Context(), p, load.StalledPlan{Clients: 1, Messages: messages, Window: 64, Payload: 128, Quiet: time.Minute})
		require.NoError(t, err)
		require.Equal(t, messages, l.Deliveries)
		return l.Seconds
	}
	// A bucket lets some 130 through at once, and then some 60 in a second.
	assert.Less(t, seconds(servers[0], 4000), 60.0)
	assert.Greater(t, seconds(servers[0].Limited(), 200), 1.0)
	for limited, s := range map[bool]server.Server{false: servers[0], true: servers[0].Limited()} {
		p, err := s.Start(t.Context(), dir)
		require.NoError(t, err)
		defer p.Stop()
		_, err = load.Idle(t.Context(), p, 1001, time.Millisecond)
		if limited {
			assert.ErrorContains(t, err, "503 Service Unavailable")
		} else {
			assert.NoError(t, err)
		}
	}
}

// interrupter ends a context when a text is written to it.
type interrupter struct {
	bytes.Buffer
	text   string
	cancel context.CancelFunc
}

func (i *interrupter) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(i.text)) {
		i.cancel()
	}
	return i.Buffer.Write(b)
}

func TestCtrlC(t *testing.T) {
	measurable(t)
	for _, text := range []string{"building", "1/", "2/"} {
		t.Run(text, func(t *testing.T) {
			temporary(t)
			out := filepath.Join(t.TempDir(), "measurements.json")
			ctx, cancel := context.WithCancel(t.Context())
			stderr := &interrupter{text: text, cancel: cancel}
			var stdout bytes.Buffer
			assert.Equal(t, 1, bench(ctx, []string{"-short", "-rounds", "2", "-only", "one,stalled", "-servers", "floor", "-out", out}, &stdout, stderr))
			assert.True(t, strings.HasSuffix(stderr.String(), "bench: interrupted; what was measured is not kept\n"), "%s", stderr)
			assert.Empty(t, stdout.String())
			assert.NoFileExists(t, out)
		})
	}
}

func TestWrongCommandLines(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"-rounds 0", "bench: -rounds 0: at least one round has to be measured\n"},
		{"-rounds many", "invalid value \"many\" for flag -rounds"},
		{"-servers gorilla,nginx", "bench: -servers: there is no \"nginx\"; there are 01-original, "},
		{"-servers ,", "-servers: there is no \"\"; there are "},
		{"-only one,two", "bench: -only: there is no \"two\"; there are one, forty, thousand, growth, open, idle, stalled, flood\n"},
		{"-fast", "flag provided but not defined: -fast"},
		{"gorilla", "bench: unexpected argument \"gorilla\"; go run -C bench . -help lists what there is\n"},
		{"-out nowhere/at/all.json", "bench: -out: there is no directory "},
	} {
		var stdout, stderr bytes.Buffer
		assert.Equal(t, 2, bench(t.Context(), strings.SplitN(test.args, " ", 2), &stdout, &stderr), test.args)
		assert.Contains(t, stderr.String(), test.want)
		assert.Empty(t, stdout.String())
	}
}

func TestWhatIsKept(t *testing.T) {
	root, err := steps.Root()
	require.NoError(t, err)
	kept := filepath.Join(root, "docs", "measurements.json")
	for args, want := range map[string]options{
		"":                        {rounds: 5, out: kept, pages: true},
		"-rounds=7":               {rounds: 7, out: kept, pages: true},
		"-short":                  {rounds: 1, short: true},
		"-short -rounds=3":        {rounds: 3, short: true},
		"-only=one":               {rounds: 5},
		"-servers=floor":          {rounds: 5},
		"-out=" + root + "/x":     {rounds: 5, out: filepath.Join(root, "x")},
		"-short -out=x.json":      {rounds: 1, short: true, out: filepath.Join(root, "bench", "x.json")},
		"-servers=floor, gorilla": {rounds: 5},
	} {
		list := strings.Split(args, " -")
		for i := range list[1:] {
			list[i+1] = "-" + list[i+1]
		}
		if args == "" {
			list = nil
		}
		var stderr bytes.Buffer
		o, err := parse(root, list, &stderr)
		require.NoError(t, err, "%s: %s", args, &stderr)
		assert.NotContains(t, o.only, "flood", "the pages say nothing of it")
		o.servers, o.only = nil, nil
		assert.Equal(t, want, o, args)
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	assert.Zero(t, bench(t.Context(), []string{"-help"}, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "-servers list")
}

func TestItHasToRunInTheRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, bench(t.Context(), nil, &stdout, &stderr))
	assert.Contains(t, stderr.String(), "bench: this is not the repository: ")
}

// waitForQuiet takes a sample at a time until the machine is quiet.
func TestAQuietMachine(t *testing.T) {
	for _, test := range []struct {
		shares []float64
		taken  int
		quiet  bool
		says   string
	}{
		{[]float64{0.049, 0.9}, 1, true, "other programs use 4.9 % of the processors\n"},
		{[]float64{0.9, 0.05, 0.01}, 3, true, "other programs use 90 % of the processors; waiting some minutes for a quiet machine\nthe machine is quiet: "},
		{[]float64{0.9, 0.8, 0.7}, 3, false, "the machine does not become quiet; the result will say so\n"},
	} {
		taken := 0
		var progress bytes.Buffer
		quiet, err := waitForQuiet(&progress, 3, func() (float64, error) {
			taken++
			return test.shares[taken-1], nil
		})
		require.NoError(t, err)
		assert.Equal(t, test.quiet, quiet)
		assert.Equal(t, test.taken, taken)
		assert.Contains(t, progress.String(), test.says)
	}
	broken := errors.New("no /proc")
	_, err := waitForQuiet(io.Discard, 3, func() (float64, error) { return 0, broken })
	assert.ErrorIs(t, err, broken)
}
