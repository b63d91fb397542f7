package schedule

import (
	"cmp"
	"fmt"
	"slices"
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
	return slices.ContainsFunc(a, func(x Touch) bool {
		return slices.ContainsFunc(b, func(y Touch) bool { return x.What == y.What || x.fresh && y.fresh })
	})
}

// Touch notes that the running step touches what is outside of the program, such as
// a connection. Any goroutine may call it.
func (r *Run) Touch(what string) { r.touch(what) }

// touch notes the same of anything: by its name, or by its pointer. A package variable has
// a name; another object gets the next number.
func (r *Run) touch(object any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name, known := object.(string)
	if !known {
		name, known = names[object]
	}
	if !known {
		name, known = r.objects[object]
	}
	if !known {
		name = fmt.Sprintf("object %d", len(r.objects)+1)
		r.objects[object] = name
	}
	r.touched = append(r.touched, Touch{name, !known})
}

// names are those of package variables, by their pointers. resets set these to what they
// were in the beginning.
var (
	names  = make(map[any]string)
	resets []reset
)

type reset struct {
	order int
	f     func()
}

// Variable gives a package variable its name, and has it zero before each run.
// Rewritten packages call it when they are initialized.
func Variable[T any](name string, p *T) {
	names[p] = name
	Reset(0, func() { *p = *new(T) })
}

// Reset has f called before each run, in this order among all. Rewritten packages call it when they
// are initialized.
func Reset(order int, f func()) {
	resets = append(resets, reset{order, f})
	slices.SortStableFunc(resets, func(a, b reset) int { return cmp.Compare(a.order, b.order) })
}
