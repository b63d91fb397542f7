package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// packageLevel tells whether an object is declared outside of all functions.
func (w *rewriter) packageLevel(o types.Object) bool {
	return o != nil && o.Parent() == w.Types.Scope()
}

// atPackageLevel tells whether code runs when the package is initialized.
func (w *rewriter) atPackageLevel(n ast.Node) bool {
	for ; n != nil; n = w.parents[n] {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return false
		}
	}
	return true
}

// root is the name of the package variable of which an expression is a part, if it is.
func (w *rewriter) root(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		if v, ok := w.info.Uses[e].(*types.Var); ok && w.packageLevel(v) && !ofSync(v.Type()) {
			return e
		}
	case *ast.ParenExpr:
		return w.root(e.X)
	case *ast.SelectorExpr:
		if s := w.info.Selections[e]; s != nil && s.Kind() == types.FieldVal && !s.Indirect() {
			return w.root(e.X)
		}
	case *ast.IndexExpr:
		return w.root(e.X)
	}
	return nil
}

// ofSync tells whether a type is one of those that package schedule has.
func ofSync(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && known[n.Obj().Pkg().Path()] != nil
}

// hasSync tells whether such a type is a part of a struct.
func hasSync(t types.Type) bool {
	if ofSync(t) {
		return true
	}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for f := range t.Fields() {
			if hasSync(f.Type()) {
				return true
			}
		}
	case *types.Array:
		return hasSync(t.Elem())
	}
	return false
}

// variable is what is assigned to, if it is a part of a package variable: its text.
func (w *rewriter) variable(e ast.Expr) (text string, ok bool) {
	if w.root(e) == nil {
		return "", false
	}
	from, to := e.Pos()-w.base, e.End()-w.base
	return string(w.src[from:to]), true
}

// findAssigned notes which package variables are changed, and uses of them for which
// the whole statement is rewritten. One whose address is taken may be changed anywhere.
func (w *rewriter) findAssigned(n ast.Node) {
	changed := func(e ast.Expr, done bool) {
		if root := w.root(e); root != nil {
			w.assigned[w.info.Uses[root].(*types.Var)] = true
			w.done[root] = done
		}
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, e := range n.Lhs {
			changed(e, true)
		}
	case *ast.IncDecStmt:
		changed(n.X, true)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			changed(n.Key, true)
			if n.Value != nil {
				changed(n.Value, true)
			}
		}
	case *ast.CallExpr:
		if b, ok := w.info.Uses[calleeName(n)].(*types.Builtin); ok && slices.Contains([]string{"delete", "clear", "copy"}, b.Name()) {
			changed(n.Args[0], false)
			w.written[w.root(n.Args[0])] = true
		}
	case *ast.UnaryExpr:
		if root := w.root(n.X); n.Op == token.AND && root != nil {
			changed(n.X, true)
			if call, ok := w.parents[n].(*ast.CallExpr); ok {
				if o := w.info.Uses[calleeName(call)]; o != nil && o.Pkg() != nil && o.Pkg().Path() == "sync/atomic" {
					return
				}
			}
			w.refuse(n, "the address of a package variable is understood here only where sync/atomic gets it")
		}
	}
}

// assignment rewrites one to a package variable.
func (w *rewriter) assignment(n *ast.AssignStmt) {
	if n.Tok == token.DEFINE {
		return
	}
	for i, e := range n.Lhs {
		text, ok := w.variable(e)
		if !ok {
			continue
		}
		if len(n.Lhs) != 1 || w.isCase(n) {
			w.refuse(n, "a package variable that is assigned to together with others, or by a select's case, is not understood here")
			return
		}
		value := w.render(n.Rhs[i].Pos(), n.Rhs[i].End())
		op := strings.TrimSuffix(n.Tok.String(), "=")
		if op != "" {
			value = "(" + value + ")"
		}
		w.assign(n, e, text, op, value)
	}
}

// assign rewrites a statement that gives value to what is a part of a package
// variable: or, with an operator, what that makes of the value it has. That is read
// first, in a step of its own.
func (w *rewriter) assign(n ast.Node, e ast.Expr, text, op, value string) {
	if !w.addressable(e) {
		w.assignElement(n, e, op, value)
		return
	}
	root := w.root(e)
	if op != "" {
		before, after := root.Pos()-e.Pos(), root.End()-e.Pos()
		value = fmt.Sprintf("%s(*%s.Read(&%s))%s %s %s", text[:before], own, root.Name, text[after:], op, value)
	}
	w.become(n.Pos(), n.End(), fmt.Sprintf("%s.Var(&%s, &%s).Set(%s)", own, root.Name, text, value))
}

// addressable tells whether a part of a variable has no index in its way.
func (w *rewriter) addressable(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return w.addressable(e.X)
	case *ast.SelectorExpr:
		return w.addressable(e.X)
	case *ast.IndexExpr:
		return false
	}
	return true
}

// assignElement rewrites one to an element of a map or a slice. The step is before
// the index and the value are found out: so these may have no steps.
func (w *rewriter) assignElement(n ast.Node, e ast.Expr, op, value string) {
	root := w.root(e)
	left := w.render(e.Pos(), e.End())
	if op != "" || strings.Contains(left+value, own) {
		w.refuse(n, "an element of a package variable is understood here only where it is given a value that needs no other steps")
		return
	}
	before, after := root.Pos()-e.Pos(), root.End()-e.Pos()
	w.become(n.Pos(), n.End(), fmt.Sprintf("%s(*%s.Write(&%s))%s = %s", left[:before], own, root.Name, left[after:], value))
}

// tail is what comes behind the text of a file: what sets its variables to what they
// were in the beginning.
func (w *rewriter) tail(f *ast.File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n\nvar _ %s.Site\n", own)
	in := func(o types.Object) bool { return f.FileStart <= o.Pos() && o.Pos() < f.FileEnd }
	initialized := make(map[*types.Var]bool)
	reset := func(i int, statement string) {
		fmt.Fprintf(&b, "\nfunc init() {\n\t%s.Reset(%q, func() { %s })\n}\n", own, fmt.Sprintf("%s %04d", w.Types.Path(), i), statement)
	}
	for i, x := range w.info.InitOrder {
		var left []string
		for _, v := range x.Lhs {
			initialized[v] = true
			left = append(left, v.Name())
		}
		if in(x.Lhs[0]) && strings.Trim(strings.Join(left, ""), "_") != "" {
			reset(i+1, strings.Join(left, ", ")+" = "+w.render(x.Rhs.Pos(), x.Rhs.End()))
		}
	}
	for _, name := range w.Types.Scope().Names() {
		v, ok := w.Types.Scope().Lookup(name).(*types.Var)
		if !ok || !in(v) {
			continue
		}
		if !initialized[v] {
			reset(0, fmt.Sprintf("%s.Zero(&%s)", own, name))
		}
		if w.assigned[v] || ofSync(v.Type()) {
			fmt.Fprintf(&b, "\nfunc init() { %s.Name(%q, &%s) }\n", own, w.Types.Name()+"."+name, name)
		}
	}
	return b.String()
}
