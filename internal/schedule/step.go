package schedule

import (
	"slices"
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
func (o *op) site(i int) Site { return o.at.in(o.ways[i].line).site() }

// Step is a step that is possible: an act of somebody outside, an operation of one
// goroutine, or a value that is handed from one to another.
type Step struct {
	Who    string // the actor, or the goroutine: the one that sends, where two meet
	With   string // the goroutine that receives, where two meet
	At     Site   // once it was taken
	WithAt Site
	Act    string // what the actor does

	// Label is how a line tells of the step: "a!" for an act of a, "b.1" for a step of a
	// goroutine, "a>server" where a sends what server receives. The case of a select is
	// behind a colon, counted from 0, as in "server:2"; "a:-" is a default.
	Label string

	g, with *goroutine
	i, j    int // which ways
	actor   *actor
}

// String is its Label.
func (s Step) String() string { return s.Label }

// resolve finds out where the step is.
func (s *Step) resolve() {
	if s.g != nil {
		s.At = s.g.op.site(s.i)
	}
	if s.with != nil {
		s.WithAt = s.with.op.site(s.j)
	}
}

// who takes part in the step.
func (s Step) who() []string {
	switch {
	case s.actor != nil:
		return []string{s.Label}
	case s.with != nil:
		return []string{s.Who, s.With}
	}
	return []string{s.Who}
}

// possible are the steps that are possible now.
func (r *Run) possible() []Step {
	var steps []Step
	for _, a := range r.actors {
		if len(a.acts) > 0 {
			steps = append(steps, Step{Who: a.name, Act: a.acts[0].Does, Label: a.name + "!", actor: a})
		}
	}
	for _, g := range r.all {
		if g.state != parked {
			continue
		}
		for i, w := range g.op.ways {
			if w.isReady() {
				steps = append(steps, Step{Who: g.name, Label: g.label(i), g: g, i: i})
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
				steps = append(steps, Step{Who: g.name, With: h.name, Label: g.label(i) + ">" + h.label(j), g: g, i: i, with: h, j: j})
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

// find is the index of the step with that label, or -1.
func find(steps []Step, label string) int {
	return slices.IndexFunc(steps, func(s Step) bool { return s.Label == label })
}

// labels are the steps as a line tells of them.
func labels(steps []Step) []string {
	all := make([]string, len(steps))
	for i, s := range steps {
		all[i] = s.Label
	}
	return all
}
