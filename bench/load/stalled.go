package load

import (
	"context"
	"time"

	"websocket-chat-steps/bench/result"
)

// StalledPlan is what happens while one client does not read.
type StalledPlan struct {
	Clients  int // that read; the first of them sends
	Messages int
	Window   int           // messages that have not come to all who read
	Payload  int           // bytes of each
	Quiet    time.Duration // with nothing heard for so long, nothing will be
	Wait     time.Duration // after the last message, for the server to let the one go that does not read
}

// How often the server is looked at while messages go, and afterwards.
const (
	sampleEvery = 50 * time.Millisecond
	thenEvery   = 5 // so many times as rarely
)

func (plan StalledPlan) run(ctx context.Context, p Process) (*run, error) {
	r, err := newRun(ctx, p, result.Scenario{
		Name: "stalled", Clients: plan.Clients, Senders: 1, Window: plan.Window, All: true, Payload: plan.Payload,
	}, Timing{Quiet: plan.Quiet})
	if err != nil {
		return nil, err
	}
	r.limit = plan.Messages
	return r, nil
}

// Alone runs the plan without the client that does not read, and returns what it
// measures: the delays, and what else Load says. There is no warm-up.
func Alone(ctx context.Context, p Process, plan StalledPlan) (l result.Load, note string, err error) {
	r, err := plan.run(ctx, p)
	if err != nil {
		return l, "", err
	}
	return r.measure(ctx)
}

// Stalled runs the plan with a client that does not read; it comes last, says
// hello, and its socket has room for some KiB. It fills all fields but Server,
// Round and P99Alone; note is as Load returns it.
//
// The samples are of every 50 ms while messages go, and of every 250 ms from then
// until the server lets that client go, or Wait is over. When that is, is known to
// 50 ms.
func Stalled(ctx context.Context, p Process, plan StalledPlan) (s result.Stalled, note string, err error) {
	s = result.Stalled{Clients: plan.Clients, Messages: plan.Messages, Payload: plan.Payload, LetGo: -1}
	r, err := plan.run(ctx, p)
	if err != nil {
		return s, "", err
	}
	defer r.close()
	f, err := connect(ctx, p, make([]byte, idleBuffer), stallSpace)
	if err != nil {
		return s, "", err
	}
	defer f.conn.Close()
	held, err := p.Socket(f.conn)
	if err != nil {
		return s, "", err
	}
	if err := r.start(ctx, f.conn); err != nil {
		return s, "", err
	}

	sampling, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{}) // closed when no more messages go
	sampled := make(chan error, 1)
	go func() { sampled <- r.sample(sampling, &s, held, over, plan.Wait) }()
	if err = r.watch(ctx); err != nil {
		cancel()
	}
	close(over)
	if sampleErr := <-sampled; err == nil {
		err = sampleErr
	}
	if err != nil {
		return s, "", err
	}
	r.close()
	l, note, err := r.result()
	s.P99, s.Dropped, s.Lost, s.Frozen = l.P99, l.Dropped, l.Lost, l.Frozen
	return s, note, err
}

// sample fills Samples and LetGo of s. held tells whether the server still has
// the connection of the client that does not read. It returns some time after
// over is closed.
func (r *run) sample(ctx context.Context, s *result.Stalled, held func() bool, over <-chan struct{}, wait time.Duration) error {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	var end time.Time // when we wait no longer; zero while messages go
	for i := 0; ; i++ {
		now := time.Since(r.begin) - r.talk
		if s.LetGo < 0 && !held() {
			s.LetGo = now.Seconds()
		}
		last := !end.IsZero() && (s.LetGo >= 0 || time.Now().After(end))
		if end.IsZero() || last || i%thenEvery == 0 {
			goroutines, err := r.process.Goroutines()
			if err != nil {
				return err
			}
			rss, err := r.process.RSS()
			if err != nil {
				return err
			}
			s.Samples = append(s.Samples, result.Sample{
				Seconds: now.Seconds(), RSS: rss, Goroutines: goroutines, Sent: int(r.sent.Load()),
			})
		}
		if last {
			return nil
		}
		select {
		case <-ticker.C:
		case <-over:
			over = nil // once
			end = time.Now()
			if !r.frozen {
				end = end.Add(wait)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
