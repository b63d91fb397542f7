package drawing

import (
	"errors"
	"fmt"
	"strings"
)

// A layout can lie: a line behind a box reads as that box's. So each picture is
// judged by its numbers before it is written, and one that would lie is an error.

// checked is the picture as SVG, if nothing is wrong with it.
func (p *picture) checked() (string, error) {
	if wrong := check(p); len(wrong) > 0 {
		return "", errors.New("drawing: the layout would lie:\n  " + strings.Join(wrong, "\n  "))
	}
	return p.svg(), nil
}

// check says what is wrong with a picture: what runs or stands where it must not.
func check(p *picture) (wrong []string) {
	report := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	paper := rect{0, 0, p.width, p.height}
	boxes := map[string]box{}
	for _, b := range p.boxes {
		boxes[b.id] = b
		if !b.within(paper) {
			report("off the paper: box %s", b.id)
		}
	}
	for i, a := range p.boxes {
		for _, b := range p.boxes[:i] {
			if a.in == b.id && b.id != "" {
				if !a.within(b.rect) {
					report("outside its group: box %s", a.id)
				}
			} else if a.touches(b.rect) {
				report("box on box: %s, %s", a.id, b.id)
			}
		}
	}
	for i, l := range p.lines {
		name := fmt.Sprintf("line %d from %s to %s", i, l.from, l.to)
		from, to := boxes[l.from], boxes[l.to]
		first, last := l.points[0], l.points[len(l.points)-1]
		if l.from != "" && (!from.hasOnEdge(first) || !to.hasOnEdge(last)) {
			report("ends in the air: %s", name)
		}
		for _, s := range l.segments() {
			if s.w != 0 && s.h != 0 || s.w == 0 && s.h == 0 {
				report("not straight: %s", name)
			}
			if !s.within(paper) {
				report("off the paper: %s", name)
			}
			for _, b := range p.boxes {
				switch own := b.id == l.from || b.id == l.to || l.from == ""; {
				case own && s.crosses(b.rect):
					report("through its own box: %s", name)
				case !own && b.id != from.in && b.id != to.in && s.touches(b.rect):
					report("through a foreign box: %s, %s", name, b.id)
				}
			}
			for j, other := range p.lines[:i] {
				for _, o := range other.segments() {
					// They may cross; where only the one's end is on the other, they look joined.
					if l.from != "" && other.from != "" && s.touches(o) && !(s.crosses(o) && (s.w == 0) != (o.w == 0)) {
						report("line on line: %s, line %d", name, j)
					}
				}
			}
		}
	}
	for i, t := range p.texts {
		if !t.within(paper) {
			report("off the paper: %q", t.words)
		}
		mine := map[string]bool{}
		if t.of != "" {
			mine[t.of], mine[boxes[t.of].in] = true, true
			if !t.within(boxes[t.of].rect) {
				report("leaves its box: %q", t.words)
			}
		}
		if t.label != nil {
			l := p.lines[*t.label]
			mine[boxes[l.from].in], mine[boxes[l.to].in] = true, true
		}
		for _, b := range p.boxes {
			if t.touches(b.rect) && !(b.id != "" && mine[b.id] && t.within(b.rect)) {
				report("words on a box: %q, %s", t.words, b.id)
			}
		}
		for j, l := range p.lines {
			for _, s := range l.segments() {
				if t.touches(s) {
					report("words on a line: %q, line %d from %s to %s", t.words, j, l.from, l.to)
				}
			}
		}
		for _, other := range p.texts[:i] {
			if t.crosses(other.rect) {
				report("words on words: %q, %q", t.words, other.words)
			}
		}
	}
	return wrong
}

// segments are a line's stretches, as rectangles without width or height.
func (l line) segments() (all []rect) {
	for i, b := range l.points[1:] {
		a := l.points[i]
		all = append(all, rect{min(a.x, b.x), min(a.y, b.y), max(a.x-b.x, b.x-a.x), max(a.y-b.y, b.y-a.y)})
	}
	return all
}

// touches tells whether two rectangles have a point in common.
func (r rect) touches(o rect) bool {
	return r.x <= o.x+o.w && o.x <= r.x+r.w && r.y <= o.y+o.h && o.y <= r.y+r.h
}

// crosses tells whether they have a point in common that isn't on an edge only.
func (r rect) crosses(o rect) bool {
	return r.x < o.x+o.w && o.x < r.x+r.w && r.y < o.y+o.h && o.y < r.y+r.h
}

func (r rect) within(o rect) bool {
	return r.x >= o.x && r.y >= o.y && r.x+r.w <= o.x+o.w && r.y+r.h <= o.y+o.h
}

func (r rect) hasOnEdge(p point) bool {
	at := rect{p.x, p.y, 0, 0}
	return r.touches(at) && !r.crosses(at)
}
