package schedule

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// How says which orders are played.
type How struct {
	// Distinct leaves out an order that only swaps steps that have nothing to do
	// with each other. It is for no bound on preemptions.
	Distinct bool

	// Preemptions is how many an order may have, at most; with -1, any number.
	Preemptions int
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
	c.Tally.add(out.Wrong != "")
	for len(c.By) <= out.Preemptions() {
		c.By = append(c.By, Tally{})
	}
	c.By[out.Preemptions()].add(out.Wrong != "")
	if out.Wrong != "" && (c.Shortest == nil || out.shorter(c.Shortest)) {
		c.Shortest = out
	}
}

// Preemptions counts them.
func (o *Outcome) Preemptions() (n int) {
	for _, s := range o.Steps {
		if s.Preempts {
			n++
		}
	}
	return n
}

func (o *Outcome) shorter(than *Outcome) bool {
	if len(o.Steps) != len(than.Steps) {
		return len(o.Steps) < len(than.Steps)
	}
	return o.Preemptions() < than.Preemptions()
}

// node is a place in the tree of orders.
type node struct {
	labels []string           // of the steps that are possible
	barred []bool             // by the bound
	asleep map[string][]Touch // steps that lead nowhere new, and what they touch
	tried  map[string][]Touch // steps that were taken from here, the last one too
	at     int                // that one
}

// next goes on to the next step that is to be tried, if there is one.
func (n *node) next() bool {
	for n.at++; n.at < len(n.labels); n.at++ {
		if _, asleep := n.asleep[n.labels[n.at]]; !asleep && !n.barred[n.at] {
			return true
		}
	}
	return false
}

// sleepers are the steps that need not be tried after the one that was taken: they
// were tried in its place, and have nothing to do with it.
func (n *node) sleepers() map[string][]Touch {
	taken := n.labels[n.at]
	all := make(map[string][]Touch)
	for _, steps := range []map[string][]Touch{n.asleep, n.tried} {
		for label, touched := range steps {
			if label != taken && !dependent(touched, n.tried[taken]) {
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
func Explore(t *testing.T, program Program, how How, each func(Count, *Outcome) (more bool)) (Count, error) {
	var c Count
	var nodes []*node
	for {
		depth, preemptions := 0, 0
		var diverged error
		out, err := Play(t, program, func(r *Run, possible []Step) int {
			var before *node
			if depth > 0 {
				before = nodes[depth-1]
				before.tried[before.labels[before.at]] = r.touched
			}
			if depth == len(nodes) {
				n := &node{labels: labels(possible), barred: make([]bool, len(possible)), tried: make(map[string][]Touch), at: -1}
				for i := range possible {
					n.barred[i] = how.Preemptions == preemptions && r.Preempts(possible, i)
				}
				if how.Distinct && before != nil {
					n.asleep = before.sleepers()
				}
				nodes = append(nodes, n)
				n.next()
			}
			n := nodes[depth]
			if !slices.Equal(labels(possible), n.labels) {
				diverged = fmt.Errorf("the run diverged: after “%s” possible was %v, and is now %v; something there is not the same in each run, such as a random number",
					strings.Join(taken(nodes[:depth]), " "), n.labels, labels(possible))
				return -1
			}
			if n.at == len(n.labels) {
				return -1 // all sleep, or are barred
			}
			if r.Preempts(possible, n.at) {
				preemptions++
			}
			depth++
			return n.at
		})
		if diverged != nil {
			err = diverged
		}
		if err != nil {
			return c, err
		}
		c.Runs++
		if out != nil {
			if n := len(out.Steps); n > 0 {
				last := nodes[n-1]
				last.tried[last.labels[last.at]] = out.Steps[n-1].Touched
			}
			c.add(out)
		}
		if !each(c, out) {
			return c, nil
		}
		for len(nodes) > 0 && !nodes[len(nodes)-1].next() {
			nodes = nodes[:len(nodes)-1]
		}
		if len(nodes) == 0 {
			return c, nil
		}
	}
}

func taken(nodes []*node) (labels []string) {
	for _, n := range nodes {
		labels = append(labels, n.labels[n.at])
	}
	return labels
}

// Shorten makes an order that shows something wrong easier to follow: wherever it can
// go on with whoever took the last step, and still show something wrong in no more
// steps and preemptions, it does.
func Shorten(t *testing.T, program Program, out *Outcome) (*Outcome, error) {
	for i := 0; i < len(out.Steps); i++ {
		if out.Steps[i].Onward {
			continue
		}
		depth := 0
		other, err := Play(t, program, func(r *Run, possible []Step) int {
			defer func() { depth++ }()
			if depth != i && depth < len(out.Steps) && !(depth > i && out.Steps[depth].Onward) {
				if at := find(possible, out.Steps[depth].Label); at >= 0 {
					return at
				}
			}
			return r.Onward(possible)
		})
		if err != nil {
			return nil, err
		}
		if other.Wrong != "" && len(other.Steps) <= len(out.Steps) && other.turns() < out.turns() && other.Preemptions() <= out.Preemptions() {
			out, i = other, -1
		}
	}
	return out, nil
}

// turns counts the steps that were taken by others than the last one.
func (o *Outcome) turns() (n int) {
	for _, s := range o.Steps {
		if !s.Onward {
			n++
		}
	}
	return n
}
