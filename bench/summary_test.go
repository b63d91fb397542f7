package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/bench/result"
)

func loaded(server string, round, deliveries int) result.Load {
	return result.Load{
		Scenario: result.Scenario{Name: "one", Clients: 100, Senders: 1, Window: 1, Payload: 128},
		Server:   server, Round: round, Seconds: 2, Deliveries: deliveries, CPU: 1, P50: 1000, P99: 2000,
	}
}

func TestRatiosAreTakenWithinARound(t *testing.T) {
	own := []result.Load{loaded("own", 1, 10), loaded("own", 2, 40), loaded("own", 3, 90)}
	peer := []result.Load{loaded("peer", 3, 30), loaded("peer", 1, 20), loaded("peer", 2, 20)}
	assert.Equal(t, "2.00 (0.50–3.00)", ratio(own, peer))

	t.Run("where the peer did its work", func(t *testing.T) {
		for _, unsound := range []func(*result.Load){
			func(l *result.Load) { l.Lost = 1 },
			func(l *result.Load) { l.Dropped = 1 },
			func(l *result.Load) { l.Frozen = true },
			func(l *result.Load) { l.Deliveries = 0 },
		} {
			peer := append([]result.Load(nil), peer...)
			unsound(&peer[1])
			assert.Equal(t, "2.50 (2.00–3.00) [2 of 3]", ratio(own, peer))
			unsound(&peer[0])
			unsound(&peer[2])
			assert.Equal(t, "- [0 of 3]", ratio(own, peer))
		}
	})
	t.Run("where it was measured", func(t *testing.T) {
		assert.Equal(t, "-", ratio(own, nil))
	})
}

func TestSpread(t *testing.T) {
	assert.Equal(t, "-", spread(nil, "%.1f"))
	assert.Equal(t, "2.5", spread([]float64{2.5}, "%.1f"))
	assert.Equal(t, "2.0 (1.0–3.0)", spread([]float64{3, 1}, "%.1f"))
	assert.Equal(t, "2.0 (1.0–9.0)", spread([]float64{9, 1, 2}, "%.1f"))
}

func TestSummary(t *testing.T) {
	sick := loaded("floor", 2, 500)
	sick.Inversions, sick.Disagree, sick.Lost, sick.Dropped, sick.Frozen = 1, 2, 3, 4, true
	f := &result.File{
		Servers: []string{"03-single-goroutine", "floor"},
		Loads: []result.Load{
			loaded("floor", 1, 1000), loaded("03-single-goroutine", 1, 500),
			loaded("03-single-goroutine", 2, 100), sick,
		},
		Idles: []result.Idle{{
			Server: "floor", Round: 1, Clients: 101, Connected: 100, ConnectSeconds: 0.5,
			RSSBefore: 1 << 20, RSSAfter: 1<<20 + 100*2048, GoroutinesBefore: 5, GoroutinesAfter: 205,
		}},
		Stalled: []result.Stalled{
			{Server: "floor", Round: 1, Clients: 10, Messages: 20, Payload: 1024, P99Alone: 1000, P99: 3000, LetGo: 1.5, Samples: []result.Sample{
				{RSS: 1 << 20, Goroutines: 10}, {RSS: 3 << 20, Goroutines: 15}, {RSS: 2 << 20, Goroutines: 12},
			}},
			{Server: "floor", Round: 2, P99Alone: 1000, P99: 3000, Frozen: true, LetGo: -1},
		},
	}
	var out bytes.Buffer
	summarize(&out, f)
	assert.Equal(t, `
one: 100 clients, 1 of them send, window 1, 128 bytes

                     deliveries/s   to floor       to gorilla  µs CPU each                 P50 ms            P99 ms            
03-single-goroutine  150 (50–250)   0.50 [1 of 2]  -           6000.00 (2000.00–10000.00)  1.00 (1.00–1.00)  2.00 (2.00–2.00)  
floor                375 (250–500)  1.00 [1 of 2]  -           1500.00 (1000.00–2000.00)   1.00 (1.00–1.00)  2.00 (2.00–2.00)  inversions: 1, clients in another order: 2, lost: 3, dropped: 4, frozen: 1 of 2

idle: 101 clients that stay

       connected in s  KiB each  goroutines each  
floor  0.50            2.0       2.00             let go: 1

stalled: 10 clients that read, one that does not, 20 messages of 1024 bytes

       P99 ms alone      P99 ms beside     MiB more       goroutines more  let go after s  
floor  1.00 (1.00–1.00)  3.00 (3.00–3.00)  1.0 (0.0–2.0)  2 (0–5)          1.50 [1 of 2]   frozen: 1 of 2
`, out.String())
}
