// Package counts plays the orders that pages tell of: it counts them, and has
// docs/orders print them. It knows nothing of pages, or of how a count is shown.
package counts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/pages/runs"
)

// Question asks in how many orders a scenario goes wrong in a step.
type Question struct {
	Step, Scenario string
	Every          bool // every single order counts; else those that only swap independent steps are one
}

// String is what docs/orders takes for it.
func (q Question) String() string {
	if q.Every {
		return "-all " + q.Step + " " + q.Scenario
	}
	return q.Step + " " + q.Scenario
}

// Parse reads what String writes.
func Parse(text string) (q Question, err error) {
	rest, every := strings.CutPrefix(text, "-all ")
	words := strings.Split(rest, " ")
	switch {
	case len(words) != 2:
		return q, fmt.Errorf("%q asks for no count: write STEP SCENARIO or -all STEP SCENARIO", text)
	case !slices.Contains(steps.Names(), words[0]):
		return q, fmt.Errorf("there is no step %q: write one of %s", words[0], strings.Join(steps.Names(), ", "))
	}
	if _, ok := room.Named(words[1]); !ok {
		return q, fmt.Errorf("there is no scenario %q: go run ./docs/orders -list lists them", words[1])
	}
	return Question{words[0], words[1], every}, nil
}

// EveryOrder are the scenarios that have few enough orders to count every single one, in each step.
var EveryOrder = []string{"two-join", "join-leave"}

// Answer is the count, or why there is none.
type Answer struct {
	schedule.Tally
	Missing Missing
}

// Missing says why there is no count.
type Missing string

// The reasons.
const (
	NotExplored Missing = "not explored" // something in the step's code is not understood
	NoLimit     Missing = "no limit"     // the step has not the constant that the scenario makes small
	TooMany     Missing = "too many"     // to count them here takes more than mostRuns
)

// Command is go run ./docs/orders with some words, in a language: "en" or "ja".
type Command struct{ Words, Lang string }

// Played is what came of playing.
type Played struct {
	Answers map[Question]Answer
	Printed map[Command][]string // lines
}

// width is how many columns docs/orders may print.
const width = "96"

// mostRuns bounds each count. None takes more than half of it, but a defect can make them
// very many.
const mostRuns = 15000

// workers is how many play at the same time.
const workers = 2

// Play answers the questions and runs the commands, two at a time. It says on log how
// long it took. What is played is this repository.
func Play(ctx context.Context, questions []Question, commands []Command, log io.Writer) (*Played, error) {
	began := time.Now()
	programs, err := build(ctx, nil, questions)
	defer func() {
		for _, p := range programs {
			p.Close()
		}
	}()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "orders")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "orders.exe")
	root, err := steps.Root()
	if err != nil {
		return nil, err
	}
	if len(commands) > 0 {
		if out, err := gocmd.Command(ctx, root, nil, "go", "build", "-o", file, "./docs/orders").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go build ./docs/orders: %w\n%s", err, out)
		}
	}

	played := &Played{make(map[Question]Answer), make(map[Command][]string)}
	var failed []error
	var mu sync.Mutex // guards played and failed
	var todo []func()
	for _, q := range questions {
		todo = append(todo, func() {
			a, err := ask(ctx, programs[q.Step], q)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = append(failed, fmt.Errorf("%v: %w", q, err))
			}
			played.Answers[q] = a
		})
	}
	for _, c := range commands {
		todo = append(todo, func() {
			lines, err := show(ctx, root, file, c)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = append(failed, err)
			}
			played.Printed[c] = lines
		})
	}
	tasks := make(chan func())
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			for f := range tasks {
				f()
			}
		})
	}
	for _, f := range todo {
		tasks <- f
	}
	close(tasks)
	working.Wait()
	fmt.Fprintf(log, "%d counts of orders and %d orders, in %v\n", len(questions), len(commands), time.Since(began).Round(100*time.Millisecond))
	return played, errors.Join(failed...)
}

// build builds the programs for the steps that are asked for, with an overlay or nil. A
// step that can't be explored has none.
func build(ctx context.Context, overlay gocmd.Overlay, questions []Question) (map[string]*orders.Program, error) {
	modules := make(map[string][]steps.Step)
	for _, s := range steps.All {
		if slices.ContainsFunc(questions, func(q Question) bool { return q.Step == s.Name }) {
			modules[s.Module] = append(modules[s.Module], s)
		}
	}
	programs := make(map[string]*orders.Program)
	for _, all := range modules {
		for len(all) > 0 {
			p, err := orders.Build(ctx, overlay, all...)
			var not orders.NotExplored
			if errors.As(err, &not) {
				all = slices.DeleteFunc(all, func(s steps.Step) bool { return s.Name == not.Step })
				continue
			}
			if err != nil {
				return programs, err
			}
			for _, s := range all {
				programs[s.Name] = p
			}
			break
		}
	}
	return programs, nil
}

// ask asks one question.
func ask(ctx context.Context, p *orders.Program, q Question) (answer Answer, err error) {
	if p == nil {
		return Answer{Missing: NotExplored}, nil
	}
	scenario, _ := room.Named(q.Scenario)
	server, small := p.Server(q.Step, scenario)
	if scenario.Constant != "" && !small {
		return Answer{Missing: NoLimit}, nil
	}
	question := room.Question{Server: server, Scenario: q.Scenario, How: schedule.How{Distinct: !q.Every, Preemptions: -1}, Most: mostRuns}
	err = p.Ask(ctx, []room.Question{question}, func(_ int, a room.Answer) error {
		switch {
		case a.Error != "":
			return errors.New(a.Error)
		case a.Last && !a.Whole:
			answer = Answer{Missing: TooMany}
		case a.Last:
			answer.Tally = a.Tally
		}
		return nil
	})
	return answer, err
}

// show runs the command, which was built as file, in the repository at root.
func show(ctx context.Context, root, file string, c Command) ([]string, error) {
	words, err := runs.Words(c.Words)
	if err != nil {
		return nil, err
	}
	cmd := gocmd.Command(ctx, root, []string{"COLUMNS=" + width}, file, append([]string{"-lang", c.Lang}, words...)...)
	var errOut strings.Builder
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go run ./docs/orders %s: %w\n%s", c.Words, err, &errOut)
	}
	lines := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return lines, nil
}
