package runs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
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

// atOnce is how many commands run at the same time. Most of them mostly wait.
const atOnce = 2

// Output is the result of a command.
type Output struct {
	Command
	LeftOut string // why it was not run
	Err     error  // or why its output can't be used

	lines   []string // stdout and stderr in their order
	varying []string // the same with gaps where outputs commonly vary
	version string   // of Go
}

// All runs the commands in root, two at the same time. It says how long each took, or why
// it was left out. It ends when ctx ends.
func All(ctx context.Context, root string, commands []Command, to io.Writer) []Output {
	say := log.New(to, "", 0)
	outputs := make([]Output, len(commands))
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	for i, c := range commands {
		slots <- struct{}{}
		running.Go(func() {
			started := time.Now()
			o := c.run(ctx, root)
			outputs[i] = o
			switch seconds := time.Since(started).Seconds(); {
			case o.LeftOut != "":
				say.Printf("left out    $ %s\n            %s", c.Text, o.LeftOut)
			case o.Err != nil:
				say.Printf("FAIL %6.1fs $ %s", seconds, c.Text)
			default:
				say.Printf("ran %7.1fs $ %s", seconds, c.Text)
			}
			<-slots
		})
	}
	running.Wait()
	return outputs
}

// missing says what this machine lacks for the command. It is empty if the machine has
// everything.
func (c Command) missing(ctx context.Context, root string) string {
	if runtime.GOOS == "windows" {
		return "on Windows paths and exit codes look different from those on the pages"
	}
	for _, name := range c.needs {
		n := needs[name]
		if said, err := execute(ctx, root, n.env, n.command); err != nil {
			return fmt.Sprintf("%s (%s)", n.why, strings.TrimSpace(said))
		}
	}
	return ""
}

// run runs the command. A command that does not end in time is an error, and so is
// another exit status than its mark says.
func (c Command) run(ctx context.Context, root string) Output {
	o := Output{Command: c, LeftOut: c.missing(ctx, root)}
	if ctx.Err() != nil {
		return Output{Command: c, Err: fmt.Errorf("%s did not run, as there was no time left: %w", c.Text, context.Cause(ctx))}
	}
	goes, err := readGoEnv(ctx, root)
	if err != nil || o.LeftOut != "" {
		o.Err = err
		return o
	}
	printed, err := execute(ctx, root, append(goes.forChildren(), c.env...), c.limited(ctx))
	exit := new(exec.ExitError)
	switch {
	case err != nil && !errors.As(err, &exit):
		o.Err = fmt.Errorf("%s: %w\n%s", c.Text, err, printed)
	case err == nil && c.fails:
		o.Err = fmt.Errorf("%s ends with exit status 0, and its mark says that it fails: delete fails: there, or repair the command\n%s", c.Text, printed)
	case err != nil && !c.fails:
		o.Err = fmt.Errorf("%s ends with %v: write fails: before it if that is right, or repair the command\n%s", c.Text, err, printed)
	}
	text := strings.TrimRight(unshown.ReplaceAllString(printed, ""), "\n")
	o.lines, o.varying, o.version = split(text), split(goes.varying(root, text)), goes.version
	return o
}

// limited returns the command's words. It gives a test a time limit. So a test that hangs
// says where, while there is still time to print it.
func (c Command) limited(ctx context.Context) []string {
	if len(c.words) < 2 || c.words[0] != "go" || c.words[1] != "test" {
		return c.words
	}
	more := []string{"-count=1"}
	if deadline, ok := ctx.Deadline(); ok {
		more = append(more, "-timeout="+max(time.Until(deadline)*9/10, 1).String())
	}
	return slices.Concat(c.words[:2], more, c.words[2:]) // its own flags come later and win
}

// unshown matches the parts of an output that a page doesn't show: blanks at the end of a
// line, and messages of the go command about modules that it doesn't have yet.
var unshown = regexp.MustCompile(`(?m)[ \t\r]+$|^go: downloading .*\n`)

func split(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
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

// goEnv returns values of go env.
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

// forOthers are flags that change what runs or what is printed. A user who sets them in
// GOFLAGS wants them for other runs.
var forOthers = regexp.MustCompile(`^--?(race|count|run|v|json|short|shuffle|cover|trimpath)(=|$)`)

// forChildren is the environment of commands, in addition to the inherited one.
func (g goEnv) forChildren() []string {
	flags := slices.DeleteFunc(strings.Fields(g.flags), forOthers.MatchString)
	// An empty GOFLAGS is not enough: go would take the one of go env -w.
	flags = append(flags, "-trimpath=false")
	return []string{"GOFLAGS=" + strings.Join(flags, " "), "GORACE=", "TERM=dumb", "NO_COLOR=1", "LANG=C", "LC_ALL=C"}
}

// varies matches text that differs from run to run, or with another version of Go.
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

// varying returns the output with gaps where outputs usually vary, and in place of this
// machine's paths.
func (g goEnv) varying(root, text string) string {
	replace := func(dir, behind, with string) {
		if dir != "" {
			text = regexp.MustCompile(regexp.QuoteMeta(dir)+behind).ReplaceAllString(text, with)
		}
	}
	replace(root, `\b`, gap)
	replace(g.goroot, `(/\S+\.(?:go|s)):\d+`, gap+"$1:"+gap)
	replace(g.goroot, `\b`, gap)
	replace(g.modcache, `\b`, gap)
	temp := os.TempDir()
	if real, err := filepath.EvalSymlinks(temp); err == nil {
		replace(strings.TrimRight(real, `/\`), `[/\\][^/\\\s:"]+`, gap) // it may have the other in it
	}
	replace(strings.TrimRight(temp, `/\`), `[/\\][^/\\\s:"]+`, gap)
	for _, v := range varies {
		text = v.what.ReplaceAllString(text, v.with)
	}
	return text
}
