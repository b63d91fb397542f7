package chat

import (
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	mailboxBytes = 1 << 20          // of frames that wait for one client, at most
	writeBytes   = 64 << 10         // of frames in one write, at most; a longer frame goes alone
	patience     = 10 * time.Second // for one write, and for a client that was dropped to leave
	hurry        = 4 * time.Second  // for a client to leave, when the server ends
)

// mailbox holds the frames that wait for one client, the oldest first. The
// server's goroutine puts them in. While frames wait, one other goroutine takes
// them out and writes them. Only one at a time does this, so frames keep their order.
type mailbox struct {
	conn net.Conn // nobody else writes to it, after the handshake

	// writing is held by the goroutine that runs empty. At the end of a client, Start
	// runs empty, too, and waits here for the other one. A goroutine that holds writing
	// may take mu. One that holds mu must not take writing.
	writing sync.Mutex

	// mu guards the fields below. If one goroutine owned them, it would have to stay
	// as long as the client stays. A buffered channel would count messages, not bytes.
	// The server's goroutine takes mu in put, and it must not wait for a client. So
	// nobody may write to conn while holding mu.
	mu       sync.Mutex
	frames   [][]byte
	deadline time.Time // of writes to conn, as take set it last
	bytes    int       // of frames
	emptying bool      // a goroutine runs empty, or soon will, so put need not start one
	closed   bool      // nothing goes in any more: a close frame is in, or a write has failed
}

// put adds a frame. If no goroutine empties the mailbox, put starts one. A client
// whose mailbox has no room for the frame reads too slowly: put drops the client.
// put waits for no client. The server's goroutine calls it, and Start, for pings, pongs
// and the close frame.
func (m *mailbox) put(frame []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return // it was dropped, but is still among the server's clients
	}
	if m.bytes+len(frame) > mailboxBytes {
		slog.Info("a client reads too slowly")
		Counts.Add("dropped", 1)
		// Frames wait, so a goroutine empties the mailbox. It writes tooSlow next, and
		// nothing after that.
		m.frames, frame = nil, []byte(tooSlow)
	}
	if frame[0] == final|opClose {
		// It is the last, so a client gets one. Start reads on for a while: a connection that
		// is closed with unread input is reset, and the close frame could be lost
		// (TestLetGoHasTimeToLeave).
		m.closed = true
		m.conn.SetReadDeadline(time.Now().Add(patience))
		if string(frame) == string(goingAway) {
			m.conn.SetDeadline(time.Now().Add(hurry)) // of the write in progress, too
			m.deadline = time.Now().Add(time.Hour)    // and take puts it off no more
		}
	}
	m.frames = append(m.frames, frame)
	m.bytes += len(frame)
	// With one goroutine for each frame, a client that doesn't read would hold them
	// all (StalledCost). The order doesn't depend on this, but on writing.
	if !m.emptying {
		m.emptying = true
		go m.empty()
	}
}

// readWithin gives the next read of the connection a deadline. If the client is let go,
// the deadline for it to leave stands. busy tells that frames wait, or are written.
func (m *mailbox) readWithin(d time.Duration) (letGo, busy bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.conn.SetReadDeadline(time.Now().Add(d))
	}
	return m.closed, m.emptying
}

// buffers has the memory to join frames in. A mailbox borrows it while it is emptied,
// so a quiet client has none.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// empty writes the frames that wait, all that have gathered in one write, until none
// waits. A write waits for the client, for ten seconds perhaps. So empty doesn't hold
// mu while it writes, or put would wait, too, and the whole room with it. A net.Conn
// takes one write after the other, each as a whole, and each write has whole frames
// (FuzzBatches). So no pong gets between the bytes of a frame.
func (m *mailbox) empty() {
	m.writing.Lock()
	defer m.writing.Unlock()
	joined := buffers.Get().(*[]byte)
	defer buffers.Put(joined)
	for m.take(joined) {
		if _, err := m.conn.Write(*joined); err != nil {
			slog.Info("a client can't be written to", "error", err)
			// Half of a frame may be out, so nothing may follow (TestFailedWriteIsTheLast).
			// ws.Close would write a close frame. conn.Close writes nothing, and it ends
			// Start's read.
			m.conn.Close()
			m.mu.Lock()
			m.closed, m.frames = true, nil // so this loop ends
			m.mu.Unlock()
		}
	}
}

// take joins the frames of the next write: as many as go into writeBytes, but at
// least one, or a longer frame would never go out. It copies them, as all mailboxes
// share a frame's bytes. When none waits it returns false, and the
// goroutine that empties the mailbox ends. Both happen under one lock. Else put could
// come in between, start no goroutine, and leave its frame in the mailbox until the
// next one comes.
func (m *mailbox) take(joined *[]byte) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, n := (*joined)[:0], 0
	for ; n < len(m.frames) && (n == 0 || len(b)+len(m.frames[n]) <= writeBytes); n++ {
		b = append(b, m.frames[n]...)
	}
	*joined, m.frames = b, slices.Delete(m.frames, 0, n)
	m.bytes -= len(b)
	m.emptying = n > 0
	// A client that stops reading must not hold this goroutine for ever
	// (TestStalledForGood). A new deadline costs more than a look at the clock, so each
	// serves for a second.
	if now := time.Now(); n > 0 && m.deadline.Sub(now) < patience-time.Second {
		m.deadline = now.Add(patience)
		m.conn.SetWriteDeadline(m.deadline)
	}
	return n > 0
}
