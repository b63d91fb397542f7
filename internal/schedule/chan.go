package schedule

import (
	"cmp"
	"fmt"
	"iter"
	"reflect"
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

// side is one side of a channel operation: a case of a select, or the only one.
type side struct {
	ch      *channel // nil: of a nil channel
	at      place
	value   any                      // points to what is sent; nil: it receives
	panics  func()                   // sends to a closed channel
	receive func(value any, ok bool) // takes what is sent
}

// Made is a channel that the program has just made. It is named by the goroutine
// that makes it, so that it has the same name in other orders.
func Made[C ~chan T, T any](c C) C {
	if r := playing; r != nil {
		v := reflect.ValueOf(c)
		name := r.me().names("channel")
		r.mu.Lock()
		defer r.mu.Unlock()
		r.channels[v.Pointer()] = &channel{name: name, keep: c, size: v.Cap()}
	}
	return c
}

// channelOf finds a channel. That of a nil channel is nil.
func (r *Run) channelOf(c any, at place) *channel {
	v := reflect.ValueOf(c)
	if v.IsNil() {
		return nil
	}
	r.mu.Lock()
	ch := r.channels[v.Pointer()]
	r.mu.Unlock()
	if ch == nil {
		r.fail(fmt.Errorf("%v: this channel comes from code that is not scheduled", at.site()))
		r.stand(&op{at: at, possible: never})
	}
	return ch
}

func never() bool { return false }

// SendTo is the one side of a channel that is sent to.
type SendTo[T any] struct{ c chan<- T }

// To is for a channel that is sent to. (Its type is known then, and the value may be
// of another that goes there.)
func To[T any](c chan<- T) SendTo[T] { return SendTo[T]{c} }

// Send is c <- v.
func (t SendTo[T]) Send(v T) {
	operate(t.Case(0, v))
}

// Case is the case of a select, in its line, that sends v.
func (t SendTo[T]) Case(line int, v T) Case {
	at := here().in(line)
	return &side{at: at, ch: playing.channelOf(t.c, at), value: &v, panics: func() { t.c <- v }}
}

// Receiving is a case that receives: V and OK are what was received.
type Receiving[T any] struct {
	side
	V  T
	OK bool
}

// Case is a case of a select, or an operation that is no select.
type Case interface{ it() *side }

func (s *side) it() *side { return s }

// From is the case of a select, in its line, that receives from c.
func From[T any](c <-chan T, line int) *Receiving[T] {
	at := here().in(line)
	k := &Receiving[T]{side: side{at: at, ch: playing.channelOf(c, at)}}
	k.receive = func(value any, ok bool) {
		if k.OK = ok; ok {
			k.V = *value.(*T)
		}
	}
	return k
}

// Recv is <-c.
func Recv[T any](c <-chan T) T {
	v, _ := Recv2(c)
	return v
}

// Recv2 is <-c, with whether it was sent.
func Recv2[T any](c <-chan T) (T, bool) {
	k := From(c, 0)
	operate(k)
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

// operate does a channel operation that is no select.
func operate(c Case) {
	choose(&op{at: c.it().at, cases: []*side{c.it()}})
}

// Select is a select, of which it returns the case that was chosen; -1 is the
// default. def is the line of the default, or 0.
func Select(def int, cases ...Case) int {
	o := &op{at: here(), isSelect: true}
	for _, c := range cases {
		o.cases = append(o.cases, c.it())
	}
	if def > 0 {
		at := o.at.in(def)
		o.def = &at
	} else if len(cases) == 0 {
		o.possible = never
	}
	return choose(o)
}

// choose stands before a channel operation, and does its part of what was chosen.
func choose(o *op) int {
	r := playing
	r.stand(o)
	if o.picked < 0 {
		for _, c := range o.cases {
			if c.ch != nil {
				r.Touch(c.ch.name)
			}
		}
		return o.picked
	}
	c := o.cases[o.picked]
	ch := c.ch
	r.Touch(ch.name)
	switch {
	case o.met: // the value was handed over
	case c.value != nil && ch.closed:
		c.panics()
	case c.value != nil:
		ch.queue = append(ch.queue, c.value)
	case len(ch.queue) > 0:
		c.receive(ch.queue[0], true)
		ch.queue = ch.queue[1:]
	default:
		c.receive(nil, false)
	}
	return o.picked
}

// Close is close(c).
func Close[T any](c chan<- T) {
	r := playing
	at := here()
	ch := r.channelOf(c, at)
	r.stand(&op{at: at})
	if ch != nil {
		r.Touch(ch.name)
		ch.closed = true
	}
	close(c) // panics where it has to
}

// Len is len(c).
func Len[T any](c <-chan T) int {
	r := playing
	at := here()
	ch := r.channelOf(c, at)
	if ch == nil {
		return 0
	}
	r.stand(&op{at: at})
	r.Touch(ch.name)
	return len(ch.queue)
}

// Go is the go statement.
func Go(f func()) {
	r := playing
	g := r.me()
	g.goroutines++
	r.start(fmt.Sprintf("%s.%d", g.name, g.goroutines), here(), f)
}

// Sorted is what range m goes over: its keys in their order. It is one of the
// orders that Go may choose; the others are not played.
func Sorted[M ~map[K]V, K cmp.Ordered, V any](m M) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		keys := make([]K, 0, len(m))
		for k := range m {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			if v, there := m[k]; there && !yield(k, v) {
				return
			}
		}
	}
}
