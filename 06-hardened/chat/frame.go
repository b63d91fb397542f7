package chat

// The parts of a frame's first two bytes (RFC 6455, section 5.2).
const (
	final, reserved, masked          = 0x80, 0x70, 0x80
	opContinuation, opText, opBinary = 0x0, 0x1, 0x2
	opClose, opPing, opPong          = 0x8, 0x9, 0xA
)

// frame is one frame as a client sends it.
type frame struct {
	final   bool // the last one of its message
	opcode  byte
	payload []byte // unmasked, in the bytes that parse was given
}

// parse takes the first frame off what a client sent, and unmasks it in place. It returns
// its size in b: 0 means that more bytes must come. The error is a closing. It comes as
// soon as it can be told, so nobody waits for a payload longer than most bytes.
//
// x/net/websocket reads the frames in 01 to 05. It shows nobody whether a frame is the
// last of its message, and it takes what it should refuse (TestCases).
func parse(b []byte, most int) (f frame, size int, err error) {
	if len(b) < 2 {
		return f, 0, nil
	}
	f.final, f.opcode = b[0]&final != 0, b[0]&0x0F
	length, head := uint64(b[1]&^masked), 2
	switch {
	case b[0]&reserved != 0, f.opcode > opBinary && f.opcode < opClose, f.opcode > opPong:
		return f, 0, protocolError("a frame of a reserved kind")
	case b[1]&masked == 0:
		return f, 0, protocolError("a frame without a mask")
	case f.opcode >= opClose && (!f.final || length > 125):
		return f, 0, protocolError("a control frame that is long, or in parts")
	case f.opcode == opBinary:
		return f, 0, noText
	case length == 126: // the length follows in 2 bytes
		length, head = 0, 4
	case length == 127: // or in 8
		length, head = 0, 10
	}
	if len(b) < head {
		return f, 0, nil
	}
	for _, digit := range b[2:head] {
		length = length<<8 | uint64(digit)
	}
	if f.opcode < opClose && length > uint64(most) {
		return f, 0, tooLong
	}
	head += 4 // the mask
	if size = head + int(length); len(b) < size {
		return f, 0, nil
	}
	f.payload = b[head:size]
	for i := range f.payload {
		f.payload[i] ^= b[head-4+i%4]
	}
	return f, size, nil
}
