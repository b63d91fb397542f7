package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
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
	buffer []byte // of the last frame that was read
}

// shakeHands makes the request's connection a WebSocket. When that can't be it
// answers, and returns nil.
func shakeHands(w http.ResponseWriter, request *http.Request) *client {
	key := request.Header.Get("Sec-WebSocket-Key")
	if request.Method != http.MethodGet || key == "" ||
		!strings.EqualFold(request.Header.Get("Upgrade"), "websocket") ||
		!strings.Contains(strings.ToLower(request.Header.Get("Connection")), "upgrade") ||
		request.Header.Get("Sec-WebSocket-Version") != "13" {
		w.Header().Set("Sec-WebSocket-Version", "13")
		http.Error(w, "this is a WebSocket of version 13; connect with a WebSocket client", http.StatusBadRequest)
		return nil
	}
	conn, buffered, err := w.(http.Hijacker).Hijack()
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
	_, err = conn.Write([]byte("HTTP/1.1 101 Switching Protocols\r\n" +
		"Upgrade: websocket\r\n" +
		"Connection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n"))
	if err != nil {
		conn.Close()
		return nil
	}
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
		if err != nil {
			return nil, err
		}
		switch op {
		case opText:
			return payload, nil
		case opPing:
			c.conn.Write(newFrame(opPong, payload))
		case opPong:
		case opClose:
			c.conn.Write(newFrame(opClose, payload))
			return nil, errClosed
		default:
			return nil, c.close(closeUnsupported, "this server takes text, each in one frame")
		}
	}
}

// readFrame reads one frame, whatever it is.
func (c *client) readFrame() (op byte, payload []byte, err error) {
	var start [2]byte
	if _, err := io.ReadFull(c.in, start[:]); err != nil {
		return 0, nil, err
	}
	op = start[0] & 0x0F
	control := op >= opClose
	final := start[0]&0x80 != 0
	masked := start[1]&0x80 != 0
	length := uint64(start[1] & 0x7F)
	switch {
	case start[0]&0x70 != 0:
		return 0, nil, c.close(closeProtocol, "a reserved bit is set, and no extension agreed upon")
	case !masked:
		return 0, nil, c.close(closeProtocol, "a client's frames have to be masked")
	case control && (!final || length > 125):
		return 0, nil, c.close(closeProtocol, "a control frame is whole, and of 125 bytes at most")
	case !final:
		return 0, nil, c.close(closeUnsupported, "this server takes no message in fragments")
	}

	var long [8]byte
	switch length {
	case 126:
		_, err = io.ReadFull(c.in, long[6:])
		length = binary.BigEndian.Uint64(long[:])
	case 127:
		_, err = io.ReadFull(c.in, long[:])
		length = binary.BigEndian.Uint64(long[:])
	}
	if err != nil {
		return 0, nil, err
	}
	if length > peer.MaxMessage {
		return 0, nil, c.close(closeTooBig, "this message is too long for this server")
	}

	var mask [4]byte
	if _, err := io.ReadFull(c.in, mask[:]); err != nil {
		return 0, nil, err
	}
	c.buffer = slices.Grow(c.buffer[:0], int(length))[:length]
	if _, err := io.ReadFull(c.in, c.buffer); err != nil {
		return 0, nil, err
	}
	for i := range c.buffer {
		c.buffer[i] ^= mask[i%4]
	}
	return op, c.buffer, nil
}

// close tells the client why it is let go, and returns errClosed. The caller
// closes the connection.
func (c *client) close(code uint16, reason string) error {
	c.conn.Write(newFrame(opClose, append(binary.BigEndian.AppendUint16(nil, code), reason...)))
	return errClosed
}

// newFrame makes a frame that holds all of payload, as a server sends it: unmasked.
func newFrame(op byte, payload []byte) []byte {
	frame := make([]byte, 0, 10+len(payload))
	frame = append(frame, 0x80|op)
	switch {
	case len(payload) <= 125:
		frame = append(frame, byte(len(payload)))
	case len(payload) <= 0xFFFF:
		frame = append(frame, 126)
		frame = binary.BigEndian.AppendUint16(frame, uint16(len(payload)))
	default:
		frame = append(frame, 127)
		frame = binary.BigEndian.AppendUint64(frame, uint64(len(payload)))
	}
	return append(frame, payload...)
}
