package report

import (
	"cmp"
	"fmt"
)

// target is what step 05 should reach: a limit for a figure or for its ratio to a peer's,
// or something that should never happen.
type target struct {
	at     place
	figure *figure
	peer   string
	sign   string // "≤" or "≥"
	limit  float64
	never  *said // in place of all these
}

var targets = []target{
	{forty, cpu, deep, "≤", 0.8, nil},
	{forty, deliveries, deep, "≥", 1.1, nil},
	{forty, deliveries, gws, "≥", 4, nil},
	{forty, deliveries, melody, "≥", 4, nil},
	{forty, cpu, mailbox, "≤", 0.5, nil},
	{one, cpu, floor, "≤", 1.3, nil},
	{idle, memory, gorilla, "≤", 0.8, nil},
	{stalled, slowdown, "", "≤", 3, nil},
	{at: stalled, never: dropped}, {at: stalled, never: lost}, {at: stalled, never: frozen},
	{at: thousand, never: dropped}, {at: thousand, never: lost}, {at: thousand, never: frozen},
	{at: thousand, never: inversions}, {at: thousand, never: disagree},
}

// judge compares step 05 with the target, in the median of all rounds, and returns what was
// measured. Without a figure, or if the server froze, the limit is not reached.
func (p page) judge(t target) (measured string, reached bool) {
	counts := p.at(t.at, ours).counts
	if t.never != nil {
		return whole(counts[t.never]), counts[t.never] == 0
	}
	s := p.ratio(t.at, t.figure, ours, t.peer)
	within := s.median <= t.limit
	if t.sign == "≥" {
		within = s.median >= t.limit
	}
	return p.about(s), within && s.rounds > 0 && counts[frozen] == 0
}

// verdicts is the table of the targets of step 05, and whether it reached them.
func (p page) verdicts() string {
	var rows [][]string
	for _, t := range targets {
		if _, measured := p.of[t.at][ours]; !measured {
			continue
		}
		what, limit, answer := cmp.Or(t.never, &said{})[p.in], "0", said{"**no**", "**×**"}
		if t.never == nil {
			what, limit = t.figure.name[p.in], fmt.Sprint(t.sign, " ", t.limit)
		}
		if t.peer != "" {
			what += ": " + ours + " ÷ " + t.peer
		}
		measured, reached := p.judge(t)
		switch {
		case reached:
			answer = said{"yes", "○"}
		case measured == "" && p.at(t.at, ours).counts[frozen] == 0: // there is nothing to compare with
			answer = said{"–", "–"}
		}
		rows = append(rows, []string{names[t.at.scenario][p.in], what, limit, measured, answer[p.in]})
	}
	return table(verdictHead[p.in], rows)
}
