package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// isTop tells whether an object is declared outside of all functions.
func (w *rewriter) isTop(o types.Object) bool { return o != nil && o.Parent() == w.Types.Scope() }

// root is the name of the package variable of which an expression is a part, if it is.
// element tells that an index is in its way: then it may have no address.
func (w *rewriter) root(e ast.Expr) (name *ast.Ident, element bool) {
	switch e := e.(type) {
	case *ast.Ident:
		if v, ok := w.info.Uses[e].(*types.Var); ok && w.isTop(v) {
			return e, false
		}
	case *ast.ParenExpr:
		return w.root(e.X)
	case *ast.SelectorExpr:
		if s := w.info.Selections[e]; s != nil && s.Kind() == types.FieldVal && !s.Indirect() {
			return w.root(e.X)
		}
	case *ast.IndexExpr:
		name, _ = w.root(e.X)
		return name, true
	}
	return nil, false
}

// findAssigned notes which package variables are changed, and uses of them for which
// the whole statement is rewritten. One whose address is taken may be changed anywhere.
func (w *rewriter) findAssigned(n ast.Node, stack []ast.Node) {
	changed := func(e ast.Expr, part bool) bool {
		root, element := w.root(e)
		if root != nil {
			w.assigned[w.info.Uses[root].(*types.Var)] = true
			w.done[root], w.written[root] = !part && !element, true
		}
		return root != nil
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		inSelect := w.done[n]
		for _, e := range n.Lhs {
			if n.Tok != token.DEFINE && changed(e, inSelect) && len(n.Lhs) != 1 && !inSelect {
				w.refuse(n, "a package variable that is assigned to together with others is not understood here")
			}
		}
	case *ast.RangeStmt:
		changed(n.Key, true)
		changed(n.Value, true)
	case *ast.IncDecStmt:
		changed(n.X, false)
	case *ast.CallExpr:
		if b, ok := w.info.Uses[calleeName(n)].(*types.Builtin); ok && slices.Contains([]string{"delete", "clear", "copy"}, b.Name()) {
			changed(n.Args[0], true)
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND && changed(n.X, false) {
			call, _ := stack[len(stack)-1].(*ast.CallExpr)
			if o := w.info.Uses[calleeName(call)]; o == nil || o.Pkg() == nil || o.Pkg().Path() != "sync/atomic" {
				w.refuse(n, "the address of a package variable is understood here only where sync/atomic gets it")
			}
		}
	}
}

// assign rewrites a statement that gives value to e, if that is a part of a package
// variable: or, with an operator, what that makes of the value it has. That is read
// first, in a step of its own.
func (w *rewriter) assign(n ast.Stmt, e ast.Expr, op, value string) {
	root, element := w.root(e)
	switch {
	case root == nil:
	case element: // the step is before its index and the value are found out
		if strings.Count(w.textOf(n), own) > 1 || op != "" {
			w.refuse(n, "an element of a package variable is understood here only where it is given a value that needs no other steps")
		}
	default:
		text := w.textOf(e)
		if op != "" {
			read := fmt.Sprintf("(*%s.Use(\"read\", &%s))", own, root.Name)
			value = text[:root.Pos()-e.Pos()] + read + text[root.End()-e.Pos():] + op + value
		}
		w.become(n.Pos(), n.End(), fmt.Sprintf("%s.Set(&%s, &%s)(%s)", own, root.Name, text, value))
	}
}

// tail is what comes behind the text of a file: what sets its variables to what they
// were in the beginning.
func (w *rewriter) tail(f *ast.File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n\nvar _ %s.Site\n\nfunc init() {\n", own)
	in := func(o types.Object) bool { return f.FileStart <= o.Pos() && o.Pos() < f.FileEnd }
	for _, name := range w.Types.Scope().Names() {
		if v, ok := w.Types.Scope().Lookup(name).(*types.Var); ok && in(v) {
			fmt.Fprintf(&b, "\t%s.Variable(%q, &%s)\n", own, w.Types.Name()+"."+name, name)
		}
	}
	for i, x := range w.info.InitOrder {
		var left []string
		for _, v := range x.Lhs {
			left = append(left, v.Name())
		}
		if in(x.Lhs[0]) {
			fmt.Fprintf(&b, "\t%s.Reset(%d, func() { %s = %s })\n", own, i+1, strings.Join(left, ", "), w.textOf(x.Rhs))
		}
	}
	return b.String() + "}\n"
}
