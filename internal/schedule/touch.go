package schedule

import (
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
)

// Touch is that a step looks at something or changes it: a goroutine, a channel,
// a lock, a variable, a direction of a connection.
type Touch struct{ What string }

// dependent tells whether two steps, each seen after the same steps, could come
// out otherwise in the other order. Where both touch something that has no name yet, that
// gets the same number in both: they are held to be dependent, since it may be the same thing.
func dependent(a, b []Touch) bool {
	return slices.ContainsFunc(a, func(x Touch) bool {
		return slices.ContainsFunc(b, func(y Touch) bool { return x == y })
	})
}

// made is where something is in memory that the program has made.
type made struct {
	name     string
	by       string // the goroutine
	from, to uintptr
	keep     any // the thing itself, so that no other gets its place
}

// New is a struct that the program has just made. It is named by the goroutine that makes it, so
// that a lock in it has the same name in other orders.
func New[T any](p *T) *T {
	if r := playing; r != nil {
		from := reflect.ValueOf(p).Pointer()
		g := r.me()
		r.made = append(r.made, made{g.names("struct"), g.name, from, from + reflect.TypeFor[T]().Size(), p})
	}
	return p
}

// names names what g makes.
func (g *goroutine) names(what string) string {
	g.things++
	return fmt.Sprintf("%s %d of %s", what, g.things, g.name)
}

// Touch notes that the running step touches something: by its name, or by its pointer. A package
// variable has a name, and so has what is in a struct; another object gets the next number. Any goroutine may call it.
func (r *Run) Touch(object any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name, known := object.(string)
	if !known {
		name, known = r.objects[object]
	}
	if !known {
		name = fmt.Sprintf("object %d", len(r.objects)+1)
		at := reflect.ValueOf(object).Pointer()
		for _, m := range r.made {
			if m.from <= at && at < m.to {
				name = fmt.Sprintf("%s+%d", m.name, at-m.from)
			}
		}
		r.objects[object] = name
	}
	r.touched = append(r.touched, Touch{name})
}

// names are those of package variables, by their pointers. resets are what sets these to what they
// were in the beginning, by the order in which that is to be done.
var (
	names  = make(map[any]string)
	resets = make(map[int][]func())
)

// Variable gives a package variable its name, and has it zero before each run.
// Rewritten packages call it when they are initialized.
func Variable[T any](name string, p *T) {
	names[p] = name
	Reset(0, func() { *p = *new(T) })
}

// Reset has f called before each run, in this order among all. Rewritten packages call it
// when they are initialized.
func Reset(order int, f func()) { resets[order] = append(resets[order], f) }

// call is what one goroutine at a time does: to read from a connection, or to write
// to it. The others wait for a lock that is not the program's.
type call struct {
	conn any
	side string
}

// arrows say what is done on a connection, before the name of whoever is at its other
// end: a WebSocket's origin, or a connection's address.
var arrows = map[string]string{"read": "← ", "write": "→ ", "": "× "}

// Call is a function that reads from a connection, writes to it ("read", "write") or
// closes it (""). conn is the connection, or nil if the first argument is it. It may wait
// outside: whoever had to goes on when it is its turn.
func Call[F any](side string, conn any, f F) F {
	return wrap(f, func(does func() []reflect.Value, args []reflect.Value) []reflect.Value {
		c := call{conn, side}
		if conn == nil {
			c.conn = args[0].Interface()
		}
		r := playing
		o := &op{ways: []*way{{ready: func() bool { return !r.busy[c] }}}}
		if named, ok := c.conn.(interface{ RemoteAddr() net.Addr }); ok {
			o.does = arrows[side] + strings.TrimPrefix(named.RemoteAddr().String(), "http://")
		}
		g := r.stand(o)
		r.busy[c] = side != ""
		g.calls = true
		defer func() {
			g.calls = false
			if g.state == outside {
				g.wait(ready)
			}
			delete(r.busy, c)
		}()
		return does()
	})
}

// Use is a package variable, by its pointer, that is read, or of which a part is
// changed ("read", "write").
func Use[T any](does string, p *T) *T {
	use(does, p)
	return p
}

// Set assigns to a package variable, or to a part of it, by the pointers to both. (The type
// is known before v comes, and v may be of another that goes there.)
func Set[T any](variable any, p *T) func(v T) {
	return func(v T) {
		use("write", variable)
		*p = v
	}
}

func use(does string, variable any) {
	if playing == nil {
		return // the package is being initialized
	}
	playing.used[variable] = true
	playing.stand(&op{does: does, ways: []*way{{take: func() { playing.Touch(variable) }}}})
}
