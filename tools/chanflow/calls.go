package chanflow

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// callee is a function that may be called at one place, with what it is given.
type callee struct {
	fn   *ssa.Function
	free []set       // what it has captured
	args [][]*object // by parameter, the receiver first
}

// call goes into what is called, has goroutines start, and does what is known of
// functions outside.
func (a *analysis) call(f *frame, i ssa.CallInstruction) {
	common := i.Common()
	if builtin, ok := common.Value.(*ssa.Builtin); ok {
		a.builtin(f, i, builtin.Name())
		return
	}
	own, outside := a.callees(f, common)
	for _, c := range own {
		if c.fn.Synthetic == "package initializer" {
			continue // it runs once, and is one of main's roots
		}
		if _, isGo := i.(*ssa.Go); isGo {
			a.start(f, i, c, goStatement)
		} else {
			a.enter(f, i, c)
		}
	}
	for _, c := range outside {
		a.callOutside(f, i, c)
	}
}

// outsideCallee is a function outside the program, by its full name as in
// "net/http.Handle"; "" is a function value that came from there.
type outsideCallee struct {
	name string
	args [][]*object
}

// callees tells what may be called.
func (a *analysis) callees(f *frame, common *ssa.CallCommon) (own []callee, outside []outsideCallee) {
	var args [][]*object
	for _, arg := range common.Args {
		args = append(args, a.of(f, arg))
	}
	add := func(fn *ssa.Function, free []set, args [][]*object) {
		if fn.Blocks != nil {
			own = append(own, callee{fn, free, args})
		} else {
			outside = append(outside, outsideCallee{fullName(fn), args})
		}
	}
	for _, o := range a.of(f, common.Value) {
		switch {
		case common.IsInvoke() && o.kind == box:
			if fn := a.LookupMethod(o.typ, common.Method.Pkg(), common.Method.Name()); fn != nil {
				add(fn, nil, append([][]*object{o.content.all}, args...))
			}
		case common.IsInvoke():
			outside = append(outside, outsideCallee{common.Method.FullName(), append([][]*object{{o}}, args...)})
		case o.fn != nil:
			add(o.fn, o.free, args)
		case o.kind == opaque:
			outside = append(outside, outsideCallee{"", args})
		}
	}
	return own, outside
}

// fullName is the name of a function outside, as go/types writes it.
func fullName(fn *ssa.Function) string {
	if object, ok := fn.Object().(*types.Func); ok {
		return object.Origin().FullName()
	}
	return fn.RelString(nil)
}

// enter binds a function's parameters and results where it is called.
func (a *analysis) enter(f *frame, i ssa.CallInstruction, c callee) {
	g := a.frame(f, i, c.fn)
	a.bind(g, c)
	result := i.Value()
	if result == nil {
		return // deferred
	}
	for _, block := range c.fn.Blocks {
		ret, ok := block.Instrs[len(block.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for n, r := range ret.Results {
			if len(ret.Results) == 1 {
				n = -1 // no tuple
			}
			a.isPart(f, result, n, a.of(g, r)...)
		}
	}
}

// frame returns the frame of fn as called at i in f. A function that is called
// again by what it calls goes on in the frame that it has.
func (a *analysis) frame(f *frame, i ssa.Instruction, fn *ssa.Function) *frame {
	key := frameKey{f, i, fn}
	if g := a.frames[key]; g != nil {
		return g
	}
	g := &frame{fn: fn, goroutine: f.goroutine, caller: f, site: i}
	for up := f; up != nil; up = up.caller {
		if up.fn == fn {
			g, up.again = up, true
			break
		}
	}
	a.frames[key] = g
	f.callees = append(f.callees, g)
	a.grown = true
	return g
}

func (a *analysis) bind(g *frame, c callee) {
	for n, parameter := range g.fn.Params {
		if n < len(c.args) {
			a.is(g, parameter, c.args[n]...)
		} else {
			a.is(g, parameter, a.outsider) // it is outside that calls
		}
	}
	for n, captured := range g.fn.FreeVars {
		if n < len(c.free) {
			a.is(g, captured, c.free[n].all...)
		}
	}
}

// start has a goroutine start with c at i.
func (a *analysis) start(f *frame, i ssa.CallInstruction, c callee, by starter) {
	key := startKey{i, c.fn}
	g := a.started[key]
	if g == nil {
		g = &goroutine{start: i, by: by, fn: c.fn}
		if c.fn != nil && c.fn.Blocks != nil {
			g.roots = []*frame{{fn: c.fn, goroutine: g}}
		}
		a.started[key] = g
		a.goroutines = append(a.goroutines, g)
		a.grown = true
	}
	if !slices.Contains(g.starts, f) {
		g.starts = append(g.starts, f)
		a.grown = true
	}
	for _, root := range g.roots {
		a.bind(root, c)
	}
}

func (a *analysis) builtin(f *frame, i ssa.CallInstruction, name string) {
	args := i.Common().Args
	switch name {
	case "append":
		if i.Value() == nil {
			return
		}
		made := a.make(f, i.Value(), place)
		a.is(f, i.Value(), made)
		a.is(f, i.Value(), a.of(f, args[0])...)
		for _, to := range a.of(f, i.Value()) {
			for _, arg := range args {
				for _, from := range a.of(f, arg) {
					a.copy(a.part(to, 1), a.part(from, 1), 0)
				}
			}
		}
	case "copy":
		for _, to := range a.of(f, args[0]) {
			for _, from := range a.of(f, args[1]) {
				a.copy(a.part(to, 1), a.part(from, 1), 0)
			}
		}
	case "min", "max", "ssa:wrapnilchk":
		if i.Value() != nil {
			for _, arg := range args {
				a.is(f, i.Value(), a.of(f, arg)...)
			}
		}
	}
}
