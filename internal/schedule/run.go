// Package schedule plays a program once for each order of its goroutines' steps.
// One goroutine runs at a time. Before each operation that another goroutine can
// notice it stops, and a chooser says whose step is next.
//
// A program takes part by calling this package: for its channels, its locks, its
// package variables, and what it does on connections. Package rewrite makes these
// calls out of a program's own text. What happens between two of them is one step.
//
// A run is in a bubble of testing/synctest, which tells when every goroutine
// stands still. No goroutine waits on a channel or a lock of the program: it stands
// before the operation until that can be done at once. So whoever is late may
// always be later still.
package schedule

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// MostSteps is how many steps a run may have. One that has more does not end.
const MostSteps = 2000

// state is what a goroutine does.
type state int

const (
	ready  state = iota // it may go on in this step: it was just started, or is back from outside
	parked              // it stands before an operation
	running
	outside // it waits in code that is not scheduled, for a connection
	ended
)

// goroutine is one goroutine of the program. It writes state and op itself while
// it runs; else the goroutine that plays the run does.
type goroutine struct {
	run   *Run
	name  string
	start place // its go statement
	state state
	wake  chan struct{} // it may go on
	op    *op           // that it stands before, or has begun
	calls bool          // what it has begun is a call that may wait outside

	goroutines, things int // that it has made: they are named by it
}

// op is what a goroutine stands before.
type op struct {
	at       place
	possible func() bool // nil: always. Not asked where there are cases
	cases    []*side     // of a channel operation, or of a select
	def      *place      // of the select's default
	isSelect bool
	picked   int  // which case; -1 is the default
	met      bool // of that case the value was handed over
}

// Run is one run of a program. The goroutine that plays it owns it: what starts
// the program, acts on it and judges it is called from there. The program's
// goroutines come in through this package's other functions, one at a time.
type Run struct {
	all      []*goroutine // in the order in which they were started
	root     *goroutine   // plays the run
	now      *goroutine   // whose turn it is
	actors   []*actor
	over     bool
	endings  []func()
	known    bool     // all of this was played before, so whose turn it is tells who comes here
	unsure   bool     // but that: somebody waits in a place that is not known
	last     []string // who took part in the last step
	panicked string   // what the program panicked with

	mu       sync.Mutex // guards what follows: goroutines outside are not scheduled
	byID     map[int]*goroutine
	channels map[uintptr]*channel
	objects  map[any]string
	made     []made
	touched  []Touch
	busy     map[call]bool
	problem  string // of the program
	err      error  // of this tool: the run is worth nothing
}

// playing is the run that is being played: there is one at a time.
var playing *Run

// Program starts a program in a fresh run, and returns what judges it when nothing
// moves any more: with "" if all is well, else with what is wrong.
type Program func(r *Run) (judge func() string)

// Chooser picks the next step out of those that are possible, by its index. With -1 the
// run is broken off.
type Chooser func(r *Run, possible []Step) int

// Outcome is what came of a run that was not broken off.
type Outcome struct {
	Wrong   string // "" if nothing is
	Steps   []Done
	Started map[string]Site // where each goroutine was started, by its name
	Left    []Waiting       // what didn't end
}

// Done is a step that was taken.
type Done struct {
	Step
	Touched  []Touch
	Preempts bool // whoever took the step before could have gone on
	Onward   bool // it is the one that Run.Onward picks
}

// Waiting is where a goroutine stands.
type Waiting struct {
	Name    string
	At      Site
	Outside bool // in a call, for a connection
}

// Play plays the program once. It returns nil if choose broke the run off. An error
// is this tool's, or says that the program can't be played. t is not in a bubble.
func Play(t *testing.T, program Program, choose Chooser) (out *Outcome, err error) {
	// A panic out of a bubble can't be caught, so the errors of the run are kept.
	synctest.Test(t, func(*testing.T) {
		r := &Run{byID: make(map[int]*goroutine), channels: make(map[uintptr]*channel), objects: make(map[any]string), busy: make(map[call]bool)}
		r.root = &goroutine{run: r, name: "init", state: running}
		r.byID[goid()] = r.root
		r.now = r.root
		playing = r
		for _, reset := range resets {
			reset.f()
		}
		judge := program(r)
		out = r.play(choose)
		if out != nil {
			out.Wrong = r.judge(judge)
		}
		r.end()
		err = r.err
		playing = nil
	})
	if err != nil {
		out = nil
	}
	return out, err
}

// play takes steps until none is possible.
func (r *Run) play(choose Chooser) *Outcome {
	r.settle()
	r.last = nil
	out := &Outcome{}
	for r.err == nil && r.panicked == "" {
		possible := r.possible()
		if len(possible) == 0 {
			break
		}
		if len(out.Steps) == MostSteps {
			r.fail(fmt.Errorf("a run of %d steps has not ended: the program goes on and on", MostSteps))
			break
		}
		i := choose(r, possible)
		if i < 0 {
			return nil
		}
		possible[i].resolve()
		done := Done{Step: possible[i], Preempts: r.Preempts(possible, i), Onward: i == r.Onward(possible)}
		r.take(possible[i])
		done.Touched = r.touched
		out.Steps = append(out.Steps, done)
	}
	out.Left = r.Waiting()
	out.Started = make(map[string]Site)
	for _, g := range r.all {
		out.Started[g.name] = g.start.site()
	}
	return out
}

func (r *Run) judge(judge func() string) string {
	if r.panicked == "" && r.problem == "" && r.err == nil {
		if wrong := judge(); wrong != "" {
			return wrong
		}
	}
	if r.panicked != "" {
		return r.panicked
	}
	return r.problem
}

// Quiet lets the program go on, without preemptions, until no step is possible.
// What it does is no part of the order that is told of. To be called by what starts
// the program and what judges it.
func (r *Run) Quiet() {
	actors := r.actors
	r.actors = nil
	defer func() { r.actors = actors }()
	r.settle()
	for n := 0; r.err == nil && r.panicked == ""; n++ {
		possible := r.possible()
		if len(possible) == 0 {
			return
		}
		if n == MostSteps {
			r.fail(fmt.Errorf("the program goes on and on before or after the order that is played"))
		}
		r.take(possible[r.Onward(possible)])
	}
}

// Onward is the step that goes on with whoever took the last one, or the first
// step where that can't be.
func (r *Run) Onward(possible []Step) int {
	return max(0, slices.IndexFunc(possible, r.goesOn))
}

func (r *Run) goesOn(s Step) bool {
	return slices.ContainsFunc(s.who(), func(name string) bool { return slices.Contains(r.last, name) })
}

// Preempts tells whether step i is taken by others than the last one, of whom one
// could have gone on.
func (r *Run) Preempts(possible []Step, i int) bool {
	return !r.goesOn(possible[i]) && slices.ContainsFunc(possible, r.goesOn)
}

// Problem says that the program does something wrong in this run, whatever is
// judged at its end. Any goroutine may call it.
func (r *Run) Problem(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.problem == "" {
		r.problem = what
	}
}

// fail says that the run can't be played. Any goroutine may call it.
func (r *Run) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil && !r.over {
		r.err = err
	}
}

// Go starts a goroutine of the program under a name, and AtEnd has f called when
// the run is over, to end what waits outside.
func (r *Run) Go(name string, f func()) { r.start(name, place{}, f) }
func (r *Run) AtEnd(f func())           { r.endings = append(r.endings, f) }

func (r *Run) start(name string, at place, f func()) {
	g := &goroutine{run: r, name: name, start: at, wake: make(chan struct{})}
	r.all = append(r.all, g)
	go r.enter(g, func() {
		g.wait()
		f()
	})
}

// Adopt runs f as a goroutine of the program under a name: one that somebody else
// started, who is not scheduled. It takes part from its first operation on.
func (r *Run) Adopt(name string, f func()) {
	g := &goroutine{run: r, name: name, wake: make(chan struct{}), state: ready}
	r.all = append(r.all, g)
	r.enter(g, func() {
		g.wait()
		f()
	})
}

// enter runs f as the goroutine g.
func (r *Run) enter(g *goroutine, f func()) {
	id := goid()
	r.mu.Lock()
	r.byID[id] = g
	r.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			r.panicked = fmt.Sprintf("panic: %v (%s, after %v)", p, g.name, g.at())
		}
		g.state = ended
		r.mu.Lock()
		delete(r.byID, id)
		r.mu.Unlock()
	}()
	f()
}

// me returns the goroutine that calls. It does not return if the run is over, or if
// the goroutine is none of those that are scheduled.
func (r *Run) me() *goroutine {
	if r.over {
		runtime.Goexit()
	}
	g := r.now
	if g == nil || g != r.root && (!r.known || r.unsure) {
		r.mu.Lock()
		g = r.byID[goid()]
		r.mu.Unlock()
	}
	if g == nil {
		r.fail(fmt.Errorf("%v: a goroutine comes here that code outside of the program has started; only those of go statements and of requests are scheduled", here().site()))
		runtime.Goexit()
	}
	return g
}

// stand has the calling goroutine stand before an operation until it is chosen.
func (r *Run) stand(o *op) *goroutine {
	g := r.me()
	if g == r.root { // before the program runs, or after
		if o.cases == nil && (o.possible == nil || o.possible()) {
			return g
		}
		r.fail(fmt.Errorf("%v: this would wait before the program runs", o.at.site()))
		return g
	}
	if o.at.calls == nocalls {
		o.at = here()
	}
	g.op, g.state = o, parked
	g.wait()
	return g
}

func (g *goroutine) wait() {
	<-g.wake
	if g.run.over {
		runtime.Goexit()
	}
}

// resume gives g its turn.
func (r *Run) resume(g *goroutine) {
	r.now = g
	g.state = running
	r.touched = append(r.touched, Touch{What: "goroutine " + g.name})
	g.wake <- struct{}{}
}

// settle waits until all stand still, and lets those go on that are ready.
func (r *Run) settle() {
	for {
		synctest.Wait()
		if r.now != nil && r.now != r.root && r.now.state == running {
			r.now.state = outside
			r.unsure = r.unsure || !r.now.calls
		}
		r.now = nil
		next := slices.IndexFunc(r.all, func(g *goroutine) bool { return g.state == ready })
		if next < 0 || r.err != nil {
			return
		}
		r.resume(r.all[next])
	}
}

// take takes a step. Where two meet, the value is handed over, the sender runs
// until it stands again, and then the receiver does.
func (r *Run) take(s Step) {
	r.touched = nil
	r.last = s.who()
	switch {
	case s.actor != nil:
		r.touched = append(r.touched, Touch{What: "actor " + s.Who})
		act := s.actor.acts[0]
		s.actor.acts = s.actor.acts[1:]
		act.Do()
	case s.with != nil:
		from, to := s.g.op.cases[s.i], s.with.op.cases[s.j]
		s.g.op.picked, s.with.op.picked = s.i, s.j
		s.g.op.met, s.with.op.met = true, true
		to.receive(from.value, true)
		r.resume(s.g)
		r.settle()
		r.resume(s.with)
	default:
		s.g.op.picked = s.i
		r.resume(s.g)
	}
	r.settle()
}

// Waiting tells where each goroutine stands that has not ended.
func (r *Run) Waiting() []Waiting {
	var all []Waiting
	for _, g := range r.all {
		if g.state != ended {
			all = append(all, Waiting{g.name, g.at(), g.state == outside})
		}
	}
	return all
}

// end ends all goroutines: those that stand by Goexit, those outside when they come back.
func (r *Run) end() {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	for _, f := range r.endings {
		f()
	}
	for {
		synctest.Wait()
		i := slices.IndexFunc(r.all, func(g *goroutine) bool { return g.state == parked || g.state == ready })
		if i < 0 {
			break
		}
		r.all[i].wake <- struct{}{}
	}
	for _, g := range r.all {
		if g.state != ended && r.err == nil {
			r.err = fmt.Errorf("%s does not end with the run: it waits for something outside, after %v", g.name, g.at())
		}
	}
}

// at is the last operation of g.
func (g *goroutine) at() Site {
	if g.op == nil {
		return Site{}
	}
	return g.op.at.site()
}

// actor is somebody outside of the program, who acts on it.
type actor struct {
	name string
	acts []Act
}

// Act is what an actor does next, in words and in deed.
type Act struct {
	Does string
	Do   func()
}

// Actor adds somebody who acts on the program from outside. Each act is a step.
func (r *Run) Actor(name string, acts ...Act) {
	r.actors = append(r.actors, &actor{name, acts})
}

// goid is the number of the goroutine that calls.
func goid() (id int) {
	var b [32]byte
	n := runtime.Stack(b[:], false)
	for _, c := range b[len("goroutine "):n] {
		if c < '0' || c > '9' {
			break
		}
		id = 10*id + int(c-'0')
	}
	return id
}
