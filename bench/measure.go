package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"websocket-chat-steps/bench/load"
	"websocket-chat-steps/bench/result"
	"websocket-chat-steps/bench/server"
)

// size is how much is measured.
type size struct {
	loads  []timed       // the ones with the same name are together
	idle   int           // clients
	settle time.Duration // how long the server's memory has to stay the same
	stall  load.StalledPlan
}

type timed struct {
	result.Scenario
	load.Timing
}

// growth is 40 messages on the way, with more and more clients. Thousands of clients
// connect faster than in the other loads.
func growth(t load.Timing, clients ...int) (loads []timed) {
	t.Group = 5
	for _, n := range clients {
		loads = append(loads, timed{result.Scenario{Name: "growth", Clients: n, Senders: 10, Window: 4, Payload: 128}, t})
	}
	return loads
}

// open is more and more messages a second, with 100 clients.
func open(t load.Timing, rates ...int) (loads []timed) {
	for _, n := range rates {
		loads = append(loads, timed{result.Scenario{Name: "open", Clients: 100, Senders: 10, Rate: n, Payload: 128}, t})
	}
	return loads
}

// flood is people who type in one room, a message each every half second. Then the same
// with one more who sends without pause.
func flood(t load.Timing) []timed {
	s := result.Scenario{Name: "flood", Clients: 20, Senders: 20, Rate: 40, Payload: 128}
	with := s
	with.Flood = true
	return []timed{{s, t}, {with, t}}
}

func newSize(short bool) (s size) {
	const ms = time.Millisecond
	if short {
		t := load.Timing{WarmUp: 50 * ms, Measured: 100 * ms, Quiet: 400 * ms}
		s.loads = []timed{
			{result.Scenario{Name: "one", Clients: 20, Senders: 1, Window: 1, All: true, Payload: 128}, t},
			{result.Scenario{Name: "forty", Clients: 100, Senders: 10, Window: 4, Payload: 128}, t},
			{result.Scenario{Name: "thousand", Clients: 200, Senders: 20, Window: 1, Payload: 128}, t},
		}
		s.loads = append(s.loads, growth(t, 10, 100)...)
		s.loads = append(s.loads, open(t, 200, 400)...)
		s.loads = append(s.loads, flood(load.Timing{WarmUp: 50 * ms, Measured: 200 * ms, Quiet: 2000 * ms})...)
		s.idle, s.settle = 200, 100*ms
		// With large messages a few fill the kernel's buffers of some MiB.
		s.stall = load.StalledPlan{Clients: 10, Messages: 600, Window: 64, Payload: 8 << 10, Quiet: 400 * ms, Wait: 100 * ms}
		return s
	}
	t := load.Timing{WarmUp: 500 * ms, Measured: 2000 * ms, Quiet: 2000 * ms}
	s.loads = []timed{
		{result.Scenario{Name: "one", Clients: 100, Senders: 1, Window: 1, All: true, Payload: 128}, t},
		{result.Scenario{Name: "forty", Clients: 100, Senders: 10, Window: 4, Payload: 128}, t},
		{result.Scenario{Name: "thousand", Clients: 1000, Senders: 100, Window: 1, Payload: 128}, t},
	}
	s.loads = append(s.loads, growth(load.Timing{WarmUp: 300 * ms, Measured: 1000 * ms, Quiet: 1000 * ms}, 10, 100, 1000, 5000)...)
	s.loads = append(s.loads, open(load.Timing{WarmUp: 300 * ms, Measured: 1500 * ms, Quiet: 1000 * ms}, 500, 1000, 2000, 4000, 8000, 16000, 32000)...)
	s.loads = append(s.loads, flood(load.Timing{WarmUp: 1000 * ms, Measured: 6000 * ms, Quiet: 2000 * ms})...)
	s.idle, s.settle = 5000, 1000*ms
	s.stall = load.StalledPlan{Clients: 10, Messages: 10000, Window: 64, Payload: 1024, Quiet: 2000 * ms, Wait: 13000 * ms}
	return s
}

// measure runs what o says on the servers that are built in dir. It puts the results into
// f, and writes a line for each measurement to progress.
//
// In each round every server runs once under each scenario. The next round
// begins with the next server. So no server always comes first, or always after the same
// one.
func measure(ctx context.Context, f *result.File, o options, dir string, progress io.Writer) error {
	if !o.short {
		quiet, err := waitForQuiet(progress, 60, func() (float64, error) { return sample(ctx, 3*time.Second) })
		if err != nil {
			return err
		}
		f.OtherWork = !quiet
	}
	size := newSize(o.short)
	begin := time.Now()
	todo := o.rounds * len(o.only) * len(o.servers)
	done := 0
	for round := 1; round <= o.rounds; round++ {
		for _, scenario := range o.only {
			for i := range o.servers {
				m := measurement{f: f, size: size, server: o.servers[(i+round-1)%len(o.servers)], dir: dir, round: round}
				others, err := server.Watch()
				if err != nil {
					return err
				}
				what, err := m.run(ctx, scenario)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", m.server.Name, scenario, err)
				}
				share, err := others(m.used)
				if err != nil {
					return err
				}
				f.OtherShare = max(f.OtherShare, min(share, 1))
				done++
				spent := time.Since(begin)
				fmt.Fprintf(progress, "%3d/%d round %d  %-8s %-19s  %s; about %.0f min left\n",
					done, todo, round, scenario, m.server.Name, what, spent.Minutes()/float64(done)*float64(todo-done))
			}
		}
	}
	f.OtherWork = f.OtherWork || f.OtherShare >= quietShare
	return nil
}

// measurement is one server under one scenario, in one round.
type measurement struct {
	f      *result.File // gets what was measured
	size   size
	server server.Server
	dir    string // where it is built
	round  int
	used   time.Duration // processor time of the server's processes
}

// run does the measurement, and returns it as a line of text.
func (m *measurement) run(ctx context.Context, scenario string) (what string, err error) {
	switch scenario {
	case "idle":
		return m.idle(ctx)
	case "stalled":
		return m.stalled(ctx)
	case "flood":
		m.server = m.server.Limited() // its limits are what is measured
	}
	var parts []string
	for _, s := range m.size.loads {
		if s.Name != scenario {
			continue
		}
		var l result.Load
		var note string
		err := m.with(ctx, func(p *server.Process) (err error) {
			l, note, err = load.Load(ctx, p, s.Scenario, s.Timing)
			return err
		})
		if err != nil {
			return "", err
		}
		l.Server, l.Round = m.server.Name, m.round
		m.f.Loads = append(m.f.Loads, l)
		parts = append(parts, describe(l, note))
		if l.Rate > 0 && !l.KeptUp() {
			break // it will not keep up with a higher rate either, nor beside a flood
		}
	}
	return strings.Join(parts, "; "), nil
}

// with runs the server for as long as do takes.
func (m *measurement) with(ctx context.Context, do func(p *server.Process) error) error {
	p, err := m.server.Start(ctx, m.dir)
	if err != nil {
		return err
	}
	defer func() {
		p.Stop()
		m.used += p.Used()
	}()
	return do(p)
}

func (m *measurement) idle(ctx context.Context) (what string, err error) {
	var idle result.Idle
	err = m.with(ctx, func(p *server.Process) (err error) {
		idle, err = load.Idle(ctx, p, m.size.idle, m.size.settle)
		return err
	})
	idle.Server, idle.Round = m.server.Name, m.round
	m.f.Idles = append(m.f.Idles, idle)
	each := max(1, float64(idle.Connected))
	return fmt.Sprintf("%d clients in %.2f s, %.1f KiB and %.2f goroutines each", idle.Connected, idle.ConnectSeconds,
		float64(idle.RSSAfter-idle.RSSBefore)/each/1024, float64(idle.GoroutinesAfter-idle.GoroutinesBefore)/each), err
}

func (m *measurement) stalled(ctx context.Context) (what string, err error) {
	var alone result.Load
	var stalled result.Stalled
	var note string
	err = m.with(ctx, func(p *server.Process) (err error) {
		alone, note, err = load.Alone(ctx, p, m.size.stall)
		return err
	})
	if err != nil {
		return "", err
	}
	what = fmt.Sprintf("P99 %.2f ms alone%s", alone.P99/1000, defects(alone, note))
	err = m.with(ctx, func(p *server.Process) (err error) {
		stalled, note, err = load.Stalled(ctx, p, m.size.stall)
		return err
	})
	stalled.Server, stalled.Round, stalled.P99Alone = m.server.Name, m.round, alone.P99
	m.f.Stalled = append(m.f.Stalled, stalled)
	what += fmt.Sprintf(", %.2f ms beside, let go after %.2f s (-1: never)", stalled.P99/1000, stalled.LetGo)
	return what + defects(result.Load{Lost: stalled.Lost, Dropped: stalled.Dropped, Frozen: stalled.Frozen}, note), err
}

// describe returns one load as a line of text.
func describe(l result.Load, note string) (what string) {
	switch {
	case l.Name == "growth":
		what = fmt.Sprintf("%d clients: ", l.Clients)
	case l.Flood:
		what = "with a flood: "
	case l.Rate > 0 && l.KeptUp():
		what = fmt.Sprintf("%d/s: ", l.Rate)
	case l.Rate > 0:
		what = fmt.Sprintf("not %d/s: ", l.Rate)
	}
	return what + fmt.Sprintf("%.0f deliveries/s, %.2f µs CPU each, P99 %.2f ms%s", float64(l.Deliveries)/max(1e-9, l.Seconds),
		l.CPU/float64(max(1, l.Deliveries))*1e6, l.P99/1000, defects(l, note))
}

// defects says what went wrong in one measurement, and note, if there is one.
func defects(l result.Load, note string) (text string) {
	for _, count := range []struct {
		what string
		n    int
	}{
		{"inversions", l.Inversions},
		{"clients in another order", l.Disagree},
		{"lost", l.Lost},
		{"not yet heard", l.Unheard},
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
