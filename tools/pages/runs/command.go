// Package runs reads the commands that pages show, runs them, and compares what they
// print with what a page says. It knows nothing about pages, or about the place of a
// command in them.
package runs

import (
	"fmt"
	"regexp"
	"strings"
)

// Command is a command with what its mark says about it.
type Command struct {
	Text    string   // as the page shows it after the prompt
	words   []string // of Text, without env
	env     []string // NAME=value
	fails   bool     // it must not exit with 0
	numbers bool     // it prints measurements: any number matches any other
	zeros   bool     // but 0 matches only 0
	needs   []string // names in needs
}

// need is something that not every machine has. A machine has it if a command exits with 0.
type need struct {
	env, command []string
	why          string
}

var needs = map[string]need{
	"race": {nil, []string{"go", "list", "-race", "runtime/race"},
		"it needs the race detector: except on macOS, install a C compiler (gcc or clang), and don't set CGO_ENABLED=0"},
	"leakprofile": {[]string{"GOEXPERIMENT=goroutineleakprofile"}, []string{"go", "version"},
		"it is Go 1.26's command; Go 1.27 needs no experiment: there the test simply runs"},
}

const form = "write <!-- run: COMMAND -->, with fails: and numbers: zeros: and needs=race: or needs=leakprofile: before it, then NAME=value, where it takes them"

var assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)

// Parse reads the text of a mark.
func Parse(args string) (Command, error) {
	c := Command{Text: args}
	for {
		word, rest, ok := strings.Cut(c.Text+" ", ": ")
		name, isNeed := strings.CutPrefix(word, "needs=")
		switch {
		case ok && word == "fails":
			c.fails = true
		case ok && word == "numbers":
			c.numbers = true
		case ok && word == "zeros":
			c.zeros = true
		case ok && isNeed && needs[name].why == "":
			return c, fmt.Errorf("there is no need %q: %s", name, form)
		case ok && isNeed:
			c.needs = append(c.needs, name)
		default:
			var err error
			if c.words, err = Words(c.Text); err != nil {
				return c, err
			}
			for len(c.words) > 0 && assignment.MatchString(c.words[0]) {
				c.env, c.words = append(c.env, c.words[0]), c.words[1:]
			}
			if len(c.words) == 0 {
				return c, fmt.Errorf("a run needs a command: %s", form)
			}
			return c, nil
		}
		c.Text = strings.TrimSpace(rest)
	}
}

// Words splits a command at its spaces, but not in 'single quotes'. There is no shell,
// so it refuses characters that need a shell.
func Words(command string) (words []string, err error) {
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
