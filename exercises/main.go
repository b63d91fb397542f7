// Command exercises lists the exercises, judges them, and helps: run it in the
// repository, as in
//
//	go run ./exercises
//	go run ./exercises check 1
//
// It ends with status 0 when it could do what was asked, and check only when the exercise
// is solved; with 1 when not, and 2 for a wrong argument.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/schedule/show"
	"websocket-chat-steps/internal/steps"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := command{in: os.Stdin, out: os.Stdout, errOut: os.Stderr, width: show.Width(), room: own}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		c.progress = os.Stderr
	}
	root, err := steps.Root()
	if err != nil {
		fmt.Fprintln(os.Stderr, "exercises:", err)
		os.Exit(1)
	}
	c.root = root
	os.Exit(c.run(ctx, os.Args[1:]))
}

// command is one run of the command.
type command struct {
	in          io.Reader
	out, errOut io.Writer
	progress    io.Writer // a terminal, or nil
	width       int
	root        string // the repository; exercises, progress and kept files are below it
	lang        string
	words       words

	// room is the exercise as it is now, and the files of it that are not where they
	// should be. Tests have a repository of their own.
	room func(exercises.Exercise) (exercises.Room, gocmd.Overlay, error)
}

func own(e exercises.Exercise) (exercises.Room, gocmd.Overlay, error) { return e.Own(), nil, nil }

// errArgument is an argument that is wrong.
var errArgument = errors.New("wrong argument")

func (c *command) run(ctx context.Context, args []string) (status int) {
	flags := flag.NewFlagSet("exercises", flag.ContinueOnError)
	flags.SetOutput(c.errOut)
	lang := flags.String("lang", show.Lang(), "`language` of what it says: en or ja")
	help := flags.Bool("h", false, "")
	flags.Usage = func() {} // what is wrong is said, in one line
	var words []string
	for args != nil { // -lang may come anywhere
		if err := flags.Parse(args); err != nil {
			return 2
		}
		if args = nil; flags.NArg() > 0 {
			words, args = append(words, flags.Arg(0)), flags.Args()[1:]
		}
	}
	var ok bool
	if c.words, ok = languages[*lang]; !ok {
		fmt.Fprintf(c.errOut, "exercises: no language %q; -lang takes en or ja\n", *lang)
		return 2
	}
	if *help {
		fmt.Fprintln(c.out, c.words.usage)
		return 0
	}
	c.lang = *lang
	done, err := c.do(ctx, words)
	switch {
	case errors.Is(err, errArgument):
		fmt.Fprintf(c.errOut, "exercises: %v\n%s\n", err, c.words.usage)
		return 2
	case err != nil:
		c.tell("")
		fmt.Fprintln(c.errOut, "exercises:", err)
		return 1
	case !done:
		return 1
	}
	return 0
}

// do does what the words say. It returns false if an exercise is not solved.
func (c *command) do(ctx context.Context, args []string) (bool, error) {
	p, err := exercises.ReadProgress(c.root)
	if err != nil {
		return false, err
	}
	if len(args) == 0 {
		return true, c.list(p)
	}
	verb := args[0]
	if len(args) > 2 {
		return false, fmt.Errorf("%w: %s", errArgument, strings.Join(args[2:], " "))
	}
	if verb == "reset" && len(args) == 2 && args[1] == "all" {
		for _, e := range exercises.All {
			if err := c.reset(p, e); err != nil {
				return false, err
			}
		}
		return true, nil
	}
	e, ok := p.Next()
	switch {
	case len(args) == 2:
		if e, err = exercises.Of(args[1]); err != nil {
			return false, fmt.Errorf("%w: %w", errArgument, err)
		}
	case verb == "reset":
		return false, fmt.Errorf("%w: reset 1, or reset all", errArgument)
	case !ok: // all are solved
		e = exercises.All[0]
	}
	switch verb {
	case "check":
		return c.check(ctx, p, e, false)
	case "watch":
		return true, c.watch(ctx, p, e)
	case "hint":
		return true, c.hint(p, e)
	case "reset":
		return true, c.reset(p, e)
	case "solution":
		return true, c.solution(e)
	case "open":
		return true, c.open(ctx, e)
	}
	return false, fmt.Errorf("%w: %q", errArgument, verb)
}

// check judges an exercise, and says whether it is solved. What it found is kept, for
// the hints. If quick, it asks the race detector only when nothing else has found something.
func (c *command) check(ctx context.Context, p *exercises.Progress, e exercises.Exercise, quick bool) (bool, error) {
	v, err := c.judgeAll(ctx, e, quick)
	var words exercises.NotBuilt
	switch {
	case errors.As(err, &words):
		fmt.Fprintln(c.out, words) // the compiler's, and nothing else
		c.sayMissing(e)
		return false, p.NoteNotBuilt(e)
	case err != nil:
		return false, err
	}
	return v.Solved(), c.conclude(p, v)
}

// conclude says whether an exercise is solved, and what is next, and keeps it.
func (c *command) conclude(p *exercises.Progress, v exercises.Verdict) error {
	e := v.Exercise
	fmt.Fprintln(c.out)
	if !v.Solved() {
		if v.Cause() == exercises.CauseOrders { // nothing is seen to be wrong
			fmt.Fprintf(c.out, c.words.notJudged+"\n", e.Number())
		} else {
			fmt.Fprintf(c.out, c.words.notSolved+"\n", e.Number())
		}
		return p.Note(v)
	}
	fmt.Fprintf(c.out, c.words.solved+"\n", e.Name)
	if err := p.Note(v); err != nil {
		return err
	}
	if next, ok := p.Next(); ok {
		fmt.Fprintf(c.out, c.words.next+"\n", next.Number(), next.Readme(c.lang))
	} else {
		fmt.Fprintln(c.out, c.words.allSolved)
	}
	return nil
}

// list shows what is solved, what is next, and how to go on.
func (c *command) list(p *exercises.Progress) error {
	next, ok := p.Next()
	grade := 0
	for _, e := range exercises.All {
		if e.Grade != grade {
			grade = e.Grade
			fmt.Fprintln(c.out, c.words.grades[grade-1])
		}
		mark := " "
		if p.Has(e) {
			mark = "x"
		}
		title, _, err := e.Page(c.root, c.lang)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "  [%s] %2d  %s\n", mark, e.Number(), title)
	}
	fmt.Fprintln(c.out)
	if !ok {
		fmt.Fprintln(c.out, c.words.allSolved)
		return nil
	}
	fmt.Fprintf(c.out, c.words.how+"\n", next.Readme(c.lang), exercises.Dir+"/"+next.Name+"/chat", next.Number())
	return nil
}

// ask asks a question that is answered with yes or no.
func (c *command) ask(question string) bool {
	fmt.Fprint(c.out, question, " [y/N] ")
	line, _ := bufio.NewReader(c.in).ReadString('\n')
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y")
}

// tell shows what goes on, in a line of the terminal that is written over.
func (c *command) tell(what string) {
	if c.progress != nil {
		fmt.Fprintf(c.progress, "\r\x1b[K%s", what)
	}
}
