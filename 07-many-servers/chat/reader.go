package chat

import (
	"errors"
	"net"
	"os"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

const (
	readBytes = 512             // of a buffer to read into that a quiet client keeps, at most
	readMost  = 16 << 10        // bytes that are read at once, at most
	frameCost = 4 << 10         // what a frame costs a client beside its bytes, in bytes
	linger    = 2 * time.Second // for a client that was told why it is let go, to hear it
)

// reader reads what a stranger sends. Only the goroutine of Client.Start uses it.
type reader struct {
	conn    net.Conn
	mailbox *mailbox // for pings and pongs
	config  *Config

	buffer  []byte // to read into
	in      []byte // what came and is not parsed yet: in buffer, or what came with the handshake
	within  bool   // a message: its first frame has come, and its last one has not
	message []byte // the payloads of its frames so far

	bucket *rate.Limiter // of what the client may still send, in bytes
	letGo  bool          // the client was told so
}

// next returns the client's next message. Pings that come before, it answers. The error
// is a closing, if the client is to be told why no more is read.
func (r *reader) next() (*Message, error) {
	for {
		f, size, err := parse(r.in, r.config.MaxMessage-len(r.message))
		if err == nil && size == 0 {
			if err = r.fill(); err == nil {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		r.in = r.in[size:]
		r.pay(frameCost)
		switch f.opcode {
		case opPing:
			r.mailbox.put(append([]byte{final | opPong, byte(len(f.payload))}, f.payload...))
		case opPong: // nobody waits for it: that something came is enough
		case opClose:
			return nil, goodbye
		default:
			if r.within != (f.opcode == opContinuation) {
				return nil, protocolError("a part of a message, out of place")
			}
			r.message, r.within = append(r.message, f.payload...), !f.final
			if !r.within {
				whole := r.message
				r.message = nil
				return parseMessage(whole)
			}
		}
	}
}

// fill waits for more bytes. A client that sends none for a third of Idle gets a ping.
// If two thirds later nothing has come, it is let go: silence needs neither a goroutine
// nor a ticker. While the mailbox is emptied, the ping may still be behind other frames,
// and the deadline of writes counts (TestSlowButSteady).
func (r *reader) fill() error {
	if len(r.in) == 0 && cap(r.buffer) > readBytes {
		r.buffer = nil // a quiet client keeps little
	}
	// What is not parsed goes to the front. The buffer grows for a long frame.
	r.buffer = slices.Grow(append(r.buffer[:0], r.in...), readBytes/2)
	old := len(r.buffer)
	for pinged, busy := false, false; ; pinged = true {
		r.letGo, busy = r.mailbox.readWithin(r.config.Idle / 3)
		n, err := r.conn.Read(r.buffer[old:min(cap(r.buffer), old+readMost)])
		switch {
		case n > 0:
			r.in = r.buffer[:old+n]
			r.pay(n)
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case r.letGo, pinged && !busy:
			return silent
		case !pinged:
			r.mailbox.put([]byte{final | opPing, 0})
		}
	}
}

// pay waits until the client may send n bytes more. Meanwhile nobody reads what it sends,
// so soon it can't send: nothing is dropped, and the room notices little. A client that
// is let go is not held up, as it is to leave.
func (r *reader) pay(n int) {
	if wait := r.bucket.ReserveN(time.Now(), n).Delay(); wait > 0 && !r.letGo {
		time.Sleep(wait)
	}
}

// drain reads what still comes, for a while. A connection that is closed with unread
// input is reset, and then the client may never hear why (TestHearsWhy).
func (r *reader) drain() {
	if tcp, ok := r.conn.(*net.TCPConn); ok {
		tcp.CloseWrite() // so the client need not wait for more
	}
	r.conn.SetReadDeadline(time.Now().Add(linger))
	for b, err := make([]byte, readBytes), error(nil); err == nil; {
		_, err = r.conn.Read(b)
	}
}
