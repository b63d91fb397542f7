package drawing

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

type point struct{ x, y int }

type rect struct{ x, y, w, h int }

// picture is what is drawn, in that order: all that takes room in the SVG, so
// that tests can judge a picture by numbers.
type picture struct {
	lang, title, desc string
	narrow            bool // for a narrow screen
	width, height     int
	boxes             []box
	lines             []line
	texts             []text
}

type box struct {
	rect
	class string
	id    string
	in    string // the box that it stands in, if any
	mark  string // its id in the SVG, if any
}

type line struct {
	points   []point
	class    string
	from, to string // boxes; empty for a line that belongs to none
	mark     string // its id in the SVG, if any
	head     bool
}

type text struct {
	rect
	words string
	style style
	of    string // the box that it stands in
	label *int   // or the line that it belongs to

	anchor string // "middle", "end" or "": what stays in place where the width is less than estimated
}

func (p *picture) box(r rect, class, id string) {
	p.boxes = append(p.boxes, box{rect: r, class: class, id: id})
}

// text puts words with their left upper corner at x, y; nothing, if there are none.
func (p *picture) text(words string, s style, x, y int, of string) *text {
	t := text{rect: rect{x, y, s.width(words), s.height()}, words: words, style: s, of: of}
	if words == "" {
		return &t
	}
	p.texts = append(p.texts, t)
	return &p.texts[len(p.texts)-1]
}

// label puts words at the line that was drawn last.
func (p *picture) label(words string, s style, x, y int) {
	of := len(p.lines) - 1
	t := p.text(words, s, x, y, "")
	t.label, t.anchor = &of, "middle"
}

func (p *picture) line(class string, points ...point) {
	p.lines = append(p.lines, line{class: class, points: points})
}

// wrapped writes words in lines of at most width, and returns where they end.
func (p *picture) wrapped(words string, s style, x, y, width int) int {
	if words == "" {
		return y
	}
	for _, line := range s.wrap(words, width) {
		p.text(line, s, x, y, "")
		y += s.height() + 3
	}
	return y
}

// inBox writes a name and words into the middle of a box.
func (p *picture) inBox(id string, r rect, s style, name, words []string) {
	y := r.y + (r.h-len(name)*s.height()-len(words)*wordStyle.height())/2
	write := func(s style, lines []string) {
		for _, line := range lines {
			p.text(line, s, r.x+(r.w-s.width(line))/2, y, id).anchor = "middle"
			y += s.height()
		}
	}
	write(s, name)
	write(wordStyle, words)
}

// margin is around everything.
func (p *picture) margin() int {
	if p.narrow {
		return 10
	}
	return 24
}

// head writes the title, and returns where it ends.
func (p *picture) head() int {
	if !p.narrow {
		p.text(p.title, titleStyle, p.margin(), 20, "")
		p.width = max(p.width, titleStyle.width(p.title)+2*p.margin())
		return 72
	}
	p.width = max(narrowWidth, p.width, panelStyle.widest(p.title)+2*p.margin())
	return p.wrapped(p.title, panelStyle, p.margin(), 16, p.width-2*p.margin()) + 14
}

// legend draws a sample of each kind with its words, lines in one row and boxes
// in the next, and returns where it ends. For a narrow screen each has its row.
func (p *picture) legend(l Legend, itself bool, y int) int {
	type sample struct{ words, class string }
	lines := []sample{{l.Starts, "starts"}, {l.Listens, "listens"}, {l.Itself, "listens itself"}}
	if !itself {
		lines = lines[:2]
	}
	boxes := []sample{{l.Box, "box"}, {l.Object, "box c1"}, {l.Dotted, "box dotted"}}
	const indent, between = 46, 30
	width := 0
	for _, s := range slices.Concat(lines, boxes) {
		width = max(width, noteStyle.width(s.words)+indent+between)
	}
	columns := 3
	if p.narrow {
		columns = 1
	}
	p.width = max(p.width, 2*p.margin()+columns*width-between)
	for i, samples := range [][]sample{lines, boxes} {
		x := p.margin()
		for _, s := range samples {
			if s.words == "" {
				continue
			}
			if p.narrow && x > p.margin() {
				x, y = p.margin(), y+34
			}
			sampled := line{points: []point{{x, y + 10}, {x + 36, y + 10}}, class: s.class, head: true}
			if s.class == "listens itself" {
				sampled.points = []point{{x, y - 2}, {x + 26, y - 2}, {x + 26, y + 22}, {x, y + 22}}
			}
			if i == 0 {
				p.lines = append(p.lines, sampled)
			} else {
				p.box(rect{x, y, 36, 20}, s.class, "")
			}
			p.text(s.words, noteStyle, x+indent, y+1, "")
			x += width
		}
		if x > p.margin() {
			y += 34
		}
	}
	return y + 10
}

// foot writes the notes, numbered, and ends the picture.
func (p *picture) foot(notes []string, y int) {
	const indent = 28
	for _, note := range notes {
		p.width = max(p.width, noteStyle.widest(note)+indent+2*p.margin())
	}
	for i, note := range notes {
		p.text(fmt.Sprintf("%d.", i+1), noteStyle, p.margin(), y, "")
		y = p.wrapped(note, noteStyle, p.margin()+indent, y, p.width-2*p.margin()-indent) + 5
	}
	p.height = y + 16
}

// css has one palette for light, which paper gets too, and one for dark screens.
// Kinds of lines and boxes differ in width, in dots and in their heads too: grey
// print is enough to tell them apart.
const css = `
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP","Noto Sans JP",sans-serif;fill:#1b1f24;white-space:pre}
.code,.label,.place,.value,tspan{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Noto Sans Mono",monospace}
.title,.panel,.object,.code,.lane-name{font-weight:600}
.word,.place,.note{fill:#3d444d}
.label{stroke:#fff;stroke-width:4;stroke-linejoin:round;paint-order:stroke}
.inc1{stroke:#dcebfb}.inc2{stroke:#dcf3e0}
path,rect,line{fill:none}
.paper{fill:#fff}
.box{fill:#fff;stroke:#1b1f24;stroke-width:1.5}
.group{stroke:#8b949e;stroke-width:1.5}
.dotted{stroke-dasharray:2 4;stroke-linecap:round;stroke-width:2.25}
.c0{fill:#fdebd3}.c1{fill:#dcebfb}.c2{fill:#dcf3e0}.c3{fill:#ece6f9}
.starts{stroke:#1b1f24;stroke-width:2.5}
.listens{stroke:#6e7781;stroke-width:1.75}
.lane{stroke:#8b949e;stroke-width:1.5}
.step,.end{stroke:#1b1f24;stroke-width:4}
text.step{stroke:none}
.itself,.waits,.stuck{stroke:#b42318;stroke-width:3}
.stuck{stroke-dasharray:3 6}
.starts.tip{fill:#1b1f24;stroke-width:1}
.sign{fill:#b42318}.bar{stroke:#fff;stroke-width:3}
path,rect{stroke-linejoin:round}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
@media screen and (prefers-color-scheme:dark){
text{fill:#f0f3f6}.word,.place,.note{fill:#c4ccd4}
.label{stroke:#0d1117}.inc1{stroke:#12294a}.inc2{stroke:#12361f}
.paper{fill:#0d1117}.box{fill:#1c222a;stroke:#d0d7de}.group{stroke:#6e7781}
.c0{fill:#3f2d14}.c1{fill:#12294a}.c2{fill:#12361f}.c3{fill:#2c2347}
.starts{stroke:#f0f3f6}.starts.tip{fill:#f0f3f6}.listens{stroke:#9aa4ae}
.lane{stroke:#6e7781}.step,.end{stroke:#f0f3f6}.itself,.waits,.stuck{stroke:#ff8f80}.sign{fill:#ff8f80}.bar{stroke:#0d1117}
}
`

var rule = regexp.MustCompile(`([^{}]+)\{[^{}]*\}`)

// scoped is css for what is in an SVG of ours: a page that the SVG is written into
// keeps its own style.
var scoped = rule.ReplaceAllStringFunc(css, func(rule string) string {
	selectors, declarations, _ := strings.Cut(rule, "{")
	var all []string
	for _, selector := range strings.Split(strings.TrimSpace(selectors), ",") {
		all = append(all, ".drawing "+selector)
	}
	return "\n" + strings.Join(all, ",") + "{" + declarations
})

func (p *picture) svg() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="drawing" lang="%s" width="%d" height="%d" viewBox="0 0 %[2]d %[3]d" style="max-width:100%%;height:auto" role="img">`,
		escape(p.lang), p.width, p.height)
	fmt.Fprintf(&b, "\n<title>%s</title>\n<desc>%s</desc>\n<style>%s</style>\n", escape(p.title), escape(p.desc), scoped)
	fmt.Fprintf(&b, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", p.width, p.height)
	for _, r := range p.boxes {
		open(&b, r.mark)
		fmt.Fprintf(&b, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"7\"/>\n", r.class, r.x, r.y, r.w, r.h)
		p.write(&b, func(t text) bool { return t.of != "" && t.of == r.id })
		shut(&b, r.mark)
	}
	for i, l := range p.lines {
		open(&b, l.mark)
		l.write(&b)
		p.write(&b, func(t text) bool { return t.label != nil && *t.label == i })
		shut(&b, l.mark)
	}
	p.write(&b, func(t text) bool { return t.of == "" && t.label == nil })
	b.WriteString("</svg>\n")
	return b.String()
}

// open begins what has an id, with all its words, and shut ends it.
func open(b *strings.Builder, id string) {
	if id != "" {
		fmt.Fprintf(b, "<g id=\"%s\">\n", escape(id))
	}
}

func shut(b *strings.Builder, id string) {
	if id != "" {
		b.WriteString("</g>\n")
	}
}

// write writes the texts that are meant.
func (p *picture) write(b *strings.Builder, meant func(text) bool) {
	for _, t := range p.texts {
		if meant(t) {
			t.write(b)
		}
	}
}

// write draws the line with round corners, and its head.
func (l line) write(b *strings.Builder) {
	const round = 6
	last := len(l.points) - 1
	end := l.points[last]
	filled := strings.HasPrefix(l.class, "starts")
	fmt.Fprintf(b, "<path class=\"%s\" d=\"M%d %d", l.class, l.points[0].x, l.points[0].y)
	for i := 1; i < last; i++ {
		corner := l.points[i]
		in, out := corner.toward(l.points[i-1], round), corner.toward(l.points[i+1], round)
		fmt.Fprintf(b, "L%d %dQ%d %d %d %d", in.x, in.y, corner.x, corner.y, out.x, out.y)
	}
	stop := end
	if l.head && filled {
		stop = end.toward(l.points[last-1], 8) // the head's tip is thinner than the line
	}
	fmt.Fprintf(b, "L%d %d\"/>\n", stop.x, stop.y)
	if l.head {
		// Along the line and across it.
		back := end.toward(l.points[last-1], 11)
		dx, dy := (end.y-back.y)*5/11, (end.x-back.x)*5/11
		closed := ""
		if filled {
			closed = "Z"
		}
		fmt.Fprintf(b, "<path class=\"%s tip\" d=\"M%d %dL%d %dL%d %d%s\"/>\n", l.class, back.x-dx, back.y+dy, end.x, end.y, back.x+dx, back.y-dy, closed)
	}
	switch {
	case strings.HasSuffix(l.class, "itself"):
		sign(b, l.points[1].x, (l.points[1].y+l.points[2].y)/2)
	case l.class == "waits":
		sign(b, end.x, end.y)
	}
}

// sign is the one that forbids to go on.
func sign(b *strings.Builder, x, y int) {
	fmt.Fprintf(b, "<circle class=\"sign\" cx=\"%d\" cy=\"%d\" r=\"8\"/><path class=\"bar\" d=\"M%d %dh8\"/>\n", x, y, x-4, y)
}

// toward is the point that is so far from p on the way to q, which is straight
// up, down, left or right; or half the way, if that is nearer.
func (p point) toward(q point, far int) point {
	step := func(d int) int { return max(-far, min(far, d/2)) }
	return point{p.x + step(q.x-p.x), p.y + step(q.y-p.y)}
}

func (t text) write(b *strings.Builder) {
	x, anchor := t.x, ""
	switch t.anchor {
	case "middle":
		x, anchor = t.x+t.w/2, ` text-anchor="middle"`
	case "end":
		x, anchor = t.x+t.w, ` text-anchor="end"`
	}
	fmt.Fprintf(b, "<text class=\"%s\" x=\"%d\" y=\"%d\" font-size=\"%d\"%s>", t.style.name, x, t.y+t.style.size, t.style.size, anchor)
	for i, part := range strings.Split(t.words, "`") {
		if i%2 == 1 {
			fmt.Fprintf(b, "<tspan>%s</tspan>", escape(part))
		} else {
			b.WriteString(escape(part))
		}
	}
	b.WriteString("</text>\n")
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}
