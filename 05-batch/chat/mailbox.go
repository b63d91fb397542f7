package chat

import (
	"log"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	maxMessageBytes = 128 << 10        // of a message's JSON, at most, when it is read; sent, it may be six times as long (\u003c for "<")
	mailboxBytes    = 1 << 20          // of frames that wait for one client, at most
	writeBytes      = 64 << 10         // of frames in one write, at most; a longer frame goes alone
	patience        = 10 * time.Second // for one write, or a second less, and for a client that is let go to leave
)

// mailbox has the frames that wait for one client, the oldest first. The server's
// goroutine puts them in. While any wait, one goroutine, and never two, takes them
// out and writes them: so they keep their order.
type mailbox struct {
	conn     net.Conn
	writing  sync.Mutex // held by the goroutine that runs empty; guards deadline
	deadline time.Time  // of writes to conn, as empty set it last

	mu       sync.Mutex // guards what follows; nobody writes to conn while they hold it
	frames   [][]byte
	bytes    int  // of frames
	emptying bool // a goroutine runs empty, and was not called by Start
	closed   bool // the client was let go: nothing goes in any more
}

// put adds a frame, and starts a goroutine that empties the mailbox if there is
// none. A client that has no room for the frame reads too slowly, and is let go.
// put waits for nobody.
func (m *mailbox) put(frame []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return
	}
	if m.bytes+len(frame) > mailboxBytes {
		log.Println("send: a client reads too slowly")
		m.closed, m.frames = true, [][]byte{tooSlow}     // goes out after the write in progress
		m.conn.SetReadDeadline(time.Now().Add(patience)) // until then, Start reads on
		return
	}
	m.frames = append(m.frames, frame)
	m.bytes += len(frame)
	// Only one goroutine at a time, or a later frame could be written first. No
	// frame is left behind: take ends the goroutine under the same lock, and only
	// when nothing waits.
	if !m.emptying {
		m.emptying = true
		go m.empty()
	}
}

var buffers = sync.Pool{New: func() any { return new([]byte) }} // to join frames in

// empty writes what waits until nothing does. What has gathered goes out in one
// write: a net.Conn takes one write after the other, each as a whole, so no pong
// gets into it. After an error empty writes no more. A write waits for the client,
// so empty doesn't hold mu meanwhile, or put would wait, too.
func (m *mailbox) empty() {
	m.writing.Lock()
	defer m.writing.Unlock()
	joined := buffers.Get().(*[]byte)
	defer buffers.Put(joined)
	for m.take(joined) {
		// To set a deadline costs more than to look at the clock.
		if now := time.Now(); m.deadline.Sub(now) < patience-time.Second {
			m.deadline = now.Add(patience)
			m.conn.SetWriteDeadline(m.deadline)
		}
		if _, err := m.conn.Write(*joined); err != nil {
			log.Println("send:", err)
			m.conn.Close() // which ends Start. Not ws.Close: that writes, too
			m.mu.Lock()
			m.closed, m.frames = true, nil
			m.mu.Unlock()
		}
	}
}

// take joins the frames of the next write: as many as go into writeBytes, but at
// least one, since a longer frame would never go out. If none wait, it returns
// false, and the goroutine that empties the mailbox ends.
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
	return n > 0
}
