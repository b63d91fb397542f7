package report

import (
	"slices"
	"strings"

	"websocket-chat-steps/bench/result"
)

// place is a scenario. For growth it also has the number of clients, and for an open load
// the number of messages a second.
type place struct {
	scenario string
	n        int
}

// The scenarios, by their names in the result file.
var (
	one      = place{scenario: "one"}
	forty    = place{scenario: "forty"}
	thousand = place{scenario: "thousand"}
	idle     = place{scenario: "idle"}
	stalled  = place{scenario: "stalled"}
	flood    = place{scenario: "flood"}
)

const (
	growth = "growth" // of which there are several places
	open   = "open"
)

const mib = 1 << 20

// series is all that was measured for one server in one place.
type series struct {
	times   map[int]int     // by round
	figures map[key]float64 // without rounds that have no figure
	counts  map[*said]int   // of all rounds together
}

type key struct {
	*figure
	round int
}

func (s series) went(round, losses, drops int, froze bool) {
	s.times[round]++
	s.counts[lost] += losses
	s.counts[dropped] += drops
	if froze {
		s.counts[frozen]++
	}
}

// marks say how the server made healthy clients suffer, in any round.
// It then did less than the others.
func (s series) marks() (marks string) {
	if s.counts[dropped] > 0 {
		marks = "†"
	}
	if s.counts[frozen] > 0 {
		return marks + "‡" // with what was lost by it
	}
	return marks + strings.Repeat("§", min(1, s.counts[lost]))
}

// data is a result file with what was measured by place and server.
type data struct {
	*result.File
	of map[place]map[string]series
}

func (d data) at(p place, server string) series { return d.of[p][server] }

// figures takes the file's figures. A round in which the server froze has none, as it was
// not a whole measurement.
func figures(f *result.File) data {
	d := data{f, make(map[place]map[string]series)}
	in := func(p place, server string) series { // to add to
		if d.of[p] == nil {
			d.of[p] = make(map[string]series)
		}
		if _, ok := d.of[p][server]; !ok {
			d.of[p][server] = series{make(map[int]int), make(map[key]float64), make(map[*said]int)}
		}
		return d.of[p][server]
	}
	for _, l := range f.Loads {
		n := l.Rate
		switch l.Name {
		case growth:
			n = l.Clients
		case flood.scenario:
			n = flood.n
		}
		s := in(place{l.Name, n}, l.Server)
		if !l.Frozen && l.Seconds > 0 && l.Deliveries > 0 {
			s.figures[key{deliveries, l.Round}] = float64(l.Deliveries) / l.Seconds
			s.figures[key{processors, l.Round}] = l.CPU / l.Seconds
			s.figures[key{cpu, l.Round}] = l.CPU / float64(l.Deliveries) * 1e6
			s.figures[key{p50, l.Round}] = l.P50 / 1e3
			s.figures[key{p99, l.Round}] = l.P99 / 1e3
			s.figures[key{resident, l.Round}] = float64(l.RSSAfter) / mib
			if l.Flood { // comes after the one without
				s.figures[key{beside, l.Round}] = l.P99 / 1e3
				s.figures[key{slowdown, l.Round}] = l.P99 / 1e3 / s.figures[key{alone, l.Round}]
			} else {
				s.figures[key{alone, l.Round}] = l.P99 / 1e3
			}
		}
		if l.Rate > 0 && l.KeptUp() {
			s.figures[key{kept, l.Round}] = 1
		}
		s.counts[inversions] += l.Inversions
		s.counts[disagree] += l.Disagree
		s.went(l.Round, l.Lost, l.Dropped, l.Frozen)
	}
	for _, i := range f.Idles {
		s := in(idle, i.Server)
		if n := float64(i.Connected); n > 0 {
			s.figures[key{connections, i.Round}] = n / i.ConnectSeconds
			s.figures[key{memory, i.Round}] = float64(i.RSSAfter-i.RSSBefore) / 1024 / n
			s.figures[key{goroutines, i.Round}] = float64(i.GoroutinesAfter-i.GoroutinesBefore) / n
		}
		s.went(i.Round, 0, i.Clients-i.Connected, false)
	}
	for _, st := range f.Stalled {
		s := in(stalled, st.Server)
		s.figures[key{alone, st.Round}] = st.P99Alone / 1e3
		if !st.Frozen {
			s.figures[key{beside, st.Round}] = st.P99 / 1e3
			s.figures[key{slowdown, st.Round}] = st.P99 / st.P99Alone
			var rss, running int
			for _, sample := range st.Samples {
				rss = max(rss, sample.RSS-st.Samples[0].RSS)
				running = max(running, sample.Goroutines-st.Samples[0].Goroutines)
			}
			s.figures[key{peakMemory, st.Round}] = float64(rss) / mib
			s.figures[key{peakGoroutines, st.Round}] = float64(running)
		}
		if st.LetGo >= 0 {
			s.figures[key{letGo, st.Round}] = st.LetGo
		}
		s.went(st.Round, st.Lost, st.Dropped, st.Frozen)
	}
	return d
}

// places are those of a scenario that has several, the smallest first.
func (d data) places(scenario string) (all []place) {
	for p := range d.of {
		if p.scenario == scenario {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b place) int { return a.n - b.n })
	return all
}

// spread is the distribution of a figure, or of a ratio of two, over the rounds.
type spread struct {
	median, least, most float64
	rounds              int // how many rounds it has; with 0 there is no figure
}

func (d data) spread(p place, f *figure, server string) spread { return d.ratio(p, f, server, "") }

// ratio sums up a figure of one server, divided by the one of a peer if a peer is named.
// It divides within each round, as the conditions were most similar there.
func (d data) ratio(p place, f *figure, server, peer string) spread {
	var all []float64
	for round := range d.Rounds {
		x, ok := d.at(p, server).figures[key{f, round + 1}]
		y, also := d.at(p, peer).figures[key{f, round + 1}]
		switch {
		case peer == "":
			y, also = 1, true
		case x == y: // 0 to 0, too
			x, y = 1, 1
		}
		if ok && also {
			all = append(all, x/y)
		}
	}
	n := len(all)
	if n == 0 {
		return spread{}
	}
	slices.Sort(all)
	return spread{(all[(n-1)/2] + all[n/2]) / 2, all[0], all[n-1], n}
}

// keptUp returns the highest rate of an open load with which the server kept up in most
// rounds, or 0 if there is none.
func (d data) keptUp(server string) (rate int) {
	for _, p := range d.places(open) {
		if 2*d.spread(p, kept, server).rounds > d.Rounds {
			rate = p.n
		}
	}
	return rate
}
