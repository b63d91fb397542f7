package chat

import (
	"io"
	"math"
	"net"
	"runtime"
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

// A client that never reads costs no more than its mailbox and a goroutine. It costs
// the other clients nothing: they hear everything.
func TestStalledClientCostsLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size = 1 << 10
		messages := max(2000, fewer(5_000))
		// A frame of a KiB takes up to an eighth more memory than its bytes, and some for
		// its place in the mailbox. The rest is for memory that isn't the mailbox's.
		const most = mailboxBytes + mailboxBytes/4 + writeBytes + 256<<10

		r := openRoomInBubble(t)
		var others []*judge.Client
		for range 9 {
			others = append(others, r.Join())
		}
		r.Flow(200, size, others...) // the history is full
		r.Join()                     // it reads no more
		synctest.Wait()
		goroutines, heap, held := runtime.NumGoroutine(), judge.HeapInUse(), 0

		for r.Said < messages {
			r.Flow(200, size, others...)
			if r.Said > 2200 && r.Said%2000 != 200 {
				continue // each look takes a while, and by now the server has dropped it
			}
			synctest.Wait()
			more := judge.HeapInUse() - heap
			held = max(held, more)
			require.Less(t, more, most, "bytes held after %d messages of %d", r.Said, size)
			require.LessOrEqual(t, runtime.NumGoroutine(), goroutines+1, "goroutines: one is stuck")
		}
		assert.Greater(t, held, mailboxBytes/2, "bytes held at some time: did it read after all?")
		t.Logf("at most %d KiB were held", held>>10)
	})
}

// The server drops a client whose mailbox is full, and no other client. When this
// client reads again, it gets what had been written, and then 1008.
func TestSlowClientIsToldSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages, size = 2500, 1 << 10
		r := openRoomInBubble(t)
		other, slow := r.Join(), r.Join()
		r.Flow(messages, size, other)

		first, next, err := slow.HearFlow(math.MaxInt)
		assert.Equal(t, judge.Closed(1008), err, "after numbers %d to %d", first, next-1)
		assert.Zero(t, first)
		assert.Less(t, next, messages-mailboxBytes/size, "messages that it got: it should not get what was in its mailbox")
		require.NoError(t, slow.SayGoodbye())
		_, err = slow.Hear()
		assert.Equal(t, io.EOF, err, "after the close frames")
		r.Flow(100, size, other)
	})
}

// A client that never reads again is gone 10 s after the write that it didn't read
// began. After that write no other begins, not even one for a close frame.
func TestStalledForGood(t *testing.T) {
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
		for range 10 {
			r.Flow(1, 100)
		}
		assert.Equal(t, 20+1, r.Sockets.Writes()-before, "writes: one to it, and those to the talker")
		_, err := stalled.Hear()
		assert.Equal(t, io.EOF, err)
	})
}

// A client that was dropped, and has got 1008, has 10 s to leave. Until then the server
// still hears it, but the client hears nothing more.
func TestLetGoHasTimeToLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		slow := r.Join()
		const size = 100 << 10
		r.Flow(12, size)
		synctest.Wait() // the talker may hear the last one before it is in the other mailbox
		require.NoError(t, slow.HearNext(r.Talker.Name, judge.Numbered(0, 1, size)...), "the write in progress")
		_, err := slow.Hear()
		require.Equal(t, judge.Closed(1008), err)

		<-time.After(9 * time.Second)
		require.NoError(t, slow.Say("am I heard?"))
		require.NoError(t, r.Talker.HearNext(slow.Name, "am I heard?"))
		assert.Equal(t, 2, r.Sockets.Open(), "connections after 9 s")
		<-time.After(time.Second)
		synctest.Wait()
		assert.Equal(t, 1, r.Sockets.Open(), "connections after 10 s")
		_, err = slow.Hear()
		assert.Equal(t, io.EOF, err)
	})
}

// slowly lets a client read 4 KiB in 0.8 seconds.
type slowly struct{ net.Conn }

func (s slowly) Read(p []byte) (int, error) {
	<-time.After(800 * time.Millisecond)
	return s.Conn.Read(p[:min(len(p), 4<<10)])
}

// SetReadDeadline does nothing: this client may be as slow as it likes.
func (s slowly) SetReadDeadline(time.Time) error { return nil }

// A client reads slowly, but in the long run faster than messages come. The server
// never drops it, and it hears everything.
func TestSlowButSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages, size = 10, 40_000 // ten messages every 90 s; it reads each in 8 s, and all in 80 s
		rounds := max(5, fewer(40))
		r := openRoomInBubble(t)
		slow := r.Enter(slowly{r.Dial()})
		require.NoError(t, slow.HearUntil(judgetest.Welcome))
		slow.Listen()
		start := time.Now()
		for range rounds {
			r.Flow(messages, size)
			<-time.After(90 * time.Second)
		}
		for n, m := range heard(t, slow, rounds*messages) {
			require.Equal(t, judge.Numbered(n, n+1, size)[0], m.Body)
		}
		assert.GreaterOrEqual(t, time.Since(start), time.Duration(rounds)*90*time.Second, "how long it stays")
		assert.Equal(t, 2, r.Sockets.Open())
	})
}

// One goroutine empties a client's mailbox, even if many messages wait. When nothing
// waits, there is none.
func TestOneGoroutineEmptiesAMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages = 100
		r := openRoomInBubble(t)
		stalled := []*judge.Client{r.Join(), r.Join(), r.Join()}
		synctest.Wait()
		require.Zero(t, emptying(), "before anything is said")
		for n := range messages {
			r.Flow(1, 100)
			synctest.Wait()
			require.Equal(t, len(stalled), emptying(), "after %d messages", n+1)
		}
		for _, c := range stalled {
			_, _, err := c.HearFlow(messages)
			require.NoError(t, err)
		}
		synctest.Wait()
		require.Zero(t, emptying(), "after all was read")
	})
}
