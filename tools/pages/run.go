package pages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"websocket-chat-steps/internal/gocmd"
)

const (
	deadline      = 2 * time.Minute // for a command
	buildDeadline = 5 * time.Minute // for what go test and go run build before
)

// Run is a command in the pages.
type Run struct {
	Command string   // as the page shows it behind the prompt
	words   []string // of it, without env
	env     []string // NAME=value
	fails   bool     // it must not exit with 0
	numbers bool     // what it measures: any number matches any other
	zeros   bool     // but 0 only 0
	needs   []string // names in needs

	args   string // of its marks
	root   string
	blocks []*block // those that show it
}

// Output is what a command has printed.
type Output struct {
	Lines []string // stdout and stderr in their order
	goes  goEnv
}

// need is what not every machine has. It is there if a command exits with 0.
type need struct {
	env, command []string
	why          string
}

var needs = map[string]need{
	"race": {nil, []string{"go", "list", "-race", "runtime/race"},
		"needs the race detector: but for macOS, install a C compiler (gcc or clang), and don't set CGO_ENABLED=0"},
	"leakprofile": {[]string{"GOEXPERIMENT=goroutineleakprofile"}, []string{"go", "version"},
		"needs the experiment goroutineleakprofile, which Go 1.26 has"},
}

const runForm = "write <!-- run: COMMAND -->, with fails: and numbers: zeros: and needs=race: or needs=leakprofile: before it, then NAME=value, where it takes them"

var assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)

// parseRun reads what stands in the mark.
func parseRun(args string) (Run, error) {
	r := Run{args: args, Command: args}
	for {
		word, rest, ok := strings.Cut(r.Command+" ", ": ")
		name, isNeed := strings.CutPrefix(word, "needs=")
		switch {
		case ok && word == "fails":
			r.fails = true
		case ok && word == "numbers":
			r.numbers = true
		case ok && word == "zeros":
			r.zeros = true
		case ok && isNeed && needs[name].why == "":
			return r, fmt.Errorf("there is no need %q: %s", name, runForm)
		case ok && isNeed:
			r.needs = append(r.needs, name)
		default:
			var err error
			if r.words, err = split(r.Command); err != nil {
				return r, err
			}
			for len(r.words) > 0 && assignment.MatchString(r.words[0]) {
				r.env, r.words = append(r.env, r.words[0]), r.words[1:]
			}
			if len(r.words) == 0 {
				return r, fmt.Errorf("a run needs a command: %s", runForm)
			}
			return r, nil
		}
		r.Command = strings.TrimSpace(rest)
	}
}

// split splits a command at its spaces, but for those in 'single quotes'.
// There is no shell, so what only a shell would understand is refused.
func split(command string) (words []string, err error) {
	var word strings.Builder
	quoted, inWord := false, false
	for _, c := range command + " " {
		switch {
		case c == '\'':
			quoted, inWord = !quoted, true
		case quoted:
			word.WriteRune(c)
		case c == ' ' && inWord:
			words = append(words, word.String())
			word.Reset()
			inWord = false
		case strings.ContainsRune("|&;<>$\"`\\*", c):
			return nil, fmt.Errorf("%q in %q is for a shell, and there is none: write one command, or put 'single quotes' around", c, command)
		case c != ' ':
			word.WriteRune(c)
			inWord = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a single quote in %q has no end: write another one", command)
	}
	return words, nil
}

// Runs are the commands of all pages, each once, in the order of the pages.
func (t *Tree) Runs() []Run {
	var runs []Run
	for _, p := range t.pages {
		for _, b := range p.blocks {
			if b.kind != "run" {
				continue
			}
			i := slices.IndexFunc(runs, func(r Run) bool { return r.args == b.args })
			if i < 0 {
				r, err := parseRun(b.args)
				if err != nil {
					continue // Problems has it
				}
				r.root = t.root
				i, runs = len(runs), append(runs, r)
			}
			runs[i].blocks = append(runs[i].blocks, b)
		}
	}
	return runs
}

// Missing says what this machine lacks for the command. It is empty if nothing
// is lacking.
func (r Run) Missing(ctx context.Context) string {
	if runtime.GOOS == "windows" {
		return "on Windows paths and exit codes look otherwise than on the pages"
	}
	for _, name := range r.needs {
		n := needs[name]
		if _, err := execute(ctx, deadline, r.root, n.env, n.command); err != nil {
			return fmt.Sprintf("%s (%v)", n.why, err)
		}
	}
	return ""
}

// Output runs the command, for as long as ctx lasts. It is in a process group of
// its own, which Ctrl-C does not reach. It is an error if it does not end in time, or not
// with the exit status that its mark says.
func (r Run) Output(ctx context.Context) (Output, error) {
	goes, err := readGoEnv(ctx, r.root)
	if err != nil {
		return Output{}, err
	}
	words, env := r.words, append(goes.forChildren(), r.env...)
	if words[0] == "go" && len(words) > 1 && (words[1] == "test" || words[1] == "run") {
		// What has to be downloaded and built, which may take long and say so, is
		// before: true gets the binary, and does nothing. If it fails, the command
		// itself will say why.
		if _, before := built.LoadOrStore(r.builds(), true); !before {
			execute(ctx, buildDeadline, r.root, env, slices.Insert(slices.Clone(words), 2, "-exec=true"))
		}
		if words[1] == "test" && !slices.ContainsFunc(words, isCount) {
			words = slices.Insert(slices.Clone(words), 2, "-count=1")
		}
	}
	printed, err := execute(ctx, deadline, r.root, env, words)
	exit := new(exec.ExitError)
	switch {
	case err != nil && !errors.As(err, &exit):
		return Output{}, fmt.Errorf("%s: %w\n%s", r.Command, err, printed)
	case err == nil && r.fails:
		return Output{}, fmt.Errorf("%s ends with exit status 0, and its mark says that it fails: delete fails: there, or mend what it runs\n%s", r.Command, printed)
	case err != nil && !r.fails:
		return Output{}, fmt.Errorf("%s ends with %v: write fails: before it if that is right, or mend what it runs\n%s", r.Command, err, printed)
	}
	lines := strings.Split(strings.ReplaceAll(printed, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return Output{lines, goes}, nil
}

// built has what was built in this process, as builds tells it.
var built sync.Map

// builds tells what the command builds: the same as any other that differs in
// which tests it runs only.
func (r Run) builds() string {
	var words []string
	for i := 0; i < len(r.words); i++ {
		switch r.words[i] {
		case "-v":
		case "-run":
			i++
		default:
			words = append(words, r.words[i])
		}
	}
	return fmt.Sprint(r.root, r.env, words)
}

func isCount(word string) bool { return strings.HasPrefix(strings.TrimLeft(word, "-"), "count") }

// execute runs a command in dir, and returns all that it printed.
func execute(ctx context.Context, limit time.Duration, dir string, env, words []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var printed bytes.Buffer
	cmd := gocmd.Command(ctx, dir, env, words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = &printed, &printed
	err := cmd.Run()
	switch {
	case err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("it did not end within %v, and was stopped: does it wait for something, or serve?", limit)
	case err != nil && ctx.Err() != nil:
		err = fmt.Errorf("stopped: %v", context.Cause(ctx))
	}
	return printed.String(), err
}

// goEnv is what the go command says of itself.
type goEnv struct{ version, flags, goroot, modcache string }

func readGoEnv(ctx context.Context, root string) (goEnv, error) {
	said, err := execute(ctx, deadline, root, nil, []string{"go", "env", "GOVERSION", "GOFLAGS", "GOROOT", "GOMODCACHE"})
	lines := strings.Split(said, "\n")
	if err != nil || len(lines) < 4 {
		return goEnv{}, fmt.Errorf("go env: %v: is Go installed?\n%s", err, said)
	}
	version, _, _ := strings.Cut(lines[0], " ")
	return goEnv{version, lines[1], lines[2], lines[3]}, nil
}

// forOthers are flags that change what is run or printed. Who sets them in
// GOFLAGS means their own runs.
var forOthers = regexp.MustCompile(`^--?(race|count|run|v|json|short|shuffle|cover|trimpath)(=|$)`)

// forChildren is the environment of commands, beside what they inherit.
func (g goEnv) forChildren() []string {
	flags := slices.DeleteFunc(strings.Fields(g.flags), forOthers.MatchString)
	// An empty GOFLAGS would not do: go then takes that of go env -w.
	flags = append(flags, "-trimpath=false")
	return []string{"GOFLAGS=" + strings.Join(flags, " "), "GORACE=", "TERM=dumb", "NO_COLOR=1", "LANG=C", "LC_ALL=C"}
}
