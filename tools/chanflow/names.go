package chanflow

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// name gives each goroutine the name of the function whose loop it runs.
func (g *gatherer) name() {
	clash := make(map[string]int)
	for _, r := range g.goroutines {
		g.named[r] = g.loop(r)
		name := ""
		switch {
		case r.start == nil:
			name = "main"
		case slices.ContainsFunc(g.ops, func(o *op) bool { return o.by == r && o.channel == connections }):
			name = NetHTTP
		case g.named[r] != nil:
			name = funcName(g.named[r])
		default:
			name = "outside" // a method of somebody there
		}
		g.names[r] = name
		clash[name]++
	}
	for _, r := range g.goroutines {
		if clash[g.names[r]] > 1 {
			g.names[r] += fmt.Sprintf("@%d", g.place(r.start.Pos()).Line)
		}
	}
	named := make(map[string]*goroutine)
	for _, r := range g.goroutines {
		if other := named[g.names[r]]; other != nil {
			g.fail(r.start.Pos(), "two goroutines would be called %s, this one and one that starts at %v: give their functions different names, or start them by go statements on lines of different numbers", g.names[r], g.place(other.start.Pos()))
		}
		named[g.names[r]] = r
	}
	for _, o := range g.ops {
		if o.by != nil {
			o.Who = g.names[o.by]
		}
	}
}

// loop is the first function that has a loop in which the goroutine receives, by
// itself or in what it calls there; if none has, where it begins.
func (g *gatherer) loop(r *goroutine) *ssa.Function {
	for _, f := range g.frames[r] {
		for _, pos := range g.hears[f] {
			if f.again || slices.ContainsFunc(enclosing(f.fn, pos), isLoop) {
				return f.fn
			}
		}
	}
	return r.fn
}

// structOf is the struct of the program's that fn is a method of, or that its
// first parameter is; or "".
func structOf(fn *ssa.Function) string {
	if fn == nil || fn.Blocks == nil {
		return "" // or none of the program's
	}
	signature := fn.Signature
	if object, ok := fn.Object().(*types.Func); ok {
		signature = object.Signature()
	}
	first := signature.Recv()
	if first == nil && signature.Params().Len() > 0 && fn.Parent() == nil {
		first = signature.Params().At(0)
	}
	if first == nil {
		return ""
	}
	named, ok := types.Unalias(deref(first.Type())).(*types.Named)
	if !ok || named.Obj().Pkg() != packageOf(fn) {
		return ""
	}
	if _, ok := named.Underlying().(*types.Struct); !ok {
		return ""
	}
	return named.Obj().Name()
}

// packageOf is the package that has the source of fn, or nil.
func packageOf(fn *ssa.Function) *types.Package {
	if fn.Origin() != nil {
		fn = fn.Origin()
	}
	if fn.Package() == nil {
		return nil // a wrapper
	}
	return fn.Package().Pkg
}

// funcName is a function's name as people say it: "Server.Listen", and for
// literals "Server.Listen.func1", as in Go's own stacks.
func funcName(fn *ssa.Function) string {
	if fn.Origin() != nil {
		fn = fn.Origin()
	}
	if parent := fn.Parent(); parent != nil {
		if isYield(fn) {
			return funcName(parent)
		}
		number := fn.Name()[strings.LastIndex(fn.Name(), "$")+1:]
		if parent.Parent() == nil {
			number = "func" + number
		}
		return funcName(parent) + "." + number
	}
	object, ok := fn.Object().(*types.Func)
	if !ok {
		return fn.Name()
	}
	if receiver := object.Signature().Recv(); receiver != nil {
		if named, ok := types.Unalias(deref(receiver.Type())).(*types.Named); ok {
			return named.Obj().Name() + "." + object.Name()
		}
	}
	return object.Name()
}

// channelName names a channel: after the field that it is put in where it is
// made, or the variable, or the first field that ever has it.
func (g *gatherer) channelName(o *object) string {
	var field, global string
	values := []ssa.Value{o.made}
	for i := 0; i < len(values); i++ {
		for _, r := range *values[i].Referrers() {
			switch r := r.(type) {
			case *ssa.ChangeType: // to a channel that only sends, or only receives
				values = append(values, r)
			case *ssa.Store:
				switch to := r.Addr.(type) {
				case *ssa.FieldAddr:
					if field == "" {
						field = g.fieldOf(&object{}, to.X.Type(), to.Field).field
					}
				case *ssa.Global:
					global = to.Name()
				}
			}
		}
	}
	if field != "" {
		return field
	}
	if global != "" {
		return global
	}
	if name := variable(o.in.fn, o.made.Pos()); name != "" {
		return funcName(o.in.fn) + "." + name
	}
	for _, p := range g.objects {
		if p.field != "" && p.kind == place && p.content.has[o] {
			return p.field
		}
	}
	return "make in " + funcName(o.in.fn)
}

// variable is the local variable that gets the value of the call at pos, or "".
func variable(fn *ssa.Function, pos token.Pos) (name string) {
	if fn.Syntax() == nil {
		return ""
	}
	is := func(e ast.Expr) bool {
		call, ok := ast.Unparen(e).(*ast.CallExpr)
		return ok && (call.Lparen == pos || call.Pos() == pos)
	}
	ast.Inspect(fn.Syntax(), func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, e := range n.Rhs {
				if id, ok := n.Lhs[i].(*ast.Ident); ok && is(e) {
					name = id.Name
				}
			}
		case *ast.ValueSpec:
			for i, e := range n.Values {
				if is(e) && i < len(n.Names) {
					name = n.Names[i].Name
				}
			}
		}
		return true
	})
	return name
}
