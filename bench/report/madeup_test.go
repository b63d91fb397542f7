package report

import (
	"hash/fnv"
	"strconv"

	"websocket-chat-steps/bench/result"
)

// madeUp is a result file that nobody measured: its figures are round, and vary
// a little by a rule. In it gorilla drops clients in two rounds of forty, coder
// does in all of them, and the room of 01, 02 and the floor is frozen by a client
// that stops reading.
func madeUp() *result.File {
	f := &result.File{
		Command: "made up by a test",
		Date:    "2000-01-01",
		Machine: result.Machine{OS: "made-up", Arch: "up", Kernel: "0.0", CPU: "no processor at all", Go: "go0.0", Cores: 2, MemoryMiB: 1000},
		Versions: map[string]string{
			"golang.org/x/net": "v0.0.1", "github.com/gorilla/websocket": "v0.0.2", "github.com/coder/websocket": "v0.0.3",
			"github.com/lxzan/gws": "v0.0.4", "github.com/olahol/melody": "v0.0.5",
		},
		Rounds: 5,
	}
	// How fast, how costly, and how large a client is, each in thousandths of ours.
	made := map[string][3]int{
		"01-original": {300, 3000, 2500}, "02-race-fix": {310, 2900, 2500}, "03-single-goroutine": {150, 5000, 2000},
		ours: {1000, 1000, 1000}, channel: {900, 1010, 1450}, floor: {1100, 950, 700}, gorilla: {800, 1300, 1400}, coder: {500, 2000, 1800},
		gws: {230, 3500, 900}, melody: {200, 4200, 1700},
	}
	for _, s := range servers {
		f.Servers = append(f.Servers, s.name)
	}
	scenarios := []result.Scenario{
		{Name: one, Clients: 100, Senders: 1, Window: 1, All: true, Payload: 128},
		{Name: forty, Clients: 100, Senders: 10, Window: 4, Payload: 128},
		{Name: thousand, Clients: 1000, Senders: 100, Window: 1, Payload: 128},
	}
	for round := 1; round <= f.Rounds; round++ {
		for _, name := range f.Servers {
			fast, costly, large := made[name][0], made[name][1], made[name][2]
			vary := func(what string, x float64) float64 { // by 3 % at most
				h := fnv.New32a()
				h.Write([]byte(what + name + strconv.Itoa(round)))
				return x * (0.97 + float64(h.Sum32()%61)/1000)
			}
			for i, s := range scenarios {
				l := result.Load{
					Scenario: s, Server: name, Round: round, Seconds: 5,
					Deliveries: int(vary(s.Name, float64((i+1)*1000*fast))) * 2,
					P50:        vary("p50"+s.Name, 200_000/float64(fast)), P99: vary("p99"+s.Name, 1_500_000/float64(fast)),
				}
				l.Sent = l.Deliveries / s.Clients
				l.CPU = vary("cpu"+s.Name, 0.000002*float64(l.Deliveries)*float64(costly)/1000)
				if name == "03-single-goroutine" {
					l.Inversions, l.Disagree = 1000*i+round, s.Clients-1
				}
				if s.Name == forty && (name == gorilla && round%2 == 0 || name == coder) {
					l.Dropped = 3 * round
				}
				f.Loads = append(f.Loads, l)
			}
			const clients = 5000
			idle := result.Idle{Server: name, Round: round, Clients: clients, Connected: clients,
				ConnectSeconds: vary("connect", 1), RSSBefore: 10 * mib, GoroutinesBefore: 6, GoroutinesAfter: 6 + clients}
			idle.RSSAfter = idle.RSSBefore + int(vary("rss", float64(10*large*clients)))
			if name == gorilla || name == melody || name == coder || name == channel {
				idle.GoroutinesAfter += clients
			}
			f.Idles = append(f.Idles, idle)

			st := result.Stalled{Server: name, Round: round, Clients: 10, Messages: 20000, Payload: 1024, LetGo: -1}
			st.P99Alone = vary("alone", 500_000/float64(fast))
			st.P99 = vary("beside", 700_000/float64(fast))
			st.Frozen = name == "01-original" || name == "02-race-fix" || name == floor
			if name == ours || name == gorilla || name == coder || name == channel {
				st.LetGo = vary("let go", 0.4)
			}
			for tick := range 40 {
				s := result.Sample{Seconds: float64(tick) * 0.1 * 1000 / float64(fast), RSS: 12 * mib, Goroutines: 30, Sent: 500 * tick}
				switch {
				case name == "03-single-goroutine":
					s.Goroutines += 500 * tick
					s.RSS += tick * 4 * mib
				case st.LetGo < 0 && !st.Frozen:
					s.RSS += tick * mib / 2
				case s.Seconds < st.LetGo:
					s.RSS += int(s.Seconds * 2.5 * mib)
					s.Goroutines++
				}
				st.Samples = append(st.Samples, s)
			}
			f.Stalled = append(f.Stalled, st)
		}
	}
	return f
}
