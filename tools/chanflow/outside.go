package chanflow

import (
	"go/types"
	"slices"
	"strings"

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
	hijacks       int    // the argument, an http.ResponseWriter, whose method Hijack it calls at once
	connects      bool   // it returns a connection to a browser, and what reads from it and writes to it
	wraps         int    // the argument that what it returns reads from or writes to
	puts, takes   bool   // it puts into a sync.Pool, the first argument, or takes out of it
}

// outside is all that is known of functions outside the program. What is not here
// may not be given a channel, a function or a WebSocket of the program's, nor a
// connection to a browser; and may return no connection.
var outside = map[string]known{
	"(golang.org/x/net/websocket.Codec).Receive":     {reads: true},
	"(golang.org/x/net/websocket.Codec).Send":        {writes: true},
	"(*golang.org/x/net/websocket.Conn).Read":        {reads: true},
	"(*golang.org/x/net/websocket.Conn).Write":       {writes: true},
	"(golang.org/x/net/websocket.Handler).ServeHTTP": {hijacks: 2, calls: 1},
	"(golang.org/x/net/websocket.Server).ServeHTTP":  {hijacks: 2, calls: 1},

	// What is under a WebSocket: a connection that net/http hands over.
	"(net/http.Hijacker).Hijack":            {connects: true},
	"(*net/http.ResponseController).Hijack": {connects: true},
	"net/http.NewResponseController":        {hijacks: 1}, // when its own Hijack is called
	"(net.Conn).Read":                       {reads: true},
	"(net.Conn).Write":                      {writes: true},
	"bufio.NewReadWriter":                   {wraps: 1},
	"bufio.NewReader":                       {wraps: 1},
	"bufio.NewReaderSize":                   {wraps: 1},
	"bufio.NewWriter":                       {wraps: 1},
	"bufio.NewWriterSize":                   {wraps: 1},

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
	"(net.Conn).Close":            {},
	"(net.Conn).LocalAddr":        {},
	"(net.Conn).RemoteAddr":       {},
	"(net.Conn).SetDeadline":      {},
	"(net.Conn).SetReadDeadline":  {},
	"(net.Conn).SetWriteDeadline": {},
	"(*bufio.Reader).Buffered":    {},

	"os/signal.Notify":       {notifies: 1},
	"time.After":             {gives: Timer},
	"time.Tick":              {gives: Timer},
	"time.NewTimer":          {gives: Timer},
	"time.NewTicker":         {gives: Timer},
	"time.AfterFunc":         {starts: 2, by: timer},
	"(context.Context).Done": {gives: Context},
	"(*sync.WaitGroup).Go":   {starts: 2, by: goStatement},
	"(*sync.Once).Do":        {calls: 2},
	"(*sync.Pool).Get":       {calls: 1, takes: true},
	"(*sync.Pool).Put":       {puts: true},
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
			case k.hijacks:
				if arg.kind != box {
					continue // net/http's
				}
				if fn := a.LookupMethod(arg.typ, nil, "Hijack"); fn != nil && fn.Blocks != nil {
					a.enter(f, i, callee{fn: fn, args: [][]*object{arg.content.all}})
				}
			}
		}
	}
	if k.puts || k.takes {
		for _, pool := range c.args[0] {
			if k.puts {
				a.into(&a.part(pool, 1).content, c.args[1]...)
			} else if i.Value() != nil {
				a.is(f, i.Value(), a.part(pool, 1).content.all...)
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
	from := a.outsider
	if k.connects || k.wraps > 0 && slices.Contains(c.args[k.wraps-1], a.connection) {
		from = a.connection
	}
	a.results(f, i, k, from)
}

// isSocket tells whether t is a WebSocket's connection.
func isSocket(t types.Type) bool {
	named, ok := types.Unalias(deref(t)).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "golang.org/x/net/websocket" && named.Obj().Name() == "Conn"
}

// isConn tells whether t is a network connection.
func isConn(t types.Type) bool {
	named, ok := types.Unalias(deref(t)).(*types.Named)
	return ok && named.Obj().Pkg() != nil && slices.Contains([]string{"net", "crypto/tls"}, named.Obj().Pkg().Path()) && strings.HasSuffix(named.Obj().Name(), "Conn")
}

func isYield(fn *ssa.Function) bool { return fn.Synthetic == "range-over-func yield" }

// results says that what i returns comes from outside.
func (a *analysis) results(f *frame, i ssa.CallInstruction, k known, from *object) {
	v := i.Value()
	if v == nil {
		return
	}
	if tuple, ok := v.Type().(*types.Tuple); ok {
		for n := range tuple.Len() {
			if types.Identical(tuple.At(n).Type(), types.Universe.Lookup("error").Type()) {
				a.isPart(f, v, n, a.outsider)
			} else {
				a.isPart(f, v, n, from)
			}
		}
		return
	}
	structure, ok := deref(v.Type()).Underlying().(*types.Struct)
	switch {
	case k.gives == "":
		a.is(f, v, from)
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
// or something that has one, calls for a request, or to make something.
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
	case place: // http.Server, websocket.Server, sync.Pool
		if o.typ == nil {
			return nil
		}
		structure, ok := o.typ.Underlying().(*types.Struct)
		if !ok {
			return nil
		}
		var all []callee
		for n := range structure.NumFields() {
			if field := o.fields[n]; field != nil && slices.Contains([]string{"Handler", "New"}, structure.Field(n).Name()) {
				for _, inside := range field.content.all {
					all = append(all, a.handlers(inside)...)
				}
			}
		}
		return all
	}
	return nil
}
