package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/judge/race"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/show"
)

// judgeAll asks the three judges about the exercise as it is now, and prints what each
// says. If the room does not compile, the error is an exercises.NotBuilt.
func (c *command) judgeAll(ctx context.Context, e exercises.Exercise) (exercises.Verdict, error) {
	c.tell(c.words.building)
	defer c.tell("")
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	j, err := exercises.NewJudges(ctx, nil, e.Own())
	if err != nil {
		return exercises.Verdict{}, err
	}
	defer j.Close()

	var v exercises.Verdict
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	var raceErr error
	var raced = make(chan struct{})
	if v.Held, err = j.Properties(ctx, e.Own()); err != nil {
		return v, err
	}
	all.Go(func() { // its building takes longest
		defer close(raced)
		v.Race, raceErr = j.Race(ctx, e.Own())
	})
	c.tell(c.words.playing)
	if v.Explored, err = j.Orders(ctx, e.Own(), c.lang); err != nil {
		return v, err
	}
	c.tell(c.words.racing)
	<-raced
	if raceErr != nil {
		return v, raceErr
	}
	c.tell("")
	c.sayHeld(e, v.Held)
	c.sayExplored(v.Explored)
	c.sayRace(v.Race)
	c.details(v)
	return v, nil
}

// say prints one judge's line.
func (c *command) say(who, format string, args ...any) {
	pad := strings.Repeat(" ", max(1, 15-show.CellWidth(who)))
	fmt.Fprintf(c.out, "  %s%s%s\n", who, pad, fmt.Sprintf(format, args...))
}

func (c *command) sayHeld(e exercises.Exercise, h exercises.Held) {
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
		c.say(c.words.properties, c.words.crashed, h.Crash)
	default:
		c.say(c.words.properties, c.words.hold, strings.Join(right, ", "))
	}
}

func (c *command) sayExplored(e exercises.Explored) {
	who := c.words.orders
	for _, p := range e.Played {
		format := c.words.ordersRight
		if len(e.Wrong()) > 0 || p.Order != nil {
			format = c.words.ordersRight
		}
		switch {
		case p.Order == nil && !p.Whole:
			c.say(who, c.words.notAll, orders.Number(p.Orders), p.Scenario)
		default:
			c.say(who, c.words.ordersWrong, fmt.Sprintf(format, orders.Number(p.Wrong), orders.Number(p.Orders), p.Scenario))
		}
		who = ""
	}
	if e.Crash != "" {
		c.say(who, c.words.crashed, e.Crash)
		who = ""
	}
	for line := range strings.Lines(e.NotExplored) {
		c.say(who, c.words.notExplored, strings.TrimSpace(line))
		who = ""
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
		c.say(c.words.race, c.words.raceOther, exercises.RaceFailure(r))
	}
}

// details prints what was seen and what was wanted, of the first thing that each judge
// found.
func (c *command) details(v exercises.Verdict) {
	for _, a := range v.Wrong() {
		seen := exercises.Say(c.lang, a.Seen)
		if a.Panic != "" {
			seen = fmt.Sprintf(c.words.requestPanicked, a.Panic)
		}
		fmt.Fprintf(c.out, "\n%s\n  %s\n  %s\n", a.Property, fmt.Sprintf(c.words.wanted, c.words.wants[a.Property]), fmt.Sprintf(c.words.seen, seen))
		break
	}
	for _, p := range v.Explored.Wrong() {
		fmt.Fprintf(c.out, "\n%s: %s\n%s\n\n", p.Scenario, show.Scenario(c.lang, p.Scenario), show.Counted(c.lang, p.Answer))
		show.Order(c.out, c.lang, c.width, p.Answer)
		break
	}
	for _, r := range v.Race.Races {
		fmt.Fprintf(c.out, "\n%s\n", c.words.twoPlaces)
		for _, s := range r.Sides {
			at := fmt.Sprintf("%s:%d", filepath.Base(s.File), s.Line)
			fmt.Fprintf(c.out, "  %-14s %-32s %s\n", at, show.Line(s.File, s.Line), fmt.Sprintf(c.words.access, c.words.accesses[s.Access], s.Function))
		}
		break
	}
}

// notBuilt tells whether an error is the compiler's, and prints its words, and nothing else.
func (c *command) notBuilt(err error) bool {
	var words exercises.NotBuilt
	if !errors.As(err, &words) {
		return false
	}
	fmt.Fprintln(c.out, words)
	return true
}
