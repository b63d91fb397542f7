package chanflow

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Who is there outside the program, to listen and to be listened to.
const (
	Browser  = "browser"
	OSSignal = "os/signal"
	Timer    = "timer"
	Context  = "context"
	// NetHTTP is the name of the goroutine that runs net/http's accept loop.
	NetHTTP = "http.Serve"
)

// known is what a function outside does that is seen in a figure. Arguments are
// counted from 1, a method's receiver is the first; 0 is none.
type known struct {
	reads, writes bool // it reads from the browser, or writes to it
	accepts       bool // it accepts connections, and starts a goroutine for each
	handler       int  // the argument that is to serve requests
	starts        int  // the argument that it runs in a goroutine of its own
	by            starter
	calls         int    // the argument, a handler or a function, that it calls at once
	notifies      int    // the argument, a channel, that it has os/signal send on
	gives         string // who sends on the channel that it returns, or that is field C of what it returns
}

// outside is all that is known of functions outside the program. What is not here
// may not be given a channel, a function or a WebSocket of the program's.
var outside = map[string]known{
	"(golang.org/x/net/websocket.Codec).Receive":     {reads: true},
	"(golang.org/x/net/websocket.Codec).Send":        {writes: true},
	"(*golang.org/x/net/websocket.Conn).Read":        {reads: true},
	"(*golang.org/x/net/websocket.Conn).Write":       {writes: true},
	"(golang.org/x/net/websocket.Handler).ServeHTTP": {calls: 1},
	"(golang.org/x/net/websocket.Server).ServeHTTP":  {calls: 1},

	"net/http.Handle":                   {handler: 2},
	"net/http.HandleFunc":               {handler: 2},
	"(*net/http.ServeMux).Handle":       {handler: 3},
	"(*net/http.ServeMux).HandleFunc":   {handler: 3},
	"net/http.Serve":                    {accepts: true, handler: 2},
	"net/http.ListenAndServe":           {accepts: true, handler: 2},
	"(*net/http.Server).Serve":          {accepts: true, handler: 1},
	"(*net/http.Server).ListenAndServe": {accepts: true, handler: 1},

	// Of a connection, these neither read nor write.
	"(*golang.org/x/net/websocket.Conn).Close":            {},
	"(*golang.org/x/net/websocket.Conn).Config":           {},
	"(*golang.org/x/net/websocket.Conn).Request":          {},
	"(*golang.org/x/net/websocket.Conn).LocalAddr":        {},
	"(*golang.org/x/net/websocket.Conn).RemoteAddr":       {},
	"(*golang.org/x/net/websocket.Conn).SetDeadline":      {},
	"(*golang.org/x/net/websocket.Conn).SetReadDeadline":  {},
	"(*golang.org/x/net/websocket.Conn).SetWriteDeadline": {},

	"os/signal.Notify":       {notifies: 1},
	"time.After":             {gives: Timer},
	"time.Tick":              {gives: Timer},
	"time.NewTimer":          {gives: Timer},
	"time.NewTicker":         {gives: Timer},
	"time.AfterFunc":         {starts: 2, by: timer},
	"(context.Context).Done": {gives: Context},
	"(*sync.WaitGroup).Go":   {starts: 2, by: goStatement},
	"(*sync.Once).Do":        {calls: 2},
}

// callOutside does what is known of a function outside. What it returns is
// outside's too.
func (a *analysis) callOutside(f *frame, i ssa.CallInstruction, c outsideCallee) {
	if _, isGo := i.(*ssa.Go); isGo {
		// A goroutine that runs nothing of the program's, but perhaps an accept
		// loop: go http.Serve(listener, nil).
		a.start(f, i, callee{fn: i.Common().StaticCallee()}, goStatement)
	}
	k := outside[c.name]
	for n, args := range c.args {
		for _, arg := range args {
			switch n + 1 {
			case k.handler:
				for _, handler := range a.handlers(arg) {
					a.start(f, i, handler, netHTTP)
				}
			case k.starts:
				if arg.fn != nil {
					a.start(f, i, callee{fn: arg.fn, free: arg.free}, k.by)
				}
			case k.calls:
				for _, handler := range a.handlers(arg) {
					a.enter(f, i, handler)
				}
			}
		}
	}
	if c.name == "" {
		// A function from outside that is given the body of a range statement: an
		// iterator, which calls it at once.
		for _, args := range c.args {
			for _, arg := range args {
				if arg.fn != nil && isYield(arg.fn) {
					a.enter(f, i, callee{fn: arg.fn, free: arg.free})
				}
			}
		}
	}
	a.results(f, i, k)
}

// isSocket tells whether t is a WebSocket's connection.
func isSocket(t types.Type) bool {
	named, ok := types.Unalias(deref(t)).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "golang.org/x/net/websocket" && named.Obj().Name() == "Conn"
}

func isYield(fn *ssa.Function) bool { return fn.Synthetic == "range-over-func yield" }

// results says that what i returns comes from outside.
func (a *analysis) results(f *frame, i ssa.CallInstruction, k known) {
	v := i.Value()
	if v == nil {
		return
	}
	if tuple, ok := v.Type().(*types.Tuple); ok {
		for n := range tuple.Len() {
			a.isPart(f, v, n, a.outsider)
		}
		return
	}
	structure, ok := deref(v.Type()).Underlying().(*types.Struct)
	switch {
	case k.gives == "":
		a.is(f, v, a.outsider)
	case !ok:
		a.is(f, v, a.givenBy(k.gives))
	default: // time.Timer, time.Ticker
		o := a.make(f, v, place)
		for n := range structure.NumFields() {
			if structure.Field(n).Name() == "C" {
				a.into(&a.fieldOf(o, v.Type(), n).content, a.givenBy(k.gives))
			}
		}
		a.is(f, v, o)
	}
}

// givenBy returns the channel that somebody outside sends on.
func (a *analysis) givenBy(who string) *object {
	if a.sources[who] == nil {
		a.sources[who] = a.object(&object{kind: source, field: who})
	}
	return a.sources[who]
}

// handlers returns the functions of the program's that o, a handler or a function
// or something that has a handler, calls for a request.
func (a *analysis) handlers(o *object) []callee {
	switch o.kind {
	case function:
		if o.fn.Blocks != nil {
			return []callee{{fn: o.fn, free: o.free}}
		}
	case box:
		if fn := a.LookupMethod(o.typ, nil, "ServeHTTP"); fn != nil && fn.Blocks != nil && fn.Synthetic == "" {
			return []callee{{fn: fn, args: [][]*object{o.content.all}}}
		}
		var all []callee
		for _, inside := range o.content.all {
			all = append(all, a.handlers(inside)...)
		}
		return all
	case place: // http.Server, websocket.Server
		if o.typ == nil {
			return nil
		}
		structure, ok := o.typ.Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		var all []callee
		for n := range structure.NumFields() {
			if field := o.fields[n]; field != nil && structure.Field(n).Name() == "Handler" {
				for _, inside := range field.content.all {
					all = append(all, a.handlers(inside)...)
				}
			}
		}
		return all
	}
	return nil
}
