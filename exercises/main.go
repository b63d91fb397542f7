// Command exercises lists the exercises, judges them, and helps: run it in the
// repository, as in
//
//	go run ./exercises
//	go run ./exercises check 1
//
// It ends with status 0 when it could do what was asked, and check also when the exercise
// is solved; with 1 when not, and 2 for a wrong argument.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"websocket-chat-steps/internal/exercises"
	"websocket-chat-steps/internal/schedule/show"
	"websocket-chat-steps/internal/steps"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := command{in: os.Stdin, out: os.Stdout, errOut: os.Stderr, width: show.Width()}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		c.progress = os.Stderr
	}
	os.Exit(c.run(ctx, os.Args[1:]))
}

// command is one run of the command.
type command struct {
	in          io.Reader
	out, errOut io.Writer
	progress    io.Writer // a terminal, or nil
	width       int
	root        string // the repository
	lang        string
	words       words
}

func (c *command) run(ctx context.Context, args []string) (status int) {
	flags := flag.NewFlagSet("exercises", flag.ContinueOnError)
	flags.SetOutput(c.errOut)
	lang := flags.String("lang", show.Lang(), "`language` of what it says: en or ja")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	var ok bool
	if c.words, ok = languages[*lang]; !ok {
		fmt.Fprintf(c.errOut, "exercises: no language %q; -lang takes en or ja\n", *lang)
		return 2
	}
	c.lang = *lang
	var err error
	if c.root, err = steps.Root(); err != nil {
		fmt.Fprintln(c.errOut, "exercises:", err)
		return 1
	}
	e, err := exercises.Of(flags.Arg(1))
	if err != nil {
		fmt.Fprintln(c.errOut, "exercises:", err)
		return 2
	}
	solved, err := c.check(ctx, e)
	if err != nil {
		fmt.Fprintln(c.errOut, "exercises:", err)
		return 1
	}
	if !solved {
		return 1
	}
	return 0
}

// check judges an exercise, and says whether it is solved.
func (c *command) check(ctx context.Context, e exercises.Exercise) (bool, error) {
	v, err := c.judgeAll(ctx, e)
	if c.notBuilt(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return v.Solved(), nil
}

// tell shows what goes on, in a line of the terminal that is written over.
func (c *command) tell(what string) {
	if c.progress != nil {
		fmt.Fprintf(c.progress, "\r\x1b[K%s", what)
	}
}
