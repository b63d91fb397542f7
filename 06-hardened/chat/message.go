package chat

import (
	"encoding/binary"
	"encoding/json"
	"unicode/utf8"
)

// Message is what travels between a browser and the server, in both
// directions: {"author": "...", "body": "..."} in one text frame.
type Message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
}

// frame returns the message as one text frame (RFC 6455, section 5.2): a byte for the
// kind, the payload's length in 1, 3 or 9 bytes, and the payload. TestFrame compares
// it with what x/net/websocket sends. A server doesn't mask its frames, so the same
// bytes go to every client, and nobody may change them. The payload may be six times as
// long as what was read, as json.Marshal writes "<" as \u003c: that still fits into an
// empty mailbox.
func (m *Message) frame() []byte {
	payload, _ := json.Marshal(m) // two strings: there is no error
	// 0x81: text, and the only frame of its message.
	frame := append(make([]byte, 0, 10+len(payload)), 0x81)
	switch n := len(payload); {
	case n < 126: // 126 and 127 say that the length follows in 2 or in 8 bytes
		frame = append(frame, byte(n))
	case n < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, 126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 127), uint64(n))
	}
	return append(frame, payload...)
}

// parseMessage returns the message in a text. All else is an error, a closing: bytes that
// are not UTF-8, and JSON that is something else, such as null or an array.
func parseMessage(text []byte) (*Message, error) {
	if !utf8.Valid(text) {
		return nil, notUTF8
	}
	var m struct{ Author, Body *string }
	if json.Unmarshal(text, &m) != nil || m.Author == nil || m.Body == nil {
		return nil, noMessage
	}
	return &Message{*m.Author, *m.Body}, nil
}
