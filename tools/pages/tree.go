package pages

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/pages/alike"
	"websocket-chat-steps/tools/pages/code"
	"websocket-chat-steps/tools/pages/counts"
	"websocket-chat-steps/tools/pages/markdown"
	"websocket-chat-steps/tools/pages/marks"
	"websocket-chat-steps/tools/pages/runs"
	"websocket-chat-steps/tools/pages/tables"
)

// tree is the pages below a directory, with what they are compared with.
type tree struct {
	files    code.Files
	steps    []steps.Step
	pages    []*markdown.Page   // by path
	marks    []*marks.Mark      // of all pages, in order
	problems []markdown.Problem // of the marks
	played   *counts.Played     // orders, or nil if they were not
}

func open(files fs.FS, all []steps.Step) (*tree, error) {
	pages, err := markdown.Read(files)
	if err != nil {
		return nil, err
	}
	t := &tree{files: code.Files{FS: files}, steps: all, pages: pages}
	for _, p := range pages {
		found, problems := marks.Find(p, "excerpt", "diff", "run", "scoreboard", "strangers", "bad clients", "scenarios", "orders", "measured", "exercises", "solutions")
		t.marks, t.problems = append(t.marks, found...), append(t.problems, problems...)
	}
	return t, nil
}

// content returns the lines between the marks. It returns nil if they need a command to
// run or orders to be played, or if bench writes them.
func (t *tree) content(m *marks.Mark) ([]string, error) {
	switch m.Kind {
	case "excerpt":
		return t.files.Excerpt(m.Args)
	case "diff":
		return t.files.Diff(m.Args)
	case "scoreboard":
		return tables.Scoreboard(t.steps, m.Page.Japanese())
	case "strangers":
		return tables.Strangers(t.steps, m.Page.Japanese())
	case "bad clients":
		var names []string
		for _, s := range t.steps {
			if s.Name == m.Args {
				return tables.BadClients(s, m.Page.Japanese())
			}
			names = append(names, s.Name)
		}
		return nil, fmt.Errorf("there is no step %q in internal/steps/steps.go: write one of %s", m.Args, alike.Near(m.Args, names))
	case "exercises":
		return tables.Exercises(t.files.FS, m.Page.Japanese())
	case "solutions":
		return tables.Solutions(t.files.FS, m.Page.Japanese())
	case "scenarios":
		if t.played != nil {
			return tables.Scenarios(t.steps, t.played.Answers, m.Page.Japanese())
		}
	case "orders":
		if t.played != nil {
			return markdown.Fenced("console", append([]string{"$ go run ./docs/orders " + m.Args}, t.played.Printed[command(m)]...)), nil
		}
	case "run":
		_, err := runs.Parse(m.Args)
		return nil, err
	}
	return nil, nil
}

// run runs the commands of the pages, each once. The keys of the outputs are the texts of
// the marks. A command that can't be read, or was left out, has no output.
func (t *tree) run(ctx context.Context, root string, log io.Writer) map[string]runs.Output {
	var args []string
	var commands []runs.Command
	for _, m := range t.marks {
		c, err := runs.Parse(m.Args)
		if m.Kind == "run" && err == nil && !slices.Contains(args, m.Args) {
			args, commands = append(args, m.Args), append(commands, c)
		}
	}
	outputs := make(map[string]runs.Output)
	for i, o := range runs.All(ctx, root, commands, log) {
		if o.LeftOut == "" {
			outputs[args[i]] = o
		}
	}
	return outputs
}
