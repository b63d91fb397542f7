package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// The sizes of buffers, in bytes.
const (
	readBuffer = 32 << 10 // of a client that listens to many messages: many in one read
	idleBuffer = 512      // of one of thousands that hear nothing
	stallSpace = 4 << 10  // asked of the kernel for the one that never reads; Linux takes twice that
)

// patience is how long a server may take to answer a handshake. A variable for
// the tests.
var patience = 20 * time.Second

// pause is how long the load waits before it looks again at something that sends no
// event.
const pause = 2 * time.Millisecond

// The key of each handshake, and the right answer to it: they are the ones in RFC 6455,
// 1.3. The key would have to change each time only if there were caches in between.
const (
	key    = "dGhlIHNhbXBsZSBub25jZQ=="
	accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

var errNotYet = errors.New("the room is not open yet")

// connect returns a connection on which the handshake is done. A server may serve before
// its room is open, as the first steps do: then connect tries again. space is the size
// of the kernel's receive buffer, 0 for the default.
func connect(ctx context.Context, p Process, buffer []byte, space int) (frames, error) {
	deadline := time.Now().Add(patience)
	for {
		f, err := handshake(ctx, p, buffer, space)
		if err == nil {
			return f, nil
		}
		if ctx.Err() != nil {
			return f, context.Cause(ctx)
		}
		if !errors.Is(err, errNotYet) || time.Now().After(deadline) {
			addr, path := p.WebSocket()
			return f, fmt.Errorf("can't connect to ws://%s%s: %w", addr, path, err)
		}
		if err := sleep(ctx, pause); err != nil {
			return f, err
		}
	}
}

func handshake(ctx context.Context, p Process, buffer []byte, space int) (f frames, err error) {
	addr, path := p.WebSocket()
	dialer := net.Dialer{Timeout: patience}
	if space > 0 {
		dialer.Control = receiveSpace(space)
	}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return f, err
	}
	f = frames{conn: conn, buffer: buffer}
	conn.SetDeadline(time.Now().Add(patience))
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	// The origin is the server's own page. x/net/websocket needs an origin, and other
	// libraries accept only their own.
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nOrigin: http://%[2]s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n", path, addr, key) // after an error nothing can be read
	var answer []byte
	for whole := false; !whole && err == nil && f.to < len(buffer); {
		err = f.fill()
		answer, _, whole = bytes.Cut(buffer[:f.to], []byte("\r\n\r\n"))
	}
	switch {
	case err != nil:
	case bytes.HasPrefix(answer, []byte("HTTP/1.1 404 ")):
		err = errNotYet
	case !bytes.HasPrefix(answer, []byte("HTTP/1.1 101 ")) || !bytes.Contains(answer, []byte(accept)):
		err = fmt.Errorf("the handshake was answered with %.200q", answer)
	case !stop():
		err = context.Cause(ctx)
	default:
		f.from = min(len(answer)+4, f.to) // after it come frames
		conn.SetDeadline(time.Time{})
		return f, nil
	}
	stop()
	conn.Close()
	return f, err
}

// sleep waits for d. If ctx ends before, it returns the cause.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
