// Command check runs all checks of the repository: run it there, as
// go run -C tools ./check. It runs its parts one after the other. At the end it says
// what failed and how to repair it. With -write it writes all generated files and
// texts.
//
// It knows which commands and packages check something. It doesn't know how they do it.
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
	"syscall"
	"time"

	"websocket-chat-steps/internal/steps"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main, with an exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(stderr)
	write := flags.Bool("write", false, "write all that is generated, and check nothing")
	flags.Usage = func() { usage(stderr) }
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	chosen, err := choose(flags.Args(), *write)
	if err != nil {
		fmt.Fprintf(stderr, "check: %v\n", err)
		return 2
	}
	root, err := steps.Root()
	if err != nil {
		fmt.Fprintf(stderr, "check: %v\n", err)
		return 1
	}
	return all(ctx, root, chosen, *write, stdout)
}

// choose returns the parts with these names. Without names it returns all parts that can
// be written or checked, but not those that are for request only.
func choose(names []string, write bool) ([]part, error) {
	var chosen []part
	for _, p := range parts {
		if (len(names) == 0 && !p.onRequest || slices.Contains(names, p.name)) && (!write || p.write != nil) {
			chosen = append(chosen, p)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(chosen, func(p part) bool { return p.name == name }) {
			if slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
				return nil, fmt.Errorf("%s has nothing to write; -h says which parts have", name)
			}
			return nil, fmt.Errorf("there is no part %q; -h lists them", name)
		}
	}
	return chosen, nil
}

// all checks or writes the parts, and returns the exit status.
func all(ctx context.Context, root string, chosen []part, write bool, out io.Writer) int {
	type failure struct {
		part
		err error
	}
	var failed []failure
	began := time.Now()
	for _, p := range chosen {
		fmt.Fprintf(out, "\n== %s: %s\n", p.name, p.what)
		partBegan := time.Now()
		do := p.check
		if write {
			do = p.write
		}
		err := do(ctx, root, out)
		if ctx.Err() != nil {
			fmt.Fprintf(out, "\nstopped in %s; it was not checked, and the parts after it were not\n", p.name)
			return 1
		}
		word := "ok"
		if err != nil {
			word = "FAILED"
			failed = append(failed, failure{p, err})
		}
		fmt.Fprintf(out, "%s: %s, %v\n", p.name, word, time.Since(partBegan).Round(100*time.Millisecond))
	}
	took := time.Since(began).Round(time.Second)
	if len(failed) == 0 {
		fmt.Fprintf(out, "\nall is well: %d parts in %v\n", len(chosen), took)
		return 0
	}
	fmt.Fprintf(out, "\nFAILED: %d of %d parts, in %v\n", len(failed), len(chosen), took)
	for _, f := range failed {
		fmt.Fprintf(out, "%s\n  %s\n", f.name, strings.ReplaceAll(f.err.Error(), "\n", "\n  "))
		if f.mend != "" && !write {
			fmt.Fprintf(out, "  to repair it: %s\n", f.mend)
		}
		fmt.Fprintf(out, "  only this part: go run -C tools ./check %s\n", f.name)
	}
	return 1
}

func usage(w io.Writer) {
	fmt.Fprint(w, `usage: go run -C tools ./check [-write] [PART ...]

Checks everything, or only the parts that are named:

`)
	for _, p := range parts {
		fmt.Fprintf(w, "  %-13s%s\n", p.name, p.what)
	}
	fmt.Fprint(w, "\nWith -write it writes all that is generated, and checks nothing:\n\n")
	for _, p := range parts {
		if p.write != nil {
			fmt.Fprintf(w, "  %-13s%s\n", p.name, p.writes)
		}
	}
}
