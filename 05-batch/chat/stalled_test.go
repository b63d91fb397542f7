package chat

import (
	"io"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge"
)

// A client that never reads costs no more than its mailbox and a goroutine, and
// the others nothing at all: they hear everything.
func TestStalledClientCostsLittle(t *testing.T) {
	const size = 1 << 10
	messages := max(2000, fewer(5_000))
	// A frame of a KiB takes up to an eighth more memory than its bytes, and its
	// place in the mailbox some. The rest is left for what is not the mailbox's.
	const most = mailboxBytes + mailboxBytes/4 + writeBytes + 256<<10

	r := openRoom(t)
	var others []*judge.Client
	for range 10 {
		others = append(others, r.join())
	}
	require.NoError(t, flow(others[0], others, 0, 200, size)) // the history is full
	r.joinStalled()
	goroutines, heap, held := runtime.NumGoroutine(), heapInUse(), 0

	for said := 200; said < messages; said += 200 {
		require.NoError(t, flow(others[0], others, said, said+200, size))
		if said > 2000 && said%2000 != 0 {
			continue // each look takes a while; by now it has been let go
		}
		more := heapInUse() - heap
		held = max(held, more)
		require.Less(t, more, most, "bytes held after %d messages of %d", said+200, size)
		await(t, "all goroutines to end but the one that is stuck", func() bool {
			return runtime.NumGoroutine() <= goroutines+1
		})
	}
	assert.Greater(t, held, mailboxBytes/2, "bytes held at some time: did it read after all?")
	t.Logf("at most %d KiB were held", held>>10)
}

// heapInUse is how much memory, in bytes, can't be set free.
func heapInUse() int {
	runtime.GC()
	runtime.GC() // what pools keep goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A client that does not read for so long that its mailbox is full is let go,
// alone. When it reads again it gets what had been written, and then 1008.
func TestSlowClientIsToldSo(t *testing.T) {
	const messages, size = 2500, 1 << 10
	r := openRoom(t)
	others := []*judge.Client{r.join(), r.join()}
	slow := r.joinStalled()
	require.NoError(t, flow(others[0], others, 0, messages, size))

	first, next, err := hearOn(slow, func(first, next int) bool { return false })
	assert.Equal(t, judge.Closed(1008), err, "after numbers %d to %d", first, next-1)
	assert.Zero(t, first)
	assert.Less(t, next, messages-mailboxBytes/size, "messages that it got: its mailbox was to be dropped")
	require.NoError(t, slow.SayGoodbye())
	_, err = slow.Hear()
	assert.Equal(t, io.EOF, err, "after the close frames")
	require.NoError(t, flow(others[1], others, messages, messages+100, size))
}

// A client that never reads again is gone 10 s after the write that it does not
// let end. After that write no other begins, and none for a close frame.
func TestStalledForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		talker := r.join()
		stalled := r.join()
		conn := r.pipes.last
		synctest.Wait()
		before := conn.writes.Load()
		for n := range 10 {
			require.NoError(t, flow(talker, []*judge.Client{talker}, n, n+1, 100))
			synctest.Wait()
			assert.Equal(t, 2, r.sockets.Open(), "connections after %d s", n)
			<-time.After(time.Second)
		}
		synctest.Wait()
		assert.Equal(t, 1, r.sockets.Open(), "connections after 10 s")
		assert.Equal(t, 1, countIn("(*Client).Start"))
		assert.Zero(t, countIn("(*mailbox)."))
		require.NoError(t, flow(talker, []*judge.Client{talker}, 10, 20, 100))
		assert.EqualValues(t, 1, conn.writes.Load()-before, "writes to it")
		_, err := stalled.Hear()
		assert.Equal(t, io.EOF, err)
	})
}

// A client that is let go, and has been told so, has 10 s to leave. Meanwhile
// it is still listened to, but hears nothing more.
func TestLetGoHasTimeToLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := openRoomInBubble(t)
		talker := r.join()
		slow := r.join()
		const size = 100 << 10
		require.NoError(t, flow(talker, []*judge.Client{talker}, 0, 12, size))
		synctest.Wait() // the talker may hear the last one before it is put into the other mailbox
		require.NoError(t, expect(slow, numbered(0, size)), "the write in progress")
		_, err := slow.Hear()
		require.Equal(t, judge.Closed(1008), err)

		<-time.After(9 * time.Second)
		require.NoError(t, slow.Say("am I heard?"))
		require.NoError(t, expect(talker, "am I heard?"))
		assert.Equal(t, 2, r.sockets.Open(), "connections after 9 s")
		<-time.After(time.Second)
		synctest.Wait()
		assert.Equal(t, 1, r.sockets.Open(), "connections after 10 s")
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

// SetReadDeadline does nothing: it may take its time.
func (s slowly) SetReadDeadline(time.Time) error { return nil }

// A client that reads slowly, but faster than messages come in the long run, is
// never let go, and hears everything.
func TestSlowButSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages, size = 10, 40_000 // every 90 s so many, which it reads in 80; each alone goes out in 8
		rounds := max(5, fewer(40))
		r := openRoomInBubble(t)
		talker := r.join()
		conn, err := r.dial()
		require.NoError(t, err)
		slow, err := r.enter(slowly{conn})
		require.NoError(t, err)
		require.NoError(t, expect(slow, welcome))
		start := time.Now()
		heardAll := make(chan error)
		go func() {
			_, _, err := hearOn(slow, func(first, next int) bool { return first == 0 && next == rounds*messages })
			heardAll <- err
		}()
		for n := range rounds {
			require.NoError(t, flow(talker, []*judge.Client{talker}, n*messages, (n+1)*messages, size))
			<-time.After(90 * time.Second)
		}
		require.NoError(t, <-heardAll)
		assert.GreaterOrEqual(t, time.Since(start), time.Duration(rounds)*90*time.Second, "so long it stays")
		assert.Equal(t, 2, r.sockets.Open())
	})
}

// However much waits for a client, one goroutine empties its mailbox; and none
// does when nothing waits.
func TestOneGoroutineEmptiesAMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const messages = 100
		r := openRoomInBubble(t)
		talker := r.join()
		stalled := []*judge.Client{r.join(), r.join(), r.join()}
		synctest.Wait()
		require.Zero(t, countIn("(*mailbox)."), "before anything is said")
		for n := range messages {
			require.NoError(t, flow(talker, []*judge.Client{talker}, n, n+1, 100))
			synctest.Wait()
			require.Equal(t, len(stalled), countIn("(*mailbox)."), "after %d messages", n+1)
		}
		for _, c := range stalled {
			_, _, err := hearOn(c, func(_, next int) bool { return next == messages })
			require.NoError(t, err)
		}
		synctest.Wait()
		require.Zero(t, countIn("(*mailbox)."), "after all was read")
	})
}
