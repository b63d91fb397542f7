package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"websocket-chat-steps/bench/result"
)

// page is what the templates write a page from. Its methods are theirs to use,
// and return Markdown.
type page struct {
	*result.File
	in  language
	all map[string]measured
}

// number writes x with three significant digits, or all before the point.
func number(x float64) string {
	if math.IsInf(x, 0) {
		return "∞"
	}
	decimals := 2
	if x != 0 {
		decimals -= int(math.Floor(math.Log10(math.Abs(x))))
	}
	if decimals < 0 { // 412,345 is 412,000
		scale := math.Pow10(-decimals)
		x = math.Round(x/scale) * scale
	}
	if x == math.Trunc(x) {
		decimals = 0
	}
	return thousands(strconv.FormatFloat(x, 'f', max(decimals, 0), 64))
}

// thousands puts commas between groups of digits before the point.
func thousands(digits string) string {
	whole, rest, _ := strings.Cut(digits, ".")
	for at := len(whole) - 3; at > 0 && whole[at-1] != '-'; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return whole
}

// quotient writes a ratio: two decimals, or two digits where these say little.
func quotient(x float64) string {
	switch {
	case math.IsInf(x, 0):
		return "∞"
	case x != 0 && math.Abs(x) < 0.1:
		return strconv.FormatFloat(x, 'f', 1-int(math.Floor(math.Log10(math.Abs(x)))), 64)
	}
	return thousands(strconv.FormatFloat(x, 'f', 2, 64))
}

// sided writes a ratio with as many decimals as show on which side of limit it
// is.
func sided(x, limit float64) string {
	text := quotient(x)
	for decimals := 3; decimals < 10 && !math.IsInf(x, 0); decimals++ {
		shown, _ := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64) // just written
		if (shown < limit) == (x < limit) && (shown > limit) == (x > limit) {
			break
		}
		text = thousands(strconv.FormatFloat(x, 'f', decimals, 64))
	}
	return text
}

// spread writes what a figure came to. It may stand alone or in a table's cell.
func (p page) spread(s spread) string { return p.about(s, number(s.median), number) }

// quotients writes what a ratio came to.
func (p page) quotients(s spread) string { return p.about(s, quotient(s.median), quotient) }

// about writes a median with what lies about it.
func (p page) about(s spread, median string, format func(float64) string) string {
	if s.rounds == 0 {
		return wordNoRounds[p.in]
	}
	if s.least != s.most {
		median += fmt.Sprintf(wordBetween[p.in], format(s.least), format(s.most))
	}
	if s.rounds < s.of {
		median += fmt.Sprintf(wordSomeOf[p.in], s.rounds, s.of)
	}
	return median
}

// column is one of a table whose rows are servers.
type column struct {
	head string
	cell func(m measured, server string) string
}

func (p page) figure(f figure) column {
	return column{labels[f].head(p.in), func(m measured, server string) string {
		s := m.figure(f, server)
		switch {
		case s.rounds == 0 && m.of[server].counts[frozen] > 0:
			return wordFrozen[p.in]
		case s.rounds == 0: // it had let everybody go before it was measured
			return wordNobodyLeft[p.in]
		}
		return p.spread(s)
	}}
}

func (p page) to(peer string, f figure) column {
	return column{fmt.Sprintf(wordTo[p.in], peer), func(m measured, server string) string {
		switch {
		case server == peer:
			return "1"
		case !slices.Contains(m.servers, peer): // in a summary of some servers
			return "-"
		}
		return p.quotients(m.ratio(f, server, peer))
	}}
}

func (p page) count(c count) column {
	return column{counted[c][p.in], func(m measured, server string) string {
		n := m.of[server].counts[c]
		if c == frozen && n > 0 {
			return fmt.Sprintf(wordOf[p.in], n, m.rounds)
		}
		return thousands(strconv.Itoa(n))
	}}
}

// servers is a table of a section, with a row for each server.
func (p page) servers(place string, columns ...column) string {
	m := p.all[place]
	head := []string{wordServer[p.in]}
	for _, c := range columns {
		head = append(head, c.head)
	}
	var rows [][]string
	for _, s := range m.servers {
		row := []string{s}
		if s == ours {
			row[0] = "**" + s + "**"
		}
		for _, c := range columns {
			row = append(row, c.cell(m, s))
		}
		rows = append(rows, row)
	}
	return table(head, rows)
}

// table writes a table without the last line's end.
func table(head []string, rows [][]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n|%s", strings.Join(head, " | "), strings.Repeat(" --- |", len(head)))
	for _, row := range rows {
		fmt.Fprintf(&b, "\n| %s |", strings.Join(row, " | "))
	}
	return b.String()
}

// Speed is a scenario's table of what came through, and what it cost.
func (p page) Speed(scenario string) string {
	return p.servers(scenario,
		p.figure(deliveries), p.to(floor, deliveries), p.to(gorilla, deliveries),
		p.figure(cpu), p.to(floor, cpu), p.to(gorilla, cpu))
}

// Care is a scenario's table of how late messages came, and what went wrong.
func (p page) Care(scenario string) string {
	return p.servers(scenario, p.figure(p50), p.figure(p99),
		p.count(inversions), p.count(disagree), p.count(lost), p.count(dropped), p.count(frozen))
}

// Quiet is the table of clients that only stay connected.
func (p page) Quiet() string {
	return p.servers(idle, p.figure(memory), p.to(floor, memory), p.to(gorilla, memory), p.figure(goroutines),
		p.figure(connections), p.to(floor, connections), p.to(gorilla, connections), p.count(absent))
}

// Others is the table of those who read beside the one that doesn't.
func (p page) Others() string {
	ratio := p.figure(slowdown)
	figures := ratio.cell
	ratio.cell = func(m measured, server string) string {
		if s := m.figure(slowdown, server); s.rounds > 0 {
			return p.quotients(s)
		}
		return figures(m, server)
	}
	return p.servers(stalled, p.figure(alone), p.figure(beside), ratio, p.count(lost), p.count(dropped), p.count(frozen))
}

// Cost is the table of what the one that doesn't read costs.
func (p page) Cost() string {
	gone := p.figure(letGo)
	gone.cell = func(m measured, server string) string {
		s := m.figure(letGo, server)
		if s.rounds == 0 {
			return wordNever[p.in]
		}
		return p.spread(s)
	}
	return p.servers(stalled, p.figure(peakMemory), p.figure(peakGoroutines), gone)
}

// Processors is the table of how many processors each server kept busy.
func (p page) Processors() string {
	head := []string{wordServer[p.in]}
	for _, s := range scenarios {
		head = append(head, p.Place(s))
	}
	var rows [][]string
	for _, server := range p.Servers {
		row := []string{server}
		for _, s := range scenarios {
			row = append(row, p.figure(processors).cell(p.all[s], server))
		}
		rows = append(rows, row)
	}
	return table(head, rows)
}

// ServerTable says what each server is.
func (p page) ServerTable() string {
	var rows [][]string
	for _, name := range p.Servers {
		s := known(name)
		library := wordNone[p.in]
		if s.library != "" {
			library = fmt.Sprintf("[%s](%s) %s", s.library, s.project, p.Versions[s.library])
		}
		rows = append(rows, []string{fmt.Sprintf("[%s](%s)", s.name, s.code), strings.TrimSpace(library), s.is[p.in]})
	}
	return table([]string{wordServer[p.in], wordLibrary[p.in], wordIs[p.in]}, rows)
}

// ScenarioTable says what clients do in each scenario.
func (p page) ScenarioTable() string {
	var rows [][]string
	for _, name := range scenarios {
		s := p.Scenario(name)
		way := wordSender
		if s.All {
			way = wordAll
		}
		rows = append(rows, []string{p.Place(name), whole(s.Clients), whole(s.Senders), whole(s.Window), way[p.in], whole(s.Payload)})
	}
	return table([]string{wordScenario[p.in], wordClients[p.in], wordSenders[p.in], wordWindow[p.in], wordWay[p.in], wordBytes[p.in]}, rows)
}

// Place names a section.
func (p page) Place(name string) string {
	words := places[name][p.in]
	switch name {
	case forty:
		s := p.Scenario(name)
		return fmt.Sprintf(words, whole(s.Senders*s.Window))
	case thousand:
		return fmt.Sprintf(words, whole(p.Scenario(name).Clients))
	}
	return words
}

// Scenario is the one of that name.
func (p page) Scenario(name string) result.Scenario {
	for _, l := range p.Loads {
		if l.Name == name {
			return l.Scenario
		}
	}
	return result.Scenario{}
}

// Seconds is for how long a scenario was measured in each round.
func (p page) Seconds() string {
	var all []float64
	for _, l := range p.Loads {
		if !l.Frozen {
			all = append(all, l.Seconds)
		}
	}
	slices.Sort(all)
	if len(all) == 0 {
		return "0"
	}
	return strconv.FormatFloat(all[len(all)/2], 'f', 0, 64)
}

// Libraries are the modules that were measured, each with its version.
func (p page) Libraries() string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(p.Versions)) {
		all = append(all, "`"+path+"` "+p.Versions[path])
	}
	return strings.Join(all, wordComma[p.in])
}

// Idle is one of the rounds with clients that only stay: what they have in common.
func (p page) Idle() result.Idle { return p.Idles[0] }

// OneStalled is the same of those with a client that doesn't read.
func (p page) OneStalled() result.Stalled { return p.File.Stalled[0] }

func whole(n int) string { return thousands(strconv.Itoa(n)) }
