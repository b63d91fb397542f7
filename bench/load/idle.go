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

// settleLook is how often it is looked at whether a server has settled, and
// settleLimit when it counts as settled as it is. Variables for the tests.
var (
	settleLook  = 50 * time.Millisecond
	settleLimit = 15 * time.Second
)

// Idle has so many clients connect to the server p and stay, and measures what
// they cost it. It fills all fields but Server and Round.
//
// Memory is what is resident when it has not changed for the time same: the clients' goroutines
// and buffers, and also what Go's heap took while they came and has not given
// back, garbage too. It is so for all servers. What the kernel keeps for a
// connection is not in it.
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
				// The pings among what comes are answered by next.
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

// connectAll connects clients, many at the same time. It returns those that it
// has connected also after an error.
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
	var since time.Time // since when they are about so
	for begin := time.Now(); ; {
		// First the goroutines: to answer may take memory.
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
