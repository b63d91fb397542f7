package drawing

import (
	"cmp"
	"slices"
)

// On a narrow screen all boxes stand in column 0, and the header of a group takes
// rows of it. Lines go round at the right, and enclose one another where they can.

// narrowWidth is how wide a picture for a narrow screen is, if nothing in it needs
// more. The wider it is, the smaller its letters become on the screen.
const narrowWidth = 420

// pile puts all boxes into column 0: the row above comes below that column's own
// boxes. A group without boxes becomes one.
func (l *layout) pile() {
	for c, g := range l.groups {
		if g != nil && len(l.stacks[c]) == 0 {
			l.groups[c] = nil
			l.add(Box{ID: cmp.Or(g.ID, groupID(c)), Name: g.Name, Words: []string{g.Words}, Column: c, Object: true})
		}
	}
	above := slices.DeleteFunc(l.tops[:], func(s *spot) bool { return s == nil })
	all := slices.Concat(l.stacks[0], above, slices.Concat(l.stacks[1:]...))
	for _, s := range all {
		s.Column, s.Top = 0, false
	}
	l.stacks, l.tops = [Columns][]*spot{all}, [Columns]*spot{}
}

// nest gives the ends of lines their rows, at each box from top to bottom: of lines
// to boxes above it, the nearest first, and of those to boxes below, the nearest last.
func (l *layout) nest() {
	stack := l.stacks[0]
	where := map[*end]float64{}
	for n, r := range l.routes {
		a, b := &r.ends[0], &r.ends[1]
		if far := slices.Index(stack, b.spot) - slices.Index(stack, a.spot); far != 0 {
			where[a] = (1 + float64(n)/1e6) / float64(far) // so that lines between the same boxes differ
			where[b] = -where[a]
		}
	}
	for _, s := range stack {
		var ends []*end
		for _, r := range l.routes {
			for i := range r.ends {
				if e := &r.ends[i]; r.down == nil && e.spot == s {
					ends = append(ends, e)
				}
			}
		}
		slices.SortStableFunc(ends, func(a, b *end) int { return cmp.Compare(where[a], where[b]) })
		for n, e := range ends {
			e.row = s.first + (s.rows-len(ends))/2 + n
		}
	}
}

// around is from where to where a group with its boxes is.
func (l *layout) around(g *Group) (y, bottom int) {
	in := slices.DeleteFunc(slices.Clone(l.stacks[0]), func(s *spot) bool { return s.group != g })
	last := in[len(in)-1]
	return in[0].rect.y - header, last.rect.y + last.h + pad
}
