package room

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"testing"
	"time"

	"websocket-chat-steps/internal/schedule"
)

// Question asks a program of this package to play orders. It comes as JSON in the
// environment variable Asked, in a list.
type Question struct {
	Server   string // by the name that it was given to Answer under
	Scenario string
	How      schedule.How
	Replay   string // plays this line alone, unless Line is false
	Line     bool
	Lang     string        // of what is wrong: "ja", or English
	Most     int           // runs, at most; 0 is no limit
	First    bool          // ends with the first order that shows something wrong
	Patience time.Duration // that one run may take; 0 is two minutes
}

// Asked is the environment variable that questions come in.
const Asked = "ORDERS_ASKED"

// Answer is what came of a question; and, before that, how far it came. It is one line
// of JSON on the standard output, behind Mark.
type Answer struct {
	schedule.Count
	Order *schedule.Outcome // the shortest that shows something wrong, or the one that was played again
	Line  string            // of it
	Whole bool              // all orders were played
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
	var questions []Question
	if err := json.Unmarshal([]byte(os.Getenv(Asked)), &questions); err != nil {
		t.Fatal(err)
	}
	for _, q := range questions {
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
	p := program(s, scenario, words[q.Lang])
	var err error
	if q.Line {
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
			a.Order, err = schedule.Shorten(t, p, a.Order)
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
