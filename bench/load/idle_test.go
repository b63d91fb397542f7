package load

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIdle(t *testing.T) {
	f := serve(t, nil)
	idle, err := Idle(deadline(t), f, 300, 500*time.Millisecond)
	require.NoError(t, err)
	assert.Equal(t, 300, idle.Clients)
	assert.Equal(t, 300, idle.Connected)
	assert.Positive(t, idle.ConnectSeconds)
	assert.Equal(t, 1_000_000, idle.RSSBefore)
	assert.Equal(t, 1_300_000, idle.RSSAfter)
	assert.Equal(t, 10, idle.GoroutinesBefore)
	assert.Equal(t, 310, idle.GoroutinesAfter)
	assert.Zero(t, f.count, "they say nothing")
}

// A server is measured only after it has settled.
func TestIdleWaitsUntilTheServerHasSettled(t *testing.T) {
	f := &settling{fake: serve(t, nil), from: 3_000_000, to: 2_000_000}
	idle, err := Idle(deadline(t), f, 2, 500*time.Millisecond)
	require.NoError(t, err)
	assert.Equal(t, 2_000_000, idle.RSSBefore)
	assert.Equal(t, 2_000_000, idle.RSSAfter)
	assert.Equal(t, 12, idle.GoroutinesAfter)
}

// settling is a server whose memory is smaller at each look.
type settling struct {
	*fake
	from, to int
}

func (s *settling) RSS() (int, error) {
	s.from = max(s.to, s.from-200_000)
	return s.from, nil
}

func TestIdleOfAServerThatNeverSettles(t *testing.T) {
	shorten(t, &settleLimit, 300*time.Millisecond)
	idle, err := Idle(deadline(t), &restless{fake: serve(t, nil)}, 2, 500*time.Millisecond)
	require.NoError(t, err)
	assert.Positive(t, idle.RSSAfter)
	assert.Equal(t, 2, idle.Connected)
}

// restless is a server whose memory changes at each look.
type restless struct {
	*fake
	looks int
}

func (r *restless) RSS() (int, error) {
	r.looks++
	return 1_000_000 * (1 + r.looks%2), nil
}

func TestIdleClientsThatAreLetGo(t *testing.T) {
	f := serve(t, nil)
	f.greet = func(c *fakeConn) {
		switch c.index {
		case 3, 4:
			c.Write(frame(0x80|closing, nil))
		case 5:
			c.Close()
		case 6:
			c.Write(frame(0x80|ping, []byte("still there?")))
		}
	}
	idle, err := Idle(deadline(t), f, 20, 500*time.Millisecond)
	require.NoError(t, err)
	assert.Equal(t, 17, idle.Connected)
}

func TestIdleThatCannotBeMeasured(t *testing.T) {
	_, err := Idle(deadline(t), serve(t, nil), 1<<40, 500*time.Millisecond)
	assert.ErrorContains(t, err, "raise it, as in ulimit -Hn")

	broken := errors.New("no such process")
	_, err = Idle(deadline(t), &failing{serve(t, nil), broken}, 10, 500*time.Millisecond)
	assert.ErrorIs(t, err, broken)

	_, err = Idle(deadline(t), elsewhere{serve(t, nil), "127.0.0.1:0"}, 10, 500*time.Millisecond)
	assert.ErrorContains(t, err, "can't connect to ws://127.0.0.1:0/ws")
}

// failing is a server whose memory can't be read.
type failing struct {
	*fake
	err error
}

func (f *failing) RSS() (int, error) { return 0, f.err }

// shorten sets a duration for a test.
func shorten(t *testing.T, d *time.Duration, to time.Duration) {
	was := *d
	*d = to
	t.Cleanup(func() { *d = was })
}

func TestStalled(t *testing.T) {
	t.Parallel()
	plan := StalledPlan{Clients: 4, Messages: 500, Window: 64, Payload: 1024, Quiet: time.Second, Wait: 20 * time.Second}

	t.Run("that the server lets go", func(t *testing.T) {
		t.Parallel()
		// It comes as the fifth. All but this one hear the message; then it is dropped.
		f := serve(t, func(f *fake, number int, _ *fakeConn, message []byte) {
			f.tell(message, 4)
			if number == 500 {
				f.held.Store(false)
			}
		})
		f.rss.Add(500)
		s, note, err := Stalled(deadline(t), f, plan)
		require.NoError(t, err)
		assert.Empty(t, note)
		assert.False(t, s.Frozen)
		assert.Zero(t, s.Lost+s.Dropped)
		assert.Positive(t, s.P99)
		assert.Positive(t, s.LetGo)
		require.NotEmpty(t, s.Samples)
		last := s.Samples[len(s.Samples)-1]
		assert.Equal(t, 500, last.Sent)
		assert.Equal(t, 15, last.Goroutines)
		assert.Equal(t, 1_005_500, last.RSS)
		for i, sample := range s.Samples[1:] {
			assert.Greater(t, sample.Seconds, s.Samples[i].Seconds)
			assert.GreaterOrEqual(t, sample.Sent, s.Samples[i].Sent)
		}
	})
	t.Run("that is kept", func(t *testing.T) {
		t.Parallel()
		plan := plan
		plan.Wait = 300 * time.Millisecond
		s, _, err := Stalled(deadline(t), serve(t, func(f *fake, _ int, _ *fakeConn, message []byte) { f.tell(message, 4) }), plan)
		require.NoError(t, err)
		assert.Equal(t, -1.0, s.LetGo)
		assert.False(t, s.Frozen)
		last := s.Samples[len(s.Samples)-1]
		assert.GreaterOrEqual(t, last.Seconds, plan.Wait.Seconds(), "the last sample is of the end")
	})
	t.Run("that freezes the room", func(t *testing.T) {
		t.Parallel()
		// The fake waits until it has read.
		f := serve(t, nil)
		f.space = 4 << 10
		s, _, err := Stalled(deadline(t), f, plan)
		require.NoError(t, err)
		assert.True(t, s.Frozen)
		assert.Equal(t, -1.0, s.LetGo)
		assert.Positive(t, s.Lost)
		last := s.Samples[len(s.Samples)-1]
		assert.Greater(t, last.Sent, 0)
		assert.Less(t, last.Sent, 500)
		assert.Less(t, last.Seconds, 15.0, "nobody waits for more of a frozen server")
	})
	t.Run("beside one that the server drops", func(t *testing.T) {
		t.Parallel()
		s, note, err := Stalled(deadline(t), serve(t, at(100, func(f *fake, _ *fakeConn, message []byte) {
			f.held.Store(false)
			f.conns[2].Close()
			f.tell(message, 4)
		})), plan)
		require.NoError(t, err)
		assert.Equal(t, 1, s.Dropped)
		assert.NotEmpty(t, note)
		assert.Zero(t, s.Lost)
	})
	t.Run("of a server that can't be looked at", func(t *testing.T) {
		t.Parallel()
		broken := errors.New("no such process")
		_, _, err := Stalled(deadline(t), &failing{serve(t, nil), broken}, plan)
		assert.ErrorIs(t, err, broken)
	})
}
