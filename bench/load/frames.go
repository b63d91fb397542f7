package load

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
)

// The opcodes of RFC 6455, 5.2.
const (
	continuation = 0x0
	text         = 0x1
	closing      = 0x8
	ping         = 0x9
	pong         = 0xA
)

// longest is how long a frame or a message may be. A longer one is treated as
// noise.
const longest = 64 << 20

// closed is the close frame that a server sent.
type closed int

func (c closed) Error() string {
	return fmt.Sprintf("the server closed the connection with code %d", int(c))
}

// frames reads a server's text messages from a connection, in place. Only one
// goroutine may use it.
type frames struct {
	conn     net.Conn
	buffer   []byte
	from, to int    // the part of buffer that was read and not yet taken
	partial  []byte // the first frames of a message that has several
	within   bool   // a message in several frames has begun
}

// fill reads once from the connection. It waits until something comes.
func (f *frames) fill() error {
	if f.from == f.to {
		f.from, f.to = 0, 0
	}
	n, err := f.conn.Read(f.buffer[f.to:])
	f.to += n
	if n > 0 {
		return nil
	}
	return err
}

// next returns the payload of the next whole text message. If more has to be read first,
// ok is false. The payload is valid until fill. next answers pings, and returns a close
// frame as an error of type closed.
func (f *frames) next() (payload []byte, ok bool, err error) {
	for {
		b := f.buffer[f.from:f.to]
		if len(b) < 2 {
			f.room(2)
			return nil, false, nil
		}
		header, size := 2, int(b[1])
		switch size {
		case 126:
			header = 4
		case 127:
			header = 10
		}
		if b[0]&0x70 != 0 || size > 127 {
			return nil, false, fmt.Errorf("the server sent a frame that begins with % x: masked, or of an extension that was not agreed on", b[:2])
		}
		if len(b) < header {
			f.room(header)
			return nil, false, nil
		}
		switch size {
		case 126:
			size = int(binary.BigEndian.Uint16(b[2:]))
		case 127:
			long := binary.BigEndian.Uint64(b[2:])
			if long > longest {
				return nil, false, fmt.Errorf("the server sent a frame of %d bytes", long)
			}
			size = int(long)
		}
		if len(b) < header+size {
			f.room(header + size)
			return nil, false, nil
		}
		payload = b[header : header+size]
		f.from += header + size
		final, opcode := b[0]&0x80 != 0, b[0]&0x0F
		switch {
		case opcode == text && !f.within && final:
			return payload, true, nil
		case opcode == text && !f.within, opcode == continuation && f.within:
			if !f.within {
				f.partial = f.partial[:0]
			}
			if len(f.partial)+size > longest {
				return nil, false, errors.New("the server sent a message without end")
			}
			f.partial = append(f.partial, payload...)
			f.within = !final
			if final {
				return f.partial, true, nil
			}
		case opcode == ping && final && size < 126:
			if err := f.pong(payload); err != nil {
				return nil, false, err
			}
		case opcode == pong && final:
		case opcode == closing && final:
			code := closed(1005) // the frame has no code
			if size >= 2 {
				code = closed(binary.BigEndian.Uint16(payload))
			}
			return nil, false, code
		default:
			return nil, false, fmt.Errorf("the server sent a frame that begins with % x, which is no text, or out of turn", b[:2])
		}
	}
}

// room makes buffer hold size bytes from its start, with what has not been taken
// there.
func (f *frames) room(size int) {
	if f.from+size <= len(f.buffer) && f.to < len(f.buffer) {
		return
	}
	into := f.buffer
	if size > len(into) {
		into = make([]byte, max(size, 2*len(into)))
	}
	f.to = copy(into, f.buffer[f.from:f.to])
	f.from, f.buffer = 0, into
}

// pong answers a ping.
func (f *frames) pong(payload []byte) error {
	b := append([]byte{0x80 | pong, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)
	_, err := f.conn.Write(b)
	return err
}
