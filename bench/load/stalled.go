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
	Window   int           // messages that not all reading clients have heard yet
	Payload  int           // bytes of each
	Quiet    time.Duration // if nothing was heard for so long, nothing more will be
	Wait     time.Duration // after the last message: how long the server may take to drop the client that does not read
}

// How often the load looks at the server, while messages go and after that.
const (
	sampleEvery = 50 * time.Millisecond
	thenEvery   = 5 // after that, so many times less often
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

// Alone runs the plan without the client that does not read, and returns what Load
// measures, with the delays. There is no warm-up.
func Alone(ctx context.Context, p Process, plan StalledPlan) (l result.Load, note string, err error) {
	r, err := plan.run(ctx, p)
	if err != nil {
		return l, "", err
	}
	return r.measure(ctx)
}

// Stalled runs the plan with a client that does not read. It comes last and says hello,
// and its socket has room for some KiB. Stalled fills all fields except for Server, Round
// and P99Alone. note is the one of Load.
//
// There is a sample every 50 ms while messages go. After that there is one every 250 ms,
// until the server drops that client, or Wait is over. The time at which the server drops
// the client is exact to 50 ms.
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

// sample fills Samples and LetGo of s. held tells whether the server still has the
// connection of the client that does not read. sample returns some time after over is
// closed.
func (r *run) sample(ctx context.Context, s *result.Stalled, held func() bool, over <-chan struct{}, wait time.Duration) error {
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	var end time.Time // when the waiting ends; zero while messages go
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
