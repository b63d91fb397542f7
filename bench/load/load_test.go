package load

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/bench/result"
)

var (
	// healthy is the timing for servers that don't freeze: Quiet never ends.
	healthy = Timing{WarmUp: 20 * time.Millisecond, Measured: 150 * time.Millisecond, Quiet: 30 * time.Second}
	// sick is the timing for servers that freeze.
	sick = Timing{WarmUp: 20 * time.Millisecond, Measured: 50 * time.Millisecond, Quiet: time.Second}

	one       = result.Scenario{Name: "one", Clients: 5, Senders: 1, Window: 1, All: true, Payload: 128}
	some      = result.Scenario{Name: "some", Clients: 8, Senders: 3, Window: 4, Payload: 128}
	open      = result.Scenario{Name: "open", Clients: 8, Senders: 3, Rate: 1000, Payload: 128}
	everybody = result.Scenario{Name: "everybody", Clients: 6, Senders: 6, Window: 3, All: true, Payload: 300}
)

func TestLoadOnAHealthyServer(t *testing.T) {
	for name, says := range map[string]func(*fake, int, *fakeConn, []byte){
		"frames": nil,
		"newlines": func(f *fake, _ int, _ *fakeConn, message []byte) {
			f.tell(append(message, '\n'))
		},
		"fragments": func(f *fake, _ int, _ *fakeConn, message []byte) {
			for _, c := range f.conns {
				c.Write(frame(text, message[:50]))
				c.Write(frame(0x80|ping, nil))
				c.Write(frame(0x80|continuation, message[50:]))
			}
		},
		"joined": func(f *fake, _ int, _ *fakeConn, message []byte) {
			hello := appendMessage(nil, hello, 0, 0, 128)[8:]
			f.tell(bytes.Join([][]byte{hello, message, hello}, []byte("\n")))
		},
	} {
		for _, s := range []result.Scenario{one, some, everybody, open} {
			t.Run(name+"/"+s.Name, func(t *testing.T) {
				l, note, err := Load(deadline(t), serve(t, says), s, healthy)
				require.NoError(t, err)
				assert.Equal(t, s, l.Scenario)
				assert.Empty(t, note)
				assert.Zero(t, l.Inversions, "inversions")
				assert.Zero(t, l.Disagree, "disagree")
				assert.Zero(t, l.Lost, "lost")
				assert.Zero(t, l.Dropped, "dropped")
				assert.False(t, l.Frozen, "frozen")
				assert.GreaterOrEqual(t, l.Seconds, healthy.Measured.Seconds())
				assert.Equal(t, 0.001, l.CPU, "the fake takes a millisecond for each time it is asked")
				assert.Equal(t, 1_000_000, l.RSSBefore)
				assert.Equal(t, 1_000_000+1000*s.Clients, l.RSSAfter)
				assert.Positive(t, l.Sent)
				if s.Rate > 0 {
					assert.InDelta(t, l.Seconds*float64(s.Rate), l.Sent, 1)
				}
				assert.Positive(t, l.Deliveries)
				assert.Positive(t, l.P50)
				assert.LessOrEqual(t, l.P50, l.P99)
			})
		}
	}
}

// Without a warm-up and with a number of messages, everything is counted. So the test
// knows the exact numbers.
func TestAloneCountsAll(t *testing.T) {
	f := serve(t, nil)
	l, _, err := Alone(deadline(t), f, StalledPlan{Clients: 7, Messages: 3000, Window: 64, Payload: 1024, Quiet: healthy.Quiet})
	require.NoError(t, err)
	assert.Equal(t, 3000, l.Sent)
	assert.Equal(t, 7*3000, l.Deliveries)
	assert.Equal(t, 3001, f.count, "what the server heard, the hello included")
	assert.Equal(t, 1_000_000, l.RSSBefore)
	l.Seconds, l.P50, l.P99, l.RSSBefore, l.RSSAfter = 0, 0, 0, 0, 0
	assert.Equal(t, result.Load{
		Scenario: result.Scenario{Name: "stalled", Clients: 7, Senders: 1, Window: 64, All: true, Payload: 1024},
		Sent:     3000, Deliveries: 7 * 3000, CPU: 0.001,
	}, l)
}

// at makes a server do something else with message number n, and only with that.
func at(n int, other func(f *fake, from *fakeConn, message []byte)) func(*fake, int, *fakeConn, []byte) {
	return func(f *fake, number int, from *fakeConn, message []byte) {
		if number == n {
			other(f, from, message)
		} else {
			f.tell(message)
		}
	}
}

func TestLossIsSeen(t *testing.T) {
	t.Parallel()
	t.Run("nobody waits for it", func(t *testing.T) {
		t.Parallel()
		l, _, err := Load(deadline(t), serve(t, at(50, func(f *fake, _ *fakeConn, message []byte) { f.tell(message, 5, 7) })), some, sick)
		require.NoError(t, err)
		assert.Equal(t, 2, l.Lost)
		assert.False(t, l.Frozen)
		assert.Zero(t, l.Dropped+l.Inversions+l.Disagree)
		assert.GreaterOrEqual(t, l.Seconds, sick.Measured.Seconds())
	})
	t.Run("the sender waits for it", func(t *testing.T) {
		t.Parallel()
		timing := sick
		timing.WarmUp, timing.Measured = 0, time.Minute
		l, _, err := Load(deadline(t), serve(t, at(50, func(f *fake, _ *fakeConn, message []byte) { f.tell(message, 3) })), one, timing)
		require.NoError(t, err)
		assert.Equal(t, 1, l.Lost)
		assert.False(t, l.Frozen, "the room hears what others say")
		assert.Equal(t, 50, l.Sent)
		assert.Equal(t, 50*5-1, l.Deliveries)
		assert.Less(t, l.Seconds, 1.0, "the time in which all stood still")
	})
	t.Run("of the first one", func(t *testing.T) {
		t.Parallel()
		// A client that never hears the hello is out, and nobody waits for it.
		l, note, err := Load(deadline(t), serve(t, func(f *fake, _ int, _ *fakeConn, message []byte) { f.tell(message, 2) }), one, sick)
		require.NoError(t, err)
		assert.Equal(t, 1, l.Dropped)
		assert.Equal(t, errSilent.Error(), note)
		assert.Zero(t, l.Lost)
		assert.Positive(t, l.Deliveries)
		assert.False(t, l.Frozen)
	})
}

// A server does nothing for a moment. All messages that are due in this moment are late,
// also those that the senders could not send yet. The senders wait, but the delays of
// their messages begin when they are due.
func TestOpenLoad(t *testing.T) {
	const rate, n = 1000, 300
	var r *run
	f := serve(t, at(100, func(f *fake, _ *fakeConn, message []byte) {
		for tick := time.Tick(time.Millisecond); r.dueBefore(time.Since(r.begin)) < n; {
			<-tick
		}
		f.tell(message)
	}))
	f.space = 64 << 10
	// Large messages and small buffers, so that the sender has to wait.
	var err error
	r, err = newRun(deadline(t), f, result.Scenario{Clients: 2, Senders: 1, Rate: rate, Payload: 8 << 10}, Timing{Quiet: healthy.Quiet})
	require.NoError(t, err)
	require.NoError(t, r.clients[0].conn.(*net.TCPConn).SetWriteBuffer(f.space))
	r.limit = n
	l, _, err := r.measure(deadline(t))
	require.NoError(t, err)
	assert.Equal(t, 2*n, l.Deliveries)
	assert.Zero(t, l.Lost+l.Dropped+l.Unheard)
	// It did nothing until the last of 300 messages was due. In that time 200 were due:
	// the first of them waited for 200 ms, the next one for 199, and so on.
	const near = 0.99 // a bucket is not one delay
	assert.GreaterOrEqual(t, l.P50/1000, near*50, "ms")
	assert.GreaterOrEqual(t, l.P99/1000, near*196, "ms")
}

// An open load ends soon after its second mark, also if many messages are on the way.
func TestOpenLoadOnAServerThatIsBehind(t *testing.T) {
	shorten(t, &drain, 100*time.Millisecond)
	s := open
	s.Rate = 10_000
	each := time.Tick(time.Millisecond)
	l, _, err := Load(deadline(t), serve(t, func(f *fake, _ int, _ *fakeConn, message []byte) {
		<-each // it delivers one message at each tick, and ten more come in that time
		f.tell(message)
	}), s, healthy)
	require.NoError(t, err)
	assert.Positive(t, l.Deliveries)
	assert.Positive(t, l.Unheard)
	assert.Zero(t, l.Lost, "it delivers still")
	assert.False(t, l.Frozen)
	assert.False(t, l.KeptUp())
}

// One client more sends without pause. If it is dropped, it comes again. It is not counted,
// and its end is that of the run.
func TestFlood(t *testing.T) {
	for _, with := range []bool{false, true} {
		noises := 0
		f := serve(t, func(f *fake, _ int, from *fakeConn, message []byte) {
			if sender, _, _, _ := parseMessage(message); sender == noise {
				if noises++; noises == 100 {
					from.Close()
				}
			}
			f.tell(message)
		})
		s := open
		s.Flood = with
		l, _, err := Load(deadline(t), f, s, healthy)
		require.NoError(t, err)
		assert.Equal(t, with, l.Flood)
		assert.Positive(t, l.Deliveries)
		assert.Zero(t, l.Lost+l.Dropped)
		f.mu.Lock()
		assert.Equal(t, with, noises > 0, "messages of the flood: %d", noises)
		assert.Equal(t, with, len(f.conns) > s.Clients+1, "connections: %d", len(f.conns))
		f.mu.Unlock()
	}
}

// Without its flood, such a load measures nothing.
func TestAFloodThatMayNotComeAgain(t *testing.T) {
	s := open
	s.Flood = true
	_, _, err := Load(deadline(t), serve(t, func(f *fake, _ int, from *fakeConn, message []byte) {
		if sender, _, _, _ := parseMessage(message); sender == noise {
			f.listener.Close()
			from.Close()
		}
		f.tell(message)
	}), s, healthy)
	assert.ErrorContains(t, err, "can't connect to ws://")
}

func TestLossInAnOpenLoad(t *testing.T) {
	l, _, err := Load(deadline(t), serve(t, at(50, func(f *fake, _ *fakeConn, message []byte) { f.tell(message, 5, 7) })), open, sick)
	require.NoError(t, err)
	assert.Equal(t, 2, l.Lost)
	assert.Zero(t, l.Unheard)
	assert.False(t, l.KeptUp())
}

// talk makes each sender of a scenario send n messages, and counts all of them.
func talk(t *testing.T, f *fake, s result.Scenario, timing Timing, n int) (l result.Load, note string) {
	t.Helper()
	timing.WarmUp = 0
	r, err := newRun(deadline(t), f, s, timing)
	require.NoError(t, err)
	r.limit = n
	l, note, err = r.measure(deadline(t))
	require.NoError(t, err)
	return l, note
}

func TestOrderIsSeen(t *testing.T) {
	t.Run("of one sender's", func(t *testing.T) {
		// Client 5 hears the tenth message after the next one.
		var kept []byte
		l, _ := talk(t, serve(t, func(f *fake, number int, _ *fakeConn, message []byte) {
			switch number {
			case 10:
				f.tell(message, 5)
				kept = message
			case 11:
				f.tell(message)
				f.conns[5].Write(frame(0x80|text, kept))
			default:
				f.tell(message)
			}
		}), result.Scenario{Clients: 8, Senders: 1, Window: 4, Payload: 128}, healthy, 100)
		assert.Equal(t, 1, l.Inversions)
		assert.Equal(t, 1, l.Disagree)
		assert.Zero(t, l.Lost)
		assert.Equal(t, 800, l.Deliveries)
	})
	t.Run("of different senders'", func(t *testing.T) {
		// Client 5 hears what client 0 says only when client 1 has said something.
		var kept [][]byte
		l, _ := talk(t, serve(t, func(f *fake, number int, from *fakeConn, message []byte) {
			f.tell(message, 5)
			if number > 0 && from.index == 0 {
				kept = append(kept, message)
				if number < 200 {
					return
				}
			} else {
				f.conns[5].Write(frame(0x80|text, message))
			}
			for _, message := range kept {
				f.conns[5].Write(frame(0x80|text, message))
			}
			kept = nil
		}), result.Scenario{Clients: 8, Senders: 2, Window: 4, Payload: 128}, healthy, 100)
		assert.Zero(t, l.Inversions)
		assert.Equal(t, 1, l.Disagree)
		assert.Zero(t, l.Lost)
		assert.Equal(t, 1600, l.Deliveries)
	})
}

func TestLetGoIsSeen(t *testing.T) {
	t.Parallel()
	politely := func(which int) func(*fake, int, *fakeConn, []byte) {
		return at(50, func(f *fake, _ *fakeConn, message []byte) {
			f.tell(message, which)
			f.conns[which].Write(frame(0x80|closing, []byte{1008 >> 8, 1008 & 0xFF}))
		})
	}
	t.Run("with a close frame", func(t *testing.T) {
		t.Parallel()
		for _, s := range []result.Scenario{one, some} {
			l, note := talk(t, serve(t, politely(4)), s, healthy, 100)
			assert.Equal(t, 1, l.Dropped)
			assert.Equal(t, "the server closed the connection with code 1008", note)
			assert.Zero(t, l.Lost)
			assert.False(t, l.Frozen)
			assert.Equal(t, 100*s.Senders, l.Sent, "the rest goes on")
			assert.GreaterOrEqual(t, l.Deliveries, 100*s.Senders*(s.Clients-1))
		}
	})
	t.Run("without", func(t *testing.T) {
		t.Parallel()
		l, note := talk(t, serve(t, at(50, func(f *fake, _ *fakeConn, message []byte) {
			f.conns[4].Close()
			f.tell(message, 4)
		})), one, healthy, 100)
		assert.Equal(t, 1, l.Dropped)
		assert.Equal(t, "EOF", note)
		assert.Zero(t, l.Lost)
		assert.Equal(t, 100, l.Sent)
	})
	t.Run("a sender", func(t *testing.T) {
		t.Parallel()
		l, _ := talk(t, serve(t, politely(1)), some, sick, 100)
		assert.Equal(t, 1, l.Dropped)
		assert.Zero(t, l.Lost)
		assert.False(t, l.Frozen)
		assert.GreaterOrEqual(t, l.Sent, 200, "the other two go on")
		assert.Less(t, l.Sent, 300)
	})
	t.Run("a sender whose last messages nobody heard", func(t *testing.T) {
		t.Parallel()
		ignored := 0
		l, _ := talk(t, serve(t, func(f *fake, number int, from *fakeConn, message []byte) {
			if number > 50 && from.index == 1 {
				if ignored++; ignored == some.Window {
					from.Close()
				}
				return
			}
			f.tell(message)
		}), some, sick, 100)
		assert.Equal(t, 1, l.Dropped)
		assert.Zero(t, l.Lost)
		assert.False(t, l.Frozen)
	})
	t.Run("before the first message", func(t *testing.T) {
		t.Parallel()
		f := serve(t, nil)
		f.greet = func(c *fakeConn) {
			if c.index == 3 {
				c.Close()
			}
		}
		begin := time.Now()
		l, _ := talk(t, f, one, healthy, 100)
		assert.Equal(t, 1, l.Dropped)
		assert.Equal(t, 100, l.Sent)
		assert.Less(t, time.Since(begin), healthy.Quiet, "nobody waits for it")
	})
	t.Run("the only sender", func(t *testing.T) {
		t.Parallel()
		l, _ := talk(t, serve(t, politely(0)), one, sick, 100)
		assert.Equal(t, 1, l.Dropped)
		assert.Zero(t, l.Lost)
		assert.False(t, l.Frozen, "the others would hear one another")
	})
	t.Run("one after the other", func(t *testing.T) {
		t.Parallel()
		// Each client's messages wait for all clients.
		l, _ := talk(t, serve(t, func(f *fake, number int, _ *fakeConn, message []byte) {
			if number%50 == 49 {
				for _, c := range f.conns {
					if c.index == number/50 {
						c.Close()
					}
				}
			}
			f.tell(message)
		}), everybody, sick, 60)
		assert.GreaterOrEqual(t, l.Dropped, 1)
		assert.Zero(t, l.Lost)
		assert.False(t, l.Frozen)
	})
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		l, _ := talk(t, serve(t, at(50, func(f *fake, _ *fakeConn, _ []byte) {
			for _, c := range f.conns {
				c.Close()
			}
		})), everybody, healthy, 100)
		assert.Equal(t, everybody.Clients, l.Dropped)
		assert.Zero(t, l.Lost)
	})
}

func TestFreezeIsSeen(t *testing.T) {
	t.Parallel()
	// deaf hears nothing from message number 50 on, not even a closed connection.
	deaf := func(t *testing.T) *fake {
		over := make(chan struct{})
		f := serve(t, func(f *fake, number int, _ *fakeConn, message []byte) {
			if number >= 50 {
				<-over
				return
			}
			f.tell(message)
		})
		t.Cleanup(func() { close(over) })
		return f
	}
	t.Run("while it is measured", func(t *testing.T) {
		t.Parallel()
		timing := sick
		timing.WarmUp, timing.Measured = 0, time.Minute
		for _, s := range []result.Scenario{one, some, everybody} {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				l, _, err := Load(deadline(t), deaf(t), s, timing)
				require.NoError(t, err)
				assert.True(t, l.Frozen)
				assert.Equal(t, 49*s.Clients, l.Deliveries)
				assert.Equal(t, l.Sent*s.Clients-l.Deliveries, l.Lost)
				assert.Equal(t, s.Senders*s.Window+49, l.Sent)
				assert.Less(t, l.Seconds, 1.0, "the time in which all stood still")
			})
		}
	})
	t.Run("in the warm-up", func(t *testing.T) {
		t.Parallel()
		timing := sick
		timing.WarmUp = time.Minute
		l, _, err := Load(deadline(t), deaf(t), some, timing)
		require.NoError(t, err)
		assert.True(t, l.Frozen)
		assert.Positive(t, l.Lost)
		assert.Zero(t, l.Seconds)
		assert.Zero(t, l.CPU)
		assert.Zero(t, l.Deliveries)
	})
	t.Run("at the very end", func(t *testing.T) {
		t.Parallel()
		l, _ := talk(t, deaf(t), one, sick, 50)
		assert.True(t, l.Frozen)
		assert.Equal(t, one.Clients, l.Lost)
	})
}

func TestNoSenderHasMoreThanItsWindowUnderWay(t *testing.T) {
	// Three clients, of which the first sends; nothing is connected.
	room := func(s result.Scenario) (*run, *sender) {
		r := &run{Scenario: s}
		r.kept.Store(int32(s.Clients))
		for i := range s.Clients {
			r.clients = append(r.clients, &client{run: r, index: i, from: make([]from, 1)})
		}
		r.senders = []*sender{{client: r.clients[0], wake: make(chan struct{}, 1)}}
		return r, r.senders[0]
	}
	fill := func(s *sender) (messages int) {
		s.fill()
		return len(s.out) / (8 + 128)
	}
	awake := func(s *sender) bool {
		select {
		case <-s.wake:
			return true
		default:
			return false
		}
	}
	hear := func(c *client, numbers ...int32) {
		for _, number := range numbers {
			c.take(0, number, 0, false)
		}
	}

	t.Run("until it hears its own", func(t *testing.T) {
		r, s := room(result.Scenario{Clients: 3, Senders: 1, Window: 4, Payload: 128})
		assert.Equal(t, 4, fill(s))
		assert.Zero(t, fill(s))
		hear(r.clients[1], 0, 1, 2, 3)
		hear(r.clients[2], 0, 1, 2, 3)
		assert.False(t, awake(s), "it has heard nothing")
		assert.Zero(t, fill(s))
		hear(r.clients[0], 2)
		assert.True(t, awake(s))
		assert.Equal(t, 1, fill(s))
		hear(r.clients[0], 0, 1, 3, 4)
		assert.Equal(t, 4, fill(s))
	})
	t.Run("until all have heard it", func(t *testing.T) {
		r, s := room(result.Scenario{Clients: 3, Senders: 1, Window: 4, All: true, Payload: 128})
		assert.Equal(t, 4, fill(s))
		hear(r.clients[0], 0, 1, 2, 3)
		hear(r.clients[1], 0, 1, 2)
		assert.False(t, awake(s))
		assert.Zero(t, fill(s))
		hear(r.clients[2], 2, 3)
		assert.True(t, awake(s))
		assert.Equal(t, 1, fill(s), "all have heard the third alone")
	})
	t.Run("of those who are not out", func(t *testing.T) {
		r, s := room(result.Scenario{Clients: 3, Senders: 1, Window: 4, All: true, Payload: 128})
		r.out(r.clients[1], errSilent) // from the beginning, but it hears
		assert.Equal(t, 4, fill(s))
		hear(r.clients[0], 0)
		hear(r.clients[1], 0, 1, 2, 3)
		assert.Zero(t, fill(s))
		hear(r.clients[0], 1)
		r.out(r.clients[2], io.EOF)
		assert.Equal(t, 2, fill(s))
		hear(r.clients[0], 2, 3, 4, 5)
		assert.Equal(t, 4, fill(s))
		r.out(r.clients[0], io.EOF)
		assert.Zero(t, fill(s), "it is out itself")
	})
	t.Run("far from one another", func(t *testing.T) {
		// The first message is on the way for long, and no other message gets its place.
		r, s := room(result.Scenario{Clients: 3, Senders: 1, Window: 4, Payload: 128})
		assert.Equal(t, 4, fill(s))
		hear(r.clients[0], 1, 2, 3)
		for number := int32(4); number < ring; {
			n := int32(fill(s))
			require.Positive(t, n)
			for range n {
				hear(r.clients[0], number)
				number++
			}
		}
		assert.Zero(t, fill(s))
		hear(r.clients[0], 0)
		assert.Equal(t, 4, fill(s))
	})
	t.Run("over a connection", func(t *testing.T) {
		// A sender hears its own messages when the server has all that the sender may
		// send, or will ever send.
		const n = 100
		held := make(map[*fakeConn][][]byte)
		sent := make(map[*fakeConn]int)
		l, _ := talk(t, serve(t, func(f *fake, number int, from *fakeConn, message []byte) {
			if number == 0 {
				f.tell(message)
				return
			}
			f.tell(message, from.index)
			held[from] = append(held[from], message)
			sent[from]++
			if len(held[from]) == some.Window || sent[from] == n {
				for _, message := range held[from] {
					from.Write(frame(0x80|text, message))
				}
				held[from] = nil
			}
		}), some, healthy, n)
		assert.Equal(t, n*some.Senders, l.Sent)
	})
}

func TestWhatCannotBeMeasured(t *testing.T) {
	t.Run("a server that sends something else", func(t *testing.T) {
		_, _, err := Load(deadline(t), serve(t, at(50, func(f *fake, _ *fakeConn, _ []byte) {
			f.tell([]byte(`{"author":"moderator","body":"quiet, please"}`))
		})), some, healthy)
		assert.ErrorContains(t, err, `no message of ours: "{\"author\":\"moderator\"`)
	})
	t.Run("a server that says things twice", func(t *testing.T) {
		for _, s := range []result.Scenario{one, some, open} {
			_, _, err := Load(deadline(t), serve(t, at(50, func(f *fake, _ *fakeConn, message []byte) {
				f.tell(message)
				f.conns[4].Write(frame(0x80|text, message))
			})), s, healthy)
			assert.ErrorContains(t, err, "some came twice")
		}
	})
	t.Run("a server that ends", func(t *testing.T) {
		why := errors.New("exit status 2")
		timing := healthy
		for _, timing.WarmUp = range []time.Duration{0, time.Minute} {
			_, _, err := Load(deadline(t), serve(t, at(50, func(f *fake, _ *fakeConn, _ []byte) {
				f.ended = why
				for _, c := range f.conns {
					c.Close()
				}
			})), some, timing)
			assert.ErrorIs(t, err, why)
		}
	})
	t.Run("a room of nobody", func(t *testing.T) {
		_, _, err := Load(deadline(t), serve(t, func(*fake, int, *fakeConn, []byte) {}), one, sick)
		assert.ErrorContains(t, err, "none of 5 clients heard the first message")
	})
	t.Run("no WebSocket", func(t *testing.T) {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello")) }))
		defer web.Close()
		_, _, err := Load(deadline(t), elsewhere{fake: new(fake), addr: strings.TrimPrefix(web.URL, "http://")}, one, healthy)
		assert.ErrorContains(t, err, "can't connect to ws://")
		assert.ErrorContains(t, err, `the handshake was answered with "HTTP/1.1 200 OK`)
	})
	t.Run("no WebSocket that knows our key", func(t *testing.T) {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusSwitchingProtocols) }))
		defer web.Close()
		_, _, err := Load(deadline(t), elsewhere{fake: new(fake), addr: strings.TrimPrefix(web.URL, "http://")}, one, healthy)
		assert.ErrorContains(t, err, `the handshake was answered with "HTTP/1.1 101 `)
	})
	t.Run("no server", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		listener.Close()
		_, _, err = Load(deadline(t), elsewhere{fake: new(fake), addr: listener.Addr().String()}, one, healthy)
		assert.ErrorContains(t, err, "can't connect to ws://"+listener.Addr().String()+"/ws: ")
	})
}

// elsewhere is no fake.
type elsewhere struct {
	*fake
	addr string
}

func (e elsewhere) WebSocket() (addr, path string) { return e.addr, "/ws" }

// A server may serve before its room is open.
func TestConnectTriesAgain(t *testing.T) {
	f := serve(t, nil)
	answers := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answers++; answers < 3 {
			http.NotFound(w, r)
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		f.goroutines.Go(func() {
			defer conn.Close()
			io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: "+accept+"\r\n\r\n")
		})
	}))
	defer proxy.Close()
	conn, err := connect(deadline(t), elsewhere{fake: new(fake), addr: strings.TrimPrefix(proxy.URL, "http://")}, make([]byte, idleBuffer), 0)
	require.NoError(t, err)
	assert.NoError(t, conn.conn.Close())
	assert.Equal(t, 3, answers)
}

func TestTheEndOfTheContextEndsALoad(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(deadline(t))
	timing := healthy
	timing.WarmUp = time.Hour
	_, _, err := Load(ctx, serve(t, at(50, func(f *fake, _ *fakeConn, message []byte) {
		cancel(why)
		f.tell(message)
	})), some, timing)
	assert.ErrorIs(t, err, why)

	for _, measure := range []func() error{
		func() error { _, _, err := Load(ctx, serve(t, nil), some, timing); return err },
		func() error { _, err := Idle(ctx, serve(t, nil), 10, time.Second); return err },
		func() error {
			_, _, err := Stalled(ctx, serve(t, nil), StalledPlan{Clients: 2, Messages: 1, Window: 1, Payload: 128})
			return err
		},
	} {
		assert.ErrorIs(t, measure(), why, "it had ended before")
	}
}
