package race

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json: of test2json or, where Package is empty,
// of the build.
type event struct {
	Action, Package, Test, Output, FailedBuild string
}

// The lines that a failing test or package may print, if it is to fail by data
// races alone. go test does not say which lines are errors and which a mere log,
// so every other line counts as an error. What can't be told apart from a race
// is a t.Fail without a word, in a test that has a race too.
var (
	frameworkLine = regexp.MustCompile(`^(=== (RUN|PAUSE|CONT|NAME) | *--- (PASS|FAIL|SKIP): |PASS$|FAIL$|FAIL\t)`)
	racedLine     = regexp.MustCompile(`^ *testing\.go:\d+: race detected during execution of test$`)
	lessonLine    = regexp.MustCompile(`^ *\w+\.go:\d+: ` + Lesson)
	holdsLine     = regexp.MustCompile(`^ *\w+\.go:\d+: ` + Holds)
	lessonGoesOn  = regexp.MustCompile(`^        `)
	logLine       = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `) // of package log, as a server has it
)

const racedOutside = "testing: race detected outside of test execution"

// judge says what came of a run from all that it left behind.
func judge(stdout, stderr string, ok bool, reports, root string) Result {
	events, err := parseEvents(stdout)
	races, reportErr := parseReports(reports, root)
	res := Result{Races: races}
	for _, e := range events {
		res.Output += e.Output
		if e.Test != "" && (e.Action == "pass" || e.Action == "fail") {
			res.Ran++
		}
		if e.Test != "" && e.Action == "fail" {
			res.Failing = append(res.Failing, e.Test)
		}
	}
	res.Output += stderr + reports

	switch reason := notByRacesAlone(events, len(found.FindAllString(reports, -1))); {
	case err != nil:
		res.Outcome, res.Reason = Failed, "go test -json printed what is no JSON: "+err.Error()
	case !ok && timedOut(res.Output) != "":
		res.Outcome, res.Reason = TooSlow, timedOut(res.Output)
	case ok && len(reports) == 0:
		res.Outcome = Passed
	case ok:
		res.Outcome, res.Reason = Failed, "go test ended well in spite of a data race"
	case notBuilt(events) != "":
		res.Outcome, res.Reason = NotBuilt, notBuilt(events)+": can't be built"
	case !slices.ContainsFunc(events, func(e event) bool { return e.Action == "fail" }):
		res.Outcome, res.Reason = NotBuilt, "go test came to no package: "+strings.TrimSpace(stderr)
	case reason != "":
		res.Outcome, res.Reason = Failed, reason
	case reportErr != nil:
		res.Outcome, res.Reason = Failed, reportErr.Error()
	case len(races) == 0:
		res.Outcome, res.Reason = Failed, "the tests speak of a data race, and there is no report of one"
	default:
		res.Outcome = Raced
	}
	return res
}

var timeoutLines = regexp.MustCompile(`(?m)^panic: test timed out after (\S+)\n(?:\s*running tests:\n((?:\t+\S+ \(.*\)\n)*))?`)

// timedOut says which tests ran when go test's own time was up, or returns "".
func timedOut(output string) string {
	found := timeoutLines.FindStringSubmatch(output)
	if found == nil {
		return ""
	}
	return fmt.Sprintf("after %s these tests had not ended: %s. That says nothing of what they test: does one hang, or is the machine busy? Give more time with go test -timeout",
		found[1], strings.Join(strings.Fields(strings.ReplaceAll(found[2], " (", "(")), ", "))
}

// notBuilt names the first package that could not be built, if there is one.
func notBuilt(events []event) string {
	for _, e := range events {
		if e.FailedBuild != "" {
			return e.FailedBuild
		}
	}
	return ""
}

// parseEvents reads what go test -json printed. A test that was begun and not
// ended, for its process died, is given the end that go test leaves out.
func parseEvents(stdout string) ([]event, error) {
	var events, begun []event
	ended := map[event]bool{}
	for dec := json.NewDecoder(strings.NewReader(stdout)); ; {
		var e event
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return events, err
		}
		events = append(events, e)
		switch fail := (event{Action: "fail", Package: e.Package, Test: e.Test}); e.Action {
		case "run":
			begun = append(begun, fail)
		case "pass", "fail", "skip":
			ended[fail] = true
		}
	}
	return append(events, slices.DeleteFunc(begun, func(e event) bool { return ended[e] })...), nil
}

// notByRacesAlone says what else made the run fail, or returns "". endings is
// how many test binaries the detector itself has ended, with a status of its
// own: those that would have ended well, but for a race outside the tests.
func notByRacesAlone(events []event, endings int) string {
	type key struct{ pkg, test string } // no test: the package itself
	output := map[key]string{}
	var failed []key
	for _, e := range events {
		k := key{e.Package, e.Test}
		output[k] += e.Output
		if e.Action == "fail" {
			failed = append(failed, k)
		}
	}

	excused := map[key]bool{} // by a race of its own, or of what is inside it
	for _, k := range failed {
		raced, stranger := readOutput(output[k])
		if stranger != "" {
			return fmt.Sprintf("%s %s fails by more than data races: %q", k.pkg, k.test, stranger)
		}
		if raced {
			excused[k] = true
			for i, c := range k.test {
				if c == '/' {
					excused[key{k.pkg, k.test[:i]}] = true
				}
			}
		}
		if k.test != "" {
			excused[key{k.pkg, ""}] = true // if the test isn't, that is enough
		}
	}
	for _, k := range failed {
		switch {
		case excused[k]:
		case k.test == "" && endings > 0:
			endings--
		default:
			return fmt.Sprintf("%s %s fails without a data race", k.pkg, k.test)
		}
	}
	return ""
}

// readOutput goes through the output of a failing test or package: does it
// speak of a race, and which is the first line that should not be there?
func readOutput(text string) (raced bool, stranger string) {
	inLesson := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case racedLine.MatchString(line), line == racedOutside:
			raced = true
		case lessonLine.MatchString(line):
			inLesson = true
			continue
		case inLesson && lessonGoesOn.MatchString(line):
			continue
		case frameworkLine.MatchString(line), holdsLine.MatchString(line), logLine.MatchString(line):
		default:
			return raced, line
		}
		inLesson = false
	}
	return raced, ""
}
