package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"websocket-chat-steps/bench/result"
)

// Summary writes the tables of the page for a terminal, in English: those for
// which f has anything, be it too little for a page.
func Summary(w io.Writer, f *result.File) {
	p := page{f, english, sections(f)}
	for _, place := range append(scenarios[:len(scenarios):len(scenarios)], idle, stalled) {
		if _, measured := p.all[place]; !measured {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", p.Place(place))
		switch place {
		case idle:
			aligned(w, p.Quiet())
		case stalled:
			aligned(w, p.Others())
			aligned(w, p.Cost())
		default:
			aligned(w, p.Speed(place))
			aligned(w, p.Care(place))
		}
	}
	if f.Short {
		fmt.Fprintln(w, "\n-short: too little to state figures from.")
	}
}

// aligned writes a table of Markdown with its columns below one another.
func aligned(w io.Writer, table string) {
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for n, row := range strings.Split(strings.ReplaceAll(table, "**", ""), "\n") {
		if n != 1 { // the line under the head
			fmt.Fprintln(t, strings.ReplaceAll(strings.Trim(row, "| "), " | ", "\t"))
		}
	}
	t.Flush()
}
