package chanflow

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// count tells how many goroutines there are of r: for each frame that starts them,
// as many as there are of the starter, for each turn of each loop on the way, if
// no condition stands there. Those below are there because r is, so what they
// start is left out; when nothing else starts r, count returns nil.
func (g *gatherer) count(r *goroutine, below []*goroutine) (total *Count) {
	if r.start == nil {
		return &Count{N: 1}
	}
	var first *goroutine // that starts r
	for _, f := range r.starts {
		if slices.Contains(below, f.goroutine) || f.goroutine == r {
			continue // it starts itself: as many as whoever started the first
		}
		c := &Count{N: 1, Each: []string{"request"}}
		if g.hasSocket(r) {
			c.Each = []string{"client"}
		}
		if r.by != netHTTP {
			if c = g.count(f.goroutine, append(below, r)); c == nil {
				continue
			}
			c.Each = g.times(c.Each, f, r.start.Pos())
			c.If = c.If || g.conditional(f, r.start.Pos())
		}
		if c.If = c.If || g.instead(r, f); c.If {
			c.N = 0
		}
		if total != nil {
			c = total.plus(c)
			if f.goroutine != first && len(c.Each) > 0 {
				c.N = 0 // for the same clients, say, or each for its own
			}
		}
		total, first = c, cmp.Or(first, f.goroutine)
	}
	return total
}

// instead tells whether another goroutine may start in r's place: the go statement in
// f has one of several functions, or a request is for one of several handlers.
func (g *gatherer) instead(r *goroutine, f *frame) bool {
	return slices.ContainsFunc(g.goroutines, func(other *goroutine) bool {
		return other != r && other.by == r.by && (other.start == r.start && slices.Contains(other.starts, f) ||
			r.by == netHTTP && g.hasSocket(other) == g.hasSocket(r))
	})
}

// plus is the count of what is started in two ways: that of the greater one, or
// what can be told when neither is.
func (c *Count) plus(d *Count) *Count {
	common := slices.DeleteFunc(slices.Clone(c.Each), func(word string) bool { return !slices.Contains(d.Each, word) })
	switch {
	case c.N == 0 || d.N == 0 || len(common) < min(len(c.Each), len(d.Each)):
		return &Count{Each: common, If: c.If && d.If}
	case len(c.Each) > len(d.Each):
		return c
	case len(c.Each) < len(d.Each):
		return d
	}
	return &Count{N: c.N + d.N, Each: c.Each}
}

// conditional tells whether pos in f, or a call that leads there, stands in an if,
// behind && or ||, behind a continue, or in a case of a switch, or where a select has
// nothing to do; or whether that call is of one of several functions, or is made by
// sync.Once. What an earlier return leaves out is not meant: that is no usual way.
func (g *gatherer) conditional(f *frame, pos token.Pos) bool {
	path := enclosing(f.fn, pos)
	for _, node := range path {
		switch n := node.(type) {
		case *ast.IfStmt:
			if pos >= n.Body.Pos() {
				return true
			}
		case *ast.CaseClause, *ast.BinaryExpr:
			return true
		case *ast.CommClause:
			if n.Comm == nil || skips(path, n.Body, pos) {
				return true
			}
		case *ast.BlockStmt:
			if skips(path, n.List, pos) {
				return true
			}
		}
	}
	if call, ok := f.site.(ssa.CallInstruction); ok {
		own, _ := g.callees(f.caller, call.Common())
		if outside[calledName(call)].seldom || slices.ContainsFunc(own, func(c callee) bool { return c.fn != own[0].fn }) {
			return true
		}
	}
	return f.site != nil && g.conditional(f.caller, f.site.Pos())
}

// skips tells whether one of the statements in list that stand before pos, to which
// path leads, may continue a loop around pos.
func skips(path []ast.Node, list []ast.Stmt, pos token.Pos) (found bool) {
	for _, s := range list {
		if s.End() > pos {
			break
		}
		ast.PreorderStack(s, nil, func(n ast.Node, inside []ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.BranchStmt:
				isLabel := func(around ast.Node) bool {
					labeled, ok := around.(*ast.LabeledStmt)
					return ok && labeled.Label.Name == n.Label.Name
				}
				found = found || n.Tok == token.CONTINUE &&
					(n.Label == nil && !slices.ContainsFunc(inside, isLoop) || n.Label != nil && slices.ContainsFunc(path, isLabel))
			}
			return true
		})
	}
	return found
}

// hasSocket tells whether a goroutine serves a WebSocket: it is given one.
func (g *gatherer) hasSocket(r *goroutine) bool {
	return slices.ContainsFunc(g.frames[r], func(f *frame) bool {
		return slices.ContainsFunc(f.fn.Params, func(p *ssa.Parameter) bool { return isSocket(p.Type()) })
	})
}

// times adds to the words of a count those of the loops that lead to pos in f.
func (g *gatherer) times(words []string, f *frame, pos token.Pos) []string {
	if f.site != nil {
		words = g.times(words, f.caller, f.site.Pos())
	}
	words = slices.Clone(words)
	if f.again && !slices.Contains(words, "turn") {
		words = append(words, "turn")
	}
	path := enclosing(f.fn, pos)
	info := g.info[packageOf(f.fn)]
	for n, node := range path {
		word := ""
		switch loop := node.(type) {
		case *ast.RangeStmt:
			word = g.wordOfRange(info.TypeOf(loop.X))
		case *ast.ForStmt:
			word = "turn"
			if loop.Cond == nil {
				if received := receivedBefore(loop, path[n+1:], pos); received != nil {
					word = g.wordOf(core(info.TypeOf(received)).(*types.Chan).Elem())
				}
			}
		}
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// receivedBefore returns the channel that loop has received on when it comes to
// pos: of the case that pos is in, or else of a statement before it; or nil.
func receivedBefore(loop *ast.ForStmt, inside []ast.Node, pos token.Pos) (received ast.Expr) {
	for _, node := range inside {
		if isLoop(node) {
			break
		}
		if clause, ok := node.(*ast.CommClause); ok {
			received = receivedIn(clause.Comm)
			return received
		}
	}
	for _, statement := range loop.Body.List {
		if statement.End() > pos {
			break
		}
		if r := receivedIn(statement); r != nil {
			received = r
		}
	}
	return received
}

// receivedIn returns the channel that a statement receives on, or nil.
func receivedIn(statement ast.Stmt) (received ast.Expr) {
	if statement == nil {
		return nil // default
	}
	ast.Inspect(statement, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.BlockStmt:
			return false
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				received = n.X
			}
		}
		return true
	})
	return received
}

// wordOfRange is the word for what a range statement goes through.
func (g *gatherer) wordOfRange(t types.Type) string {
	switch t := core(deref(core(t))).(type) {
	case *types.Map:
		if word := g.wordOf(t.Elem()); word != "value" {
			return word
		}
		return g.wordOf(t.Key()) // a map that is used as a set
	case *types.Slice, *types.Array, *types.Chan:
		return g.wordOf(elem(t))
	case *types.Signature: // an iterator, which is given a function of one value or two
		if yield := core(t.Params().At(0).Type()).(*types.Signature).Params(); yield.Len() > 0 {
			return g.wordOf(yield.At(yield.Len() - 1).Type())
		}
	}
	return "turn"
}

// core is what t is underneath; of a type parameter, what the first type of its
// constraint is.
func core(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		if u.NumEmbeddeds() > 0 {
			return core(u.EmbeddedType(0))
		}
	case *types.Union:
		return core(u.Term(0).Type())
	}
	return t.Underlying()
}

// wordOf is the word for one value of a type: the name that the program gives it.
func (g *gatherer) wordOf(t types.Type) string {
	if named, ok := types.Unalias(deref(t)).(*types.Named); ok {
		if pkg := named.Obj().Pkg(); pkg == nil || g.info[pkg] != nil { // nil: error
			return strings.ToLower(named.Obj().Name())
		}
	}
	return "value"
}

// enclosing lists the statements of fn that pos is in, and each && and || that it is
// on the right of, the outermost first; not those of the function literals in it.
func enclosing(fn *ssa.Function, pos token.Pos) (path []ast.Node) {
	syntax := fn.Syntax()
	if syntax == nil {
		return nil
	}
	ast.Inspect(syntax, func(n ast.Node) bool {
		if n == nil || pos < n.Pos() || pos >= n.End() {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return n == syntax
		case *ast.RangeStmt:
			// What it ranges over is told once, but a channel is received from at
			// each turn.
			if pos >= n.Body.Pos() || pos == n.For {
				path = append(path, n)
			}
		case *ast.ForStmt:
			if n.Init == nil || pos >= n.Init.End() {
				path = append(path, n)
			}
		case *ast.BinaryExpr:
			if (n.Op == token.LAND || n.Op == token.LOR) && pos >= n.Y.Pos() {
				path = append(path, n)
			}
		case ast.Stmt:
			path = append(path, n)
		}
		return true
	})
	return path
}

func isLoop(n ast.Node) bool {
	switch n.(type) {
	case *ast.ForStmt, *ast.RangeStmt:
		return true
	}
	return false
}
