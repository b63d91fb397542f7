// Package pages checks that the repository's Markdown pages agree with its code, its
// steps, its commands and each other. It knows nothing about the pages' subject, except
// for the teacher's plans.
//
// Marks are HTML comments, each alone on its line. go run -C tools ./check -write pages
// writes the text between a mark and its closing mark, and the check compares it with
// its source. Paths of files begin at the repository's root.
//
//	<!-- excerpt: FILE -->                              all of it
//	<!-- excerpt: FILE NAME -->                         a declaration: NewClient, Client.Write
//	<!-- excerpt: FILE NAME from "TEXT" to "TEXT" -->   lines of it, found by what they contain
//	<!-- /excerpt -->
//	<!-- diff: FILE FILE -->                            how the second differs from the first
//	<!-- diff: FILE FILE NAME -->                       the same of one declaration
//	<!-- diff: FILE FILE NAME NAME -->                  which has another name in the second
//	<!-- /diff -->
//	<!-- scoreboard -->                                 what each step of internal/steps lacks
//	<!-- /scoreboard -->
//	<!-- strangers -->                                  what each step lacks for the Internet
//	<!-- /strangers -->
//	<!-- bad clients: STEP -->                          what a step does with them
//	<!-- /bad clients -->
//	<!-- scenarios -->                                  in how many orders a step goes wrong
//	<!-- /scenarios -->
//	<!-- orders: WORDS -->                              what go run ./docs/orders WORDS prints
//	<!-- /orders -->
//	<!-- exercises -->                                  what each exercise asks
//	<!-- /exercises -->
//	<!-- solutions -->                                  right and wrong solutions of exercises
//	<!-- /solutions -->
//	<!-- run: COMMAND -->                               a command and what it prints
//	<!-- run: NAME=value COMMAND -->                    with an environment variable
//	<!-- run: fails: needs=race: COMMAND -->            it must not exit with 0, and it needs something
//	<!-- run: numbers: COMMAND -->                      it measures: any number matches any other
//	<!-- run: numbers: zeros: COMMAND -->               but 0 only 0
//	<!-- /run -->
//	<!-- measured: NAME -->                             figures: bench/report writes and checks them
//	<!-- /measured -->
//
// A sentence that says in how many orders a step goes wrong has a link to docs/orders.md. The
// link's title is the question: [32 of 40](docs/orders.md "01-original two-join"), with
// -all at its beginning for every single order. Its two numbers must be the counted ones.
//
// A run is written again only when its output no longer matches the page. In the page,
// … matches any text within its line. A line that is only … matches any number of lines.
// The tool writes … for text that varies, and an editor of the page may write more of
// them.
package pages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/pages/alike"
	"websocket-chat-steps/tools/pages/markdown"
	"websocket-chat-steps/tools/pages/marks"
	"websocket-chat-steps/tools/pages/runs"
)

const remedy = "run go run -C tools ./check -write pages"

// Problem is something in a page that isn't true or can't be read, with what to do
// about it.
type Problem = markdown.Problem

// Check finds all problems that can be found without running a page's command, in the
// order of the pages and their lines. It plays the orders that pages tell of, those of
// this repository, and says on log how long that took.
func Check(ctx context.Context, root string, log io.Writer) []Problem {
	t, err := open(os.DirFS(root), steps.All)
	if err != nil {
		return []Problem{{Path: root, Text: err.Error()}}
	}
	var problems []Problem
	if err := t.play(ctx, true, log); err != nil {
		problems = append(problems, Problem{Path: ordersPage, Text: err.Error()})
	}
	return slices.Concat(problems, t.check(ctx), t.missing())
}

// CheckRuns runs the commands of all pages in root, each once, and two at the same time.
// It finds the pages that show something else than was printed. It says on log how long
// each command took, and which were left out and why. It ends when ctx ends. An interrupt
// also ends it, with all that it has started.
func CheckRuns(ctx context.Context, root string, log io.Writer) []Problem {
	t, err := open(os.DirFS(root), nil)
	if err != nil {
		return []Problem{{Path: root, Text: err.Error()}}
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return t.checkRuns(ctx, root, log)
}

// Write writes the excerpts, diffs and tables that are out of date. It runs all commands,
// and writes the outputs that don't match any more. It says on log what it does. If only
// has words, Write changes only pages whose paths begin with one of them. It does not
// change what it can't write, and returns the reasons.
func Write(ctx context.Context, root string, log io.Writer, only ...string) error {
	t, err := open(os.DirFS(root), steps.All)
	if err != nil {
		return err
	}
	other := func(path string) bool {
		return len(only) > 0 && !slices.ContainsFunc(only, func(o string) bool { return strings.HasPrefix(path, o) })
	}
	t.marks = slices.DeleteFunc(t.marks, func(m *marks.Mark) bool { return other(m.Page.Path) })
	t.problems = slices.DeleteFunc(t.problems, func(p Problem) bool { return other(p.Path) })
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = t.play(ctx, false, log)
	return errors.Join(err, t.write(ctx, root, log))
}

func (t *tree) check(ctx context.Context) []Problem {
	problems := slices.Clone(t.problems)
	for _, m := range t.marks {
		want, err := t.content(m)
		differs := alike.Difference(m.Lines, want)
		switch {
		case ctx.Err() != nil:
			return append(problems, m.Problem("the check ended here: %v", context.Cause(ctx)))
		case err != nil:
			problems = append(problems, m.Problem("%v", err))
		case m.Kind == "run":
			command, _ := runs.Parse(m.Args) // content has checked it
			if problem := command.CheckForm(m.Lines, m.Page.Japanese()); problem != "" {
				problems = append(problems, m.Problem("%s: %s", problem, remedy))
			}
		case want != nil && differs != "":
			problems = append(problems, m.Problem("%v does not agree with the code (%s): %s", m, differs, remedy))
		}
	}
	for _, p := range t.pages {
		problems = append(problems, marks.Unmarked(p, t.marks)...)
	}
	problems = slices.Concat(problems, checkLinks(t.pages, t.files), checkLanguages(t.pages, t.marks), checkSpelling(t.pages), checkWorkshop(t.pages), t.checkCounts())
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line))
	})
	return problems
}

// missing finds the pages that should be there, and the tables that should be in them.
func (t *tree) missing() (problems []Problem) {
	need := func(english, mark string) {
		for _, path := range []string{english, markdown.Other(english)} {
			p := markdown.Find(t.pages, path)
			switch {
			case p == nil:
				problems = append(problems, Problem{Path: path, Text: "there is no such page: write it"})
			case mark != "" && !slices.ContainsFunc(t.marks, func(m *marks.Mark) bool { return m.Page == p && m.String() == mark }):
				problems = append(problems, p.Problem(1, "there is no %s: write it and its closing mark, then %s", mark, remedy))
			}
		}
	}
	need(workshop, "")
	need("README.md", "<!-- scoreboard -->")
	need(ordersPage, "<!-- scenarios -->")
	for _, s := range t.steps {
		need(s.Name+"/README.md", "<!-- bad clients: "+s.Name+" -->")
	}
	return problems
}

func (t *tree) checkRuns(ctx context.Context, root string, log io.Writer) (problems []Problem) {
	outputs := t.run(ctx, root, log)
	for _, m := range t.marks {
		o, ok := outputs[m.Args]
		if m.Kind != "run" || !ok {
			continue
		}
		if o.Err != nil {
			problems = append(problems, m.Problem("%v", o.Err))
			delete(outputs, m.Args) // other pages that show it have the same problem
		} else if problem := o.Check(m.Lines); problem != "" {
			problems = append(problems, m.Problem("%s: %s, or repair the command. It printed:\n%v", problem, remedy, o))
		}
	}
	return problems
}

func (t *tree) write(ctx context.Context, root string, log io.Writer) error {
	var problems []error
	outputs := t.run(ctx, root, log)
	if ctx.Err() != nil {
		return fmt.Errorf("stopped, and nothing is written: %w", context.Cause(ctx))
	}
	for _, p := range t.problems {
		problems = append(problems, p)
	}
	// From the last to the first, as each may move the lines after it.
	for _, m := range slices.Backward(t.marks) {
		lines, err := t.content(m)
		if o, ok := outputs[m.Args]; ok && m.Kind == "run" {
			if err = o.Err; err == nil {
				lines = o.Written(m.Lines, m.Page.Japanese())
			}
		}
		switch {
		case err != nil:
			problems = append(problems, m.Problem("%v", err))
		case lines != nil:
			m.Write(lines)
		}
	}
	for _, p := range t.pages {
		if text := strings.Join(p.Lines, "\n"); text != p.Text {
			fmt.Fprintln(log, p.Path, "is changed")
			problems = append(problems, os.WriteFile(filepath.Join(root, filepath.FromSlash(p.Path)), []byte(text), 0o644))
		}
	}
	return errors.Join(problems...)
}
