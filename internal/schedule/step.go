package schedule

import (
	"slices"
	"strconv"
)

// Step is a step that is possible: an act of somebody outside, an operation of one
// goroutine, or a value that is handed from one to another.
type Step struct {
	Who     string // the actor, or the goroutine: the one that sends, where two meet
	With    string // the goroutine that receives, where two meet
	At      Site   // once it was taken
	WithAt  Site
	Act     string // what the actor does
	Label   string // how a line tells of it
	g, with *goroutine
	i, j    int // which case
	actor   *actor
}

// resolve finds out where the step is.
func (s *Step) resolve() {
	at := func(g *goroutine, i int) Site {
		switch {
		case i < 0:
			return g.op.def.site()
		case g.op.cases != nil:
			return g.op.cases[i].at.site()
		}
		return g.op.at.site()
	}
	if s.g != nil {
		s.At = at(s.g, s.i)
	}
	if s.with != nil {
		s.WithAt = at(s.with, s.j)
	}
}

// String is how a line tells of the step: "a!" for an act of a, "b.1" for a step of
// a goroutine, "a>server" where a sends what server receives. The case of a select
// is behind a colon, counted from 0, as in "server:2"; "a:-" is a default.
func (s Step) String() string { return s.Label }

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
		if g.state == parked {
			steps = append(steps, r.possibleFor(g)...)
		}
	}
	return steps
}

func (r *Run) possibleFor(g *goroutine) []Step {
	o := g.op
	if o.cases == nil && o.def == nil {
		if o.possible != nil && !o.possible() {
			return nil
		}
		return []Step{{Who: g.name, Label: g.name, g: g}}
	}
	var steps []Step
	sure := false // a case is possible that nobody can be late for
	for i, c := range o.cases {
		switch {
		case c.ch == nil: // never
		case c.ch.closed || c.value != nil && len(c.ch.queue) < c.ch.size || c.value == nil && len(c.ch.queue) > 0:
			sure = true
			steps = append(steps, Step{Who: g.name, Label: g.named(i), g: g, i: i})
		case c.value != nil && c.ch.size == 0:
			for _, h := range r.all {
				if h == g || h.state != parked || o.def != nil && h.op.def != nil {
					continue // of two that don't wait, neither finds the other
				}
				for j, d := range h.op.cases {
					if d.ch == c.ch && d.value == nil {
						steps = append(steps, Step{
							Who: g.name, With: h.name,
							Label: g.named(i) + ">" + h.named(j),
							g:     g, i: i, with: h, j: j,
						})
					}
				}
			}
		}
	}
	if o.def != nil && !sure {
		steps = append(steps, Step{Who: g.name, Label: g.name + ":-", g: g, i: -1})
	}
	return steps
}

// named names g, with the case of its select.
func (g *goroutine) named(i int) string {
	if g.op.isSelect {
		return g.name + ":" + strconv.Itoa(i)
	}
	return g.name
}

// labels are the steps as a line tells of them.
func labels(steps []Step) []string {
	all := make([]string, len(steps))
	for i, s := range steps {
		all[i] = s.Label
	}
	return all
}

// same tells whether the steps are those of labels.
func same(steps []Step, labels []string) bool {
	return slices.EqualFunc(steps, labels, func(s Step, l string) bool { return s.Label == l })
}
