package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"websocket-chat-steps/internal/gocmd"
	"websocket-chat-steps/internal/steps"
	"websocket-chat-steps/tools/exercises"
	"websocket-chat-steps/tools/figures"
	"websocket-chat-steps/tools/pages"
)

const staticcheck = "honnef.co/go/tools/cmd/staticcheck@v0.8.2"

// part is something to check, and perhaps to write.
type part struct {
	name, what string
	check      func(ctx context.Context, root string, out io.Writer) error
	mend       string // a command, or what to do; "" if the error says it
	onRequest  bool   // it takes hours: it is checked only if it is named

	writes string
	write  func(ctx context.Context, root string, out io.Writer) error
}

// parts are all parts, the quick ones first.
var parts = []part{
	{
		name: "steps", what: "each row of internal/steps has all the files of a step",
		check: func(_ context.Context, root string, _ io.Writer) error { return complete(root, steps.All) },
	},
	{name: "format", what: "gofmt -l .", check: format, mend: "gofmt -w ."},
	{name: "tidy", what: "go mod tidy -diff, in each module", check: inModules("go", "mod", "tidy", "-diff"), mend: "go mod tidy, in that module"},
	{name: "vet", what: "go vet ./..., in each module", check: inModules("go", "vet", "./...")},
	{name: "staticcheck", what: "staticcheck ./..., in each module", check: inModules("go", "run", staticcheck, "./...")},
	{
		name: "figures", what: "diagrams/ agrees with the steps' code",
		check:  func(ctx context.Context, root string, out io.Writer) error { return figures.Check(ctx, root, out) },
		writes: "the figures and tables of diagrams/",
		write:  func(ctx context.Context, root string, out io.Writer) error { return figures.Write(ctx, root, out) },
	},
	{
		name: "pages", what: "excerpts, diffs, tables, links, minutes and both languages of all pages",
		check:  checkPages,
		writes: "the excerpts, diffs and tables in all pages, and the outputs that no longer match",
		write:  func(ctx context.Context, root string, out io.Writer) error { return pages.Write(ctx, root, out) },
	},
	{name: "lesson", what: "go test ./..., and go test -race in each step that is a module of its own", check: lesson},
	{name: "runs", what: "each command on the pages prints what they say", check: checkRuns},
	{name: "leak", what: "the leak profile shows what 01 and 02 leave behind", check: leak},
	{name: "tools", what: "go test ./..., in tools: figures, pages and the page in a browser", check: testsIn("tools", "-short")},
	{
		name: "exercises", what: "right and wrong solutions of the exercises: each gets the verdict that it should",
		check:  checkExercises,
		writes: "the exercises as they are in the beginning, and the list of them for programs",
		write:  exercises.Write,
	},
	{name: "repeat", what: "exercises, twenty times, while all processors are busy (hours; only if it is named)", check: repeatExercises, onRequest: true},
	{name: "orders", what: "every order of the steps and scenarios that go test ./... leaves out, since it takes long", check: longOrders},
	{name: "many", what: "the servers of 07-many-servers, killed under more load than in its go test", check: many},
	{name: "fuzz", what: "what a stranger may send to 06-hardened, for a minute", check: fuzz},
	{name: "race", what: "go test -race, for the packages that the lesson's tests do not run in this way", check: raceTests},
	{
		name: "bench", what: "go test ./..., and a short run of the measurements, in bench",
		check:  bench,
		mend:   "go run -C tools ./check -write bench, if a page differs from docs/measurements.json or docs/many.json",
		writes: "the measured tables of all pages, and their plots, from docs/measurements.json and docs/many.json",
		write: func(ctx context.Context, root string, out io.Writer) error {
			return command(ctx, filepath.Join(root, "bench"), out, nil, "go", "run", "./report/write")
		},
	},
}

// modules are the directories of all modules, from the root.
func modules() []string {
	all := []string{".", "tools", "bench"}
	for _, s := range steps.All {
		if !slices.Contains(all, s.Module) {
			all = append(all, s.Module)
		}
	}
	return all
}

// complete returns an error with all that a step of the table lacks.
func complete(root string, table []steps.Step) error {
	var missing []error
	add := func(s steps.Step, what, do string) {
		missing = append(missing, fmt.Errorf("%s has no %s: %s", s.Name, what, do))
	}
	ignored, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		return err
	}
	for _, s := range table {
		for _, file := range []struct{ name, do string }{
			{"main.go", "write it like the one of the step before; it prints the address"},
			{"chat/server.go", "write the package chat: the step itself"},
			{"chat/chat_test.go", "write it like the one of the step before: judgetest.Test compares the step with its row"},
			{"README.md", "write it like the one of the step before"},
			{"README.ja.md", "write it with the same structure as README.md"},
		} {
			if _, err := os.Stat(filepath.Join(s.Dir(root), filepath.FromSlash(file.name))); err != nil {
				add(s, file.name, file.do)
			}
		}
		for _, must := range []struct{ file, text, do string }{
			{"chat/chat_test.go", "judgetest.Test(", "without it nothing compares the step with its row"},
			{"chat/chat_test.go", `steps.Of("` + s.Name + `")`, "without it the step is compared with another step's row"},
			{"main.go", "/" + s.Name + `/chat"`, "without it the program serves another step's chat"},
			{"../README.md", s.Test("-race"), "write the step's line into the table of the race detector, and the step into the list"},
			{"../README.ja.md", s.Test("-race"), "the same in Japanese"},
			{"../diagrams/README.md", "(" + s.Name + ".en.svg)", "show the step's figure, and say what it shows"},
			{"../diagrams/README.ja.md", "(" + s.Name + ".ja.svg)", "the same in Japanese"},
		} {
			text, err := os.ReadFile(filepath.Join(s.Dir(root), filepath.FromSlash(must.file)))
			if err == nil && !bytes.Contains(text, []byte(must.text)) {
				add(s, "“"+must.text+"” in "+path.Join(s.Name, must.file), must.do)
			}
		}
		if binary := "/" + s.Name + "/" + s.Name + "\n"; !bytes.Contains(ignored, []byte(binary)) {
			add(s, "line in .gitignore for the program of go build", "write "+strings.TrimSpace(binary)+" there")
		}
	}
	return errors.Join(missing...)
}

// command runs a command and shows what it prints. If the command fails, the error has
// the few lines that say what failed.
func command(ctx context.Context, dir string, out io.Writer, env []string, words ...string) error {
	fmt.Fprintf(out, "$ %s\n", strings.Join(append(env, words...), " "))
	var printed bytes.Buffer
	cmd := gocmd.Command(ctx, dir, env, words[0], words[1:]...)
	cmd.Stdout = io.MultiWriter(out, &printed)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w%s", strings.Join(words, " "), err, gist(printed.String()))
	}
	return nil
}

// failures are the lines of go test, go vet and staticcheck that name what failed.
var failures = regexp.MustCompile(`(?m)^( *--- FAIL: .*|FAIL\t\S+.*|\S+\.go:\d+:\d+: .*)$`)

// gist returns a few lines of an output: its failures or, if it shows none, its
// end.
func gist(printed string) string {
	const most = 12
	lines := failures.FindAllString(printed, -1)
	if len(lines) == 0 {
		lines = strings.Split(strings.TrimSpace(printed), "\n")
		lines = lines[max(0, len(lines)-3):]
	}
	more := ""
	if len(lines) > most {
		more = fmt.Sprintf("\n  and %d more lines like these", len(lines)-most)
		lines = lines[:most]
	}
	return "\n  " + strings.Join(lines, "\n  ") + more
}

// inModules runs a command in each module.
func inModules(words ...string) func(context.Context, string, io.Writer) error {
	return func(ctx context.Context, root string, out io.Writer) error {
		var failed []error
		for _, dir := range modules() {
			if err := command(ctx, filepath.Join(root, dir), out, nil, words...); err != nil {
				failed = append(failed, fmt.Errorf("in %s: %w", path.Join(path.Base(filepath.ToSlash(root)), dir), err))
			}
		}
		return errors.Join(failed...)
	}
}

func format(ctx context.Context, root string, out io.Writer) error {
	b, err := gocmd.Command(ctx, root, nil, "gofmt", "-l", ".").CombinedOutput()
	if err != nil {
		return fmt.Errorf("gofmt -l .: %w\n%s", err, b)
	}
	if len(b) > 0 {
		return fmt.Errorf("gofmt would change these:\n%s", bytes.TrimSpace(b))
	}
	return nil
}

// lesson is the README's own command. If it has just passed, the result is in go test's
// cache, as long as PATH is the same: go run has put the go command's directory before it.
func lesson(ctx context.Context, root string, out io.Writer) error {
	goroot, err := gocmd.Command(ctx, root, nil, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	before := filepath.Join(strings.TrimSpace(string(goroot)), "bin") + string(os.PathListSeparator)
	if path, ok := strings.CutPrefix(os.Getenv("PATH"), before); ok {
		os.Setenv("PATH", path)
	}
	err = command(ctx, root, out, nil, "go", "test", "./...")
	for _, s := range steps.All {
		if s.Module != "." { // as its README says it; docs/racetable does that for the others
			err = errors.Join(err, command(ctx, s.ModuleDir(root), out, nil, "go", "test", "-race", "./..."))
		}
	}
	return err
}

// testsIn runs the tests of a module. At the end it says again which tests were skipped,
// and why.
func testsIn(module string, flags ...string) func(context.Context, string, io.Writer) error {
	return func(ctx context.Context, root string, out io.Writer) error {
		words := slices.Concat([]string{"go", "test", "-v", "-count=1"}, flags, []string{"./..."})
		var printed bytes.Buffer
		err := command(ctx, filepath.Join(root, module), io.MultiWriter(&quiet{out: out}, &printed), nil, words...)
		for _, skip := range skipped(printed.String()) {
			fmt.Fprintln(out, skip)
		}
		return err
	}
}

// quiet leaves out the lines in which go test -v says that a test begins.
type quiet struct {
	out  io.Writer
	line []byte
}

func (q *quiet) Write(b []byte) (int, error) {
	for _, c := range b {
		q.line = append(q.line, c)
		if c != '\n' {
			continue
		}
		if !bytes.HasPrefix(q.line, []byte("=== ")) {
			if _, err := q.out.Write(q.line); err != nil {
				return 0, err
			}
		}
		q.line = q.line[:0]
	}
	return len(b), nil
}

var (
	speaks = regexp.MustCompile(`^=== (?:RUN|NAME|CONT) +(\S+)`)
	says   = regexp.MustCompile(`^\s+\w+\.go:\d+: (.*)`)
	skipOf = regexp.MustCompile(`^\s*--- SKIP: (\S+)`)
)

// skipped lists the tests that go test -v has skipped, each with its last line.
func skipped(printed string) (lines []string) {
	name := ""
	why := make(map[string]string)
	for line := range strings.Lines(printed) {
		line = strings.TrimRight(line, "\r\n")
		if m := speaks.FindStringSubmatch(line); m != nil {
			name = m[1]
		} else if m := says.FindStringSubmatch(line); m != nil {
			why[name] = m[1]
		} else if m := skipOf.FindStringSubmatch(line); m != nil {
			lines = append(lines, fmt.Sprintf("skipped: %s: %s", m[1], why[m[1]]))
		}
	}
	return lines
}

// leak runs the tests of the leak profile. Go 1.27 has the profile, and Go 1.26 has it as
// an experiment.
func leak(ctx context.Context, root string, out io.Writer) error {
	var env []string
	version, err := gocmd.Command(ctx, root, nil, "go", "env", "GOVERSION").Output()
	if err != nil {
		return fmt.Errorf("go env GOVERSION: %w", err)
	}
	if strings.HasPrefix(string(version), "go1.26") {
		env = []string{"GOEXPERIMENT=goroutineleakprofile"}
	}
	var printed bytes.Buffer
	err = command(ctx, root, io.MultiWriter(out, &printed), env, "go", "test", "-v", "-run", "Leak", "./01-original/...", "./02-race-fix/...")
	if n := strings.Count(printed.String(), "--- PASS: TestLeakProfile"); err == nil && n != 2 {
		return fmt.Errorf("the leak profile's test ran %d times, and should run 2 times", n)
	}
	return err
}

// raceTests runs under -race all but the steps, which docs/racetable runs, the orders, which
// longOrders runs, and tools, where all is done by one goroutine.
func raceTests(ctx context.Context, root string, out io.Writer) error {
	b, err := gocmd.Command(ctx, root, nil, "go", "list", "-f", `{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}`, "./...").Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	words := []string{"go", "test", "-race"}
	for pkg := range strings.FieldsSeq(string(b)) {
		name, _, _ := strings.Cut(strings.TrimPrefix(pkg, steps.ModulePath+"/"), "/")
		if !slices.Contains(steps.Names(), name) && !strings.HasSuffix(pkg, "/racetable") && !strings.HasSuffix(pkg, "/schedule/orders") {
			words = append(words, pkg)
		}
	}
	return command(ctx, root, out, nil, words...)
}

// longOrders plays what the lesson's tests skip, and holds the counts to be the same with -race.
func longOrders(ctx context.Context, root string, out io.Writer) error {
	long := []string{"ORDERS_LONG=1"}
	return errors.Join(
		command(ctx, root, out, long, "go", "test", "-count=1", "./internal/schedule/..."),
		command(ctx, root, out, long, "go", "test", "-count=1", "-race", "-run", "TestTheSame", "./internal/schedule/orders"),
	)
}

// checkExercises compares the exercises with their beginnings, and judges all solutions.
func checkExercises(ctx context.Context, root string, out io.Writer) error {
	err := exercises.Check(root)
	if err != nil {
		err = fmt.Errorf("%w\nwrite again what is generated: go run -C tools ./check -write exercises", err)
	}
	return errors.Join(err, command(ctx, filepath.Join(root, "tools"), out, nil, "go", "test", "-count=1", "-timeout=40m", "./exercises")) // on a busy machine it takes long
}

// many plays the faults of 07-many-servers in their long form.
func many(ctx context.Context, root string, out io.Writer) error {
	return command(ctx, filepath.Join(root, "07-many-servers"), out, []string{"MANY_LONG=1"}, "go", "test", "-count=1", "-v", "-run", "One|Back|Leader|Sleeps", ".")
}

// repeatExercises judges all solutions again and again beside busy loops: no verdict may be
// luck.
func repeatExercises(ctx context.Context, root string, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for range runtime.NumCPU() {
		go func() {
			for ctx.Err() == nil {
			}
		}()
	}
	return command(ctx, filepath.Join(root, "tools"), out, nil, "go", "test", "-count=20", "-timeout=0", "-run=TestMatrix", "./exercises")
}

// fuzz gives the reader of 06-hardened bytes that nobody has thought of.
func fuzz(ctx context.Context, root string, out io.Writer) error {
	return command(ctx, root, out, nil, "go", "test", "-run", "^$", "-fuzz", "^FuzzReader$", "-fuzztime", "1m", "./06-hardened/chat")
}

func bench(ctx context.Context, root string, out io.Writer) error {
	dir := filepath.Join(root, "bench")
	err := command(ctx, dir, out, nil, "go", "test", "./...")
	if runtime.GOOS != "linux" {
		fmt.Fprintln(out, "not measured: the benchmark reads /proc, which only Linux has")
		return err
	}
	return errors.Join(err,
		command(ctx, dir, out, nil, "go", "run", ".", "-short"),
		command(ctx, dir, out, nil, "go", "run", ".", "-short", "-only", "many"))
}

func checkPages(ctx context.Context, root string, out io.Writer) error {
	return joined(pages.Check(ctx, root, out))
}

func checkRuns(ctx context.Context, root string, out io.Writer) error {
	return joined(pages.CheckRuns(ctx, root, out))
}

func joined(problems []pages.Problem) error {
	var all []error
	for _, p := range problems {
		all = append(all, p)
	}
	return errors.Join(all...)
}
