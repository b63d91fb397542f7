package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"websocket-chat-steps/bench/result"
)

// peers are the servers that the others' speed is shown beside.
var peers = []string{"floor", "gorilla"}

// summarize shows on the terminal what was measured: medians over the rounds,
// with the least and the most.
func summarize(w io.Writer, f *result.File) {
	for _, scenario := range scenarios {
		switch scenario {
		case "idle":
			summarizeIdles(w, f)
		case "stalled":
			summarizeStalled(w, f)
		default:
			summarizeLoads(w, f, scenario)
		}
	}
	if f.Short {
		fmt.Fprintln(w, "\n-short: too little to state figures from.")
	}
}

func summarizeLoads(w io.Writer, f *result.File, scenario string) {
	byServer := make(map[string][]result.Load)
	for _, l := range f.Loads {
		if l.Name == scenario {
			byServer[l.Server] = append(byServer[l.Server], l)
		}
	}
	var t *tabwriter.Writer
	for _, name := range f.Servers {
		rounds := byServer[name]
		if len(rounds) == 0 {
			continue
		}
		if t == nil {
			s := rounds[0].Scenario
			fmt.Fprintf(w, "\n%s: %d clients, %d of them send, window %d, %d bytes\n\n", scenario, s.Clients, s.Senders, s.Window, s.Payload)
			t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
			fmt.Fprint(t, "\tdeliveries/s\t")
			for _, peer := range peers {
				fmt.Fprintf(t, "to %s\t", peer)
			}
			fmt.Fprintln(t, "µs CPU each\tP50 ms\tP99 ms\t")
		}
		var rates, cpus, p50s, p99s []float64
		var sum result.Load
		frozen := 0
		for _, l := range rounds {
			rates, cpus = append(rates, rate(l)), append(cpus, cpu(l))
			p50s, p99s = append(p50s, l.P50/1000), append(p99s, l.P99/1000)
			sum.Inversions += l.Inversions
			sum.Disagree += l.Disagree
			sum.Lost += l.Lost
			sum.Dropped += l.Dropped
			if l.Frozen {
				frozen++
			}
		}
		fmt.Fprintf(t, "%s\t%s\t", name, spread(rates, "%.0f"))
		for _, peer := range peers {
			fmt.Fprintf(t, "%s\t", ratio(rounds, byServer[peer]))
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", spread(cpus, "%.2f"), spread(p50s, "%.2f"), spread(p99s, "%.2f"), counts(sum, frozen, len(rounds)))
	}
	if t != nil {
		t.Flush()
	}
}

func summarizeIdles(w io.Writer, f *result.File) {
	var t *tabwriter.Writer
	for _, name := range f.Servers {
		var connects, memory, goroutines []float64
		missing := 0
		for _, idle := range f.Idles {
			if idle.Server != name {
				continue
			}
			if t == nil {
				fmt.Fprintf(w, "\nidle: %d clients that stay\n\n", idle.Clients)
				t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				fmt.Fprintln(t, "\tconnected in s\tKiB each\tgoroutines each\t")
			}
			connects = append(connects, idle.ConnectSeconds)
			memory = append(memory, perClient(idle.RSSAfter-idle.RSSBefore, idle)/1024)
			goroutines = append(goroutines, perClient(idle.GoroutinesAfter-idle.GoroutinesBefore, idle))
			missing += idle.Clients - idle.Connected
		}
		if len(connects) == 0 {
			continue
		}
		note := ""
		if missing > 0 {
			note = fmt.Sprintf("let go: %d", missing)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", name, spread(connects, "%.2f"), spread(memory, "%.1f"), spread(goroutines, "%.2f"), note)
	}
	if t != nil {
		t.Flush()
	}
}

func summarizeStalled(w io.Writer, f *result.File) {
	var t *tabwriter.Writer
	for _, name := range f.Servers {
		var alone, beside, memory, goroutines, letGo []float64
		var sum result.Load
		frozen := 0
		for _, s := range f.Stalled {
			if s.Server != name {
				continue
			}
			if t == nil {
				fmt.Fprintf(w, "\nstalled: %d clients that read, one that does not, %d messages of %d bytes\n\n", s.Clients, s.Messages, s.Payload)
				t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				fmt.Fprintln(t, "\tP99 ms alone\tP99 ms beside\tMiB more\tgoroutines more\tlet go after s\t")
			}
			alone, beside = append(alone, s.P99Alone/1000), append(beside, s.P99/1000)
			// The most, above the first sample.
			var rss, gs int
			for _, sample := range s.Samples {
				rss = max(rss, sample.RSS-s.Samples[0].RSS)
				gs = max(gs, sample.Goroutines-s.Samples[0].Goroutines)
			}
			memory, goroutines = append(memory, float64(rss)/(1<<20)), append(goroutines, float64(gs))
			if s.LetGo >= 0 {
				letGo = append(letGo, s.LetGo)
			}
			sum.Lost += s.Lost
			sum.Dropped += s.Dropped
			if s.Frozen {
				frozen++
			}
		}
		if len(alone) == 0 {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name, spread(alone, "%.2f"), spread(beside, "%.2f"), spread(memory, "%.1f"),
			spread(goroutines, "%.0f"), spread(letGo, "%.2f")+of(len(letGo), len(alone)), counts(sum, frozen, len(alone)))
	}
	if t != nil {
		t.Flush()
	}
}

// rate returns the deliveries of a second.
func rate(l result.Load) float64 {
	if l.Seconds == 0 {
		return 0
	}
	return float64(l.Deliveries) / l.Seconds
}

// cpu returns the server's processor time for one delivery, in microseconds.
func cpu(l result.Load) float64 {
	if l.Deliveries == 0 {
		return 0
	}
	return l.CPU / float64(l.Deliveries) * 1e6
}

// perClient divides by the clients that were connected.
func perClient(n int, idle result.Idle) float64 {
	if idle.Connected == 0 {
		return 0
	}
	return float64(n) / float64(idle.Connected)
}

// ratio says how own's rate compares to peer's: of each round in which peer let
// no healthy client go, lost nothing and didn't freeze, own's to peer's; then the
// median of these, and of how many rounds it is, where it isn't all.
func ratio(own, peer []result.Load) string {
	var ratios []float64
	for _, o := range own {
		for _, p := range peer {
			if p.Round == o.Round && p.Dropped == 0 && p.Lost == 0 && !p.Frozen && p.Deliveries > 0 {
				ratios = append(ratios, rate(o)/rate(p))
			}
		}
	}
	if len(peer) == 0 {
		return "-"
	}
	return spread(ratios, "%.2f") + of(len(ratios), len(own))
}

// of says of how many rounds a figure is, where that isn't all.
func of(n, rounds int) string {
	if n == rounds {
		return ""
	}
	return fmt.Sprintf(" [%d of %d]", n, rounds)
}

// spread shows the median, and the least and the most where there are several.
func spread(values []float64, format string) string {
	switch len(values) {
	case 0:
		return "-"
	case 1:
		return fmt.Sprintf(format, values[0])
	}
	return fmt.Sprintf(format+" ("+format+"–"+format+")", median(values), slices.Min(values), slices.Max(values))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// counts says what went wrong in all rounds together.
func counts(sum result.Load, frozen, rounds int) string {
	var all []string
	for _, count := range []struct {
		what string
		n    int
	}{
		{"inversions", sum.Inversions},
		{"clients in another order", sum.Disagree},
		{"lost", sum.Lost},
		{"dropped", sum.Dropped},
	} {
		if count.n > 0 {
			all = append(all, fmt.Sprintf("%s: %d", count.what, count.n))
		}
	}
	if frozen > 0 {
		all = append(all, fmt.Sprintf("frozen: %d of %d", frozen, rounds))
	}
	return strings.Join(all, ", ")
}

// defects says what went wrong in one measurement, and note, if there is one.
func defects(l result.Load, note string) string {
	frozen := 0
	if l.Frozen {
		frozen = 1
	}
	text := counts(l, frozen, 1)
	if text != "" {
		text = ", " + text
	}
	if note != "" {
		text += " (" + note + ")"
	}
	return text
}
