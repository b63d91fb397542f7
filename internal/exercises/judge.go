package exercises

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"websocket-chat-steps/internal/exercises/child"
	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
)

// Room is a package chat to judge, as a solution of an exercise.
type Room struct {
	Exercise
	At string // the directory with chat in it, from the repository's root; it may be only in an overlay
}

// Own is the room that is in the exercise's directory.
func (e Exercise) Own() Room { return Room{e, Dir + "/" + e.Name} }

// Judges judge some rooms. They are built once for all of them, each when it is asked
// first. Several goroutines may ask at the same time.
type Judges struct {
	root    string
	overlay gocmd.Overlay
	rooms   []Room
	temp    string

	plain, race func() (string, error) // the program of package child
	orders      func() (*orders.Program, error)
	refused     map[string]string // why the orders of a room, by At, are not explored; orders sets it
}

// NotBuilt is the error of a room that does not compile: the compiler's words.
type NotBuilt string

func (e NotBuilt) Error() string { return string(e) }

// NewJudges returns judges of rooms. Close removes what they have built.
// ctx ends the building.
func NewJudges(ctx context.Context, overlay gocmd.Overlay, rooms ...Room) (*Judges, error) {
	root, err := steps.Root()
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "exercises")
	if err != nil {
		return nil, err
	}
	if overlay, err = withStarts(overlay, rooms); err != nil {
		return nil, err
	}
	j := &Judges{root: root, overlay: overlay, rooms: rooms, temp: temp, refused: make(map[string]string)}
	j.plain = sync.OnceValues(func() (string, error) { return j.build(ctx, "plain") })
	j.race = sync.OnceValues(func() (string, error) { return j.build(ctx, "race", "-race") })
	j.orders = sync.OnceValues(func() (*orders.Program, error) { return j.buildOrders(ctx) })
	return j, nil
}

// Close removes what was built.
func (j *Judges) Close() error { return os.RemoveAll(j.temp) }

// build builds the program of package child with all rooms in it.
func (j *Judges) build(ctx context.Context, name string, flags ...string) (string, error) {
	var imports, rooms strings.Builder
	for i, r := range j.rooms {
		if r.Test {
			continue // it has no server
		}
		fmt.Fprintf(&imports, "\tp%d %q\n", i, steps.ModulePath+"/"+r.At+"/chat")
		fmt.Fprintf(&rooms, "\t\t%q: func() child.Room {\n\t\t\ts := p%d.NewServer()\n\t\t\treturn child.Room{Handler: s.WebsocketHandler(), Start: s.Start, Done: s.Done}\n\t\t},\n", r.At, i)
	}
	laid := gocmd.Overlay{Dir + "/judge/what_the_judge_calls_test.go": fmt.Sprintf(`//line exercises/what_the_judge_calls.go:1
package judge

import (
	"testing"

	"websocket-chat-steps/internal/exercises/child"
%s)

func TestRooms(t *testing.T) {
	child.Main(t, map[string]func() child.Room{
%s	})
}
`, &imports, &rooms)}
	for name, text := range j.overlay {
		laid[name] = text
	}
	dir := filepath.Join(j.temp, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	overlay, err := laid.Flag(dir, j.root)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "judge.test.exe")
	args := slices.Concat([]string{"test", "-c", "-vet=off", "-ldflags=-s -w", "-o", file, overlay}, flags, []string{"./" + Dir + "/judge"})
	out, err := gocmd.Command(ctx, j.root, nil, "go", args...).CombinedOutput()
	if err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", NotBuilt(bytes.TrimSpace(out))
	}
	return file, nil
}

// buildOrders builds the program that plays the orders of all rooms that it understands.
func (j *Judges) buildOrders(ctx context.Context) (*orders.Program, error) {
	var all []steps.Step
	for _, r := range j.rooms {
		if len(r.Scenarios) > 0 {
			all = append(all, step(r.At))
		}
	}
	for len(all) > 0 {
		p, err := orders.Build(ctx, j.overlay, all...)
		if err == nil {
			return p, nil
		}
		refused := refusals(err)
		if len(refused) == 0 {
			return nil, err
		}
		for _, e := range refused {
			j.refused[e.Step] = strings.ReplaceAll(e.Why.Error(), j.root+string(filepath.Separator), "")
			all = slices.DeleteFunc(all, func(s steps.Step) bool { return s.Name == e.Step })
		}
	}
	return nil, nil
}

func refusals(err error) (all []orders.NotExplored) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			all = append(all, refusals(err)...)
		}
	}
	if e, ok := err.(orders.NotExplored); ok {
		all = append(all, e)
	}
	return all
}

// Held is what the properties' judge says of a room. It ends with the first property that
// does not hold.
type Held struct {
	Answers []child.Answer
	Crash   string // why the program ended before it had judged all it should; else ""
	Asked   int    // properties
}

// Wrong are the answers that are not as wanted.
func (h Held) Wrong() (all []child.Answer) {
	for _, a := range h.Answers {
		if a.Kind != judge.Holds || a.Panic != "" {
			all = append(all, a)
		}
	}
	return all
}

// OK tells whether all properties hold.
func (h Held) OK() bool {
	return h.Crash == "" && len(h.Answers) == h.Asked && len(h.Wrong()) == 0
}

// limit is how long the judge of properties, and a run under the race detector, may take. It
// takes seconds, unless a goroutine never waits.
const limit = 2 * time.Minute

// Build builds what Properties runs, if it is not built yet.
func (j *Judges) Build() error {
	_, err := j.plain()
	return err
}

// Properties judges a room's properties, in a process of its own.
func (j *Judges) Properties(ctx context.Context, r Room) (Held, error) {
	file, err := j.plain()
	if err != nil {
		return Held{}, err
	}
	limited, stop := context.WithTimeout(ctx, limit+limit/4) // before the test has begun, nothing else ends it
	defer stop()
	cmd := gocmd.Command(limited, j.root, []string{question(r)}, file, "-test.count=1", "-test.timeout="+limit.String())
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, _ := cmd.Output() // what it had to say is in it
	if ctx.Err() != nil {
		return Held{}, context.Cause(ctx)
	}
	h := Held{Asked: len(r.Properties)}
	if h.Answers, err = answers(string(out)); err != nil {
		return h, err
	}
	if len(h.Answers) < h.Asked && len(h.Wrong()) == 0 {
		h.Crash = crash(errOut.String()+string(out), j.root)
	}
	return h, nil
}

// answers are those in what package child has printed.
func answers(output string) (all []child.Answer, err error) {
	for line := range strings.Lines(output) {
		if text, ok := strings.CutPrefix(line, child.Mark); ok {
			var a child.Answer
			if err := json.Unmarshal([]byte(text), &a); err != nil {
				return nil, err
			}
			all = append(all, a)
		}
	}
	return all, nil
}

func question(r Room) string {
	b, err := json.Marshal(child.Question{Room: r.At, Step: step(r.At), Properties: r.Properties, Log: r.Log})
	if err != nil {
		panic(err)
	}
	return child.Asked + "=" + string(b)
}

// endedByItself is said of a program that ended without a word, before its time.
const endedByItself = "it ended by itself"

var crashed = regexp.MustCompile(`(?m)^(panic|fatal error): (.*)$`)

// crash is what a program that has crashed says first, and the line of an exercise where
// that was.
func crash(output, root string) string {
	found := crashed.FindString(output)
	if found == "" {
		return cmp.Or(strings.TrimSpace(output), endedByItself)
	}
	at := regexp.MustCompile(`(?m)^\t` + regexp.QuoteMeta(filepath.ToSlash(root)) + `/(` + Dir + `/\S+/chat/\S+:\d+)`)
	if place := at.FindStringSubmatch(output); place != nil {
		found += ", " + place[1]
	}
	return found
}

// Race runs a room under the race detector, in a process of its own.
func (j *Judges) Race(ctx context.Context, r Room) (race.Result, error) {
	file, err := j.race()
	if err != nil {
		if missing := race.Missing(ctx); missing != "" {
			return race.Result{Outcome: race.NoRaceDetector, Reason: missing}, nil
		}
		return race.Result{}, err
	}
	limited, stop := context.WithTimeout(ctx, limit)
	defer stop()
	res := race.RunBuilt(limited, j.root, file, []string{question(r)})
	if ctx.Err() != nil {
		return res, context.Cause(ctx)
	}
	said, err := answers(res.Output)
	switch {
	case len(said) > 0:
		res.Reason = said[0].Seen
	case res.Outcome == race.Failed && crashed.MatchString(res.Output):
		res.Reason = crash(res.Output, j.root)
	case res.Outcome == race.Failed:
		res.Reason = endedByItself
	}
	return res, err
}

// Played is what came of the orders of one scenario.
type Played struct {
	Scenario string
	room.Answer
}

// Explored is what came of all orders of a room.
type Explored struct {
	Played      []Played
	NotExplored string // why some or all scenarios could not be played, with file and line; else ""
	Crash       string // what the program said when it crashed in an order; else ""
}

// Wrong are the scenarios in which some order goes wrong.
func (e Explored) Wrong() (all []Played) {
	for _, p := range e.Played {
		if p.Order != nil {
			all = append(all, p)
		}
	}
	return all
}

// OK tells whether no order goes wrong, of those that could be played.
func (e Explored) OK() bool { return e.Crash == "" && len(e.Wrong()) == 0 }

// most is how many runs a scenario may take. None of the right solutions needs so many.
const most = 20000

// patience is how long one run of an order may take. It takes milliseconds, unless a goroutine
// asks again and again for something.
const patience = 15 * time.Second

// Orders plays all orders of a room's scenarios. It says in lang what goes wrong.
func (j *Judges) Orders(ctx context.Context, r Room, lang string) (e Explored, err error) {
	p, err := j.orders()
	if err != nil {
		return e, err
	}
	if e.NotExplored = j.refused[r.At]; e.NotExplored != "" {
		return e, nil
	}
	var questions []room.Question
	for _, name := range r.Scenarios {
		sc, ok := room.Named(name)
		if !ok {
			return e, fmt.Errorf("there is no scenario %q", name)
		}
		server, small := p.Server(r.At, sc)
		if sc.Constant != "" && !small {
			e.NotExplored = fmt.Sprintf("%s/chat: %s: no constant %s", r.At, name, sc.Constant)
			continue
		}
		questions = append(questions, room.Question{
			Server: server, Scenario: name, Lang: lang, Most: most, Patience: patience,
			How: schedule.How{Distinct: true, Preemptions: -1},
		})
	}
	err = p.Ask(ctx, questions, func(i int, a room.Answer) error {
		switch {
		case a.Error != "":
			e.NotExplored = strings.ReplaceAll(fmt.Sprintf("%s/chat: %s: %s", r.At, questions[i].Scenario, a.Error), j.root+string(filepath.Separator), "")
			return errNotExplored
		case a.Last:
			e.Played = append(e.Played, Played{questions[i].Scenario, a})
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return e, context.Cause(ctx)
	case err != nil && err != errNotExplored:
		e.Crash = strings.TrimRight(crash(err.Error(), j.root), ":\n")
	}
	return e, nil
}

var errNotExplored = errors.New("not explored")

// Verdict is what the three judges say of a room.
type Verdict struct {
	Exercise
	Asks string // what the room asks, of whoever runs it, and may not; with file and line
	Held
	Explored Explored
	Race     race.Result
	Trials   []Trial // where the reader writes a test
	Replies  []Reply // where the judge is a race report: the answers that are wrong
}

// Solved tells whether no judge has found anything. Where there is no race detector, the
// other two decide.
func (v Verdict) Solved() bool {
	if v.Test {
		return len(v.Trials) > 0 && len(v.Missed()) == 0
	}
	if v.Report {
		return len(v.Race.Races) > 0 && len(v.Replies) == 0
	}
	return v.Asks == "" && v.Held.OK() && v.Explored.OK() && !v.Unseen() && (v.Race.Outcome == race.Passed || v.Race.Outcome == race.NoRaceDetector)
}

// Unseen tells whether all orders had to be played, and could not be.
func (v Verdict) Unseen() bool { return v.MustExplore && v.Explored.NotExplored != "" }
