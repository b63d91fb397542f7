package figures

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/chanflow"
	"websocket-chat-steps/tools/drawing"
)

// raceOrder is an order of what two requests do to maxId, as it was played.
type raceOrder struct {
	moves       []move
	ids         [2]int // that the requests take
	last        int    // maxId in the end
	preemptions int
}

// move is one access of an order.
type move struct {
	who      int // 0 or 1
	access   int // which one of NewClient's
	value    int // that is read or written
	variable int // maxId after it
}

// same tells whether both have the same id.
func (o raceOrder) same() bool { return o.ids[0] == o.ids[1] }

// raceOrders plays 01-original in every order of what the requests of two clients do to
// maxId, by accesses: those of NewClient.
func raceOrders(ctx context.Context, accesses []chanflow.Access) ([]raceOrder, error) {
	step := steps.Of(original)
	p, err := orders.Build(ctx, nil, step)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	names := [2]string{"a", "b"} // the clients of the scenario, and the goroutines of their requests
	each := 0                    // the accesses that another goroutine can notice
	for _, a := range accesses {
		if a.Kind != chanflow.Adds {
			each++
		}
	}
	var questions []room.Question
	for _, picks := range interleavings(each, each) {
		line := "a! b!"
		for _, who := range picks {
			line += " " + names[who]
		}
		questions = append(questions, room.Question{Server: step.Name, Scenario: "two-join", Line: true, Replay: line})
	}
	var all []raceOrder
	err = p.Ask(ctx, questions, func(i int, a room.Answer) error {
		if a.Error != "" {
			return fmt.Errorf("the race on maxId can't be played: %s", a.Error)
		}
		o, err := readOrder(a.Order, names, accesses)
		if err == nil && o.same() != (a.Order.Wrong != "") {
			err = fmt.Errorf("in the order %q the accesses to maxId give the ids %v, but what came of it is “%s”", a.Line, o.ids, a.Order.Wrong)
		}
		all = append(all, o)
		return err
	})
	return all, err
}

// interleavings are all orders of n steps of 0 and m steps of 1, those in which 0
// comes earlier first.
func interleavings(n, m int) (all [][]int) {
	if n+m == 0 {
		return [][]int{nil}
	}
	for who, rest := range [2][2]int{{n - 1, m}, {n, m - 1}} {
		if min(rest[0], rest[1]) < 0 {
			continue
		}
		for _, after := range interleavings(rest[0], rest[1]) {
			all = append(all, append([]int{who}, after...))
		}
	}
	return all
}

// readOrder reads what an order does to maxId. The places are held to those of
// the accesses. The values are computed from these: an addition is to what was read
// last by the same goroutine, and a write writes that.
func readOrder(played *schedule.Outcome, names [2]string, accesses []chanflow.Access) (raceOrder, error) {
	o := raceOrder{preemptions: played.Preemptions()}
	kinds := map[string]chanflow.AccessKind{"read": chanflow.Loads, "write": chanflow.Stores}
	var next [2]int // the access that each comes to
	for _, s := range played.Steps {
		if !slices.ContainsFunc(s.Touched, func(t schedule.Touch) bool { return strings.HasSuffix(t.What, "maxId") }) {
			continue
		}
		who := slices.Index(names[:], s.Who)
		if who < 0 {
			return o, fmt.Errorf("%v: %s uses maxId, and was not to", s.At, s.Who)
		}
		for next[who] < len(accesses) && accesses[next[who]].Kind == chanflow.Adds {
			o.ids[who]++
			next[who]++
		}
		m := move{who: who, access: next[who]}
		if m.access == len(accesses) || accesses[m.access].Kind != kinds[s.At.Does] || base(accesses[m.access].Place) != s.At.String() {
			return o, fmt.Errorf("%v: %s uses maxId here, and by NewClient's text it was not to", s.At, s.Who)
		}
		next[who]++
		if s.At.Does == "read" {
			o.ids[who] = o.last
		} else {
			o.last = o.ids[who]
		}
		m.value, m.variable = o.ids[who], o.last
		o.moves = append(o.moves, m)
	}
	if next != [2]int{len(accesses), len(accesses)} {
		return o, errors.New("NewClient does not come to all that it is to do with maxId")
	}
	return o, nil
}

// race draws an order that loses an increment, and one that doesn't and gives both the
// same id. Of all such orders they are those with the fewest preemptions.
func race(all []raceOrder, accesses []chanflow.Access, l *language) (drawing.Sequence, error) {
	var lost, kept []raceOrder
	for _, o := range all {
		switch {
		case o.same() && o.last < 2:
			lost = append(lost, o)
		case o.same():
			kept = append(kept, o)
		}
	}
	if len(lost) == 0 || len(kept) == 0 {
		return drawing.Sequence{}, errors.New("the race on maxId can't be drawn: with what NewClient does now, no order loses an increment, or none gives the same id twice")
	}
	fewest := func(a, b raceOrder) int { return cmp.Compare(a.preemptions, b.preemptions) }
	w := l.race
	return drawing.Sequence{
		Lang: l.code, Title: w.title, Desc: w.desc, Beside: true,
		Panels: []drawing.Panel{
			racePanel(w.lost, slices.MinFunc(lost, fewest), accesses, w),
			racePanel(w.same, slices.MinFunc(kept, fewest), accesses, w),
		},
		Notes: []string{fmt.Sprintf(w.orders, len(all), len(lost)+len(kept), len(lost)), w.detector},
	}, nil
}

// racePanel draws one order.
func racePanel(title string, o raceOrder, accesses []chanflow.Access, w raceWords) drawing.Panel {
	const variable = 1 // the lane between the two
	p := drawing.Panel{
		Title: title,
		Lanes: []drawing.Lane{
			{Name: w.a, Words: []string{w.goroutine}},
			{Name: code(w.variable), Words: []string{w.shared}, Object: true},
			{Name: w.b, Words: []string{w.goroutine}},
		},
		Events: []drawing.Event{{From: variable, To: variable, Value: "0"}},
		Result: []string{fmt.Sprintf(w.result, o.ids[0], o.ids[1], o.last)},
	}
	for _, m := range o.moves {
		lane := 2 * m.who
		access := accesses[m.access]
		e := drawing.Event{Place: base(access.Place)}
		switch {
		case access.Kind == chanflow.Stores:
			e.From, e.To, e.Text = lane, variable, fmt.Sprintf(w.store, m.value)
			e.Value = fmt.Sprint(m.variable)
		case m.access == len(accesses)-1:
			e.From, e.To, e.Text = variable, lane, fmt.Sprintf(w.second, m.value)
		default:
			e.From, e.To, e.Text = variable, lane, fmt.Sprintf(w.load, m.value)
		}
		p.Events = append(p.Events, e)
	}
	return p
}
