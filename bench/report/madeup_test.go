package report

import (
	"hash/fnv"
	"strconv"

	"websocket-chat-steps/bench/result"
)

// madeUp is a result file that nobody measured. Its figures vary a little, by a rule. In
// two rounds of forty gorilla drops clients. In all of them 01 freezes, melody loses
// messages, and 03 changes the order. A client that stops reading freezes 01 and the
// floor, and 05 drops it.
// A flood doubles the delays.
func madeUp() *result.File {
	f := &result.File{
		Command:  "made up by a test",
		Date:     "2000-01-01",
		Machine:  result.Machine{OS: "made-up", Arch: "up", Kernel: "0.0", CPU: "no processor at all", Go: "go0.0", Cores: 2, MemoryMiB: 1000},
		Versions: map[string]string{"golang.org/x/net": "v0.0.1", "github.com/lxzan/gws": "v0.0.4"},
		Rounds:   5,
	}
	// How fast, how costly, and how large a client is, each in thousandths of 05's, and
	// how many messages a second it can take.
	made := map[string][4]int{
		"01-original": {300, 3000, 2500, 1500}, "02-race-fix": {310, 2900, 2450, 1500}, single: {150, 5000, 2000, 1000}, mailbox: {400, 2600, 1100, 3000},
		ours: {1000, 1000, 1000, 20000}, "channel": {900, 1010, 1450, 20000}, floor: {500, 1950, 700, 3000}, gorilla: {780, 1340, 1400, 10000},
		deep: {800, 1300, 1400, 15000}, "mailbox-gorilla": {450, 2300, 900, 3500}, "coder": {200, 4000, 1800, 1500}, gws: {230, 3500, 900, 5000}, melody: {200, 4200, 1700, 3000},
	}
	f.Servers = []string{"01-original", "02-race-fix", single, mailbox, ours, "channel", floor, gorilla, deep, "mailbox-gorilla", "coder", gws, melody}
	scenarios := []result.Scenario{
		{Name: "one", Clients: 100, Senders: 1, Window: 1, All: true, Payload: 128},
		{Name: "forty", Clients: 100, Senders: 10, Window: 4, Payload: 128},
		{Name: "thousand", Clients: 1000, Senders: 100, Window: 1, Payload: 128},
	}
	for _, n := range []int{10, 100, 1000, 5000} {
		scenarios = append(scenarios, result.Scenario{Name: growth, Clients: n, Senders: 10, Window: 4, Payload: 128})
	}
	typing := result.Scenario{Name: flood.scenario, Clients: 20, Senders: 20, Rate: 40, Payload: 128}
	flooded := typing
	flooded.Flood = true
	scenarios = append(scenarios, typing, flooded)
	for _, n := range []int{500, 1000, 2000, 4000, 8000, 16000, 32000} {
		scenarios = append(scenarios, result.Scenario{Name: open, Clients: 100, Senders: 10, Rate: n, Payload: 128})
	}
	for round := 1; round <= f.Rounds; round++ {
		for _, name := range f.Servers {
			fast, costly, large, can := made[name][0], made[name][1], made[name][2], made[name][3]
			vary := func(what string, x float64) float64 { // by 3 % at most
				h := fnv.New32a()
				h.Write([]byte(what + name + strconv.Itoa(round)))
				return x * (0.97 + float64(h.Sum32()%61)/1000)
			}
			for i, s := range scenarios {
				l := result.Load{
					Scenario: s, Server: name, Round: round, Seconds: 5,
					Deliveries: int(vary(s.Name, 4000*float64(fast))), RSSBefore: 8 * mib,
					P50: vary("p50"+s.Name, 200_000/float64(fast)), P99: vary("p99"+s.Name, 1_500_000/float64(fast)),
				}
				l.Sent = l.Deliveries / s.Clients
				l.RSSAfter = l.RSSBefore + s.Clients*large*10
				l.CPU = vary("cpu", 0.000002*float64(l.Deliveries)*float64(costly)/1000/float64(1+i%3))
				if s.Rate > 0 {
					l.Sent, l.Deliveries = 5*s.Rate, 500*min(s.Rate, can)
					l.P50, l.P99 = l.P50*float64(can)/float64(max(can-s.Rate, can/9)), l.P99*float64(can)/float64(max(can-s.Rate, can/9))
				}
				if s.Flood {
					l.P99 *= 2
				}
				l.Frozen = s.Name == "forty" && name == "01-original"
				if name == single {
					l.Inversions, l.Disagree = 1000*i+round, s.Clients-1
				}
				if s.Name == "forty" && name == gorilla && round%2 == 0 || s.Clients == 5000 && name == gorilla {
					l.Dropped = 3 * round
				}
				if s.Name == "forty" && name == melody {
					l.Lost = 77
				}
				f.Loads = append(f.Loads, l)
				if s.Rate > 0 && !l.KeptUp() {
					break
				}
			}
			const clients = 5000
			idle := result.Idle{Server: name, Round: round, Clients: clients, Connected: clients,
				ConnectSeconds: vary("connect", 1), RSSBefore: 10 * mib, GoroutinesBefore: 6, GoroutinesAfter: 6 + clients*(1+fast%100/70)}
			idle.RSSAfter = idle.RSSBefore + int(vary("rss", float64(10*large*clients)))
			f.Idles = append(f.Idles, idle)

			st := result.Stalled{Server: name, Round: round, Clients: 10, Messages: 20000, Payload: 1024, LetGo: -1}
			st.P99Alone, st.P99 = vary("alone", 500_000/float64(fast)), vary("beside", 700_000/float64(fast))
			st.Frozen = name == "01-original" || name == floor
			if name == ours || name == deep || name == mailbox {
				st.LetGo = vary("let go", 3)
			}
			for tick := range 40 {
				s := result.Sample{Seconds: float64(tick) * 100 / float64(fast), RSS: 12 * mib, Goroutines: 30, Sent: 500 * tick}
				switch {
				case name == single:
					s.Goroutines += 500 * tick
					s.RSS += tick * 4 * mib
				case st.LetGo < 0 && !st.Frozen:
					s.RSS += tick * mib / 2
				default:
					s.RSS += int(min(s.Seconds*2.5, 5) * mib)
				}
				st.Samples = append(st.Samples, s)
			}
			f.Stalled = append(f.Stalled, st)
		}
	}
	return f
}
