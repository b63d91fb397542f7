package chanflow

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// op is an Op with what it takes to draw conclusions from it.
type op struct {
	Op
	by      *goroutine // nil when somebody outside does it
	channel *end
	each    []string // how many goroutines do it: the words of their Count
	pos     token.Pos
}

// end is a channel, or somebody outside who is at its other end.
type end struct {
	name  string
	each  []string // how many there are of it
	from  string   // of outside: who is heard
	hears string   // of outside: who listens
	label string   // of outside: what stands in for the channel's name
}

// gatherer turns what analyze has found into a Model.
type gatherer struct {
	*analysis
	frames map[*goroutine][]*frame // those that can be reached, the nearest first
	hears  map[*frame][]token.Pos  // where a frame, or what it calls there, receives
	names  map[*goroutine]string
	named  map[*goroutine]*ssa.Function // after which it is named
	counts map[*goroutine]Count
	ends   map[*object]*end
	ops    []*op
	errs   []error
}

var (
	fromBrowser = &end{name: Browser, from: Browser, label: "ws"}
	toBrowser   = &end{name: Browser, hears: Browser, label: "ws"}
	connections = &end{name: Browser, from: Browser, label: "accept"}
)

func (a *analysis) model() (*Model, error) {
	g := &gatherer{
		analysis: a,
		frames:   make(map[*goroutine][]*frame),
		hears:    make(map[*frame][]token.Pos),
		names:    make(map[*goroutine]string),
		named:    make(map[*goroutine]*ssa.Function),
		counts:   make(map[*goroutine]Count),
		ends:     make(map[*object]*end),
	}
	for _, r := range a.goroutines {
		g.frames[r] = reachable(r)
		g.counts[r] = g.count(r, nil)
	}
	for _, r := range a.goroutines {
		g.gather(r)
	}
	g.name()
	m := g.fill()
	if len(g.errs) > 0 {
		return nil, errors.Join(g.errs...)
	}
	return m, nil
}

// reachable lists the frames of a goroutine, the nearest to its start first.
func reachable(r *goroutine) []*frame {
	all := slices.Clone(r.roots)
	slices.Reverse(all) // main before the initializers
	seen := make(map[*frame]bool)
	for _, f := range all {
		seen[f] = true
	}
	for i := 0; i < len(all); i++ {
		for _, callee := range all[i].callees {
			if !seen[callee] {
				seen[callee] = true
				all = append(all, callee)
			}
		}
	}
	return all
}

// gather finds what a goroutine does.
func (g *gatherer) gather(r *goroutine) {
	for _, f := range g.frames[r] {
		for _, block := range f.fn.Blocks {
			for _, instruction := range block.Instrs {
				switch i := instruction.(type) {
				case *ssa.Send:
					g.on(f, Sends, i.Chan, i.Pos(), true)
				case *ssa.UnOp:
					if i.Op == token.ARROW {
						g.on(f, Receives, i.X, i.Pos(), true)
					}
				case *ssa.Select:
					for _, state := range i.States {
						if state.Dir == types.SendOnly {
							g.on(f, Sends, state.Chan, state.Pos, i.Blocking)
						} else {
							g.on(f, Receives, state.Chan, state.Pos, i.Blocking)
						}
					}
				case ssa.CallInstruction:
					g.calls(f, i)
				}
			}
		}
	}
	if call, ok := r.start.(*ssa.Go); ok && len(r.roots) == 0 && outside[calledName(call)].accepts {
		g.does(r.starts[0], r, Receives, connections, call.Pos(), true)
	}
}

// calledName is the full name of a function outside that is called by its name.
func calledName(i ssa.CallInstruction) string {
	if fn := i.Common().StaticCallee(); fn != nil {
		return fullName(fn)
	}
	return ""
}

// calls notes what a call does by itself: close, and what is outside.
func (g *gatherer) calls(f *frame, i ssa.CallInstruction) {
	common := i.Common()
	if builtin, ok := common.Value.(*ssa.Builtin); ok {
		if builtin.Name() == "close" {
			g.on(f, Closes, common.Args[0], i.Pos(), true)
		}
		return
	}
	own, other := g.callees(f, common)
	if len(own)+len(other) == 0 {
		g.fail(i.Pos(), "%s calls a function that can't be told", funcName(f.fn))
	}
	_, isGo := i.(*ssa.Go)
	for _, c := range other {
		k, ok := outside[c.name]
		if !ok {
			g.harmless(i, c)
			continue
		}
		if isGo {
			continue // not what f does
		}
		if k.reads {
			g.does(f, f.goroutine, Receives, fromBrowser, i.Pos(), true)
		}
		if k.writes {
			g.does(f, f.goroutine, Sends, toBrowser, i.Pos(), true)
		}
		if k.accepts {
			g.does(f, f.goroutine, Receives, connections, i.Pos(), true)
		}
		if k.gives == Timer {
			g.add(&op{Op: Op{Kind: Sends, Who: Timer}, channel: g.end(g.sources[Timer])}, f, i.Pos())
		}
		if k.notifies > 0 {
			for _, o := range c.args[k.notifies-1] {
				if o.kind == channel {
					g.add(&op{Op: Op{Kind: Sends, Who: OSSignal}, channel: g.end(o)}, f, i.Pos())
				}
			}
		}
	}
}

// harmless fails when a function that nothing is known of is given a channel or a
// function of the program's.
func (g *gatherer) harmless(i ssa.CallInstruction, c outsideCallee) {
	var given func(objects []*object) string
	given = func(objects []*object) string {
		for _, o := range objects {
			switch {
			case o.kind == channel:
				return "a channel"
			case o.kind == function && !isYield(o.fn):
				return "a function"
			case o.kind == box:
				if what := given(o.content.all); what != "" {
					return what
				}
			}
		}
		return ""
	}
	for _, arg := range c.args {
		if what := given(arg); what != "" {
			name := c.name
			if name == "" {
				name = "a function from outside"
			}
			g.fail(i.Pos(), "%s is given %s of the program's, and what it does with it isn't known; add it to the table in internal/chanflow/outside.go", name, what)
		}
	}
}

// on notes an operation on v, a channel.
func (g *gatherer) on(f *frame, kind OpKind, v ssa.Value, pos token.Pos, waits bool) {
	objects := g.of(f, v)
	known := false
	for _, o := range objects {
		if o.kind == channel || o.kind == source {
			known = true
			g.does(f, f.goroutine, kind, g.end(o), pos, waits)
		}
	}
	if !known {
		g.fail(pos, "%s has a %s on a channel that can't be told: none that is made in the program comes here", funcName(f.fn), strings.TrimSuffix(string(kind), "s"))
	}
}

// does notes what a goroutine does in a frame.
func (g *gatherer) does(f *frame, r *goroutine, kind OpKind, channel *end, pos token.Pos, waits bool) {
	if kind == Receives {
		for up, at := f, pos; up != nil; up = up.caller {
			g.hears[up] = append(g.hears[up], at)
			if up.site != nil {
				at = up.site.Pos()
			}
		}
	}
	var via []Place
	for up := f; up.site != nil; up = up.caller {
		via = append(via, g.place(up.site.Pos()))
	}
	g.add(&op{Op: Op{Kind: kind, Via: via, Waits: waits}, by: r, channel: channel, each: g.counts[r].Each}, f, pos)
}

// add notes an operation once, whichever way leads to it.
func (g *gatherer) add(o *op, f *frame, pos token.Pos) {
	for _, known := range g.ops {
		if known.by == o.by && known.Who == o.Who && known.Kind == o.Kind && known.channel == o.channel && known.pos == pos {
			return
		}
	}
	o.In, o.Place, o.Channel, o.pos = funcName(f.fn), g.place(pos), o.channel.name, pos
	g.ops = append(g.ops, o)
}

func (g *gatherer) fail(pos token.Pos, format string, args ...any) {
	err := fmt.Errorf("%v: %s", g.place(pos), fmt.Sprintf(format, args...))
	for _, known := range g.errs {
		if known.Error() == err.Error() {
			return
		}
	}
	g.errs = append(g.errs, err)
}

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
			name = r.start.Common().Method.Name() // a method of somebody outside
		}
		g.names[r] = name
		clash[name]++
	}
	for _, r := range g.goroutines {
		if clash[g.names[r]] > 1 {
			g.names[r] += fmt.Sprintf("@%d", g.place(r.start.Pos()).Line)
		}
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
			if slices.ContainsFunc(enclosing(f.fn, pos), isLoop) {
				return f.fn
			}
		}
	}
	return r.fn
}

// fill makes the model.
func (g *gatherer) fill() *Model {
	m := &Model{}
	var acceptors []string
	for _, r := range g.goroutines {
		if slices.ContainsFunc(g.ops, func(o *op) bool { return o.by == r && o.channel == connections }) {
			acceptors = append(acceptors, g.names[r])
		}
	}
	for _, r := range g.goroutines {
		x := Goroutine{
			Name:    g.names[r],
			Count:   g.counts[r],
			Stays:   r.start == nil || slices.ContainsFunc(g.ops, func(o *op) bool { return o.by == r && o.Kind == Receives }),
			Handler: r.by == netHTTP,
			Of:      structOf(g.named[r]),
		}
		if fn := g.named[r]; fn != nil {
			x.Place = g.place(fn.Pos())
		}
		if r.fn != nil && r.fn.Syntax() != nil {
			first, last := g.place(r.fn.Syntax().Pos()), g.place(r.fn.Syntax().End())
			x.Body = Body{first.File, first.Line, last.Line}
		}
		if r.start != nil {
			x.GoAt = g.place(r.start.Pos())
		}
		m.Goroutines = append(m.Goroutines, x)

		for _, f := range r.starts {
			s := Start{Whom: x.Name, In: funcName(f.fn), Place: x.GoAt}
			who := []string{g.names[f.goroutine]}
			switch r.by {
			case netHTTP:
				who = acceptors
				if len(acceptors) == 0 {
					g.fail(r.start.Pos(), "a handler is given to net/http, and no goroutine serves it")
				}
			case timer:
				who = []string{Timer}
			}
			for _, s.Who = range who {
				if !slices.Contains(m.Starts, s) {
					m.Starts = append(m.Starts, s)
				}
			}
		}
	}
	slices.SortStableFunc(g.ops, func(x, y *op) int { return cmp.Or(x.Place.compare(y.Place), int(x.pos-y.pos)) })
	for _, o := range g.ops {
		m.Ops = append(m.Ops, o.Op)
	}
	m.listen(g.ops)
	m.find(g.ops)
	return m
}

// count tells how many goroutines there are of r: for each frame that starts them,
// as many as there are of the starter, for each turn of each loop on the way.
func (g *gatherer) count(r *goroutine, below []*goroutine) Count {
	if r.start == nil {
		return Count{N: 1}
	}
	total := Count{}
	for _, f := range r.starts {
		if slices.Contains(below, f.goroutine) || f.goroutine == r {
			continue // it starts itself: as many as whoever started the first
		}
		c := Count{N: 1, Each: []string{"client"}}
		if r.by != netHTTP {
			c = g.count(f.goroutine, append(below, r))
			c.Each = g.times(c.Each, f, r.start.Pos())
		}
		switch {
		case slices.Equal(c.Each, total.Each):
			total.N += c.N
		case len(c.Each) > len(total.Each) || total.N == 0:
			total = c
		}
	}
	return total
}

// times adds to the words of a count those of the loops that lead to pos in f.
func (g *gatherer) times(words []string, f *frame, pos token.Pos) []string {
	if f.site != nil {
		words = g.times(words, f.caller, f.site.Pos())
	}
	words = slices.Clone(words)
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
					word = g.wordOf(elem(info.TypeOf(received)))
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
	switch t := deref(t).Underlying().(type) {
	case *types.Map:
		if word := g.wordOf(t.Elem()); word != "value" {
			return word
		}
		return g.wordOf(t.Key()) // a map that is used as a set
	case *types.Slice, *types.Array, *types.Chan:
		return g.wordOf(elem(t))
	}
	return "turn"
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

// structOf is the struct of the program's that fn is a method of, or that its
// first parameter is; or "".
func structOf(fn *ssa.Function) string {
	if fn == nil {
		return ""
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

// end returns the channel that o is.
func (g *gatherer) end(o *object) *end {
	if e := g.ends[o]; e != nil {
		return e
	}
	e := &end{}
	if o.kind == source {
		e.name, e.from, e.label = o.field, o.field, o.field
	} else {
		e.name = g.channelName(o)
		e.each = g.times(g.counts[o.in.goroutine].Each, o.in, o.made.Pos())
	}
	g.ends[o] = e
	return e
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

// enclosing lists the statements of fn that pos is in, the outermost first; not
// those of the function literals in it.
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
