package schedule

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// Line is the order in one line, which Replay plays again: its steps, each as
// Step.String tells of it, with "*3" behind what comes three times in a row. It ends
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
	return lineOf(all[:end])
}

func lineOf(labels []string) string {
	var words []string
	for i, n := 0, 1; i < len(labels); i, n = i+n, 1 {
		for i+n < len(labels) && labels[i+n] == labels[i] {
			n++
		}
		word := labels[i]
		if n > 1 {
			word += "*" + strconv.Itoa(n)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// parse reads what lineOf wrote.
func parse(line string) (labels []string, err error) {
	for _, word := range strings.Fields(line) {
		label, times, ok := strings.Cut(word, "*")
		n := 1
		if ok {
			n, err = strconv.Atoi(times)
		}
		if err != nil || n < 1 || n > MostSteps || label == "" {
			return nil, fmt.Errorf("%q is no step: a step is as in a!, b.1, a>server:2 or a*3", word)
		}
		for range n {
			labels = append(labels, label)
		}
	}
	return labels, nil
}

// Replay plays the order of a line. Where a step of it is not possible, that is an
// error: the line is of another program, or of another scenario.
func Replay(t *testing.T, program Program, line string) (*Outcome, error) {
	steps, err := parse(line)
	if err != nil {
		return nil, err
	}
	depth := 0
	out, err := Play(t, program, func(r *Run, possible []Step) int {
		if depth == len(steps) {
			return r.Onward(possible)
		}
		i := find(possible, steps[depth])
		if i < 0 {
			r.fail(diverged(steps[:depth], steps[depth], labels(possible)))
		}
		depth++
		return i
	})
	if err == nil && depth < len(steps) {
		err = diverged(steps[:depth], steps[depth], nil)
	}
	return out, err
}

func diverged(before []string, step string, possible []string) error {
	return fmt.Errorf("the run diverged from the line: after “%s”, %s is not possible; possible is %s",
		lineOf(before), step, strings.Join(append(possible, "nothing")[:max(1, len(possible))], ", "))
}
