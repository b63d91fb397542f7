package room

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"testing"
	"time"

	"websocket-chat-steps/internal/schedule"
)

// Question asks a program of this package to play orders. It comes as JSON on the
// standard input. Where that ends, the program does.
type Question struct {
	Server   string // by the name that it was given to Answer under
	Scenario string
	How      schedule.How
	Replay   string // plays this line alone, unless Line is false
	Line     bool
	Lang     string        // of what is wrong: "ja", or English
	Most     int           // runs, at most; 0 is no limit
	First    bool          // ends with the first order that shows something wrong
	Hand     bool          // plays Replay, and tells where all stand then
	Finish   bool          // with Hand: goes on to the end before it tells
	Patience time.Duration // that one run may take; 0 is two minutes
}

// Answer is what came of a question; and, before that, how far it came. It is one line
// of JSON on the standard output, behind Mark.
type Answer struct {
	schedule.Count
	Order *schedule.Outcome // the shortest that shows something wrong, or the one that was played again
	Line  string            // of it
	Whole bool              // all orders were played
	State *State            // of a question with Hand; Order is nil before the end
	Last  bool              // nothing more comes of this question
	Error string
}

// Mark begins the lines of answers.
const Mark = "orders: "

// patience is how long one run may take. It takes a thousandth of a second.
const patience = 2 * time.Minute

// Main answers the questions. It is the test of a program that is built for it.
func Main(t *testing.T, servers map[string]Server) {
	debug.SetGCPercent(400) // a run leaves much behind, at once
	for questions := json.NewDecoder(os.Stdin); ; {
		var q Question
		if err := questions.Decode(&q); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		a := answer(t, servers, q)
		a.Last = true
		say(a)
	}
}

func say(a Answer) {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s%s\n", Mark, b)
}

func answer(t *testing.T, servers map[string]Server, q Question) (a Answer) {
	s, ok := servers[q.Server]
	scenario, known := Named(q.Scenario)
	if !ok || !known {
		return Answer{Error: fmt.Sprintf("no %q, or no %q", q.Server, q.Scenario)}
	}
	patience := cmp.Or(q.Patience, patience)
	watch := time.AfterFunc(patience, func() {
		say(Answer{Error: "a run does not end; something in it waits for what is not scheduled, or never stands still", Last: true})
		pprof.Lookup("goroutine").WriteTo(os.Stderr, 2)
		os.Exit(1)
	})
	defer watch.Stop()
	var now *Room
	p := program(s, scenario, words[q.Lang], func(r *Room) { now = r })
	var err error
	if q.Hand {
		a.State = new(State)
		a.Order, err = schedule.Play(t, p, func(run *schedule.Run, possible []schedule.Step) int {
			return a.State.choose(now, run, possible, q)
		})
		a.State.Heard = now.heard() // with what was heard while the room was judged
	} else if q.Line {
		a.Order, err = schedule.Replay(t, p, q.Replay)
	} else {
		told := time.Now()
		a.Whole = true
		a.Count, err = schedule.Explore(t, p, q.How, func(c schedule.Count, out *schedule.Outcome) bool {
			watch.Reset(patience)
			if time.Since(told) > time.Second {
				told = time.Now()
				c.Shortest = nil
				say(Answer{Count: c})
			}
			a.Whole = !(c.Runs == q.Most || q.First && c.Wrong > 0)
			return a.Whole
		})
		if a.Order, a.Shortest = a.Shortest, nil; a.Order != nil && err == nil {
			a.Order, err = schedule.Shorten(t, p, a.Order, len(q.How.After))
		}
	}
	if err != nil {
		return Answer{Error: err.Error()}
	}
	if a.Order != nil {
		a.Line = a.Order.Line()
	}
	return a
}
