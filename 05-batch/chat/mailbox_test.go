package chat

import (
	"bytes"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gate is a connection on which a write begins, and ends when the test says so.
// It is for a bubble of testing/synctest: when nothing moves in there, a write has
// begun, or none will.
type gate struct {
	net.Conn // nil: what is not below is not to be called
	t        *testing.T
	begun    chan []byte   // what is to be written
	end      chan error    // what the write is to return
	over     chan struct{} // closed when the test is over
	closed   bool          // by Close
}

func newGate(t *testing.T) *gate {
	g := &gate{t: t, begun: make(chan []byte, 1), end: make(chan error), over: make(chan struct{})}
	t.Cleanup(func() { close(g.over) })
	return g
}

func (g *gate) Write(p []byte) (int, error) {
	before := bytes.Clone(p)
	select {
	case g.begun <- before:
	case <-g.over:
	}
	select {
	case err := <-g.end:
		assert.True(g.t, bytes.Equal(before, p), "bytes changed while they were written")
		return len(p), err
	case <-g.over:
		return 0, net.ErrClosed
	}
}

func (g *gate) Close() error                     { g.closed = true; return nil }
func (g *gate) SetReadDeadline(time.Time) error  { return nil }
func (g *gate) SetWriteDeadline(time.Time) error { return nil }

// begins returns what the next write writes, which has begun.
func (g *gate) begins() []byte {
	g.t.Helper()
	synctest.Wait()
	select {
	case b := <-g.begun:
		return b
	default:
		require.FailNow(g.t, "no write has begun")
		return nil
	}
}

// ends has the write in progress end.
func (g *gate) ends(err error) {
	g.t.Helper()
	g.end <- err
	synctest.Wait()
}

// isQuiet wants no write to begin, and nobody to empty a mailbox.
func (g *gate) isQuiet() {
	g.t.Helper()
	synctest.Wait()
	require.Empty(g.t, g.begun, "a write that was not to begin")
	require.Zero(g.t, emptying(), "goroutines that empty a mailbox")
}

// isClosed tells whether a client was let go.
func isClosed(m *mailbox) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// frameOf makes something like a frame: of size bytes, each n. There is room
// behind them, which is not for the mailbox.
func frameOf(n, size int) []byte {
	return bytes.Repeat([]byte{byte(n)}, size+8)[:size]
}

// What is written is what was put, in order, frame by frame. (The frames are not
// the mailbox's own, and stay as they are.) A write has as many of the frames that
// wait as go into 64 KiB, and one in any case. What finds no room in the mailbox
// drops all that wait, and a close frame follows.
//
// A byte of the script is a frame that is put, of frameSize; or, if it is 0, the
// write in progress ends.
func FuzzBatches(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0, 0, 4, 0, 5, 6})
	f.Add([]byte{1, 131, 131, 1, 0})           // exactly 64 KiB, and one byte
	f.Add([]byte{1, 131, 130, 99, 1, 131, 0})  // nearly 64 KiB
	f.Add([]byte{1, 50, 200, 250, 60, 255, 1}) // longer ones among short ones
	f.Add([]byte{163, 163, 163, 0, 0, 0, 163})
	f.Add(append([]byte{1}, bytes.Repeat([]byte{163}, 17)...)) // 1 MiB is full
	f.Add(append([]byte{1}, append(bytes.Repeat([]byte{215}, 4), 1, 0, 0, 1, 0)...))
	f.Add(append([]byte{1}, append(bytes.Repeat([]byte{215}, 4), 0, 215, 1, 0, 0)...))
	f.Add(append(bytes.Repeat([]byte{99}, 2000), 0, 0, 0))
	f.Fuzz(func(t *testing.T, script []byte) {
		synctest.Test(t, func(t *testing.T) {
			g := newGate(t)
			b := &batches{t: t, gate: g, mailbox: &mailbox{conn: g}}
			for n, instruction := range script {
				switch {
				case instruction != 0:
					b.put(frameOf(n, frameSize(instruction)))
				case b.writing:
					b.writeEnds()
				}
			}
			for b.writing {
				b.writeEnds()
			}
			g.isQuiet()
			for _, frame := range b.all {
				room := frame[:cap(frame)]
				require.Equal(t, bytes.Count(room, room[:1]), len(room), "bytes of a frame that are as they were")
			}
		})
	})
}

// frameSize is the size that a byte of FuzzBatches stands for: some bytes, some
// KiB, or some 16 KiB.
func frameSize(b byte) int {
	switch {
	case b < 100:
		return int(b)
	case b < 200:
		return int(b-99) << 10
	}
	return int(b-199) << 14
}

// batches is a mailbox, and what it is to have written and to write.
type batches struct {
	t       *testing.T
	gate    *gate
	mailbox *mailbox

	all     [][]byte // that were put
	waiting [][]byte
	size    int  // of those that wait and that count for the bound
	writing bool // a write is in progress
	full    bool // the client was let go
}

// put puts a frame: it waits, or is dropped with all that wait. If no write is in
// progress one begins.
func (b *batches) put(frame []byte) {
	b.all = append(b.all, frame)
	fills := !b.full && b.size+len(frame) > mailboxBytes
	b.mailbox.put(frame)
	require.Equal(b.t, b.full || fills, isClosed(b.mailbox), "closed, with %d bytes and a frame of %d", b.size, len(frame))
	switch {
	case fills:
		b.waiting, b.full = [][]byte{tooSlow}, true
	case !b.full:
		b.waiting, b.size = append(b.waiting, frame), b.size+len(frame)
		if !b.writing {
			b.writeBegins()
		}
	}
}

// writeBegins wants a write of as many frames as go into it.
func (b *batches) writeBegins() {
	written := b.gate.begins()
	rest, n := written, 0
	for ; len(rest) > 0; n++ {
		require.Less(b.t, n, len(b.waiting), "more was written than was put")
		require.True(b.t, bytes.HasPrefix(rest, b.waiting[n]), "write of %d bytes: frame %d is not next, or not whole", len(written), n)
		rest = rest[len(b.waiting[n]):]
	}
	require.Positive(b.t, n, "frames in a write")
	require.True(b.t, n == 1 || len(written) <= writeBytes, "a write of %d frames has %d bytes", n, len(written))
	if n < len(b.waiting) {
		require.Greater(b.t, len(written)+len(b.waiting[n]), writeBytes, "bytes of a write and of the next frame, which waited")
	}
	b.waiting, b.size, b.writing = b.waiting[n:], b.size-len(written), true
}

// writeEnds ends the write in progress. If frames wait, the next begins.
func (b *batches) writeEnds() {
	b.gate.ends(nil)
	b.writing = false
	if len(b.waiting) > 0 {
		b.writeBegins()
	}
}

// After a write that failed the connection is closed and nothing more is
// written, neither of what waited nor of what comes.
func TestFailedWriteIsTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		m := &mailbox{conn: g}
		m.put(frameOf(1, 100))
		g.begins()
		m.put(frameOf(2, 100))
		g.ends(os.ErrDeadlineExceeded)
		assert.True(t, g.closed)
		g.isQuiet()

		m.put(frameOf(3, 100))
		m.put(goodbye)
		m.empty()
		g.isQuiet()
	})
}

// A write that fails when the mailbox has been full is the last too: no close
// frame follows.
func TestNoCloseFrameAfterFailedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(t)
		m := &mailbox{conn: g}
		m.put(frameOf(1, 100))
		g.begins()
		for range 4 + 1 {
			m.put(frameOf(2, mailboxBytes/4))
		}
		require.True(t, isClosed(m))
		g.ends(errors.New("reset by peer"))
		assert.True(t, g.closed)
		g.isQuiet()
	})
}

// A mailbox writes nobody else's bytes: not while another one writes, and not
// those that it wrote before.
func TestMailboxesShareNoBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for n := range 50 {
			a, b := newGate(t), newGate(t)
			for i, g := range []*gate{a, b} {
				m := &mailbox{conn: g}
				m.put(frameOf(1+2*n+i, 100))
				assert.Equal(t, frameOf(1+2*n+i, 100), g.begins())
			}
			a.ends(nil)
			b.ends(nil)
			a.isQuiet()
			b.isQuiet()
		}
	})
}
