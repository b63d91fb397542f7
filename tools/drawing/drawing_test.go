package drawing

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// good draws the figure, and wants it to be well laid out; for a narrow screen, too.
func good(t *testing.T, f Figure) *picture {
	t.Helper()
	goodNarrow(t, f)
	p, err := f.draw()
	require.NoError(t, err)
	assert.Empty(t, check(p), "%+v", f)
	return p
}

func goodNarrow(t *testing.T, f Figure) *picture {
	t.Helper()
	f.narrow = true
	p, err := f.draw()
	require.NoError(t, err)
	assert.Empty(t, check(p), "for a narrow screen: %+v", f)
	return p
}

// checkBoth says what is wrong with the sequence, on a wide screen and a narrow one.
func checkBoth(s Sequence) []string {
	s.narrow = false
	wide := check(s.draw())
	s.narrow = true
	return append(wide, check(s.draw())...)
}

func TestSamples(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		good(t, original(lang))
		good(t, rewritten(lang))
		assert.Empty(t, checkBoth(race(lang)))
		assert.Empty(t, checkBoth(leaving(lang)))
	}
}

// Two steps can be laid side by side: what is in both has its place in both.
func TestSamePlaces(t *testing.T) {
	a, b := good(t, original("en")), good(t, rewritten("ja"))
	assert.Equal(t, a.width, b.width)
	places := func(p *picture) map[string]rect {
		all := map[string]rect{}
		for _, b := range p.boxes {
			all[b.id] = b.rect
		}
		return all
	}
	one, other := places(a), places(b)
	for _, id := range []string{"http", "main", "signal"} {
		assert.Equal(t, one[id], other[id], id)
	}
	for mine, theirs := range map[string]string{"browser": "browser", "listenRead": "Start", "Listen": "Server", groupID(1): groupID(1), groupID(2): groupID(2)} {
		assert.Equal(t, one[mine].x, other[theirs].x, mine)
		assert.Equal(t, one[mine].y, other[theirs].y, mine)
		assert.Equal(t, one[mine].w, other[theirs].w, mine)
	}
}

// full has boxes everywhere, two in each column and one in each place above.
func full() (f Figure) {
	f.Groups = []Group{{Column: 1, Name: "Client", Words: "1 for each client"}, {Column: 2, Name: "Server"}}
	for c := range Columns {
		for i := range 3 {
			if i > 0 || c > 0 {
				f.Boxes = append(f.Boxes, Box{ID: fmt.Sprint(c, i), Name: fmt.Sprint("box ", c, i), Column: c, Top: i == 0})
			}
		}
	}
	return f
}

// A line may go from any box to any, itself too, and back.
func TestAnyLine(t *testing.T) {
	f := full()
	for _, from := range f.Boxes {
		for _, to := range f.Boxes {
			for n := range 3 {
				f.Lines = []Line{{From: from.ID, To: to.ID}, {From: to.ID, To: from.ID, Label: "back"}, {From: from.ID, To: to.ID, Listens: true, Label: "aChannel"}}[:n+1]
				good(t, f)
			}
		}
	}
}

// On a narrow screen all stands one below the other, each group around its boxes.
func TestNarrow(t *testing.T) {
	f := full()
	f.Groups[0].ID = "client"
	p := goodNarrow(t, f)
	boxes := slices.DeleteFunc(p.boxes, func(b box) bool { return b.id == "" }) // those of the legend
	slices.SortFunc(boxes, func(a, b box) int { return (a.y + a.h) - (b.y + b.h) })
	var order []string
	for _, b := range boxes {
		order = append(order, b.id)
	}
	assert.Equal(t, []string{"0 1", "0 2", "1 0", "2 0", "3 0", "1 1", "1 2", "group 1", "2 1", "2 2", "group 2", "3 1", "3 2"}, order,
		"the first column, the row above, and then column by column")

	f.Boxes, f.Lines = f.Boxes[:2], nil // columns 1 to 3 have no box
	svg, err := f.NarrowSVG()
	require.NoError(t, err)
	assert.Contains(t, svg, `<g id="client">`, "a group without boxes is still there")
	goodNarrow(t, f)
}

// Lines beside one column cross where they must, and nowhere else.
func TestNested(t *testing.T) {
	crossings := func(pairs ...string) (n int) {
		f := Figure{Boxes: []Box{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}}}
		for i, pair := range pairs {
			f.Lines = append(f.Lines, Line{From: pair[:1], To: pair[1:], Listens: i%2 == 0, Label: "ch"})
		}
		p := goodNarrow(t, f)
		for i, l := range p.lines {
			for _, other := range p.lines[:i] {
				for _, s := range l.segments() {
					for _, o := range other.segments() {
						if s.touches(o) {
							n++
						}
					}
				}
			}
		}
		return n
	}
	assert.Zero(t, crossings("ac", "ca", "ac", "ca", "ad", "da", "aa"), "some between the same boxes")
	assert.Zero(t, crossings("ac", "bb", "cd", "da", "cc", "dd"), "one beside another")
	assert.Equal(t, 1, crossings("ac", "db"), "these two must")
}

// Figures as they come from changed code.
func TestOdd(t *testing.T) {
	box := func(id string, column int) Box { return Box{ID: id, Name: id, Column: column} }
	for name, change := range map[string]func(*Figure){
		"nothing": func(f *Figure) { *f = Figure{} },
		"one box": func(f *Figure) { f.Boxes, f.Lines = f.Boxes[:1], nil },
		"server writes to browser": func(f *Figure) {
			f.Lines = append(f.Lines, Line{From: "browser", To: "Listen", Listens: true, Label: "ws"})
		},
		"main listens to browser": func(f *Figure) {
			f.Lines = append(f.Lines, Line{From: "main", To: "browser", Listens: true, Label: "ws"})
		},
		"another beside main": func(f *Figure) {
			f.Boxes = append(f.Boxes, box("main.func1", 3))
			f.Lines = append(f.Lines, Line{From: "main", To: "main.func1"}, Line{From: "Listen", To: "main.func1", Listens: true, Label: "sendAllCh"})
		},
		"another in the client": func(f *Figure) {
			f.Boxes = append(f.Boxes, box("Client.ping", 1))
			f.Lines = append(f.Lines, Line{From: "listenRead", To: "Client.ping"}, Line{From: "Listen", To: "Client.ping", Listens: true, Label: "pingCh"})
		},
		"another in the server": func(f *Figure) {
			f.Boxes = append(f.Boxes, box("Server.Listen.func1", 2))
			f.Lines = append(f.Lines, Line{From: "Listen", To: "Server.Listen.func1"}, Line{From: "Server.Listen.func1", To: "listenRead", Listens: true, Label: "ch"})
		},
		"two objects at the left": func(f *Figure) {
			f.Boxes = append(f.Boxes, Box{ID: "timer", Name: "timer", Object: true})
			f.Lines = append(f.Lines, Line{From: "Listen", To: "timer", Listens: true, Label: "timer"})
		},
		"all wait for themselves": func(f *Figure) {
			for _, b := range f.Boxes {
				f.Lines = append(f.Lines, Line{From: b.ID, To: b.ID, Listens: true, Waits: true, Label: "itself"}, Line{From: b.ID, To: b.ID})
			}
		},
		"everything twice": func(f *Figure) { f.Lines = append(f.Lines, f.Lines...) },
		"everything the other way": func(f *Figure) {
			for i, l := range f.Lines {
				f.Lines[i].From, f.Lines[i].To = l.To, l.From
			}
		},
		"no groups": func(f *Figure) { f.Groups = nil },
		"long names": func(f *Figure) {
			for i := range f.Boxes {
				f.Boxes[i].Name += ".func1.func2.func3"
				f.Boxes[i].Words = []string{"1 for each something and something else"}
			}
			for i := range f.Lines {
				f.Lines[i].Label += "AndMuchMoreOfIt"
			}
		},
		"words of every kind": func(f *Figure) {
			f.Title = strings.Repeat("title ", 40)
			f.Notes = append(f.Notes, strings.Repeat("x", 200), "")
			f.Legend.Dotted = strings.Repeat("w", 60)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := original("en")
			change(&f)
			good(t, f)
		})
	}
}

// Whatever there is, no line runs through a box or along another line.
func TestRandom(t *testing.T) {
	for seed := range uint64(1000) {
		f := random(rand.New(rand.NewPCG(seed, 0)))
		for _, f.narrow = range []bool{false, true} {
			p, err := f.draw()
			require.NoError(t, err)
			require.Empty(t, check(p), "seed %d: %+v", seed, f)
		}
	}
}

func random(r *rand.Rand) (f Figure) {
	word := func() string { return strings.Repeat("mW", r.IntN(9)) }
	for c := 1; c <= 2; c++ {
		if r.IntN(2) == 0 {
			f.Groups = append(f.Groups, Group{Column: c, Name: word(), Words: word()})
		}
	}
	tops := map[int]bool{0: true}
	for i := range 1 + r.IntN(8) {
		b := Box{ID: fmt.Sprint(i), Name: word(), Words: []string{word() + " " + word()}, Column: r.IntN(Columns)}
		b.Top = r.IntN(3) == 0 && !tops[b.Column]
		tops[b.Column] = tops[b.Column] || b.Top
		f.Boxes = append(f.Boxes, b)
	}
	for range r.IntN(16) {
		id := func() string { return f.Boxes[r.IntN(len(f.Boxes))].ID }
		f.Lines = append(f.Lines, Line{From: id(), To: id(), Listens: r.IntN(2) == 0, Label: word()})
	}
	return f
}

// svgs are all samples, written.
func svgs(t *testing.T) map[string]string {
	all := map[string]string{}
	for _, lang := range []string{"en", "ja"} {
		for name, drawing := range map[string]interface {
			SVG() (string, error)
			NarrowSVG() (string, error)
		}{
			"original": original(lang), "rewritten": rewritten(lang), "race": race(lang), "leaving": leaving(lang),
		} {
			for size, draw := range map[string]func() (string, error){"": drawing.SVG, " narrow": drawing.NarrowSVG} {
				svg, err := draw()
				require.NoError(t, err)
				again, err := draw()
				require.NoError(t, err)
				assert.Equal(t, svg, again, "the same figure, other bytes")
				all[name+size+" "+lang] = svg
			}
		}
	}
	return all
}

func TestSVG(t *testing.T) {
	for name, svg := range svgs(t) {
		t.Run(name, func(t *testing.T) {
			texts := map[string]string{} // by the element that they are in
			decoder := xml.NewDecoder(strings.NewReader(svg))
			element := ""
			for {
				token, err := decoder.Token()
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				switch token := token.(type) {
				case xml.StartElement:
					element = token.Name.Local
				case xml.CharData:
					texts[element] += string(token)
				}
			}
			assert.NotEmpty(t, strings.TrimSpace(texts["title"]))
			assert.NotEmpty(t, strings.TrimSpace(texts["desc"]))
			assert.Contains(t, svg, ` role="img">`+"\n<title>")
			assert.Contains(t, svg, `lang="`+name[len(name)-2:]+`"`)
			assert.NotContains(t, svg, "`")
		})
	}
}

// TestIDs: what has an ID is one element with its words, so that a page can light
// it. No other element has one, and no style is for what is not in the figure, so
// that figures fit on one page with anything else.
func TestIDs(t *testing.T) {
	f := Figure{
		Title:  "two",
		Boxes:  []Box{{ID: "a", Name: "A", Words: []string{"stays"}, Column: 1}, {ID: "b", Name: "B", Column: 2}},
		Groups: []Group{{ID: "g", Column: 1, Name: "G", Words: "one"}},
		Lines:  []Line{{ID: "ab", From: "a", To: "b", Label: "ch", Listens: true}, {From: "b", To: "b", Label: "itself", Waits: true}},
	}
	svg, err := f.SVG()
	require.NoError(t, err)
	type element struct {
		ID    string   `xml:"id,attr"`
		Rects []string `xml:"rect"`
		Paths []string `xml:"path"`
		Texts []string `xml:"text"`
	}
	var read struct {
		Groups []element `xml:"g"`
	}
	require.NoError(t, xml.Unmarshal([]byte(svg), &read))
	assert.Equal(t, []element{
		{ID: "g", Rects: []string{""}, Texts: []string{"G", "one"}},
		{ID: "a", Rects: []string{""}, Texts: []string{"A", "stays"}},
		{ID: "b", Rects: []string{""}, Texts: []string{"B"}},
		{ID: "ab", Paths: []string{"", ""}, Texts: []string{"ch"}}, // the line and its head
	}, read.Groups)
	assert.Equal(t, 4, strings.Count(svg, " id="))
	for name, svg := range svgs(t) {
		assert.NotContains(t, svg, "url(#", name)
		assert.NotContains(t, svg, "aria-labelledby", name)
		_, style, _ := strings.Cut(svg, "<style>")
		style, _, _ = strings.Cut(style, "</style>")
		assert.Contains(t, style, "\n.drawing .box{")
		for _, rule := range regexp.MustCompile(`([^{}]+)\{[^{}]*\}`).FindAllStringSubmatch(style, -1) {
			for _, selector := range strings.Split(rule[1], ",") {
				assert.Regexp(t, `^\s*\.drawing `, selector, "%s: it would restyle the page that the figure is in", name)
			}
		}
	}
}

func TestEscaped(t *testing.T) {
	evil := `<&>"'` + "`<b>`"
	f := Figure{Lang: evil, Title: evil, Desc: evil, Boxes: []Box{{ID: "a", Name: evil, Words: []string{evil}}}, Notes: []string{evil}}
	svg, err := f.SVG()
	require.NoError(t, err)
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for err == nil {
		_, err = decoder.Token()
	}
	assert.Equal(t, io.EOF, err)
	assert.NotContains(t, svg, "<b>")
}

func TestMakesNoSense(t *testing.T) {
	a := Box{ID: "a"}
	for name, f := range map[string]Figure{
		"two boxes":        {Boxes: []Box{a, a}},
		"two lines":        {Boxes: []Box{a}, Lines: []Line{{ID: "l", From: "a", To: "a"}, {ID: "l", From: "a", To: "a"}}},
		"box and line":     {Boxes: []Box{a}, Lines: []Line{{ID: "a", From: "a", To: "a"}}},
		"box and group":    {Boxes: []Box{a}, Groups: []Group{{ID: "a", Column: 1}}},
		"no column 4":      {Boxes: []Box{{ID: "a", Column: 4}}},
		"no column -1":     {Boxes: []Box{{ID: "a", Column: -1}}},
		"above column 0":   {Boxes: []Box{{ID: "a", Top: true}}},
		"two above":        {Boxes: []Box{{ID: "a", Column: 1, Top: true}, {ID: "b", Column: 1, Top: true}}},
		"line to nowhere":  {Boxes: []Box{a}, Lines: []Line{{From: "a", To: "b"}}},
		"group around 0":   {Groups: []Group{{}}},
		"two groups for 1": {Groups: []Group{{Column: 1}, {Column: 1}}},
	} {
		_, err := f.SVG()
		assert.Error(t, err, name)
	}
	_, err := Sequence{Panels: []Panel{{Lanes: []Lane{{}}, Events: []Event{{To: 1}}}}}.SVG()
	assert.Error(t, err)
}

func TestOddSequences(t *testing.T) {
	long := strings.Repeat("すべての言葉が長い、", 8) + strings.Repeat("and long in English ", 8)
	for name, s := range map[string]Sequence{
		"nothing":    {},
		"no lanes":   {Panels: []Panel{{Title: "nobody"}}},
		"one lane":   {Panels: []Panel{{Lanes: []Lane{{Name: "alone"}}, Events: []Event{{Text: "thinks"}, {Value: "7"}, {Text: "waits", Ends: true}}}}},
		"long names": {Panels: []Panel{{Lanes: []Lane{{Name: "a"}, {Name: strings.Repeat("x", 60)}, {Words: []string{strings.Repeat("x", 60)}}}}}},
		"long words": {Title: "long", Beside: true, Notes: []string{long}, Panels: []Panel{{
			Title: long, Result: []string{long}, Lanes: []Lane{{Name: long, Words: []string{long}}, {Name: "b"}, {Name: "c"}},
			Events: []Event{{From: 0, To: 2, Text: long, Value: "12345"}, {From: 2, To: 0, Text: long, Waits: true}, {From: 1, To: 1, Text: long}},
		}}},
	} {
		assert.Empty(t, checkBoth(s), name)
	}
}

func TestRandomSequences(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 0))
		words := func() string {
			return strings.Repeat("mW ", r.IntN(9)) + strings.Repeat("長いね", r.IntN(9)) + strings.Repeat("mW", r.IntN(9))
		}
		s := Sequence{Beside: r.IntN(2) == 0, Title: words(), Notes: []string{words()}}
		for range r.IntN(3) {
			p := Panel{Title: words(), Result: []string{words()}}
			for range 1 + r.IntN(4) {
				p.Lanes = append(p.Lanes, Lane{Name: words(), Words: []string{words()}})
			}
			for range r.IntN(8) {
				e := Event{From: r.IntN(len(p.Lanes)), To: r.IntN(len(p.Lanes)), Text: words(), Place: words(), Waits: r.IntN(4) == 0, Ends: r.IntN(4) == 0}
				if r.IntN(3) == 0 && !e.Waits {
					e.Value = "12345"
				}
				p.Events = append(p.Events, e)
			}
			s.Panels = append(s.Panels, p)
		}
		require.Empty(t, checkBoth(s), "seed %d: %+v", seed, s)
	}
}

func TestWrap(t *testing.T) {
	s := style{"", 10, sans}
	for words, want := range map[string][]string{
		"":              {""},
		"one two three": {"one two", "three"},
		"`in code` it":  {"`in code`", "it"},
		"メッセージとクライアントごとに": {"メッセー", "ジとクラ", "イアント", "ごとに"},
		"部屋は、止まる。":        {"部屋は、", "止まる。"},
		"（部屋が「止まる」）":      {"（部屋が", "「止ま", "る」）"},
		"Unbreakable":     {"Unbreakable"},
	} {
		width := 45
		assert.Equal(t, want, s.wrap(words, width), words)
	}
	for _, line := range s.wrap(strings.Repeat("、。」）ーっ", 20)+strings.Repeat("これは、「長い」文（です）。", 40), 200) {
		first := []rune(line)[0]
		assert.NotContains(t, notFirst[len("、"):], string(first), line)
	}
	assert.Equal(t, []string{"クライアントごと、", "条件つき"}, s.balanced("クライアントごと、条件つき", 100), "no word is cut for balance")
	assert.Equal(t, []string{"1 for each message", "and client"}, style{"", 10, sans}.balanced("1 for each message and client", 150))
}

// Words can be read on whatever they stand on, on a light screen, a dark one, and
// in grey: their contrast is at least 4.5 to 1.
func TestContrast(t *testing.T) {
	light, dark, _ := strings.Cut(css, "@media")
	for name, palette := range map[string]string{"light": light, "dark": dark} {
		fill := func(selector string) string {
			found := regexp.MustCompile(regexp.QuoteMeta(selector) + `{[^}]*fill:#(\w+)`).FindStringSubmatch(palette)
			require.NotNil(t, found, "%s: %s", name, selector)
			return found[1]
		}
		for _, words := range []string{"text", ".word,.place,.note"} {
			for _, ground := range []string{".paper", ".box", ".c0", ".c1", ".c2", ".c3"} {
				a, b := luminance(t, fill(words)), luminance(t, fill(ground))
				assert.GreaterOrEqual(t, (max(a, b)+0.05)/(min(a, b)+0.05), 4.5, "%s: %s on %s", name, words, ground)
			}
		}
	}
}

// luminance is how bright a colour is, as WCAG has it.
func luminance(t *testing.T, hex string) (sum float64) {
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		sum += weight * math.Pow((float64(n)/255+0.055)/1.055, 2.4)
	}
	return sum
}
