package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// picture is an SVG that becomes. gonum draws its lines and bars. Words are set
// here: gonum places them by the widths of fonts that have no Japanese, and that
// the reader may not have; here each hangs on the point that it belongs to.
// Words have x and y in the SVG's way, from the left upper corner.
type picture struct {
	width, height float64
	in            language
	title, desc   string
	file          *vgsvg.Canvas
	canvas        draw.Canvas // all of file
	texts         []placed
}

// placed are words in a picture.
type placed struct {
	x, y   float64 // y is that of the line they stand on
	anchor string  // what of them is at x: "start", "middle" or "end"
	size   float64
	bold   bool
	words  string
}

// newPicture returns one that has its title and one more line of words.
func newPicture(width, height float64, in language, heading, below string) *picture {
	first, size := utf8.DecodeRuneInString(heading)
	heading = string(unicode.ToUpper(first)) + heading[size:]
	c := &picture{width: width, height: height, in: in, title: heading, desc: below}
	c.file = vgsvg.New(vg.Length(width), vg.Length(height))
	c.canvas = draw.New(c.file)
	c.words(margin, margin+line-4, "start", title, true, heading)
	c.words(margin, margin+2*line-4, "start", text, false, below)
	return c
}

// within is a part of the canvas, its left upper and its right lower corner
// given in the SVG's way.
func (c *picture) within(left, top, right, bottom float64) draw.Canvas {
	return draw.Canvas{Canvas: c.canvas.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: vg.Length(left), Y: vg.Length(c.height - bottom)},
		Max: vg.Point{X: vg.Length(right), Y: vg.Length(c.height - top)},
	}}
}

// plot is one that draws nothing but what is added to it.
func (c *picture) plot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	p.HideAxes()
	p.X.Padding, p.Y.Padding = 0, 0
	return p
}

func (c *picture) words(x, y float64, anchor string, size float64, bold bool, words string) {
	c.texts = append(c.texts, placed{x, y, anchor, size, bold, words})
}

// extent is where words are, from left to right: an estimate, rather too much
// than too little.
func (t placed) extent() (left, right float64) {
	width := 0.0
	for _, r := range t.words {
		switch {
		case r >= 0x1100:
			width++
		case unicode.IsUpper(r) || strings.ContainsRune("mw%", r):
			width += 0.75
		default:
			width += 0.56
		}
	}
	width *= t.size
	if t.bold {
		width *= 1.06
	}
	switch t.anchor {
	case "middle":
		return t.x - width/2, t.x + width/2
	case "end":
		return t.x - width, t.x
	}
	return t.x, t.x + width
}

const fonts = `system-ui,-apple-system,"Segoe UI",Roboto,"Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP","Noto Sans JP",sans-serif`

// svg is the picture, on white: so it can be read on a dark page, too. Shown as
// large as it may be, it is wider than it counts.
func (c *picture) svg() ([]byte, error) {
	var drawn bytes.Buffer
	if _, err := c.file.WriteTo(&drawn); err != nil {
		return nil, err
	}
	// Its own opening says nothing of a language or a title.
	_, body, found := strings.Cut(drawn.String(), "<svg")
	_, body, opened := strings.Cut(body, ">\n")
	body, closed := strings.CutSuffix(body, "</svg>\n")
	if !found || !opened || !closed {
		return nil, fmt.Errorf("gonum wrote an SVG of another shape than this package knows: %.200q", drawn.String())
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" lang="%s" width="%g" height="%g" viewBox="0 0 %g %g" style="max-width:100%%;height:auto" role="img" aria-labelledby="title desc">`,
		said{"en", "ja"}[c.in], c.width*1.5, c.height*1.5, c.width, c.height)
	fmt.Fprintf(&b, "\n<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", escape(c.title), escape(c.desc))
	fmt.Fprintf(&b, "<style>text{font-family:%s;fill:#1b1f24;stroke:#fff;stroke-width:3;stroke-linejoin:round;paint-order:stroke}</style>\n<rect width=\"%g\" height=\"%g\" fill=\"#fff\"/>\n", fonts, c.width, c.height)
	b.WriteString(body)
	for _, t := range c.texts {
		weight := ""
		if t.bold {
			weight = ` font-weight="600"`
		}
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%g\"%s>%s</text>\n", t.x, t.y, t.anchor, t.size, weight, escape(t.words))
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // to a Builder: there is no error
	return b.String()
}
