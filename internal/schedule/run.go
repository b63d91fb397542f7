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
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// MostSteps is how many steps a run may have. One that has more does not end.
const MostSteps = 2000

// Beginning is the name of who starts the program. What it starts itself, before anybody
// comes, is called Beginning.1 and so on.
const Beginning = "init"

// state is what a goroutine does.
type state int

const (
	away   state = iota // it has yet to begin, or has ended
	ready               // it may go on in this step: it has just begun, or is back from outside
	parked              // it stands before an operation
	running
	outside // it waits in code that is not scheduled, for a connection
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

// Run is one run of a program. The goroutine that plays it owns it: what starts
// the program, acts on it and judges it is called from there. The program's
// goroutines come in through this package's other functions, one at a time.
type Run struct {
	all     []*goroutine // in the order in which they were started
	root    *goroutine   // plays the run
	now     *goroutine   // whose turn it is
	actors  []*actor
	over    bool
	endings []func()
	steps   []Done       // that were taken
	last    []string     // who took part in the last step
	used    map[any]bool // the package variables that somebody came to, by their pointers

	mu       sync.Mutex // guards what follows: goroutines outside are not scheduled
	channels map[uintptr]*channel
	made     []made
	objects  map[any]string
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
	Name string
	At   Site
}

// Play plays the program once. It asks choose once more when nothing is possible any more.
// It returns nil if choose broke the run off. An error is this tool's, or says that the program
// can't be played: then there is no outcome. t is not in a bubble.
func Play(t *testing.T, program Program, choose Chooser) (out *Outcome, err error) {
	// A panic out of a bubble can't be caught, so the errors of the run are kept.
	synctest.Test(t, func(*testing.T) {
		r := &Run{channels: make(map[uintptr]*channel), objects: maps.Clone(names), busy: make(map[call]bool), used: make(map[any]bool)}
		r.root = &goroutine{run: r, name: Beginning, state: running}
		r.now = r.root
		playing = r
		for _, order := range slices.Sorted(maps.Keys(resets)) {
			for _, reset := range resets[order] {
				reset()
			}
		}
		judge := program(r)
		out = r.play(choose)
		if out != nil {
			r.now = r.root
			if r.problem == "" {
				out.Wrong = judge()
			}
			out.Wrong = cmp.Or(r.problem, out.Wrong)
		}
		r.end()
		err = r.err
		playing = nil
	})
	return out, err
}

// play takes steps until none is possible.
func (r *Run) play(choose Chooser) *Outcome {
	r.settle()
	r.last, r.steps = nil, nil
	for {
		possible := r.possible()
		i := choose(r, possible)
		if len(r.steps) == MostSteps {
			r.Fail("a run of %d steps has not ended: the program goes on and on", MostSteps)
		}
		if len(possible) == 0 && r.err == nil {
			break
		}
		if i < 0 || r.err != nil {
			return nil
		}
		done := Done{Step: possible[i], Preempts: r.Preempts(possible, i), Onward: i == r.Onward(possible)}
		r.take(possible[i])
		done.Touched = r.touched
		r.steps = append(r.steps, done)
	}
	out := &Outcome{Steps: r.steps, Started: make(map[string]Site)}
	for _, g := range r.all {
		out.Started[g.name] = g.start.site()
	}
	return out
}

// Quiet lets the program go on, without preemptions, until no step is possible.
// What it does is no part of the order that is told of. To be called by what starts
// the program and what judges it.
func (r *Run) Quiet() {
	actors := r.actors
	r.actors = nil
	r.play(func(_ *Run, possible []Step) int { return r.Onward(possible) })
	r.actors = actors
}

// Onward is the step that goes on with whoever took the last one, or the first
// step where that can't be.
func (r *Run) Onward(possible []Step) int {
	return max(0, slices.IndexFunc(possible, r.goesOn))
}

func (r *Run) goesOn(s Step) bool {
	return slices.ContainsFunc(s.who, func(name string) bool { return slices.Contains(r.last, name) })
}

// Preempts tells whether step i is taken by others than the last one, of whom one
// could have gone on.
func (r *Run) Preempts(possible []Step, i int) bool {
	return !r.goesOn(possible[i]) && slices.ContainsFunc(possible, r.goesOn)
}

// Problem says that the program has done something wrong: no more of this run is played. Any goroutine may call it.
func (r *Run) Problem(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.problem == "" {
		r.problem = what
	}
}

// Fail says that the run can't be played. Any goroutine may call it.
func (r *Run) Fail(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil && !r.over {
		r.err = fmt.Errorf(format, args...)
	}
}

// Go starts a goroutine of the program under a name.
func (r *Run) Go(name string, f func()) { go r.born(name, place{}).live(f) }

// Adopt runs f as a goroutine of the program under a name: one that somebody else
// started, who is not scheduled. It takes part from its first operation on.
func (r *Run) Adopt(name string, f func()) { r.born(name, place{}).live(f) }

// AtEnd has f called when the run is over, to end what waits outside.
func (r *Run) AtEnd(f func()) { r.endings = append(r.endings, f) }

// born adds a goroutine, which has yet to begin.
func (r *Run) born(name string, at place) *goroutine {
	g := &goroutine{run: r, name: name, start: at, wake: make(chan struct{})}
	r.all = append(r.all, g)
	return g
}

// live runs f as g, and never lets a panic through.
func (g *goroutine) live(f func()) {
	defer func() {
		if p := recover(); p != nil {
			g.run.Problem(fmt.Sprintf("panic: %v (%s, after %v)", p, g.name, g.at()))
		}
		g.state = away
	}()
	g.wait(ready)
	f()
}

// me returns the goroutine that calls: the one whose turn it is. It does not return if the run
// is over.
func (r *Run) me() *goroutine {
	if r.over {
		runtime.Goexit()
	}
	if r.now == nil {
		r.stranger()
	}
	return r.now
}

// stranger breaks the run off: the goroutine that calls is none of those that are scheduled.
func (r *Run) stranger() {
	r.Fail("%v: a goroutine comes here that code outside of the program has started; only those of go statements and of requests are scheduled", here().site())
	runtime.Goexit()
}

// stand has the calling goroutine stand before an operation until it is chosen, and go on so.
func (r *Run) stand(o *op) *goroutine {
	g := r.me()
	o.at = here()
	o.at.does = o.does
	if g == r.root { // before the program runs, or after
		if o.picked = slices.IndexFunc(o.ways, (*way).isReady); o.picked < 0 {
			r.Fail("%v: this would wait before the program runs", o.at.site())
			return g
		}
	} else {
		r.mu.Lock()
		second := g.state != running || g.calls // somebody else came here, or is g
		g.op, g.state = o, parked
		r.mu.Unlock()
		if second && !r.over {
			r.stranger()
		}
		g.wait(parked)
	}
	w := o.ways[o.picked]
	if w.ch != nil {
		r.Touch(w.ch.name)
	}
	if !o.met && w.take != nil {
		w.take()
	}
	return g
}

// wait has g, which calls, wait for its turn.
func (g *goroutine) wait(s state) {
	g.state = s
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
			if !r.now.calls {
				r.Fail("%s waits for something that is not scheduled, after %v", r.now.name, r.now.at())
			}
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
	r.last = s.who
	switch {
	case s.actor != nil:
		r.touched = append(r.touched, Touch{What: "actor " + s.Who})
		s.actor.acts[0].Do()
		s.actor.acts = s.actor.acts[1:]
	case s.with != nil:
		from, to := s.g.op, s.with.op
		from.picked, from.met = s.i, true
		to.picked, to.met = s.j, true
		to.ways[s.j].receive(from.ways[s.i].value)
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
		if g.state != away {
			all = append(all, Waiting{g.name, g.at()})
		}
	}
	return all
}

// end ends all goroutines: those that stand by Goexit, those outside when they come back.
func (r *Run) end() {
	r.over = true
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
		close(g.wake) // for a stranger that waits there
		if g.state != away && r.err == nil {
			r.err = fmt.Errorf("%s does not end with the run: it waits for something outside, after %v", g.name, g.at())
		}
	}
}

// at is the last operation of g, or its go statement.
func (g *goroutine) at() Site {
	if g.op == nil {
		return g.start.site()
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
