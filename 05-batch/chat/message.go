package chat

import (
	"encoding/binary"
	"encoding/json"
)

// Message is what travels between a browser and the server, in both
// directions: {"author": "...", "body": "..."} in one text frame.
type Message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// frame returns the message as one text frame (RFC 6455, section 5.2). A server
// doesn't mask its frames, so the same bytes go to every client.
func (m *Message) frame() []byte {
	payload, _ := json.Marshal(m) // two strings: there is no error
	frame := append(make([]byte, 0, 10+len(payload)), 0x81)
	switch n := len(payload); {
	case n < 126:
		frame = append(frame, byte(n))
	case n < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, 126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 127), uint64(n))
	}
	return append(frame, payload...)
}

// The close frames that are sent, each with its reason (sections 5.5.1 and 7.4.1).
var (
	goodbye = []byte{0x88, 2, 1000 >> 8, 1000 & 0xff} // normal closure
	tooSlow = []byte{0x88, 2, 1008 >> 8, 1008 & 0xff} // policy violation
)
