// Command bench measures the chat servers of this repository, and the same chat on
// other WebSocket libraries, on this machine. Run it as
//
//	go run -C bench .
//
// from the repository's root. It builds each server, runs each as a process on
// loopback, again and again, puts the same load on each, and shows the results. It
// keeps a full run in docs/measurements.json, and writes its tables and plots into
// the pages.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"websocket-chat-steps/bench/report"
	"websocket-chat-steps/bench/result"
	"websocket-chat-steps/bench/server"
	"websocket-chat-steps/internal/steps"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second Ctrl-C ends it at once
	status := bench(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// errUsage is a wrong command line, about which the user was told already.
var errUsage = errors.New("usage")

// bench is the command. It returns the exit status. When ctx ends, it ends, with all that
// it has started.
func bench(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := run(ctx, args, stdout, stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "bench: interrupted; what was measured is not kept")
	default:
		fmt.Fprintf(stderr, "bench: %v\n", err)
	}
	return 1
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	root, err := steps.Root()
	if err != nil {
		return err
	}
	o, err := parse(root, args, stderr)
	if err != nil {
		return err
	}
	if err := server.Measurable(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "websocket-chat-steps-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintf(stderr, "building %d servers\n", len(o.servers))
	if err := server.Build(ctx, root, dir, o.servers); err != nil {
		return err
	}

	f := &result.File{
		Command:  strings.Join(append([]string{"go run -C bench ."}, args...), " "),
		Date:     time.Now().Format(time.DateOnly),
		Machine:  machine(),
		Versions: make(map[string]string),
		Short:    o.short,
		Rounds:   o.rounds,
	}
	for _, s := range o.servers {
		f.Servers = append(f.Servers, s.Name)
		version, err := s.Version(dir)
		if err != nil {
			return err
		}
		if version != "" {
			f.Versions[s.Module] = version
		}
	}
	if err := measure(ctx, f, o, dir, stderr); err != nil {
		return err
	}
	report.Summary(stdout, f)
	if o.out != "" {
		if err := f.Write(o.out); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "\nall measurements: %s\n", o.out)
	}
	if o.pages {
		return report.Write(root, f)
	}
	return nil
}

// options are the options of the command line.
type options struct {
	short   bool
	rounds  int
	servers []server.Server
	only    []string // scenarios
	out     string   // the result file's absolute path; "" to write none
	pages   bool     // write the pages that the repository keeps
}

// scenarios are all that -only may name, in the order in which they run.
var scenarios = []string{"one", "forty", "thousand", "growth", "open", "idle", "stalled", "flood"}

func parse(root string, args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&o.short, "short", false, "run for about a minute, with fewer clients: to see that all works, not for figures")
	flags.IntVar(&o.rounds, "rounds", 5, "measure everything so many `times`; with -short, once")
	servers := flags.String("servers", "", "measure these servers, a comma-separated `list`; by default all. 06-hardened has\nits limits for strangers only in flood")
	only := flags.String("only", "", "run these scenarios, a comma-separated `list`; by default all but flood. How much one client\nthat sends without pause delays the others, with the limits that servers have by default:\n-only flood -servers 05-batch,06-hardened")
	flags.StringVar(&o.out, "out", "", "write all measurements to this `file`, relative to bench/; by default a full run of\neverything, in enough rounds, is kept in docs/measurements.json, and anything else nowhere")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage // flags has said what is wrong
	}
	wrong := func(format string, args ...any) (options, error) {
		fmt.Fprintf(stderr, "bench: "+format+"\n", args...)
		return o, errUsage
	}
	given := false
	flags.Visit(func(f *flag.Flag) { given = given || f.Name == "rounds" })
	if o.short && !given {
		o.rounds = 1
	}
	o.servers, err = choose(server.List(), *servers, func(s server.Server) string { return s.Name })
	if err != nil {
		return wrong("-servers: %v", err)
	}
	if o.only, err = choose(scenarios, *only, func(s string) string { return s }); err != nil {
		return wrong("-only: %v", err)
	}
	if *only == "" {
		o.only = scenarios[:len(scenarios)-1] // the pages say nothing of flood
	}
	switch {
	case flags.NArg() > 0:
		return wrong("unexpected argument %q; go run -C bench . -help lists what there is", flags.Arg(0))
	case o.rounds < 1:
		return wrong("-rounds %d: at least one round has to be measured", o.rounds)
	case o.out == "" && *servers == "" && *only == "" && !o.short && o.rounds >= report.LeastRounds:
		o.out, o.pages = filepath.Join(root, filepath.FromSlash(report.Kept)), true
	case o.out != "":
		if o.out, err = filepath.Abs(o.out); err != nil {
			return o, err
		}
		// It is better to know this now than after all measurements.
		if info, err := os.Stat(filepath.Dir(o.out)); err != nil || !info.IsDir() {
			return wrong("-out: there is no directory %s to write to", filepath.Dir(o.out))
		}
	}
	return o, nil
}

// choose returns the ones that a comma-separated list names, in the order of all. If the
// list is empty, it returns all.
func choose[T any](all []T, list string, name func(T) string) (chosen []T, err error) {
	if list == "" {
		return all, nil
	}
	var names []string
	for _, one := range all {
		names = append(names, name(one))
	}
	wanted := strings.Split(strings.ReplaceAll(list, " ", ""), ",")
	for _, one := range wanted {
		if !slices.Contains(names, one) {
			return nil, fmt.Errorf("there is no %q; there are %s", one, strings.Join(names, ", "))
		}
	}
	for i, one := range names {
		if slices.Contains(wanted, one) {
			chosen = append(chosen, all[i])
		}
	}
	return chosen, nil
}
