package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"websocket-chat-steps/bench/peers/peer"
)

// This file is as much of RFC 6455 as the chat needs: the handshake, and
// messages of one frame each. A message in fragments is refused.

// The kinds of frames: section 5.2 of the RFC.
const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

// Why the server closes: section 7.4.1.
const (
	closeProtocol    = 1002 // the client breaks the protocol
	closeUnsupported = 1003 // it sends what the protocol allows, and this server doesn't
	closeInvalid     = 1007 // its text is no message
	closeTooBig      = 1009
)

// client is the server's side of one connection. Its own goroutine reads; that
// one and the room's write, each frame with one Write, so none goes into another.
type client struct {
	conn   net.Conn
	in     *bufio.Reader
	buffer []byte // of what was read last
}

// shakeHands makes the request's connection a WebSocket. When that can't be it
// answers, and returns nil.
func shakeHands(w http.ResponseWriter, request *http.Request) *client {
	key := request.Header.Get("Sec-WebSocket-Key")
	if key == "" || !strings.EqualFold(request.Header.Get("Upgrade"), "websocket") {
		http.Error(w, "this is a WebSocket; connect with a WebSocket client", http.StatusBadRequest)
		return nil
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return nil
	}
	if buffered.Reader.Buffered() > 0 {
		conn.Close() // it speaks before it is answered: section 4.1 forbids that
		return nil
	}
	buffered.Reader.Reset(conn) // past net/http, which is out of it now
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	// After an error the first read fails, too.
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return &client{conn: conn, in: buffered.Reader}
}

// errClosed says that the WebSocket is over, and that the client knows why.
var errClosed = errors.New("closed")

// nextText returns the client's next text, which is the caller's until the next
// call, and answers pings that come before. After an error there is nothing more
// to read; what the client did wrong it has been told.
func (c *client) nextText() ([]byte, error) {
	for {
		op, payload, err := c.readFrame()
		switch {
		case err != nil:
			return nil, err
		case op == opText:
			return payload, nil
		case op == opPing:
			c.conn.Write(newFrame(opPong, payload))
		case op == opClose:
			c.conn.Write(newFrame(opClose, payload))
			return nil, errClosed
		case op != opPong:
			return nil, c.close(closeUnsupported)
		}
	}
}

// readFrame reads one frame, whatever it is.
func (c *client) readFrame() (op byte, payload []byte, err error) {
	b, err := c.read(2)
	if err != nil {
		return 0, nil, err
	}
	op, length := b[0]&0x0F, uint64(b[1]&0x7F)
	switch first, masked := b[0], b[1]&0x80 != 0; {
	case first&0x70 != 0, !masked, op >= opClose && (first&0x80 == 0 || length > 125):
		return 0, nil, c.close(closeProtocol)
	case first&0x80 == 0:
		return 0, nil, c.close(closeUnsupported)
	case length == 126:
		if b, err = c.read(2); err == nil {
			length = uint64(binary.BigEndian.Uint16(b))
		}
	case length == 127:
		if b, err = c.read(8); err == nil {
			length = binary.BigEndian.Uint64(b)
		}
	}
	if err != nil {
		return 0, nil, err
	}
	if length > peer.MaxMessage {
		return 0, nil, c.close(closeTooBig)
	}
	b, err = c.read(4 + int(length))
	if err != nil {
		return 0, nil, err
	}
	mask, payload := b[:4], b[4:]
	for i := range payload {
		payload[i] ^= mask[i%4]
	}
	return op, payload, nil
}

// read returns the next n bytes, which are the caller's until the next call.
func (c *client) read(n int) ([]byte, error) {
	c.buffer = slices.Grow(c.buffer[:0], n)[:n]
	_, err := io.ReadFull(c.in, c.buffer)
	return c.buffer, err
}

// close tells the client why it is let go, and returns errClosed. The caller
// closes the connection.
func (c *client) close(code uint16) error {
	c.conn.Write(newFrame(opClose, binary.BigEndian.AppendUint16(nil, code)))
	return errClosed
}

// newFrame makes a frame that holds all of payload, as a server sends it: unmasked.
func newFrame(op byte, payload []byte) []byte {
	frame := append(make([]byte, 0, 10+len(payload)), 0x80|op)
	switch n := len(payload); {
	case n <= 125:
		frame = append(frame, byte(n))
	case n <= 0xFFFF:
		frame = binary.BigEndian.AppendUint16(append(frame, 126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 127), uint64(n))
	}
	return append(frame, payload...)
}
