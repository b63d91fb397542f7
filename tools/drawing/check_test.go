package drawing

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

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
		"off the paper: box signal":                               func(p *picture) { p.width -= p.margin() + 1 },
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
		_, err = p.checked()
		assert.ErrorContains(t, err, want)
	}
}
