package chat

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
)

// A newcomer hears the last 100 messages, in order, and then what is said next.
func TestHistory(t *testing.T) {
	for _, said := range []int{98, 99, 100, 101, 250} { // behind the welcome
		if !t.Run(fmt.Sprint(said), func(t *testing.T) {
			r := openRoom(t)
			talker := r.join()
			require.NoError(t, flow(talker, []*judge.Client{talker}, 0, said, 100))
			newcomer := r.connect()
			if said < 100 {
				require.NoError(t, expect(newcomer, welcome))
			}
			first, next, err := hearOn(newcomer, func(_, next int) bool { return next == said })
			require.NoError(t, err)
			assert.Equal(t, max(0, said-100), first, "the first that it hears")
			require.NoError(t, flow(talker, []*judge.Client{talker, newcomer}, next, next+10, 100))
		}) {
			return // the others would wait in vain, too
		}
	}
}

// Of long messages a newcomer hears as many of the last as go into historyBytes.
func TestLongHistory(t *testing.T) {
	const size, said = 32 << 10, 40
	frame := len((&Message{"client 1", numbered(10, size)}).frame())
	r := openRoom(t)
	talker := r.join()
	require.NoError(t, flow(talker, []*judge.Client{talker}, 0, said, size))
	newcomer := r.connect()
	first, next, err := hearOn(newcomer, func(_, next int) bool { return next == said })
	require.NoError(t, err)
	assert.Equal(t, historyBytes/frame, next-first, "messages of %d bytes", frame)
}

// Who joins while messages flow hears, from the first that it hears, each
// message once, in order, and none is missing: past ones, and then live ones.
func TestJoiningAFlow(t *testing.T) {
	const atOnce = 8
	joins := max(5, fewer(40)) // for each of them
	r := openRoom(t)
	talker := r.join()
	require.NoError(t, flow(talker, []*judge.Client{talker}, 0, 300, 100))
	var said atomic.Int64 // and heard by the talker
	said.Store(300)

	errs := make(chan error, atOnce)
	for range atOnce {
		go func() {
			errs <- func() error {
				for range joins {
					before := int(said.Load())
					c, err := r.tryConnect()
					if err != nil {
						return err
					}
					first, next, err := hearOn(c, func(first, next int) bool { return next > before+150 })
					if err != nil {
						return err
					}
					if last := int(said.Load()) + 64; first < before-100 || first > last-100 {
						return fmt.Errorf("between numbers %d and %d, %s heard from %d on, until %d", before, last, c.Name, first, next)
					}
					c.Drop()
				}
				return nil
			}()
		}()
	}
	for left := atOnce; left > 0; {
		n := int(said.Load())
		require.NoError(t, flow(talker, []*judge.Client{talker}, n, n+16, 100))
		said.Store(int64(n + 16))
		select {
		case err := <-errs:
			require.NoError(t, err)
			left--
		default:
		}
	}
	t.Logf("%d joined while %d messages were said", atOnce*joins, said.Load()-300)
}
