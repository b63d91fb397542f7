// Package interleave plays what two goroutines do to one variable, in every possible
// order. It doesn't know where the steps come from, nor how they are
// shown.
package interleave

import "fmt"

// Step is one of the steps that both goroutines go through.
type Step int

// The steps.
const (
	Load  Step = iota // read the variable into the goroutine's own register
	Add               // add 1 to the register
	Store             // write the register into the variable
)

// Move is a step as it was taken.
type Move struct {
	Who      int // 0 or 1
	Step     int // which of the steps, from 0
	Register int // the goroutine's, after it
	Variable int // after it
}

// Run is one order, and its result. The variable begins at 0.
type Run struct {
	Moves []Move
	Last  [2]int // the registers at the end: the ids that the two took
}

// Variable returns the variable's value at the end.
func (r Run) Variable() int { return r.Moves[len(r.Moves)-1].Variable }

// Same tells whether both took the same id.
func (r Run) Same() bool { return r.Last[0] == r.Last[1] }

// Lost tells whether an increment is lost: the variable is less than 2 at the end.
func (r Run) Lost() bool { return r.Variable() < 2 }

// Switches is how often the run changes from one goroutine to the other.
func (r Run) Switches() int {
	n := 0
	for i := 1; i < len(r.Moves); i++ {
		if r.Moves[i].Who != r.Moves[i-1].Who {
			n++
		}
	}
	return n
}

// All plays every order. Orders in which the first goroutine moves earlier come first.
// For n steps each there are (2n)!/(n!n!) of them.
func All(steps []Step) []Run {
	var runs []Run
	var play func(run Run, at [2]int)
	play = func(run Run, at [2]int) {
		done := true
		for who := range 2 {
			if at[who] == len(steps) {
				continue
			}
			done = false
			variable := 0
			if len(run.Moves) > 0 {
				variable = run.Variable()
			}
			next := run
			switch step := steps[at[who]]; step {
			case Load:
				next.Last[who] = variable
			case Add:
				next.Last[who]++
			case Store:
				variable = next.Last[who]
			default:
				panic(fmt.Sprintf("interleave: no step %d", step))
			}
			next.Moves = append(run.Moves[:len(run.Moves):len(run.Moves)], Move{who, at[who], next.Last[who], variable})
			after := at
			after[who]++
			play(next, after)
		}
		if done {
			runs = append(runs, run)
		}
	}
	play(Run{}, [2]int{})
	return runs
}

// Fewest returns the first of the wanted runs with the fewest switches. If there is no
// wanted run, it returns false.
func Fewest(runs []Run, wanted func(Run) bool) (Run, bool) {
	var best Run
	found := false
	for _, run := range runs {
		if wanted(run) && (!found || run.Switches() < best.Switches()) {
			best, found = run, true
		}
	}
	return best, found
}
