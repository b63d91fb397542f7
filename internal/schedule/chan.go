package schedule

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"runtime"
	"slices"
)

// channel is what is known of a channel of the program. The values are here: the
// program's own channel is only its name, and is closed with it, so that what
// panics there panics here.
type channel struct {
	name   string
	keep   any // the program's, so that no other gets its address
	size   int
	queue  []any // pointers to the values
	closed bool
}

// Made is a channel that the program has just made. It is named by the goroutine
// that makes it, so that it has the same name in other orders.
func Made[C ~chan T, T any](c C) C {
	if r := playing; r != nil {
		r.channels[reflect.ValueOf(c).Pointer()] = &channel{name: r.me().names("channel"), keep: c, size: cap(c)}
	}
	return c
}

// channelOf finds a channel. That of a nil channel is one that nobody else has.
func channelOf(c any) *channel {
	v := reflect.ValueOf(c)
	if v.IsNil() {
		return &channel{name: "nil"}
	}
	ch := playing.channels[v.Pointer()]
	if ch == nil {
		playing.Fail("%v: this channel comes from code that is not scheduled", here().site())
		runtime.Goexit()
	}
	return ch
}

// Case is a case of a select.
type Case interface{ it() *way }

func (w *way) it() *way { return w }

// SendCase is the case of a select, in its line, that sends v to c. (The type is known
// before v comes, and v may be of another that goes there.)
func SendCase[T any](line int, c chan<- T) func(v T) Case {
	ch := channelOf(c)
	return func(v T) Case {
		return &way{
			line: line, ch: ch, sends: true, value: &v,
			ready: func() bool { return ch.closed || len(ch.queue) < ch.size },
			take: func() {
				if ch.closed {
					c <- v // panics
				}
				ch.queue = append(ch.queue, &v)
			},
		}
	}
}

// Received is a case that receives: V and OK are what was received.
type Received[T any] struct {
	way
	V  T
	OK bool
}

// RecvCase is the case of a select, in its line, that receives from c.
func RecvCase[T any](line int, c <-chan T) *Received[T] {
	ch := channelOf(c)
	k := &Received[T]{way: way{line: line, ch: ch}}
	k.receive = func(value any) { k.V, k.OK = *value.(*T), true }
	k.ready = func() bool { return ch.closed || len(ch.queue) > 0 }
	k.take = func() {
		if len(ch.queue) > 0 {
			k.receive(ch.queue[0])
			ch.queue = ch.queue[1:]
		}
	}
	return k
}

// Select is a select, of which it returns the case that was chosen. def is the line of the
// default, or 0; the default is behind all cases.
func Select(def int, cases ...Case) int {
	o := &op{isSelect: true, def: def > 0}
	for _, c := range cases {
		o.ways = append(o.ways, c.it())
	}
	if o.def {
		others := o.ways
		o.ways = append(o.ways, &way{line: def,
			ready: func() bool { return !slices.ContainsFunc(others, (*way).isReady) },
			take: func() { // it has seen that they are not ready
				for _, w := range others {
					playing.Touch(w.ch.name)
				}
			},
		})
	}
	playing.stand(o)
	return o.picked
}

// Send is c <- v.
func Send[T any](c chan<- T) func(v T) {
	return func(v T) { playing.stand(&op{ways: []*way{SendCase(0, c)(v).it()}}) }
}

// Recv is <-c.
func Recv[T any](c <-chan T) T {
	v, _ := Recv2(c)
	return v
}

// Recv2 is <-c, with whether it was sent.
func Recv2[T any](c <-chan T) (T, bool) {
	k := RecvCase(0, c)
	playing.stand(&op{ways: []*way{&k.way}})
	return k.V, k.OK
}

// Range is what range c goes over.
func Range[T any](c <-chan T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			if v, ok := Recv2(c); !ok || !yield(v) {
				return
			}
		}
	}
}

// Close is close(c).
func Close[T any](c chan<- T) {
	ch := channelOf(c)
	do(ch.name, nil, func() {
		close(c) // panics where it has to
		ch.closed = true
	})
}

// Go is the function of a go statement. It makes the goroutine take part.
func Go[F any](f F) F {
	r := playing
	if r == nil { // the package is being initialized; Reset does it again before each run
		return wrap(f, func(func() []reflect.Value, []reflect.Value) []reflect.Value { runtime.Goexit(); return nil })
	}
	parent := r.me()
	parent.goroutines++
	g := r.born(fmt.Sprintf("%s.%d", parent.name, parent.goroutines), here())
	return wrap(f, func(call func() []reflect.Value, _ []reflect.Value) []reflect.Value {
		g.live(func() { call() })
		runtime.Goexit() // its results are nobody's
		return nil
	})
}

// wrap makes a function of the type of f that calls around: with what calls f, and the arguments.
func wrap[F any](f F, around func(call func() []reflect.Value, args []reflect.Value) []reflect.Value) F {
	v := reflect.ValueOf(f)
	return reflect.MakeFunc(v.Type(), func(args []reflect.Value) []reflect.Value {
		return around(func() []reflect.Value {
			if v.Type().IsVariadic() {
				return v.CallSlice(args)
			}
			return v.Call(args)
		}, args)
	}).Interface().(F)
}

// Sorted is what range m goes over: its keys in their order. It is one of the
// orders that Go may choose; the others are not played.
func Sorted[M ~map[K]V, K cmp.Ordered, V any](m M) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if v, there := m[k]; there && !yield(k, v) {
				return
			}
		}
	}
}

// SortedMade is Sorted for keys that are pointers to what the program has made: by the goroutine
// that made it, what is older first.
func SortedMade[M ~map[*K]V, K, V any](m M) iter.Seq2[*K, V] {
	return func(yield func(*K, V) bool) {
		r := playing
		place := func(k *K) int {
			return slices.IndexFunc(r.made, func(m made) bool { return m.from == reflect.ValueOf(k).Pointer() })
		}
		keys := slices.Collect(maps.Keys(m))
		if slices.ContainsFunc(keys, func(k *K) bool { return place(k) < 0 }) {
			r.Fail("%v: the order of this map can't be fixed: a key points to something that was made without & or new", here().site())
			runtime.Goexit()
		}
		slices.SortFunc(keys, func(a, b *K) int {
			i, j := place(a), place(b)
			return cmp.Or(cmp.Compare(r.made[i].by, r.made[j].by), cmp.Compare(i, j))
		})
		for _, k := range keys {
			if v, there := m[k]; there && !yield(k, v) {
				return
			}
		}
	}
}
