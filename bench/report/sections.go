package report

import (
	"fmt"
	"slices"

	"websocket-chat-steps/bench/result"
)

// The sections of the page that have tables, and the scenarios by their names
// in the result file.
const (
	one      = "one"
	forty    = "forty"
	thousand = "thousand"
	idle     = "idle"
	stalled  = "stalled"
)

var scenarios = []string{one, forty, thousand}

// LeastRounds is how many rounds it takes to state figures from them.
const LeastRounds = 5

const (
	mib = 1 << 20
	kib = 1 << 10
)

// Check says why pages can't be written from f: it has too few rounds to state
// figures from, or a part of the servers or scenarios only.
func Check(f *result.File) error {
	const remedy = "measure with go run -C bench . and nothing behind it"
	switch {
	case f.Short:
		return fmt.Errorf("this was measured with -short, which is too little to state figures from: %s", remedy)
	case f.Rounds < LeastRounds:
		return fmt.Errorf("this has %d rounds, and to state figures from takes %d: %s", f.Rounds, LeastRounds, remedy)
	}
	for _, s := range servers {
		if !slices.Contains(f.Servers, s.name) {
			return fmt.Errorf("%s was not measured, and the pages speak of it: %s", s.name, remedy)
		}
	}
	for _, s := range f.Servers {
		if !slices.ContainsFunc(servers, func(known server) bool { return known.name == s }) {
			return fmt.Errorf("the pages know nothing of the server %s: describe it in bench/report/words.go", s)
		}
	}

	type key struct {
		section, server string
		round           int
	}
	times := make(map[key]int)
	for _, l := range f.Loads {
		times[key{l.Name, l.Server, l.Round}]++
	}
	for _, i := range f.Idles {
		times[key{idle, i.Server, i.Round}]++
	}
	for _, s := range f.Stalled {
		times[key{stalled, s.Server, s.Round}]++
	}
	for _, section := range append(slices.Clone(scenarios), idle, stalled) {
		for _, s := range f.Servers {
			for round := range f.Rounds {
				if n := times[key{section, s, round + 1}]; n != 1 {
					return fmt.Errorf("%s, round %d of %q: measured %d times, and it should be once: %s", s, round+1, section, n, remedy)
				}
			}
		}
	}
	return nil
}

// sections are what was measured, by the section's name.
func sections(f *result.File) map[string]measured {
	all := make(map[string]measured)
	// in returns the series to add to.
	in := func(section, server string) series {
		m, ok := all[section]
		if !ok {
			m = measured{rounds: f.Rounds, servers: f.Servers, of: make(map[string]series)}
			all[section] = m
		}
		s, ok := m.of[server]
		if !ok {
			s = series{figures: make(map[figure]values), counts: make(map[count]int), unsound: make(map[int]bool)}
			m.of[server] = s
		}
		return s
	}
	// A round in which the server froze has no figures: what it did before is not
	// what was to be measured.
	for _, l := range f.Loads {
		s := in(l.Name, l.Server)
		if !l.Frozen && l.Seconds > 0 {
			s.add(l.Round, deliveries, float64(l.Deliveries)/l.Seconds)
			s.add(l.Round, processors, l.CPU/l.Seconds)
		}
		if !l.Frozen && l.Deliveries > 0 {
			s.add(l.Round, cpu, l.CPU/float64(l.Deliveries)*1e6)
			s.add(l.Round, p50, l.P50/1e3)
			s.add(l.Round, p99, l.P99/1e3)
		}
		s.counts[inversions] += l.Inversions
		s.counts[disagree] += l.Disagree
		s.went(l.Round, l.Lost, l.Dropped, l.Frozen)
	}
	for _, i := range f.Idles {
		s := in(idle, i.Server)
		if i.Connected > 0 {
			s.add(i.Round, connections, float64(i.Connected)/i.ConnectSeconds)
			s.add(i.Round, memory, float64(i.RSSAfter-i.RSSBefore)/kib/float64(i.Connected))
			s.add(i.Round, goroutines, float64(i.GoroutinesAfter-i.GoroutinesBefore)/float64(i.Connected))
		}
		s.counts[absent] += i.Clients - i.Connected
		s.unsound[i.Round] = i.Connected < i.Clients
	}
	for _, st := range f.Stalled {
		s := in(stalled, st.Server)
		s.add(st.Round, alone, st.P99Alone/1e3)
		if !st.Frozen {
			s.add(st.Round, beside, st.P99/1e3)
			if st.P99Alone > 0 {
				s.add(st.Round, slowdown, st.P99/st.P99Alone)
			}
			memory, goroutines := peaks(st.Samples)
			s.add(st.Round, peakMemory, memory)
			s.add(st.Round, peakGoroutines, goroutines)
		}
		if st.LetGo >= 0 {
			s.add(st.Round, letGo, st.LetGo)
		}
		s.went(st.Round, st.Lost, st.Dropped, st.Frozen)
	}
	return all
}

func (s series) add(round int, f figure, value float64) {
	if s.figures[f] == nil {
		s.figures[f] = make(values)
	}
	s.figures[f][round] = value
}

// went notes what went wrong in a round.
func (s series) went(round, losses, drops int, froze bool) {
	s.counts[lost] += losses
	s.counts[dropped] += drops
	if froze {
		s.counts[frozen]++
	}
	s.unsound[round] = losses > 0 || drops > 0 || froze
}

// peaks are the most memory, in MiB, and the most goroutines above those of the
// first sample.
func peaks(samples []result.Sample) (memory, goroutines float64) {
	for _, s := range samples {
		memory = max(memory, float64(s.RSS-samples[0].RSS)/mib)
		goroutines = max(goroutines, float64(s.Goroutines-samples[0].Goroutines))
	}
	return memory, goroutines
}
