package chat

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/judgetest"
)

// serving and emptying count goroutines: those that serve a client, and those that
// empty a mailbox.
func serving() int  { return judgetest.Count("chat.(*Client).Start") }
func emptying() int { return judgetest.Count("chat.(*mailbox).empty") }

// However much waits for a client, one goroutine empties its mailbox; and none
// does when nothing waits.
func TestOneGoroutineEmptiesAMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		silent := []*judge.Client{r.Join(), r.Join(), r.Join()}
		synctest.Wait()
		require.Zero(t, emptying(), "before anything is said")

		for range 50 {
			r.Flow(1, 100) // some of the talker's goroutines may be about to end
			require.LessOrEqual(t, emptying(), 2*len(silent), "after %d messages that three don't read", r.Said)
		}
		synctest.Wait()
		require.Equal(t, len(silent), emptying())
		for _, c := range silent {
			first, _, err := c.HearFlow(r.Said)
			require.NoError(t, err)
			assert.Zero(t, first)
		}
		synctest.Wait()
		require.Zero(t, emptying(), "after all was read")
	})
}

// A client that stops reading is let go when its mailbox has no room left, and not
// before. Until then it costs no more than its mailbox, and then nothing. The others
// hear everything.
func TestFullMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 4 << 10 // with more and shorter messages, timers would be measured too
		r := openRoomInBubble(t)
		other := r.Join()
		r.Flow(2*historyMessages, size, other) // so that the history is full
		stalled := r.Connect()                 // it never reads
		synctest.Wait()
		heap := judge.HeapInUse()

		message := (&Message{r.Talker.Name, judge.Numbered(300, 301, size)[0]}).size()
		waiting := historyMessages - 1 // the first of them is being written
		for ; (waiting+1)*message <= mailboxBytes; waiting++ {
			r.Flow(1, size, other)
		}
		synctest.Wait()
		assert.Equal(t, 3, r.Sockets.Open(), "connections, with %d messages in the mailbox", waiting)
		held := judge.HeapInUse() - heap
		assert.Less(t, held, mailboxBytes+mailboxBytes/4, "bytes held")
		assert.Greater(t, held, mailboxBytes/2, "bytes held: did it read after all?")

		r.Flow(1, size, other)
		synctest.Wait()
		assert.Equal(t, 2, r.Sockets.Open(), "connections, with one message more")
		assert.Equal(t, 2, serving())
		assert.Zero(t, emptying())
		_, err := stalled.Hear()
		assert.Equal(t, io.EOF, err)
		assert.Less(t, judge.HeapInUse()-heap, mailboxBytes/4, "bytes held for a client that was let go")
		r.Flow(100, size, other)
	})
}

// A client that doesn't let a write end is gone after 10 s. After that write no
// other begins.
func TestUnfinishedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		stalled := r.Join()
		synctest.Wait()
		before := r.Sockets.Writes()
		for n := range 10 {
			r.Flow(1, 100)
			synctest.Wait()
			assert.Equal(t, 2, r.Sockets.Open(), "connections after %d s", n)
			<-time.After(time.Second)
		}
		synctest.Wait()
		assert.Equal(t, 1, r.Sockets.Open(), "connections after 10 s")
		assert.Equal(t, 1, serving())
		assert.Zero(t, emptying())
		assert.Equal(t, 10+1, r.Sockets.Writes()-before, "writes: one to it, and those to the talker")
		_, err := stalled.Hear()
		assert.Equal(t, io.EOF, err)
		r.Flow(10, 100)
	})
}

// A client that has been silent for long after something was sent to it gets
// its pong, and stays: the deadline of the last write is over with that write.
func TestDeadlineEndsWithTheWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		c := r.Join()
		for range 3 {
			r.Flow(1, 100, c)
			<-time.After(time.Minute)
			require.NoError(t, c.Write(judge.AppendFrame(nil, judge.Ping, []byte("still there?"))))
			f, err := c.HearFrame()
			require.NoError(t, err)
			assert.Equal(t, judge.Frame{Final: true, Opcode: judge.Pong, Payload: []byte("still there?")}, f)
		}
		assert.Equal(t, 2, r.Sockets.Open(), "connections: the talker's and its own")
	})
}

// The longest message that is read goes to everybody. Of one that is longer by a
// byte nobody hears, and its sender is let go, alone.
func TestLongestMessage(t *testing.T) {
	r := openRoom(t)
	speaker, other := r.Join(), r.Join()
	empty, err := json.Marshal(Message{Author: speaker.Name})
	require.NoError(t, err)
	longest := strings.Repeat("x", maxMessageBytes-len(empty))
	require.NoError(t, speaker.Say(longest))
	for _, c := range []*judge.Client{speaker, other, r.Talker} {
		require.NoError(t, c.HearNext(speaker.Name, longest))
	}

	speaker.Say(longest + "x") // which may not be read to its end
	_, err = speaker.Hear()
	assert.Error(t, err, "what the speaker hears")
	r.AwaitOpen(2)
	r.Flow(100, 100, other)
}
