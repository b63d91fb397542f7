package chat

import (
	"encoding/binary"
	"encoding/json"
	"regexp"
	"unicode/utf8"
)

// Message is what travels between a browser and the server, in both
// directions: {"author": "...", "body": "..."} in one text frame. A browser may add a
// "key", and the server adds an "id". So a message that comes back with its key is stored.
type Message struct {
	Author string `json:"author"`
	Body   string `json:"body"`
	ID     uint64 `json:"id,omitempty"`  // its place in the stream, from 1
	Key    string `json:"key,omitempty"` // its sender's name for it. Sent again under the same key, it is the same message
}

// notice is a frame that is no message. One of the last three says what it is.
type notice struct {
	Key   string `json:"key,omitempty"`   // of the message that it is about
	ID    uint64 `json:"id,omitempty"`    // it was stored before, as this one
	Error string `json:"error,omitempty"` // it is not stored, and why
	Gap   uint64 `json:"gap,omitempty"`   // the messages up to this id can't be heard any more
}

func (n notice) frame() []byte {
	payload, _ := json.Marshal(n) // strings and numbers: there is no error
	return textFrame(payload)
}

// frame returns the message as one text frame.
func (m *Message) frame() []byte {
	payload, _ := json.Marshal(m) // strings and a number: there is no error
	return textFrame(payload)
}

// textFrame returns the payload as one text frame (RFC 6455, section 5.2): a byte for the
// kind, the payload's length in 1, 3 or 9 bytes, and the payload. TestFrame compares
// it with what x/net/websocket sends. A server doesn't mask its frames, so the same
// bytes go to every client, and nobody may change them. The payload may be six times as
// long as what was read, as json.Marshal writes "<" as \u003c: that still fits into an
// empty mailbox.
func textFrame(payload []byte) []byte {
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

var aKey = regexp.MustCompile(`^[\w-]{0,64}$`)

// parseMessage returns the message in a text. All else is an error, a closing: bytes that
// are not UTF-8, and JSON that is something else, such as null or an array.
func parseMessage(text []byte) (*Message, error) {
	if !utf8.Valid(text) {
		return nil, notUTF8
	}
	var m struct {
		Author, Body *string
		Key          string
	}
	if json.Unmarshal(text, &m) != nil || m.Author == nil || m.Body == nil {
		return nil, noMessage
	}
	if !aKey.MatchString(m.Key) {
		return nil, noKey
	}
	return &Message{Author: *m.Author, Body: *m.Body, Key: m.Key}, nil
}
