package drawing

import (
	"cmp"
	"slices"
)

// gutter is the space between two columns: room for labels, lanes, and room for
// labels of lines that end at the right.
type gutter struct {
	x, w          int
	before, after int // how wide the room is left of the lanes, and right of them
	turns         []turn
}

// turn is where a line turns up or down in a gutter.
type turn struct {
	lane     *int // to be found: its x
	from, to int  // y
	side     int  // how many of its ends are at the gutter's left side
}

// y is where a line's end is.
func (l *layout) y(r *route, e *end) int {
	y := l.rowY(e.row) + row/2
	if e.side == left && !r.straight {
		y += lower
	}
	return y
}

// rowY is the upper edge of a row.
func (l *layout) rowY(r int) int {
	y := l.top + r*row
	if r < l.topRows {
		return y
	}
	if l.topRows > 0 {
		y += 2*lane + 16 + lane*l.upper.lines
	}
	for _, g := range l.groups {
		if g != nil && !l.narrow {
			return y + header
		}
	}
	return y
}

// place gives columns, gutters, lanes and boxes their places.
func (l *layout) place() {
	l.upper.y = l.top + l.topRows*row + 2*lane + 4
	l.under.y = l.bottom() + lane
	for _, r := range l.routes {
		a, b := &r.ends[0], &r.ends[1]
		switch {
		case r.down != nil || r.straight:
		case r.corridor == nil:
			l.turn(&r.lanes[0], a, l.y(r, a), l.y(r, b), a.side+b.side)
		default:
			l.turn(&r.lanes[0], a, l.y(r, a), r.corridorY(), 1)
			l.turn(&r.lanes[1], b, l.y(r, b), r.corridorY(), 1)
		}
	}
	x := l.out.margin()
	for c := range Columns {
		x += l.pads[c]
		l.x[c] = x
		x += l.w[c] + l.pads[c]
		if c < Columns-1 {
			x += l.fill(c, x)
		}
		if l.narrow {
			break
		}
	}
	l.out.width = max(l.out.width, x+l.out.margin())
	for _, s := range l.spots {
		y := l.rowY(s.first)
		s.rect = rect{l.x[s.Column], y, l.w[s.Column], l.rowY(s.first+s.rows-1) + row - y}
	}
}

func (l *layout) turn(lane *int, at *end, from, to, side int) {
	g := &l.between[at.gutter()]
	g.turns = append(g.turns, turn{lane, min(from, to), max(from, to), side})
}

// bottom is where the lowest box ends, groups included.
func (l *layout) bottom() int { return l.rowY(l.topRows+l.rows-1) + row + pad }

func (r *route) corridorY() int { return r.corridor.y + lane*r.nth }

// fill finds the lanes of a gutter at x, and returns how wide it is. Two turns
// share a lane where one is well above the other.
func (l *layout) fill(n, x int) int {
	g := &l.between[n]
	rooms := [2]int{left: l.rest, right: stub} // at its right, and at its left: beside ends at left sides, at right sides
	for _, r := range l.routes {
		if e := r.labelled; r.Label != "" && (r.down == nil || r.sideways) && e.gutter() == n {
			rooms[e.side] = max(rooms[e.side], labelStyle.width(r.Label)+inset)
		}
	}
	slices.SortStableFunc(g.turns, func(a, b turn) int {
		if l.narrow { // the longer one outside
			return cmp.Compare(a.to-a.from, b.to-b.from)
		}
		return cmp.Compare(b.side, a.side)
	})
	var lanes [][]turn
	for _, t := range g.turns {
		i := slices.IndexFunc(lanes, func(in []turn) bool {
			return !slices.ContainsFunc(in, func(o turn) bool { return t.from <= o.to+l.lane && o.from <= t.to+l.lane })
		})
		if i < 0 {
			i = len(lanes)
			lanes = append(lanes, nil)
		}
		lanes[i] = append(lanes[i], t)
		*t.lane = x + rooms[right] + l.lane/2 + i*l.lane
	}
	g.x, g.w = x, max(l.gutters[n], rooms[right], rooms[left])
	g.before, g.after = g.w, g.w
	if len(lanes) > 0 {
		g.w = max(g.w, rooms[right]+len(lanes)*l.lane+rooms[left])
		g.before, g.after = rooms[right], g.w-len(lanes)*l.lane-rooms[right]
	}
	return g.w
}
