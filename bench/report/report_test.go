package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/bench/result"
)

const root = "../.."

// The pages and plots that are kept are those that the kept result file makes.
func TestKeptPages(t *testing.T) {
	for _, problem := range differences(t, root) {
		t.Error(problem)
	}
}

// differences are where the pages and plots below root, the repository's
// directory or one like it, are not what the result file there makes.
func differences(t *testing.T, root string) (problems []string) {
	f, err := result.Read(filepath.Join(root, Kept))
	require.NoError(t, err)
	fresh := t.TempDir()
	require.NoError(t, Write(fresh, f))
	want, have := files(t, fresh), files(t, root)
	const remedy = ": run " + Command + ", at the repository's root"
	for name, b := range want {
		if there, ok := have[name]; !ok {
			problems = append(problems, name+" is missing"+remedy)
		} else if there != b {
			problems = append(problems, name+" is not what "+Kept+" makes: here stands "+firstDifference(there, b)+remedy)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			problems = append(problems, name+" is a plot that no page has any more: delete it")
		}
	}
	slices.Sort(problems)
	return problems
}

// files are the pages and plots below a repository's directory.
func files(t *testing.T, root string) map[string]string {
	all := make(map[string]string)
	for _, pattern := range []string{"docs/measurements*.md", "docs/measurements/*"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, name := range names {
			b, err := os.ReadFile(name)
			require.NoError(t, err)
			short, err := filepath.Rel(root, name)
			require.NoError(t, err)
			all[filepath.ToSlash(short)] = string(b)
		}
	}
	return all
}

func firstDifference(here, there string) string {
	a, b := strings.Split(here, "\n"), strings.Split(there, "\n")
	for i := range max(len(a), len(b)) {
		x, y := "nothing more", "nothing more"
		if i < len(a) {
			x = strconv.Quote(a[i])
		}
		if i < len(b) {
			y = strconv.Quote(b[i])
		}
		if x != y {
			return x + ", there " + y
		}
	}
	return "the same"
}

// written writes pages from f into a directory that has f as its kept file.
func written(t *testing.T, f *result.File) (root string, all map[string]string) {
	root = t.TempDir()
	require.NoError(t, Write(root, f))
	require.NoError(t, f.Write(filepath.Join(root, filepath.FromSlash(Kept))))
	return root, files(t, root)
}

// Whatever is changed, by hand or by another result file, is seen.
func TestDifferences(t *testing.T) {
	root, all := written(t, madeUp())
	require.Len(t, all, 2+2*len(plots))
	assert.Empty(t, differences(t, root))
	for name, text := range all {
		path := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.WriteFile(path, []byte(text+"\n"), 0o600))
		problems := differences(t, root)
		require.Len(t, problems, 1)
		assert.True(t, strings.HasPrefix(problems[0], name+" is not what docs/measurements.json makes"), problems[0])
		assert.Contains(t, problems[0], "run go run -C bench ./report/write")
		require.NoError(t, os.Remove(path))
		problems = differences(t, root)
		require.Len(t, problems, 1)
		assert.True(t, strings.HasPrefix(problems[0], name+" is missing: run go run -C bench ./report/write"), problems[0])
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	extra := filepath.Join(root, "docs", "measurements", "old.en.svg")
	require.NoError(t, os.WriteFile(extra, nil, 0o600))
	problems := differences(t, root)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0], "old.en.svg is a plot that no page has")
	require.NoError(t, os.Remove(extra))

	f := madeUp()
	f.Loads[3].Deliveries *= 2
	require.NoError(t, f.Write(filepath.Join(root, filepath.FromSlash(Kept))))
	assert.NotEmpty(t, differences(t, root))
}

// The same file makes the same bytes, also when it was written and read.
func TestSameBytes(t *testing.T) {
	root, first := written(t, madeUp())
	f, err := result.Read(filepath.Join(root, filepath.FromSlash(Kept)))
	require.NoError(t, err)
	for range 5 {
		_, again := written(t, f)
		assert.Equal(t, first, again)
	}
}

func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*result.File)
		want   string
	}{
		"short":             {func(f *result.File) { f.Short = true }, "-short, which is too little to state figures from"},
		"too few rounds":    {func(f *result.File) { f.Rounds = 4 }, "this has 4 rounds, and to state figures from takes 5"},
		"nothing":           {func(f *result.File) { *f = result.File{Rounds: 5} }, "01-original was not measured"},
		"a server less":     {func(f *result.File) { f.Servers = f.Servers[:len(f.Servers)-1] }, "melody was not measured, and the pages speak of it"},
		"a server more":     {func(f *result.File) { f.Servers = append(f.Servers, "nhooyr") }, "know nothing of the server nhooyr: describe it"},
		"a scenario less":   {func(f *result.File) { f.Idles = nil }, `01-original, round 1 of "idle": measured 0 times`},
		"a round less":      {func(f *result.File) { f.Loads = f.Loads[:len(f.Loads)-1] }, `melody, round 5 of "thousand": measured 0 times`},
		"a round twice":     {func(f *result.File) { f.Stalled[1].Round = 2 }, `02-race-fix, round 1 of "stalled": measured 0 times`},
		"one of them twice": {func(f *result.File) { f.Idles = append(f.Idles, f.Idles[10]) }, `01-original, round 2 of "idle": measured 2 times`},
	} {
		t.Run(name, func(t *testing.T) {
			f := madeUp()
			require.NoError(t, Check(f))
			tt.change(f)
			root := t.TempDir()
			err := Write(root, f)
			require.ErrorContains(t, err, tt.want)
			assert.Equal(t, err, Check(f))
			_, err = os.Stat(filepath.Join(root, "docs"))
			assert.True(t, errors.Is(err, fs.ErrNotExist), "it must write nothing")
		})
	}
}

// Every figure of the file comes to the page: one that changes, changes it.
func TestFiguresComeFromTheFile(t *testing.T) {
	_, before := written(t, madeUp())
	for name, change := range map[string]func(*result.File){
		"deliveries":  func(f *result.File) { f.Loads[9].Deliveries *= 3 },
		"seconds":     func(f *result.File) { f.Loads[9].Seconds = 99 },
		"cpu":         func(f *result.File) { f.Loads[9].CPU *= 3 },
		"p50":         func(f *result.File) { f.Loads[9].P50 *= 3 },
		"p99":         func(f *result.File) { f.Loads[9].P99 *= 3 },
		"inversions":  func(f *result.File) { f.Loads[9].Inversions = 77 },
		"disagree":    func(f *result.File) { f.Loads[9].Disagree = 77 },
		"lost":        func(f *result.File) { f.Loads[9].Lost = 77 },
		"dropped":     func(f *result.File) { f.Loads[9].Dropped = 77 },
		"frozen":      func(f *result.File) { f.Loads[9].Frozen = true },
		"connected":   func(f *result.File) { f.Idles[3].Connected -= 7 },
		"connecting":  func(f *result.File) { f.Idles[3].ConnectSeconds = 7 },
		"memory":      func(f *result.File) { f.Idles[3].RSSAfter *= 7 },
		"before":      func(f *result.File) { f.Idles[3].RSSBefore = 1 },
		"goroutines":  func(f *result.File) { f.Idles[3].GoroutinesAfter *= 7 },
		"alone":       func(f *result.File) { f.Stalled[3].P99Alone *= 7 },
		"beside":      func(f *result.File) { f.Stalled[3].P99 *= 7 },
		"let go":      func(f *result.File) { f.Stalled[3].LetGo = -1 },
		"others":      func(f *result.File) { f.Stalled[3].Dropped = 7 },
		"others lost": func(f *result.File) { f.Stalled[3].Lost = 7 },
		"others wait": func(f *result.File) { f.Stalled[3].Frozen = true },
		"resident":    func(f *result.File) { f.Stalled[3].Samples[20].RSS *= 7 },
		"how many":    func(f *result.File) { f.Stalled[3].Samples[20].Goroutines *= 7 },
		"senders":     func(f *result.File) { f.Loads[0].Senders = 71 },
		"clients":     func(f *result.File) { f.Loads[0].Clients = 71 },
		"idle":        func(f *result.File) { f.Idles[0].Clients = 71 },
		"messages":    func(f *result.File) { f.Stalled[0].Messages = 71 },
		"readers":     func(f *result.File) { f.Stalled[0].Clients = 71 },
		"payload":     func(f *result.File) { f.Stalled[0].Payload = 71 },
		"cores":       func(f *result.File) { f.Machine.Cores = 71 },
		"command":     func(f *result.File) { f.Command = "xyzzy" },
		"date":        func(f *result.File) { f.Date = "xyzzy" },
		"version":     func(f *result.File) { f.Versions["github.com/lxzan/gws"] = "xyzzy" },
	} {
		t.Run(name, func(t *testing.T) {
			f := madeUp()
			change(f)
			_, after := written(t, f)
			for _, page := range []string{"docs/measurements.md", "docs/measurements.ja.md"} {
				assert.NotEqual(t, before[page], after[page], page)
			}
		})
	}
	// All rounds are in the plots but those that no reader could tell apart.
	f := madeUp()
	for i := range f.Loads {
		f.Loads[i].Deliveries *= 2
		f.Loads[i].CPU *= 4
	}
	for i := range f.Idles {
		f.Idles[i].RSSAfter *= 2
	}
	for _, s := range f.Stalled {
		for i := range s.Samples {
			s.Samples[i].RSS *= 2
			s.Samples[i].Goroutines *= 2
		}
	}
	_, after := written(t, f)
	for name := range before {
		assert.NotEqual(t, before[name], after[name], name)
	}
}

// No measured figure is typed: a template has no digits but those of names and
// versions of things, and all other words are in words.go.
func TestTemplatesHaveNoFigures(t *testing.T) {
	allowed := regexp.MustCompile("`[^`]*`|\\{\\{[^}]*\\}\\}|\\]\\([^)]*\\)|```[a-z]*\\n[^`]*```|\\b0[1-4](-[a-z-]+)?\\b|ステップ 04|P50|P99|99 of 100|100 件のうち 99 件|Where 1 lies|間に 1 がある|figure is 0|数字が 0 で")
	for in, text := range []string{englishPage, japanesePage} {
		rest := allowed.ReplaceAllString(text, "")
		assert.Empty(t, regexp.MustCompile(`.{0,20}\d.{0,20}`).FindAllString(rest, -1), "%v", in)
	}
}

// Both languages have the same headings, tables, code and plots in the same
// order, and what is code is the same.
func TestLanguagesAreOneShape(t *testing.T) {
	_, all := written(t, madeUp())
	shape := func(page string) (parts []string) {
		code := false
		columns := 0
		for l := range strings.Lines(page) {
			l = strings.TrimSuffix(l, "\n")
			switch {
			case strings.HasPrefix(l, "```"):
				code = !code
				parts = append(parts, l)
			case code:
				parts = append(parts, l)
			case strings.HasPrefix(l, "#"):
				level, _, _ := strings.Cut(l, " ")
				parts = append(parts, level)
			case strings.HasPrefix(l, "|"):
				n := strings.Count(l, "|")
				if columns != 0 {
					assert.Equal(t, columns, n, l)
				}
				columns = n
				parts = append(parts, "row of "+strconv.Itoa(n-1))
				continue
			case strings.HasPrefix(l, "!["):
				_, to, ok := strings.Cut(l, "](")
				assert.True(t, ok, l)
				assert.Greater(t, len(l)-len(to), 40, "an image says in words what it shows: %s", l)
				to = strings.TrimSuffix(to, ")")
				assert.Contains(t, all, "docs/"+to)
				parts = append(parts, strings.NewReplacer(".en.", ".", ".ja.", ".").Replace(to))
			case strings.HasPrefix(l, "- "):
				parts = append(parts, "-")
			}
			columns = 0
		}
		assert.False(t, code)
		return parts
	}
	english, japanese := all["docs/measurements.md"], all["docs/measurements.ja.md"]
	assert.Equal(t, shape(english), shape(japanese))
	assert.Equal(t, len(plots), strings.Count(english, "!["))
	for _, text := range []string{english, japanese} {
		for _, wrong := range []string{"NaN", "<no value>", "%!", "{{", "\n\n\n", "  |", "Inf"} {
			assert.False(t, strings.Contains(text, wrong), wrong)
		}
	}
	rest := strings.ReplaceAll(english, "日本語は [measurements.ja.md](measurements.ja.md) へ。", "")
	assert.Empty(t, regexp.MustCompile(`.{0,20}[ぁ-んァ-ン].{0,20}`).FindAllString(rest, -1))
}

// Rounds in which a peer drops clients are not in ratios to it, and where none is
// left that is said; its own figures and others' ratios have them.
func TestRoundsLeftOut(t *testing.T) {
	_, all := written(t, madeUp())
	row := func(page, section, table, server string) []string {
		_, rest, found := strings.Cut(all[page], "\n## "+section+"\n")
		require.True(t, found, section)
		_, rest, found = strings.Cut(rest, "\n| "+table)
		require.True(t, found, table)
		_, rest, found = strings.Cut(rest, "\n| "+server+" | ")
		require.True(t, found, server)
		rest, _, _ = strings.Cut(rest, " |\n")
		return strings.Split(rest, " | ")
	}
	speed := row("docs/measurements.md", "40 under way", "server | deliveries", "**04-mailbox**")
	assert.NotContains(t, speed[0], "rounds")
	assert.NotContains(t, speed[1], "rounds", "to the floor, which drops nobody")
	assert.Regexp(t, `^1\.\d\d \(1\.\d\d–1\.\d\d\), 3 of 5 rounds$`, speed[2])
	assert.Regexp(t, `, 3 of 5 rounds$`, speed[5])
	assert.Regexp(t, `、5 回中 3 回$`, row("docs/measurements.ja.md", "40 件並行", "サーバー | 配信", "**04-mailbox**")[2])
	assert.Equal(t, "18", row("docs/measurements.md", "40 under way", "server | P50", "gorilla")[5])
	beside := row("docs/measurements.md", "One client that stops reading", "server | P99", "floor")
	assert.Equal(t, []string{"(frozen)", "(frozen)", "0", "0", "5 of 5"}, beside[1:])
	has(t, all["docs/measurements.md"], "  - not compared, no round left: coder\n")
	has(t, all["docs/measurements.ja.md"], "  - 比べられない（残った回なし）: coder\n")

	// The same by hand: our deliveries to gorilla's in the rounds 1, 3 and 5.
	var want []float64
	f := madeUp()
	of := func(server string, round int) float64 {
		for _, l := range f.Loads {
			if l.Name == forty && l.Server == server && l.Round == round {
				return float64(l.Deliveries)
			}
		}
		panic("not measured")
	}
	for _, round := range []int{1, 3, 5} {
		want = append(want, of(ours, round)/of(gorilla, round))
	}
	slices.Sort(want)
	got := sections(f)[forty].ratio(deliveries, ours, gorilla)
	assert.InDelta(t, want[1], got.median, 1e-12)
	assert.InDelta(t, want[0], got.least, 1e-12)
	assert.InDelta(t, want[2], got.most, 1e-12)
	assert.Equal(t, 3, got.rounds)

	// Losing messages and freezing count as much; clients that only stay, too.
	for name, change := range map[string]func(*result.Load){
		"lost":   func(l *result.Load) { l.Lost = 1 },
		"frozen": func(l *result.Load) { l.Frozen = true },
	} {
		f := madeUp()
		i := slices.IndexFunc(f.Loads, func(l result.Load) bool { return l.Name == one && l.Server == floor && l.Round == 4 })
		change(&f.Loads[i])
		assert.Equal(t, 4, sections(f)[one].ratio(cpu, ours, floor).rounds, name)
	}
	f.Idles[6].Connected--
	require.Equal(t, gorilla, f.Idles[6].Server)
	assert.Equal(t, 4, sections(f)[idle].ratio(memory, ours, gorilla).rounds)
	assert.Equal(t, 5, sections(f)[idle].ratio(memory, gorilla, ours).rounds)
}

// What a server did before it froze is no figure of it.
func TestFrozenRounds(t *testing.T) {
	for frozenRounds, want := range map[int]string{
		2: `\| gws \| [\d,]+ \([\d,–]+\), 3 of 5 rounds \| .* \|\n(.*\n)+\| gws \| .*3 of 5 rounds \| .*3 of 5 rounds \|.* \| 2 of 5 \|\n`,
		5: `\| gws \| \(frozen\) \| no round left \| no round left \| \(frozen\) \|.*\n(.*\n)+\| gws \| \(frozen\) \| \(frozen\) \|.* \| 5 of 5 \|\n`,
	} {
		f := madeUp()
		for i, l := range f.Loads {
			if l.Server == gws && l.Name == one && l.Round <= frozenRounds {
				f.Loads[i].Frozen = true
			}
		}
		_, all := written(t, f)
		_, section, _ := strings.Cut(all["docs/measurements.md"], "\n## One message at a time\n")
		section, _, _ = strings.Cut(section, "\n## ")
		assert.Regexp(t, want, section)
	}
}

// A server that let everybody go before anything was counted has no figures,
// and the page says why.
func TestNobodyLeft(t *testing.T) {
	f := madeUp()
	for i, l := range f.Loads {
		if l.Server == coder && l.Name == forty {
			f.Loads[i].Seconds, f.Loads[i].Deliveries, f.Loads[i].CPU = 0, 0, 0
		}
	}
	_, all := written(t, f)
	has(t, all["docs/measurements.md"], "| coder | (nobody left) | no round left | no round left | (nobody left) |")
	has(t, all["docs/measurements.ja.md"], "| coder | （全員切断） | 残った回なし | 残った回なし | （全員切断） |")
	has(t, all["docs/measurements/deliveries.en.svg"], "(nobody left)")
	assert.False(t, strings.Contains(all["docs/measurements.md"], "NaN"), "NaN")
}

// has tells whether a page has some words, without printing all of it.
func has(t *testing.T, page, words string) {
	t.Helper()
	assert.True(t, strings.Contains(page, words), "it does not say %q", words)
}

// verdictOf is what came of the nth target.
func verdictOf(f *result.File, n int) verdict {
	_, came := targets[n].judge(sections(f))
	return came
}

// Each target is missed by what breaks it, and reached without.
func TestTargets(t *testing.T) {
	loads := func(name, server string, change func(*result.Load)) func(*result.File) {
		return func(f *result.File) {
			for i, l := range f.Loads {
				if l.Name == name && l.Server == server {
					change(&f.Loads[i])
				}
			}
		}
	}
	first := func(name, server string, change func(*result.Load)) func(*result.File) {
		return loads(name, server, func(l *result.Load) {
			if l.Round == 1 {
				change(l)
			}
		})
	}
	stalls := func(rounds int, change func(*result.Stalled)) func(*result.File) {
		return func(f *result.File) {
			for i, s := range f.Stalled {
				if s.Server == ours && s.Round <= rounds {
					change(&f.Stalled[i])
				}
			}
		}
	}
	fewer := func(l *result.Load) { l.Deliveries = l.Deliveries * 9 / 10 }
	for i, tt := range []struct {
		name   string
		target int
		change func(*result.File)
		want   verdict
	}{
		{"fewer than gorilla wants", 0, loads(forty, ours, fewer), missed},
		{"gorilla dropped in all rounds", 0, loads(forty, gorilla, func(l *result.Load) { l.Dropped = 1 }), unsaid},
		{"we froze once", 0, first(forty, ours, func(l *result.Load) { l.Frozen = true }), missed},
		{"enough in one round only", 0, loads(forty, ours, func(l *result.Load) {
			if l.Round > 1 {
				l.Deliveries /= 2
			}
		}), missed},
		{"gws is faster", 1, loads(forty, gws, func(l *result.Load) { l.Deliveries *= 2 }), missed},
		{"melody is faster", 2, loads(forty, melody, func(l *result.Load) { l.Deliveries *= 2 }), missed},
		{"more CPU", 3, loads(one, ours, func(l *result.Load) { l.CPU *= 1.1 }), missed},
		{"more CPU in one round", 3, first(one, ours, func(l *result.Load) { l.CPU *= 1.1 }), reached},
		{"more memory", 4, func(f *result.File) {
			for i, idle := range f.Idles {
				if idle.Server == ours {
					f.Idles[i].RSSAfter += 3 << 10 * idle.Clients
				}
			}
		}, missed},
		{"one dropped", 5, first(thousand, ours, func(l *result.Load) { l.Dropped = 1 }), missed},
		{"one lost", 5, first(thousand, ours, func(l *result.Load) { l.Lost = 1 }), missed},
		{"one inversion", 5, first(thousand, ours, func(l *result.Load) { l.Inversions = 1 }), missed},
		{"one disagrees", 5, first(thousand, ours, func(l *result.Load) { l.Disagree = 1 }), missed},
		{"frozen once", 5, first(thousand, ours, func(l *result.Load) { l.Frozen = true }), missed},
		{"others notice", 6, stalls(5, func(s *result.Stalled) { s.P99 = 3.1 * s.P99Alone }), missed},
		{"others notice twice", 6, stalls(2, func(s *result.Stalled) { s.P99 = 3.1 * s.P99Alone }), reached},
		{"others wait for ever, once", 6, stalls(1, func(s *result.Stalled) { s.Frozen = true }), missed},
		{"others wait for ever", 6, stalls(5, func(s *result.Stalled) { s.Frozen = true }), missed},
		{"another one dropped", 7, stalls(1, func(s *result.Stalled) { s.Dropped = 1 }), missed},
		{"another one misses something", 7, stalls(1, func(s *result.Stalled) { s.Lost = 1 }), missed},
	} {
		f := madeUp()
		require.Equal(t, reached, verdictOf(f, tt.target), "%d", i)
		tt.change(f)
		assert.Equal(t, tt.want, verdictOf(f, tt.target), tt.name)
		_, all := written(t, f)
		came := make(map[verdict]int)
		for n := range targets {
			came[verdictOf(f, n)]++
		}
		english, japanese := all["docs/measurements.md"], all["docs/measurements.ja.md"]
		assert.Equal(t, came[missed], strings.Count(english, "| **no** |"), tt.name)
		assert.Equal(t, came[missed], strings.Count(japanese, "| **×** |"), tt.name)
		has(t, english, fmt.Sprintf("Of the %d things that step 04 was to reach, it reaches %d:", len(targets), came[reached]))
		has(t, japanese, fmt.Sprintf("求めたことは %d 項目あり、そのうち %d 項目を達成しています", len(targets), came[reached]))
		if tt.want == unsaid {
			has(t, english, "| no round left | can't be said |")
			has(t, japanese, "| 残った回なし | 判定できない |")
		}
	}
	assert.Len(t, targets, 8)
}

// Who is better than ours is said, who is not isn't; and where it gives up the
// order for it, that is said, too.
func TestBetterIsListed(t *testing.T) {
	in := func(f *result.File) string {
		_, all := written(t, f)
		_, list, found := strings.Cut(all["docs/measurements.md"], "\n## Where another one is better\n")
		require.True(t, found)
		list, _, _ = strings.Cut(list, "\n## ")
		return list
	}
	list := in(madeUp())
	assert.Regexp(t, `(?m)^- one at a time\n  - deliveries/s: floor 0\.9`, list)
	assert.Regexp(t, `(?m)^  - memory per client: floor 1\.\d\d \(1\.\d\d–1\.\d\d\), gws 1\.`, list)
	assert.NotContains(t, list, "(out of order)")
	f := madeUp()
	for i, l := range f.Loads {
		switch {
		case l.Server == "03-single-goroutine" && l.Name == forty:
			f.Loads[i].Deliveries *= 10
		case l.Server == floor && l.Name == thousand:
			f.Loads[i].Lost = 1
		}
	}
	list = in(f)
	assert.Regexp(t, `deliveries/s: 03-single-goroutine 0\.\d\d \(0\.\d\d–0\.\d\d\) \(out of order\), floor 0\.9`, list)
	assert.Contains(t, list, "- 1,000 clients\n  - nobody\n  - not compared, no round left: floor\n")

	f = madeUp()
	for i, l := range f.Loads {
		if l.Server == ours && l.Name == one {
			f.Loads[i].Dropped = 1
		}
	}
	list, _, _ = strings.Cut(in(f), "\n- 40 under way\n")
	assert.NotContains(t, list, "not compared", "we are not compared with ourselves")
}

// Pictures are well-formed, say what they are, and no words run into others or
// over the edge, by an estimate of their widths.
func TestPictures(t *testing.T) {
	large := madeUp()
	for i := range large.Loads {
		large.Loads[i].Deliveries *= 9
		large.Loads[i].CPU *= 12345
	}
	frozen := madeUp()
	for i := range frozen.Stalled {
		frozen.Stalled[i].Frozen = true
	}
	for i := range frozen.Loads {
		frozen.Loads[i].Frozen = true
	}
	words := regexp.MustCompile(`<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)" font-size="([\d.]+)"( font-weight="600")?>([^<]*)</text>`)
	size := regexp.MustCompile(`viewBox="0 0 ([\d.]+) ([\d.]+)"`)
	float := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return x
	}
	for what, f := range map[string]*result.File{"made up": madeUp(), "large": large, "frozen": frozen} {
		_, all := written(t, f)
		for name, svg := range all {
			if !strings.HasSuffix(name, ".svg") {
				continue
			}
			d := xml.NewDecoder(strings.NewReader(svg))
			for {
				if _, err := d.Token(); err == io.EOF {
					break
				} else {
					require.NoError(t, err, name)
				}
			}
			assert.False(t, strings.Contains(svg, "NaN"), "NaN")
			assert.False(t, strings.Contains(svg, "Liberation"), "Liberation")
			lang := strings.Split(name, ".")[1]
			assert.Contains(t, svg, ` lang="`+lang+`"`)
			assert.Regexp(t, `<title id="title">[^<]{4,}</title>`, svg)
			assert.Contains(t, svg, `fill="#fff"`)
			assert.Equal(t, lang == "ja", regexp.MustCompile(`<title.*[ぁ-ん].*</title>`).MatchString(svg) || strings.Contains(svg, "並行</title>"), name)
			paper := size.FindStringSubmatch(svg)
			require.NotNil(t, paper)
			width, height := float(paper[1]), float(paper[2])
			var texts []placed
			found := words.FindAllStringSubmatch(svg, -1)
			require.Len(t, found, strings.Count(svg, "<text "))
			if what != "frozen" {
				assert.Contains(t, svg, ` font-weight="600">`+ours+`<`, name)
			}
			for _, w := range found {
				text := placed{float(w[1]), float(w[2]), w[3], float(w[4]), w[5] != "", strings.NewReplacer("&#39;", "'", "&lt;", "<").Replace(w[6])}
				left, right := text.extent()
				assert.True(t, left >= 0 && right <= width && text.y-text.size >= 0 && text.y+3 <= height,
					"%s, %s: %q is over the edge: %.0f to %.0f of %.0f", what, name, text.words, left, right, width)
				for _, other := range texts {
					l, r := other.extent()
					apart := right <= l || r <= left || text.y-text.size*0.8 >= other.y+2 || other.y-other.size*0.8 >= text.y+2
					assert.True(t, apart, "%s, %s: %q is on %q", what, name, text.words, other.words)
				}
				texts = append(texts, text)
			}
		}
	}
}

// Whatever words are, they are words in the picture.
func TestWordsAreEscaped(t *testing.T) {
	svg, err := newPicture(wide, 100, english, "a < b", "c & d").svg()
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(svg), ">A &lt; b<"))
	assert.Equal(t, 2, strings.Count(string(svg), ">c &amp; d<"))
}

func TestTicks(t *testing.T) {
	assert.Equal(t, []float64{0, 2, 4, 6, 8, 10}, linear(10.2, 200))
	assert.Equal(t, []float64{0, 500000}, linear(876000, 200), "there is room for few so long ones")
	assert.Equal(t, []float64{0, 1}, linear(0, 200))
	for _, most := range []float64{1e-4, 0.03, 0.999, 1, 7, 55, 999, 12345, 876000, 3.2e6} {
		ticks := linear(most, 200)
		assert.GreaterOrEqual(t, len(ticks), 2, "%v", most)
		assert.LessOrEqual(t, len(ticks), 11, "%v", most)
		assert.LessOrEqual(t, ticks[len(ticks)-1], most)
	}
	low, high, ticks := logarithmic(8.5, 174)
	assert.Equal(t, []float64{5, 10, 20, 50, 100, 200}, ticks)
	assert.Equal(t, []float64{5, 200}, []float64{low, high})
	low, high, ticks = logarithmic(17, 17300)
	assert.Equal(t, []float64{100, 1000, 10000}, ticks[len(ticks)-3:])
	assert.Equal(t, []float64{10, 20000}, []float64{low, high})
	low, high, _ = logarithmic(10, 10)
	assert.Equal(t, []float64{10, 20}, []float64{low, high})
	for _, least := range []float64{0.01, 0.3, 1, 5, 9.99, 1000} {
		for _, most := range []float64{least, 1.01 * least, 1000 * least} {
			low, high, ticks := logarithmic(least, most)
			assert.True(t, low <= least && most <= high && low < high && len(ticks) > 0, "%v to %v: %v to %v, %v", least, most, low, high, ticks)
		}
	}
}

// What the pages say of the servers' queues stands in the servers' code.
func TestServersAreAsDescribed(t *testing.T) {
	for _, tt := range []struct{ server, file, code, says string }{
		{"01-original", "01-original/chat/client.go", "channelBufSize = 100\n", "100"},
		{ours, "04-mailbox/chat/mailbox.go", "mailboxBytes = 1 << 20 ", "1 MiB"},
		{gorilla, "bench/peers/gorilla/main.go", "sendBuffer = 256 ", "256"},
		{coder, "bench/peers/coder/main.go", "messageBuffer = 16 ", "16"},
	} {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(tt.file)))
		require.NoError(t, err)
		code := regexp.MustCompile(` +`).ReplaceAllString(string(b), " ")
		assert.Contains(t, code, tt.code, tt.file)
		for _, says := range known(tt.server).is {
			assert.Contains(t, says, tt.says, "what words.go says of %s", tt.server)
		}
	}
	for _, s := range servers {
		_, err := os.Stat(filepath.Join(root, "docs", filepath.FromSlash(s.code)))
		assert.NoError(t, err, s.name)
		assert.Contains(t, looks, s.name)
	}
}

// There are words for all that tables can say, in both languages.
func TestWordsAreComplete(t *testing.T) {
	for f := deliveries; f <= letGo; f++ {
		assert.NotEmpty(t, labels[f].name[english], f)
		assert.NotEmpty(t, labels[f].name[japanese], f)
		assert.Equal(t, labels[f].unit[english] == "", labels[f].unit[japanese] == "", f)
	}
	for c := inversions; c <= absent; c++ {
		assert.NotEmpty(t, counted[c][english], c)
		assert.NotEmpty(t, counted[c][japanese], c)
	}
	for _, c := range compared {
		assert.Contains(t, places, c.place)
	}
	for _, s := range servers {
		assert.NotEmpty(t, s.is[english])
		assert.NotEmpty(t, s.is[japanese])
	}
}

// The made-up file is one that can be kept.
func TestMadeUp(t *testing.T) {
	b, err := json.Marshal(madeUp())
	require.NoError(t, err)
	var again result.File
	require.NoError(t, json.NewDecoder(bytes.NewReader(b)).Decode(&again))
	assert.Equal(t, madeUp(), &again)
}
