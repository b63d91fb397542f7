package schedule

import (
	"net"
	"strings"
)

// call is what one goroutine at a time does: to read from a connection, or to write
// to it. The others wait for a lock that is not the program's.
type call struct {
	conn any
	side string
}

// arrows say what is done on a connection, before the name of whoever is at its other
// end: a WebSocket's origin, or a connection's address.
var arrows = map[string]string{"read": "← ", "write": "→ ", "": "× "}

// begin stands before a call that may wait outside. What it returns is to be called
// after it: whoever had to wait goes on when it is its turn.
func begin(c call) (end func()) {
	r := playing
	at := here()
	if named, ok := c.conn.(interface{ RemoteAddr() net.Addr }); ok {
		at.does = arrows[c.side] + strings.TrimPrefix(named.RemoteAddr().String(), "http://")
	}
	g := r.stand(&op{at: at, possible: func() bool { return !r.busy[c] }})
	if c.side != "" {
		r.busy[c] = true
	}
	g.calls = true
	return func() {
		g.calls = false
		if g.state == outside {
			g.state = ready
			g.wait()
		}
		delete(r.busy, c)
	}
}

// Closing is the method of conn that closes it. side is "write" if that writes, too.
func Closing(conn any, side string, f func() error) func() error {
	return func() error {
		defer begin(call{conn, side})()
		return f()
	}
}

// Transfer is a method of conn that reads from it or writes to it, as side says:
// "read" or "write".
func Transfer(conn any, side string, f func([]byte) (int, error)) func([]byte) (int, error) {
	return func(b []byte) (int, error) {
		defer begin(call{conn, side})()
		return f(b)
	}
}

// Codec is a function that reads a value from a connection or writes it there.
func Codec[C any](side string, f func(C, any) error) func(C, any) error {
	return func(conn C, v any) error {
		defer begin(call{conn, side})()
		return f(conn, v)
	}
}

// Read is a package variable that is read, by its pointer.
func Read[T any](p *T) *T { return variable(p, "read", p) }

// Write is a package variable of which a part is changed, by its pointer.
func Write[T any](p *T) *T { return variable(p, "write", p) }

func variable[T any](root any, does string, p *T) *T {
	r := playing
	at := here()
	at.does = does
	r.stand(&op{at: at})
	r.touch(root)
	return p
}

// Variable is a package variable, or a part of one, that is assigned to.
type Variable[T any] struct {
	root any
	p    *T
}

// Var is for an assignment to a part of a package variable, by the pointers to both.
// (The type is known then, and the value may be of another that goes there.)
func Var[T any](root any, p *T) Variable[T] { return Variable[T]{root, p} }

// Set assigns.
func (x Variable[T]) Set(v T) { *variable(x.root, "write", x.p) = v }
