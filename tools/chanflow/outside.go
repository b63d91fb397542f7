package chanflow

import (
	"cmp"
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
	seldom        bool   // it calls it the first time only, or when it has nothing else
	notifies      int    // the argument, a channel, that it has os/signal send on
	gives         string // who sends on the channel that it returns, or that is field C of what it returns
	hijacks       int    // the argument, an http.ResponseWriter, whose method Hijack it calls at once
	connects      bool   // it returns a connection to a browser, and what reads from it and writes to it
	wraps         int    // the argument that what it returns reads from or writes to
	puts, takes   bool   // it puts into the first argument, a sync.Pool, or takes out of it
	returns       bool   // it returns an argument of the same type, or an element of one
	waits         bool   // it may wait: for a time, for another goroutine, for somebody who types
	others        bool   // it calls handlers that it isn't given here
}

// uses tells whether what is done with argument n stands here.
func (k known) uses(n int) bool {
	return slices.Contains([]int{k.handler, k.starts, k.calls, k.hijacks}, n) || k.puts && n == 2
}

// outside is all that is known of functions outside the program. What is not here
// may not be given a channel or a WebSocket of the program's, nor a connection to a
// browser; and may return no connection. To all functions holds what stands at lend.
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
	"(*bufio.Reader).Peek":                  {reads: true},
	"bufio.NewReadWriter":                   {wraps: 1},
	"bufio.NewReader":                       {wraps: 1},
	"bufio.NewReaderSize":                   {wraps: 1},
	"bufio.NewWriter":                       {wraps: 1},
	"bufio.NewWriterSize":                   {wraps: 1},

	"net/http.StripPrefix":              {returns: true},
	"(net/http.HandlerFunc).ServeHTTP":  {calls: 1},
	"(*net/http.ServeMux).ServeHTTP":    {others: true},
	"net/http.Handle":                   {handler: 2},
	"net/http.HandleFunc":               {handler: 2},
	"(*net/http.ServeMux).Handle":       {handler: 3},
	"(*net/http.ServeMux).HandleFunc":   {handler: 3},
	"net/http.Serve":                    {accepts: true, handler: 2},
	"net/http.ListenAndServe":           {accepts: true, handler: 2},
	"(*net/http.Server).Serve":          {accepts: true, handler: 1},
	"(*net/http.Server).ListenAndServe": {accepts: true, handler: 1},

	"net/http.ServeTLS":                    {accepts: true, handler: 2},
	"net/http.ListenAndServeTLS":           {accepts: true, handler: 4},
	"(*net/http.Server).ServeTLS":          {accepts: true, handler: 1},
	"(*net/http.Server).ListenAndServeTLS": {accepts: true, handler: 1},

	// Of a connection, these neither read nor write.
	"(*golang.org/x/net/websocket.Conn).Close":            {},
	"(*golang.org/x/net/websocket.Conn).Config":           {},
	"(*golang.org/x/net/websocket.Conn).IsClientConn":     {},
	"(*golang.org/x/net/websocket.Conn).IsServerConn":     {},
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
	"(*net.TCPConn).CloseWrite":   {},

	"time.Sleep":             {waits: true},
	"runtime.Gosched":        {waits: true},
	"(*sync.Cond).Wait":      {waits: true},
	"(*sync.WaitGroup).Wait": {waits: true},
	"(*bufio.Scanner).Scan":  {waits: true},
	"(*os.File).Read":        {waits: true},

	"os/signal.Notify":       {notifies: 1},
	"os/signal.Stop":         {},
	"time.After":             {gives: Timer},
	"time.Tick":              {gives: Timer},
	"time.NewTimer":          {gives: Timer},
	"time.NewTicker":         {gives: Timer},
	"time.AfterFunc":         {starts: 2, by: timer},
	"(context.Context).Done": {gives: Context},
	"(*sync.WaitGroup).Go":   {starts: 2, by: goStatement},
	"(*sync.Once).Do":        {calls: 2, seldom: true},
	"(*sync.Pool).Get":       {calls: 1, seldom: true, takes: true},
	"(*sync.Pool).Put":       {puts: true},

	"(*sync/atomic.Pointer[T]).Load":  {takes: true},
	"(*sync/atomic.Pointer[T]).Store": {puts: true},
}

// about returns what is known of a function outside, if anything is.
func about(name string) (known, bool) {
	if k, ok := outside[name]; ok {
		return k, true
	}
	begins := func(begin string) bool { return strings.HasPrefix(name, begin) }
	switch {
	case begins("slices."), begins("maps."):
		return known{returns: true}, true
	case begins("(*bufio.Reader).Read"), begins("fmt.Scan"), begins("fmt.Fscan"):
		return known{waits: true}, true
	}
	return known{}, false
}

// callOutside does what is known of a function outside. What it returns is
// outside's too.
func (a *analysis) callOutside(f *frame, i ssa.CallInstruction, c outsideCallee) {
	if _, isGo := i.(*ssa.Go); isGo {
		// A goroutine that runs nothing of the program's, but perhaps an accept
		// loop: go http.Serve(listener, nil).
		a.start(f, i, callee{fn: i.Common().StaticCallee()}, goStatement)
	}
	k, _ := about(c.name)
	arguments(i, c, func(n int, t types.Type, objects []*object) {
		switch {
		case shows(c.name, t):
			a.lend(f, i, c.name, t, shown, objects)
		case k.returns && i.Value() != nil && types.Identical(i.Value().Type(), t):
			// it is still the program's
		case !k.uses(n):
			a.lend(f, i, cmp.Or(c.name, unnamed), t, nil, objects)
		}
	})
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
				if a.hijacker(arg) {
					a.enter(f, i, callee{fn: a.LookupMethod(arg.typ, nil, "Hijack"), args: [][]*object{arg.content.all}})
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
	if k.connects || k.wraps > 0 && slices.ContainsFunc(c.args[k.wraps-1], a.isBrowser) {
		from = a.connection
	}
	if k.takes || k.returns && a.giveBack(f, i, c) {
		return
	}
	a.results(f, i, k, from)
}

// hijacker tells whether o is a box with a method Hijack; what isn't a box is net/http's.
func (a *analysis) hijacker(o *object) bool {
	return o.kind == box && a.MethodSets.MethodSet(o.typ).Lookup(nil, "Hijack") != nil
}

// isBrowser tells whether o is a connection to a browser, or of a type that is not
// outside's, and so may have one in it.
func (a *analysis) isBrowser(o *object) bool {
	if o.kind != box {
		return o == a.connection
	}
	named, ok := types.Unalias(deref(o.typ)).(*types.Named)
	return !ok || a.info[named.Obj().Pkg()] != nil || isSocket(named)
}

// giveBack says that what i returns may be an argument of the same type, or an
// element of one. If there is none it returns false.
func (a *analysis) giveBack(f *frame, i ssa.CallInstruction, c outsideCallee) (given bool) {
	if i.Value() == nil {
		return false
	}
	result := i.Value().Type()
	for n, arg := range i.Common().Args {
		t := arg.Type().Underlying()
		switch list, ok := t.(interface{ Elem() types.Type }); {
		case types.Identical(t, result.Underlying()):
			given = true
			a.is(f, i.Value(), c.args[n]...)
		case ok && types.Identical(list.Elem(), result):
			given = true
			for _, o := range c.args[n] {
				a.is(f, i.Value(), a.load(a.part(o, 1), result)...)
			}
		}
	}
	return given
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
		receivers, own := a.serveHTTP(o)
		if own != nil {
			return []callee{{fn: own, args: [][]*object{receivers}}}
		}
		var all []callee
		for _, inside := range receivers {
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

// serveHTTP finds whose method ServeHTTP is called when that of a box is: what is in
// it, or what that embeds; and the method, if it is one of the program's.
func (a *analysis) serveHTTP(o *object) (receivers []*object, own *ssa.Function) {
	receivers = o.content.all
	method := a.MethodSets.MethodSet(o.typ).Lookup(nil, "ServeHTTP")
	if method == nil {
		return receivers, nil
	}
	t, path := o.typ, method.Index()
	for _, n := range path[:len(path)-1] {
		field := deref(t).Underlying().(*types.Struct).Field(n)
		var embedded []*object
		for _, r := range receivers {
			embedded = append(embedded, a.load(a.fieldOf(r, t, n), field.Type())...)
		}
		receivers, t = embedded, field.Type()
	}
	if a.info[method.Obj().Pkg()] == nil || types.IsInterface(t) {
		return receivers, nil
	}
	return receivers, a.LookupMethod(t, nil, "ServeHTTP")
}
