// Package tight makes the network hold little, and a server show its goroutines. Package
// live links it into the programs that it starts.
package tight

import (
	"net"
	"net/http"
	"slices"
	"strings"
)

// With the system's own buffers, a client that doesn't read stops a writer only after
// megabytes. With these buffers, 256 KiB are enough. Smaller ones would cost seconds.
// An answer longer than the write buffer waits for acknowledgements, which take 40 ms.
// And if a client's read buffer is smaller than the client promised when it connected
// (64 KiB on Linux), the system drops what comes and sends it again, each time after a
// longer wait.
const (
	WriteBuffer = 64 << 10 // the program's, in bytes
	ReadBuffer  = 32 << 10 // the client's
)

// Watched makes a server answer with its goroutines, by the default mux, before its own
// handler is asked. It returns the listener, so that it can stand around it.
func Watched(web *http.Server, l net.Listener) net.Listener {
	own := web.Handler
	web.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/debug/pprof/") {
			http.DefaultServeMux.ServeHTTP(w, r)
			return
		}
		own.ServeHTTP(w, r)
	})
	return l
}

// Listener makes the write buffer of every accepted connection small. It takes what
// net.Listen returns, so that it can stand around the call.
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
	accepted.(*net.TCPConn).SetWriteBuffer(WriteBuffer) // fails if the client has gone; the server will see that itself
	return conn{accepted}, nil
}

type conn struct{ net.Conn }

// Write writes in pieces. Windows takes a piece of any size, if less than the write
// buffer waits already.
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
