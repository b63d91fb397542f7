package chat

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// A client sends pings while many messages come. It gets a pong for each ping, and each
// message in a frame of its own: no bytes get into the middle of a frame. (This is the
// whole, on a real connection, where chance decides what meets. That writes have whole
// frames, FuzzBatches and TestPongIsOneWrite see every time.)
func TestPingsInAFlood(t *testing.T) {
	const size, window = 3000, 32
	r := openRoom(t)
	pinger := &pinger{Client: r.Join(), t: t, pings: pings(fewer(4000))}
	require.NoError(t, r.Sockets.Of(pinger.Conn).SetWriteBuffer(4<<10), "a small buffer, so that a write takes several turns")

	sent := make(chan error, 1)
	go func() { sent <- pinger.ping() }()
	for r.Said < fewer(4000) {
		said := judge.Numbered(r.Said, r.Said+window, size)
		r.Say(window, size)
		for _, body := range said {
			f := pinger.next()
			for f.Opcode == judge.Pong {
				f = pinger.next()
			}
			require.Equal(t, judge.Frame{Final: true, Opcode: judge.Text, Payload: payload(r.Talker.Name, body)}, f)
		}
		require.NoError(t, r.Talker.HearNext(r.Talker.Name, said...))
	}
	for pinger.pongs < len(pinger.pings) {
		require.EqualValues(t, judge.Pong, pinger.next().Opcode)
	}
	require.NoError(t, <-sent)
}

// pinger is a client that sends pings, and fails the test unless each gets its pong.
type pinger struct {
	*judge.Client
	t     *testing.T
	pings []string
	pongs int // heard so far
}

// pings returns the payloads of n pings: every second one is as long as it may be.
func pings(n int) []string {
	all := judge.Numbered(0, n, 0)
	for i := 1; i < n; i += 2 {
		all[i] = judge.Numbered(i, i+1, 125)[0]
	}
	return all
}

func (p *pinger) ping() error {
	for _, ping := range p.pings {
		if err := p.Write(judge.AppendFrame(nil, judge.Ping, []byte(ping))); err != nil {
			return err
		}
	}
	return nil
}

// next returns the next frame. If it is a pong, it must be the next one.
func (p *pinger) next() judge.Frame {
	p.t.Helper()
	f, err := p.HearFrame()
	require.NoError(p.t, err, "after %d pongs", p.pongs)
	if f.Opcode == judge.Pong {
		require.Less(p.t, p.pongs, len(p.pings), "a pong too many")
		require.Equal(p.t, judge.Frame{Final: true, Opcode: judge.Pong, Payload: []byte(p.pings[p.pongs])}, f)
		p.pongs++
	}
	return f
}

// pingAndHear sends a ping. The next frame must be the pong.
func pingAndHear(t *testing.T, c *judge.Client, payload string) {
	t.Helper()
	p := &pinger{Client: c, t: t, pings: []string{payload}}
	require.NoError(t, p.ping())
	require.EqualValues(t, judge.Pong, p.next().Opcode)
}

// Each pong is one write, also the longest. So nothing can get between its bytes.
func TestPongIsOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		c := r.Join()
		for _, size := range []int{0, 1, 125} {
			before := r.Sockets.Writes()
			pingAndHear(t, c, string(bytes.Repeat([]byte("p"), size)))
			assert.Equal(t, 1, r.Sockets.Writes()-before, "writes for a pong of %d bytes", size)
		}
	})
}

// The server sends something to a client, and the client pings a minute later. It
// gets its pong, and stays: a pong has a deadline of its own, so the one of the last
// write, which has passed, doesn't matter.
func TestPongAfterSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		c := r.Join()
		for range 3 {
			r.Flow(1, 100, c)
			<-time.After(time.Minute)
			pingAndHear(t, c, "still there?")
		}
		assert.Equal(t, 2, r.Sockets.Open(), "connections: the talker's and its own")
	})
}

// A client may send messages in one TCP segment with its handshake. All are heard,
// also if they are more than net/http reads at once.
func TestFirstFramesWithTheHandshake(t *testing.T) {
	for _, messages := range []int{1, 5, 200} {
		if !t.Run(fmt.Sprint(messages), func(t *testing.T) {
			r := openRoom(t)
			said := judge.Numbered(0, messages, 100)
			var frames []byte
			for _, body := range said {
				frames = judge.AppendMessage(frames, judge.Message{Author: "a hasty one", Body: body})
			}
			c := r.Enter(r.Dial(), frames...)
			require.NoError(t, c.HearNext(r.Talker.Name, judgetest.Welcome))
			require.NoError(t, c.HearNext("a hasty one", said...))
		}) {
			return // the others would wait for nothing, too
		}
	}
}

// A client that says goodbye gets all that was sent to it before. Then it gets 1000,
// and the end of the connection.
func TestGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages, size = 900, 1 << 10 // they fit into a mailbox
		r := openRoomInBubble(t)
		c := r.Join()
		r.Flow(messages, size)
		require.NoError(t, c.SayGoodbye())

		first, next, err := c.HearFlow(math.MaxInt)
		assert.Equal(t, judge.Closed(1000), err)
		assert.Equal(t, []int{0, messages}, []int{first, next}, "the numbers that it heard")
		_, err = c.Hear()
		assert.Equal(t, io.EOF, err)
		r.Flow(10, size)
	})
}
