package report

import (
	"bytes"
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"websocket-chat-steps/bench/result"
)

// chart is a plot. It has bars for a figure of one place. If y is given, it has lines for
// a figure over the places of a scenario or, with a sample, over time. Its only words are
// names and units, so one plot is for both languages.
type chart struct {
	name   string // of its file, without ending
	at     place
	figure *figure
	sample func(result.Sample) float64
	x, y   string // the axes' units
}

var charts = []chart{
	{name: "cpu", at: one, figure: cpu, x: "µs / delivery"},
	{name: "deliveries", at: forty, figure: deliveries, x: "deliveries / s"},
	{name: "memory", at: idle, figure: memory, x: "KiB / client"},
	{name: "stalled-memory", sample: func(s result.Sample) float64 { return float64(s.RSS) / mib }, x: "s", y: "MiB"},
	{name: "stalled-goroutines", sample: func(s result.Sample) float64 { return float64(s.Goroutines) }, x: "s", y: "goroutines"},
	{name: "growth-deliveries", at: place{growth, 0}, figure: deliveries, x: "clients", y: "deliveries / s"},
	{name: "growth-cpu", at: place{growth, 0}, figure: cpu, x: "clients", y: "µs / delivery"},
	{name: "growth-memory", at: place{growth, 0}, figure: resident, x: "clients", y: "MiB"},
	{name: "open-p50", at: place{open, 0}, figure: p50, x: "messages / s", y: "P50, ms"},
	{name: "open-p99", at: place{open, 0}, figure: p99, x: "messages / s", y: "P99, ms"},
}

// Colours that a dark page inverts. The others are readable on both.
var (
	ink   = color.RGBA{0x1b, 0x1f, 0x24, 0xff}
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}
	grid  = color.RGBA{0xdd, 0xdf, 0xe2, 0xff}
)

// themed replaces these colours by the page's. gonum writes the beginning of an SVG in four
// lines, and colours in the form that is used here.
var themed = strings.NewReplacer("xlink\">\n", `xlink">
<style>svg{--ink:#1b1f24;--paper:#fff;--grid:#dddfe2}text{font-family:"Liberation Sans",Arial,Helvetica,sans-serif!important}
@media(prefers-color-scheme:dark){svg{--ink:#e6edf3;--paper:#0d1117;--grid:#30363d}}</style>
`, "#1B1F24", "var(--ink)", "#FFFFFF", "var(--paper)", "#DDDFE2", "var(--grid)")

// Glyphs, filled and hollow.
var (
	circle   = [2]draw.GlyphDrawer{draw.CircleGlyph{}, draw.RingGlyph{}}
	box      = [2]draw.GlyphDrawer{draw.BoxGlyph{}, draw.SquareGlyph{}}
	triangle = [2]draw.GlyphDrawer{draw.PyramidGlyph{}, draw.TriangleGlyph{}}
)

type look struct {
	draw.LineStyle
	glyph [2]draw.GlyphDrawer
	layer int
}

// looks are the colours of the designs that a reader must recognize at once. They are
// those of Okabe and Ito, which most colour-blind people can tell apart. All others are
// grey.
var looks = map[string]look{
	single:            {draw.LineStyle{Color: color.RGBA{0x2f, 0x81, 0xd0, 0xff}, Width: 1.5}, circle, 2},
	mailbox:           {draw.LineStyle{Color: color.RGBA{0xc0, 0x5a, 0x9a, 0xff}, Width: 1.5, Dashes: []vg.Length{6, 2}}, box, 2},
	ours:              {draw.LineStyle{Color: color.RGBA{0xd5, 0x5e, 0x00, 0xff}, Width: 3}, circle, 1},
	floor:             {draw.LineStyle{Color: ink, Width: 1.2, Dashes: []vg.Length{2, 2}}, triangle, 2},
	deep:              {draw.LineStyle{Color: color.RGBA{0x00, 0x9e, 0x73, 0xff}, Width: 1.5, Dashes: []vg.Length{8, 2, 2, 2}}, box, 2},
	"mailbox-gorilla": {draw.LineStyle{Color: color.RGBA{0x00, 0x9e, 0x73, 0xff}, Width: 1.5}, triangle, 2},
	gws:               {draw.LineStyle{Color: color.RGBA{0xb8, 0x86, 0x0b, 0xff}, Width: 1.5, Dashes: []vg.Length{4, 2}}, circle, 2},
}

func (d data) look(i int) look {
	if l, ok := looks[d.Servers[i]]; ok {
		return l
	}
	dashes := []vg.Length{vg.Length(1 + i%4*2), 2}
	return look{draw.LineStyle{Color: color.RGBA{0x8b, 0x94, 0x9e, 0xff}, Width: 0.8, Dashes: dashes}, [][2]draw.GlyphDrawer{circle, box, triangle}[i%3], 0}
}

// Sizes in points.
const (
	wide   = 340
	tall   = 250 // of lines, without the names
	bar    = 20
	row    = 15 // of a name below lines, two side by side
	margin = 8
)

func (c chart) draw(d data) ([]byte, error) {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	plotter.DefaultFont = plot.DefaultFont
	p := plot.New()
	p.BackgroundColor = paper
	p.X.Label.Text, p.Y.Label.Text = c.x, c.y
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Color, a.Label.TextStyle.Color, a.Tick.Label.Color, a.Tick.Color = ink, ink, ink, ink
	}
	height, below := vg.Length(len(d.Servers)*bar+45), vg.Length(0)
	var names []plot.Legend
	if c.y != "" {
		names = c.lines(d, p)
		below = vg.Length((len(d.Servers)+1)/2*row + margin)
		height = tall + below
	} else if err := c.bars(d, p); err != nil {
		return nil, err
	}
	file := vgsvg.New(wide, height)
	all := draw.New(file)
	all.SetColor(paper)
	all.Fill(all.Rectangle.Path())
	p.Draw(draw.Crop(all, margin, -2*margin, below+margin, -margin))
	for i, n := range names {
		n.Draw(draw.Crop(all, vg.Length(margin+i*wide/2), 0, 0, below-height))
	}
	var b bytes.Buffer
	_, err := file.WriteTo(&b)
	return []byte(themed.Replace(b.String())), err
}

// bars draws a bar for each server, a thin line from the least to the most, and the median
// as a number. A bar is hollow if its server made healthy clients suffer.
func (c chart) bars(d data, p *plot.Plot) error {
	n := len(d.Servers)
	names := make([]string, n)
	var medians plotter.XYLabels
	for i, s := range d.Servers {
		at, marks, x := n-1-i, d.at(c.at, s).marks(), d.spread(c.at, c.figure, s)
		names[at] = s + marks
		if x.rounds == 0 {
			continue
		}
		b := &plotter.BarChart{Values: plotter.Values{x.median}, Width: bar * 0.6, Horizontal: true, XMin: float64(at), Color: d.look(i).Color}
		b.LineStyle = draw.LineStyle{Color: b.Color, Width: 1}
		if marks != "" {
			b.Color = paper
		}
		ends := plotter.XYs{{X: x.least, Y: float64(at)}, {X: x.most, Y: float64(at)}}
		p.Add(b, &plotter.Line{XYs: ends, LineStyle: draw.LineStyle{Color: ink, Width: 1}})
		medians.XYs, medians.Labels = append(medians.XYs, ends[1]), append(medians.Labels, number(x.median))
	}
	labels, err := plotter.NewLabels(medians)
	if err != nil {
		return err
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Color, labels.TextStyle[i].YAlign = ink, draw.YCenter
	}
	labels.Offset.X = 4
	p.Add(labels)
	p.NominalY(names...)
	p.X.Tick.Marker = plot.ConstantTicks{}
	p.X.Min, p.Y.Min, p.Y.Max = 0, -0.6, float64(n)-0.4
	return nil
}

// lines draws a line for each server. It returns the names, which stand below in two
// columns.
func (c chart) lines(d data, p *plot.Plot) []plot.Legend {
	g := plotter.NewGrid()
	g.Horizontal.Color, g.Vertical.Color = grid, grid
	p.Add(g)
	// gonum leaves out the ticks that are beyond an axis's ends, but makes room for them.
	tick := func(x float64) plot.Tick {
		return plot.Tick{Value: x, Label: cmp.Or(strings.TrimPrefix(whole(int(x)), "0"), fmt.Sprintf("%.2g", x))}
	}
	var up, across plot.ConstantTicks
	for power := -3; power < 9; power++ {
		up = append(up, tick(math.Pow10(power)), tick(2*math.Pow10(power)), tick(5*math.Pow10(power)))
	}
	for s := 0; s <= 60 && c.sample != nil; s += 5 {
		across = append(across, tick(float64(s)))
	}
	for _, at := range d.places(c.at.scenario) {
		across = append(across, tick(float64(at.n)))
	}
	p.X.Tick.Marker, p.Y.Scale = across, plot.LogScale{}
	p.Y.Tick.Marker = plot.TickerFunc(func(least, most float64) []plot.Tick {
		return slices.DeleteFunc(slices.Clone(up), func(t plot.Tick) bool { return t.Value < least || t.Value > most })
	})
	if c.sample == nil {
		p.X.Scale = plot.LogScale{}
	}
	names := []plot.Legend{plot.NewLegend(), plot.NewLegend()}
	var layers [3][]plot.Plotter // the grey ones; 05, which is thick; the others
	for i, s := range d.Servers {
		l := d.look(i)
		points, glyphs, marks := c.course(d, s, l)
		line := &plotter.Line{XYs: points, LineStyle: l.LineStyle}
		dots := &plotter.Scatter{XYs: points, GlyphStyle: draw.GlyphStyle{Color: l.Color, Radius: 2.5, Shape: l.glyph[0]}}
		dots.GlyphStyleFunc = func(i int) draw.GlyphStyle { return draw.GlyphStyle{Color: l.Color, Radius: 2.5, Shape: glyphs[i]} }
		n := &names[i%2]
		n.Left, n.Top, n.Padding, n.ThumbnailWidth, n.TextStyle.Color, n.TextStyle.Font.Size = true, true, 3, 26, ink, 10
		n.Add(s+marks, line, dots)
		if len(points) > 0 {
			layers[l.layer] = append(layers[l.layer], line, dots)
		}
	}
	p.Add(slices.Concat(layers[:]...)...)
	p.Y.Min, p.Y.Max = p.Y.Min/1.1, p.Y.Max*1.1
	return names
}

// course is a server's line, with a glyph for each point. The glyph is hollow if the
// server made healthy clients suffer there. It is a cross if the server no longer kept up,
// and then the line ends. Over time it is the first round's, with a glyph only at its end.
func (c chart) course(d data, server string, l look) (points plotter.XYs, glyphs []draw.GlyphDrawer, marks string) {
	if c.sample != nil {
		marks = d.at(stalled, server).marks()
		for _, st := range d.Stalled {
			if st.Server == server && st.Round == 1 && !st.Frozen {
				for _, s := range st.Samples {
					points = append(points, plotter.XY{X: s.Seconds, Y: max(1, c.sample(s))})
					glyphs = append(glyphs, cross{})
				}
				glyphs[len(glyphs)-1] = l.glyph[min(1, len(marks))]
			}
		}
		return points, glyphs, marks
	}
	for _, at := range d.places(c.at.scenario) {
		s, here := d.spread(at, c.figure, server), d.at(at, server).marks()
		if !strings.Contains(marks, here) {
			marks += here
		}
		if s.rounds == 0 {
			continue
		}
		points = append(points, plotter.XY{X: float64(at.n), Y: s.median})
		if at.scenario == open && at.n > d.keptUp(server) {
			return points, append(glyphs, cross{5}), marks
		}
		glyphs = append(glyphs, l.glyph[min(1, len(here))])
	}
	return points, glyphs, marks
}

// cross is a glyph. Its arms have this length in points: gonum's is too thin to see.
type cross struct{ size vg.Length }

func (x cross) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	line := draw.LineStyle{Color: s.Color, Width: 1.5}
	c.StrokeLine2(line, at.X-x.size, at.Y-x.size, at.X+x.size, at.Y+x.size)
	c.StrokeLine2(line, at.X-x.size, at.Y+x.size, at.X+x.size, at.Y-x.size)
}
