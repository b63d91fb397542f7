package drawing

import "slices"

// How no line comes to run over another, or through a box that isn't its own:
//
// Columns are divided into rows. At each side of a box, a row has room for the
// end of one line. A line between neighbouring columns runs straight where both
// boxes have a row in common that is free. Any other turns in the gutters
// between columns, in a lane of its own, and passes columns in a corridor, under
// the row above or under everything. What comes from the right into a gutter's
// lanes runs a little lower than what comes from the left, so that these two
// don't meet either. Labels stand left or right of the lanes, above the end of
// their line. Boxes one below the other are joined through the gap between them.

const (
	row    = 29
	lower  = 7  // how much lower lines run that come from the right
	pad    = 14 // between a group and its boxes
	inset  = 12 // between a box and its words
	header = 58 // of a group, above its boxes: two rows
	lane   = 14 // from one line to the next
	stub   = 20 // what is left of a line beside the lanes, at least
)

// sizes is how wide columns and gutters are, unless something in them is too long.
type sizes struct {
	columns, pads [Columns]int // pads are at both sides of a column
	gutters       [Columns - 1]int
	lane          int // from one line to the next
	rest          int // right of the lanes, at least
}

var (
	wideSizes = sizes{
		columns: [Columns]int{168, 214, 156, 150}, pads: [Columns]int{0, pad, pad, 0},
		gutters: [Columns - 1]int{82, 150, 112}, lane: lane, rest: stub,
	}
	narrowSizes = sizes{pads: [Columns]int{6}, lane: 10}
)

// The sides of a box at which lines from other columns end.
const (
	left = iota
	right
)

// spot is a box and where it stands.
type spot struct {
	Box
	rect
	class       string   // its column's
	group       *Group   // that it stands in, if any
	words       []string // wrapped
	first, rows int      // the rows of the row above come first
	ends        [2]int   // how many lines end at its left side, and at its right
	taken       [2]map[int]bool
	down        []*route // the lines that end at its upper edge
}

func (s *spot) style() style {
	if s.Object {
		return objectStyle
	}
	return codeStyle
}

// end is where a line ends at a side of a box.
type end struct {
	*spot
	side, row int
}

// gutter is the one between columns that the end is at.
func (e end) gutter() int { return e.Column - 1 + e.side }

// route is how a line runs: from side to side, or down.
type route struct {
	Line
	ends     [2]end // from, to
	labelled *end   // at which the label stands
	straight bool

	upper, down *end // where it runs down from, and to; nil for side to side
	sideways    bool // down from the upper one's side

	corridor *corridor // that it goes by, if any
	nth      int       // line in there
	lanes    [2]int    // x in the gutters of its ends
}

// space is how wide a line is that runs down, with its label beside it.
func (r *route) space() int {
	if r.Label == "" {
		return 2 * inset
	}
	return 2*inset + labelStyle.width(r.Label)
}

// corridor is where lines pass columns, one below the other.
type corridor struct{ lines, y int }

type layout struct {
	Figure
	at           map[string]*spot
	spots        []*spot
	tops         [Columns]*spot
	stacks       [Columns][]*spot // the others
	groups       [Columns]*Group
	routes       []*route
	top          int // of the boxes; the title is above
	topRows      int
	rows         int // below these
	upper, under corridor
	x, w         [Columns]int        // of the boxes
	between      [Columns - 1]gutter // them
	sizes
	out picture
}

func (l *layout) add(b Box) {
	s := &spot{Box: b, class: columnClass(b.Column), taken: [2]map[int]bool{{}, {}}}
	l.at[b.ID] = s
	l.spots = append(l.spots, s)
	if b.Top {
		l.tops[b.Column] = s
	} else {
		s.group = l.groups[b.Column]
		l.stacks[b.Column] = append(l.stacks[b.Column], s)
	}
}

func (l *layout) draw() *picture {
	l.top = l.out.head()
	l.measure()
	l.direct()
	l.stack()
	if l.narrow {
		l.nest()
	} else {
		l.connect()
	}
	l.place()
	return l.render()
}

// measure makes columns as wide as their words need.
func (l *layout) measure() {
	l.sizes = wideSizes
	if l.narrow {
		l.sizes = narrowSizes
	}
	l.w = l.columns
	for _, s := range l.spots {
		w := s.style().width(s.Name)
		for _, words := range s.Words {
			w = max(w, wordStyle.widest(words))
		}
		l.w[s.Column] = max(l.w[s.Column], w+2*inset)
	}
	for _, g := range l.groups {
		if g != nil {
			l.w[l.column(g)] = max(l.w[l.column(g)], g.width()+2*inset)
		}
	}
	for _, s := range l.spots {
		for _, words := range s.Words {
			s.words = append(s.words, wordStyle.balanced(words, l.w[s.Column]-2*inset)...)
		}
		s.rows = (s.style().height() + len(s.words)*wordStyle.height() + inset + row) / row
	}
}

// column is where the group stands.
func (l *layout) column(g *Group) int {
	if l.narrow {
		return 0
	}
	return g.Column
}

func (g *Group) width() int {
	return max(objectStyle.width(g.Name), wordStyle.width(g.Words))
}

// direct decides which lines run down and which from side to side.
func (l *layout) direct() {
	for _, line := range l.Lines {
		from, to := l.at[line.From], l.at[line.To]
		r := &route{Line: line, ends: [2]end{{spot: from}, {spot: to}}}
		l.routes = append(l.routes, r)
		if l.runsDown(r, &r.ends[0], &r.ends[1]) || l.runsDown(r, &r.ends[1], &r.ends[0]) {
			continue
		}
		r.labelled = &r.ends[1]
		if from.Column < to.Column {
			r.labelled = &r.ends[0]
		}
		// Lines in one column go round at its right, in the last one at its left.
		if from.Column < to.Column || from.Column == to.Column && to.Column < Columns-1 {
			r.ends[0].side = right
		}
		if to.Column < from.Column || from.Column == to.Column && to.Column < Columns-1 {
			r.ends[1].side = right
		}
		for _, e := range r.ends {
			e.ends[e.side]++
		}
	}
}

// runsDown tells whether the line can run from box a down to b: either a is next
// above b, or b is the first in its column and a stands in the row above, farther
// right, with nothing between.
func (l *layout) runsDown(r *route, a, b *end) bool {
	i := slices.Index(l.stacks[b.Column], b.spot)
	if i < 0 || a.spot == b.spot {
		return false
	}
	above := l.tops[b.Column]
	if i > 0 {
		above = l.stacks[b.Column][i-1]
	}
	sideways := i == 0 && b.Column > 0 && above == nil && a.Top && a.Column > b.Column && l.clear(b, a)
	if a.spot != above && !sideways {
		return false
	}
	from, to := l.edge(b.spot)
	for _, other := range b.down {
		from += other.space()
	}
	if from+r.space() > to {
		return false
	}
	r.upper, r.down, r.sideways, r.labelled = a, b, sideways, a
	b.down = append(b.down, r)
	if sideways {
		a.ends[left]++
	}
	return true
}

// edge is from where to where in its column the upper edge of a box can be come
// to from above: not through the words of its group.
func (l *layout) edge(s *spot) (from, to int) {
	stack := l.stacks[s.Column]
	if begins(stack, slices.Index(stack, s)) {
		from = s.group.width()
	}
	return from + inset, l.w[s.Column] - inset
}

// clear tells whether no box stands in the row above, in the columns between.
func (l *layout) clear(a, b *end) bool {
	for c := min(a.Column, b.Column) + 1; c < max(a.Column, b.Column); c++ {
		if l.tops[c] != nil {
			return false
		}
	}
	return true
}

// stack gives each box its rows, one box below the other.
func (l *layout) stack() {
	for _, s := range l.spots {
		s.rows = max(s.rows, s.ends[left], s.ends[right])
	}
	for _, s := range l.tops {
		if s != nil {
			l.topRows = max(l.topRows, s.rows)
		}
	}
	need := func(stack []*spot) (rows int) {
		for i, s := range stack {
			rows += l.gapAbove(stack, i) + s.rows
		}
		return rows
	}
	alone := l.alone()
	if alone != nil {
		alone.rows = max(1, alone.rows-l.topRows)
	}
	l.rows = 1
	for _, stack := range l.stacks {
		l.rows = max(l.rows, need(stack))
	}
	for c, stack := range l.stacks {
		for i := 0; c < Columns-1 && len(stack) > 0 && need(stack) < l.rows; i++ {
			stack[i%len(stack)].rows++
		}
		next := l.topRows
		for i, s := range stack {
			s.first = next + l.gapAbove(stack, i)
			next = s.first + s.rows
		}
	}
	for _, s := range l.tops {
		if s != nil {
			s.rows = l.topRows
		}
	}
	if alone != nil {
		alone.first, alone.rows = 0, l.topRows+l.rows
	}
}

// alone is the box that spans the whole height, if there is one.
func (l *layout) alone() *spot {
	if len(l.stacks[0]) == 1 && !l.narrow {
		return l.stacks[0][0]
	}
	return nil
}

// gapAbove is how many rows stay free above a box of a stack.
func (l *layout) gapAbove(stack []*spot, i int) (rows int) {
	if l.narrow && begins(stack, i) {
		rows = header / row
	}
	switch {
	case i == 0:
		return rows
	case rows > 0 || len(stack[i].down) == 0:
		return rows + 1
	default:
		return 2
	}
}

// begins tells whether a box is the first of its group.
func begins(stack []*spot, i int) bool {
	return stack[i].group != nil && (i == 0 || stack[i-1].group != stack[i].group)
}

// connect gives each end of a line its row: to those first that can run straight.
func (l *layout) connect() {
	for _, r := range l.routes {
		r.straight = r.down == nil && l.connectStraight(&r.ends[0], &r.ends[1])
	}
	for _, r := range l.routes {
		a, b := &r.ends[0], &r.ends[1]
		switch {
		case r.straight:
		case r.sideways:
			r.upper.take(r.upper.middle())
		case r.down != nil:
		case a.spot == b.spot:
			start := a.middle()
			for i := range a.rows - 1 {
				try := a.first + (start-a.first+i)%(a.rows-1)
				if !a.taken[a.side][try] && !a.taken[a.side][try+1] {
					start = try
					break
				}
			}
			a.take(start)
			b.take(start)
		case a.gutter() == b.gutter():
			a.take(a.middle())
			b.take(b.middle())
		default:
			r.corridor = &l.under
			if a.Top || b.Top {
				r.corridor = &l.upper
			}
			r.nth = r.corridor.lines
			r.corridor.lines++
			for _, e := range []*end{a, b} {
				if r.corridor == &l.under {
					e.take(e.first + e.rows - 1)
				} else {
					e.take(e.middle())
				}
			}
		}
	}
}

// middle is the row to begin with, so that all ends come to the middle of the side.
func (e *end) middle() int { return e.first + max(0, e.rows-e.ends[e.side])/2 }

// take takes the free row that is nearest to the one wanted, or below it.
func (e *end) take(wanted int) {
	e.row = wanted
	for d := 1; e.row < e.first || e.row >= e.first+e.rows || e.taken[e.side][e.row]; d++ {
		e.row = wanted + d/2*(1-d%2*2)
	}
	e.taken[e.side][e.row] = true
}

func (l *layout) connectStraight(a, b *end) bool {
	if a.Column == b.Column {
		return false
	}
	last := l.topRows + l.rows
	if a.gutter() != b.gutter() {
		if !l.clear(a, b) {
			return false
		}
		last = l.topRows
	}
	small := a
	if b.rows < a.rows {
		small = b
	}
	for i := range small.rows {
		try := small.first + (small.middle()-small.first+i)%small.rows
		if try >= last || try < max(a.first, b.first) || try >= min(a.first+a.rows, b.first+b.rows) ||
			a.taken[a.side][try] || b.taken[b.side][try] {
			continue
		}
		a.take(try)
		b.take(try)
		return true
	}
	return false
}
