package chanflow

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// What follows fails where a set of objects says too much: it has all that a value may
// ever be, and a figure would take one for the other.

// givenTo lists the objects that a goroutine is given where it starts, as arguments
// or captured.
func (g *gatherer) givenTo(r *goroutine) (all []*object) {
	for _, root := range r.roots {
		for _, p := range root.fn.Params {
			all = append(all, g.of(root, p)...)
		}
		for _, captured := range root.fn.FreeVars {
			for _, o := range g.of(root, captured) { // what a method value is of, or a variable
				all = append(append(all, o), o.content.all...)
			}
		}
	}
	return all
}

// chosen fails if i, a call in f, calls one of several functions, or methods of
// several types, that the goroutine is given where it starts: each time it may be
// another, and what each does would be drawn as if one goroutine did it all.
func (g *gatherer) chosen(f *frame, i ssa.CallInstruction, given []*object) {
	for _, o := range g.of(f, i.Common().Value) {
		if !slices.Contains(given, o) {
			return
		}
	}
	own, _ := g.callees(f, i.Common())
	for _, c := range own {
		if c.fn != own[0].fn {
			_, at := written(f, i.Pos())
			g.fail(at, "%s calls %s or %s, whichever it is given where its goroutine starts, and a figure would show one goroutine that calls both: name the function where the goroutine starts, as in go f()", funcName(f.fn), funcName(own[0].fn), funcName(c.fn))
			return
		}
	}
}

// jumps fails if f has a goto that goes back: it is a loop that counts and names
// don't know.
func (g *gatherer) jumps(f *frame) {
	if f.fn.Syntax() == nil {
		return
	}
	ast.Inspect(f.fn.Syntax(), func(n ast.Node) bool {
		if jump, ok := n.(*ast.BranchStmt); ok && jump.Tok == token.GOTO && g.info[packageOf(f.fn)].Uses[jump.Label].Pos() < jump.Pos() {
			g.fail(jump.Pos(), "%s goes back by goto: write that loop with for", funcName(f.fn))
		}
		return true
	})
}

// fixed tells whether v in f is a constant: there, or in the call or go statement that
// gives it.
func fixed(f *frame, v ssa.Value) bool {
	if _, ok := v.(*ssa.Const); ok {
		return true
	}
	parameter, ok := v.(*ssa.Parameter)
	if !ok {
		return false
	}
	call, ok := f.site.(ssa.CallInstruction)
	callers := []*frame{f.caller}
	if f.site == nil {
		call, ok, callers = f.goroutine.start, f.goroutine.by == goStatement, f.goroutine.starts
	}
	if !ok {
		return false
	}
	args := call.Common().Args // without the receiver, of an interface
	n := slices.Index(f.fn.Params, parameter) - len(f.fn.Params) + len(args)
	return n >= 0 && n < len(args) && slices.ContainsFunc(callers, func(caller *frame) bool { return fixed(caller, args[n]) })
}

// picks fails if i takes, by a fixed index or key, one of several channels or
// functions, or structs that hold channels, out of an array, a slice or a map. All
// elements are one set.
func (g *gatherer) picks(f *frame, i ssa.Value) {
	var list, index ssa.Value
	switch i := i.(type) {
	case *ssa.UnOp:
		if at, ok := i.X.(*ssa.IndexAddr); ok && i.Op == token.MUL {
			list, index = at.X, at.Index
		}
	case *ssa.Index:
		list, index = i.X, i.Index
	case *ssa.Lookup:
		list, index = i.X, i.Index
	}
	if !fixed(f, index) {
		return
	}
	_, isSlice := list.Type().Underlying().(*types.Slice)
	var holds func(o *object) bool
	holds = func(o *object) bool {
		switch o.kind {
		case channel:
			return true
		case function:
			return !isSlice // of a slice it may be whichever comes first
		case box:
			return slices.ContainsFunc(o.content.all, holds)
		}
		for _, field := range o.fields {
			if slices.ContainsFunc(field.content.all, func(o *object) bool { return o.kind == channel }) {
				return true
			}
		}
		return false
	}
	found := 0
	for _, o := range g.of(f, i) {
		if holds(o) {
			found++
		}
	}
	if found > 1 {
		g.fail(i.Pos(), "%s takes one of %d channels, functions or structs by a fixed number or key, and which of them can't be told: give each a variable or a field of its own", funcName(f.fn), found)
	}
}
