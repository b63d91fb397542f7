package schedule

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

// How says which orders are played.
type How struct {
	// Distinct leaves out an order that only swaps steps that have nothing to do
	// with each other. It is for no bound on preemptions.
	Distinct bool

	// Preemptions is how many an order may have, at most; with -1, any number. Who acts from
	// outside is one that can be preempted, too, as long as it has more to do.
	Preemptions int

	// After are the labels of the steps that each order begins with.
	After []string
}

// Tally counts orders.
type Tally struct {
	Orders int // all
	Wrong  int // those that show something wrong
}

func (t *Tally) add(wrong bool) {
	t.Orders++
	if wrong {
		t.Wrong++
	}
}

// Count is what came of exploring so far.
type Count struct {
	Tally
	Runs     int      // with those that were broken off, since they only led to an order again
	By       []Tally  // by the number of preemptions
	Shortest *Outcome // that shows something wrong: of the fewest steps, and of these of the fewest preemptions
}

func (c *Count) add(out *Outcome) {
	n, wrong := out.Preemptions(), out.Wrong != ""
	c.Tally.add(wrong)
	for len(c.By) <= n {
		c.By = append(c.By, Tally{})
	}
	c.By[n].add(wrong)
	if s := c.Shortest; wrong && (s == nil || cmp.Or(cmp.Compare(len(out.Steps), len(s.Steps)), cmp.Compare(n, s.Preemptions())) < 0) {
		c.Shortest = out
	}
}

// Preemptions counts them.
func (o *Outcome) Preemptions() int { return count(o.Steps, func(s Done) bool { return s.Preempts }) }

// turns counts the steps that were taken by others than the last one.
func (o *Outcome) turns() int { return count(o.Steps, func(s Done) bool { return !s.Onward }) }

func count(steps []Done, f func(Done) bool) (n int) {
	for _, s := range steps {
		if f(s) {
			n++
		}
	}
	return n
}

// node is a place in the tree of orders.
type node struct {
	labels []string           // of the steps that are possible
	next   []int              // those that are still to be tried, the one that is being tried first
	asleep map[string][]Touch // steps that lead nowhere new, and what they touch
	tried  map[string][]Touch // steps that were taken from here, the last one too
}

func (n *node) taken() string { return n.labels[n.next[0]] }

// sleepers are the steps that need not be tried after the one that was taken: they
// were tried in its place, and have nothing to do with it.
func (n *node) sleepers() map[string][]Touch {
	all := make(map[string][]Touch)
	for _, steps := range []map[string][]Touch{n.asleep, n.tried} {
		for label, touched := range steps {
			if label != n.taken() && !dependent(touched, n.tried[n.taken()]) {
				all[label] = touched
			}
		}
	}
	return all
}

// Explore plays all orders. It calls each after each run with the count so far and
// what came of the run (nil: it was broken off), until that returns false.
//
// Distinct orders are found with sleep sets (Godefroid, 1996): a step that was tried in one
// place sleeps there while steps are taken that have nothing to do with it.
func Explore(t *testing.T, program Program, how How, each func(Count, *Outcome) (more bool)) (c Count, err error) {
	var nodes []*node
	for {
		out, err := Play(t, program, func(r *Run, possible []Step) int {
			depth := len(r.steps)
			if depth > 0 {
				before := nodes[depth-1]
				before.tried[before.taken()] = r.steps[depth-1].Touched
			}
			if depth == len(nodes) {
				n := &node{labels: labels(possible), tried: make(map[string][]Touch)}
				nodes = append(nodes, n)
				if depth < len(how.After) {
					n.next = []int{r.Pick(possible, how.After[depth])}
					return n.next[0]
				}
				if how.Distinct && depth > 0 {
					n.asleep = nodes[depth-1].sleepers()
				}
				full := count(r.steps, func(s Done) bool { return s.Preempts }) == how.Preemptions
				for i, s := range possible {
					if _, asleep := n.asleep[s.Label]; !asleep && !(full && r.Preempts(possible, i)) {
						n.next = append(n.next, i)
					}
				}
			}
			n := nodes[depth]
			if !slices.Equal(labels(possible), n.labels) {
				r.diverged(strings.Join(n.labels, ", "), possible)
			}
			if len(n.next) == 0 {
				return -1
			}
			return n.next[0]
		})
		if err != nil {
			return c, err
		}
		c.Runs++
		if out != nil {
			c.add(out)
		}
		if !each(c, out) {
			return c, nil
		}
		for len(nodes) > 0 && len(nodes[len(nodes)-1].next) <= 1 {
			nodes = nodes[:len(nodes)-1]
		}
		if len(nodes) == 0 {
			return c, nil
		}
		n := nodes[len(nodes)-1]
		n.next = n.next[1:]
	}
}

// Shorten makes an order that shows something wrong easier to follow: wherever it can
// go on with whoever took the last step, and still show something wrong in no more
// steps and preemptions, it does. The first steps, so many, stay.
func Shorten(t *testing.T, program Program, out *Outcome, stay int) (*Outcome, error) {
	for i := stay; i < len(out.Steps); i++ {
		if out.Steps[i].Onward {
			continue
		}
		other, err := Play(t, program, func(r *Run, possible []Step) int {
			depth := len(r.steps)
			if depth < i || depth > i && depth < len(out.Steps) && !out.Steps[depth].Onward {
				if at := slices.Index(labels(possible), out.Steps[depth].Label); at >= 0 {
					return at
				}
			}
			return r.Onward(possible)
		})
		if err != nil {
			return nil, err
		}
		if other.Wrong != "" && len(other.Steps) <= len(out.Steps) && other.turns() < out.turns() && other.Preemptions() <= out.Preemptions() {
			out, i = other, stay-1
		}
	}
	return out, nil
}

// Line is the order in one line, which Replay plays again: the labels of its steps. It ends
// where whoever took the last step goes on to the end.
func (o *Outcome) Line() string {
	end := len(o.Steps)
	for end > 0 && o.Steps[end-1].Onward {
		end--
	}
	return strings.Join(labels(o.Steps[:end]), " ")
}

// Replay plays the order of a line. Where a step of it is not possible, that is an
// error: the line is of another program, or of another scenario.
func Replay(t *testing.T, program Program, line string) (*Outcome, error) {
	steps := strings.Fields(line)
	return Play(t, program, func(r *Run, possible []Step) int {
		if depth := len(r.steps); depth < len(steps) {
			return r.Pick(possible, steps[depth])
		}
		return r.Onward(possible)
	})
}

// Pick is the step with this label. Where it is not possible, the run is broken off with an error.
func (r *Run) Pick(possible []Step, label string) int {
	i := slices.Index(labels(possible), label)
	if i < 0 {
		r.diverged(label, possible)
	}
	return i
}

// diverged breaks the run off: it does not go on as it was to.
func (r *Run) diverged(expected string, possible []Step) {
	r.Fail("the run diverged: after “%s” it was to go on with %s, and possible is %s",
		strings.Join(labels(r.steps), " "), expected, cmp.Or(strings.Join(labels(possible), ", "), "nothing"))
}
