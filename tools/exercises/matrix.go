// Package exercises judges right and wrong solutions of the exercises: the right ones must
// pass, and each wrong one must be caught, for the reason that is stated. They stand in
// solutions.
package exercises

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/steps"
)

// Row is one solution, with what the judges say of it.
type Row struct {
	exercises.Solution
	Verdict exercises.Verdict
	Problem string // in what the verdict is not the stated one; else ""
}

// Matrix has the start and the solutions of all exercises.
type Matrix struct{ Rows []Row }

// start is the title of what a reader begins with.
const start = "start"

// atOnce is how many solutions are judged at the same time. They mostly wait.
const atOnce = 6

// Judge judges all solutions, those whose exercise and title begin with only, as in
// "08-no-gap/own". It builds each judge
// once for all of them.
func Judge(ctx context.Context, only string, log io.Writer) (*Matrix, error) {
	root, err := steps.Root()
	if err != nil {
		return nil, err
	}
	m := new(Matrix)
	overlay := make(gocmd.Overlay)
	var rooms []exercises.Room
	for _, e := range exercises.All {
		solutions, err := e.Solutions(os.DirFS(root))
		if err != nil {
			return nil, err
		}
		by, what, _ := strings.Cut(e.Begins, " ")
		for _, s := range append(solutions, exercises.Solution{Exercise: e, Title: start, By: by, What: what}) {
			if !strings.HasPrefix(e.Name+"/"+s.Title, only) {
				continue
			}
			r, files, err := s.Room()
			if err != nil {
				return nil, err
			}
			for name, text := range files {
				overlay[name] = text
			}
			rooms = append(rooms, r)
			m.Rows = append(m.Rows, Row{Solution: s})
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	j, err := exercises.NewJudges(ctx, overlay, rooms...)
	if err != nil {
		return nil, err
	}
	defer j.Close()

	begin := time.Now()
	errs := make([]error, len(rooms))
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range rooms {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			row := &m.Rows[i]
			if errs[i] = row.judge(ctx, j, rooms[i]); errs[i] != nil {
				stop()
				return
			}
			row.Problem = row.problem()
			fmt.Fprintf(log, "%6.1fs %s/%s: %s\n", time.Since(begin).Seconds(), row.Name, row.Title, row.told())
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

// judge asks all judges about a right solution and about a start. Of a wrong one it asks the
// judge that must catch it, and the race detector where that must report nothing.
func (r *Row) judge(ctx context.Context, j *exercises.Judges, room exercises.Room) (err error) {
	r.Verdict.Exercise = r.Exercise
	if r.Test {
		r.Verdict, err = j.Try(ctx, room)
		return err
	}
	if r.Report {
		r.Verdict, err = j.Report(ctx, room)
		return err
	}
	if r.Verdict.Asks, err = j.Asks(room); err != nil || r.By == exercises.ByAsks {
		return err
	}
	asks := func(by string) bool { return r.Right || r.Title == start || r.By == by }
	if asks(exercises.ByProperty) || asks(exercises.ByCrash) {
		if r.Verdict.Held, err = j.Properties(ctx, room); err != nil {
			return err
		}
	}
	if asks(exercises.ByOrders) {
		if r.Verdict.Explored, err = j.Orders(ctx, room, "en"); err != nil {
			return err
		}
	}
	if asks(exercises.ByRace) || r.Clean {
		r.Verdict.Race, err = j.Race(ctx, room)
	}
	return err
}

// told is what the judges say, in one line.
func (r Row) told() string {
	var all []string
	for _, a := range r.Verdict.Wrong() {
		all = append(all, fmt.Sprintf("%s: %s %s", a.Property, a.Seen, a.Panic))
	}
	for _, t := range r.Verdict.Missed() {
		all = append(all, fmt.Sprintf("the room %s: %s %s", t.Title, t.Outcome, t.Crash()))
	}
	for _, reply := range r.Verdict.Replies {
		all = append(all, fmt.Sprintf("%s %q: %s", reply.Name, reply.Given, reply.Kind))
	}
	if r.Verdict.Asks != "" {
		all = append(all, "it asks "+r.Verdict.Asks)
	}
	if r.Verdict.Crash != "" {
		all = append(all, r.Verdict.Crash)
	}
	for _, p := range r.Verdict.Explored.Played {
		all = append(all, fmt.Sprintf("%s %d/%d (%d runs)", p.Scenario, p.Wrong, p.Orders, p.Runs))
	}
	if r.Verdict.Explored.NotExplored != "" {
		all = append(all, "not explored: "+r.Verdict.Explored.NotExplored)
	}
	all = append(all, string(r.Verdict.Race.Outcome)+" "+r.Verdict.Race.Reason)
	return strings.Join(all, "; ")
}

// problem says in what the verdict is not the stated one.
func (r Row) problem() string {
	if r.Right {
		if !r.Verdict.Solved() {
			return "it is right, and the checker says that it is wrong: " + r.told()
		}
		for _, p := range r.Verdict.Explored.Played {
			if !p.Whole {
				return fmt.Sprintf("not all orders of %s are played: %s", p.Scenario, r.told())
			}
		}
		return ""
	}
	found := false
	switch r.By {
	case exercises.ByRace:
		found = len(r.Verdict.Race.Races) > 0
	case exercises.ByOrders:
		for _, p := range r.Verdict.Explored.Wrong() {
			if found = p.Scenario == r.What; found {
				if r.All > 0 && (p.Wrong != r.Bad || p.Orders != r.All) {
					return fmt.Sprintf("it goes wrong in %d/%d orders of %s, and %d/%d are stated", p.Wrong, p.Orders, r.What, r.Bad, r.All)
				}
				break
			}
		}
		if r.What == "" {
			found = r.Verdict.Unseen()
		}
	case exercises.ByProperty:
		for _, a := range r.Verdict.Wrong() {
			found = found || string(a.Property) == r.What
		}
	case exercises.ByAsks:
		found = r.Verdict.Asks != ""
	case exercises.ByTest:
		found = r.Verdict.Cause() == exercises.CauseTest+" "+r.What
	case exercises.ByAnswer:
		found = r.Verdict.Cause() == exercises.CauseAnswer+" "+r.What
	case exercises.ByCrash:
		found = r.Verdict.Crash != ""
		for _, a := range r.Verdict.Wrong() {
			found = found || a.Panic != ""
		}
	}
	switch {
	case !found:
		return fmt.Sprintf("%s %s must catch it, and does not: %s", r.By, r.What, r.told())
	case r.Title == start && r.Verdict.Cause() != r.Begins:
		return fmt.Sprintf("a check finds %q first, and not %q: %s", r.Verdict.Cause(), r.Begins, r.told())
	case r.Clean && r.Verdict.Race.Outcome != race.Passed:
		return "the race detector must report nothing: " + r.Verdict.Race.String()
	}
	return ""
}
