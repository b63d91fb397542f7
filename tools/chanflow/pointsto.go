package chanflow

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// What a value may be is found as Andersen's analysis does: each instruction
// says that one set of objects includes another, and all are gone through again
// until nothing grows. An object is what one instruction makes, once for
// each chain of calls that leads to it from where a goroutine starts, so a
// helper's two callers are told apart. Nothing is told apart by when it happens.

// object is what a value may be: a channel, a function, or a place in memory.
type object struct {
	kind kind
	typ  types.Type
	made ssa.Value // the instruction that makes it, or nil
	in   *frame    // where it is made, or nil

	content set             // of a place: what may be in it; in a box: the value
	fields  map[int]*object // of a struct
	parts   [2]*object      // of a map its keys and its values; of a slice, an array or a channel its elements
	field   string          // of a field: "Server.addCh"
	fn      *ssa.Function   // of a function
	free    []set           // of a closure: what it captures
}

type kind int

const (
	place    kind = iota // memory: a variable, a struct, a map, a slice
	channel              // made by the program
	source               // a channel of outside that somebody there sends on
	function             // a function or closure of the program
	box                  // a value in an interface
	opaque               // from outside: nothing of the program's
)

// set is a set of objects, in the order in which they came.
type set struct {
	all []*object
	has map[*object]bool
}

// add reports whether the set has grown.
func (s *set) add(objects ...*object) bool {
	grown := false
	for _, o := range objects {
		if !s.has[o] {
			if s.has == nil {
				s.has = make(map[*object]bool)
			}
			s.has[o] = true
			s.all = append(s.all, o)
			grown = true
		}
	}
	return grown
}

// frame is a function as it is called from one place, itself called from one
// place, and so on up to where a goroutine starts.
type frame struct {
	fn        *ssa.Function
	goroutine *goroutine
	caller    *frame          // nil where the goroutine starts
	site      ssa.Instruction // in caller; a call, or what gives the function to outside
	lent      string          // the name of who outside may call it, at any time; or ""
	again     bool            // what it calls calls it again
	callees   []*frame
}

// value names a value in a frame; of a tuple, one part of it.
type value struct {
	in   *frame
	v    ssa.Value
	part int
}

// goroutine is what one place in the code starts.
type goroutine struct {
	start  ssa.CallInstruction // nil for main
	by     starter
	fn     *ssa.Function // where it begins
	starts []*frame      // the frames that start is in
	roots  []*frame      // where it begins; of main, the initializers too
}

// starter tells what starts a goroutine.
type starter int

const (
	goStatement starter = iota
	netHTTP             // for each connection
	timer               // time.AfterFunc
)

type startKey struct {
	site ssa.CallInstruction
	fn   *ssa.Function
}

type frameKey struct {
	caller *frame
	site   ssa.Instruction
	fn     *ssa.Function
}

type makeKey struct {
	in *frame
	v  ssa.Value
}

// analysis is the state of it.
type analysis struct {
	*program
	grown bool // in this round

	values     map[value]*set
	made       map[makeKey]*object
	objects    []*object // all, in the order in which they were found
	globals    map[*ssa.Global]*object
	functions  map[*ssa.Function]*object
	frames     map[frameKey]*frame
	goroutines []*goroutine
	started    map[startKey]*goroutine
	sources    map[string]*object // by who sends
	connection *object            // a connection to a browser, that net/http handed over
	outsider   *object            // all else that comes from outside
}

// analyze goes through the program until it knows no more.
func analyze(p *program) (*analysis, error) {
	a := &analysis{
		program:   p,
		values:    make(map[value]*set),
		made:      make(map[makeKey]*object),
		globals:   make(map[*ssa.Global]*object),
		functions: make(map[*ssa.Function]*object),
		frames:    make(map[frameKey]*frame),
		started:   make(map[startKey]*goroutine),
		sources:   make(map[string]*object),

		connection: &object{kind: opaque},
		outsider:   &object{kind: opaque},
	}
	main := &goroutine{}
	var mains []*ssa.Function
	for _, pkg := range p.own {
		// The initializers run before main, in its goroutine.
		main.roots = append(main.roots, &frame{fn: pkg.Func("init"), goroutine: main})
		if pkg.Pkg.Name() == "main" {
			mains = append(mains, pkg.Func("main"))
		}
	}
	switch len(mains) {
	case 0:
		return nil, fmt.Errorf("none of the packages is a command: there is no func main")
	case 1:
		main.fn = mains[0]
	default:
		return nil, fmt.Errorf("%v: a second func main, beside that of %v: which one is the program can't be told; move one of them to another directory", p.place(mains[1].Pos()), p.place(mains[0].Pos()))
	}
	main.roots = append(main.roots, &frame{fn: main.fn, goroutine: main})
	a.goroutines = append(a.goroutines, main)
	for a.grown = true; a.grown; {
		a.grown = false
		for i := 0; i < len(a.goroutines); i++ { // it may grow
			for _, root := range a.goroutines[i].roots {
				a.walk(root, a.instruction)
			}
		}
	}
	return a, nil
}

// walk calls visit for each instruction of a frame and of what it calls.
func (a *analysis) walk(f *frame, visit func(*frame, ssa.Instruction)) {
	seen := make(map[*frame]bool)
	var walk func(*frame)
	walk = func(f *frame) {
		if seen[f] {
			return // a recursion
		}
		seen[f] = true
		for _, block := range f.fn.Blocks {
			for _, instruction := range block.Instrs {
				visit(f, instruction)
			}
		}
		for i := 0; i < len(f.callees); i++ {
			walk(f.callees[i])
		}
	}
	walk(f)
}

// instruction has the sets grow by what one instruction says.
func (a *analysis) instruction(f *frame, instruction ssa.Instruction) {
	switch i := instruction.(type) {
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice:
		v := i.(ssa.Value)
		a.is(f, v, a.make(f, v, place))
	case *ssa.MakeChan:
		a.is(f, i, a.make(f, i, channel))
	case *ssa.MakeClosure:
		o := a.make(f, i, function)
		o.fn = i.Fn.(*ssa.Function)
		if o.free == nil {
			o.free = make([]set, len(i.Bindings))
		}
		for n, binding := range i.Bindings {
			a.into(&o.free[n], a.of(f, binding)...)
		}
		a.is(f, i, o)
	case *ssa.MakeInterface:
		o := a.make(f, i, box)
		o.typ = i.X.Type()
		a.into(&o.content, a.of(f, i.X)...)
		a.is(f, i, o)
	case *ssa.ChangeInterface:
		a.is(f, i, a.of(f, i.X)...)
	case *ssa.ChangeType:
		a.is(f, i, a.of(f, i.X)...)
	case *ssa.Convert:
		a.is(f, i, a.of(f, i.X)...)
	case *ssa.MultiConvert:
		a.is(f, i, a.of(f, i.X)...)
	case *ssa.SliceToArrayPointer:
		a.is(f, i, a.of(f, i.X)...)
	case *ssa.Slice:
		a.is(f, i, a.of(f, i.X)...)
	case *ssa.Phi:
		for _, edge := range i.Edges {
			a.is(f, i, a.of(f, edge)...)
		}
	case *ssa.TypeAssert:
		for _, o := range a.of(f, i.X) {
			to, isInterface := i.AssertedType.Underlying().(*types.Interface)
			switch {
			case o.kind != box || isInterface && types.Implements(o.typ, to):
				a.is(f, i, o)
			case types.Identical(o.typ, i.AssertedType):
				a.is(f, i, o.content.all...)
			}
		}

	case *ssa.FieldAddr:
		for _, o := range a.of(f, i.X) {
			a.is(f, i, a.fieldOf(o, i.X.Type(), i.Field))
		}
	case *ssa.Field:
		for _, o := range a.of(f, i.X) {
			a.is(f, i, a.load(a.fieldOf(o, i.X.Type(), i.Field), i.Type())...)
		}
	case *ssa.IndexAddr:
		for _, o := range a.of(f, i.X) {
			a.is(f, i, a.part(o, 1))
		}
	case *ssa.Index:
		for _, o := range a.of(f, i.X) {
			a.is(f, i, a.load(a.part(o, 1), i.Type())...)
		}
	case *ssa.Lookup:
		for _, o := range a.of(f, i.X) {
			a.is(f, i, a.load(a.part(o, 1), elem(i.X.Type()))...)
		}
	case *ssa.MapUpdate:
		for _, o := range a.of(f, i.Map) {
			a.store(a.part(o, 0), a.of(f, i.Key), i.Key.Type())
			a.store(a.part(o, 1), a.of(f, i.Value), i.Value.Type())
		}
	case *ssa.Next:
		if !i.IsString {
			for _, o := range a.of(f, i.Iter.(*ssa.Range).X) {
				m := i.Iter.(*ssa.Range).X.Type().Underlying().(*types.Map)
				a.isPart(f, i, 1, a.load(a.part(o, 0), m.Key())...)
				a.isPart(f, i, 2, a.load(a.part(o, 1), m.Elem())...)
			}
		}
	case *ssa.Extract:
		if set := a.values[value{f, i.Tuple, i.Index + 1}]; set != nil {
			a.is(f, i, set.all...)
		}
		switch i.Tuple.(type) {
		case *ssa.TypeAssert, *ssa.Lookup, *ssa.UnOp: // value and ok
			if i.Index == 0 {
				a.is(f, i, a.of(f, i.Tuple)...)
			}
		}

	case *ssa.UnOp:
		switch i.Op {
		case token.MUL:
			for _, o := range a.of(f, i.X) {
				a.is(f, i, a.load(o, i.Type())...)
			}
		case token.ARROW:
			for _, o := range a.of(f, i.X) {
				a.is(f, i, a.load(a.part(o, 1), elem(i.X.Type()))...)
			}
		}
	case *ssa.Store:
		for _, o := range a.of(f, i.Addr) {
			a.store(o, a.of(f, i.Val), i.Val.Type())
		}
		if field := a.outsideField(i.Addr); field != "" {
			a.lend(f, i, field, i.Val.Type(), nil, a.of(f, i.Val))
		}
	case *ssa.Send:
		for _, o := range a.of(f, i.Chan) {
			a.store(a.part(o, 1), a.of(f, i.X), i.X.Type())
		}
	case *ssa.Select:
		received := 2 // parts 0 and 1 are which case, and ok
		for _, state := range i.States {
			for _, o := range a.of(f, state.Chan) {
				if state.Dir == types.SendOnly {
					a.store(a.part(o, 1), a.of(f, state.Send), state.Send.Type())
				} else {
					a.isPart(f, i, received, a.load(a.part(o, 1), elem(state.Chan.Type()))...)
				}
			}
			if state.Dir == types.RecvOnly {
				received++
			}
		}

	case ssa.CallInstruction:
		a.call(f, i)
	}
}

// of returns what v may be in f.
func (a *analysis) of(f *frame, v ssa.Value) []*object {
	switch v := v.(type) {
	case *ssa.Const, *ssa.Builtin:
		return nil
	case *ssa.Global:
		if a.globals[v] == nil {
			o := a.object(&object{kind: place, typ: deref(v.Type())})
			if v.Pkg == nil || a.info[v.Pkg.Pkg] == nil {
				o.kind = opaque // a variable of outside, such as websocket.JSON
			}
			a.globals[v] = o
		}
		return []*object{a.globals[v]}
	case *ssa.Function:
		if a.functions[v] == nil {
			a.functions[v] = a.object(&object{kind: function, fn: v})
			if v.Blocks == nil {
				a.functions[v].kind = opaque
			}
		}
		return []*object{a.functions[v]}
	}
	if set := a.values[value{f, v, 0}]; set != nil {
		return set.all
	}
	return nil
}

func (a *analysis) is(f *frame, v ssa.Value, objects ...*object) { a.isPart(f, v, -1, objects...) }

// isPart says that part n of v, a tuple, may be any of objects.
func (a *analysis) isPart(f *frame, v ssa.Value, n int, objects ...*object) {
	if len(objects) == 0 {
		return
	}
	key := value{f, v, n + 1}
	if a.values[key] == nil {
		a.values[key] = new(set)
	}
	a.into(a.values[key], objects...)
}

func (a *analysis) into(s *set, objects ...*object) {
	if s.add(objects...) {
		a.grown = true
	}
}

func (a *analysis) object(o *object) *object {
	a.objects = append(a.objects, o)
	return o
}

// make returns what v makes in f.
func (a *analysis) make(f *frame, v ssa.Value, kind kind) *object {
	key := makeKey{f, v}
	if a.made[key] == nil {
		a.made[key] = a.object(&object{kind: kind, typ: deref(v.Type()), made: v, in: f})
	}
	return a.made[key]
}

// load returns what is read from a place of type t. A struct or an array is the
// place itself: its copies are not told apart until they are stored.
func (a *analysis) load(o *object, t types.Type) []*object {
	if o.kind == opaque || isComposite(t) {
		return []*object{o}
	}
	return o.content.all
}

// store puts what is in a value of type t into a place.
func (a *analysis) store(to *object, values []*object, t types.Type) {
	if !isComposite(t) {
		a.into(&to.content, values...)
		return
	}
	for _, from := range values {
		a.copy(to, from, 0)
	}
}

// copy puts all that is in a struct or an array into another.
func (a *analysis) copy(to, from *object, depth int) {
	if to == from || depth > 10 { // of a struct that holds arrays of itself and so on, enough
		return
	}
	a.into(&to.content, from.content.all...)
	for _, n := range slices.Sorted(maps.Keys(from.fields)) {
		field := from.fields[n]
		if to.fields[n] == nil {
			if to.fields == nil {
				to.fields = make(map[int]*object)
			}
			to.fields[n] = a.object(&object{kind: to.kind, typ: field.typ, field: field.field})
			a.grown = true
		}
		a.copy(to.fields[n], field, depth+1)
	}
	for n, part := range from.parts {
		if part != nil {
			a.copy(a.part(to, n), part, depth+1)
		}
	}
}

// fieldOf returns field n of a struct of type t, or of what t points to.
func (a *analysis) fieldOf(o *object, t types.Type, n int) *object {
	if o.kind == opaque {
		return o
	}
	if o.fields[n] == nil {
		if o.fields == nil {
			o.fields = make(map[int]*object)
		}
		t = deref(t)
		field := t.Underlying().(*types.Struct).Field(n)
		name := field.Name()
		if named, ok := types.Unalias(t).(*types.Named); ok {
			name = named.Obj().Name() + "." + name
		}
		o.fields[n] = a.object(&object{kind: place, typ: field.Type(), field: name})
	}
	return o.fields[n]
}

// part returns the elements of a channel, an array or a slice (1), or the keys (0)
// or the values (1) of a map.
func (a *analysis) part(o *object, n int) *object {
	if o.kind == opaque || o.kind == source {
		return a.outsider
	}
	if o.parts[n] == nil {
		o.parts[n] = a.object(&object{kind: place})
	}
	return o.parts[n]
}

// deref is what t points to, or t.
func deref(t types.Type) types.Type {
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		return pointer.Elem()
	}
	return t
}

// elem is the type of t's elements.
func elem(t types.Type) types.Type {
	return deref(t).Underlying().(interface{ Elem() types.Type }).Elem()
}

func isComposite(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return true
	}
	return false
}
