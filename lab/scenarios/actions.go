package scenarios

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/steps"
)

// Outcome is what an action may come to. The page has its words.
type Outcome string

// The outcomes, besides numbers of goroutines, as in "2".
const (
	All        Outcome = "all"        // everybody hears it
	Some       Outcome = "some"       // somebody doesn't
	InOrder    Outcome = "inorder"    // all hear it in the order in which it was said
	OutOfOrder Outcome = "outoforder" // somebody doesn't
	Freezes    Outcome = "freezes"    // the room, for everybody and for ever
	PilesUp    Outcome = "pilesup"    // goroutines, for the one that doesn't read
	Bounded    Outcome = "bounded"    // the room goes on, and pays little
	NoTrace    Outcome = "notrace"    // no goroutine and no socket is left
	Leaks      Outcome = "leaks"      // some are left
	GoesOn     Outcome = "goeson"     // the room goes on
	Holds      Outcome = "holds"      // a property
	Lacks      Outcome = "lacks"      // a property does not hold
)

// Action is a button. Its choices are the answers to "what will you see?".
type Action struct {
	Name    string    `json:"name"`
	Choices []Outcome `json:"choices"`

	expect func(steps.Step) Outcome
	run    func(context.Context, *Room) (Outcome, []int, error)
}

// Result is what an action came to.
type Result struct {
	Expected Outcome `json:"expected"` // by internal/steps
	Seen     Outcome `json:"seen"`
	Counts   []int   `json:"counts,omitempty"`   // what was counted; each action has its own
	Sentence string  `json:"sentence,omitempty"` // the judge's
}

// Actions are the buttons, in their order.
var Actions = []Action{
	{"bring2", []Outcome{"1", "2", "3", Freezes}, perClient, bring(2)},
	{"bring50", []Outcome{"1", "2", "3", Freezes}, perClient, bring(50)},
	{"line", []Outcome{All, Some, Freezes}, everybody, line},
	{"burst", []Outcome{InOrder, OutOfOrder, Freezes}, ordered, burst},
	{"stall", []Outcome{Freezes, PilesUp, Bounded}, reaction(steps.StopsReading), stall},
	{"leave", []Outcome{NoTrace, Leaks, Freezes}, nothingLeft, goes((*judge.Client).Leave)},
	{"reset", []Outcome{NoTrace, Leaks, Freezes}, reaction(steps.Resets), goes((*judge.Client).Reset)},
	{"history", []Outcome{GoesOn, Freezes}, history300, history},
	{"comeandgo", []Outcome{NoTrace, Leaks, Freezes}, reaction(steps.ComeAndGo), comeAndGo},
}

// ActionOf returns the action of a name, and whether there is one.
func ActionOf(name string) (Action, bool) {
	i := slices.IndexFunc(Actions, func(a Action) bool { return a.Name == name })
	if i < 0 {
		return Action{}, false
	}
	return Actions[i], true
}

// ---- what should come of it: internal/steps says so ----

func perClient(s steps.Step) Outcome { return Outcome(strconv.Itoa(s.GoroutinesPerClient)) }

// property is one outcome where the property holds, and another where it doesn't.
func property(s steps.Step, p steps.Property, holds, lacks Outcome) Outcome {
	if s.Has(p) {
		return holds
	}
	return lacks
}

func everybody(s steps.Step) Outcome   { return property(s, steps.EveryMessage, All, Some) }
func ordered(s steps.Step) Outcome     { return property(s, steps.SenderOrder, InOrder, OutOfOrder) }
func nothingLeft(s steps.Step) Outcome { return property(s, steps.NothingLeft, NoTrace, Leaks) }
func history300(s steps.Step) Outcome  { return property(s, steps.LongHistory, GoesOn, Freezes) }

var outcomes = map[steps.Reaction]Outcome{
	steps.Freezes: Freezes, steps.PilesUp: PilesUp, steps.Bounded: Bounded,
	steps.NoTrace: NoTrace, steps.Leaks: Leaks,
}

func reaction(b steps.BadClient) func(steps.Step) Outcome {
	return func(s steps.Step) Outcome { return outcomes[s.Reactions[b]] }
}

// Do carries out an action. In a room that is frozen already everything comes to
// that. An error means that the action could not be carried out.
func (r *Room) Do(ctx context.Context, a Action) (Result, error) {
	r.acting.Lock()
	defer r.acting.Unlock()
	result := Result{Expected: a.expect(r.step)}
	frozen, err := r.Stuck(ctx)
	if err != nil {
		return result, err
	}
	if frozen {
		time.Sleep(poll) // else it may only have been on its way
		if frozen, err = r.Stuck(ctx); err != nil {
			return result, err
		}
	}
	if frozen {
		result.Expected = Freezes
	}
	result.Seen, result.Counts, err = a.run(ctx, r)
	if errors.Is(err, errFrozen) {
		result.Seen, err = Freezes, nil
	}
	return result, err
}

// ---- what is done ----

func bring(n int) func(context.Context, *Room) (Outcome, []int, error) {
	return func(ctx context.Context, r *Room) (Outcome, []int, error) {
		before, err := r.program.Look(ctx, false)
		if err != nil {
			return "", nil, err
		}
		if _, err := r.join(ctx, n); err != nil {
			return "", nil, err
		}
		more, _, err := r.settle(ctx, before, n*r.step.GoroutinesPerClient)
		return Outcome(strconv.Itoa(more / n)), []int{more, n}, err
	}
}

func line(ctx context.Context, r *Room) (Outcome, []int, error) {
	all, err := r.readers(ctx, 2)
	if err != nil {
		return "", nil, err
	}
	body := r.bodies(1, "a line")[0]
	if err := all[0].Say(body); err != nil {
		return "", nil, err
	}
	for _, m := range all {
		if err := r.hears(ctx, m, 1, judge.Message{Author: all[0].Name, Body: body}); err != nil {
			return "", nil, err
		}
	}
	return All, []int{len(all)}, nil
}

// burst has one client say 50 numbers in one write.
func burst(ctx context.Context, r *Room) (Outcome, []int, error) {
	const n = 50
	all, err := r.readers(ctx, 3)
	if err != nil {
		return "", nil, err
	}
	before := r.Heard().Inversions
	bodies := r.bodies(n, "")
	var said []judge.Message
	for _, body := range bodies {
		said = append(said, judge.Message{Author: all[0].Name, Body: body})
	}
	if err := all[0].Say(bodies...); err != nil {
		return "", nil, err
	}
	for _, m := range all {
		if err := r.hears(ctx, m, n, said...); err != nil {
			return "", nil, err
		}
	}
	inversions := r.Heard().Inversions - before
	counts := []int{inversions, len(all), n}
	if inversions > 0 {
		return OutOfOrder, counts, nil
	}
	return InOrder, counts, nil
}

const (
	stallMessages = 400                   // at most
	stallSize     = 4 << 10               // bytes: so they are more than a mailbox holds
	stallPile     = 100                   // goroutines more than before, which no bound allows
	pace          = 12 * time.Millisecond // from one message to the next, to be seen
)

// stall brings a client that doesn't read, and has the others talk beside it.
func stall(ctx context.Context, r *Room) (Outcome, []int, error) {
	all, err := r.readers(ctx, 2)
	if err != nil {
		return "", nil, err
	}
	stalled, err := r.program.Dial(ctx)
	if err != nil {
		return "", nil, err
	}
	r.add(stalled, false)
	before, err := r.program.Look(ctx, false)
	if err != nil {
		return "", nil, err
	}
	text := strings.Repeat("x", stallSize)
	most := 0
	for i := range stallMessages {
		if err := r.say(ctx, all[0], text); err != nil {
			return Freezes, []int{i}, err
		}
		if err := wait(ctx, pace); err != nil {
			return "", nil, err
		}
		if i%20 == 0 {
			now, err := r.program.Look(ctx, false)
			if err != nil {
				return "", nil, err
			}
			most = max(most, len(now.Goroutines)-len(before.Goroutines))
		}
		if most > stallPile {
			return PilesUp, []int{most}, nil
		}
	}
	return Bounded, []int{most}, nil
}

// goes has the client go that came last.
func goes(how func(*judge.Client)) func(context.Context, *Room) (Outcome, []int, error) {
	return func(ctx context.Context, r *Room) (Outcome, []int, error) {
		all, err := r.readers(ctx, 2)
		if err != nil {
			return "", nil, err
		}
		before, err := r.program.Look(ctx, false)
		if err != nil {
			return "", nil, err
		}
		m := all[len(all)-1]
		r.leaves(m)
		how(m.Client)
		before.Goroutines = before.Goroutines[:len(before.Goroutines)-r.step.GoroutinesPerClient]
		before.Sockets--
		return r.left(ctx, before)
	}
}

// left says what is left besides what there was before.
func (r *Room) left(ctx context.Context, before judge.Inside) (Outcome, []int, error) {
	goroutines, open, err := r.settle(ctx, before, 0)
	if err != nil {
		return "", nil, err
	}
	if frozen, err := r.Stuck(ctx); err != nil {
		return "", nil, err
	} else if frozen {
		return "", nil, errFrozen
	}
	counts := []int{max(0, goroutines), max(0, open)}
	if goroutines > 0 || open > 0 {
		return Leaks, counts, nil
	}
	return NoTrace, counts, nil
}

// history has one client say 300 things before a newcomer comes.
func history(ctx context.Context, r *Room) (Outcome, []int, error) {
	const past = 300
	all, err := r.readers(ctx, 1)
	if err != nil {
		return "", nil, err
	}
	for range past {
		if err := r.say(ctx, all[0], ""); err != nil {
			return "", nil, err
		}
		if err := wait(ctx, pace); err != nil {
			return "", nil, err
		}
	}
	newcomer, err := r.join(ctx, 1)
	if err != nil {
		return "", nil, err
	}
	body := r.bodies(1, "is anybody there?")[0]
	if err := all[0].Say(body); err != nil {
		return "", nil, err
	}
	return GoesOn, nil, r.hears(ctx, newcomer[0], 1, judge.Message{Author: all[0].Name, Body: body})
}

// comeAndGo has a thousand clients come and go without a word.
func comeAndGo(ctx context.Context, r *Room) (Outcome, []int, error) {
	if _, err := r.readers(ctx, 1); err != nil {
		return "", nil, err
	}
	before, err := r.program.Look(ctx, false)
	if err != nil {
		return "", nil, err
	}
	for range 1000 {
		c, err := r.program.Dial(ctx)
		if err != nil {
			return "", nil, err
		}
		c.Leave()
		if err := wait(ctx, 3*time.Millisecond); err != nil {
			return "", nil, err
		}
	}
	return r.left(ctx, before)
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// ---- the scoreboard ----

// Properties are those that can be played here, in the scoreboard's order. The race
// detector judges the one that is missing.
func Properties() []steps.Property {
	return slices.DeleteFunc(slices.Clone(steps.Properties), func(p steps.Property) bool { return p == steps.UniqueIDs })
}

// Play has the judge play the scenario of a property on a program that has just
// started, at addr, slowly enough to be seen.
func Play(ctx context.Context, step steps.Step, program Program, addr string, p steps.Property) (Result, error) {
	start := func() (judge.Server, error) {
		return judge.Server{Addrs: []string{addr}, Path: step.Path, Loop: step.Loop, Look: program.Look, Pause: pace}, nil
	}
	v, err := judge.New(start, step).Property(ctx, p)
	if err == nil && v.Kind == judge.BreaksOff {
		err = errors.New(v.Seen)
	}
	result := Result{Expected: property(step, p, Holds, Lacks), Seen: Lacks, Sentence: v.Kind.String() + ": " + v.Seen}
	if v.Kind == judge.Holds {
		result.Seen = Holds
	}
	return result, err
}
