package main

import (
	"fmt"
	"slices"
	"strings"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/chanflow"
	"websocket-chat-steps/tools/drawing"
)

// draw makes all files from the code of the repository at root.
func draw(root string) ([]file, error) {
	all, err := load(root)
	if err != nil {
		return nil, err
	}
	var files []file
	add := func(name string, svg string, err error) error {
		files = append(files, file{name, svg})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	for _, step := range all {
		model, err := step.source.Analyze()
		if err != nil {
			return nil, fmt.Errorf("%s can't be drawn:\n%w", step.name, err)
		}
		files = append(files, file{step.name + ".edges", edges(step.name, model)})
		for _, l := range languages {
			svg, err := figure(step.name, model, l).SVG()
			if err := add(step.name+"."+l.code+".svg", svg, err); err != nil {
				return nil, err
			}
		}
	}

	original := all[0] // the figures of time are of its defects
	model, err := original.source.Analyze()
	if err != nil {
		return nil, err
	}
	accesses, err := original.source.Accesses("NewClient", "maxId")
	if err != nil {
		return nil, fmt.Errorf("the race on maxId can't be drawn: %w", err)
	}
	for _, l := range languages {
		figure, err := race(accesses, l)
		if err != nil {
			return nil, err
		}
		svg, err := figure.SVG()
		if err := add("race."+l.code+".svg", svg, err); err != nil {
			return nil, err
		}
	}
	for _, l := range languages {
		figure, err := leaving(original.source, model, l)
		if err != nil {
			return nil, err
		}
		svg, err := figure.SVG()
		if err := add("leaving."+l.code+".svg", svg, err); err != nil {
			return nil, err
		}
	}
	return files, nil
}

type stepSource struct {
	name   string
	source *chanflow.Source
}

// load reads the source of every step.
func load(root string) ([]stepSource, error) {
	var patterns []string
	for _, name := range steps.Names() {
		patterns = append(patterns, "./"+name+"/...")
	}
	all, err := chanflow.Load(root, patterns...)
	if err != nil {
		return nil, err
	}
	var sources []stepSource
	for _, name := range steps.Names() {
		source, err := all.Under(name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, stepSource{name, source})
	}
	return sources, nil
}

// edges is the text form of a step's figure.
func edges(step string, m *chanflow.Model) string {
	return "# What " + step + ".*.svg are drawn from: written by go run -C tools ./figures from the code\n" +
		"# of " + step + ". README.md says what the words mean.\n\n" + m.String()
}

// The columns of a figure.
const (
	browserColumn = iota
	clientColumn
	serverColumn
	mainColumn
)

// column is where a goroutine stands: with the struct whose it is, or with main.
func column(g chanflow.Goroutine) int {
	switch {
	case g.Handler && slices.Equal(g.Count.Each, []string{"client"}):
		return clientColumn // the request handler of a client
	case g.Of == "Server":
		return serverColumn
	case g.Of != "":
		return clientColumn
	}
	return mainColumn
}

// figure lays a model out.
func figure(step string, m *chanflow.Model, l *language) drawing.Figure {
	f := drawing.Figure{
		Lang:  l.code,
		Title: fmt.Sprintf(l.title, step),
		Desc:  describe(m, l),
		Boxes: []drawing.Box{{ID: chanflow.Browser, Name: l.browser, Words: []string{l.forEachClient}, Column: browserColumn, Object: true}},
		Groups: []drawing.Group{
			{Column: clientColumn, Name: "Client", Words: howMany(m, "Client", l)},
			{Column: serverColumn, Name: "Server", Words: howMany(m, "Server", l)},
		},
		Notes:  notes(m, l),
		Legend: l.legend,
	}
	for _, stays := range []bool{true, false} { // those that end at once stand below
		for _, g := range m.Goroutines {
			if g.Stays != stays {
				continue
			}
			words := []string{l.count(g.Count), l.ends}
			if g.Stays {
				words[1] = l.stays
			}
			if g.Name == chanflow.NetHTTP {
				words = append([]string{l.acceptLoop}, words...)
			}
			f.Boxes = append(f.Boxes, drawing.Box{
				ID: g.Name, Name: g.Name, Words: words, Dotted: !g.Stays,
				Column: column(g), Top: g.Name == chanflow.NetHTTP,
			})
		}
	}
	for _, who := range outside(m) {
		f.Boxes = append(f.Boxes, drawing.Box{ID: who, Name: who, Column: mainColumn, Object: true})
	}
	for _, s := range m.Starts {
		f.Lines = append(f.Lines, drawing.Line{From: s.Who, To: s.Whom})
	}
	for _, listen := range m.Listens {
		f.Lines = append(f.Lines, drawing.Line{
			From: listen.Who, To: listen.Whom, Listens: true, Label: short(listen.Channel),
			Waits: listen.Who == listen.Whom && waitsForItself(m, listen.Who, listen.Channel),
		})
	}
	return f
}

// howMany says how many there are of a struct.
func howMany(m *chanflow.Model, name string, l *language) string {
	for _, o := range m.Objects {
		if o.Name == name {
			return l.count(o.Count)
		}
	}
	return ""
}

// waitsForItself tells whether there is such a finding.
func waitsForItself(m *chanflow.Model, who, channel string) bool {
	return slices.ContainsFunc(m.Findings, func(f chanflow.Finding) bool {
		return f.Kind == chanflow.Self && f.Who == who && f.Ops[0].Channel == channel
	})
}

// outside lists who is outside the program and has an arrow, but the browser.
func outside(m *chanflow.Model) (who []string) {
	for _, name := range []string{chanflow.OSSignal, chanflow.Timer, chanflow.Context} {
		if slices.ContainsFunc(m.Listens, func(l chanflow.Listen) bool { return l.Whom == name }) ||
			slices.ContainsFunc(m.Starts, func(s chanflow.Start) bool { return s.Who == name }) {
			who = append(who, name)
		}
	}
	return who
}

// short is a channel's name without that of the struct, which the arrow shows.
func short(channel string) string { return channel[strings.LastIndex(channel, ".")+1:] }

// describe says a figure in words, for who can't see it.
func describe(m *chanflow.Model, l *language) string {
	var all []string
	for _, g := range m.Goroutines {
		life := l.ends
		if g.Stays {
			life = l.stays
		}
		all = append(all, fmt.Sprintf(l.sayGoroutine, g.Name, l.count(g.Count), life))
	}
	for _, s := range m.Starts {
		all = append(all, fmt.Sprintf(l.sayStarts, s.Who, s.Whom))
	}
	for _, listen := range m.Listens {
		all = append(all, fmt.Sprintf(l.sayListens, listen.Who, listen.Whom, short(listen.Channel)))
	}
	return strings.Join(all, l.space)
}

// notes are what stands under the figure.
func notes(m *chanflow.Model, l *language) []string {
	var counts []chanflow.Count // of those that stay, by what they are counted for
	for _, g := range m.Goroutines {
		if !g.Stays {
			continue
		}
		i := slices.IndexFunc(counts, func(c chanflow.Count) bool {
			return c.N > 0 && g.Count.N > 0 && slices.Equal(c.Each, g.Count.Each)
		})
		if i < 0 {
			counts = append(counts, g.Count)
		} else {
			counts[i].N += g.Count.N
		}
	}
	var words []string
	for _, c := range counts {
		words = append(words, l.count(c))
	}
	all := []string{fmt.Sprintf(l.staying, strings.Join(words, l.andAlso))}
	for _, g := range m.Goroutines {
		if g.Count.If {
			all = append(all, fmt.Sprintf(l.conditional, code(g.Name), code(place(g.GoAt))))
		}
	}
	mutual := false
	for _, f := range m.Findings {
		switch f.Kind {
		case chanflow.Mutual:
			mutual = true
			var places []string
			for _, op := range f.Ops {
				places = append(places, code(place(op.Place)))
			}
			all = append(all, fmt.Sprintf(l.mutual, code(f.Who), code(f.Other), strings.Join(places, l.comma)))
		case chanflow.Self:
			op := f.Ops[0]
			at := code(place(op.Place))
			if len(op.Via) > 0 {
				at = fmt.Sprintf(l.calledAt, at, code(place(op.Via[0])))
			}
			all = append(all, fmt.Sprintf(l.self, code(f.Who), code(op.Channel), at))
		case chanflow.Silent:
			all = append(all, fmt.Sprintf(l.silent, code(f.Who), code(f.Ops[0].Channel), code(place(f.Ops[0].Place))))
		}
	}
	if !mutual {
		all = append(all[:1:1], append([]string{l.noMutual}, all[1:]...)...)
	}
	return all
}

// place is a place without the step's directory, which the title names.
func place(p chanflow.Place) string {
	_, file, _ := strings.Cut(p.File, "/")
	return fmt.Sprintf("%s:%d", file, p.Line)
}

func code(s string) string { return "`" + s + "`" }
