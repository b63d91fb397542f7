package runs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"websocket-chat-steps/internal/gocmd"
)

// atOnce is how many commands run beside one another: most wait for most of their time.
const atOnce = 2

// Output is what a command has printed.
type Output struct {
	lines   []string // stdout and stderr in their order
	varying []string // the same with gaps where outputs commonly vary
	version string   // of Go
}

// Result is what came of a command: an output, why there is none, or why it was
// left out.
type Result struct {
	Command
	Output  Output
	Err     error
	LeftOut string
}

// All runs the commands in root, two at a time, and says on log how long each
// took, or why it was left out. It has as long as ctx has.
func All(ctx context.Context, root string, commands []Command, log io.Writer) []Result {
	results := make([]Result, len(commands))
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	var logging sync.Mutex
	for i, c := range commands {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			started := time.Now()
			results[i] = c.run(ctx, root)
			logging.Lock()
			defer logging.Unlock()
			switch r := results[i]; {
			case r.LeftOut != "":
				fmt.Fprintf(log, "left out    $ %s\n            %s\n", c.Text, r.LeftOut)
			case r.Err != nil:
				fmt.Fprintf(log, "FAIL %6.1fs $ %s\n", time.Since(started).Seconds(), c.Text)
			default:
				fmt.Fprintf(log, "ran %7.1fs $ %s\n", time.Since(started).Seconds(), c.Text)
			}
		})
	}
	running.Wait()
	return results
}

func (c Command) run(ctx context.Context, root string) Result {
	missing := c.missing(ctx, root)
	if ctx.Err() != nil {
		return Result{Command: c, Err: fmt.Errorf("%s was not run, as there was no time left: %w", c.Text, context.Cause(ctx))}
	}
	if missing != "" {
		return Result{Command: c, LeftOut: missing}
	}
	output, err := c.output(ctx, root)
	return Result{Command: c, Output: output, Err: err}
}

// missing says what this machine lacks for the command. It is empty if nothing
// is lacking.
func (c Command) missing(ctx context.Context, root string) string {
	if runtime.GOOS == "windows" {
		return "on Windows paths and exit codes look otherwise than on the pages"
	}
	for _, name := range c.needs {
		n := needs[name]
		if said, err := execute(ctx, root, n.env, n.command); err != nil {
			return fmt.Sprintf("%s (%s)", n.why, strings.TrimSpace(said))
		}
	}
	return ""
}

// output runs the command. It is an error if it does not end in time, or not with
// the exit status that its mark says.
func (c Command) output(ctx context.Context, root string) (Output, error) {
	goes, err := readGoEnv(ctx, root)
	if err != nil {
		return Output{}, err
	}
	words, env := c.words, append(goes.forChildren(), c.env...)
	if words[0] == "go" && len(words) > 1 && (words[1] == "test" || words[1] == "run") {
		// What has to be downloaded and built, which may say so, is before: true
		// gets the binary, and does nothing. If it fails, the command itself will
		// say why.
		build, _ := built.LoadOrStore(c.builds(root), new(sync.Once))
		build.(*sync.Once).Do(func() { execute(ctx, root, env, slices.Insert(slices.Clone(words), 2, "-exec=true")) })
	}
	if words[0] == "go" && len(words) > 1 && words[1] == "test" {
		// What hangs says where, while there is still time to hear it.
		more := []string{"-count=1"}
		if deadline, ok := ctx.Deadline(); ok {
			more = append(more, "-timeout="+max(time.Until(deadline)*9/10, 1).String())
		}
		words = slices.Insert(slices.Clone(words), 2, more...) // before its own, which count more
	}
	printed, err := execute(ctx, root, env, words)
	exit := new(exec.ExitError)
	switch {
	case err != nil && !errors.As(err, &exit):
		return Output{}, fmt.Errorf("%s: %w\n%s", c.Text, err, printed)
	case err == nil && c.fails:
		return Output{}, fmt.Errorf("%s ends with exit status 0, and its mark says that it fails: delete fails: there, or mend what it runs\n%s", c.Text, printed)
	case err != nil && !c.fails:
		return Output{}, fmt.Errorf("%s ends with %v: write fails: before it if that is right, or mend what it runs\n%s", c.Text, err, printed)
	}
	lines := strings.Split(strings.ReplaceAll(printed, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t")
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return Output{lines, goes.varying(root, lines), goes.version}, nil
}

// built has a sync.Once for what is built in this process, as builds tells it.
var built sync.Map

// builds tells what the command builds: the same as any other that differs in
// which tests it runs only.
func (c Command) builds(root string) string {
	var words []string
	for i := 0; i < len(c.words); i++ {
		switch c.words[i] {
		case "-v":
		case "-run":
			i++
		default:
			words = append(words, c.words[i])
		}
	}
	return fmt.Sprint(root, c.env, words)
}

// execute runs a command in dir, and returns all that it printed.
func execute(ctx context.Context, dir string, env, words []string) (string, error) {
	var printed bytes.Buffer
	cmd := gocmd.Command(ctx, dir, env, words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = &printed, &printed
	started := time.Now()
	err := cmd.Run()
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("it did not end within %v, and was stopped (%v): does it wait for something, or serve? Else give it more time",
			time.Since(started).Round(time.Millisecond), context.Cause(ctx))
	}
	return printed.String(), err
}

// goEnv is what the go command says of itself.
type goEnv struct{ version, flags, goroot, modcache string }

func readGoEnv(ctx context.Context, root string) (goEnv, error) {
	said, err := execute(ctx, root, nil, []string{"go", "env", "GOVERSION", "GOFLAGS", "GOROOT", "GOMODCACHE"})
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

// varies is what is different from run to run, or with another version of Go.
var varies = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\b0x[0-9a-f]+`), "0x" + gap},
	{regexp.MustCompile(`\b([Gg]oroutine) \d+`), "$1 " + gap},
	{regexp.MustCompile(`\(cached\)`), gap},
	{regexp.MustCompile(`\b\d+\.\d+(ns|µs|ms|s)\b`), gap},
	{regexp.MustCompile(`\btesting\.go:\d+`), "testing.go:" + gap},
}

// varying is what was printed, with gaps where outputs commonly vary, and where
// they say where things are on this machine.
func (g goEnv) varying(root string, lines []string) []string {
	text := strings.Join(lines, "\n")
	temp := []string{os.TempDir()}
	if real, err := filepath.EvalSymlinks(temp[0]); err == nil {
		temp = []string{real, temp[0]} // the longer one first
	}
	replace := func(dir, behind, with string) {
		if dir != "" {
			text = regexp.MustCompile(regexp.QuoteMeta(dir)+behind).ReplaceAllString(text, with)
		}
	}
	replace(root, `\b`, gap)
	replace(g.goroot, `(/\S+\.(?:go|s)):\d+`, gap+"$1:"+gap)
	replace(g.goroot, `\b`, gap)
	replace(g.modcache, `\b`, gap)
	for _, dir := range temp {
		replace(strings.TrimRight(dir, `/\`), `[/\\][^/\\\s:"]+`, gap)
	}
	for _, v := range varies {
		text = v.what.ReplaceAllString(text, v.with)
	}
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
