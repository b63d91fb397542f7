package rewrite

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

const (
	own  = "orders_" // what package schedule is called in the text
	path = "websocket-chat-steps/internal/schedule"
)

// rewriter rewrites one package.
type rewriter struct {
	*Source
	*edits   // of the file that is rewritten now
	parents  map[ast.Node]ast.Node
	assigned map[*types.Var]bool // package variables that are changed somewhere
	done     map[*ast.Ident]bool // uses of them that a whole statement is rewritten for
	written  map[*ast.Ident]bool // uses that change them
	refused  []error
}

// Rewrite returns the text of the package's files, by their names, such that it
// takes part in package schedule. Constants get another value, by their names.
func (s *Source) Rewrite(constants map[string]string) (map[string]string, error) {
	w := &rewriter{Source: s, parents: make(map[ast.Node]ast.Node), assigned: make(map[*types.Var]bool), done: make(map[*ast.Ident]bool), written: make(map[*ast.Ident]bool)}
	for _, f := range s.files {
		var stack []ast.Node
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil {
				stack = stack[:len(stack)-1]
				return true
			}
			if len(stack) > 0 {
				w.parents[n] = stack[len(stack)-1]
			}
			stack = append(stack, n)
			w.findAssigned(n)
			return true
		})
	}
	constants = maps.Clone(constants)
	files := make(map[string]string)
	for _, f := range s.files {
		name := s.fset.File(f.Pos()).Name()
		w.edits = &edits{base: f.FileStart, src: s.text[name]}
		var nodes []ast.Node
		ast.Inspect(f, func(n ast.Node) bool {
			if n != nil {
				nodes = append(nodes, n)
			}
			return true
		})
		for _, n := range slices.Backward(nodes) { // the parts of a node before the node
			w.node(n, constants)
		}
		w.replace(f.Name.End(), f.Name.End(), fmt.Sprintf("; import %s %q", own, path))
		files[filepath.Base(name)] = w.render(f.FileStart, f.FileEnd) + w.tail(f)
	}
	for name := range constants {
		w.refused = append(w.refused, fmt.Errorf("%s: there is no constant %s", s.Dir, name))
	}
	return files, errors.Join(w.refused...)
}

// refuse says that something can't take part.
func (w *rewriter) refuse(n ast.Node, format string, args ...any) {
	at := w.fset.Position(n.Pos())
	err := fmt.Errorf("%s:%d: %s", at.Filename, at.Line, fmt.Sprintf(format, args...))
	if !slices.ContainsFunc(w.refused, func(e error) bool { return e.Error() == err.Error() }) {
		w.refused = append(w.refused, err)
	}
}

func (w *rewriter) line(p token.Pos) int { return w.fset.Position(p).Line }

func (w *rewriter) node(n ast.Node, constants map[string]string) {
	switch n := n.(type) {
	case *ast.ImportSpec:
		w.imported(n)
	case *ast.FuncDecl:
		if n.Name.Name == "init" && n.Recv == nil {
			w.refuse(n, "init runs once, and not before each order")
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if value, ok := constants[name.Name]; ok && i < len(n.Values) && w.packageLevel(w.info.Defs[name]) {
				w.become(n.Values[i].Pos(), n.Values[i].End(), value)
				delete(constants, name.Name)
			}
		}
	case *ast.SendStmt:
		if !w.isCase(n) {
			w.around(n.Pos(), n.End(), own+".To(", ")")
			w.replace(n.Arrow, n.Arrow+2, ").Send(")
		}
	case *ast.UnaryExpr:
		if lit, ok := n.X.(*ast.CompositeLit); ok && n.Op == token.AND && hasSync(w.info.TypeOf(lit)) {
			w.around(n.Pos(), n.End(), own+".New(", ")")
		}
		if n.Op == token.ARROW && !w.inCase(n) {
			w.around(n.Pos(), n.End(), "", ")")
			w.replace(n.OpPos, n.OpPos+2, own+"."+w.receive(n)+"(")
		}
	case *ast.RangeStmt:
		w.ranges(n)
	case *ast.SelectStmt:
		w.selects(n)
	case *ast.GoStmt:
		w.goes(n)
	case *ast.CallExpr:
		w.call(n)
	case *ast.SelectorExpr:
		w.selector(n)
	case *ast.Ident:
		w.ident(n)
	case *ast.IncDecStmt:
		if v, ok := w.variable(n.X); ok {
			w.assign(n, n.X, v, n.Tok.String()[:1], "1")
		}
	case *ast.AssignStmt:
		w.assignment(n)
	}
}

// imported replaces what package schedule stands for.
func (w *rewriter) imported(n *ast.ImportSpec) {
	switch p := strings.Trim(n.Path.Value, `"`); p {
	case "sync", "sync/atomic":
		name := strings.TrimPrefix(p, "sync/")
		if n.Name != nil {
			name = n.Name.Name
		}
		w.become(n.Pos(), n.End(), fmt.Sprintf("%s %q", name, path))
	}
}

// Members of sync and sync/atomic that package schedule has, and those of other
// packages that make things happen which are not scheduled.
var (
	known = map[string][]string{
		"sync": {"Mutex", "RWMutex", "Once", "WaitGroup", "Pool", "Locker"},
		"sync/atomic": {"AddInt32", "AddInt64", "AddUint32", "AddUint64", "LoadInt32", "LoadInt64", "LoadUint32", "LoadUint64",
			"StoreInt32", "StoreInt64", "StoreUint32", "StoreUint64", "SwapInt32", "SwapInt64", "SwapUint32", "SwapUint64",
			"CompareAndSwapInt32", "CompareAndSwapInt64", "CompareAndSwapUint32", "CompareAndSwapUint64",
			"Int32", "Int64", "Uint32", "Uint64", "Bool", "Value", "Pointer"},
	}
	timers = []string{"After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep", "Timer", "Ticker"}
)

// foreign refuses what comes from another package and can't take part.
func (w *rewriter) foreign(n *ast.Ident, o types.Object) {
	if o.Pkg() == nil || o.Pkg() == w.Types {
		return
	}
	p, top := o.Pkg().Path(), o.Parent() == o.Pkg().Scope()
	members, some := known[p]
	switch {
	case p == "context":
		w.refuse(n, "a context is not understood here")
	case p == "time" && top && slices.Contains(timers, o.Name()):
		w.refuse(n, "a timer is not understood here: time.%s", o.Name())
	case some && top && !slices.Contains(members, o.Name()):
		w.refuse(n, "%s.%s is not understood here", p, o.Name())
	}
}

func (w *rewriter) ident(n *ast.Ident) {
	o := w.info.Uses[n]
	if o == nil {
		return
	}
	w.foreign(n, o)
	if v, ok := o.(*types.Var); ok && w.assigned[v] && !w.done[n] && !w.atPackageLevel(n) {
		function := "Read"
		if w.written[n] {
			function = "Write"
		}
		w.around(n.Pos(), n.End(), "(*"+own+"."+function+"(&", "))")
	}
}

// under is the type that decides what an expression is: a channel, a map.
func (w *rewriter) under(e ast.Expr) types.Type {
	t := w.info.TypeOf(e)
	if t == nil {
		return nil
	}
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		if i := p.Underlying().(*types.Interface); i.NumEmbeddeds() == 1 {
			if u, ok := i.EmbeddedType(0).(*types.Union); ok && u.Len() == 1 {
				return u.Term(0).Type().Underlying()
			}
			return i.EmbeddedType(0).Underlying()
		}
	}
	return t.Underlying()
}

func (w *rewriter) isChan(e ast.Expr) bool {
	_, ok := w.under(e).(*types.Chan)
	return ok
}

// receive is the function for a receive: with one result, or with two.
func (w *rewriter) receive(n ast.Expr) string {
	up := w.parents[n]
	for p, ok := up.(*ast.ParenExpr); ok; p, ok = up.(*ast.ParenExpr) {
		up = w.parents[p]
	}
	switch up := up.(type) {
	case *ast.AssignStmt:
		if len(up.Lhs) == 2 && len(up.Rhs) == 1 {
			return "Recv2"
		}
	case *ast.ValueSpec:
		if len(up.Names) == 2 && len(up.Values) == 1 {
			return "Recv2"
		}
	}
	return "Recv"
}

// isCase tells whether n is what a select's case does.
func (w *rewriter) isCase(n ast.Stmt) bool {
	c, ok := w.parents[n].(*ast.CommClause)
	return ok && c.Comm == n
}

// inCase tells whether n is what a select's case receives, and refuses it in an
// operand of a case.
func (w *rewriter) inCase(n *ast.UnaryExpr) bool {
	for below, up := ast.Node(n), w.parents[n]; up != nil; below, up = up, w.parents[up] {
		switch up := up.(type) {
		case *ast.FuncLit, *ast.BlockStmt:
			return false
		case *ast.CommClause:
			if below != up.Comm {
				return false
			}
			if _, is := received(up.Comm); is == n {
				return true
			}
			w.refuse(n, "a receive in an operand of a select's case is not understood here")
			return true
		}
	}
	return false
}

// received is what a case receives from, and the receive itself.
func received(comm ast.Stmt) (*ast.AssignStmt, *ast.UnaryExpr) {
	switch comm := comm.(type) {
	case *ast.ExprStmt:
		return nil, ast.Unparen(comm.X).(*ast.UnaryExpr)
	case *ast.AssignStmt:
		return comm, ast.Unparen(comm.Rhs[0]).(*ast.UnaryExpr)
	}
	return nil, nil
}

// selects makes a switch of a select. Bodies, and breaks in them, stay as they are.
func (w *rewriter) selects(n *ast.SelectStmt) {
	var names, cases []string
	def := 0
	for _, c := range n.Body.List {
		c := c.(*ast.CommClause)
		if c.Comm == nil {
			def = w.line(c.Case)
			continue
		}
		i := len(cases)
		name := fmt.Sprintf("%s%d_%d", own, n.Pos()-w.base, i)
		var operand, begin string
		switch comm := c.Comm.(type) {
		case *ast.SendStmt:
			operand = fmt.Sprintf("%s.To(%s).Case(%d, %s)", own, w.render(comm.Chan.Pos(), comm.Chan.End()), w.line(c.Case), w.render(comm.Value.Pos(), comm.Value.End()))
		default:
			assign, receive := received(comm)
			operand = fmt.Sprintf("%s.From(%s, %d)", own, w.render(receive.X.Pos(), receive.X.End()), w.line(c.Case))
			if assign != nil {
				begin = w.render(assign.Pos(), assign.Lhs[len(assign.Lhs)-1].End()) + " " + assign.Tok.String() + " " + name + ".V"
				if len(assign.Lhs) == 2 {
					begin += ", " + name + ".OK"
				}
				begin += ";"
			}
		}
		if strings.Contains(operand, "\n") {
			w.refuse(c, "a select's case with an operand of several lines is not understood here")
		}
		names = append(names, name)
		cases = append(cases, operand)
		w.become(c.Case, c.Colon+1, fmt.Sprintf("case %d: %s", i, begin))
	}
	head := ""
	if len(names) > 0 {
		head = strings.Join(names, ", ") + " := " + strings.Join(cases, ", ") + "; "
	}
	w.become(n.Select, n.Body.Lbrace, fmt.Sprintf("switch %s%s.Select(%s) ", head, own, strings.Join(append([]string{fmt.Sprint(def)}, names...), ", ")))
	if def == 0 { // so that the compiler, too, knows that one case is chosen
		w.replace(n.Body.Rbrace, n.Body.Rbrace, `default: panic("no case")`+" ")
	}
}

func (w *rewriter) ranges(n *ast.RangeStmt) {
	switch t := w.under(n.X).(type) {
	case *types.Chan:
		w.around(n.X.Pos(), n.X.End(), own+".Range(", ")")
	case *types.Map:
		if key, ok := t.Key().Underlying().(*types.Basic); !ok || key.Info()&types.IsOrdered == 0 {
			w.refuse(n, "the order of this map can't be fixed: its keys, of type %s, have none", t.Key())
		}
		w.around(n.X.Pos(), n.X.End(), own+".Sorted(", ")")
	}
	for _, e := range []ast.Expr{n.Key, n.Value} {
		if e != nil && n.Tok == token.ASSIGN {
			if _, ok := w.variable(e); ok {
				w.refuse(n, "a package variable that a loop assigns to is not understood here")
			}
		}
	}
}

// goes makes a call of a go statement: the function and the arguments are found out
// first, as there, and then called in a goroutine that is scheduled.
func (w *rewriter) goes(n *ast.GoStmt) {
	if _, ok := w.info.Uses[calleeName(n.Call)].(*types.Builtin); ok {
		w.refuse(n, "a go statement with a builtin function is not understood here")
		return
	}
	var names, values []string
	bind := func(e ast.Expr) string {
		text := w.render(e.Pos(), e.End())
		if t := w.info.Types[e]; t.Value != nil || t.IsNil() || w.static(e) {
			return text
		}
		if _, ok := w.info.TypeOf(e).(*types.Tuple); ok {
			w.refuse(n, "a go statement with an argument of several values is not understood here")
		}
		name := fmt.Sprintf("%sgo%d", own, len(names))
		names, values = append(names, name), append(values, text)
		return name
	}
	fun := bind(n.Call.Fun)
	var args []string
	for _, a := range n.Call.Args {
		args = append(args, bind(a))
	}
	dots := ""
	if n.Call.Ellipsis.IsValid() {
		dots = "..."
	}
	text := "{ "
	if len(names) > 0 {
		text += strings.Join(names, ", ") + " := " + strings.Join(values, ", ") + "; "
	}
	text += fmt.Sprintf("%s.Go(func() { %s(%s%s) }) }", own, fun, strings.Join(args, ", "), dots)
	w.become(n.Pos(), n.End(), text)
}

// static tells whether an expression names a function that is declared.
func (w *rewriter) static(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		_, ok := w.info.Uses[e].(*types.Func)
		return ok
	case *ast.SelectorExpr:
		_, ok := w.info.Uses[e.Sel].(*types.Func)
		return ok && w.info.Selections[e] == nil
	case *ast.IndexExpr:
		return w.static(e.X)
	case *ast.IndexListExpr:
		return w.static(e.X)
	}
	return false
}

// calleeName is the name of what is called, if it has one.
func calleeName(n *ast.CallExpr) *ast.Ident {
	switch f := ast.Unparen(n.Fun).(type) {
	case *ast.Ident:
		return f
	case *ast.SelectorExpr:
		return f.Sel
	}
	return nil
}

func (w *rewriter) call(n *ast.CallExpr) {
	name := calleeName(n)
	if name == nil {
		return
	}
	o := w.info.Uses[name]
	if b, ok := o.(*types.Builtin); ok {
		if b.Name() == "new" && hasSync(w.info.TypeOf(n.Args[0])) {
			w.around(n.Pos(), n.End(), own+".New(", ")")
		}
		if len(n.Args) == 0 || !w.isChan(n.Args[0]) {
			return
		}
		switch b.Name() {
		case "make":
			w.around(n.Pos(), n.End(), own+".Made(", ")")
		case "close":
			w.become(name.Pos(), name.End(), own+".Close")
		case "len":
			w.become(name.Pos(), name.End(), own+".Len")
		}
		return
	}
	if f, ok := o.(*types.Func); ok && f.Pkg() != nil && f.Pkg() != w.Types {
		for _, a := range n.Args {
			if w.isChan(a) {
				w.refuse(a, "a channel that %s gets is shared with code that is not scheduled", f.FullName())
			}
		}
	}
}

// The methods that are steps, and which side of the connection they keep others from.
var connections = map[string]struct{ function, side string }{
	"(*golang.org/x/net/websocket.Conn).Read":    {"Transfer", "read"},
	"(*golang.org/x/net/websocket.Conn).Write":   {"Transfer", "write"},
	"(*golang.org/x/net/websocket.Conn).Close":   {"Closing", "write"},
	"(golang.org/x/net/websocket.Codec).Receive": {"Codec", "read"},
	"(golang.org/x/net/websocket.Codec).Send":    {"Codec", "write"},
	"(net.Conn).Read":                            {"Transfer", "read"},
	"(net.Conn).Write":                           {"Transfer", "write"},
	"(net.Conn).Close":                           {"Closing", ""},
}

// selector puts a step around a method of a connection, called or not.
func (w *rewriter) selector(n *ast.SelectorExpr) {
	f, ok := w.info.Uses[n.Sel].(*types.Func)
	if !ok {
		return
	}
	c, ok := connections[f.FullName()]
	if !ok {
		return
	}
	s := w.info.Selections[n]
	if s == nil || s.Kind() != types.MethodVal || len(s.Index()) != 1 {
		w.refuse(n, "%s is understood here only where it is called on the connection itself", f.FullName())
		return
	}
	conn := w.render(n.X.Pos(), n.X.End()) + ", "
	if c.function == "Codec" {
		conn = ""
	} else if !pure(n.X) {
		w.refuse(n, "a connection that is the result of a call is not understood here")
	}
	w.around(n.Pos(), n.End(), fmt.Sprintf("%s.%s(%s%q, ", own, c.function, conn, c.side), ")")
}

// pure tells whether an expression is only names.
func pure(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return pure(e.X)
	case *ast.ParenExpr:
		return pure(e.X)
	}
	return false
}
