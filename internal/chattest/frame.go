package chattest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// What a frame carries: RFC 6455, section 5.2.
const (
	continuation = 0x0
	text         = 0x1
	closing      = 0x8
	ping         = 0x9
	pong         = 0xA

	final = 0x80 // in the first byte: the message's last frame
	mask  = 0x80 // in the second byte: the payload is masked
)

// maxPayload is the longest payload, in bytes, that the judge takes from a
// server. A longer one is a length that was misread.
const maxPayload = 16 << 20

// appendFrame adds one frame to b as a client sends it: whole, and masked. The
// key is all zeros, which a server can't tell from chance and a reader of the
// bytes is glad of.
func appendFrame(b []byte, opcode byte, payload []byte) []byte {
	b = append(b, final|opcode)
	switch n := len(payload); {
	case n < 126:
		b = append(b, mask|byte(n))
	case n < 1<<16:
		b = append(b, mask|126)
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b = append(b, mask|127)
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	b = append(b, 0, 0, 0, 0) // the key
	return append(b, payload...)
}

// frame is one frame as a server sends it.
type frame struct {
	final   bool
	opcode  byte
	payload []byte
}

// readFrame reads one frame from a server. A masked one is an error: only
// clients mask.
func readFrame(r *bufio.Reader) (frame, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	if head[1]&mask != 0 {
		return frame{}, fmt.Errorf("the server sent a masked frame (% x)", head)
	}
	length := uint64(head[1])
	switch length {
	case 126:
		var b [2]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return frame{}, err
		}
		length = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return frame{}, err
		}
		length = binary.BigEndian.Uint64(b[:])
	}
	if length > maxPayload {
		return frame{}, fmt.Errorf("the server announced a frame of %d bytes", length)
	}
	f := frame{final: head[0]&final != 0, opcode: head[0] & 0x0F, payload: make([]byte, length)}
	_, err := io.ReadFull(r, f.payload)
	return f, err
}
