package rewrite

import (
	"bytes"
	"cmp"
	"go/token"
	"slices"
	"strings"
)

// edit puts text in the place of what is there from one position to another.
type edit struct {
	from, to token.Pos
	text     string
	order    int // of two at one position
}

// edits are those of one file, of which base is the first position.
type edits struct {
	base token.Pos
	src  []byte
	all  []edit
}

func (e *edits) replace(from, to token.Pos, text string) {
	e.all = append(e.all, edit{from, to, text, len(e.all)})
}

// around puts text before and behind an expression. What is put around a part of it
// before stays inside.
func (e *edits) around(from, to token.Pos, before, behind string) {
	e.all = append(e.all, edit{from, from, before, -len(e.all) - 1}, edit{to, to, behind, len(e.all) + 1})
}

// become puts text in the place of a whole node, with all edits in it. Lines that
// the text lacks come behind it, so that none below moves.
func (e *edits) become(from, to token.Pos, text string) {
	e.all = slices.DeleteFunc(e.all, func(x edit) bool { return from <= x.from && x.to <= to })
	lines := bytes.Count(e.src[from-e.base:to-e.base], []byte("\n")) - strings.Count(text, "\n")
	e.replace(from, to, text+strings.Repeat("\n", max(0, lines)))
}

// render is the edited text from one position to another.
func (e *edits) render(from, to token.Pos) string {
	var in []edit
	for _, x := range e.all {
		if from <= x.from && x.to <= to {
			in = append(in, x)
		}
	}
	slices.SortFunc(in, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.order, b.order))
	})
	var b strings.Builder
	at := from
	for _, x := range in {
		b.Write(e.src[at-e.base : x.from-e.base])
		b.WriteString(x.text)
		at = x.to
	}
	b.Write(e.src[at-e.base : to-e.base])
	return b.String()
}
