package chat

import (
	"encoding/binary"
	"fmt"
)

// closing is a close frame that the server sends, whole: with its code and its reason
// (RFC 6455, sections 5.5.1 and 7.4.1). As an error it is what is wrong with what a client
// sent. A close frame is the last frame on a connection.
type closing string

var (
	goodbye   = newClosing(1000, "")
	goingAway = newClosing(1001, "the server restarts")
	noText    = newClosing(1003, "send text, not binary")
	notUTF8   = newClosing(1007, "not UTF-8")
	noMessage = newClosing(1007, `send {"author": "...", "body": "..."}`)
	tooSlow   = newClosing(1008, "you read too slowly")
	silent    = newClosing(1008, "no answer to a ping")
	tooLong   = newClosing(1009, "a message is too long")
)

// newClosing returns a close frame. reason has at most 123 bytes.
func newClosing(code uint16, reason string) closing {
	frame := binary.BigEndian.AppendUint16([]byte{final | opClose, byte(2 + len(reason))}, code)
	return closing(append(frame, reason...))
}

// protocolError is the close frame of a client that breaks the protocol.
func protocolError(how string) closing { return newClosing(1002, how) }

func (c closing) Error() string {
	return fmt.Sprintf("%d %s", binary.BigEndian.Uint16([]byte(c[2:])), string(c[4:]))
}
