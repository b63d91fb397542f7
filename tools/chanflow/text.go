package chanflow

import (
	"regexp"
	"slices"
	"strings"
)

// Fact is one line of a model in words, and its place.
type Fact struct {
	Words []string
	Place string
}

// Facts are all that the model says, a line each: the goroutines, who starts whom,
// the operations, who listens to whom, and the findings.
func (m *Model) Facts() []Fact {
	var facts []Fact
	add := func(place string, words ...string) { facts = append(facts, Fact{words, place}) }
	for _, g := range m.Goroutines {
		life := "ends"
		if g.Stays {
			life = "stays"
		}
		place := g.Place
		if g.Name == NetHTTP || place == (Place{}) {
			place = g.GoAt // its code isn't here
		}
		add(place.String(), "goroutine", g.Name, g.Count.String(), life)
	}
	for _, s := range m.Starts {
		add(s.Place.String(), "starts", s.Who, s.Whom, s.In)
	}
	for _, o := range m.Ops {
		add(o.Place.String(), string(o.Kind), o.Who, o.Channel, o.In)
	}
	for _, l := range m.Listens {
		place := l.Receive.Place
		if l.Receive.Who == "" {
			place = l.Send.Place
		}
		add(place.String(), "listens", l.Who, l.Whom, l.Channel)
	}
	for _, f := range m.Findings {
		if f.Kind == Mutual {
			add(f.Ops[0].Place.String(), "finding", string(f.Kind), f.Who, f.Other)
		} else {
			add(f.Ops[0].Place.String(), "finding", string(f.Kind), f.Who, f.Ops[0].Channel, f.Ops[0].In)
		}
	}
	return facts
}

// Table is the model as a table by hand says it: the facts without their places,
// sorted, two spaces between words.
func (m *Model) Table() []string {
	var lines []string
	for _, f := range m.Facts() {
		lines = append(lines, strings.Join(f.Words, "  "))
	}
	slices.Sort(lines)
	return lines
}

var between = regexp.MustCompile(`\s{2,}|\t`)

// ReadTable reads a table that was written by hand, for comparing it with Table's:
// a fact a line, two spaces or more between words, # before a comment.
func ReadTable(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, between.ReplaceAllString(line, "  "))
		}
	}
	slices.Sort(lines)
	return lines
}
