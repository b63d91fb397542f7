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

// serving counts the goroutines that serve a client, and emptying those that empty a
// mailbox.
func serving() int  { return judgetest.Count("chat.(*Client).Start") }
func emptying() int { return judgetest.Count("chat.(*mailbox).empty") }

// One goroutine empties a client's mailbox, even if many messages wait. When nothing
// waits, there is none.
func TestOneGoroutineEmptiesAMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		silent := []*judge.Client{r.Join(), r.Join(), r.Join()}
		synctest.Wait()
		require.Zero(t, emptying(), "before anything is said")

		for range 50 {
			r.Flow(1, 100) // some of the talker's goroutines may not have ended yet
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

// The server drops a client that stops reading when its mailbox is full, and not
// before. Until then the client costs no more than its mailbox. After that it costs
// nothing. The others hear everything.
func TestFullMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 4 << 10 // with more and shorter messages, the timers' memory would count, too
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
		assert.Less(t, judge.HeapInUse()-heap, mailboxBytes/4, "bytes held for a client that was dropped")
		r.Flow(100, size, other)
	})
}

// A client that doesn't read what is written to it is gone after 10 s. After that
// write no other begins.
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

// The server sends something to a client, and the client pings a minute later. It
// gets its pong, and stays: the deadline of the last write ended with that write.
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

// Everybody hears the longest message that the server reads. If a message is a byte
// longer, nobody hears it, and the server drops its sender, and no other client.
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

	speaker.Say(longest + "x") // the server may not read all of it, so this may fail
	_, err = speaker.Hear()
	assert.Error(t, err, "what the speaker hears")
	r.AwaitOpen(2)
	r.Flow(100, 100, other)
}
