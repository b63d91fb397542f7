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

// gate is a connection whose writes end only when the test says so. It is for a bubble
// of testing/synctest: when all goroutines there wait, either a write has begun, or
// none will begin.
type gate struct {
	net.Conn // nil: a method that is not below must not be called
	t        *testing.T
	begun    chan []byte   // the bytes to write
	end      chan error    // the write returns it
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
func (g *gate) SetDeadline(time.Time) error      { return nil }
func (g *gate) SetReadDeadline(time.Time) error  { return nil }
func (g *gate) SetWriteDeadline(time.Time) error { return nil }

// begins returns the bytes of the write that has just begun. There must be one.
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

// ends ends the write in progress.
func (g *gate) ends(err error) {
	g.t.Helper()
	g.end <- err
	synctest.Wait()
}

// isQuiet fails the test if a write begins, or a goroutine empties a mailbox.
func (g *gate) isQuiet() {
	g.t.Helper()
	synctest.Wait()
	require.Empty(g.t, g.begun, "a write that should not begin")
	require.Zero(g.t, emptying(), "goroutines that empty a mailbox")
}

// isClosed tells whether the client was dropped.
func isClosed(m *mailbox) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// frameOf makes something like a frame: size bytes, and each is n, of 7 bits, so that it is
// no close frame. Its slice has more capacity, which the mailbox must not use.
func frameOf(n, size int) []byte {
	return bytes.Repeat([]byte{byte(n & 0x7F)}, size+8)[:size]
}

// The mailbox writes the frames that were put, whole and in order. (It doesn't change
// them: they are not its own.) Each write has as many of the waiting frames as fit
// into 64 KiB, but at least one. A frame that doesn't fit into the mailbox drops all
// that wait, and a close frame follows.
//
// Each byte of the script is an instruction. 0 ends the write in progress. Any other
// byte puts a frame, whose size is frameSize of it.
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
				require.Equal(t, bytes.Count(room, room[:1]), len(room), "bytes of a frame that did not change")
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

// batches is a mailbox, and what it should have written and should still write.
type batches struct {
	t       *testing.T
	gate    *gate
	mailbox *mailbox

	all     [][]byte // frames that were put
	waiting [][]byte
	size    int  // of the waiting frames that count for the bound
	writing bool // a write is in progress
	full    bool // the client was dropped
}

// put puts a frame. The frame waits, or it is dropped with all that wait. If no write
// is in progress, one must begin.
func (b *batches) put(frame []byte) {
	b.all = append(b.all, frame)
	fills := !b.full && b.size+len(frame) > mailboxBytes
	b.mailbox.put(frame)
	require.Equal(b.t, b.full || fills, isClosed(b.mailbox), "closed, with %d bytes and a frame of %d", b.size, len(frame))
	switch {
	case fills:
		b.waiting, b.full = [][]byte{[]byte(tooSlow)}, true
	case !b.full:
		b.waiting, b.size = append(b.waiting, frame), b.size+len(frame)
		if !b.writing {
			b.writeBegins()
		}
	}
}

// writeBegins checks that a write has begun, with as many frames as fit into it.
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

// writeEnds ends the write in progress. If frames wait, the next must begin.
func (b *batches) writeEnds() {
	b.gate.ends(nil)
	b.writing = false
	if len(b.waiting) > 0 {
		b.writeBegins()
	}
}

// After a write has failed, the connection is closed and nothing more is written: no
// frame that waited, and no frame that comes later.
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
		m.put([]byte(goodbye))
		m.empty()
		g.isQuiet()
	})
}

// After the mailbox was full, a write that fails is the last one, too: no close frame
// follows.
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

// A mailbox writes only its own bytes: none of another mailbox, also while that one
// writes, and none that it wrote before.
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
