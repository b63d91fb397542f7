package schedule

import (
	"fmt"
	"strings"
	"testing"
)

// Line is the order in one line, which Replay plays again: the labels of its steps. It ends
// where whoever took the last step goes on to the end.
func (o *Outcome) Line() string {
	var all []string
	end := 0
	for i, s := range o.Steps {
		all = append(all, s.Label)
		if !s.Onward {
			end = i + 1
		}
	}
	return strings.Join(all[:end], " ")
}

// Replay plays the order of a line. Where a step of it is not possible, that is an
// error: the line is of another program, or of another scenario.
func Replay(t *testing.T, program Program, line string) (*Outcome, error) {
	steps := strings.Fields(line)
	depth := 0
	out, err := Play(t, program, func(r *Run, possible []Step) int {
		if depth == len(steps) {
			return r.Onward(possible)
		}
		i := find(possible, steps[depth])
		if i < 0 {
			r.fail("%w", diverged(steps[:depth], steps[depth], labels(possible)))
		}
		depth++
		return i
	})
	if err == nil && depth < len(steps) {
		err = diverged(steps[:depth], steps[depth], []string{"nothing"})
	}
	return out, err
}

func diverged(before []string, step string, possible []string) error {
	return fmt.Errorf("the run diverged from the line: after “%s”, %s is not possible; possible is %s",
		strings.Join(before, " "), step, strings.Join(possible, ", "))
}
