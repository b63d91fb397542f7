// Package tight makes the network hold little, tells of the program's inside, and ends
// the program when its standard input ends. Package live links it into the programs
// that it starts.
package tight

import (
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"sync"
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
	sockets.Lock()
	sockets.open[accepted.RemoteAddr().String()] = true
	sockets.Unlock()
	return conn{accepted}, nil
}

// sockets are the connections that were accepted and are not closed yet, by the
// clients' addresses; but for those over which somebody asks.
var sockets = struct {
	sync.Mutex
	open map[string]bool
}{open: make(map[string]bool)}

// uncount takes a connection out of the count, and returns how many are left.
func uncount(client string) int {
	sockets.Lock()
	defer sockets.Unlock()
	delete(sockets.open, client)
	return len(sockets.open)
}

type conn struct{ net.Conn }

func (c conn) Close() error {
	uncount(c.RemoteAddr().String())
	return c.Conn.Close()
}

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

// Where a program tells of its inside, on the default mux, which the steps serve:
// the body is what runtime.Stack writes, the headers are numbers. With the query
// "collect" garbage is collected before.
const (
	Path          = "/debug/live"
	SocketsHeader = "Live-Sockets" // open ones, but for those that ask
	HeapHeader    = "Live-Heap"    // bytes of objects, those that nobody needs any more included
)

// Watched makes a program one that tells of its inside, and that ends with whoever
// has started it. It is called once, before main.
func Watched() {
	http.HandleFunc(Path, tell)
	go endWithInput()
}

// Telling makes a server that does not serve the default mux tell, too, before its own
// handler is asked. It returns the listener, so that it can stand around it.
func Telling(web *http.Server, l net.Listener) net.Listener {
	own := web.Handler
	web.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == Path {
			tell(w, r)
			return
		}
		own.ServeHTTP(w, r)
	})
	return l
}

// endWithInput ends the program when whoever has started it has ended or was
// killed: then the pipe that is its standard input ends, on every system.
func endWithInput() {
	io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}

// dump is kept from one telling to the next, so that telling makes no garbage.
var dump struct {
	sync.Mutex
	buf []byte
}

func tell(w http.ResponseWriter, r *http.Request) {
	dump.Lock()
	defer dump.Unlock()
	if r.URL.Query().Has("collect") {
		runtime.GC()
		runtime.GC() // what pools keep goes with the second
	}
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	n := runtime.Stack(dump.buf, true)
	for n == len(dump.buf) { // perhaps not all
		dump.buf = make([]byte, max(64<<10, 2*n))
		n = runtime.Stack(dump.buf, true)
	}
	w.Header().Set(SocketsHeader, strconv.Itoa(uncount(r.RemoteAddr)))
	w.Header().Set(HeapHeader, strconv.FormatUint(heap[0].Value.Uint64(), 10))
	w.Write(dump.buf[:n])
}
