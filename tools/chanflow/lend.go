package chanflow

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// showing are the functions, by how their names begin, that only look at an
// argument of type any, or fill it in, and call no methods of it but those of shown.
var (
	showing = []string{
		"fmt.", "log.", "(*log.Logger).", "log/slog.", "(*log/slog.Logger).", "(golang.org/x/net/websocket.Codec).",
		"encoding/json.", "(*encoding/json.Encoder).", "(*encoding/json.Decoder).",
	}
	shown = []string{"Error", "Format", "GoString", "LogValue", "MarshalJSON", "MarshalText", "Scan", "String", "UnmarshalJSON", "UnmarshalText"}
)

// shows tells whether a function is one of these, and t is any.
func shows(name string, t types.Type) bool {
	empty, ok := t.Underlying().(*types.Interface)
	return ok && empty.Empty() && slices.ContainsFunc(showing, func(begin string) bool { return strings.HasPrefix(name, begin) })
}

// arguments calls visit for each argument of a function outside: with its number,
// its type, and what it may be. Of those behind "..." that are interfaces, each is
// one.
func arguments(i ssa.CallInstruction, c outsideCallee, visit func(n int, t types.Type, objects []*object)) {
	common := i.Common()
	for n, objects := range c.args {
		var t types.Type
		if at := n - (len(c.args) - len(common.Args)); at < 0 {
			t = common.Value.Type() // whose method it is
		} else {
			t = common.Args[at].Type()
		}
		if list, ok := t.Underlying().(*types.Slice); ok && types.IsInterface(list.Elem()) {
			t = list.Elem()
			var elements set
			for _, o := range objects {
				if o.parts[1] != nil {
					elements.add(o.parts[1].content.all...)
				}
			}
			objects = elements.all
		}
		visit(n+1, t, objects)
	}
}

// lend has the functions and methods be called that outside may call when it is
// given objects, as values of such a type: nobody knows when, or by which goroutine.
// So gatherer.does allows them nothing that a figure shows. Of a struct, all is looked
// at if it is in an interface; else outside can't know what it is.
func (a *analysis) lend(f *frame, i ssa.Instruction, to string, as types.Type, names []string, objects []*object) {
	seen := make(map[*object]bool)
	call := func(c callee) {
		if c.fn.Blocks == nil {
			return
		}
		g := a.frame(f, i, c.fn)
		if g.caller == f && g.site == i {
			g.lent = to
		}
		a.bind(g, c)
	}
	var lend func(objects []*object, inside bool)
	lend = func(objects []*object, inside bool) {
		for _, o := range objects {
			if seen[o] {
				continue
			}
			seen[o] = true
			switch {
			case o.kind == function && !isYield(o.fn):
				call(callee{fn: o.fn, free: o.free})
			case o.kind == box:
				for _, fn := range a.methods(o.typ, as, names) {
					call(callee{fn: fn, args: [][]*object{o.content.all}})
				}
				if names == nil {
					lend(o.content.all, true)
				}
			case o.kind == place && inside:
				lend(o.content.all, true)
				for _, n := range slices.Sorted(maps.Keys(o.fields)) {
					lend([]*object{o.fields[n]}, true)
				}
				for _, part := range o.parts {
					if part != nil {
						lend([]*object{part}, true)
					}
				}
			}
		}
	}
	lend(objects, false)
}

// methods returns the methods of a type that outside can call: the exported ones, of
// these names or, if names is nil, all, first those that type as has, too. Some are of
// what is embedded.
func (a *analysis) methods(t, as types.Type, names []string) (all []*ssa.Function) {
	for method := range a.MethodSets.MethodSet(t).Methods() {
		name := method.Obj().Name()
		if !token.IsExported(name) || names != nil && !slices.Contains(names, name) {
			continue
		}
		switch fn := a.MethodValue(method); {
		case fn == nil: // has type parameters of its own
		case a.MethodSets.MethodSet(as).Lookup(nil, name) != nil:
			all = slices.Insert(all, 0, fn)
		default:
			all = append(all, fn)
		}
	}
	return all
}

// outsideField is the full name of the field of an outside struct, or of the
// variable of outside, that addr is, and "" if it is none or one of fields.
func (a *analysis) outsideField(addr ssa.Value) string {
	name := ""
	switch addr := addr.(type) {
	case *ssa.Global:
		if addr.Pkg == nil || a.info[addr.Pkg.Pkg] == nil {
			name = addr.RelString(nil)
		}
	case *ssa.FieldAddr:
		t := deref(addr.X.Type())
		if named, ok := types.Unalias(t).(*types.Named); ok && a.info[named.Obj().Pkg()] == nil {
			name = named.Obj().Pkg().Path() + "." + named.Obj().Name() + "." + t.Underlying().(*types.Struct).Field(addr.Field).Name()
		}
	}
	if slices.Contains(fields, name) {
		return ""
	}
	return name
}

// fields are those of outside's structs that the program may put functions and
// connections in. What becomes of them, handlers and the functions here know.
var fields = []string{
	"net/http.Server.Handler", "golang.org/x/net/websocket.Server.Handler", "sync.Pool.New",
	"bufio.ReadWriter.Reader", "bufio.ReadWriter.Writer",
}
