package drawing

import "fmt"

// Each event has a stretch of time of its own: its words above the arrow, its
// place in the code below. They stand between the lane that it comes from and the
// next one on its way, and touch neither. On a narrow screen there is no room for
// that: they stand right of all lanes, and the heads of the lanes are stairs.

const (
	sequenceWidth = 1100
	between       = 32 // two panels
	nearLane      = 12 // from a lane to words
	headGap       = 12 // between two heads of lanes
	headInset     = 8  // their words and their edges, both sides together
	narrowPitch   = 52 // from one lane to the next, on a narrow screen
)

func (s Sequence) draw() *picture {
	p := &picture{lang: s.Lang, title: s.Title, desc: s.Desc, narrow: s.narrow}
	margin := p.margin()
	beside := 1
	if s.Beside && !s.narrow {
		beside = max(1, len(s.Panels))
	}
	width := (sequenceWidth - 2*margin - (beside-1)*between) / beside
	if s.narrow {
		width = narrowWidth - 2*margin
	}
	for _, panel := range s.Panels {
		width = max(width, panel.least(s.narrow))
	}
	p.width = width*beside + (beside-1)*between + 2*margin
	bottom := p.head()
	x, y := margin, bottom
	for i, panel := range s.Panels {
		if beside > 1 && i > 0 {
			x += width + between
		} else {
			y = bottom
		}
		bottom = max(bottom, panel.draw(p, x, y, width)+2*lane)
	}
	p.foot(s.Notes, bottom)
	return p
}

// least is how wide the panel must be, for no word to stick out.
func (panel Panel) least(narrow bool) int {
	words, pitch := panelStyle.widest(panel.Title), 0
	for _, result := range panel.Result {
		words = max(words, resultStyle.widest(result))
	}
	if narrow {
		for i, lane := range panel.Lanes {
			for _, name := range append([]string{lane.Name}, lane.Words...) {
				words = max(words, i*narrowPitch+laneStyle.widest(name)+headInset)
			}
		}
		for _, e := range panel.Events {
			words = max(words, len(panel.Lanes)*narrowPitch+nearLane+max(stepStyle.widest(e.Text), placeStyle.widest(e.Place)))
		}
		return words
	}
	for _, lane := range panel.Lanes {
		pitch = max(pitch, laneStyle.widest(lane.Name)+headInset+headGap)
		for _, word := range lane.Words {
			pitch = max(pitch, wordStyle.widest(word)+headInset+headGap)
		}
	}
	for _, e := range panel.Events {
		pitch = max(pitch, 2*nearLane+valueWidth(e.Value)+max(stepStyle.widest(e.Text), placeStyle.widest(e.Place)))
	}
	if len(panel.Lanes) == 1 {
		pitch *= 2 // words stand right of the lane
	}
	return max(words, (pitch+1)*len(panel.Lanes))
}

// draw draws the panel and returns where it ends.
func (panel Panel) draw(p *picture, x, y, width int) int {
	y = p.wrapped(panel.Title, panelStyle, x, y, width) + 10
	if len(panel.Lanes) > 0 {
		lanes := lanes{picture: p, lanes: panel.Lanes, x: x, right: x + width, pitch: width / len(panel.Lanes)}
		if p.narrow {
			lanes.pitch = narrowPitch
		}
		y = lanes.heads(y)
		for _, e := range panel.Events {
			y = lanes.event(e, y)
		}
		y += 28
		for i := range lanes.lanes {
			lanes.run(i, y)
		}
		y += 12
	}
	for _, result := range panel.Result {
		y = p.wrapped(result, resultStyle, x, y, width) + 6
	}
	return y
}

// lanes is the part of a panel in which time runs.
type lanes struct {
	*picture
	lanes    []Lane
	x, right int
	pitch    int
	since    []int    // from where each lane is still to be drawn
	classes  []string // how; empty for one that has ended
}

func (l *lanes) mid(lane int) int { return l.x + lane*l.pitch + l.pitch/2 }

// heads draws who takes part, and returns where they end. On a narrow screen each
// is lower than the one before, and farther right.
func (l *lanes) heads(y int) int {
	height := 0
	var names, words [][]string
	for i, lane := range l.lanes {
		_, w := l.head(i)
		names = append(names, laneStyle.balanced(lane.Name, w-headInset))
		words = append(words, nil)
		for _, word := range lane.Words {
			words[i] = append(words[i], wordStyle.balanced(word, w-headInset)...)
		}
		height = max(height, len(names[i])*laneStyle.height()+len(words[i])*wordStyle.height()+16)
	}
	for i, lane := range l.lanes {
		class := "box"
		if lane.Object {
			class += " c1"
		}
		if l.narrow && i > 0 {
			y += height + headGap
		}
		id := fmt.Sprintf("lane at %d, %d", l.mid(i), y)
		x, w := l.head(i)
		r := rect{x, y, w, height}
		l.box(r, class, id)
		l.inBox(id, r, laneStyle, names[i], words[i])
		l.since = append(l.since, y+height)
		l.classes = append(l.classes, "lane")
	}
	return y + height + 4
}

// head is where a head begins, and how wide it may be.
func (l *lanes) head(i int) (x, w int) {
	if l.narrow {
		x = l.x + i*l.pitch
		return x, l.right - x
	}
	w = l.pitch - headGap
	return l.mid(i) - w/2, w
}

// run draws a lane down to y.
func (l *lanes) run(i, y int) {
	if l.classes[i] != "" {
		l.line(l.classes[i], point{l.mid(i), l.since[i]}, point{l.mid(i), y})
		l.since[i] = y
	}
}

// room is from where to where the words of an event may stand: at its left end
// for steps in the last lane, else on the way to the next lane.
func (l *lanes) room(e Event) (from, to int) {
	if l.narrow {
		return l.x + len(l.lanes)*l.pitch + nearLane, l.right
	}
	next := e.From + 1
	if e.To < e.From || e.To == e.From && next == len(l.lanes) && e.From > 0 {
		next = e.From - 1
	}
	from, to = min(l.mid(e.From), l.mid(next)), max(l.mid(e.From), l.mid(next))
	if e.Value != "" {
		half := valueWidth(e.Value) / 2
		if e.To == e.From || e.To == next {
			from, to = from+half, to-half
		}
	}
	return from + nearLane, min(to, l.x+l.pitch*len(l.lanes)) - nearLane
}

func valueWidth(value string) int { return (valueStyle.width(value)/2 + 8) * 2 }

func (l *lanes) event(e Event, y int) int {
	if e.Text == "" {
		y += nearLane // room for the box of its value
	}
	from, to := l.room(e)
	anchor, far := "middle", 5 // from the arrow to the words
	switch {
	case l.narrow, e.From == e.To && from > l.mid(e.From):
		anchor, far = "", 0
	case e.From == e.To:
		anchor, far = "end", 0
	case e.Waits:
		far = 11
	}
	y = l.words(e.Text, stepStyle, anchor, from, y+12, to) + far
	l.arrow(e, y)
	y = max(l.words(e.Place, placeStyle, anchor, from, y+far, to), y+10)
	if far == 0 {
		y += 8 // else the next words are as near as these among themselves
	}
	return y
}

// words writes between two x, and returns where it ends.
func (l *lanes) words(words string, s style, anchor string, from, y, to int) int {
	if words == "" {
		return y
	}
	for _, line := range s.balanced(words, to-from) {
		x := from
		switch free := to - from - s.width(line); anchor {
		case "middle":
			x += free / 2
		case "end":
			x += free
		}
		l.text(line, s, x, y, "").anchor = anchor
		y += s.height()
	}
	return y
}

func (l *lanes) arrow(e Event, y int) {
	from, to := point{l.mid(e.From), y}, point{l.mid(e.To), y}
	toward := 1
	if to.x < from.x {
		toward = -1
	}
	tip := to
	if e.Value != "" {
		w := valueWidth(e.Value)
		tip.x -= toward * w / 2
		id := fmt.Sprintf("value at %d, %d", to.x, y)
		r := rect{to.x - w/2, y - 13, w, 26}
		l.run(e.To, r.y)
		l.since[e.To] = r.y + r.h
		l.box(r, "box c1", id)
		l.inBox(id, r, valueStyle, []string{e.Value}, nil)
	}
	switch {
	case e.Waits:
		start := from
		if from == to {
			start.x -= 8 // it waits for itself: all that shows is the sign
		} else {
			tip.x -= toward * l.pitch / 4
		}
		l.line("waits", start, tip)
		l.run(e.From, y)
		l.classes[e.From] = "lane stuck"
	case e.From == e.To && e.Value == "" && !e.Ends:
		l.line("step", point{from.x - 7, y}, point{from.x + 7, y})
	case e.From != e.To:
		l.line("starts", from, tip)
		l.lines[len(l.lines)-1].head = true
	}
	if e.Ends {
		if e.From != e.To || e.Value != "" || e.Waits {
			y += 14
		}
		l.run(e.From, y)
		l.classes[e.From] = ""
		l.line("end", point{from.x - 9, y}, point{from.x + 9, y})
	}
}
