package schedule

import (
	"fmt"
	"strconv"
)

// way is a way in which a goroutine can go on: a case of a select, its default, or all
// that an operation does.
type way struct {
	line  int         // of the case
	ready func() bool // whether it can go on so, alone; nil: always
	take  func()      // goes on so

	// Of a channel operation.
	ch      *channel
	sends   bool
	value   any             // points to what is sent
	receive func(value any) // takes what another goroutine sends
}

func (w *way) isReady() bool { return w.ready == nil || w.ready() }

// op is what a goroutine stands before.
type op struct {
	at       place
	does     string // what at does not say
	ways     []*way
	isSelect bool
	def      bool // the last way is a default
	picked   int  // which way
	met      bool // so with another goroutine, and the value was handed over
}

// site is where the way i is.
func (o *op) site(i int) Site {
	at := o.at
	at.line = o.ways[i].line
	return at.site()
}

// Step is a step that is possible: an act of somebody outside, an operation of one
// goroutine, or a value that is handed from one to another.
type Step struct {
	Who  string // the actor, or the goroutine: the one that sends, where two meet
	With string // the goroutine that receives, where two meet
	Act  string // what the actor does

	At, WithAt Site

	// Label is how a line tells of the step: "a!" for an act of a, "b.1" for a step of a
	// goroutine, "a>server" where a sends what server receives. The case of a select is
	// behind a colon, counted from 0, as in "server:2"; "a:-" is a default.
	Label string

	who     []string // takes part, for who took the last step
	g, with *goroutine
	i, j    int // which ways
	actor   *actor
}

// String is its Label.
func (s Step) String() string { return s.Label }

// possible are the steps that are possible now.
func (r *Run) possible() []Step {
	var steps []Step
	if r.problem != "" {
		return nil
	}
	for _, a := range r.actors {
		if label := a.name + "!"; len(a.acts) > 0 {
			steps = append(steps, Step{Who: a.name, Act: a.acts[0].Does, Label: label, who: []string{label}, actor: a})
		}
	}
	for _, g := range r.all {
		if g.state != parked {
			continue
		}
		for i, w := range g.op.ways {
			if w.isReady() {
				steps = append(steps, Step{Who: g.name, At: g.op.site(i), Label: g.label(i), who: []string{g.name}, g: g, i: i})
			} else if w.ch != nil && w.sends {
				steps = append(steps, r.meetings(g, i)...)
			}
		}
	}
	return steps
}

// meetings are the steps in which somebody receives what g sends in its way i.
func (r *Run) meetings(g *goroutine, i int) (steps []Step) {
	for _, h := range r.all {
		if h == g || h.state != parked || g.op.def && h.op.def {
			continue // of two that don't wait, neither finds the other
		}
		for j, w := range h.op.ways {
			if ch := g.op.ways[i].ch; w.ch == ch && !w.sends && ch.size == 0 {
				steps = append(steps, Step{
					Who: g.name, With: h.name, At: g.op.site(i), WithAt: h.op.site(j),
					Label: g.label(i) + ">" + h.label(j), who: []string{g.name, h.name}, g: g, with: h, i: i, j: j,
				})
			}
		}
	}
	return steps
}

// label names g, with the case of its select.
func (g *goroutine) label(i int) string {
	switch {
	case !g.op.isSelect:
		return g.name
	case g.op.def && i == len(g.op.ways)-1:
		return g.name + ":-"
	}
	return g.name + ":" + strconv.Itoa(i)
}

// labels are the steps as a line tells of them.
func labels[S fmt.Stringer](steps []S) []string {
	all := make([]string, len(steps))
	for i, s := range steps {
		all[i] = s.String()
	}
	return all
}
