package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"websocket-chat-steps/bench/result"
)

// chart is a plot of the page. It has bars, for a figure of a section, or else
// lines, for what samples have.
type chart struct {
	name   string // its file's, without language and ending
	place  string
	figure figure
	says   said // of lines: what they are
	sample func(result.Sample) float64
}

var plots = []chart{
	{name: "deliveries", place: forty, figure: deliveries},
	{name: "cpu", place: one, figure: cpu},
	{name: "memory", place: idle, figure: memory},
	{name: "stalled-memory", says: wordResident, sample: func(s result.Sample) float64 { return float64(s.RSS) / mib }},
	{name: "stalled-goroutines", says: wordGoroutines, sample: func(s result.Sample) float64 { return float64(s.Goroutines) }},
}

func (p page) draw(c chart) ([]byte, error) {
	if c.sample != nil {
		return p.lines(c.says, c.sample)
	}
	return p.bars(c.place, c.figure)
}

// file is a plot's file.
func (p page) file(name string) string {
	return name + said{".en", ".ja"}[p.in] + ".svg"
}

func plotCalled(name string) (chart, error) {
	i := slices.IndexFunc(plots, func(c chart) bool { return c.name == name })
	if i < 0 {
		return chart{}, fmt.Errorf("there is no plot %q", name)
	}
	return plots[i], nil
}

// Plot is where a plot is, from docs/.
func (p page) Plot(name string) (string, error) {
	c, err := plotCalled(name)
	return "measurements/" + p.file(c.name), err
}

// Alt says in words what a plot shows.
func (p page) Alt(name string) (string, error) {
	c, err := plotCalled(name)
	if c.sample != nil {
		return fmt.Sprintf(wordAltLines[p.in], c.says[p.in], ours), err
	}
	return fmt.Sprintf(wordAlt[p.in], p.Place(c.place)+wordColon[p.in]+labels[c.figure].head(p.in), ours), err
}

// Colours that most colour-blind people tell apart, after Okabe and Ito. Lines
// have dashes of their own, too.
var (
	black      = color.RGBA{0x1b, 0x1f, 0x24, 0xff}
	grid       = color.RGBA{0xdd, 0xdf, 0xe2, 0xff}
	vermillion = color.RGBA{0xd5, 0x5e, 0x00, 0xff} // ours, and nothing else
)

var looks = map[string]draw.LineStyle{
	"01-original":         {Color: color.RGBA{0x8c, 0x8c, 0x8c, 0xff}, Width: 1.5, Dashes: []vg.Length{1, 2}},
	"02-race-fix":         {Color: color.RGBA{0x5c, 0x5c, 0x5c, 0xff}, Width: 1.5, Dashes: []vg.Length{6, 2, 1, 2}},
	"03-single-goroutine": {Color: color.RGBA{0x00, 0x72, 0xb2, 0xff}, Width: 2},
	ours:                  {Color: vermillion, Width: 3.5},
	channel:               {Color: color.RGBA{0x7a, 0x5c, 0x3e, 0xff}, Width: 2, Dashes: []vg.Length{5, 5}},
	floor:                 {Color: black, Width: 1.5, Dashes: []vg.Length{3, 3}},
	gorilla:               {Color: color.RGBA{0x00, 0x9e, 0x73, 0xff}, Width: 2, Dashes: []vg.Length{8, 3}},
	coder:                 {Color: color.RGBA{0xe6, 0x9f, 0x00, 0xff}, Width: 2, Dashes: []vg.Length{2, 2}},
	gws:                   {Color: color.RGBA{0xcc, 0x79, 0xa7, 0xff}, Width: 2, Dashes: []vg.Length{8, 3, 2, 3}},
	melody:                {Color: color.RGBA{0x56, 0xb4, 0xe9, 0xff}, Width: 2, Dashes: []vg.Length{4, 2}},
}

// filling is the colour of a server's bar: ours, the other steps, and others.
func filling(server string) color.Color {
	switch {
	case server == ours:
		return vermillion
	case server == floor:
		return color.White
	case server != channel && known(server).library == xnet:
		return color.RGBA{0x6b, 0x8f, 0xb5, 0xff}
	}
	return color.RGBA{0xb4, 0xb9, 0xc0, 0xff}
}

// Sizes in units of the picture, of which its width has so many.
const (
	wide    = 420
	margin  = 12
	title   = 15 // a text's size
	text    = 12.5
	line    = 18 // from one line of text to the next
	heading = margin + 2*line + 8
)

// bars draws a figure of a section, a bar for each server.
func (p page) bars(place string, f figure) ([]byte, error) {
	const (
		names = 150 // room at the left
		row   = 25
	)
	m := p.all[place]
	most := 0.0
	values := 0.0 // room at the right
	for _, s := range m.servers {
		most = max(most, m.figure(f, s).most)
		_, width := placed{size: text, bold: true, words: number(m.figure(f, s).median)}.extent()
		values = max(values, width+2*margin)
	}
	ticks := linear(most, wide-names-values)
	n := len(m.servers)
	height := float64(heading + n*row + 2*line + margin)
	under := labels[f].head(p.in)
	c := newPicture(wide, height, p.in, p.Place(place), fmt.Sprintf(wordBars[p.in], m.rounds))
	data := c.within(names, heading, wide-values, heading+float64(n*row))
	g := c.plot()
	g.X.Min, g.X.Max = 0, max(most, ticks[len(ticks)-1])
	g.Y.Min, g.Y.Max = -0.5, float64(n)-0.5
	x, y := g.Transforms(&data)
	for _, t := range ticks {
		data.StrokeLine2(draw.LineStyle{Color: grid, Width: 1}, x(t), data.Min.Y, x(t), data.Max.Y)
		c.words(float64(x(t)), heading+float64(n*row)+line-3, "middle", text, false, tick(t))
	}
	c.words(float64(data.Center().X), height-margin, "middle", text, false, under)
	for i, server := range m.servers {
		at := float64(n - 1 - i)
		s := m.figure(f, server)
		base := height - float64(y(at)) + text/3
		c.words(names-8, base, "end", text, server == ours, server)
		if s.rounds == 0 {
			c.words(names+4, base, "start", text, false, p.figure(f).cell(m, server))
			continue
		}
		bar, err := plotter.NewBarChart(plotter.Values{s.median}, row*0.62)
		if err != nil {
			return nil, err
		}
		bar.Horizontal, bar.XMin, bar.Color = true, at, filling(server)
		bar.LineStyle = draw.LineStyle{Width: 0}
		if server == floor {
			bar.LineStyle = draw.LineStyle{Color: black, Width: 1}
		}
		whisker, err := plotter.NewXErrorBars(struct {
			plotter.XYs
			plotter.XErrors
		}{plotter.XYs{{X: s.median, Y: at}}, plotter.XErrors{{Low: s.median - s.least, High: s.most - s.median}}})
		if err != nil {
			return nil, err
		}
		whisker.LineStyle, whisker.CapWidth = draw.LineStyle{Color: black, Width: 1}, 7
		g.Add(bar, whisker)
		c.words(float64(x(s.most))+6, base, "start", text, server == ours, number(s.median))
	}
	g.Draw(data)
	return c.svg()
}

// lines draws what a figure came to over time, in the first round, with the
// client that doesn't read. Servers that froze or dropped others are left out.
func (p page) lines(name said, figure func(result.Sample) float64) ([]byte, error) {
	const (
		left  = 62 // room for numbers
		right = 20
		tall  = 230
	)
	type course struct {
		server string
		points plotter.XYs
	}
	var courses []course
	least, most, longest := math.Inf(1), 0.0, 0.0
	for _, server := range p.Servers {
		i := slices.IndexFunc(p.File.Stalled, func(s result.Stalled) bool { return s.Server == server && s.Round == 1 })
		if s := p.File.Stalled[i]; s.Frozen || s.Dropped > 0 {
			continue
		}
		var points plotter.XYs
		for _, s := range p.File.Stalled[i].Samples {
			y := max(figure(s), 0.01) // what has no logarithm
			points = append(points, plotter.XY{X: s.Seconds, Y: y})
			least, most, longest = min(least, y), max(most, y), max(longest, s.Seconds)
		}
		if len(points) > 0 {
			courses = append(courses, course{server, points})
		}
	}
	if len(courses) == 0 {
		least, most, longest = 1, 10, 1
	}
	rows := (len(courses) + 1) / 2
	height := float64(heading + line + tall + 2*line + rows*line + 2*margin)
	c := newPicture(wide, height, p.in, p.Place(stalled), wordLines[p.in])
	top := float64(heading + line)
	data := c.within(left, top, wide-right, top+tall)
	g := c.plot()
	across := linear(longest, wide-left-right)
	g.X.Min, g.X.Max = 0, max(longest, across[len(across)-1])
	low, high, up := logarithmic(least, most)
	g.Y.Min, g.Y.Max = low, high
	g.Y.Scale = plot.LogScale{}
	x, y := g.Transforms(&data)
	thin := draw.LineStyle{Color: grid, Width: 1}
	c.words(margin, top-10, "start", text, false, name[p.in]+wordLogarithmic[p.in])
	for _, t := range up {
		data.StrokeLine2(thin, data.Min.X, y(t), data.Max.X, y(t))
		c.words(left-6, height-float64(y(t))+text/3, "end", text, false, tick(t))
	}
	for _, t := range across {
		data.StrokeLine2(thin, x(t), data.Min.Y, x(t), data.Max.Y)
		c.words(float64(x(t)), top+tall+line-2, "middle", text, false, tick(t))
	}
	c.words(float64(data.Center().X), top+tall+2*line-1, "middle", text, false, wordSeconds[p.in])
	var above []plot.Plotter // the thick line, which would hide them
	for i, course := range courses {
		l, err := plotter.NewLine(course.points)
		if err != nil {
			return nil, err
		}
		l.LineStyle = looks[course.server]
		if course.server == ours {
			g.Add(l)
		} else {
			above = append(above, l)
		}
		lx := float64(margin + i%2*(wide-2*margin)/2)
		ly := top + tall + 2*line + margin + float64((i/2+1)*line)
		c.canvas.StrokeLine2(l.LineStyle, vg.Length(lx), vg.Length(height-ly+4), vg.Length(lx+34), vg.Length(height-ly+4))
		c.words(lx+42, ly, "start", text, course.server == ours, course.server)
	}
	g.Add(above...)
	g.Draw(data)
	return c.svg()
}

// linear are round numbers from 0 to most, so few that there is room for them
// below an axis that is so long.
func linear(most, long float64) []float64 {
	if most <= 0 {
		return []float64{0, 1}
	}
	for power := math.Floor(math.Log10(most)) - 1; ; power++ {
		for _, part := range []float64{1, 2, 5} {
			step := part * math.Pow10(int(power))
			ticks, width := []float64{0}, 0.0
			for i := 1; float64(i)*step <= most; i++ {
				ticks = append(ticks, float64(i)*step)
				_, w := placed{size: text, words: tick(ticks[i])}.extent()
				width = max(width, w)
			}
			if long*step/most >= width+16 {
				return ticks
			}
		}
	}
}

// tick writes a number at an axis.
func tick(x float64) string {
	words := number(x)
	if strings.Contains(words, ".") {
		words = strings.TrimRight(strings.TrimRight(words, "0"), ".")
	}
	return words
}

// logarithmic are the ends of an axis from least to most, and the numbers to
// write at it: ones, twos and fives, or, if these are many, powers of ten.
func logarithmic(least, most float64) (low, high float64, ticks []float64) {
	var tens []float64
	for power := int(math.Floor(math.Log10(least))); high < most || high == low; power++ {
		for _, part := range []string{"1", "2", "5"} {
			t, _ := strconv.ParseFloat(part+"e"+strconv.Itoa(power), 64) // no error; exact, as a product is not
			if t <= least {
				low, ticks, tens = t, nil, nil
			}
			ticks = append(ticks, t)
			if part == "1" {
				tens = append(tens, t)
			}
			if high = t; t >= most && t > low {
				break
			}
		}
	}
	if len(ticks) > 8 {
		ticks = tens
	}
	return low, high, ticks
}
