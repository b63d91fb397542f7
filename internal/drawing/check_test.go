package drawing

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

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

// The checker itself: it must report what is broken, each kind.
func TestCheck(t *testing.T) {
	at := func(p *picture, from, to string) *line {
		for i, l := range p.lines {
			if l.from == from && l.to == to {
				return &p.lines[i]
			}
		}
		panic(from + to)
	}
	box := func(p *picture, id string) *box {
		for i, b := range p.boxes {
			if b.id == id {
				return &p.boxes[i]
			}
		}
		panic(id)
	}
	words := func(p *picture, words string) *text {
		for i, t := range p.texts {
			if t.words == words {
				return &p.texts[i]
			}
		}
		panic(words)
	}
	for want, breaks := range map[string]func(*picture){
		"off the paper: box signal":                               func(p *picture) { p.width -= margin + 1 },
		"off the paper: line":                                     func(p *picture) { at(p, "main", "Listen").points[0].x += 1000 },
		"off the paper: \"browser\"":                              func(p *picture) { words(p, "browser").x = -1 },
		"outside its group: box Listen":                           func(p *picture) { box(p, groupID(2)).w -= 20 },
		"box on box: signal, main":                                func(p *picture) { box(p, "signal").y -= 60 },
		"ends in the air: line 3 from main to Listen":             func(p *picture) { at(p, "main", "Listen").points[1].x++ },
		"ends in the air: line 4 from main to signal":             func(p *picture) { at(p, "main", "signal").points[0].y-- },
		"not straight: line 3":                                    func(p *picture) { at(p, "main", "Listen").points[1].y++ },
		"through its own box: line 3":                             func(p *picture) { at(p, "main", "Listen").points[1].x -= 150 },
		"through a foreign box: line 0 from http to browser, lis": func(p *picture) { l := at(p, "http", "browser"); l.points[0].y += 230; l.points[1].y += 230 },
		"through a foreign box: line 0 from http to browser, gro": func(p *picture) { l := at(p, "http", "browser"); l.points[0].y += 130; l.points[1].y += 130 },
		"line on line: line 11":                                   func(p *picture) { p.lines[11].points = p.lines[10].points },
		"line on line: line 3 from main to Listen, line 2": func(p *picture) {
			l := at(p, "main", "Listen")
			l.points[0].y = p.lines[2].points[0].y
			l.points = append([]point{p.lines[2].points[0]}, l.points...)
		},
		"leaves its box: \"browser\"":       func(p *picture) { words(p, "browser").x -= 80 },
		"words on a box: \"addCh\", Listen": func(p *picture) { words(p, "addCh").x += 100 },
		"words on a box: \"interrupt\", group 2": func(p *picture) {
			words(p, "interrupt").rect = rect{box(p, groupID(2)).x + 50, box(p, groupID(2)).y + 5, 60, 18}
		},
		"words on a line: \"addCh\", line 10":      func(p *picture) { words(p, "addCh").y += 6 },
		"words on words: \"sendAllCh\", \"addCh\"": func(p *picture) { words(p, "sendAllCh").y = words(p, "addCh").y },
	} {
		p, err := original("en").draw()
		assert.NoError(t, err)
		assert.Empty(t, check(p))
		breaks(p)
		assert.Contains(t, strings.Join(check(p), "\n"), want)
	}
}
