package figures

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/chanflow"
	"websocket-chat-steps/tools/drawing"
)

// original is the step whose defects the figures of time show.
const original = "01-original"

// narrow is in the name of a figure for a narrow screen.
const narrow = ".narrow"

// draw makes all files from the code of the repository at root. What is wrong with
// one step keeps no other from being drawn.
func draw(ctx context.Context, root string, all []steps.Step) (files []file, wrong []error) {
	sources, wrong := load(root, all)
	for _, s := range sources {
		drawn, err := drawStep(s)
		if err == nil && s.name == original {
			var times []file
			times, err = drawTimes(ctx, s.source)
			drawn = append(drawn, times...)
		}
		files = append(files, drawn...)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s can't be drawn: %w", s.name, err))
		}
	}
	return files, wrong
}

// drawStep draws the table of a step and its figure in each language.
func drawStep(s stepSource) (files []file, err error) {
	model, err := s.source.Analyze()
	if err != nil {
		return nil, err
	}
	files = append(files, file{s.name + ".edges", edges(s.name, model)})
	for _, l := range languages {
		svgs, err := drawBoth(s.name, l, figure(s.name, model, l))
		if err != nil {
			return nil, err
		}
		files = append(files, svgs...)
	}
	return files, nil
}

// drawBoth draws a figure for a wide screen and for a narrow one.
func drawBoth(name string, l *language, f interface {
	SVG() (string, error)
	NarrowSVG() (string, error)
}) ([]file, error) {
	wide, err := f.SVG()
	if err != nil {
		return nil, err
	}
	slim, err := f.NarrowSVG()
	if err != nil {
		return nil, fmt.Errorf("for a narrow screen: %w", err)
	}
	return []file{{name + "." + l.code + ".svg", wide}, {name + narrow + "." + l.code + ".svg", slim}}, nil
}

// drawTimes draws, in each language, the race on maxId and the client that leaves.
func drawTimes(ctx context.Context, source *chanflow.Source) (files []file, err error) {
	model, err := source.Analyze()
	if err != nil {
		return nil, err
	}
	accesses, err := source.Accesses("NewClient", "maxId")
	if err != nil {
		return nil, err
	}
	played, err := raceOrders(ctx, accesses)
	if err != nil {
		return nil, err
	}
	for _, l := range languages {
		race, err := race(played, accesses, l)
		if err != nil {
			return nil, err
		}
		leaving, err := leaving(source, model, l)
		if err != nil {
			return nil, err
		}
		raceSVGs, err := drawBoth("race", l, race)
		leavingSVGs, err2 := drawBoth("leaving", l, leaving)
		if err := errors.Join(err, err2); err != nil {
			return nil, err
		}
		files = slices.Concat(files, raceSVGs, leavingSVGs)
	}
	return files, nil
}

type stepSource struct {
	name   string
	source *chanflow.Source
}

// load reads the source of every step that is there, a module at a time.
func load(root string, all []steps.Step) (sources []stepSource, wrong []error) {
	patterns := make(map[string][]string) // of the steps that are there, by module
	for _, step := range all {
		if step.There(root) {
			patterns[step.Module] = append(patterns[step.Module], step.Packages())
		} else {
			wrong = append(wrong, fmt.Errorf("%s is not there: write it and then its figures (go run -C tools ./check -write figures), or take its row out of internal/steps/steps.go", step.Name))
		}
	}
	modules := make(map[string]*chanflow.Source)
	for _, module := range slices.Sorted(maps.Keys(patterns)) {
		source, err := chanflow.Load(root, module, patterns[module]...)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("no step of the module in %s can be drawn before this is mended: %w", module, err))
			continue
		}
		modules[module] = source
	}
	for _, step := range all {
		if modules[step.Module] == nil || !step.There(root) {
			continue
		}
		source, err := modules[step.Module].Under(step.Name)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s can't be drawn: %w: write it, or take its row out of internal/steps/steps.go", step.Name, err))
			continue
		}
		sources = append(sources, stepSource{step.Name, source})
	}
	return sources, wrong
}

// The columns of a figure.
const (
	browserColumn = iota
	clientColumn
	serverColumn
	mainColumn
)

// parts returns the names of the two structs that a figure has a coloured box for:
// what is made for each client, and the one that they have in common. They are
// called Client and Server if the program has such; "" is none.
func parts(m *chanflow.Model) (client, server string) {
	for _, o := range m.Objects {
		runs := slices.ContainsFunc(m.Goroutines, func(g chanflow.Goroutine) bool { return g.Of == o.Name })
		switch each := slices.Contains(o.Count.Each, "client"); {
		case each && (o.Name == "Client" || runs && client == "" && !o.Count.If): // else a room that the first client opens
			client = o.Name
		case !each && (o.Name == "Server" || runs && server == ""):
			server = o.Name
		}
	}
	return client, server
}

// forEachClient tells whether a struct is made for each client, under no condition.
func forEachClient(m *chanflow.Model, name string) bool {
	return slices.ContainsFunc(m.Objects, func(o chanflow.Object) bool {
		return o.Name == name && slices.Contains(o.Count.Each, "client") && !o.Count.If
	})
}

// column is where a goroutine stands: with the struct whose it is, or with main.
func column(m *chanflow.Model, g chanflow.Goroutine) int {
	client, server := parts(m)
	switch {
	case g.Handler && slices.Equal(g.Count.Each, []string{"client"}):
		return clientColumn // the request handler of a client
	case g.Of == "":
		return mainColumn
	case g.Of == server:
		return serverColumn
	case g.Of == client, forEachClient(m, g.Of): // a client, or a part of one, as its mailbox
		return clientColumn
	}
	return mainColumn
}

// figure lays a model out.
func figure(step string, m *chanflow.Model, l *language) drawing.Figure {
	f := drawing.Figure{
		Lang:   l.code,
		Title:  fmt.Sprintf(l.title, step),
		Desc:   describe(m, l),
		Boxes:  []drawing.Box{{ID: id("box", chanflow.Browser), Name: l.browser, Words: []string{l.forEachClient}, Column: browserColumn, Object: true}},
		Notes:  notes(m, l),
		Legend: l.legend,
	}
	client, server := parts(m)
	for i, name := range []string{client, server} {
		if name != "" {
			f.Groups = append(f.Groups, drawing.Group{ID: id("box", name), Column: clientColumn + i, Name: name, Words: howMany(m, name, l)})
		}
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
				ID: id("box", g.Name), Name: g.Name, Words: words, Dotted: !g.Stays,
				Column: column(m, g), Top: g.Name == chanflow.NetHTTP,
			})
		}
	}
	for _, who := range outside(m) {
		f.Boxes = append(f.Boxes, drawing.Box{ID: id("box", who), Name: who, Column: mainColumn, Object: true})
	}
	for _, s := range m.Starts {
		line := drawing.Line{ID: id("starts", s.Who, s.Whom), From: id("box", s.Who), To: id("box", s.Whom)}
		if !slices.Contains(f.Lines, line) { // two functions may start the same
			f.Lines = append(f.Lines, line)
		}
	}
	for _, listen := range m.Listens {
		f.Lines = append(f.Lines, drawing.Line{
			ID:   id("listens", listen.Who, listen.Whom, listen.Channel),
			From: id("box", listen.Who), To: id("box", listen.Whom), Listens: true, Label: short(listen.Channel),
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
			self := l.self
			if !op.Waits { // it has a buffer
				self = l.selfFull
			}
			all = append(all, fmt.Sprintf(self, code(f.Who), code(op.Channel), at))
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
