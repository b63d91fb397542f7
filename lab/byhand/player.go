// Package byhand has somebody pick the steps of a chat room's goroutines: a level is a
// step, a scenario and a goal. It knows how to build and to ask the program that plays
// the orders, and tells of a run in lines of the step's source. It keeps nothing of what
// was picked: each question brings all picks with it, and the program plays them anew.
package byhand

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/lab/census"
)

// Player plays the levels of the repository at root. Any goroutine may call its methods.
// Whoever has one calls Close at the end.
type Player struct {
	root string
	ctx  context.Context // ends with the player
	end  context.CancelFunc

	mu       sync.Mutex // guards what follows
	programs map[string]*program
}

// program plays the orders of one step. mu is held by who builds it or asks it.
type program struct {
	mu      sync.Mutex
	built   *orders.Program
	session *orders.Session     // nil before it is asked, and after it has ended
	files   map[string]string   // what it was built from
	lines   orders.Source       // of these, and of others
	table   *census.Table       // nil where the figure is not of this source
	counts  map[string]Possible // by the scenario, and the picks before
}

// New returns a player that has built nothing yet.
func New(root string) *Player {
	p := &Player{root: root, programs: make(map[string]*program)}
	p.ctx, p.end = context.WithCancel(context.Background())
	return p
}

// Close ends all programs, and removes them.
func (p *Player) Close() {
	p.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.programs {
		g.mu.Lock()
		g.forget()
		g.mu.Unlock()
	}
}

func (p *Player) program(step string) *program {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.programs[step] == nil {
		p.programs[step] = new(program)
	}
	return p.programs[step]
}

// Open builds the program of a step, unless it was built from the source as it is now. The
// first time that takes a minute or so.
func (p *Player) Open(step string) error {
	g := p.program(step)
	g.mu.Lock()
	defer g.mu.Unlock()
	return p.open(g, step)
}

func (p *Player) open(g *program, step string) error {
	if p.ctx.Err() != nil {
		return p.ctx.Err()
	}
	s := steps.Of(step)
	files, err := read(filepath.Join(s.Dir(p.root), "chat"))
	if err != nil {
		return err
	}
	if g.built != nil && maps.Equal(files, g.files) {
		return nil
	}
	g.forget()
	built, err := orders.Build(p.ctx, nil, s)
	if err != nil {
		return err
	}
	g.built, g.files, g.table = built, files, nil
	g.lines, g.counts = make(orders.Source), make(map[string]Possible)
	for name, text := range files {
		g.lines[name] = strings.Split(text, "\n")
	}
	table, err := census.Read(p.root, step)
	if err == nil && table.Fits(func(file string, number int) string {
		return g.lines.Line(schedule.Site{File: filepath.Join(p.root, filepath.FromSlash(file)), Line: number})
	}) {
		g.table = table
	}
	return nil
}

// forget ends the program and removes it. It leaves mu alone.
func (g *program) forget() {
	g.hangUp()
	if g.built != nil {
		g.built.Close()
	}
	g.built = nil
}

func (g *program) hangUp() {
	if g.session != nil {
		g.session.Close()
	}
	g.session = nil
}

func read(dir string) (map[string]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	files := make(map[string]string)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files[name] = string(text)
	}
	return files, nil
}

// Play plays the picks of a line, with finish also what comes of them, and tells where all
// stand then. language is of what went wrong, "en" or "ja". An error may say that the
// line is not of this level and this source.
func (p *Player) Play(level Level, step, line, language string, finish bool) (*View, error) {
	g := p.program(step)
	g.mu.Lock()
	defer g.mu.Unlock()
	a, err := p.ask(g, level, step, room.Question{Hand: true, Replay: line, Finish: finish, Lang: language})
	if err != nil {
		return nil, err
	}
	return p.view(g, level, step, a), nil
}

// Possible is what the explorer says of a level from some picks on. Orders that only swap
// independent steps are counted as one.
type Possible struct {
	Orders   int      `json:"orders"`
	Wrong    int      `json:"wrong"`    // in so many the goal is reached
	Shortest []string `json:"shortest"` // the labels of the shortest of these, with those of the picks
}

// Explore plays all orders of a level that begin with the picks of a line.
func (p *Player) Explore(level Level, step, line string) (Possible, error) {
	g := p.program(step)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := p.open(g, step); err != nil {
		return Possible{}, err
	}
	picks := strings.Fields(line)
	key := level.Scenario + " " + strings.Join(picks, " ")
	if c, ok := g.counts[key]; ok {
		return c, nil
	}
	a, err := p.ask(g, level, step, room.Question{How: schedule.How{Distinct: true, Preemptions: -1, After: picks}})
	if err != nil {
		return Possible{}, err
	}
	c := Possible{Orders: a.Orders, Wrong: a.Wrong, Shortest: []string{}}
	if a.Order != nil {
		for _, s := range a.Order.Steps {
			c.Shortest = append(c.Shortest, s.Label)
		}
	}
	g.counts[key] = c
	return c, nil
}

// ask asks the program, which it builds and starts where that is needed.
func (p *Player) ask(g *program, level Level, step string, q room.Question) (last room.Answer, err error) {
	if err := p.open(g, step); err != nil {
		return last, err
	}
	scenario, ok := room.Named(level.Scenario)
	if !ok {
		return last, errors.New("no scenario " + level.Scenario)
	}
	q.Server, _ = g.built.Server(step, scenario)
	q.Scenario = level.Scenario
	if g.session == nil {
		if g.session, err = g.built.Start(p.ctx); err != nil {
			return last, err
		}
	}
	if err := g.session.Ask(q, func(a room.Answer) error {
		last = a
		return nil
	}); err != nil {
		g.hangUp() // the next question starts it again
		return last, err
	}
	if last.Error != "" {
		return last, errors.New(last.Error)
	}
	return last, nil
}
