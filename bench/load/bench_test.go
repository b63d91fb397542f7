package load

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"websocket-chat-steps/bench/result"
)

// BenchmarkListen measures how many messages the clients can read in a second. The
// writers use the same processors. Messages come as single frames that a server writes
// one by one, and as frames of 16 that come many at the same time.
func BenchmarkListen(b *testing.B) {
	for _, c := range []struct {
		name            string
		clients         int
		joined, inWrite int
	}{
		{"alone/100 clients", 100, 1, 1},
		{"joined/1 client", 1, 16, 32},
		{"joined/100 clients", 100, 16, 32},
		{"joined/1000 clients", 1000, 16, 8},
	} {
		b.Run(c.name, func(b *testing.B) {
			scenario := result.Scenario{Clients: c.clients, Senders: 10, Payload: 128}
			r := &run{Scenario: scenario, begin: time.Now()}
			r.phase.Store(counting)
			// The bytes that are written, again and again.
			var chunk []byte
			number := 0
			for range c.inWrite {
				var payload []byte
				for i := range c.joined {
					if i > 0 {
						payload = append(payload, '\n')
					}
					payload = append(payload, appendMessage(nil, number%10, number/10, 0, 128)[8:]...)
					number++
				}
				chunk = append(chunk, frame(0x80|text, payload)...)
			}
			var servers []net.Conn
			for i := range c.clients {
				listener, err := net.Listen("tcp", "127.0.0.1:0")
				require.NoError(b, err)
				conn, err := net.Dial("tcp", listener.Addr().String())
				require.NoError(b, err)
				server, err := listener.Accept()
				require.NoError(b, err)
				listener.Close()
				servers = append(servers, server)
				r.clients = append(r.clients, &client{
					frames: frames{conn: conn, buffer: make([]byte, readBuffer)},
					run:    r, index: 10 + i, from: make([]from, 10),
				})
			}
			b.ReportAllocs()
			b.ResetTimer()
			var writers sync.WaitGroup
			for _, c := range r.clients {
				r.goroutines.Add(1)
				go c.listen()
			}
			writes := b.N/(number*c.clients) + 1
			const threads = 2
			for i := range threads {
				writers.Go(func() {
					for range writes {
						for j := i; j < len(servers); j += threads {
							servers[j].Write(chunk)
						}
					}
				})
			}
			writers.Wait()
			for _, server := range servers {
				server.Close()
			}
			r.goroutines.Wait()
			b.StopTimer()
			heard := 0
			for _, c := range r.clients {
				heard += int(c.all)
			}
			require.Equal(b, writes*number*c.clients, heard)
			b.ReportMetric(float64(heard)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
