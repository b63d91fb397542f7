package schedule

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Touch is that a step looks at something or changes it: a goroutine, a channel,
// a lock, a variable, a direction of a connection.
type Touch struct {
	What  string
	fresh bool // by a name that was given in this very step: in another order it could be another's
}

// dependent tells whether two steps, each seen after the same steps, could come
// out otherwise in the other order.
func dependent(a, b []Touch) bool {
	for _, x := range a {
		for _, y := range b {
			if x.What == y.What || x.fresh && y.fresh {
				return true
			}
		}
	}
	return false
}

// Touch notes that the running step touches what is outside of the program, such as
// a connection. Any goroutine may call it.
func (r *Run) Touch(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.touched = append(r.touched, Touch{What: what})
}

// touch notes the same of an object of the program, by its pointer. It has a name if it is a
// package variable, or a part of what New knows; else it gets the next number.
func (r *Run) touch(object any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name, known := variables[object]
	if !known {
		name, known = r.objects[object]
	}
	if !known {
		at := reflect.ValueOf(object).Pointer()
		for _, m := range r.made {
			if m.from <= at && at < m.to {
				name = fmt.Sprintf("%s+%d", m.name, at-m.from)
			}
		}
		fresh := name == ""
		if fresh {
			name = fmt.Sprintf("object %d", len(r.objects)+1)
		}
		r.objects[object] = name
		r.touched = append(r.touched, Touch{name, fresh})
		return
	}
	r.touched = append(r.touched, Touch{What: name})
}

// made is where something is in memory that was made with a lock in it.
type made struct {
	name     string
	from, to uintptr
	keep     any
}

// New is what the program has just made, with a lock or an atomic value in it. It
// is named by the goroutine that makes it, so that it has the same name in other orders.
func New[T any](p *T) *T {
	if r := playing; r != nil {
		name := r.me().names("object")
		from := reflect.ValueOf(p).Pointer()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.made = append(r.made, made{name, from, from + reflect.TypeFor[T]().Size(), p})
	}
	return p
}

// names names what g makes.
func (g *goroutine) names(what string) string {
	g.things++
	return fmt.Sprintf("%s %d of %s", what, g.things, g.name)
}

// resets set the package variables of rewritten packages to what they were in the
// beginning.
var resets []reset

type reset struct {
	name string
	f    func()
}

// Reset has f called before each run. Rewritten packages call it when they are
// initialized. Functions are called in the order of their names.
func Reset(name string, f func()) {
	resets = append(resets, reset{name, f})
	slices.SortFunc(resets, func(a, b reset) int { return strings.Compare(a.name, b.name) })
}

// variables are the names of package variables, by their pointers.
var variables = make(map[any]string)

// Name gives a package variable its name, by its pointer. Rewritten packages call it
// when they are initialized.
func Name(name string, pointer any) { variables[pointer] = name }

// Zero sets what p points to to its zero value.
func Zero[T any](p *T) { *p = *new(T) }
