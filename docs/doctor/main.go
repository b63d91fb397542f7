// Command doctor says in one screen whether this machine is ready for the
// workshop of docs/workshop.md: run it in the repository, as go run ./docs/doctor.
// Each line is ok, a note, or missing, with what to do about it. It ends with
// status 0 when nothing is missing, 1 when something is, 2 for a wrong argument.
// (go run itself makes 1 of the 2.)
//
// It needs only Go, changes nothing, and uses no network. It knows what the workshop
// needs. It knows nothing about how a step works.
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"websocket-chat-steps/internal/steps"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, errOut io.Writer) (status int) {
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(errOut)
	lang := flags.String("lang", systemLang(os.Getenv), "`language` of what it says: en or ja")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if *lang != "en" && *lang != "ja" {
		fmt.Fprintf(errOut, "doctor: no language %q; -lang takes en or ja\n", *lang)
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(errOut, "doctor: unexpected argument %q; it takes -lang alone\n", flags.Arg(0))
		return 2
	}
	root, err := steps.Root()
	if err != nil {
		fmt.Fprintln(errOut, "doctor:", err)
		return 1
	}
	goMod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		fmt.Fprintln(errOut, "doctor:", err)
		return 1
	}
	needs, err := neededGo(goMod)
	if err != nil {
		fmt.Fprintln(errOut, "doctor:", err)
		return 1
	}
	return examine(thisMachine(root, needs), *lang, out)
}

// examine runs every check, and prints its line as soon as the check has ended.
func examine(m *machine, lang string, out io.Writer) (status int) {
	begin := steps.All[0].Run()
	for _, check := range checks {
		f := check(m)
		begin = cmp.Or(f.begin, begin)
		fmt.Fprint(out, f.format(lang))
		if f.status == missing {
			status = 1
		}
	}
	verdict := both("Ready. Begin with: %s", "準備完了です。%s から始めます。", begin)
	if status != 0 {
		verdict = text{"Not ready: do what each -> says, and run this again.",
			"まだ足りないものがあります。-> の指示に従い、もう一度実行してください。"}
	}
	fmt.Fprintln(out, verdict.in(lang))
	return status
}

// systemLang returns the language that the environment asks for: ja, or else en.
func systemLang(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" { // the first that is set decides
			if strings.HasPrefix(value, "ja") {
				return "ja"
			}
			return "en"
		}
	}
	return "en"
}

// goLine ends at any white space: go.mod may have CRLF.
var goLine = regexp.MustCompile(`(?m)^go (\d+\.\d+[^\s]*)`)

// neededGo returns the oldest Go that go.mod accepts, as in go1.26.0.
func neededGo(goMod []byte) (string, error) {
	found := goLine.FindSubmatch(goMod)
	if found == nil {
		return "", errors.New("go.mod has no line with the version of Go that it needs; undo the change: git checkout go.mod")
	}
	return "go" + string(found[1]), nil
}
