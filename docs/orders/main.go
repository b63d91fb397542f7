// Command orders plays every order of the goroutines of a step's chat room, and counts
// those in which something goes wrong: run it in the repository, as in
//
//	go run ./docs/orders 01-original two-join
//
// What is played is the step's own code, as it is now. Without arguments it plays all
// scenarios in all steps. It ends with status 0 when it could count, whatever the
// count; with 1 when it could not, and 2 for a wrong argument.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"websocket-chat-steps/internal/schedule"
	"websocket-chat-steps/internal/schedule/orders"
	"websocket-chat-steps/internal/schedule/room"
	"websocket-chat-steps/internal/schedule/show"
	"websocket-chat-steps/internal/steps"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := command{out: os.Stdout, errOut: os.Stderr, width: show.Width(), build: build}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		c.progress = os.Stderr
	}
	os.Exit(c.run(ctx, os.Args[1:]))
}

// command is one run of the command.
type command struct {
	out, errOut io.Writer
	progress    io.Writer // a terminal, or nil
	width       int
	build       builder
	lang        string
	words       words
	far         schedule.Count // how far the last question came
}

// builder builds the program that plays a step's orders, and returns what removes it.
type builder func(context.Context, steps.Step) (p *orders.Program, remove func() error, err error)

func build(ctx context.Context, step steps.Step) (*orders.Program, func() error, error) {
	p, err := orders.Build(ctx, nil, step)
	return p, p.Close, err
}

// aMinute is how long -all may take.
const aMinute = time.Minute

func (c *command) run(ctx context.Context, args []string) (status int) {
	flags := flag.NewFlagSet("orders", flag.ContinueOnError)
	flags.SetOutput(c.errOut)
	flags.Usage = func() {
		fmt.Fprintln(c.errOut, "usage: go run ./docs/orders [flags] [STEP SCENARIO]")
		flags.PrintDefaults()
	}
	replay := flags.String("replay", "", "play this one `line` of the scenario, as it was printed")
	all := flags.Bool("all", false, "count every single order, also those that only swap steps which have nothing to do with each other; for a minute, at most")
	list := flags.Bool("list", false, "list the scenarios")
	lang := flags.String("lang", show.Lang(), "`language` of what it says: en or ja")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	var ok bool
	if c.words, ok = languages[*lang]; !ok {
		fmt.Fprintf(c.errOut, "orders: no language %q; -lang takes en or ja\n", *lang)
		return 2
	}
	c.lang = *lang
	replays := false
	flags.Visit(func(f *flag.Flag) { replays = replays || f.Name == "replay" })
	var err error
	switch {
	case *list && flags.NArg() == 0:
		c.list()
	case flags.NArg() == 0 && !replays && !*all:
		err = c.table(ctx)
	case flags.NArg() == 2:
		if !slices.Contains(steps.Names(), flags.Arg(0)) {
			fmt.Fprintf(c.errOut, "orders: no step %q; there are %s\n", flags.Arg(0), strings.Join(steps.Names(), ", "))
			return 2
		}
		sc, ok := room.Named(flags.Arg(1))
		if !ok {
			fmt.Fprintf(c.errOut, "orders: no scenario %q; -list lists them\n", flags.Arg(1))
			return 2
		}
		err = c.one(ctx, steps.Of(flags.Arg(0)), sc, *replay, replays, *all)
	default:
		fmt.Fprintln(c.errOut, "orders: it takes a step and a scenario, as in 01-original two-join, or nothing")
		return 2
	}
	if err != nil {
		if ctx.Err() != nil {
			fmt.Fprintf(c.errOut, c.words.stopped+"\n", orders.Number(c.far.Orders), orders.Number(c.far.Wrong))
		} else {
			fmt.Fprintln(c.errOut, "orders:", err)
		}
		return 1
	}
	return 0
}

// one plays a scenario in a step.
func (c *command) one(ctx context.Context, step steps.Step, sc room.Scenario, replay string, replays, all bool) error {
	c.tell(c.words.building)
	p, remove, err := c.build(ctx, step)
	if err != nil {
		return err
	}
	defer remove()
	server, small := p.Server(step.Name, sc)
	fmt.Fprintf(c.out, "%s, %s: %s\n", step.Name, sc.Name, show.Scenario(c.lang, sc.Name))
	if small {
		fmt.Fprintf(c.out, c.words.small+"\n", sc.Constant, sc.Small)
	}
	question := room.Question{Server: server, Scenario: sc.Name, Lang: c.lang, How: schedule.How{Distinct: true, Preemptions: -1}}
	switch {
	case replays:
		question.Line, question.Replay = true, replay
		a, err := c.ask(ctx, p, question)
		if err != nil {
			return fmt.Errorf("%w\n%s", err, c.words.lines)
		}
		show.Order(c.out, c.lang, c.width, a)
		return nil
	case all:
		question.How.Distinct = false
		short, stop := context.WithTimeout(ctx, aMinute)
		defer stop()
		a, err := c.ask(short, p, question)
		if short.Err() != nil && ctx.Err() == nil {
			return fmt.Errorf(c.words.long, orders.Number(c.far.Orders))
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, c.words.all+"\n", orders.Number(a.Wrong), orders.Number(a.Orders))
		return nil
	}
	a, err := c.ask(ctx, p, question)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, show.Counted(c.lang, a))
	if a.Wrong == 0 {
		return nil
	}
	easy, err := c.fewest(ctx, p, question, a.Order.Preemptions())
	if err != nil {
		return err
	}
	if easy != nil && len(easy.Order.Steps) <= len(a.Order.Steps) {
		a = *easy
	}
	fmt.Fprintf(c.out, c.words.shortest+"\n\n", len(a.Order.Steps), a.Order.Preemptions())
	show.Order(c.out, c.lang, c.width, a)
	fmt.Fprintf(c.out, "\n%s\n  go run ./docs/orders -replay %q %s %s\n", c.words.again, a.Line, step.Name, sc.Name)
	return nil
}

// mostRuns bounds the search for an order with fewer preemptions.
const mostRuns = 20000

// fewest finds an order that goes wrong with fewer preemptions than that.
func (c *command) fewest(ctx context.Context, p *orders.Program, q room.Question, than int) (*room.Answer, error) {
	for n := range than {
		q.How = schedule.How{Preemptions: n}
		q.First, q.Most = true, mostRuns
		a, err := c.ask(ctx, p, q)
		if err != nil {
			return nil, err
		}
		if a.Wrong > 0 {
			return &a, nil
		}
		if !a.Whole {
			return nil, nil
		}
	}
	return nil, nil
}

// ask asks one question, and shows how far it came.
func (c *command) ask(ctx context.Context, p *orders.Program, q room.Question) (last room.Answer, err error) {
	c.far = schedule.Count{}
	err = p.Ask(ctx, []room.Question{q}, func(_ int, a room.Answer) error {
		if a.Error != "" {
			return errors.New(a.Error)
		}
		c.far, last = a.Count, a
		if !a.Last {
			c.tell(fmt.Sprintf(c.words.far, orders.Number(a.Orders), orders.Number(a.Wrong), orders.Number(a.Runs)))
		}
		return nil
	})
	c.tell("")
	return last, err
}

// tell shows what goes on, in a line of the terminal that is written over.
func (c *command) tell(what string) {
	if c.progress != nil {
		fmt.Fprintf(c.progress, "\r\x1b[K%s", what)
	}
}

// table plays all scenarios in all steps. A step that can't be explored is said to be so.
func (c *command) table(ctx context.Context) error {
	width := 0
	for _, sc := range room.Scenarios {
		width = max(width, len(sc.Name))
	}
	programs := make(map[string]*orders.Program)
	var why []error
	fmt.Fprintf(c.out, "%-*s", width, "")
	for _, s := range steps.All {
		fmt.Fprintf(c.out, "  %11.11s", s.Name)
		c.tell(c.words.building + " " + s.Name)
		p, remove, err := c.build(ctx, s)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			why = append(why, err)
			continue
		}
		defer remove()
		programs[s.Name] = p
	}
	c.tell("")
	fmt.Fprintln(c.out)
	for _, sc := range room.Scenarios {
		fmt.Fprintf(c.out, "%-*s", width, sc.Name)
		for _, s := range steps.All {
			cell := "?"
			if p := programs[s.Name]; p != nil {
				server, small := p.Server(s.Name, sc)
				if sc.Constant != "" && !small {
					cell = "–"
				} else {
					a, err := c.ask(ctx, p, room.Question{Server: server, Scenario: sc.Name, How: schedule.How{Distinct: true, Preemptions: -1}})
					if err != nil {
						return fmt.Errorf("%s, %s: %w", s.Name, sc.Name, err)
					}
					cell = fmt.Sprintf("%d/%d", a.Wrong, a.Orders)
				}
			}
			fmt.Fprintf(c.out, "  %11s", cell)
		}
		fmt.Fprintln(c.out)
	}
	fmt.Fprintf(c.out, "\n%s\n", c.words.reading)
	return errors.Join(why...)
}

func (c *command) list() {
	for _, sc := range room.Scenarios {
		fmt.Fprintf(c.out, "%-20s %s\n", sc.Name, show.Scenario(c.lang, sc.Name))
		if sc.Constant != "" {
			fmt.Fprintf(c.out, "%-20s "+c.words.small+"\n", "", sc.Constant, sc.Small)
		}
	}
}
