package judge

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// The kinds of frames: RFC 6455, section 5.2.
const (
	continuation = 0x0
	Text         = 0x1
	Closing      = 0x8
	Ping         = 0x9
	Pong         = 0xA

	final = 0x80 // in the first byte: the message's last frame
	mask  = 0x80 // in the second byte: the payload is masked
)

// maxPayload is the longest payload, in bytes, that the judge accepts from a server.
// A frame that seems longer was read wrongly.
const maxPayload = 16 << 20

// AppendFrame adds one frame to b as a client sends it: whole, and masked. The key is
// all zeros. A server accepts that like any other key, and a person can read the
// payload in the bytes.
func AppendFrame(b []byte, opcode byte, payload []byte) []byte {
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

// AppendMessage adds a message to b as a client sends it, in one text frame.
func AppendMessage(b []byte, m Message) []byte {
	payload, err := json.Marshal(m)
	if err != nil {
		panic(err) // two strings: there is no error
	}
	return AppendFrame(b, Text, payload)
}

// Frame is one frame as a server sends it.
type Frame struct {
	Final   bool
	Opcode  byte
	Payload []byte
}

// ReadFrame reads one frame from a server. A masked frame is an error: only clients
// mask.
func ReadFrame(r *bufio.Reader) (Frame, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Frame{}, err
	}
	if head[1]&mask != 0 {
		return Frame{}, fmt.Errorf("the server sent a masked frame (% x)", head)
	}
	length := uint64(head[1])
	switch length {
	case 126:
		var b [2]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return Frame{}, err
		}
		length = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return Frame{}, err
		}
		length = binary.BigEndian.Uint64(b[:])
	}
	if length > maxPayload {
		return Frame{}, fmt.Errorf("the server announced a frame of %d bytes", length)
	}
	f := Frame{Final: head[0]&final != 0, Opcode: head[0] & 0x0F, Payload: make([]byte, length)}
	_, err := io.ReadFull(r, f.Payload)
	return f, err
}
