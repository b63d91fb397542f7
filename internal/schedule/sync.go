package schedule

// What follows has the names of package sync and of sync/atomic: the rewritten
// program has this package in their place. Nobody waits in it; a goroutine stands
// before what it asks for, until that can be done.

// Locker is sync.Locker.
type Locker interface {
	Lock()
	Unlock()
}

// Mutex is sync.Mutex.
type Mutex struct{ locked bool }

// do stands before an operation on an object, does it, and notes that the object changed.
func do(object any, possible func() bool, f func()) {
	r := playing
	r.stand(&op{possible: possible})
	f()
	r.touch(object)
}

// undo sets an object free. That is no step of its own: it can only make others'
// steps possible.
func undo(object any, f func()) {
	if r := playing; !r.over {
		f()
		r.touch(object)
	}
}

// Lock is that of sync.Mutex.
func (m *Mutex) Lock() {
	do(m, func() bool { return !m.locked }, func() { m.locked = true })
}

// TryLock is that of sync.Mutex.
func (m *Mutex) TryLock() (did bool) {
	do(m, nil, func() { did, m.locked = !m.locked, true })
	return did
}

// Unlock is that of sync.Mutex.
func (m *Mutex) Unlock() {
	undo(m, func() {
		if !m.locked {
			panic("sync: unlock of unlocked mutex")
		}
		m.locked = false
	})
}

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

// TryLock is that of sync.RWMutex.
func (m *RWMutex) TryLock() (did bool) {
	do(m, nil, func() {
		if did = !m.asked && m.readers == 0; did {
			m.asked, m.writes = true, true
		}
	})
	return did
}

// Unlock is that of sync.RWMutex.
func (m *RWMutex) Unlock() {
	undo(m, func() {
		if !m.writes {
			panic("sync: Unlock of unlocked RWMutex")
		}
		m.asked, m.writes = false, false
	})
}

// RLock is that of sync.RWMutex.
func (m *RWMutex) RLock() {
	do(m, func() bool { return !m.asked }, func() { m.readers++ })
}

// TryRLock is that of sync.RWMutex.
func (m *RWMutex) TryRLock() (did bool) {
	do(m, nil, func() {
		if did = !m.asked; did {
			m.readers++
		}
	})
	return did
}

// RUnlock is that of sync.RWMutex.
func (m *RWMutex) RUnlock() {
	undo(m, func() {
		if m.readers == 0 {
			panic("sync: RUnlock of unlocked RWMutex")
		}
		m.readers--
	})
}

// RLocker is that of sync.RWMutex.
func (m *RWMutex) RLocker() Locker { return rlocker{m} }

type rlocker struct{ m *RWMutex }

func (l rlocker) Lock()   { l.m.RLock() }
func (l rlocker) Unlock() { l.m.RUnlock() }

// Once is sync.Once.
type Once struct{ runs, done bool }

// Do is that of sync.Once.
func (o *Once) Do(f func()) {
	first := false
	do(o, func() bool { return !o.runs }, func() { first, o.runs = !o.done, !o.done })
	if !first {
		return
	}
	defer undo(o, func() { o.runs, o.done = false, true })
	f()
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
func (w *WaitGroup) Wait() {
	do(w, func() bool { return w.n == 0 }, func() {})
}

// Go is that of sync.WaitGroup.
func (w *WaitGroup) Go(f func()) {
	w.Add(1)
	Go(func() {
		defer w.Done()
		f()
	})
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

// What follows is sync/atomic. Each call is one step.

type integer interface {
	~int32 | ~int64 | ~uint32 | ~uint64
}

func load[T any](p *T) T {
	playing.stand(&op{})
	playing.touch(p)
	return *p
}

func store[T any](p *T, v T) { do(p, nil, func() { *p = v }) }

func swap[T any](p *T, v T) (old T) {
	do(p, nil, func() { old, *p = *p, v })
	return old
}

func compareAndSwap[T comparable](p *T, old, v T) (did bool) {
	do(p, nil, func() {
		if did = *p == old; did {
			*p = v
		}
	})
	return did
}

func add[T integer](p *T, d T) (v T) {
	do(p, nil, func() {
		*p += d
		v = *p
	})
	return v
}

// The functions of sync/atomic.
var (
	AddInt32, AddInt64, AddUint32, AddUint64     = add[int32], add[int64], add[uint32], add[uint64]
	LoadInt32, LoadInt64, LoadUint32, LoadUint64 = load[int32], load[int64], load[uint32], load[uint64]

	StoreInt32, StoreInt64, StoreUint32, StoreUint64 = store[int32], store[int64], store[uint32], store[uint64]
	SwapInt32, SwapInt64, SwapUint32, SwapUint64     = swap[int32], swap[int64], swap[uint32], swap[uint64]

	CompareAndSwapInt32, CompareAndSwapInt64   = compareAndSwap[int32], compareAndSwap[int64]
	CompareAndSwapUint32, CompareAndSwapUint64 = compareAndSwap[uint32], compareAndSwap[uint64]
)

// The types of sync/atomic.
type (
	Int32  = atomicInteger[int32]
	Int64  = atomicInteger[int64]
	Uint32 = atomicInteger[uint32]
	Uint64 = atomicInteger[uint64]
	Bool   = atomicValue[bool]
	Value  = atomicValue[any]

	Pointer[T any] struct{ atomicValue[*T] }
)

type atomicInteger[T integer] struct{ atomicValue[T] }

func (a *atomicInteger[T]) Add(d T) T { return add(&a.v, d) }

type atomicValue[T comparable] struct{ v T }

func (a *atomicValue[T]) Load() T    { return load(&a.v) }
func (a *atomicValue[T]) Store(v T)  { store(&a.v, v) }
func (a *atomicValue[T]) Swap(v T) T { return swap(&a.v, v) }
func (a *atomicValue[T]) CompareAndSwap(old, v T) bool {
	return compareAndSwap(&a.v, old, v)
}
