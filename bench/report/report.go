// Package report writes the results of the benchmark into the blocks of the repository's
// pages, as medians, ratios and tables, and draws the plots. It knows nothing about how
// the results were measured. People write the sentences around the blocks. A block
// is
//
//	<!-- measured: NAME -->
//	<!-- /measured -->
//
// with each mark alone on its line; blocks has the names.
package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"websocket-chat-steps/bench/result"
)

// Kept is the path of the result file for blocks and plots, from the repository's
// root.
const Kept = "docs/measurements.json"

// KeptMany is that of the one about 07-many-servers.
const KeptMany = "docs/many.json"

// LeastRounds is how many rounds a page needs for its figures.
const LeastRounds = 5

// Check says why pages can't be written from f: it has too few rounds, or only a part of
// the servers or scenarios.
func Check(f *result.File) error {
	const remedy = "measure with go run -C bench . and nothing behind it"
	if f.Short || f.Rounds < LeastRounds {
		return fmt.Errorf("this was measured with -short or in %d rounds, and to state figures takes %d full ones: %s", f.Rounds, LeastRounds, remedy)
	}
	for _, s := range []string{single, mailbox, ours, floor, gorilla, deep, gws, melody} {
		if !slices.Contains(f.Servers, s) {
			return fmt.Errorf("%s was not measured, and the pages speak of it: %s", s, remedy)
		}
	}
	d := figures(f)
	sizes, rates := d.places(growth), d.places(open)
	if len(sizes) == 0 || len(rates) == 0 {
		return fmt.Errorf("growth or an open load was not measured: %s", remedy)
	}
	for _, p := range slices.Concat([]place{one, forty, thousand, idle, stalled}, sizes, rates) {
		for _, s := range f.Servers {
			for round := 1; round <= f.Rounds; round++ {
				n := d.at(p, s).times[round]
				// A server that didn't keep up with a rate is not measured with a higher one.
				if n != 1 && (n != 0 || p.scenario != open || p == rates[0]) {
					return fmt.Errorf("%s, round %d of %v: measured %d times, and it should be once: %s", s, round, p, n, remedy)
				}
			}
		}
	}
	return nil
}

// Write writes the blocks of all pages below root, the repository's directory, and
// the plots in docs/measurements. The same f makes the same bytes. It writes
// nothing if Check refuses f or a page has a block that it doesn't know.
func Write(root string, f *result.File) error {
	files, err := Files(root, f)
	if err != nil {
		return err
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), b, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// Files returns the text of each page that has blocks, and of each plot. The keys are
// their paths from root, with slashes.
func Files(root string, f *result.File) (map[string][]byte, error) {
	if err := Check(f); err != nil {
		return nil, err
	}
	d := figures(f)
	switch f, err := result.Read(filepath.Join(root, filepath.FromSlash(KeptMany))); {
	case err == nil:
		many := figures(f)
		d.many = &many
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	files := make(map[string][]byte)
	for _, c := range charts {
		svg, err := c.draw(d)
		if err != nil {
			return nil, fmt.Errorf("the plot %s: %w", c.name, err)
		}
		files["docs/measurements/"+c.name+".svg"] = svg
	}
	var problems []error
	in := os.DirFS(root)
	err := fs.WalkDir(in, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && name != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return fs.SkipDir
		}
		if err != nil || path.Ext(name) != ".md" {
			return err
		}
		b, err := fs.ReadFile(in, name)
		if err != nil {
			return err
		}
		text, n, err := fill(d, name, string(b))
		problems = append(problems, err)
		if n > 0 {
			files[name] = []byte(text)
		}
		return nil
	})
	return files, errors.Join(append(problems, err)...)
}

var (
	block  = regexp.MustCompile(`(?s)^<!-- measured: (.*?) -->\n(.*?)(?m:^<!-- /measured -->$)`)
	begins = regexp.MustCompile(`(?m)^<!-- measured: .*-->$`)
)

// fill writes the blocks of a page's text again, and returns how many there are.
func fill(d data, name, text string) (filled string, n int, err error) {
	p := page{d, english}
	if strings.HasSuffix(name, ".ja.md") {
		p.in = japanese
	}
	done := 0 // of text, in bytes
	for _, at := range begins.FindAllStringIndex(text, -1) {
		line := 1 + strings.Count(text[:at[0]], "\n")
		m := block.FindStringSubmatch(text[at[0]:])
		if m == nil || strings.Contains(m[2], "<!-- ") {
			return "", 0, fmt.Errorf("%s:%d: this block has no end: put <!-- /measured --> below it", name, line)
		}
		i := slices.IndexFunc(blocks, func(b kind) bool { return b.name == m[1] })
		if i < 0 {
			return "", 0, fmt.Errorf("%s:%d: nothing that is measured is called %q: bench/report/tables.go has the names", name, line, m[1])
		}
		filled += text[done:at[1]] + "\n" + blocks[i].text(p) + "\n<!-- /measured -->"
		done = at[0] + len(m[0])
		n++
	}
	return filled + text[done:], n, nil
}

// Summary writes the blocks for a terminal, in English. It writes each block for which f
// has something, also if that is too little for a page.
func Summary(w io.Writer, f *result.File) {
	p := page{figures(f), english}
	for _, b := range blocks {
		if text := b.text(p); text != "" {
			t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
			fmt.Fprintf(t, "\n%s\n", b.name)
			for l := range strings.SplitSeq(strings.NewReplacer("**", "", "`", "").Replace(text), "\n") {
				if !strings.HasPrefix(l, "| ---") {
					fmt.Fprintln(t, strings.ReplaceAll(strings.Trim(l, "| "), " | ", "\t"))
				}
			}
			t.Flush()
		}
	}
	if f.Short {
		fmt.Fprintln(w, "\n-short: too little to state figures from.")
	}
}
