package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/bench/result"
)

// What is printed is what the page has, cell by cell.
func TestSummary(t *testing.T) {
	f := madeUp()
	var out bytes.Buffer
	Summary(&out, f)
	p := page{f, english, sections(f)}
	for _, table := range []string{p.Speed(one), p.Care(forty), p.Speed(thousand), p.Quiet(), p.Others(), p.Cost()} {
		for _, row := range strings.Split(table, "\n")[2:] {
			cells := strings.Split(strings.Trim(strings.ReplaceAll(row, "**", ""), "| "), " | ")
			assert.True(t, slices.ContainsFunc(strings.Split(out.String(), "\n"), func(line string) bool {
				return slices.Equal(cells, fields(line))
			}), "not printed: %q", cells)
		}
	}
	assert.NotContains(t, out.String(), "-short")
}

// fields are the cells of a line in which they are two blanks apart.
func fields(line string) (cells []string) {
	for cell := range strings.SplitSeq(line, "  ") {
		if cell = strings.TrimSpace(cell); cell != "" {
			cells = append(cells, cell)
		}
	}
	return cells
}

// A run of one scenario, short and without the peers, is summed up as well.
func TestSummaryOfLittle(t *testing.T) {
	f := madeUp()
	f.Short, f.Servers, f.Idles, f.Stalled = true, []string{ours}, nil, nil
	f.Loads = slices.DeleteFunc(f.Loads, func(l result.Load) bool { return l.Name != one || l.Server != ours })
	var out bytes.Buffer
	Summary(&out, f)
	lines := strings.Split(out.String(), "\n")
	ours := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, ours) })
	cells := fields(lines[ours])
	assert.Equal(t, []string{"-", "-"}, cells[2:4], "to floor, to gorilla")
	assert.NotContains(t, out.String(), "idle")
	assert.Contains(t, out.String(), "-short: too little")
}
