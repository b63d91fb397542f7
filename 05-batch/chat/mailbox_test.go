package chat

import (
	"bytes"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"websocket-chat-steps/internal/judge/judgetest"
)

// gate is a connection on which a write begins, and ends when the test says so.
type gate struct {
	net.Conn               // nil: what is not below is not to be called
	begun    chan []byte   // what is to be written, as it was when the write began
	end      chan error    // what the write is to return
	changed  chan struct{} // closed if the bytes changed meanwhile
	closed   chan struct{} // closed by Close
}

func newGate() *gate {
	return &gate{
		begun:   make(chan []byte),
		end:     make(chan error),
		changed: make(chan struct{}),
		closed:  make(chan struct{}),
	}
}

func (g *gate) Write(p []byte) (int, error) {
	before := bytes.Clone(p)
	g.begun <- before
	err := <-g.end
	if !bytes.Equal(before, p) {
		close(g.changed)
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

func (g *gate) Close() error                     { close(g.closed); return nil }
func (g *gate) SetReadDeadline(time.Time) error  { return nil }
func (g *gate) SetWriteDeadline(time.Time) error { return nil }

// next waits for the next write to begin.
func (g *gate) next(t *testing.T) []byte {
	t.Helper()
	select {
	case b := <-g.begun:
		return b
	case <-time.After(judgetest.Patience()):
		require.FailNow(t, "waited in vain for a write to begin")
		return nil
	}
}

// over has the write in progress end.
func (g *gate) over(t *testing.T, err error) {
	t.Helper()
	select {
	case g.end <- err:
	case <-time.After(judgetest.Patience()):
		require.FailNow(t, "waited in vain for a write to be there")
	}
}

// isClosed waits for the connection to be closed, with no write before.
func (g *gate) isClosed(t *testing.T) {
	t.Helper()
	select {
	case <-g.closed:
	case <-g.begun:
		require.FailNow(t, "a write after one that failed")
	case <-time.After(judgetest.Patience()):
		require.FailNow(t, "waited in vain for the connection to be closed")
	}
}

// isClosed tells whether a client was let go.
func isClosed(m *mailbox) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.closed
}

// emptied waits until nobody empties a mailbox. No write may begin.
func emptied(t *testing.T, gates ...*gate) {
	t.Helper()
	await(t, "mailboxes to be empty", func() bool { return countIn("(*mailbox).") == 0 })
	for _, g := range gates {
		select {
		case <-g.changed:
			assert.Fail(t, "bytes changed while they were written")
		default:
		}
	}
}

// frameOf makes something like a frame: of size bytes, each n. There is room
// behind them, which is not for the mailbox.
func frameOf(n, size int) []byte {
	return bytes.Repeat([]byte{byte(n)}, size+8)[:size]
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

// What is written is what was put, in order, frame by frame. (The frames are not
// the mailbox's own, and stay as they are.) A write has as
// many of the frames that wait as go into 64 KiB, and one in any case. What
// finds no room in the mailbox drops all that wait, and a close frame follows.
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
		g := newGate()
		m := &mailbox{conn: g}
		var all, waiting [][]byte
		size, writing, full := 0, false, false
		begins := func() { // what has begun is made of the first of those that wait
			b := g.next(t)
			whole, n := b, 0
			for len(b) > 0 {
				require.Less(t, n, len(waiting), "more was written than was put")
				require.True(t, bytes.HasPrefix(b, waiting[n]), "write of %d bytes: frame %d is not next, or not whole", len(whole), n)
				b = b[len(waiting[n]):]
				n++
			}
			require.Positive(t, n, "frames in a write")
			require.True(t, n == 1 || len(whole) <= writeBytes, "a write of %d frames has %d bytes", n, len(whole))
			if n < len(waiting) {
				require.Greater(t, len(whole)+len(waiting[n]), writeBytes, "bytes of a write and of the next frame, which waited")
			}
			waiting, size, writing = waiting[n:], size-len(whole), true
		}
		ends := func() {
			g.over(t, nil)
			if writing = false; len(waiting) > 0 {
				begins()
			}
		}
		for n, b := range script {
			if b == 0 {
				if writing {
					ends()
				}
				continue
			}
			frame := frameOf(n, frameSize(b))
			all = append(all, frame)
			fills := !full && size+len(frame) > mailboxBytes
			m.put(frame)
			require.Equal(t, fills || full, isClosed(m), "closed, with %d bytes and a frame of %d", size, len(frame))
			switch {
			case fills:
				waiting, full = [][]byte{tooSlow}, true
			case !full:
				waiting, size = append(waiting, frame), size+len(frame)
				if !writing {
					begins()
				}
			}
		}
		for writing {
			ends()
		}
		for _, frame := range all {
			room := frame[:cap(frame)]
			require.Equal(t, bytes.Count(room, room[:1]), len(room), "bytes of a frame that are as they were")
		}
		select {
		case b := <-g.begun:
			require.Failf(t, "a write", "of %d bytes that nobody put", len(b))
		case <-g.changed:
			require.Fail(t, "bytes changed while they were written")
		default:
		}
	})
}

// After a write that failed the connection is closed and nothing more is
// written, neither of what waited nor of what comes.
func TestFailedWriteIsTheLast(t *testing.T) {
	g := newGate()
	m := &mailbox{conn: g}
	m.put(frameOf(1, 100))
	g.next(t)
	m.put(frameOf(2, 100))
	g.over(t, os.ErrDeadlineExceeded)
	g.isClosed(t)
	emptied(t, g)
	m.put(frameOf(3, 100))
	m.put(goodbye)
	m.empty()
	emptied(t, g)
}

// A write that fails when the mailbox has been full is the last too: no close
// frame follows.
func TestNoCloseFrameAfterFailedWrite(t *testing.T) {
	g := newGate()
	m := &mailbox{conn: g}
	m.put(frameOf(1, 100))
	g.next(t)
	for !isClosed(m) {
		m.put(frameOf(2, mailboxBytes/4))
	}
	g.over(t, errors.New("reset by peer"))
	g.isClosed(t)
	emptied(t, g)
}

// A mailbox writes nobody else's bytes: not while another one writes, and not
// those that it wrote before.
func TestMailboxesShareNoBytes(t *testing.T) {
	for n := range 50 {
		a, b := newGate(), newGate()
		for i, g := range []*gate{a, b} {
			m := &mailbox{conn: g}
			m.put(frameOf(1+2*n+i, 100))
			assert.Equal(t, frameOf(1+2*n+i, 100), g.next(t))
		}
		a.over(t, nil)
		b.over(t, nil)
		emptied(t, a, b)
	}
}
