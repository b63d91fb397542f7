package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/show"
)

// judgeAll asks the three judges about the exercise as it is now, and prints what each
// says. If quick, the race detector is asked only when the other two find nothing. If the
// room does not compile, the error is an exercises.NotBuilt.
func (c *command) judgeAll(ctx context.Context, e exercises.Exercise, quick bool) (v exercises.Verdict, err error) {
	v.Exercise = e
	c.tell(c.words.building)
	defer c.tell("")
	ctx, stop := context.WithCancel(ctx)
	room, overlay, err := c.room(e)
	if err != nil {
		stop()
		return v, err
	}
	j, err := exercises.NewJudges(ctx, overlay, room)
	if err != nil {
		stop()
		return v, err
	}
	var all sync.WaitGroup
	defer func() { stop(); all.Wait(); j.Close() }()

	if e.Test {
		c.tell(c.words.trying)
		if v, err = j.Try(ctx, room); err != nil {
			return v, err
		}
		c.tell("")
		c.sayTrials(v)
		return v, nil
	}
	if e.Report {
		c.tell(c.words.racing)
		if v, err = j.Report(ctx, room); err != nil {
			return v, err
		}
		c.tell("")
		c.sayReplies(v)
		return v, nil
	}

	if v.Asks, err = j.Asks(room); err != nil {
		return v, err
	}
	if v.Asks != "" {
		c.tell("")
		fmt.Fprintf(c.out, c.words.asks+"\n", v.Asks)
		return v, nil
	}
	var playErr, raceErr error
	played, raced := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		defer close(played)
		v.Explored, playErr = j.Orders(ctx, room, c.lang)
	})
	if err = j.Build(); err != nil {
		return v, err
	}
	race := func() {
		defer close(raced)
		v.Race, raceErr = j.Race(ctx, room)
	}
	if !quick {
		all.Go(race) // its building takes longest
	}
	c.tell(c.words.judging)
	if v.Held, err = j.Properties(ctx, room); err != nil {
		return v, err
	}
	c.tell("")
	c.sayHeld(v.Held)
	c.tell(c.words.playing)
	if <-played; playErr != nil {
		return v, playErr
	}
	c.tell("")
	c.sayExplored(v.Explored)
	if quick && (!v.Held.OK() || !v.Explored.OK() || v.Unseen()) {
		c.details(v)
		return v, nil
	}
	c.tell(c.words.racing)
	if quick {
		race()
	}
	if <-raced; raceErr != nil {
		return v, raceErr
	}
	c.tell("")
	c.sayRace(v.Race)
	c.details(v)
	return v, nil
}

// say prints one judge's line.
func (c *command) say(who, format string, args ...any) {
	pad := strings.Repeat(" ", max(1, 15-show.CellWidth(who)))
	fmt.Fprintf(c.out, "  %s%s%s\n", who, pad, fmt.Sprintf(format, args...))
}

func (c *command) sayHeld(h exercises.Held) {
	var right, wrong []string
	for _, a := range h.Answers {
		right = append(right, string(a.Property))
	}
	for _, a := range h.Wrong() {
		wrong = append(wrong, string(a.Property))
	}
	switch {
	case len(wrong) > 0:
		c.say(c.words.properties, c.words.holdNot, strings.Join(wrong, ", "))
	case h.Crash != "":
		c.say(c.words.properties, c.words.crashed, exercises.Say(c.lang, h.Crash))
	default:
		c.say(c.words.properties, c.words.hold, strings.Join(right, ", "))
	}
}

func (c *command) sayExplored(e exercises.Explored) {
	who := c.words.orders
	for _, p := range e.Played {
		switch {
		case p.Order == nil && !p.Whole:
			c.say(who, c.words.notAll, orders.Number(p.Orders), p.Scenario)
		case p.Order == nil:
			c.say(who, c.words.ordersNone, orders.Number(p.Orders), p.Scenario)
		default:
			c.say(who, c.words.ordersOf, orders.Number(p.Wrong), orders.Number(p.Orders), p.Scenario)
		}
		who = ""
	}
	if e.Crash != "" {
		c.say(who, c.words.crashed, exercises.Say(c.lang, e.Crash))
		who = ""
	}
	for line := range strings.Lines(e.NotExplored) {
		c.say(who, c.words.notExplored, c.notExplored(line))
		who = ""
	}
}

// notExplored is a line that says where and why orders can't be played, in the language.
func (c *command) notExplored(line string) string {
	line = strings.TrimSpace(line)
	for at, rest := "", line; ; { // a place comes before, and perhaps a scenario
		if said := exercises.Say(c.lang, rest); said != rest {
			return at + said
		}
		where, why, more := strings.Cut(rest, ": ")
		if !more {
			return line
		}
		at, rest = at+where+": ", why
	}
}

func (c *command) sayRace(r race.Result) {
	switch {
	case len(r.Races) > 0:
		c.say(c.words.race, "%s", c.words.raceFound)
	case r.Outcome == race.Passed:
		c.say(c.words.race, "%s", c.words.raceClean)
	case r.Outcome == race.NoRaceDetector:
		c.say(c.words.race, c.words.raceNone, r.Reason)
	default:
		c.say(c.words.race, c.words.raceOther, exercises.Say(c.lang, r.Reason))
	}
}

// sayTrials prints how many rooms the test tells right from wrong, and, of the first that
// it doesn't, what was seen.
func (c *command) sayTrials(v exercises.Verdict) {
	right, wrong, caught := 0, 0, 0
	for _, t := range v.Trials {
		switch {
		case t.Right && t.OK():
			right++
		case !t.Right:
			if wrong++; t.OK() {
				caught++
			}
		}
	}
	missed := v.Missed()
	if len(missed) > 0 && missed[0].Right {
		fmt.Fprintln(c.out, strings.TrimSpace(missed[0].Output)+"\n")
		c.say(c.words.yourTest, "%s", c.words.failsRight)
		return
	}
	c.say(c.words.yourTest, c.words.tells, right, caught, wrong)
	if len(missed) == 0 {
		return
	}
	if crash := missed[0].Crash(); crash != "" {
		c.say("", c.words.testCrashes, crash)
		return
	}
	c.say("", c.words.misses, missed[0].What)
}

// sayReplies prints the report, if an answer is wrong, and what is wrong.
func (c *command) sayReplies(v exercises.Verdict) {
	if len(v.Replies) == 0 {
		c.say(c.words.answers, "%s", c.words.asReported)
		return
	}
	fmt.Fprintln(c.out, strings.TrimSpace(v.Race.Races[0].Text)+"\n")
	for _, r := range v.Replies {
		c.say(r.Name, c.words.replies[r.Kind], r.Given)
	}
}

// inlined is what the compiler puts before a function that it has put into the judge's.
var inlined = regexp.MustCompile(`^TestRooms\.func\d+\.`)

// details prints what was seen and what was wanted, of the first thing that each judge
// found.
func (c *command) details(v exercises.Verdict) {
	if v.Cause() == exercises.CauseOrders { // nothing is seen to be wrong
		fmt.Fprintf(c.out, "\n%s\n", c.words.unseen)
	}
	if wrong := v.Wrong(); len(wrong) > 0 {
		a := wrong[0]
		seen := exercises.Say(c.lang, a.Seen)
		wanted := c.words.wants[a.Property]
		if a.Log {
			wanted = c.words.wantsLog
		}
		if a.Panic != "" {
			seen = fmt.Sprintf(c.words.requestPanicked, a.Panic)
		}
		fmt.Fprintf(c.out, "\n%s\n  %s\n  %s\n", a.Property, fmt.Sprintf(c.words.wanted, wanted), fmt.Sprintf(c.words.seen, seen))
	}
	if wrong := v.Explored.Wrong(); len(wrong) > 0 {
		p := wrong[0]
		fmt.Fprintf(c.out, "\n%s: %s\n%s\n\n", p.Scenario, show.Scenario(c.lang, p.Scenario), show.Counted(c.lang, p.Answer))
		show.Order(c.out, c.lang, c.width, p.Answer)
	}
	if races := v.Race.Races; len(races) > 0 {
		fmt.Fprintf(c.out, "\n%s\n", c.words.twoPlaces)
		for _, s := range races[0].Sides {
			at := fmt.Sprintf("%s:%d", filepath.Base(s.File), s.Line)
			fmt.Fprintf(c.out, "  %-14s %-32s %s\n", at, show.Line(s.File, s.Line), fmt.Sprintf(c.words.access, c.words.accesses[s.Access], inlined.ReplaceAllString(s.Function, "")))
		}
	}
}
