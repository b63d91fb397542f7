package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"websocket-chat-steps/bench/load"
	"websocket-chat-steps/bench/result"
	"websocket-chat-steps/bench/server"
)

// size is how much is measured.
type size struct {
	loads  []result.Scenario
	timing load.Timing
	idle   int           // clients
	settle time.Duration // how long the server's memory has to stay the same
	stall  load.StalledPlan
}

var full = size{
	loads: []result.Scenario{
		{Name: "one", Clients: 100, Senders: 1, Window: 1, All: true, Payload: 128},
		{Name: "forty", Clients: 100, Senders: 10, Window: 4, Payload: 128},
		{Name: "thousand", Clients: 1000, Senders: 100, Window: 1, Payload: 128},
	},
	timing: load.Timing{WarmUp: time.Second, Measured: 3 * time.Second, Quiet: 2 * time.Second},
	idle:   5000,
	settle: time.Second,
	stall: load.StalledPlan{
		Clients: 10, Messages: 20000, Window: 64, Payload: 1024,
		Quiet: 2 * time.Second, Wait: 15 * time.Second,
	},
}

var short = size{
	loads: []result.Scenario{
		{Name: "one", Clients: 20, Senders: 1, Window: 1, All: true, Payload: 128},
		{Name: "forty", Clients: 100, Senders: 10, Window: 4, Payload: 128},
		{Name: "thousand", Clients: 200, Senders: 20, Window: 1, Payload: 128},
	},
	timing: load.Timing{WarmUp: 50 * time.Millisecond, Measured: 150 * time.Millisecond, Quiet: 400 * time.Millisecond},
	idle:   300,
	settle: 100 * time.Millisecond,
	stall: load.StalledPlan{
		// Larger ones, so that few fill the buffers of the kernel, some MiB.
		Clients: 10, Messages: 600, Window: 64, Payload: 8 << 10,
		Quiet: 400 * time.Millisecond, Wait: 100 * time.Millisecond,
	},
}

// measure runs what o says on the servers that are built in dir, puts what came
// of it into f, and tells of each measurement on progress.
//
// In each round every server runs once under each scenario. The next round
// begins with the next server, so that none always comes first, or always after
// the same one.
func measure(ctx context.Context, f *result.File, o options, dir string, progress io.Writer) error {
	size := full
	if o.short {
		size = short
	}
	took := make(times)
	todo := o.rounds * len(o.only) * len(o.servers)
	done := 0
	for round := 1; round <= o.rounds; round++ {
		for _, scenario := range o.only {
			for i := range o.servers {
				s := o.servers[(i+round-1)%len(o.servers)]
				begin := time.Now()
				what, err := size.one(ctx, f, s, dir, scenario, round)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", s.Name, scenario, err)
				}
				took[[2]string{s.Name, scenario}] = time.Since(begin)
				done++
				fmt.Fprintf(progress, "%3d/%d round %d  %-8s %-19s  %s; %s left\n",
					done, todo, round, scenario, s.Name, what, took.left(o, done))
			}
		}
	}
	return nil
}

// one runs one server under one scenario, puts what was measured into f, and
// returns it as a line of text.
func (size size) one(ctx context.Context, f *result.File, s server.Server, dir, scenario string, round int) (what string, err error) {
	switch scenario {
	case "idle":
		p, err := s.Start(ctx, dir)
		if err != nil {
			return "", err
		}
		defer p.Stop()
		idle, err := load.Idle(ctx, p, size.idle, size.settle)
		if err != nil {
			return "", err
		}
		idle.Server, idle.Round = s.Name, round
		f.Idles = append(f.Idles, idle)
		return fmt.Sprintf("%d clients in %.2f s, %.1f KiB and %.2f goroutines each", idle.Connected, idle.ConnectSeconds,
			perClient(idle.RSSAfter-idle.RSSBefore, idle)/1024, perClient(idle.GoroutinesAfter-idle.GoroutinesBefore, idle)), nil

	case "stalled":
		p, err := s.Start(ctx, dir)
		if err != nil {
			return "", err
		}
		defer p.Stop()
		alone, note, err := load.Alone(ctx, p, size.stall)
		if err != nil {
			return "", err
		}
		p.Stop()
		what := fmt.Sprintf("P99 %.2f ms alone%s", alone.P99/1000, defects(alone, note))

		p, err = s.Start(ctx, dir)
		if err != nil {
			return "", err
		}
		defer p.Stop()
		stalled, note, err := load.Stalled(ctx, p, size.stall)
		if err != nil {
			return "", err
		}
		stalled.Server, stalled.Round, stalled.P99Alone = s.Name, round, alone.P99
		f.Stalled = append(f.Stalled, stalled)
		what += fmt.Sprintf(", %.2f ms beside", stalled.P99/1000)
		if stalled.LetGo >= 0 {
			what += fmt.Sprintf(", let go after %.2f s", stalled.LetGo)
		} else {
			what += ", not let go"
		}
		return what + defects(result.Load{Lost: stalled.Lost, Dropped: stalled.Dropped, Frozen: stalled.Frozen}, note), nil

	default:
		p, err := s.Start(ctx, dir)
		if err != nil {
			return "", err
		}
		defer p.Stop()
		for _, s := range size.loads {
			if s.Name != scenario {
				continue
			}
			l, note, err := load.Load(ctx, p, s, size.timing)
			if err != nil {
				return "", err
			}
			l.Server, l.Round = p.Name, round
			f.Loads = append(f.Loads, l)
			return fmt.Sprintf("%.0f deliveries/s, %.2f µs CPU each, P99 %.2f ms%s", rate(l), cpu(l), l.P99/1000, defects(l, note)), nil
		}
		panic("no scenario " + scenario)
	}
}

// times is how long each server took last under each scenario.
type times map[[2]string]time.Duration

// left says about how long what is still to be done takes: as long as it took
// last time, and where it is the first time, as long as what was measured so far
// on average.
func (t times) left(o options, done int) string {
	var sum, left time.Duration
	for _, d := range t {
		sum += d
	}
	average := sum / time.Duration(len(t))
	i := 0
	for range o.rounds {
		for _, scenario := range o.only {
			var all time.Duration // of the scenario, so far
			n := 0
			for _, s := range o.servers {
				if d, ok := t[[2]string{s.Name, scenario}]; ok {
					all, n = all+d, n+1
				}
			}
			for range o.servers {
				if i++; i <= done {
					continue
				}
				if n > 0 {
					left += all / time.Duration(n)
				} else {
					left += average
				}
			}
		}
	}
	if left < time.Minute {
		return fmt.Sprintf("about %.0f s", left.Seconds())
	}
	return fmt.Sprintf("about %.0f min", left.Minutes())
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

// defects says what went wrong in one measurement, and note, if there is one.
func defects(l result.Load, note string) string {
	text := ""
	for _, count := range []struct {
		what string
		n    int
	}{
		{"inversions", l.Inversions},
		{"clients in another order", l.Disagree},
		{"lost", l.Lost},
		{"dropped", l.Dropped},
	} {
		if count.n > 0 {
			text += fmt.Sprintf(", %s: %d", count.what, count.n)
		}
	}
	if l.Frozen {
		text += ", frozen"
	}
	if note != "" {
		text += " (" + note + ")"
	}
	return text
}
