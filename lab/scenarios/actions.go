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
	run    func(*play) (Outcome, []int)
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
	{"line", []Outcome{All, Some, Freezes}, has(steps.EveryMessage, All, Some), line},
	{"burst", []Outcome{InOrder, OutOfOrder, Freezes}, has(steps.SenderOrder, InOrder, OutOfOrder), burst},
	{"stall", []Outcome{Freezes, PilesUp, Bounded}, reaction(steps.StopsReading), stall},
	{"leave", []Outcome{NoTrace, Leaks, Freezes}, has(steps.NothingLeft, NoTrace, Leaks), goes((*judge.Client).Leave)},
	{"reset", []Outcome{NoTrace, Leaks, Freezes}, reaction(steps.Resets), goes((*judge.Client).Reset)},
	{"history", []Outcome{GoesOn, Freezes}, has(steps.LongHistory, GoesOn, Freezes), history},
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

// has is one outcome where the property holds, and another where it doesn't.
func has(p steps.Property, holds, lacks Outcome) func(steps.Step) Outcome {
	return func(s steps.Step) Outcome {
		if s.Has(p) {
			return holds
		}
		return lacks
	}
}

var outcomes = map[steps.Reaction]Outcome{
	steps.Freezes: Freezes, steps.PilesUp: PilesUp, steps.Bounded: Bounded,
	steps.NoTrace: NoTrace, steps.Leaks: Leaks,
}

func reaction(b steps.BadClient) func(steps.Step) Outcome {
	return func(s steps.Step) Outcome { return outcomes[s.Reactions[b]] }
}

// Do carries out an action. In a room that is frozen already everything comes to
// that. An error means that the action could not be carried out.
func (r *Room) Do(ctx context.Context, a Action) (result Result, err error) {
	r.acting.Lock()
	defer r.acting.Unlock()
	result.Expected = a.expect(r.step)
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stopped:
			if err = p.error; errors.Is(err, errFrozen) {
				result.Seen, err = Freezes, nil
			}
		default:
			panic(p)
		}
	}()
	p := &play{r, ctx}
	if p.stuck() {
		p.wait(poll) // it may only have been on its way
		if p.stuck() {
			result.Expected = Freezes
		}
	}
	result.Seen, result.Counts = a.run(p)
	return result, nil
}

// ---- what is done ----

func bring(n int) func(*play) (Outcome, []int) {
	return func(p *play) (Outcome, []int) {
		before := p.look()
		p.join(n)
		more, _ := p.settle(before, n)
		return Outcome(strconv.Itoa(more / n)), []int{more, n}
	}
}

func line(p *play) (Outcome, []int) {
	all := p.readers(2)
	p.say(all[0], "a line", all...)
	return All, []int{len(all)}
}

// burst has one client say 50 numbers in one write.
func burst(p *play) (Outcome, []int) {
	const n = 50
	all := p.readers(3)
	before := p.Heard().Inversions
	p.sayAll(all[0], p.bodies(n, ""), all...)
	inversions := p.Heard().Inversions - before
	seen := InOrder
	if inversions > 0 {
		seen = OutOfOrder
	}
	return seen, []int{inversions, len(all), n}
}

const (
	stallMessages = 400                   // at most
	stallSize     = 4 << 10               // bytes: so they are more than a mailbox holds
	stallPile     = 100                   // goroutines more than before, which no bound allows
	pace          = 12 * time.Millisecond // from one message to the next, to be seen
)

// stall brings a client that doesn't read, and has the others talk beside it.
func stall(p *play) (Outcome, []int) {
	talker := p.readers(2)[0]
	p.add(must(p.program.Dial(p.ctx)), false)
	before, most := p.look(), 0
	text := strings.Repeat("x", stallSize)
	for i := range stallMessages {
		p.say(talker, text, talker)
		p.wait(pace)
		if i%20 == 0 {
			most = max(most, len(p.look().Goroutines)-len(before.Goroutines))
		}
		if most > stallPile {
			return PilesUp, []int{most}
		}
	}
	return Bounded, []int{most}
}

// goes has the client go that came last.
func goes(how func(*judge.Client)) func(*play) (Outcome, []int) {
	return func(p *play) (Outcome, []int) {
		all := p.readers(2)
		before := p.look()
		before.Goroutines = before.Goroutines[p.step.GoroutinesPerClient:] // whichever: they are counted
		before.Sockets--
		m := all[len(all)-1]
		p.leaves(m)
		how(m.Client)
		return p.left(before)
	}
}

// left says what is left besides what there was before.
func (p *play) left(before judge.Inside) (Outcome, []int) {
	goroutines, open := p.settle(before, 0)
	if p.stuck() {
		check(errFrozen)
	}
	seen := NoTrace
	if goroutines > 0 || open > 0 {
		seen = Leaks
	}
	return seen, []int{max(0, goroutines), max(0, open)}
}

// history has one client say 300 things before a newcomer comes.
func history(p *play) (Outcome, []int) {
	const past = 300
	talker := p.readers(1)[0]
	for range past {
		p.say(talker, "", talker)
		p.wait(pace)
	}
	newcomer := p.join(1)[0]
	p.say(talker, "is anybody there?", newcomer)
	return GoesOn, nil
}

// comeAndGo has a thousand clients come and go without a word.
func comeAndGo(p *play) (Outcome, []int) {
	p.readers(1)
	before := p.look()
	for range 1000 {
		must(p.program.Dial(p.ctx)).Leave()
		p.wait(pace / 4)
	}
	return p.left(before)
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
	result := Result{Expected: has(p, Holds, Lacks)(step), Seen: Lacks, Sentence: v.Kind.String() + ": " + v.Seen}
	if v.Kind == judge.Holds {
		result.Seen = Holds
	}
	return result, err
}
