package rewrite

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
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
	*edits                        // of the file that is rewritten now
	assigned  map[*types.Var]bool // package variables that are changed somewhere
	done      map[ast.Node]bool   // what a whole statement is rewritten for
	written   map[*ast.Ident]bool // uses that change them
	constants map[string]string   // those that are still to be found
	refused   []error
}

// Rewrite returns the text of the package's files, by their names, such that it
// takes part in package schedule. Constants get another value, by their names.
func (s *Source) Rewrite(constants map[string]string) (map[string]string, error) {
	w := &rewriter{Source: s, constants: maps.Clone(constants), assigned: make(map[*types.Var]bool), done: make(map[ast.Node]bool), written: make(map[*ast.Ident]bool)}
	nodes := make(map[*ast.File][]ast.Node)
	for _, f := range s.files {
		ast.PreorderStack(f, nil, func(n ast.Node, stack []ast.Node) bool {
			nodes[f] = append(nodes[f], n)
			if c, ok := n.(*ast.CommClause); ok && c.Comm != nil {
				w.done[c.Comm], w.done[received(c.Comm)] = true, true
			}
			w.findAssigned(n, stack)
			return true
		})
	}
	files := make(map[string]string)
	for _, f := range s.files {
		name := s.fset.File(f.Pos()).Name()
		w.edits = &edits{base: f.FileStart, src: s.text[name]}
		for _, n := range slices.Backward(nodes[f]) { // the parts of a node before the node
			w.node(n)
		}
		w.replace(f.Name.End(), f.Name.End(), fmt.Sprintf("; import %s %q", own, path))
		files[filepath.Base(name)] = w.render(f.FileStart, f.FileEnd) + w.tail(f)
	}
	for name := range w.constants {
		w.refused = append(w.refused, fmt.Errorf("%s: there is no constant %s", s.Dir, name))
	}
	return files, errors.Join(w.refused...)
}

// refuse says that something can't take part.
func (w *rewriter) refuse(n ast.Node, format string, args ...any) {
	at := w.fset.Position(n.Pos())
	w.refused = append(w.refused, fmt.Errorf("%s:%d: %s", at.Filename, at.Line, fmt.Sprintf(format, args...)))
}

func (w *rewriter) line(p token.Pos) int { return w.fset.Position(p).Line }

// textOf is the text of a node, as it is rewritten so far.
func (w *rewriter) textOf(n ast.Node) string { return w.render(n.Pos(), n.End()) }

// node rewrites a node. Its parts are rewritten already.
func (w *rewriter) node(n ast.Node) {
	if w.done[n] {
		return
	}
	switch n := n.(type) {
	case *ast.ImportSpec:
		if p := strings.Trim(n.Path.Value, `"`); p == "sync" || p == "sync/atomic" {
			name := strings.TrimPrefix(p, "sync/")
			if n.Name != nil {
				name = n.Name.Name
			}
			w.become(n.Pos(), n.End(), fmt.Sprintf("%s %q", name, path))
		}
	case *ast.FuncDecl:
		if n.Name.Name == "init" && n.Recv == nil {
			w.refuse(n, "init runs once, and not before each order: give the variable its value where it is declared, as in var ids = count()")
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if value, ok := w.constants[name.Name]; ok && i < len(n.Values) && w.isTop(w.info.Defs[name]) {
				w.become(n.Values[i].Pos(), n.Values[i].End(), value)
				delete(w.constants, name.Name)
			}
		}
	case *ast.SendStmt:
		w.around(n.Pos(), n.End(), own+".Send(", ")")
		w.replace(n.Arrow, n.Arrow+2, ")(")
	case *ast.UnaryExpr:
		if _, ok := n.X.(*ast.CompositeLit); ok && n.Op == token.AND {
			w.around(n.Pos(), n.End(), own+".New(", ")")
		}
		if n.Op == token.ARROW {
			function := ".Recv("
			if _, ok := w.info.TypeOf(n).(*types.Tuple); ok {
				function = ".Recv2("
			}
			w.around(n.Pos(), n.End(), "", ")")
			w.replace(n.OpPos, n.OpPos+2, own+function)
		}
	case *ast.RangeStmt:
		w.ranges(n)
	case *ast.SelectStmt:
		w.selects(n)
	case *ast.GoStmt:
		w.around(n.Call.Fun.Pos(), n.Call.Fun.End(), own+".Go(", ")")
	case *ast.CallExpr:
		w.call(n)
	case *ast.SelectorExpr:
		w.selector(n)
	case *ast.Ident:
		w.ident(n)
	case *ast.IncDecStmt:
		w.assign(n, n.X, n.Tok.String()[:1], "1")
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE && len(n.Lhs) == 1 {
			w.assign(n, n.Lhs[0], strings.TrimSuffix(n.Tok.String(), "="), "("+w.textOf(n.Rhs[0])+")")
		}
	}
}

// known are the members of sync and sync/atomic that package schedule has, and their methods. The
// functions of sync/atomic are there without the type in their names.
var known = regexp.MustCompile(`^(Mutex|RWMutex|Once|WaitGroup|Pool|R?Lock|R?Unlock|Do|Done|Wait|Go|Get|Put|New|Bool|Value|Pointer` +
	`|(Add|Load|Store|Swap|CompareAndSwap)?((Int|Uint)(32|64))?)$`)

// timers are the members of time that make things happen which are not scheduled.
var timers = []string{"After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep", "Timer", "Ticker"}

// ident refuses what comes from another package and can't take part, and rewrites a use of a package
// variable.
func (w *rewriter) ident(n *ast.Ident) {
	o := w.info.Uses[n]
	if o == nil {
		return
	}
	if o.Pkg() != nil && o.Pkg() != w.Types {
		switch p := o.Pkg().Path(); {
		case p == "context":
			w.refuse(n, "a context is not understood here")
		case p == "time" && o.Parent() == o.Pkg().Scope() && slices.Contains(timers, o.Name()):
			w.refuse(n, "a timer is not understood here: time.%s", o.Name())
		case p == "sync" || p == "sync/atomic":
			m := known.FindStringSubmatch(o.Name())
			if m == nil {
				w.refuse(n, "%s.%s is not understood here", p, o.Name())
			} else if m[2] != "" {
				w.become(n.Pos(), n.End(), m[2])
			}
		}
	}
	if v, ok := o.(*types.Var); ok && w.assigned[v] {
		does := "read"
		if w.written[n] {
			does = "write"
		}
		w.around(n.Pos(), n.End(), fmt.Sprintf("(*%s.Use(%q, &", own, does), "))")
	}
}

// under is the type that decides what an expression is: a channel, a map.
func (w *rewriter) under(e ast.Expr) types.Type {
	t := w.info.TypeOf(e)
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		for t = range p.Underlying().(*types.Interface).EmbeddedTypes() {
			if u, ok := t.(*types.Union); ok {
				t = u.Term(0).Type()
			}
		}
	}
	if t == nil {
		return nil
	}
	return t.Underlying()
}

func (w *rewriter) isChan(e ast.Expr) bool {
	_, ok := w.under(e).(*types.Chan)
	return ok
}

// received is the receive of a select's case, or the send.
func received(comm ast.Stmt) ast.Node {
	switch comm := comm.(type) {
	case *ast.ExprStmt:
		return ast.Unparen(comm.X)
	case *ast.AssignStmt:
		return ast.Unparen(comm.Rhs[0])
	}
	return comm
}

// selects makes a switch of a select. Bodies, and breaks in them, stay as they are.
func (w *rewriter) selects(n *ast.SelectStmt) {
	var names, operands []string
	def := 0
	for _, c := range n.Body.List {
		c := c.(*ast.CommClause)
		name := fmt.Sprintf("%s%d_%d", own, n.Pos()-w.base, len(names))
		operand, begin := "", ""
		if c.Comm == nil {
			def = w.line(c.Case)
			continue
		}
		switch op := received(c.Comm).(type) {
		case *ast.SendStmt:
			operand = fmt.Sprintf("SendCase(%d, %s)(%s)", w.line(c.Case), w.textOf(op.Chan), w.textOf(op.Value))
		case *ast.UnaryExpr:
			operand = fmt.Sprintf("RecvCase(%d, %s)", w.line(c.Case), w.textOf(op.X))
		}
		if comm, ok := c.Comm.(*ast.AssignStmt); ok {
			values := []string{name + ".V", name + ".OK"}[:len(comm.Lhs)]
			begin = w.render(comm.Pos(), comm.TokPos) + comm.Tok.String() + " " + strings.Join(values, ", ") + ";"
		}
		if strings.Contains(operand+begin, "\n") || strings.Contains(operand, own) {
			w.refuse(c, "an operand of a select's case that takes several lines, or steps of its own, such as a receive, is not understood here")
		}
		names, operands = append(names, name), append(operands, own+"."+operand)
		w.become(c.Case, c.Colon+1, fmt.Sprintf("case %d: %s", len(names)-1, begin))
	}
	head := ""
	if len(names) > 0 {
		head = strings.Join(names, ", ") + " := " + strings.Join(operands, ", ") + "; "
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
		function := ".Sorted("
		switch key := t.Key().Underlying().(type) {
		case *types.Pointer:
			function = ".SortedMade("
		default:
			if b, ok := key.(*types.Basic); !ok || b.Info()&types.IsOrdered == 0 {
				w.refuse(n, "the order of this map can't be fixed: its keys, of type %s, have none", t.Key())
			}
		}
		w.around(n.X.Pos(), n.X.End(), own+function, ")")
	}
}

// calleeName is the name of what is called, if it has one.
func calleeName(n *ast.CallExpr) *ast.Ident {
	if n != nil {
		switch f := ast.Unparen(n.Fun).(type) {
		case *ast.Ident:
			return f
		case *ast.SelectorExpr:
			return f.Sel
		}
	}
	return nil
}

// call rewrites a builtin that takes a channel, and refuses a channel that comes from
// outside or goes there.
func (w *rewriter) call(n *ast.CallExpr) {
	name := calleeName(n)
	switch o := w.info.Uses[name].(type) {
	case *types.Builtin:
		switch {
		case o.Name() == "new":
			w.around(n.Pos(), n.End(), own+".New(", ")")
		case len(n.Args) == 0 || !w.isChan(n.Args[0]):
		case o.Name() == "make":
			w.around(n.Pos(), n.End(), own+".Made(", ")")
		case o.Name() == "close":
			w.become(name.Pos(), name.End(), own+".Close")
		case o.Name() == "len":
			w.refuse(n, "the length of a channel is not understood here")
		}
	case *types.Func:
		if o.Pkg() != nil && o.Pkg() != w.Types && slices.ContainsFunc(n.Args, w.isChan) {
			w.refuse(n, "a channel that %s gets is shared with code that is not scheduled", o.FullName())
		}
	}
}

// connections are the methods that are steps, and which side of the connection they
// keep others from. The connection of those of a Codec is their first argument.
var connections = map[string]string{
	"(*golang.org/x/net/websocket.Conn).Read":    "read",
	"(*golang.org/x/net/websocket.Conn).Write":   "write",
	"(*golang.org/x/net/websocket.Conn).Close":   "write",
	"(golang.org/x/net/websocket.Codec).Receive": "read",
	"(golang.org/x/net/websocket.Codec).Send":    "write",
	"(net.Conn).Read":                            "read",
	"(net.Conn).Write":                           "write",
	"(net.Conn).Close":                           "",
}

// selector puts a step around a method of a connection, called or not.
func (w *rewriter) selector(n *ast.SelectorExpr) {
	f, ok := w.info.Uses[n.Sel].(*types.Func)
	if !ok {
		return
	}
	side, ok := connections[f.FullName()]
	if !ok {
		return
	}
	conn := w.textOf(n.X)
	s := w.info.Selections[n]
	if s == nil || s.Kind() != types.MethodVal || len(s.Index()) != 1 || strings.ContainsAny(conn, "([\n") {
		w.refuse(n, "%s is understood here only where it is called on a connection that has a name", f.FullName())
	}
	if strings.Contains(f.FullName(), "Codec") {
		conn = "nil"
	}
	w.around(n.Pos(), n.End(), fmt.Sprintf("%s.Call(%q, %s, ", own, side, conn), ")")
}

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
