package chanflow

import (
	"cmp"
	"errors"
	"fmt"
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
	again   bool // it is in a loop
	blocks  bool // it is not in a select with a default
}

// end is a channel, or somebody outside who is at its other end.
type end struct {
	name  string
	each  []string // how many there are of it
	from  string   // of outside: who is heard
	hears string   // of outside: who listens
	label string   // of outside: what stands in for the channel's name

	buffered bool // a send may go on although nobody receives
}

// gatherer turns what analyze has found into a Model.
type gatherer struct {
	*analysis
	frames map[*goroutine][]*frame // those that can be reached, the nearest first
	hears  map[*frame][]token.Pos  // where a frame, or what it calls there, receives
	names  map[*goroutine]string
	named  map[*goroutine]*ssa.Function // after which it is named
	counts map[*goroutine]Count
	polls  map[*goroutine]bool      // it sleeps or waits in a loop, or such
	told   map[ssa.Instruction]bool // that what is lent there does something
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
		polls:    make(map[*goroutine]bool),
		told:     make(map[ssa.Instruction]bool),
		ends:     make(map[*object]*end),
	}
	for _, r := range a.goroutines {
		g.frames[r] = reachable(r)
	}
	for _, r := range a.goroutines {
		g.counts[r] = *g.count(r, nil)
	}
	for _, r := range a.goroutines {
		g.gather(r)
	}
	if len(g.errs) > 0 {
		return nil, errors.Join(g.errs...)
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
	given := g.givenTo(r)
	for _, f := range g.frames[r] {
		g.jumps(f)
		for _, block := range f.fn.Blocks {
			for _, instruction := range block.Instrs {
				if v, ok := instruction.(ssa.Value); ok {
					g.picks(f, v)
				}
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
					g.chosen(f, i, given)
				case *ssa.Store:
					if field := g.outsideField(i.Addr); field != "" {
						g.harmless(i.Pos(), field, i.Val.Type(), g.of(f, i.Val))
					}
				}
			}
		}
	}
	if call, ok := r.start.(*ssa.Go); ok && len(r.roots) == 0 {
		k, _ := about(calledName(call))
		g.known(r.starts[0], r, k, call.Pos())
	}
	for _, f := range r.starts {
		g.lent(f, r.start.Pos(), "starts a goroutine")
	}
}

// known notes what a function outside that r calls does with browsers.
func (g *gatherer) known(f *frame, r *goroutine, k known, pos token.Pos) {
	if k.reads {
		g.does(f, r, Receives, fromBrowser, pos, true)
	}
	if k.writes {
		g.does(f, r, Sends, toBrowser, pos, true)
	}
	if k.accepts {
		g.does(f, r, Receives, connections, pos, true)
	}
}

// lent fails if f is a function that outside may call at any time, or is called by one.
func (g *gatherer) lent(f *frame, pos token.Pos, does string) {
	for up := f; up.site != nil; up = up.caller {
		if up.lent != "" && !g.told[up.site] {
			g.told[up.site] = true
			g.fail(up.site.Pos(), "%s is given a function of the program's, %s, that %s (%v), and when it calls that isn't known; %s", up.lent, funcName(up.fn), does, g.place(pos), remedy)
		}
	}
}

// ofConnection tells whether f is a method of a connection of the program's, or is
// called by one, that only what bufio makes of it calls. That can only be handed to
// x/net/websocket, whose reading and writing stands where its own methods are called.
func ofConnection(f *frame) bool {
	for up := f; up.site != nil; up = up.caller {
		if k, _ := about(up.lent); k.wraps > 0 {
			return true
		}
	}
	return false
}

// calledName is the full name of a function outside, or of an interface's method,
// that is called by its name.
func calledName(i ssa.CallInstruction) string {
	if common := i.Common(); common.IsInvoke() {
		return common.Method.FullName()
	}
	if fn := i.Common().StaticCallee(); fn != nil {
		return fullName(fn)
	}
	return ""
}

// calls notes what a call does by itself: close, and what is outside.
func (g *gatherer) calls(f *frame, i ssa.CallInstruction) {
	common := i.Common()
	_, at := written(f, i.Pos())
	if builtin, ok := common.Value.(*ssa.Builtin); ok {
		if _, isGo := i.(*ssa.Go); isGo {
			g.fail(at, "go %s starts a goroutine without a function: put %[1]s into a function literal", builtin.Name())
		} else if builtin.Name() == "close" {
			g.on(f, Closes, common.Args[0], i.Pos(), true)
		}
		return
	}
	own, other := g.callees(f, common)
	if len(own)+len(other) == 0 {
		g.fail(at, "%s calls a function that can't be told", funcName(f.fn))
	}
	_, isGo := i.(*ssa.Go)
	for _, c := range other {
		g.connections(f, i, c)
		k, ok := about(c.name)
		if !ok || k.waits {
			arguments(i, c, func(_ int, t types.Type, objects []*object) {
				if !shows(c.name, t) {
					g.harmless(at, cmp.Or(c.name, unnamed), t, objects)
				}
			})
		}
		if k.others {
			g.fail(at, "%s calls a handler that is given to it elsewhere, and which one isn't known: put what is around it around each of those handlers", c.name)
		}
		if k.hijacks > 0 {
			for _, o := range c.args[k.hijacks-1] {
				if o.kind == box && !g.hijacker(o) {
					g.fail(at, "%s is given a ResponseWriter without a method Hijack, and can't get at the connection: write that method", c.name)
				}
			}
		}
		if k.hijacks > 0 && i.Value() == nil || k.calls > 0 && isGo {
			g.fail(at, "%s calls functions of the program's, and that is followed only from a plain call: put one into a function literal", c.name)
		}
		if isGo {
			continue // not what f does
		}
		g.known(f, f.goroutine, k, i.Pos())
		if k.waits && inLoop(f, i.Pos()) {
			g.polls[f.goroutine] = true
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

// connections fails where it can't be told who is at the other end of a network
// connection, or whose methods are called on it.
func (g *gatherer) connections(f *frame, i ssa.CallInstruction, c outsideCallee) {
	common := i.Common()
	_, at := written(f, i.Pos())
	k, _ := about(c.name)
	results := common.Signature().Results()
	for n := range results.Len() {
		if t := results.At(n).Type(); (isConn(t) || isSocket(t)) && !k.connects && !k.takes && !k.returns {
			g.fail(at, "%s returns a connection, and who is at its other end isn't known", cmp.Or(c.name, unnamed))
		}
	}
	if common.IsInvoke() && isConn(common.Value.Type()) && (k.reads || k.writes) && !slices.Contains(c.args[0], g.connection) {
		g.fail(at, "%s is called on a connection, and who is at its other end isn't known", c.name)
	}
	if handed := g.values[value{f, i.Value(), 1}]; k.hijacks > 0 && handed != nil { // by Hijack
		for _, o := range handed.all {
			if o.kind == box && g.hasOwn(o.typ, "Read", "Write", "Close") {
				g.fail(at, "%s is handed a connection of the program's own, and when it calls which of its methods isn't known", c.name)
			}
		}
	}
}

// hasOwn tells whether one of these methods of t is written in the program.
func (g *gatherer) hasOwn(t types.Type, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		method := g.MethodSets.MethodSet(t).Lookup(nil, name)
		return method != nil && g.info[method.Obj().Pkg()] != nil
	})
}

// unnamed is a function value that comes from outside.
const unnamed = "a function from outside"

const remedy = "call it from the program's own code, or add what is known to tools/chanflow/outside.go"

// harmless fails when a function or a field that nothing is known of is given a
// channel or a WebSocket of the program's, or a connection to a browser.
func (g *gatherer) harmless(pos token.Pos, to string, t types.Type, objects []*object) {
	var given func(objects []*object) string
	given = func(objects []*object) string {
		for _, o := range objects {
			switch {
			case o.kind == channel:
				return "a channel of the program's"
			case o == g.connection:
				return "a connection to a browser"
			case o.kind == box && isSocket(o.typ):
				return "a WebSocket"
			case o.kind == box:
				if what := given(o.content.all); what != "" {
					return what
				}
			}
		}
		return ""
	}
	what := given(objects)
	if isSocket(t) {
		what = "a WebSocket"
	}
	if what != "" {
		g.fail(pos, "%s is given %s, and what it does with it isn't known; %s", to, what, remedy)
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
	if !known || slices.ContainsFunc(objects, func(o *object) bool { return o.kind == opaque }) {
		why := "none that is made in the program comes here"
		if known {
			why = "one that comes here has been outside"
		}
		g.fail(pos, "%s has a %s on a channel that can't be told: %s", funcName(f.fn), strings.TrimSuffix(string(kind), "s"), why)
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
	in := f
	f, pos = written(f, pos)
	if (channel == toBrowser || channel == fromBrowser) && ofConnection(in) {
		return
	}
	g.lent(in, pos, string(kind)+" on "+channel.name)
	again := inLoop(f, pos)
	var via []Place
	for up := f; up.site != nil; up = up.caller {
		via = append(via, g.place(up.site.Pos()))
	}
	g.add(&op{Op: Op{Kind: kind, Via: via, Waits: waits}, by: r, channel: channel, each: g.counts[r].Each, again: again}, f, pos)
}

// written is where pos in f is in the source. A method of an embedded field has no
// place there when it is called by way of the struct, nor has a method value of an
// interface: the call has, or what starts the goroutine.
func written(f *frame, pos token.Pos) (*frame, token.Pos) {
	for !pos.IsValid() && f.site != nil {
		f, pos = f.caller, f.site.Pos()
	}
	if start := f.goroutine.start; !pos.IsValid() && start != nil {
		pos = start.Pos()
	}
	return f, pos
}

// inLoop tells whether pos in f, or a call that leads there, stands in a loop, or in a
// function that is called again.
func inLoop(f *frame, pos token.Pos) bool {
	return f.again || slices.ContainsFunc(enclosing(f.fn, pos), isLoop) || f.site != nil && inLoop(f.caller, f.site.Pos())
}

// add notes an operation once, whichever way leads to it.
func (g *gatherer) add(o *op, f *frame, pos token.Pos) {
	for _, known := range g.ops {
		if known.by == o.by && known.Who == o.Who && known.Kind == o.Kind && known.channel == o.channel && known.pos == pos {
			return
		}
	}
	o.In, o.Place, o.Channel, o.pos = funcName(f.fn), g.place(pos), o.channel.name, pos
	o.blocks, o.Waits = o.Waits, o.Waits && !o.channel.buffered
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
			Stays:   g.stays(r),
			Handler: r.by == netHTTP,
			Of:      structOf(g.named[r]),
		}
		if fn := g.named[r]; fn != nil && fn.Blocks != nil {
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
				if k := outside[calledName(r.start)]; k.accepts {
					if run := g.started[startKey{r.start, r.start.Common().StaticCallee()}]; run != nil {
						who = []string{g.names[run]} // go http.Serve(listener, handler)
					}
					break
				}
				who = acceptors
				switch len(acceptors) {
				case 0:
					g.fail(r.start.Pos(), "a handler is given to net/http, and no goroutine serves it")
				case 1:
				default:
					g.fail(r.start.Pos(), "a handler is given to net/http, and which one serves it of the goroutines that accept connections, %s, isn't known; give each server one handler, as in http.Serve(listener, handler)", strings.Join(acceptors, " and "))
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
	m.Objects = g.objectsMade()
	slices.SortStableFunc(g.ops, func(x, y *op) int { return cmp.Or(x.Place.compare(y.Place), int(x.pos-y.pos)) })
	for _, o := range g.ops {
		m.Ops = append(m.Ops, o.Op)
	}
	m.listen(g.ops)
	m.find(g.ops)
	return m
}

// stays tells whether a goroutine is there until somebody ends it: it listens, to
// more than one tick of a clock, or it waits in a loop, or where it begins never
// returns.
func (g *gatherer) stays(r *goroutine) bool {
	if r.start == nil || g.polls[r] || len(r.roots) > 0 && !returns(r.fn, nil) {
		return true
	}
	return slices.ContainsFunc(g.ops, func(o *op) bool {
		return o.by == r && o.Kind == Receives && (o.channel.from != Timer || o.again) && !g.givesBack(r, o)
	})
}

// givesBack tells whether o, a receive by r, makes room in a channel's buffer for
// what r has sent there, or who starts it has before that: the channel is a semaphore.
func (g *gatherer) givesBack(r *goroutine, o *op) bool {
	return o.channel.buffered && !o.again && slices.ContainsFunc(g.ops, func(s *op) bool {
		return s.Kind == Sends && s.channel == o.channel && (s.by == r || slices.ContainsFunc(r.starts, func(f *frame) bool {
			return s.by == f.goroutine && s.In == funcName(f.fn) && s.pos < r.start.Pos()
		}))
	})
}

// returns tells whether there is a way to the end of fn.
func returns(fn *ssa.Function, below []*ssa.Function) bool {
	if fn.Blocks == nil {
		return true
	}
	if slices.Contains(below, fn) {
		return false // not this way
	}
	below = append(below, fn)
	seen := make(map[*ssa.BasicBlock]bool)
	var reaches func(*ssa.BasicBlock) bool
	reaches = func(block *ssa.BasicBlock) bool {
		if seen[block] {
			return false
		}
		seen[block] = true
		for _, instruction := range block.Instrs {
			switch i := instruction.(type) {
			case *ssa.Return:
				return true
			case *ssa.Call:
				if callee := i.Call.StaticCallee(); callee != nil && !returns(callee, below) {
					return false
				}
			}
		}
		return slices.ContainsFunc(block.Succs, reaches)
	}
	return reaches(fn.Blocks[0])
}

// objectsMade counts the structs of the program's own, by the places that make them.
func (g *gatherer) objectsMade() (all []Object) {
	for _, o := range g.objects {
		if made, ok := o.made.(*ssa.Alloc); !ok || !made.Heap { // not heap: a copy on its way
			continue
		}
		named, ok := types.Unalias(o.typ).(*types.Named)
		if !ok || g.info[named.Obj().Pkg()] == nil {
			continue
		}
		c := g.counts[o.in.goroutine]
		c.Each = g.times(c.Each, o.in, o.made.Pos())
		if c.If = c.If || g.conditional(o.in, o.made.Pos()); c.If {
			c.N = 0
		}
		i := slices.IndexFunc(all, func(known Object) bool { return known.Name == named.Obj().Name() })
		if i < 0 {
			all = append(all, Object{named.Obj().Name(), c})
		} else {
			all[i].Count = *all[i].Count.plus(&c)
		}
	}
	return all
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
		size, ok := o.made.(*ssa.MakeChan).Size.(*ssa.Const)
		e.buffered = !ok || size.Int64() > 0
	}
	g.ends[o] = e
	return e
}
