package chat

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
)

// A client that sends pings into a flood of messages gets a pong for each, and
// each message in a frame of its own: no bytes come between others.
func TestPingsInAFlood(t *testing.T) {
	const size, window = 3000, 32
	messages, pings := fewer(4000), fewer(4000)
	pinged := func(n int) []byte { return []byte(numbered(n, n%2*125)) } // each other one as long as it may be
	r := openRoom(t)
	talker := r.join()
	pinger := r.join()
	require.NoError(t, r.sockets.Of(pinger.Conn).SetWriteBuffer(smallBuffer), "so that a write takes several turns")

	heard := make(chan struct{}, messages/window+1) // so many more
	atOnce(t, 3, func(i int) error {
		switch i {
		case 0: // the talker, who is never ahead of the pinger by more than two windows
			for n := 0; n < messages; n += window {
				if n >= 2*window {
					<-heard
				}
				if err := flow(talker, []*judge.Client{talker}, n, min(n+window, messages), size); err != nil {
					return err
				}
			}
			return nil
		case 1:
			for n := range pings {
				if err := pinger.Write(judge.AppendFrame(nil, judge.Ping, pinged(n))); err != nil {
					return err
				}
			}
			return nil
		}
		defer close(heard)
		for m, p := 0, 0; m < messages || p < pings; {
			f, err := pinger.HearFrame()
			switch {
			case err != nil:
				return fmt.Errorf("after %d messages and %d pongs: %w", m, p, err)
			case isText(f, payload(talker.Name, numbered(m, size))):
				if m++; m%window == 0 {
					heard <- struct{}{}
				}
			case f.Final && f.Opcode == judge.Pong && string(f.Payload) == string(pinged(p)):
				p++
			default:
				return fmt.Errorf("after %d messages and %d pongs a frame came with %#x, %.40q", m, p, f.Opcode, f.Payload)
			}
		}
		return nil
	})
}

// A pong, the longest too, is one write, so that nothing can come between its bytes.
func TestPongIsOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		c := r.join()
		conn := r.pipes.last
		for _, size := range []int{0, 1, 125} {
			before := conn.writes.Load()
			said := bytes.Repeat([]byte("p"), size)
			require.NoError(t, c.Write(judge.AppendFrame(nil, judge.Ping, said)))
			f, err := c.HearFrame()
			require.NoError(t, err)
			assert.Equal(t, judge.Frame{Final: true, Opcode: judge.Pong, Payload: said}, f)
			assert.EqualValues(t, 1, conn.writes.Load()-before, "writes for a pong of %d bytes", size)
		}
	})
}

// A client that has been silent for long after something was sent to it gets
// its pong, and stays: the deadline of the last write is over with that write.
func TestDeadlineEndsWithTheWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		c := r.join()
		for n := range 3 {
			require.NoError(t, flow(c, []*judge.Client{c}, n, n+1, 100))
			<-time.After(time.Minute)
			require.NoError(t, c.Write(judge.AppendFrame(nil, judge.Ping, []byte("still there?"))))
			f, err := c.HearFrame()
			require.NoError(t, err)
			assert.Equal(t, judge.Frame{Final: true, Opcode: judge.Pong, Payload: []byte("still there?")}, f)
		}
		assert.Equal(t, 1, r.sockets.Open())
	})
}

// What comes in one TCP segment with the request for the handshake is heard,
// be it more or less than what net/http reads at once.
func TestFirstFramesWithTheHandshake(t *testing.T) {
	for _, messages := range []int{1, 5, 200} {
		if !t.Run(fmt.Sprint(messages), func(t *testing.T) {
			r := openRoom(t)
			var frames []byte
			bodies := []string{welcome}
			for n := range messages {
				bodies = append(bodies, numbered(n, 100))
				frames = judge.AppendFrame(frames, judge.Text, payload("a hasty one", numbered(n, 100)))
			}
			c, err := r.tryConnect(frames...)
			require.NoError(t, err)
			require.NoError(t, expect(c, bodies...))
		}) {
			return // the others would wait in vain, too
		}
	}
}

// A client that says goodbye gets all that was sent to it before, then 1000,
// and then the end of the connection.
func TestGoodbye(t *testing.T) {
	const messages, size = 900, 1 << 10 // less than is in a mailbox, more than in a socket
	r := openRoom(t)
	talker := r.join()
	c := r.joinStalled()
	require.NoError(t, flow(talker, []*judge.Client{talker}, 0, messages, size))
	require.NoError(t, c.SayGoodbye())
	first, next, err := hearOn(c, func(first, next int) bool { return false })
	assert.Equal(t, judge.Closed(1000), err)
	assert.Equal(t, []int{0, messages}, []int{first, next}, "the numbers that it heard")
	_, err = c.Hear()
	assert.Equal(t, io.EOF, err)
	require.NoError(t, flow(talker, []*judge.Client{talker}, 0, 10, size))
}

// A client that sends what is no message is closed, alone.
func TestNoMessage(t *testing.T) {
	r := openRoom(t)
	other := r.join()
	for _, b := range []string{"no JSON", `["JSON", "but no message"]`, ""} {
		c := r.join()
		require.NoError(t, c.Write(judge.AppendFrame(nil, judge.Text, []byte(b))))
		_, err := c.Hear()
		var timeout net.Error
		assert.False(t, err == nil || errors.As(err, &timeout) && timeout.Timeout(), "what it hears: %v", err)
		await(t, "it to be gone", func() bool { return r.sockets.Open() == 1 })
	}
	require.NoError(t, flow(other, []*judge.Client{other}, 0, 10, 100))
}
