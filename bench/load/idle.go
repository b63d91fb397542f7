package load

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"websocket-chat-steps/bench/result"
)

// dials is how many clients connect at the same time.
const dials = 64

// settleLook is how often the load checks whether a server has settled. After settleLimit
// the server counts as settled in any case. The tests change both.
var (
	settleLook  = 50 * time.Millisecond
	settleLimit = 15 * time.Second
)

// Idle connects clients to the server p, which then stay, and measures what they cost the
// server. It fills all fields except for Server and Round.
//
// Memory is the resident memory when it has not changed for the time same. It has the
// clients' goroutines and buffers, and also memory that Go's heap took while they came
// and has not given back, with garbage. This is the same for all servers. It does not have
// the kernel's memory for connections.
func Idle(ctx context.Context, p Process, clients int, same time.Duration) (idle result.Idle, err error) {
	idle.Clients = clients
	if err := roomFor(clients); err != nil {
		return idle, err
	}
	if idle.RSSBefore, idle.GoroutinesBefore, err = settled(ctx, p, same); err != nil {
		return idle, err
	}

	begin := time.Now()
	conns, err := connectAll(ctx, p, clients)
	idle.ConnectSeconds = time.Since(begin).Seconds()
	var readers sync.WaitGroup
	var ended atomic.Int32
	defer func() {
		for _, f := range conns {
			f.conn.Close()
		}
		readers.Wait()
	}()
	if err != nil {
		return idle, err
	}
	for _, f := range conns {
		readers.Go(func() {
			var err error
			for err == nil {
				// next answers the pings among what comes.
				for more := true; more && err == nil; {
					_, more, err = f.next()
				}
				if err == nil {
					err = f.fill()
				}
			}
			ended.Add(1)
		})
	}
	if idle.RSSAfter, idle.GoroutinesAfter, err = settled(ctx, p, same); err != nil {
		return idle, err
	}
	idle.Connected = clients - int(ended.Load())
	return idle, nil
}

// connectAll connects clients, many at the same time. After an error it also returns the
// clients that are connected.
func connectAll(ctx context.Context, p Process, clients int) (conns []frames, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex // guards conns
	slots := make(chan struct{}, dials)
	var dialers sync.WaitGroup
	for range clients {
		slots <- struct{}{}
		dialers.Go(func() {
			defer func() { <-slots }()
			f, err := connect(ctx, p, make([]byte, idleBuffer), 0)
			if err != nil {
				cancel(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			conns = append(conns, f)
		})
	}
	dialers.Wait()
	return conns, context.Cause(ctx)
}

// settled waits until the server's memory and goroutines have stayed about as they
// are for so long, and returns them.
func settled(ctx context.Context, p Process, same time.Duration) (rss, goroutines int, err error) {
	var since time.Time // since when they have been about the same
	for begin := time.Now(); ; {
		// First the goroutines: the answer may take memory.
		g, err := p.Goroutines()
		if err != nil {
			return 0, 0, err
		}
		m, err := p.RSS()
		if err != nil {
			return 0, 0, err
		}
		if g != goroutines || math.Abs(float64(m-rss)) > 0.002*float64(rss) {
			rss, goroutines, since = m, g, time.Now()
		}
		if time.Since(since) >= same || time.Since(begin) >= settleLimit {
			return m, g, nil
		}
		if err := sleep(ctx, settleLook); err != nil {
			return 0, 0, err
		}
	}
}
