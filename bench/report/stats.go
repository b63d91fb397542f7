package report

import (
	"math"
	"slices"
)

// values are one figure of one server, by round. A round in which it can't be
// said is not among them.
type values map[int]float64

// spread is what a figure, or a ratio of two, came to over the rounds.
type spread struct {
	median, least, most float64
	rounds              int // that it is from; with 0 it is from nothing
	of                  int // rounds that were run
}

// over sums a figure up over the rounds.
func over(v values, of int) spread {
	all := make([]float64, 0, len(v))
	for _, x := range v {
		all = append(all, x)
	}
	if len(all) == 0 {
		return spread{of: of}
	}
	slices.Sort(all)
	half := len(all) / 2
	median := all[half]
	if len(all)%2 == 0 {
		median = (all[half-1] + all[half]) / 2
	}
	return spread{median, all[0], all[len(all)-1], len(all), of}
}

// ratios divides a by b within each round, but for those to leave out.
func ratios(a, b values, leaveOut map[int]bool) values {
	v := make(values)
	for round, x := range a {
		y, measured := b[round]
		switch {
		case !measured || leaveOut[round]:
		case x == y: // 0 to 0, too
			v[round] = 1
		case y == 0:
			v[round] = math.Inf(1)
		default:
			v[round] = x / y
		}
	}
	return v
}

// series is all that was measured of one server in one section of the page.
type series struct {
	figures map[figure]values
	counts  map[count]int // of all rounds together
	// unsound are the rounds in which it let healthy clients go, lost messages or
	// froze: what it did then is not the work that the others did.
	unsound map[int]bool
}

// figure is something measured that has a median.
type figure int

const (
	deliveries     figure = iota // a second
	cpu                          // µs for a delivery
	p50                          // ms
	p99                          // ms
	processors                   // how many the server kept busy
	memory                       // KiB for an idle client
	goroutines                   // for an idle client
	connections                  // a second
	alone                        // P99 without the client that stalls, ms
	beside                       // and with it
	slowdown                     // beside to alone
	peakMemory                   // MiB above the start
	peakGoroutines               // above the start
	letGo                        // seconds until the client that stalls is let go
)

// moreIsBetter are the figures of which that is so. Of the others less is.
var moreIsBetter = map[figure]bool{deliveries: true, connections: true}

// count is something that happened, or didn't.
type count int

const (
	inversions count = iota
	disagree
	lost
	dropped
	frozen // rounds
	absent // of clients that only stay
)

// measured is a section of the page: its servers, and how many rounds they ran.
type measured struct {
	rounds  int
	servers []string
	of      map[string]series
}

// figure sums up a figure of one server.
func (m measured) figure(f figure, server string) spread {
	return over(m.of[server].figures[f], m.rounds)
}

// ratio sums up a figure of one server to that of a peer, leaving out the
// rounds in which the peer was not sound.
func (m measured) ratio(f figure, server, peer string) spread {
	p := m.of[peer]
	return over(ratios(m.of[server].figures[f], p.figures[f], p.unsound), m.rounds)
}

// better tells whether a ratio of a figure says that the peer, below the line,
// is the better one.
func (f figure) better(s spread) bool {
	if s.rounds == 0 {
		return false
	}
	if moreIsBetter[f] {
		return s.median < 1
	}
	return s.median > 1
}
