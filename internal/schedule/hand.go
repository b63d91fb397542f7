package schedule

import (
	"fmt"
	"reflect"
	"slices"
)

// What follows is for somebody who picks the steps by hand. A Chooser may call it.

// Stand is where a goroutine stands.
type Stand struct {
	Name    string
	Started Site // its go statement; none for the server's goroutine and those of requests
	State   StandState
	Ways    []Way // in which it may go on; of one that is outside, the call that it is in
}

// StandState is what a goroutine does while nobody takes a step.
type StandState string

// The states.
const (
	Stands  StandState = "stands" // before an operation
	Outside StandState = "outside"
	Ended   StandState = "ended"
)

// Way is one of the operations that a goroutine stands before: it has several at a select.
type Way struct {
	At   Site
	Does WayKind
}

// WayKind says on whom a way depends.
type WayKind string

// The kinds of ways.
const (
	Sends    WayKind = "send"
	Receives WayKind = "receive"
	Defaults WayKind = "default"
	Calls    WayKind = "" // a lock, a connection, a variable
)

// Stands tells where each goroutine stands, also those that have ended, in the order in
// which they were started.
func (r *Run) Stands() []Stand {
	all := make([]Stand, 0, len(r.all))
	for _, g := range r.all {
		s := Stand{Name: g.name, Started: g.start.site(), State: Ended}
		switch g.state {
		case parked:
			s.State = Stands
			for i, w := range g.op.ways {
				way := Way{At: g.op.site(i)}
				switch {
				case g.op.def && i == len(g.op.ways)-1:
					way.Does = Defaults
				case w.ch != nil && w.sends:
					way.Does = Sends
				case w.ch != nil:
					way.Does = Receives
				}
				s.Ways = append(s.Ways, way)
			}
		case outside:
			s.State, s.Ways = Outside, []Way{{At: g.at()}}
		}
		all = append(all, s)
	}
	return all
}

// Taken are the steps that were taken so far.
func (r *Run) Taken() []Done { return r.steps }

// ID is the field id of a struct that the program has made. It is 0 before it is given.
type ID struct {
	Struct string // its type's name
	By     string // the goroutine that made the struct
	ID     int
}

// IDs are those of all structs of the program that have a field id, a number.
func (r *Run) IDs() (all []ID) {
	for _, m := range r.made {
		v := reflect.ValueOf(m.keep).Elem()
		if v.Kind() != reflect.Struct {
			continue
		}
		if f := v.FieldByName("id"); f.IsValid() && f.CanInt() {
			all = append(all, ID{v.Type().Name(), m.by, int(f.Int())})
		}
	}
	return all
}

// Variables are the values of the package variables that a goroutine came to, of those that are
// numbers, texts or truths.
func (r *Run) Variables() map[string]string {
	all := make(map[string]string)
	for p := range r.used {
		v := reflect.ValueOf(p).Elem()
		if slices.Contains([]reflect.Kind{reflect.Bool, reflect.String}, v.Kind()) || v.CanInt() || v.CanUint() {
			all[names[p]] = fmt.Sprint(v)
		}
	}
	return all
}
