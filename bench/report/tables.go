package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// page is what blocks are written from, in one language.
type page struct {
	data
	in language
}

// kind is a kind of block. Its text is Markdown without the last line's end. It is empty if
// nothing for it was measured.
type kind struct {
	name string
	text func(page) string
}

// blocks are all blocks that a page may have, in the order in which Summary prints them.
var blocks = []kind{
	{"decide", func(p page) string {
		in := func(at place, f *figure) column { return p.median(at, f, f.head(p.in)).in(p) }
		return p.servers(in(one, cpu), in(forty, cpu), in(forty, deliveries), in(thousand, p99), p.rate().in(p), in(idle, memory), in(stalled, peakMemory))
	}},
	{"speed one", func(p page) string { return p.speed(one) }},
	{"care one", func(p page) string { return p.care(one) }},
	{"speed forty", func(p page) string { return p.speed(forty) }},
	{"care forty", func(p page) string { return p.care(forty) }},
	{"speed thousand", func(p page) string { return p.speed(thousand) }},
	{"care thousand", func(p page) string { return p.care(thousand) }},
	{"growth deliveries", func(p page) string { return p.several(growth, deliveries) }},
	{"growth cpu", func(p page) string { return p.several(growth, cpu) }},
	{"growth memory", func(p page) string { return p.several(growth, resident) }},
	{"open p50", func(p page) string { return p.several(open, p50) }},
	{"open p99", func(p page) string { return p.several(open, p99) }},
	{"idle", func(p page) string {
		return p.servers(p.figure(idle, memory), p.to(deep, idle, memory), p.to(floor, idle, memory),
			p.figure(idle, goroutines), p.figure(idle, connections), p.count(idle, dropped))
	}},
	{"stalled others", func(p page) string { return p.others(stalled) }},
	{"flood others", func(p page) string { return p.others(flood) }},
	{"stalled cost", func(p page) string {
		gone := p.figure(stalled, letGo)
		seconds := gone.cell
		gone.cell = func(server string) string { return cmp.Or(seconds(server), said{"never", "切断されない"}[p.in]) }
		return p.servers(p.figure(stalled, peakMemory), p.figure(stalled, peakGoroutines), gone)
	}},
	{"processors", func(p page) string {
		in := func(at place) column { return p.median(at, processors, names[at.scenario][p.in]) }
		return p.servers(in(one), in(forty), in(thousand))
	}},
	{"write", func(p page) string {
		three := *p.File
		three.Servers = []string{mailbox, ours, floor}
		p.File = &three
		return p.servers(p.figure(one, cpu).in(p), p.to(mailbox, one, cpu), p.figure(forty, cpu).in(p), p.to(mailbox, forty, cpu))
	}},
	{"verdicts", page.verdicts},
	{"scenarios", page.scenarios},
	{"machine", page.machine},
}

// column is a column of a table whose rows are servers. A cell without a figure is
// empty.
type column struct {
	at   place // whose marks the cells get
	head string
	cell func(server string) string
}

func (p page) figure(at place, f *figure) column {
	return column{at, f.head(p.in), func(server string) string { return p.about(p.spread(at, f, server)) }}
}

// median is a figure without its range.
func (p page) median(at place, f *figure, head string) column {
	return column{at, head, func(server string) string {
		s := p.spread(at, f, server)
		s.least, s.most = s.median, s.median
		return p.about(s)
	}}
}

// in returns the column with its place in its head.
func (c column) in(p page) column {
	c.head = names[c.at.scenario][p.in] + ": " + c.head
	return c
}

func (p page) to(peer string, at place, f *figure) column {
	return column{at, said{"to " + peer, peer + " 比"}[p.in], func(server string) string { return p.about(p.ratio(at, f, server, peer)) }}
}

func (p page) count(at place, c *said) column {
	return column{at, c[p.in], func(server string) string { return whole(p.at(at, server).counts[c]) }}
}

// rate returns with how many messages a second of an open load each server kept up.
func (p page) rate() column {
	lowest := append(p.places(open), place{})[0]
	return column{lowest, said{"kept up to, /s", "追いつけた件/秒"}[p.in], func(server string) string { return whole(p.keptUp(server)) }}
}

// servers is a table with a row for each server. A column that has nothing to say is left
// out. The line below says which columns have only 0, and what the marks
// mean.
func (p page) servers(columns ...column) string {
	head := []string{said{"server", "サーバー"}[p.in]}
	rows := make([][]string, len(p.Servers))
	for i, s := range p.Servers {
		rows[i] = []string{s}
		if s == ours {
			rows[i][0] = "**" + s + "**"
		}
	}
	var zero []string
	for _, c := range columns {
		cells := make(map[string]bool)
		for _, s := range p.Servers {
			cells[c.cell(s)] = true
		}
		switch only := len(cells) == 1; {
		case only && cells[""] || len(p.of[c.at]) == 0:
		case only && cells["0"]:
			zero = append(zero, c.head)
		default:
			head = append(head, c.head)
			for i, s := range p.Servers {
				rows[i] = append(rows[i], cmp.Or(c.cell(s)+p.at(c.at, s).marks(), "–"))
			}
		}
	}
	text := table(head, rows)
	var notes []string
	for _, l := range legend {
		if mark, _, _ := strings.Cut(l[p.in], " "); strings.Contains(text, mark) {
			notes = append(notes, l[p.in])
		}
	}
	if zero != nil {
		notes = append(notes, said{"0 for all: ", "全サーバーで 0: "}[p.in]+strings.Join(zero, comma[p.in]))
	}
	if notes != nil && text != "" {
		text += "\n\n" + strings.Join(notes, said{". ", "。"}[p.in]) + said{".", "。"}[p.in]
	}
	return text
}

// speed is how many messages came through, and what they cost.
func (p page) speed(at place) string {
	return p.servers(p.figure(at, deliveries), p.to(deep, at, deliveries), p.to(floor, at, deliveries),
		p.figure(at, cpu), p.to(deep, at, cpu), p.to(floor, at, cpu))
}

// care is how late messages came, and what went wrong.
func (p page) care(at place) string {
	return p.servers(p.figure(at, p50), p.figure(at, p99),
		p.count(at, inversions), p.count(at, disagree), p.count(at, lost), p.count(at, dropped), p.count(at, frozen))
}

// others is what one bad client did to the others.
func (p page) others(at place) string {
	return p.servers(p.figure(at, alone), p.figure(at, beside), p.figure(at, slowdown),
		p.count(at, lost), p.count(at, dropped), p.count(at, frozen))
}

// several is a figure in each place of a scenario that has several. For an open load it
// also has the rate with which each server kept up.
func (p page) several(scenario string, f *figure) string {
	var columns []column
	for i, at := range p.places(scenario) {
		c := p.median(at, f, whole(at.n)+units[scenario][p.in])
		median := c.cell
		if scenario == open && i == 0 {
			columns = append(columns, p.rate())
		}
		c.cell = func(server string) string {
			if _, asked := p.of[at][server]; asked && scenario == open && p.keptUp(server) < at.n {
				return "✗"
			}
			return median(server)
		}
		columns = append(columns, c)
	}
	return p.servers(columns...)
}

// scenarios is what clients do in each of them, each number once.
func (p page) scenarios() string {
	var rows [][]string
	add := func(name string, numbers ...int) {
		i := slices.IndexFunc(rows, func(row []string) bool { return row[0] == names[name][p.in] })
		if i < 0 {
			i, rows = len(rows), append(rows, append([]string{names[name][p.in]}, make([]string, len(numbers))...))
		}
		for n, x := range numbers {
			cell := &rows[i][n+1]
			if text := strings.Replace(whole(x), "0", "–", 1-min(1, x)); !slices.Contains(strings.Split(*cell, " / "), text) {
				*cell = strings.TrimPrefix(*cell+" / "+text, " / ")
			}
		}
	}
	for _, l := range p.Loads {
		add(l.Name, l.Clients, l.Senders, l.Window, l.Rate, l.Payload)
	}
	for _, i := range p.Idles {
		add(idle.scenario, i.Clients, 0, 0, 0, 0)
	}
	for _, s := range p.Stalled {
		add(stalled.scenario, s.Clients, 1, 0, 0, s.Payload)
	}
	return table(scenarioHead[p.in], rows)
}

// machine is the machine of the measurements.
func (p page) machine() string {
	var libraries []string
	for _, path := range slices.Sorted(maps.Keys(p.Versions)) {
		libraries = append(libraries, "`"+path+"` "+p.Versions[path])
	}
	m := p.Machine
	text := fmt.Sprintf(machine[p.in], m.CPU, whole(m.Cores), whole(m.MemoryMiB), m.OS, m.Arch, m.Kernel, m.Go,
		strings.Join(libraries, comma[p.in]), p.Date, p.Command, p.Rounds, number(100*p.OtherShare))
	if p.OtherWork {
		text += otherWork[p.in]
	}
	return text
}

// table writes a table without the last line's end. Without rows it writes nothing.
func table(head []string, rows [][]string) string {
	if len(rows) == 0 || len(rows[0]) == 1 {
		return ""
	}
	text := "| " + strings.Join(head, " | ") + " |\n|" + strings.Repeat(" --- |", len(head))
	for _, row := range rows {
		text += "\n| " + strings.Join(row, " | ") + " |"
	}
	return text
}

// about writes a median with its range. If there is none, it writes nothing.
func (p page) about(s spread) string {
	switch {
	case s.rounds == 0:
		return ""
	case s.least == s.most:
		return number(s.median)
	}
	return number(s.median) + fmt.Sprintf(said{" (%s–%s)", "（%s〜%s）"}[p.in], number(s.least), number(s.most))
}

// number writes x with three significant digits, or all before the point.
func number(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1000 || math.IsInf(x, 0) {
		return strings.Replace(fmt.Sprint(x), "+Inf", "∞", 1)
	}
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(x))))
	x = math.Round(x*math.Pow10(decimals)) / math.Pow10(decimals)
	if decimals <= 0 {
		return whole(int(x))
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// whole writes n with commas between groups of digits.
func whole(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
