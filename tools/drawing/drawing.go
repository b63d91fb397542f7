// Package drawing draws two kinds of figure and writes them as SVG: boxes in
// four columns with lines between them (Figure), and what happens in which order
// (Sequence). Both have a layout for wide screens and another for narrow ones. It
// knows nothing of Go code, of goroutines or of the chat: all words come from who
// calls it. The same figure gives the same bytes everywhere.
//
// In names, notes, events and results, what stands between backticks is set as
// code, and never broken.
package drawing

import "fmt"

// Figure is boxes in columns, lines between them, and notes under them.
type Figure struct {
	Lang  string // of all words: "en", "ja"
	Title string
	Desc  string // for who can't see the figure
	Boxes []Box
	Lines []Line
	Notes []string // numbered, under the figure

	Groups []Group
	Legend Legend

	narrow bool
}

// Columns is how many columns there are. Their places and widths are the same in
// every figure, unless something is too long, so that two can be laid side by side.
const Columns = 4

// Box is one box. Boxes of one column stand one below the other, in the
// figure's order. One that is alone in column 0 spans the whole height.
type Box struct {
	ID     string // in the SVG, too; no other box, line or group has it
	Name   string
	Words  []string // small, under the name
	Column int      // from 0, at the left
	Top    bool     // in the row above; one for each of the columns 1 to 3
	Object bool     // coloured
	Dotted bool
}

// Line is an arrow between two boxes, or from a box to itself.
type Line struct {
	ID       string // in the SVG; "" for none
	From, To string // IDs of boxes
	Listens  bool   // grey, thin, with an open head; else black, with a filled one
	Label    string
	Waits    bool // from a box to itself, and for ever: drawn so that it strikes the eye
}

// Group is a coloured box around all boxes of a column, but the top one.
type Group struct {
	ID     string // in the SVG; "" for none
	Column int    // 1 or 2
	Name   string
	Words  string // small, under the name
}

// Legend says what the kinds of lines and boxes mean. What is empty is left out,
// and so is Itself where no line Waits.
type Legend struct {
	Starts, Listens, Itself string // a black line, a grey one, one that waits
	Box, Object, Dotted     string
}

// SVG writes the figure. It fails for a figure that makes no sense, such as one
// with a line to a box that isn't there, and for a layout that would lie, such
// as one with a line through a box that isn't its end.
func (f Figure) SVG() (string, error) {
	drawn, err := f.draw()
	if err != nil {
		return "", err
	}
	return drawn.checked()
}

// NarrowSVG writes the same figure for a narrow screen, such as a phone's: the
// columns stand one below the other. It fails as SVG does.
func (f Figure) NarrowSVG() (string, error) {
	f.narrow = true
	return f.SVG()
}

func (f Figure) draw() (*picture, error) {
	if id, found := f.twice(); found {
		return nil, fmt.Errorf("drawing: two boxes, lines or groups have the ID %q: give one of them another", id)
	}
	l := layout{Figure: f, at: map[string]*spot{}}
	l.out = picture{lang: f.Lang, title: f.Title, desc: f.Desc, narrow: f.narrow}
	for _, g := range f.Groups {
		if g.Column < 1 || g.Column > 2 || l.groups[g.Column] != nil {
			return nil, fmt.Errorf("drawing: group %q: no room around column %d", g.Name, g.Column)
		}
		l.groups[g.Column] = &g
	}
	for _, b := range f.Boxes {
		switch {
		case b.Column < 0 || b.Column >= Columns:
			return nil, fmt.Errorf("drawing: box %q: there is no column %d", b.ID, b.Column)
		case b.Top && (b.Column == 0 || l.tops[b.Column] != nil):
			return nil, fmt.Errorf("drawing: box %q: no room in the row above column %d", b.ID, b.Column)
		}
		l.add(b)
	}
	for _, line := range f.Lines {
		if l.at[line.From] == nil || l.at[line.To] == nil {
			return nil, fmt.Errorf("drawing: line from %q to %q: no such box", line.From, line.To)
		}
	}
	if f.narrow {
		l.pile()
	}
	return l.draw(), nil
}

// twice is an ID that is there more than once, if there is one.
func (f Figure) twice() (id string, found bool) {
	seen := map[string]bool{}
	add := func(another string) {
		if seen[another] {
			id, found = another, true
		}
		seen[another] = true
	}
	for _, b := range f.Boxes {
		add(b.ID)
	}
	for _, line := range f.Lines {
		if line.ID != "" {
			add(line.ID)
		}
	}
	for _, g := range f.Groups {
		if g.ID != "" {
			add(g.ID)
		}
	}
	return id, found
}

// Sequence is what happens in which order: lanes side by side, time runs down.
type Sequence struct {
	Lang   string
	Title  string
	Desc   string
	Panels []Panel
	Beside bool // the panels stand side by side, not one under the other
	Notes  []string

	narrow bool
}

// Panel is one course of events.
type Panel struct {
	Title  string
	Lanes  []Lane
	Events []Event
	Result []string // what came of it, under the lanes
}

// Lane is who takes part.
type Lane struct {
	Name   string
	Words  []string
	Object bool // coloured
}

// Event is an arrow from one lane to another, or a step in one lane.
type Event struct {
	From, To int    // lanes, from 0; the same for a step in one
	Text     string // above the arrow
	Place    string // in the code, under the arrow
	Value    string // what the lane To holds after it, in a small box
	Waits    bool   // the arrow never arrives, and From does nothing any more
	Ends     bool   // the lane From ends here
}

// NarrowSVG writes the same sequence for a narrow screen, such as a phone's: all
// words of events stand right of the lanes. It fails as SVG does.
func (s Sequence) NarrowSVG() (string, error) {
	s.narrow = true
	return s.SVG()
}

// SVG writes the sequence. It fails for one that makes no sense, such as one with
// an event in a lane that isn't there, and for a layout that would lie.
func (s Sequence) SVG() (string, error) {
	for _, p := range s.Panels {
		for _, e := range p.Events {
			if min(e.From, e.To) < 0 || max(e.From, e.To) >= len(p.Lanes) {
				return "", fmt.Errorf("drawing: panel %q: event %q: no such lane", p.Title, e.Text)
			}
		}
	}
	return s.draw().checked()
}
