package figures

import (
	"errors"
	"fmt"
	"path"

	"websocket-chat-steps/tools/chanflow"
	"websocket-chat-steps/tools/drawing"
	"websocket-chat-steps/tools/interleave"
)

// race draws what two requests do to maxId, by the steps that the code takes: an
// order that loses an increment, and one that doesn't and gives both the same id.
// Of all such orders they are those with the fewest switches.
func race(accesses []chanflow.Access, l *language) (drawing.Sequence, error) {
	var steps []interleave.Step
	for _, access := range accesses {
		switch access.Kind {
		case chanflow.Loads:
			steps = append(steps, interleave.Load)
		case chanflow.Adds:
			steps = append(steps, interleave.Add)
		case chanflow.Stores:
			steps = append(steps, interleave.Store)
		}
	}
	runs := interleave.All(steps)
	same, lost := 0, 0
	for _, run := range runs {
		if run.Same() {
			same++
			if run.Lost() {
				lost++
			}
		}
	}
	lostRun, found := interleave.Fewest(runs, interleave.Run.Lost)
	sameRun, foundSame := interleave.Fewest(runs, func(r interleave.Run) bool { return r.Same() && !r.Lost() })
	if !found || !foundSame {
		return drawing.Sequence{}, errors.New("the race on maxId can't be drawn: with what NewClient does now, no order loses an increment, or none gives the same id twice")
	}
	w := l.race
	return drawing.Sequence{
		Lang: l.code, Title: w.title, Desc: w.desc, Beside: true,
		Panels: []drawing.Panel{
			racePanel(w.lost, lostRun, accesses, w),
			racePanel(w.same, sameRun, accesses, w),
		},
		Notes: []string{fmt.Sprintf(w.orders, len(runs), same, lost), w.detector},
	}, nil
}

// racePanel draws one order.
func racePanel(title string, run interleave.Run, accesses []chanflow.Access, w raceWords) drawing.Panel {
	const variable = 1 // the lane between the two
	p := drawing.Panel{
		Title: title,
		Lanes: []drawing.Lane{
			{Name: w.a, Words: []string{w.goroutine}},
			{Name: code(w.variable), Words: []string{w.shared}, Object: true},
			{Name: w.b, Words: []string{w.goroutine}},
		},
		Events: []drawing.Event{{From: variable, To: variable, Value: "0"}},
		Result: []string{fmt.Sprintf(w.result, run.Last[0], run.Last[1], run.Variable())},
	}
	for _, move := range run.Moves {
		lane := 2 * move.Who
		access := accesses[move.Step]
		e := drawing.Event{Place: fmt.Sprintf("%s:%d", path.Base(access.Place.File), access.Place.Line)}
		switch access.Kind {
		case chanflow.Loads:
			e.From, e.To, e.Text = variable, lane, fmt.Sprintf(w.load, move.Register)
			if move.Step == len(accesses)-1 {
				e.Text = fmt.Sprintf(w.second, move.Register)
			}
		case chanflow.Adds:
			e.From, e.To, e.Text = lane, lane, fmt.Sprintf(w.add, move.Register)
		case chanflow.Stores:
			e.From, e.To, e.Text = lane, variable, fmt.Sprintf(w.store, move.Register)
			e.Value = fmt.Sprint(move.Variable)
		}
		p.Events = append(p.Events, e)
	}
	return p
}
