package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// target is what is asked of our server: a figure of it to a peer's, or alone,
// or that some things don't happen.
type target struct {
	place   string
	figure  figure
	peer    string  // none: the figure is a ratio by itself
	atLeast float64 // of the ratio; 0 for no such limit
	atMost  float64
	never   []count // instead of all these
}

var targets = []target{
	{place: forty, figure: deliveries, peer: gorilla, atLeast: 1.2},
	{place: forty, figure: deliveries, peer: gws, atLeast: 4},
	{place: forty, figure: deliveries, peer: melody, atLeast: 4},
	{place: one, figure: cpu, peer: floor, atMost: 1.1},
	{place: idle, figure: memory, peer: gorilla, atMost: 0.8},
	{place: thousand, never: []count{dropped, lost, inversions, disagree, frozen}},
	{place: stalled, figure: slowdown, atMost: 3},
	{place: stalled, never: []count{dropped, lost, frozen}},
}

// verdict is what came of a target.
type verdict int

const (
	unsaid verdict = iota // the peer has no round left to be compared with
	missed
	reached
)

// limit returns the one limit of the target's ratio.
func (t target) limit() float64 { return max(t.atLeast, t.atMost) }

// judge holds our server to the target. The spread is the ratio's, if it has one.
func (t target) judge(all map[string]measured) (spread, verdict) {
	m := all[t.place]
	if t.never != nil {
		for _, c := range t.never {
			if m.of[ours].counts[c] > 0 {
				return spread{}, missed
			}
		}
		return spread{}, reached
	}
	s := m.figure(t.figure, ours)
	if t.peer != "" {
		s = m.ratio(t.figure, ours, t.peer)
	}
	switch {
	case m.of[ours].counts[frozen] > 0: // the ratio is of the other rounds
		return s, missed
	case s.rounds == 0:
		return s, unsaid
	case t.atLeast != 0 && s.median >= t.atLeast, t.atMost != 0 && s.median <= t.atMost:
		return s, reached
	}
	return s, missed
}

// Targets is the table of what is asked of our server, and what came of it.
func (p page) Targets() string {
	var rows [][]string
	for _, t := range targets {
		s, came := t.judge(p.all)
		asked, is := "", p.about(s, sided(s.median, t.limit()), quotient)
		switch at := strconv.FormatFloat(t.limit(), 'g', -1, 64); {
		case t.never != nil:
			var names, counts []string
			for _, c := range t.never {
				names = append(names, counted[c][p.in])
				counts = append(counts, counted[c][p.in]+wordColon[p.in]+whole(p.all[t.place].of[ours].counts[c]))
			}
			asked = fmt.Sprintf(wordNothing[p.in], strings.Join(names, wordComma[p.in]))
			is = strings.Join(counts, wordComma[p.in])
		case t.figure == slowdown:
			asked = fmt.Sprintf(wordSlowdown[p.in], at)
		case t.atLeast != 0:
			asked = fmt.Sprintf(wordAtLeast[p.in], labels[t.figure].name[p.in], at, t.peer)
		default:
			asked = fmt.Sprintf(wordAtMost[p.in], labels[t.figure].name[p.in], at, t.peer)
		}
		rows = append(rows, []string{p.Place(t.place), asked, is, []said{wordUnsaid, wordNo, wordYes}[came][p.in]})
	}
	return table([]string{wordWhere[p.in], wordAsked[p.in], wordMeasured[p.in], wordReached[p.in]}, rows)
}

// Asked is how many targets there are.
func (p page) Asked() int { return len(targets) }

// Reached is how many of them are reached.
func (p page) Reached() (n int) {
	for _, t := range targets {
		if _, came := t.judge(p.all); came == reached {
			n++
		}
	}
	return n
}

// compared are the figures in which servers are compared, by section.
var compared = []struct {
	place   string
	figures []figure
}{
	{one, []figure{deliveries, cpu, p50, p99}},
	{forty, []figure{deliveries, cpu, p50, p99}},
	{thousand, []figure{deliveries, cpu, p50, p99}},
	{idle, []figure{memory, goroutines, connections}},
	{stalled, []figure{slowdown, peakMemory, peakGoroutines}},
}

// Better lists, for each section, the servers that are better than ours in a
// figure, each with ours to theirs.
func (p page) Better() string {
	var b strings.Builder
	for _, c := range compared {
		m := p.all[c.place]
		var lines []string
		var without []string
		for _, f := range c.figures {
			var better []string
			for _, peer := range m.servers {
				s := m.ratio(f, ours, peer)
				if peer == ours {
					continue
				}
				if s.rounds == 0 && !slices.Contains(without, peer) {
					without = append(without, peer)
				}
				if f.better(s) {
					words := peer + " " + p.about(s, sided(s.median, 1), quotient)
					if counts := m.of[peer].counts; counts[inversions]+counts[disagree] > 0 {
						words += wordDisorder[p.in]
					}
					better = append(better, words)
				}
			}
			if len(better) > 0 {
				lines = append(lines, labels[f].name[p.in]+wordColon[p.in]+strings.Join(better, wordComma[p.in]))
			}
		}
		if len(lines) == 0 {
			lines = []string{wordNobody[p.in]}
		}
		if len(without) > 0 {
			lines = append(lines, fmt.Sprintf(wordUncompared[p.in], strings.Join(without, wordComma[p.in])))
		}
		fmt.Fprintf(&b, "- %s\n", p.Place(c.place))
		for _, l := range lines {
			fmt.Fprintf(&b, "  - %s\n", l)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Varies is the table of how far rounds were from each other: least to most, in
// percent of the median, of our server and of the one where that is the most.
func (p page) Varies() string {
	var rows [][]string
	for _, c := range compared {
		m := p.all[c.place]
		for _, f := range c.figures {
			width := func(server string) (percent float64, ok bool) {
				s := m.figure(f, server)
				return (s.most - s.least) / s.median * 100, s.rounds > 1 && s.median > 0
			}
			widest, widestOf := -1.0, ""
			for _, server := range m.servers {
				if w, ok := width(server); ok && w > widest {
					widest, widestOf = w, server
				}
			}
			our, ok := width(ours)
			if !ok {
				continue // in both languages
			}
			rows = append(rows, []string{p.Place(c.place), labels[f].name[p.in], percent(our), widestOf + " " + percent(widest)})
		}
	}
	return table([]string{wordWhere[p.in], wordFigure[p.in], ours, wordWidest[p.in]}, rows)
}

func percent(x float64) string { return thousands(fmt.Sprintf("%.0f", x)) + " %" }
