package drawing

import (
	"slices"
	"strconv"
)

// render makes the picture of what has its place.
func (l *layout) render() *picture {
	p := &l.out
	for _, g := range l.groups {
		if g == nil {
			continue
		}
		c := l.column(g)
		id, x := groupID(g.Column), l.x[c]
		y, bottom := l.rowY(l.topRows)-header, l.bottom()
		if l.narrow {
			y, bottom = l.around(g)
		}
		p.box(rect{x - l.pads[c], y, l.w[c] + 2*l.pads[c], bottom - y}, "group "+columnClass(g.Column), id)
		p.boxes[len(p.boxes)-1].mark = g.ID
		p.text(g.Name, objectStyle, x, y+8, id)
		p.text(g.Words, wordStyle, x, y+9+objectStyle.height(), id)
	}
	for _, s := range l.spots {
		l.renderBox(s)
	}
	for _, r := range l.routes {
		l.renderLine(r)
	}
	itself := slices.ContainsFunc(l.Lines, func(line Line) bool { return line.Waits })
	p.foot(l.Notes, p.legend(l.Legend, itself, l.bottom()+(2+l.under.lines)*lane))
	return p
}

func groupID(column int) string     { return "group " + strconv.Itoa(column) }
func columnClass(column int) string { return "c" + strconv.Itoa(column) }

func (l *layout) renderBox(s *spot) {
	class := "box"
	if s.Object {
		class += " " + s.class
	}
	if s.Dotted {
		class += " dotted"
	}
	p := &l.out
	p.box(s.rect, class, s.ID)
	drawn := &p.boxes[len(p.boxes)-1]
	drawn.mark = s.ID
	if s.group != nil {
		drawn.in = groupID(s.group.Column)
	}
	p.inBox(s.ID, s.rect, s.style(), []string{s.Name}, s.words)
}

func (l *layout) renderLine(r *route) {
	p := &l.out
	drawn := line{mark: r.ID, from: r.From, to: r.To, class: "starts", head: true}
	if r.Listens {
		drawn.class = "listens"
	}
	a, b := &r.ends[0], &r.ends[1]
	switch {
	case r.down != nil:
		l.renderDown(r, drawn)
		return
	case r.straight:
		drawn.points = []point{{a.edgeX(), l.y(r, a)}, {b.edgeX(), l.y(r, b)}}
	default:
		ya, yb := l.y(r, a), l.y(r, b)
		drawn.points = []point{{a.edgeX(), ya}, {r.lanes[0], ya}}
		if r.corridor != nil {
			drawn.points = append(drawn.points, point{r.lanes[0], r.corridorY()}, point{r.lanes[1], r.corridorY()}, point{r.lanes[1], yb})
		} else {
			drawn.points = append(drawn.points, point{r.lanes[0], yb})
		}
		drawn.points = append(drawn.points, point{b.edgeX(), yb})
	}
	if r.Waits {
		drawn.class += " itself"
	}
	p.lines = append(p.lines, drawn)
	l.renderLabel(r)
}

// renderLabel writes the label above the end of the line, beside the lanes.
func (l *layout) renderLabel(r *route) {
	e := r.labelled
	g := l.between[e.gutter()]
	x := g.x + g.before/2
	if e.side == left {
		x = g.x + g.w - g.after/2
	}
	l.out.label(r.Label, labelStyle, x-labelStyle.width(r.Label)/2, l.y(r, e)-4-labelStyle.height())
}

func (e *end) edgeX() int { return e.x + e.side*e.w }

func (l *layout) renderDown(r *route, drawn line) {
	a, b := r.upper, r.down
	// All lines that come to this edge stand side by side in the middle of it.
	from, to := l.edge(b.spot)
	before, all := 0, 0
	for _, other := range b.spot.down {
		if other == r {
			before = all
		}
		all += other.space()
	}
	x, bottom := b.x+from+(to-from-all)/2+before+inset, a.rect.y+a.h
	drawn.points = []point{{x, bottom}, {x, b.rect.y}}
	if r.sideways {
		drawn.points = []point{{a.x, l.y(r, a)}, {x, l.y(r, a)}, {x, b.rect.y}}
	}
	if b == &r.ends[0] {
		slices.Reverse(drawn.points)
	}
	l.out.lines = append(l.out.lines, drawn)
	style := labelStyle
	switch {
	case r.sideways:
		l.renderLabel(r)
	case a.Top:
		l.out.label(r.Label, style, x+6, bottom+8) // above the corridor
	default:
		if b.group != nil {
			style.name += " in" + columnClass(b.group.Column)
		}
		l.out.label(r.Label, style, x+6, (bottom+b.rect.y-style.height())/2)
	}
}
