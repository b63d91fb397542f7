// Package tight makes the network hold little. It is linked into the steps'
// programs that package live starts.
package tight

import (
	"net"
	"slices"
)

// With the system's own buffers, megabytes have to be sent before a client that
// doesn't read stops a writer. With these, 256 KiB do. Smaller ones would cost
// seconds: an answer longer than the write buffer waits for acknowledgements,
// which take 40 ms, and what comes to a client whose read buffer is smaller than
// it promised when it connected (64 KiB on Linux) is dropped and sent again,
// ever later.
const (
	WriteBuffer = 64 << 10 // the program's, in bytes
	ReadBuffer  = 32 << 10 // the client's
)

// Listener makes the write buffer small of every connection that listener
// accepts. It takes what net.Listen returns, so that it fits around the call.
func Listener(listener net.Listener, err error) (net.Listener, error) {
	if err != nil {
		return nil, err
	}
	return tightListener{listener}, nil
}

type tightListener struct{ net.Listener }

func (l tightListener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	accepted.(*net.TCPConn).SetWriteBuffer(WriteBuffer) // fails if the client has gone, which the server will see
	return conn{accepted}, nil
}

type conn struct{ net.Conn }

// Write writes in pieces: Windows takes a piece of any size while less than the
// write buffer waits.
func (c conn) Write(b []byte) (written int, err error) {
	for piece := range slices.Chunk(b, 4<<10) {
		n, err := c.Conn.Write(piece)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}
