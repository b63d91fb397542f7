package schedule

// What follows has the names of package sync and of sync/atomic: the rewritten
// program has this package in their place. Nobody waits in it; a goroutine stands
// before what it asks for, until that can be done.

// do stands before an operation on an object, does it, and notes that it touched the object.
func do(object any, ready func() bool, f func()) {
	playing.stand(&op{ways: []*way{{ready: ready, take: func() {
		playing.Touch(object)
		f()
	}}}})
}

// undo sets an object free. That is no step of its own: it can only make others'
// steps possible.
func undo(object any, was bool, f func()) {
	if playing.over {
		return
	}
	if !was {
		panic("sync: unlock of unlocked mutex")
	}
	f()
	playing.Touch(object)
}

// Mutex is sync.Mutex.
type Mutex struct{ locked bool }

// Lock is that of sync.Mutex.
func (m *Mutex) Lock() { do(m, func() bool { return !m.locked }, func() { m.locked = true }) }

// Unlock is that of sync.Mutex.
func (m *Mutex) Unlock() { undo(m, m.locked, func() { m.locked = false }) }

// RWMutex is sync.RWMutex: who waits to write lets no more readers in. So writing
// is two steps, to ask and to get it.
type RWMutex struct {
	readers       int
	asked, writes bool
}

// Lock is that of sync.RWMutex.
func (m *RWMutex) Lock() {
	do(m, func() bool { return !m.asked }, func() { m.asked = true })
	do(m, func() bool { return m.readers == 0 }, func() { m.writes = true })
}

// Unlock is that of sync.RWMutex.
func (m *RWMutex) Unlock() { undo(m, m.writes, func() { m.asked, m.writes = false, false }) }

// RLock is that of sync.RWMutex.
func (m *RWMutex) RLock() { do(m, func() bool { return !m.asked }, func() { m.readers++ }) }

// RUnlock is that of sync.RWMutex.
func (m *RWMutex) RUnlock() { undo(m, m.readers > 0, func() { m.readers-- }) }

// Once is sync.Once.
type Once struct{ runs, done bool }

// Do is that of sync.Once.
func (o *Once) Do(f func()) {
	first := false
	do(o, func() bool { return !o.runs }, func() { first, o.runs = !o.done, !o.done })
	if first {
		defer undo(o, true, func() { o.runs, o.done = false, true })
		f()
	}
}

// WaitGroup is sync.WaitGroup.
type WaitGroup struct{ n int }

// Add is that of sync.WaitGroup.
func (w *WaitGroup) Add(n int) {
	do(w, nil, func() {
		if w.n += n; w.n < 0 {
			panic("sync: negative WaitGroup counter")
		}
	})
}

// Done is that of sync.WaitGroup.
func (w *WaitGroup) Done() { w.Add(-1) }

// Wait is that of sync.WaitGroup.
func (w *WaitGroup) Wait() { do(w, func() bool { return w.n == 0 }, func() {}) }

// Go is that of sync.WaitGroup.
func (w *WaitGroup) Go(f func()) {
	w.Add(1)
	go Go(func() {
		defer w.Done()
		f()
	})()
}

// Pool is a sync.Pool that gives nothing back, as sync.Pool may. So who uses what
// it has put back is not found out.
type Pool struct{ New func() any }

// Get is that of sync.Pool.
func (p *Pool) Get() any {
	if p.New == nil {
		return nil
	}
	return p.New()
}

// Put is that of sync.Pool.
func (p *Pool) Put(any) {}

// The functions of sync/atomic, such as AddInt64: without the type in their names.

// Load is one step, and so are the others.
func Load[T any](p *T) (v T) {
	do(p, nil, func() { v = *p })
	return v
}

// Store stores v.
func Store[T any](p *T, v T) { do(p, nil, func() { *p = v }) }

// Swap stores v, and returns what was there.
func Swap[T any](p *T, v T) (old T) {
	do(p, nil, func() { old, *p = *p, v })
	return old
}

// CompareAndSwap stores v if old was there, and tells whether it was.
func CompareAndSwap[T comparable](p *T, old, v T) (did bool) {
	do(p, nil, func() {
		if did = *p == old; did {
			*p = v
		}
	})
	return did
}

// Add adds d, and returns the sum.
func Add[T int32 | int64 | uint32 | uint64](p *T, d T) (v T) {
	do(p, nil, func() {
		*p += d
		v = *p
	})
	return v
}

// The types of sync/atomic.
type (
	Int32          = number[int32]
	Int64          = number[int64]
	Uint32         = number[uint32]
	Uint64         = number[uint64]
	Bool           = value[bool]
	Value          = value[any]
	Pointer[T any] struct{ value[*T] }
)

type number[T int32 | int64 | uint32 | uint64] struct{ value[T] }

func (a *number[T]) Add(d T) T { return Add(&a.v, d) }

type value[T comparable] struct{ v T }

func (a *value[T]) Load() T                      { return Load(&a.v) }
func (a *value[T]) Store(v T)                    { Store(&a.v, v) }
func (a *value[T]) Swap(v T) T                   { return Swap(&a.v, v) }
func (a *value[T]) CompareAndSwap(old, v T) bool { return CompareAndSwap(&a.v, old, v) }
