package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg/draw"

	"websocket-chat-steps/bench/result"
)

// The kept result file makes the blocks and plots of the repository, and the page's advice
// agrees with what was measured.
func TestKeptPages(t *testing.T) {
	const root, remedy = "../..", ": run go run -C bench ./report/write, at the repository's root"
	f, err := result.Read(filepath.Join(root, filepath.FromSlash(Kept)))
	require.NoError(t, err)
	files, err := Files(root, f)
	require.NoError(t, err)
	for name, want := range files {
		have, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if assert.NoError(t, err, remedy) {
			assert.True(t, bytes.Equal(want, have), "%s is not what %s makes%s", name, Kept, remedy)
		}
	}
	plots, err := filepath.Glob(filepath.Join(root, "docs/measurements/*"))
	require.NoError(t, err)
	assert.Len(t, plots, len(charts), "docs/measurements has a plot that no page shows: delete it")
	for _, name := range []string{"docs/measurements.md", "docs/measurements.ja.md"} {
		for _, s := range f.Servers {
			assert.Contains(t, string(files[name]), "\n| ["+s+"](", "%s says of each server what it is", name)
		}
	}

	d := figures(f)
	median := func(at place, f *figure, server string) float64 { return d.spread(at, f, server).median }
	assert.Positive(t, d.at(forty, single).counts[inversions], "03 loses the order")
	assert.Greater(t, median(stalled, peakGoroutines, single), 100*max(1, median(stalled, peakGoroutines, mailbox)), "03 piles goroutines up")
	assert.Greater(t, median(stalled, peakMemory, gws), 2*median(stalled, peakMemory, mailbox), "gws keeps what isn't read")
	assert.Positive(t, d.at(thousand, gorilla).counts[dropped], "gorilla's channel lets healthy clients go")
	assert.Zero(t, d.at(thousand, deep).counts[dropped], "gorilla-deep's does not")
	assert.Positive(t, d.at(stalled, floor).counts[frozen], "the floor waits for a client")
	for _, s := range []string{mailbox, ours, "mailbox-gorilla"} {
		for _, at := range []place{one, forty, thousand, stalled} {
			assert.Empty(t, d.at(at, s).marks(), "%s in %v", s, at)
		}
	}
	assert.Less(t, median(forty, cpu, ours), median(forty, cpu, mailbox), "05 wins where messages gather")
}

// repository makes a directory with these pages. The keys are their paths.
func repository(t *testing.T, pages map[string]string) (root string) {
	root = t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "docs/measurements"), 0o777))
	for name, text := range pages {
		name = filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
	return root
}

func TestWrite(t *testing.T) {
	var page strings.Builder
	for _, b := range blocks {
		page.WriteString("before " + b.name + "\n\n<!-- measured: " + b.name + " -->\nold\n<!-- /measured -->\n\nbehind\n")
	}
	const other = "no block\n"
	root := repository(t, map[string]string{"a/x.md": page.String(), "a/x.ja.md": page.String(), "b.md": other, ".git/x.md": page.String()})
	require.NoError(t, Write(root, madeUp()))
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		require.NoError(t, err)
		return string(b)
	}
	assert.Equal(t, other, read("b.md"))
	assert.Contains(t, read(".git/x.md"), "old")
	english, japanese := read("a/x.md"), read("a/x.ja.md")
	assert.NotContains(t, english, "old")
	for _, b := range blocks {
		assert.Contains(t, english, "before "+b.name+"\n\n<!-- measured: "+b.name+" -->\n")
	}
	assert.Equal(t, len(blocks), strings.Count(english, "\n<!-- /measured -->\n\nbehind\n"))
	assert.Regexp(t, "[ぁ-ん]", japanese)
	assert.NotRegexp(t, "[ぁ-んァ-ヶ一-龠]", english)

	// Both languages have the same numbers.
	numbers := regexp.MustCompile(`[0-9][0-9.,]*[0-9]|[0-9]|[†‡§✗–]`)
	clean := func(s string) []string { // of words with numbers in them, and of the dash between least and most
		s = regexp.MustCompile(`40 件並行|1,000 クライアント\b|([0-9])[–〜]([0-9])`).ReplaceAllString(s, "$1 $2")
		return numbers.FindAllString(strings.ReplaceAll(s, "05-batch", ""), -1)
	}
	for i, l := range strings.Split(english, "\n| ")[1:] {
		if strings.HasPrefix(l, "0") || strings.HasPrefix(l, "**") || strings.HasPrefix(l, "floor") {
			assert.Equal(t, clean(l), clean(strings.Split(japanese, "\n| ")[i+1]), l)
		}
	}

	// The same file makes the same bytes, and a second Write changes nothing.
	files, err := Files(root, madeUp())
	require.NoError(t, err)
	assert.Len(t, files, 2+len(charts))
	for name, b := range files {
		assert.Equal(t, read(name), string(b), name)
	}
}

func TestWrongBlocks(t *testing.T) {
	const right = "<!-- measured: idle -->\n<!-- /measured -->\n"
	for text, want := range map[string]string{
		"\n" + right + "<!-- measured: care fourty -->\n<!-- /measured -->\n": `x/y.md:4: nothing that is measured is called "care fourty"`,
		"<!-- measured: idle -->\n":           "x/y.md:1: this block has no end",
		"\n<!-- measured: idle -->\n" + right: "x/y.md:2: this block has no end",
	} {
		root := repository(t, map[string]string{"x/y.md": text, "a.md": right})
		assert.ErrorContains(t, Write(root, madeUp()), want)
		b, err := os.ReadFile(filepath.Join(root, "a.md"))
		require.NoError(t, err)
		assert.Equal(t, right, string(b), "nothing is written")
		assert.NoFileExists(t, filepath.Join(root, "docs/measurements/cpu.svg"))
	}
}

func TestRefused(t *testing.T) {
	for want, change := range map[string]func(*result.File){
		"-short":                             func(f *result.File) { f.Short = true },
		"in 4 rounds":                        func(f *result.File) { f.Rounds = 4 },
		"melody was not measured":            func(f *result.File) { f.Servers = f.Servers[:len(f.Servers)-1] },
		"round 1 of {idle 0}: measured 0":    func(f *result.File) { f.Idles = nil },
		"round 2 of {stalled 0}: measured 2": func(f *result.File) { f.Stalled = append(f.Stalled, f.Stalled[13]) },
		"01-original, round 1 of {open 500}": without(func(l result.Load) bool { return l.Rate == 500 && l.Round == 1 && l.Server == "01-original" }),
		"05-batch, round 3 of {growth 1000}": without(func(l result.Load) bool {
			return l.Clients == 1000 && l.Name == growth && l.Round == 3 && l.Server == ours
		}),
		"growth or an open load was not":      without(func(l result.Load) bool { return l.Name == growth }),
		"01-original, round 1 of {forty 0}: ": without(func(l result.Load) bool { return l.Name == "forty" }),
	} {
		f := madeUp()
		require.NoError(t, Check(f))
		change(f)
		assert.ErrorContains(t, Check(f), want)
		assert.Error(t, Write(t.TempDir(), f))
	}
}

func without(which func(result.Load) bool) func(*result.File) {
	return func(f *result.File) { f.Loads = slices.DeleteFunc(f.Loads, which) }
}

// text is a block of the file, in English.
func text(t *testing.T, f *result.File, name string) string {
	i := slices.IndexFunc(blocks, func(b kind) bool { return b.name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return blocks[i].text(page{figures(f), english})
}

// rowOf is a server's, without its name.
func rowOf(t *testing.T, table, server string) []string {
	for l := range strings.Lines(table) {
		if rest, ok := strings.CutPrefix(strings.ReplaceAll(l, "**", ""), "| "+server+" | "); ok {
			return strings.Split(strings.TrimSuffix(strings.TrimSpace(rest), " |"), " | ")
		}
	}
	require.Fail(t, "no row", "%s in %s", server, table)
	return nil
}

// If a server made healthy clients suffer in one round of a scenario, each figure of its
// row says so.
func TestMarks(t *testing.T) {
	for mark, change := range map[string]func(*result.Load){
		"†": func(l *result.Load) { l.Dropped = 1 },
		"§": func(l *result.Load) { l.Lost = 1 },
		"‡": func(l *result.Load) { l.Frozen, l.Lost = true, 9 },
	} {
		f := madeUp()
		for i, l := range f.Loads {
			if l.Server == ours && l.Round == 2 && (l.Name == "thousand" || l.Clients == 1000) {
				change(&f.Loads[i])
			}
		}
		for _, block := range []string{"speed thousand", "care thousand"} {
			table := text(t, f, block)
			for _, cell := range rowOf(t, table, ours) {
				assert.True(t, strings.HasSuffix(cell, mark), "%s: %s", block, cell)
			}
			assert.NotContains(t, strings.Join(rowOf(t, table, deep), ""), mark)
			assert.Contains(t, table, "\n\n"+mark+" ", "the legend")
		}
		assert.NotContains(t, strings.Join(rowOf(t, text(t, f, "speed one"), ours), ""), mark)
		cells := rowOf(t, text(t, f, "growth cpu"), ours)
		assert.True(t, strings.HasSuffix(cells[2], mark) && !strings.Contains(cells[0]+cells[1]+cells[3], mark), "%q: each size is by itself", cells)
	}
	cells := rowOf(t, text(t, madeUp(), "speed forty"), "01-original")
	assert.Equal(t, []string{"‡", "‡", "‡", "‡", "‡", "‡"}, cells, "frozen in all rounds: no figures")
}

func TestEmptyColumns(t *testing.T) {
	f := madeUp()
	care := text(t, f, "care one")
	head, _, _ := strings.Cut(care, "\n")
	assert.NotContains(t, head, "frozen rounds")
	assert.Contains(t, head, "inversions")
	assert.Contains(t, care, "\n\n0 for all: lost deliveries, healthy clients let go, frozen rounds.")
	f.Loads[slices.IndexFunc(f.Loads, func(l result.Load) bool { return l.Name == "one" && l.Server == gws })].Dropped = 3
	head, _, _ = strings.Cut(text(t, f, "care one"), "\n")
	assert.Contains(t, head, "healthy clients let go")
	for _, st := range f.Stalled {
		for i := range st.Samples {
			st.Samples[i].Goroutines = 30
		}
	}
	assert.Equal(t, []string{"‡", "0"}, []string{rowOf(t, text(t, f, "stalled cost"), floor)[1], rowOf(t, text(t, f, "stalled cost"), ours)[1]}, "no figure is not 0")
	f.Servers = slices.DeleteFunc(f.Servers, func(s string) bool { return s == deep })
	without(func(l result.Load) bool { return l.Server == deep })(f)
	assert.NotContains(t, text(t, f, "speed one"), "to gorilla-deep")
}

// A ratio is computed in each round, for all rounds in which both have figures.
func TestRatio(t *testing.T) {
	d := figures(madeUp())
	d.of = map[place]map[string]series{one: {
		"a": {figures: map[key]float64{{cpu, 1}: 10, {cpu, 2}: 20, {cpu, 3}: 30, {cpu, 4}: 0}},
		"b": {figures: map[key]float64{{cpu, 1}: 20, {cpu, 2}: 10, {cpu, 3}: 20, {cpu, 4}: 0, {cpu, 5}: 1}, counts: map[*said]int{dropped: 5}},
	}}
	assert.Equal(t, spread{1.25, 0.5, 2, 4}, d.ratio(one, cpu, "a", "b"))
	assert.Equal(t, spread{15, 0, 30, 4}, d.spread(one, cpu, "a"))
	assert.Equal(t, spread{}, d.ratio(one, cpu, "a", "c"))
}

func TestOpen(t *testing.T) {
	table := text(t, madeUp(), "open p99")
	assert.Equal(t, "4,000", rowOf(t, table, gws)[0])
	assert.Equal(t, []string{"✗", "–", "–"}, rowOf(t, table, gws)[5:])
	assert.Contains(t, table, "✗ did not keep up")
}

// A file that is worse in only one target misses that target.
func TestVerdicts(t *testing.T) {
	sound := madeUp()
	for i := range sound.Loads {
		if l := &sound.Loads[i]; l.Server == ours && l.Name != "one" {
			l.Deliveries, l.CPU = 2*l.Deliveries, l.CPU/2
		}
	}
	assert.NotContains(t, text(t, sound, "verdicts"), "**no**")
	assert.Equal(t, len(targets), strings.Count(text(t, sound, "verdicts"), "| yes |"))
	p := page{figures(sound), english}
	for i, target := range targets {
		if target.never != nil {
			p.at(target.at, ours).counts[target.never]++
			_, reached := p.judge(target)
			p.at(target.at, ours).counts[target.never]--
			assert.False(t, reached, i)
			continue
		}
		s := p.spread(target.at, target.figure, ours)
		if target.peer != "" {
			s = p.ratio(target.at, target.figure, ours, target.peer)
		}
		target.limit = s.median
		_, reached := p.judge(target)
		assert.True(t, reached, i)
		target.limit = map[string]float64{"≤": s.median * 0.999, "≥": s.median * 1.001}[target.sign]
		_, reached = p.judge(target)
		assert.False(t, reached, i)
		target.limit, target.figure = s.median, kept
		_, reached = p.judge(target)
		assert.False(t, reached, "%d: nothing was measured", i)
	}
}

// Plots are whole SVG files, adapt to a dark page, and have only names and units as words.
func TestPlots(t *testing.T) {
	d := figures(madeUp())
	for _, c := range charts {
		svg, err := c.draw(d)
		require.NoError(t, err)
		again, err := c.draw(d)
		require.NoError(t, err)
		assert.Equal(t, svg, again)
		assert.Contains(t, string(svg), "prefers-color-scheme:dark")
		assert.NotRegexp(t, "#1B1F24|#FFFFFF|#DDDFE2", string(svg), "a colour that a dark page doesn't turn")
		in := xml.NewDecoder(bytes.NewReader(svg))
		var words []string
		for {
			token, err := in.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			if chars, ok := token.(xml.CharData); ok {
				words = append(words, string(bytes.TrimSpace(chars)))
			}
		}
		for _, s := range d.Servers {
			assert.True(t, slices.ContainsFunc(words, func(w string) bool { return strings.TrimRight(w, "†‡§") == s }), "%s: %s", c.name, s)
		}
		if c.name == "deliveries" {
			assert.Subset(t, words, []string{"gorilla†", "melody§", "01-original‡"})
		}
	}
	c := charts[slices.IndexFunc(charts, func(c chart) bool { return c.name == "open-p99" })]
	points, glyphs, _ := c.course(d, gws, looks[gws])
	require.Len(t, points, 5)
	assert.Equal(t, []draw.GlyphDrawer{circle[0], circle[0], circle[0], circle[0], cross{5}}, glyphs, "the line ends where gws no longer keeps up")
	c.at.scenario = growth
	_, glyphs, marks := c.course(d, gorilla, look{glyph: box})
	assert.Equal(t, []draw.GlyphDrawer{box[0], box[0], box[0], box[1]}, glyphs, "hollow where it lets clients go")
	assert.Equal(t, "†", marks)
}

// The two loads of a flood are compared within a round.
func TestFlood(t *testing.T) {
	row := rowOf(t, text(t, madeUp(), "flood others"), ours)
	assert.Equal(t, "2", row[2])
	assert.NotEqual(t, row[0], row[1])
}

// Summary prints what the pages have, and only what was measured.
func TestSummary(t *testing.T) {
	var out bytes.Buffer
	Summary(&out, madeUp())
	blanks := regexp.MustCompile(` +`)
	printed := blanks.ReplaceAllString(out.String(), " ")
	for _, b := range blocks {
		assert.Contains(t, printed, "\n"+b.name+"\n")
	}
	for _, cell := range rowOf(t, text(t, madeUp(), "speed forty"), ours) {
		assert.Contains(t, printed, " "+cell)
	}
	assert.NotContains(t, printed, "-short")

	f := madeUp()
	f.Short, f.Servers, f.Idles, f.Stalled = true, []string{ours}, nil, nil
	without(func(l result.Load) bool { return l.Name != "one" || l.Server != ours })(f)
	out.Reset()
	Summary(&out, f)
	assert.Contains(t, out.String(), "\nspeed one\n")
	assert.NotRegexp(t, `(?m)^(speed forty|idle|stalled|growth|open)|to floor`, out.String())
	assert.Regexp(t, `05-batch ÷ floor +≤ 1.3 +–`, out.String(), "there is no floor to compare with")
	assert.Contains(t, out.String(), "-short: too little")
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 3: "3", 2.5: "2.50", 0.12345: "0.123", 0.0004567: "0.000457", 12.34: "12.3",
		999.6: "1,000", 1234: "1,230", 1187654: "1,190,000", -1234.5: "-1,230",
	} {
		assert.Equal(t, want, number(x), "%v", x)
	}
}
